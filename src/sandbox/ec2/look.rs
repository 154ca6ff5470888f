//! The Describe operations.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::input::Look;
use super::{machines, permissions, rows};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::pace::after;

/// A kind of thing to look at.
pub(super) struct Kind {
    /// The answer's list.
    pub(super) list: &'static str,
    /// The row's own identifier.
    pub(super) id: &'static str,
    /// The code and the sentence, up to the identifier, where there is none of it.
    pub(super) missing: (&'static str, &'static str),
    /// Filters by name, each with the row's member that it looks at.
    pub(super) filters: &'static [(&'static str, &'static str)],
}

const VPCS: Kind = Kind {
    list: "Vpcs",
    id: "VpcId",
    missing: ("InvalidVpcID.NotFound", "The vpc ID"),
    filters: &[
        ("vpc-id", "VpcId"),
        ("cidr", "CidrBlock"),
        ("is-default", "IsDefault"),
        ("isDefault", "IsDefault"),
        ("owner-id", "OwnerId"),
        ("state", "State"),
    ],
};

const SUBNETS: Kind = Kind {
    list: "Subnets",
    id: "SubnetId",
    missing: ("InvalidSubnetID.NotFound", "The subnet ID"),
    filters: &[
        ("subnet-id", "SubnetId"),
        ("vpc-id", "VpcId"),
        ("availability-zone", "AvailabilityZone"),
        ("availabilityZone", "AvailabilityZone"),
        ("availability-zone-id", "AvailabilityZoneId"),
        ("available-ip-address-count", "AvailableIpAddressCount"),
        ("cidr-block", "CidrBlock"),
        ("default-for-az", "DefaultForAz"),
        ("owner-id", "OwnerId"),
        ("state", "State"),
    ],
};

const GROUPS: Kind = Kind {
    list: "SecurityGroups",
    id: "GroupId",
    missing: ("InvalidGroup.NotFound", "The security group"),
    filters: &[
        ("group-id", "GroupId"),
        ("group-name", "GroupName"),
        ("vpc-id", "VpcId"),
        ("description", "Description"),
        ("owner-id", "OwnerId"),
        ("ip-permission.cidr", "IpPermissions/IpRanges/CidrIp"),
        ("ip-permission.from-port", "IpPermissions/FromPort"),
        ("ip-permission.to-port", "IpPermissions/ToPort"),
        ("ip-permission.protocol", "IpPermissions/IpProtocol"),
        ("ip-permission.group-id", "IpPermissions/UserIdGroupPairs/GroupId"),
        ("egress.ip-permission.cidr", "IpPermissionsEgress/IpRanges/CidrIp"),
        ("egress.ip-permission.group-id", "IpPermissionsEgress/UserIdGroupPairs/GroupId"),
    ],
};

const RULES: Kind = Kind {
    list: "SecurityGroupRules",
    id: "SecurityGroupRuleId",
    missing: ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID"),
    filters: &[("group-id", "GroupId"), ("security-group-rule-id", "SecurityGroupRuleId")],
};

const INTERFACES: Kind = Kind {
    list: "NetworkInterfaces",
    id: "NetworkInterfaceId",
    missing: ("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID"),
    filters: &[
        ("network-interface-id", "NetworkInterfaceId"),
        ("description", "Description"),
        ("group-id", "Groups/GroupId"),
        ("group-name", "Groups/GroupName"),
        ("subnet-id", "SubnetId"),
        ("vpc-id", "VpcId"),
        ("availability-zone", "AvailabilityZone"),
        ("private-ip-address", "PrivateIpAddress"),
        ("addresses.private-ip-address", "PrivateIpAddresses/PrivateIpAddress"),
        ("requester-id", "RequesterId"),
        ("requester-managed", "RequesterManaged"),
        ("interface-type", "InterfaceType"),
        ("owner-id", "OwnerId"),
        ("attachment.instance-id", "Attachment/InstanceId"),
        ("attachment.instance-owner-id", "Attachment/InstanceOwnerId"),
        ("attachment.status", "Attachment/Status"),
        ("status", "Status"),
    ],
};

const ZONES: Kind = Kind {
    list: "AvailabilityZones",
    id: "ZoneName",
    missing: ("InvalidParameterValue", "Invalid availability zone:"),
    filters: &[
        ("zone-name", "ZoneName"),
        ("zone-id", "ZoneId"),
        ("region-name", "RegionName"),
        ("state", "State"),
        ("zone-type", "ZoneType"),
        ("opt-in-status", "OptInStatus"),
    ],
};

/// `DescribeVpcs`.
pub(super) fn vpcs(scene: &mut Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.vpcs.iter().map(|vpc| rows::vpc(scene, vpc));
    answer(scene, &VPCS, rows.collect(), input)
}

/// `DescribeSubnets`.
pub(super) fn subnets(scene: &mut Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let rows = scene.region.network.subnets.iter().map(|subnet| rows::subnet(scene, subnet));
    answer(scene, &SUBNETS, rows.collect(), input)
}

