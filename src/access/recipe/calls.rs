//! What makes a part, and what takes it away again.

use serde_json::json;

use super::{
    GroupReference, OwnGroup, Part, Recipe, Seen,
    part::LOGS,
    standing::{association, door, everything_out, rule},
};
use crate::model::{AccessCall, partition};

/// The group, name and description that EC2 shows people.
fn description(recipe: &Recipe, group: OwnGroup) -> String {
    match group {
        OwnGroup::Bastion => format!("Made by rds-encrypt: the bastion to {}", recipe.database),
        OwnGroup::Endpoints => format!("Made by rds-encrypt: endpoints of the bastion to {}", recipe.database),
    }
}

/// What an agent needs to log sessions to a log group. AWS's own page scopes the lists by nothing.
fn may_log(region: &str, log_group: &str) -> String {
    let group = format!("arn:{}:logs:{region}:*:log-group:{log_group}:*", partition(region));
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group},
            {"Effect": "Allow", "Action": ["logs:DescribeLogGroups", "logs:DescribeLogStreams"], "Resource": "*"},
        ],
    })
    .to_string()
}

impl Part {
    /// The call that makes it, once all that it rests on is there; nothing where AWS has to do it by itself. `run` goes
    /// into its tags, and `token` is the same for the same attempt.
    #[must_use]
    pub fn made_by(&self, recipe: &Recipe, seen: &Seen, run: &str, token: &str) -> Option<AccessCall> {
        let vpc_id = recipe.vpc_id.clone();
        let own = |group| seen.group(recipe, &GroupReference::Own(group)).map(|group| group.id.clone());
        let named = |kind: &str| (recipe.name(kind), recipe.tags(&recipe.name(kind), run));
        Some(match self {
            Self::DnsAttribute { attribute } => {
                AccessCall::ModifyVpcAttribute { vpc_id, attribute: *attribute, value: true }
            }
            Self::Subnet { cidr, zone } => {
                AccessCall::CreateSubnet { vpc_id, cidr: cidr.clone(), zone: zone.clone(), tags: named("private").1 }
            }
            Self::RouteTable => AccessCall::CreateRouteTable { vpc_id, tags: named("private").1 },
            Self::Association { cidr } => AccessCall::AssociateRouteTable {
                table_id: seen.table(recipe)?.id.clone(),
                subnet_id: seen.with_cidr(cidr)?.id.clone(),
            },
            Self::SubnetGroup { cidrs } => {
                let (name, tags) = named("private");
                let subnets: Option<Vec<String>> =
                    cidrs.iter().map(|cidr| seen.with_cidr(cidr).map(|subnet| subnet.id.clone())).collect();
                AccessCall::CreateDBSubnetGroup { name, subnets: subnets?, tags }
            }
            Self::Group { group } => {
                let (name, tags) = named(group.kind());
                AccessCall::CreateSecurityGroup { name, description: description(recipe, *group), vpc_id, tags }
            }
            Self::NoEgress { group } => {
                let group = seen.group(recipe, &GroupReference::Own(*group))?;
                let rule = everything_out(group)?.clone();
                AccessCall::Revoke { group_id: group.id.clone(), egress: true, rule }
            }
            Self::Rule { group, egress, port, peer } => AccessCall::Authorize {
                group_id: seen.group(recipe, group)?.id.clone(),
                egress: *egress,
                rule: rule(recipe, seen, *port, peer)?,
            },
            Self::Door { cidr } => {
                AccessCall::Authorize { group_id: own(OwnGroup::Endpoints)?, egress: false, rule: door(cidr) }
            }
            Self::AclEntry { acl_id, entry } => {
                AccessCall::CreateNetworkAclEntry { acl_id: acl_id.clone(), entry: entry.clone() }
            }
            Self::Role => {
                let (role, tags) = named("bastion");
                AccessCall::CreateRole { role, tags }
            }
            Self::RolePolicy => {
                AccessCall::AttachRolePolicy { role: recipe.name("bastion"), policy_arn: recipe.agents_policy() }
            }
            Self::LogPolicy { log_group } => AccessCall::PutRolePolicy {
                role: recipe.name("bastion"),
                policy: recipe.name(LOGS),
                document: may_log(&recipe.region, log_group),
            },
            Self::Preferences { log_group } => {
                AccessCall::CreatePreferences { log_group: log_group.clone(), tags: named(LOGS).1 }
            }
            Self::Profile => {
                let (profile, tags) = named("bastion");
                AccessCall::CreateInstanceProfile { profile, tags }
            }
            Self::ProfileRole => {
                let role = recipe.name("bastion");
                AccessCall::AddRoleToInstanceProfile { profile: role.clone(), role }
            }
            Self::Endpoint { service, subnet } => AccessCall::CreateVpcEndpoint {
                vpc_id,
                service: format!("com.amazonaws.{}.{service}", recipe.region),
                subnets: vec![seen.subnet_id(recipe, subnet)?],
                group_id: own(OwnGroup::Endpoints)?,
                tags: recipe.tags(&recipe.name(service), run),
                token: token.to_owned(),
            },
            Self::Bastion { image_id, instance_type, subnet } => {
                let (profile, tags) = named("bastion");
                AccessCall::RunInstance {
                    image_id: image_id.clone(),
                    instance_type: instance_type.clone(),
                    subnet_id: seen.subnet_id(recipe, subnet)?,
                    group_id: own(OwnGroup::Bastion)?,
                    profile,
                    tags,
                    token: token.to_owned(),
                }
            }
            Self::Agent => return None,
        })
    }

