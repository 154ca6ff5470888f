//! The mutating calls of a setup on IAM.

use aws_sdk_iam::types::Tag;

use super::{Aws, CallError, act::accepted, act_access::ours};
use crate::model::{AccessCall, Outcome, Tags};

/// That EC2 may take a role on, for the machine that carries it.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// What IAM shows people of the role.
const DESCRIPTION: &str = "Made by rds-encrypt: the agent of a bastion";

impl Aws {
    pub(super) async fn act_on_iam(&self, call: &AccessCall) -> Result<Outcome, CallError> {
        let iam = &self.iam_once;
        match call {
            AccessCall::CreateRole { role, tags } => {
                let call = iam.create_role().role_name(role).assume_role_policy_document(TRUST);
                let call = call.description(DESCRIPTION).set_tags(Some(tag_list(tags)?));
                accepted(call.send().await, |_| None)
            }
            AccessCall::DeleteRole { role } => accepted(iam.delete_role().role_name(role).send().await, |_| None),
            AccessCall::AttachRolePolicy { role, policy_arn } => {
                let call = iam.attach_role_policy().role_name(role).policy_arn(policy_arn);
                accepted(call.send().await, |_| None)
            }
            AccessCall::DetachRolePolicy { role, policy_arn } => {
                let call = iam.detach_role_policy().role_name(role).policy_arn(policy_arn);
                accepted(call.send().await, |_| None)
            }
            AccessCall::PutRolePolicy { role, policy, document } => {
                let call = iam.put_role_policy().role_name(role).policy_name(policy);
                accepted(call.policy_document(document).send().await, |_| None)
            }
            AccessCall::DeleteRolePolicy { role, policy } => {
                accepted(iam.delete_role_policy().role_name(role).policy_name(policy).send().await, |_| None)
            }
            AccessCall::CreateInstanceProfile { profile, tags } => {
                let call = iam.create_instance_profile().instance_profile_name(profile);
                accepted(call.set_tags(Some(tag_list(tags)?)).send().await, |_| None)
            }
            AccessCall::DeleteInstanceProfile { profile } => {
                accepted(iam.delete_instance_profile().instance_profile_name(profile).send().await, |_| None)
            }
            AccessCall::AddRoleToInstanceProfile { profile, role } => {
                let call = iam.add_role_to_instance_profile().instance_profile_name(profile).role_name(role);
                accepted(call.send().await, |_| None)
            }
            AccessCall::RemoveRoleFromInstanceProfile { profile, role } => {
                let call = iam.remove_role_from_instance_profile().instance_profile_name(profile).role_name(role);
                accepted(call.send().await, |_| None)
            }
            other => Err(ours(other)),
        }
    }
}

fn tag_list(tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let all: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    all.map_err(|error| CallError::NotSent { why: error.to_string() })
}
