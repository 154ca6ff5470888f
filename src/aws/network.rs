//! EC2: security groups, read into the model and made as a call says.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, Tag, TagSpecification, UserIdGroupPair,
};

use super::{Aws, CallError, ReadError, act::accepted, vpc::in_vpc};
use crate::model::{Call, Outcome, Peer, SecurityGroup, SecurityRule, Tags};

const GROUPS: &str = "ec2:DescribeSecurityGroups";

/// What EC2 shows people of a group that this program makes.
const DESCRIPTION: &str = "Made by rds-encrypt: keeps an encrypted copy of a database apart";

impl Aws {
    /// Reads the security groups that have this name, in any VPC.
    pub async fn security_groups_named(&self, names: &[&str]) -> Result<Vec<SecurityGroup>, ReadError> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.security_groups(Filter::builder().name("group-name").set_values(Some(names)).build()).await
    }

    /// Reads the security groups with these ids; those that don't exist are left out.
    pub async fn security_groups_by_id(&self, ids: &[String]) -> Result<Vec<SecurityGroup>, ReadError> {
        self.security_groups(Filter::builder().name("group-id").set_values(Some(ids.to_vec())).build()).await
    }

    /// Reads the security groups of a VPC.
    pub async fn security_groups_in(&self, vpc: &str) -> Result<Vec<SecurityGroup>, ReadError> {
        self.security_groups(in_vpc(vpc)).await
    }

    async fn security_groups(&self, filter: Filter) -> Result<Vec<SecurityGroup>, ReadError> {
        let mut pages = self.ec2.describe_security_groups().filters(filter).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: GROUPS, error: CallError::of(&error) })?;
            found.extend(page.security_groups.unwrap_or_default().into_iter().map(group));
        }
        Ok(found)
    }

    /// Carries out one call about security groups, once.
    pub(super) async fn act_on_network(&self, call: &Call) -> Result<Outcome, CallError> {
        let ec2 = &self.ec2_once;
        match call {
            Call::CreateSecurityGroup { name, vpc_id, tags } => self.create_group(name, vpc_id, tags).await,
            Call::AuthorizeSecurityGroupIngress { group_id, rules, .. } => {
                let call = ec2.authorize_security_group_ingress().group_id(group_id);
                accepted(call.set_ip_permissions(Some(permissions(rules))).send().await, |_| None)
            }
            Call::AuthorizeSecurityGroupEgress { group_id, rules, .. } => {
                let call = ec2.authorize_security_group_egress().group_id(group_id);
                accepted(call.set_ip_permissions(Some(permissions(rules))).send().await, |_| None)
            }
            Call::RevokeSecurityGroupEgress { group_id, rules, .. } => {
                let call = ec2.revoke_security_group_egress().group_id(group_id);
                accepted(call.set_ip_permissions(Some(permissions(rules))).send().await, |_| None)
            }
            Call::DeleteSecurityGroup { group_id, .. } => {
                accepted(ec2.delete_security_group().group_id(group_id).send().await, |_| None)
            }
            other => Err(CallError::Refused {
                code: "NotSent".into(),
                message: format!("{} is no call about security groups; this is our fault", other.action()),
                request_id: None,
            }),
        }
    }

    async fn create_group(&self, name: &str, vpc_id: &str, tags: &Tags) -> Result<Outcome, CallError> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let tagged =
            TagSpecification::builder().resource_type(ResourceType::SecurityGroup).set_tags(Some(tags)).build();
        let call = self
            .ec2_once
            .create_security_group()
            .group_name(name)
            .description(DESCRIPTION)
            .vpc_id(vpc_id)
            .tag_specifications(tagged);
        accepted(call.send().await, |answer| answer.group_id.clone())
    }
}

fn group(row: aws_sdk_ec2::types::SecurityGroup) -> SecurityGroup {
    SecurityGroup {
        ingress: rules(row.ip_permissions.as_deref().unwrap_or_default()),
        egress: rules(row.ip_permissions_egress.as_deref().unwrap_or_default()),
        tags: tags(row.tags),
        id: row.group_id.unwrap_or_default(),
        name: row.group_name.unwrap_or_default(),
        vpc_id: row.vpc_id,
    }
}

/// The tags of whatever is of EC2.
pub(super) fn tags(rows: Option<Vec<Tag>>) -> Tags {
    rows.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect()
}

/// One rule for each peer of each permission.
fn rules(permissions: &[IpPermission]) -> BTreeSet<SecurityRule> {
    permissions.iter().flat_map(of_permission).collect()
}

fn of_permission(permission: &IpPermission) -> Vec<SecurityRule> {
    let groups = permission.user_id_group_pairs().iter().filter_map(|pair| Some(Peer::Group(pair.group_id.clone()?)));
    let v4 = permission.ip_ranges().iter().filter_map(|range| Some(Peer::Ipv4(range.cidr_ip.clone()?)));
    let v6 = permission.ipv6_ranges().iter().filter_map(|range| Some(Peer::Ipv6(range.cidr_ipv6.clone()?)));
    let lists =
        permission.prefix_list_ids().iter().filter_map(|list| Some(Peer::PrefixList(list.prefix_list_id.clone()?)));
    let protocol = permission.ip_protocol.clone().unwrap_or_else(|| "-1".to_owned());
    let ports = permission.from_port.zip(permission.to_port).filter(|_| protocol != "-1");
    let rule = |peer| SecurityRule { protocol: protocol.clone(), ports, peer };
    groups.chain(v4).chain(v6).chain(lists).map(rule).collect()
}

fn permissions(rules: &BTreeSet<SecurityRule>) -> Vec<IpPermission> {
    rules.iter().map(permission).collect()
}

pub(super) fn permission(rule: &SecurityRule) -> IpPermission {
    let (from, to) = rule.ports.unzip();
    let permission = IpPermission::builder().ip_protocol(&rule.protocol).set_from_port(from).set_to_port(to);
    match &rule.peer {
        Peer::Group(id) => permission.user_id_group_pairs(UserIdGroupPair::builder().group_id(id).build()),
        Peer::Ipv4(cidr) => permission.ip_ranges(IpRange::builder().cidr_ip(cidr).build()),
        Peer::Ipv6(cidr) => permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).build()),
        Peer::PrefixList(id) => permission.prefix_list_ids(PrefixListId::builder().prefix_list_id(id).build()),
    }
    .build()
}