    /// The call that takes it away; nothing where it goes with what it is a part of.
    #[must_use]
    pub fn removed_by(&self, recipe: &Recipe, seen: &Seen) -> Option<AccessCall> {
        let vpc_id = recipe.vpc_id.clone();
        let role = || recipe.name("bastion");
        Some(match self {
            Self::DnsAttribute { attribute } => {
                AccessCall::ModifyVpcAttribute { vpc_id, attribute: *attribute, value: false }
            }
            Self::Subnet { cidr, .. } => AccessCall::DeleteSubnet { subnet_id: seen.with_cidr(cidr)?.id.clone() },
            Self::RouteTable => AccessCall::DeleteRouteTable { table_id: seen.table(recipe)?.id.clone() },
            Self::Association { cidr } => {
                AccessCall::DisassociateRouteTable { association_id: association(recipe, seen, cidr)? }
            }
            Self::SubnetGroup { .. } => AccessCall::DeleteDBSubnetGroup { name: recipe.name("private") },
            Self::Group { group } => {
                AccessCall::DeleteSecurityGroup { group_id: seen.group_named(recipe, *group)?.id.clone() }
            }
            Self::Rule { group, egress, port, peer } => AccessCall::Revoke {
                group_id: seen.group(recipe, group)?.id.clone(),
                egress: *egress,
                rule: rule(recipe, seen, *port, peer)?,
            },
            Self::AclEntry { acl_id, entry } => {
                AccessCall::DeleteNetworkAclEntry { acl_id: acl_id.clone(), number: entry.number, egress: entry.egress }
            }
            Self::Role => AccessCall::DeleteRole { role: role() },
            Self::RolePolicy => AccessCall::DetachRolePolicy { role: role(), policy_arn: recipe.agents_policy() },
            Self::LogPolicy { .. } => AccessCall::DeleteRolePolicy { role: role(), policy: recipe.name(LOGS) },
            Self::Preferences { .. } => AccessCall::DeletePreferences,
            Self::Profile => AccessCall::DeleteInstanceProfile { profile: role() },
            Self::ProfileRole => AccessCall::RemoveRoleFromInstanceProfile { profile: role(), role: role() },
            Self::Endpoint { service, .. } => {
                AccessCall::DeleteVpcEndpoint { endpoint_id: seen.endpoint(recipe, service)?.id.clone() }
            }
            Self::Bastion { .. } => AccessCall::TerminateInstance { instance_id: seen.bastion(recipe)?.id.clone() },
            Self::NoEgress { .. } | Self::Door { .. } | Self::Agent => return None,
        })
    }
}
