//! One look at all that a setup makes.

use aws_sdk_ssm::types::Parameter;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError, ReadError, roles::unless_absent};
use crate::model::{AccessSeen, Machine, OwnRole, Tags};

const ROLE: &str = "iam:GetRole";
const GROUP: &str = "rds:DescribeDBSubnetGroups";
const GROUP_TAGS: &str = "rds:ListTagsForResource";
const PARAMETERS: &str = "ssm:GetParameters";

impl Aws {
    /// Looks at a VPC, at the machines that this tag marks, at a role and a profile of one name, at a DB subnet group, and if
    /// asked to at the preferences for sessions.
    pub async fn surrounded(
        &self,
        vpc: &str,
        marked: (&str, &str),
        role: &str,
        subnet_group: &str,
        preferences: bool,
    ) -> Result<AccessSeen, ReadError> {
        let tag = format!("tag:{}", marked.0);
        let filters = [("vpc-id", vpc), (tag.as_str(), marked.1)];
        let (subnets, tables, acls, groups, endpoints, shown) = tokio::try_join!(
            self.subnets_in(vpc),
            self.route_tables_in(vpc),
            self.network_acls_in(vpc),
            self.security_groups_in(vpc),
            self.endpoints_in(vpc),
            self.vpc(vpc),
        )?;
        let (machines, own_role, profile, group) = tokio::try_join!(
            self.bare_machines(&filters),
            self.role(role),
            self.instance_profile(role),
            self.subnet_group_tags(subnet_group),
        )?;
        let live = |machine: &&Machine| machine.state.as_deref() == Some("running");
        let ids: Vec<String> = machines.iter().filter(live).map(|machine| machine.id.clone()).collect();
        Ok(AccessSeen {
            vpc: shown,
            subnets,
            route_tables: tables,
            network_acls: acls,
            groups,
            endpoints,
            agents: self.agents(&ids).await.map_err(|error| error.to_string()),
            machines,
            role: own_role,
            profile,
            subnet_group: group,
            preferences: if preferences { self.own_preferences().await? } else { None },
        })
    }

    async fn role(&self, name: &str) -> Result<Option<OwnRole>, ReadError> {
        let answer = self.iam.get_role().role_name(name).send().await;
        let Some(answer) = unless_absent(ROLE, answer)? else { return Ok(None) };
        let tags = answer.role.and_then(|role| role.tags).unwrap_or_default();
        let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        let attached = self.attached_policies(name).await?;
        let inline = self.inline_policies(name).await?;
        // Gone between the questions.
        Ok(attached.zip(inline).map(|(attached, inline)| OwnRole { tags, attached, inline }))
    }

    async fn subnet_group_tags(&self, name: &str) -> Result<Option<Tags>, ReadError> {
        let answer = match self.rds.describe_db_subnet_groups().db_subnet_group_name(name).send().await {
            Ok(answer) => answer,
            Err(error) if error.code().is_some_and(|code| code.starts_with("DBSubnetGroupNotFound")) => {
                return Ok(None);
            }
            Err(error) => return Err(ReadError { action: GROUP, error: CallError::of(&error) }),
        };
        let group = answer.db_subnet_groups.unwrap_or_default().into_iter().next();
        let Some(arn) = group.and_then(|group| group.db_subnet_group_arn) else { return Ok(None) };
        let answer = self.rds.list_tags_for_resource().resource_name(arn).send().await;
        let answer = answer.map_err(|error| ReadError { action: GROUP_TAGS, error: CallError::of(&error) })?;
        let tags = answer.tag_list.unwrap_or_default().into_iter();
        Ok(Some(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect()))
    }

    /// Reads a public parameter of AWS's, such as the id of the newest AMI; nothing where there is none of this name.
    pub async fn public_parameter(&self, name: &str) -> Result<Option<String>, ReadError> {
        let answer = self.ssm.get_parameters().names(name).send().await;
        let answer = answer.map_err(|error| ReadError { action: PARAMETERS, error: CallError::of(&error) })?;
        let value = |parameter: Parameter| parameter.value.filter(|value| !value.is_empty());
        Ok(answer.parameters.unwrap_or_default().into_iter().next().and_then(value))
    }
}
