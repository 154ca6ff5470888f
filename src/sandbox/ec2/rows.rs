//! What EC2 shows: rows, and whether a filter fits them.

use serde_json::{Value, json};

use super::permissions;
use crate::sandbox::ACCOUNT;
use crate::sandbox::rds::input::Filter;
use crate::sandbox::scene::Scene;
use crate::sandbox::world::Tag;
use crate::sandbox::world::network::{Address, SecurityGroup, Subnet, Vpc, id_of};

/// A VPC's row.
pub(super) fn vpc(scene: &Scene<'_>, vpc: &Vpc) -> Value {
    json!({
        "VpcId": vpc.id, "CidrBlock": vpc.cidr, "State": "available", "IsDefault": vpc.id == scene.region.network.vpc,
        "InstanceTenancy": "default", "OwnerId": ACCOUNT, "DhcpOptionsId": id_of("dopt", scene.name),
        "CidrBlockAssociationSet": [{
            "AssociationId": id_of("vpc-cidr-assoc", &vpc.id), "CidrBlock": vpc.cidr,
            "CidrBlockState": {"State": "associated"}}],
        "Tags": vpc.tags})
}

/// A zone's id: the Region's short name and a number.
pub(super) fn zone_id(region: &str, zone: &str) -> String {
    let number = zone.bytes().last().map_or(1, |letter| letter.saturating_sub(b'a') + 1);
    let mut parts = region.split('-');
    let (area, side, count) = (parts.next(), parts.next(), parts.next());
    let side = side.and_then(|side| side.get(..1)).unwrap_or_default();
    format!("{}{side}{}-az{number}", area.unwrap_or_default(), count.unwrap_or_default())
}

/// A subnet's row, with how many of its addresses are free (`R-NET-4`).
pub(super) fn subnet(scene: &Scene<'_>, subnet: &Subnet) -> Value {
    let ipv6 = format!("2a05:d01c:{:x}::/64", subnet.range().0 >> 4 & 0xffff);
    let both = json!([{
        "AssociationId": id_of("subnet-cidr-assoc", &subnet.id), "Ipv6CidrBlock": ipv6,
        "Ipv6CidrBlockState": {"State": "associated"}}]);
    let usual = scene.region.subnet_group("default").is_some_and(|group| {
        group.vpc == scene.region.network.vpc && group.subnets.iter().any(|own| own.id == subnet.id)
    });
    json!({
        "SubnetId": subnet.id, "VpcId": subnet.vpc, "CidrBlock": subnet.cidr, "State": "available",
        "AvailabilityZone": subnet.zone, "AvailabilityZoneId": zone_id(scene.name, &subnet.zone),
        "AvailableIpAddressCount": scene.region.free_addresses(subnet, scene.name), "DefaultForAz": usual,
        "MapPublicIpOnLaunch": usual, "AssignIpv6AddressOnCreation": false, "OwnerId": ACCOUNT, "Ipv6Native": false,
        "MapCustomerOwnedIpOnLaunch": false, "EnableDns64": false, "Tags": subnet.tags,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name", "EnableResourceNameDnsARecord": false, "EnableResourceNameDnsAAAARecord": false},
        "SubnetArn": format!("arn:aws:ec2:{}:{ACCOUNT}:subnet/{}", scene.name, subnet.id),
        "Ipv6CidrBlockAssociationSet": if subnet.both { both } else { json!([]) }})
}

/// A security group's ARN.
pub(super) fn group_arn(scene: &Scene<'_>, id: &str) -> String {
    format!("arn:aws:ec2:{}:{ACCOUNT}:security-group/{id}", scene.name)
}

/// A security group's row.
pub(super) fn security_group(scene: &Scene<'_>, group: &SecurityGroup) -> Value {
    json!({
        "GroupId": group.id, "GroupName": group.name, "Description": group.description, "VpcId": group.vpc,
        "OwnerId": ACCOUNT, "SecurityGroupArn": group_arn(scene, &group.id), "Tags": group.tags,
        "IpPermissions": permissions::shown(&group.ingress), "IpPermissionsEgress": permissions::shown(&group.egress)})
}