/// `DescribeSecurityGroups`; by name only in the default VPC.
pub(super) fn security_groups(scene: &mut Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let groups = &scene.region.network.security_groups;
    let mut by_name = Vec::new();
    for name in &input.group_names {
        let found = groups.iter().find(|group| group.name == *name && group.vpc == scene.region.network.vpc);
        let message = format!("The security group '{name}' does not exist in default VPC");
        by_name.push(found.ok_or_else(|| Fault::new("InvalidGroup.NotFound", message))?.id.as_str());
    }
    let wanted = groups.iter().filter(|group| by_name.is_empty() || by_name.contains(&group.id.as_str()));
    let rows = wanted.map(|group| rows::security_group(scene, group));
    answer(scene, &GROUPS, rows.collect(), input)
}

/// `DescribeSecurityGroupRules`: one row for each rule.
pub(super) fn rules(scene: &Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let mut rows = Vec::new();
    for group in &scene.region.network.security_groups {
        for egress in [false, true] {
            rows.extend(group.rules(egress).iter().map(|rule| permissions::row(rule, &group.id, egress)));
        }
    }
    answer(scene, &RULES, rows, input)
}

/// `DescribeNetworkInterfaces`: one for each address of an instance (`R-NET-4`), of a machine and of an endpoint.
pub(super) fn interfaces(scene: &mut Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let addresses = scene.region.addresses(scene.name);
    let databases = addresses.iter().enumerate().map(|(number, address)| {
        let before = addresses.iter().take(number).filter(|other| other.subnet.id == address.subnet.id).count();
        rows::interface(scene, address, before)
    });
    let mut rows: Vec<Value> = databases.collect();
    let there = scene.region.network.machines.iter().filter(|machine| machine.is_there());
    rows.extend(there.map(|machine| machines::interface(scene, machine)));
    rows.extend(machines::endpoint_interfaces(scene));
    answer(scene, &INTERFACES, rows, input)
}

/// `DescribeAvailabilityZones`: those that subnets are in, the first three at least.
pub(super) fn zones(scene: &mut Scene<'_>, input: &Look) -> Result<Value, Fault> {
    let region = scene.name;
    let mut names = zone_names(scene);
    if !input.zone_ids.is_empty() {
        names.retain(|name| input.zone_ids.contains(&rows::zone_id(region, name)));
    }
    let rows = names.iter().map(|name| {
        json!({
            "ZoneName": name, "ZoneId": rows::zone_id(region, name), "RegionName": region, "State": "available",
            "ZoneType": "availability-zone", "OptInStatus": "opt-in-not-required", "GroupName": region,
            "NetworkBorderGroup": region, "Messages": []})
    });
    let mut answer = answer(scene, &ZONES, rows.collect(), input)?;
    if let Some(members) = answer.as_object_mut() {
        members.remove("NextToken");
    }
    Ok(answer)
}

/// The zones that there are.
pub(super) fn zone_names(scene: &Scene<'_>) -> Vec<String> {
    let region = scene.name;
    let mut names: Vec<String> = ('a'..='c').map(|letter| format!("{region}{letter}")).collect();
    names.extend(scene.region.network.subnets.iter().map(|subnet| subnet.zone.clone()));
    names.sort();
    names.dedup();
    names.retain(|name| name.starts_with(region));
    names
}

/// Whether what was made at a time can be looked up: EC2 is eventually consistent (`R-RUN-8`).
pub(super) fn shows_already(scene: &Scene<'_>, made: Timestamp) -> bool {
    after(made, scene.switches.new_things_show_after) <= scene.now || !scene.enforces("R-RUN-8")
}

/// The rows with these ids that fit all filters, a page of them: an id that doesn't exist is not found, a filter that
/// nothing fits gives an empty list (`R-EC2-1`).
pub(super) fn answer(scene: &Scene<'_>, kind: &Kind, mut rows: Vec<Value>, input: &Look) -> Result<Value, Fault> {
    let id_of = |row: &Value| row.get(kind.id).and_then(Value::as_str).unwrap_or_default().to_owned();
    for id in &input.ids {
        if rows.iter().all(|row| id_of(row) != *id) && scene.enforces("R-EC2-1") {
            let (code, sentence) = kind.missing;
            return Err(Fault::new(code, format!("{sentence} '{id}' does not exist")));
        }
    }
    rows.retain(|row| input.ids.is_empty() || input.ids.contains(&id_of(row)));
    for filter in &input.filters {
        let mut kept = Vec::new();
        for row in rows {
            let Some(values) = rows::values(&row, &filter.name, kind.filters) else {
                return Err(Fault::value(format!("The filter '{}' is invalid", filter.name)));
            };
            if rows::fits(filter, &values) {
                kept.push(row);
            }
        }
        rows = kept;
    }
    page(kind, rows, input)
}

/// A page: the token is how many rows came before it.
fn page(kind: &Kind, rows: Vec<Value>, input: &Look) -> Result<Value, Fault> {
    let bad = || Fault::value("The token is not valid.");
    let before: usize = input.next_token.as_ref().map_or(Ok(0), |token| token.parse().map_err(|_| bad()))?;
    let most = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(1000);
    let more = rows.len() > before.saturating_add(most);
    let rows: Vec<Value> = rows.into_iter().skip(before).take(most).collect();
    let mut page = Map::new();
    page.insert(kind.list.to_owned(), Value::Array(rows));
    if more {
        page.insert("NextToken".to_owned(), Value::String((before + most).to_string()));
    }
    Ok(Value::Object(page))
}
