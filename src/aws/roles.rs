//! IAM: what a machine's role may do, read into the model.

use aws_sdk_iam::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

use super::{Aws, CallError, ReadError};
use crate::model::{InstanceProfile, RolePolicies};

const PROFILE: &str = "iam:GetInstanceProfile";
const ATTACHED: &str = "iam:ListAttachedRolePolicies";
const INLINE: &str = "iam:ListRolePolicies";

impl Aws {
    /// Reads an instance profile, if there is one of this name.
    pub async fn instance_profile(&self, name: &str) -> Result<Option<InstanceProfile>, ReadError> {
        let answer = self.iam.get_instance_profile().instance_profile_name(name).send().await;
        let Some(answer) = unless_absent(PROFILE, answer)? else { return Ok(None) };
        Ok(answer.instance_profile.map(|row| InstanceProfile {
            role: row.roles.into_iter().next().map(|role| role.role_name),
            name: row.instance_profile_name,
            arn: Some(row.arn),
            tags: row.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
        }))
    }

    /// Reads what a role may do; a policy whose text may not be read is named as unread. Nothing where there is no role.
    pub async fn role_policies(&self, role: &str) -> Result<Option<RolePolicies>, ReadError> {
        let Some(attached) = self.attached_policies(role).await? else { return Ok(None) };
        let mut read = RolePolicies { attached: Some(attached.iter().cloned().collect()), ..RolePolicies::default() };
        for arn in &attached {
            read.add_policy(arn, self.managed_policy(arn).await.as_ref());
        }
        let Some(inline) = self.inline_policies(role).await? else { return Ok(None) };
        for name in inline {
            let text = self.iam.get_role_policy().role_name(role).policy_name(&name).send().await;
            let text = text.ok().map(|answer| Value::String(answer.policy_document));
            read.add_policy(&name, text.as_ref());
        }
        Ok(Some(read))
    }

    /// The names of the policies that are a role's own; nothing where there is no such role.
    pub(super) async fn inline_policies(&self, role: &str) -> Result<Option<Vec<String>>, ReadError> {
        let mut pages = self.iam.list_role_policies().role_name(role).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let Some(page) = unless_absent(INLINE, page)? else { return Ok(None) };
            names.extend(page.policy_names);
        }
        Ok(Some(names))
    }

    /// The ARNs of the managed policies that a role carries; nothing where there is no such role.
    pub(super) async fn attached_policies(&self, role: &str) -> Result<Option<Vec<String>>, ReadError> {
        let mut pages = self.iam.list_attached_role_policies().role_name(role).into_paginator().send();
        let mut attached = Vec::new();
        while let Some(page) = pages.next().await {
            let Some(page) = unless_absent(ATTACHED, page)? else { return Ok(None) };
            attached.extend(page.attached_policies.unwrap_or_default().into_iter().filter_map(|it| it.policy_arn));
        }
        Ok(Some(attached))
    }

    /// The text of a managed policy; who may not read it judges without.
    async fn managed_policy(&self, arn: &str) -> Option<Value> {
        let policy = self.iam.get_policy().policy_arn(arn).send().await.ok()?.policy?;
        let version = policy.default_version_id?;
        let answer = self.iam.get_policy_version().policy_arn(arn).version_id(version).send().await.ok()?;
        answer.policy_version?.document.map(Value::String)
    }
}

/// IAM's word for what isn't there (`NoSuchEntity`) is an answer.
pub(super) fn unless_absent<A, E>(
    action: &'static str,
    answer: Result<A, SdkError<E, HttpResponse>>,
) -> Result<Option<A>, ReadError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(None),
        Err(error) => Err(ReadError { action, error: CallError::of(&error) }),
    }
}