/// The network interface behind an instance's address.
pub(super) fn interface(scene: &Scene<'_>, address: &Address<'_>, number: usize) -> Value {
    let Address { instance, subnet, standby } = address;
    let ip = address.ip(number).to_string();
    let of = format!("{}/{standby}", instance.row.resource_id);
    let groups = instance.row.vpc_security_groups.iter().filter(|group| group.status != "adding");
    let groups: Vec<Value> = groups
        .map(|group| {
            let id = &group.vpc_security_group_id;
            let known = scene.region.network.security_group(id);
            json!({"GroupId": id, "GroupName": known.map(|group| &group.name)})
        })
        .collect();
    let name = format!("ip-{}.{}.compute.internal", ip.replace('.', "-"), scene.name);
    let mac: Vec<String> = [0x0a, 0x58]
        .into_iter()
        .chain(ip.split('.').filter_map(|part| part.parse::<u8>().ok()))
        .map(|byte| format!("{byte:02x}"))
        .collect();
    json!({
        "NetworkInterfaceId": id_of("eni", &of), "Description": "RDSNetworkInterface", "InterfaceType": "interface",
        "RequesterId": "amazon-rds", "RequesterManaged": true, "Status": "in-use", "OwnerId": ACCOUNT,
        "SubnetId": subnet.id, "VpcId": subnet.vpc, "AvailabilityZone": subnet.zone, "Groups": groups,
        "PrivateIpAddress": ip, "PrivateDnsName": name, "SourceDestCheck": true, "MacAddress": mac.join(":"),
        "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": ip, "PrivateDnsName": name}], "TagSet": [],
        "Attachment": {
            "AttachmentId": id_of("eni-attach", &of), "DeleteOnTermination": false, "DeviceIndex": 1,
            "InstanceOwnerId": "amazon-rds", "Status": "attached"}})
}

/// The values that a row has for a filter's name; nothing where EC2 has no such filter here.
pub(super) fn values(row: &Value, filter: &str, members: &[(&str, &str)]) -> Option<Vec<String>> {
    let tags = row.get("Tags").or_else(|| row.get("TagSet")).cloned().unwrap_or_default();
    let tags: Vec<Tag> = serde_json::from_value(tags).unwrap_or_default();
    if let Some(key) = filter.strip_prefix("tag:") {
        return Some(tags.into_iter().filter(|tag| tag.key == key).map(|tag| tag.value).collect());
    }
    if filter == "tag-key" {
        return Some(tags.into_iter().map(|tag| tag.key).collect());
    }
    let (_, path) = members.iter().find(|(name, _)| *name == filter)?;
    let mut found = vec![row];
    for part in path.split('/') {
        found = found
            .into_iter()
            .filter_map(|value| value.get(part))
            .flat_map(|value| match value {
                Value::Array(items) => items.iter().collect::<Vec<_>>(),
                other => vec![other],
            })
            .collect();
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(found.into_iter().map(text).collect())
}

/// Whether one of a filter's values fits; `*` is any text and `?` any letter.
pub(super) fn fits(filter: &Filter, values: &[String]) -> bool {
    filter.values.iter().any(|wanted| {
        let wanted: Vec<char> = wanted.chars().collect();
        values.iter().any(|value| like(&wanted, &value.chars().collect::<Vec<_>>()))
    })
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) if like(rest, text) => true,
        (Some(('*', _)), Some((_, text))) => like(pattern, text),
        (Some(('?', rest)), Some((_, text))) => like(rest, text),
        (Some((letter, rest)), Some((own, text))) => letter == own && like(rest, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_know_stars() {
        let fits = |wanted: &str, value: &str| {
            fits(&Filter { name: String::new(), values: vec![wanted.to_owned()] }, &[value.to_owned()])
        };
        for (wanted, value) in [("a", "a"), ("a*", "abc"), ("*c", "abc"), ("a?c", "abc"), ("*", ""), ("**", "a")] {
            assert!(fits(wanted, value), "{wanted} {value}");
        }
        for (wanted, value) in [("a", "A"), ("a*", "bc"), ("?", ""), ("a", "ab"), ("", "a")] {
            assert!(!fits(wanted, value), "{wanted} {value}");
        }
    }

    #[test]
    fn zones_have_short_ids() {
        assert_eq!(zone_id("eu-west-2", "eu-west-2c"), "euw2-az3");
    }
}
