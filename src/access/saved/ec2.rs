//! Rows of EC2.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    answers::{Answers, latest},
    row::{each, flag, list, number, tags, text, texts},
};
use crate::{
    access::Read,
    model::{
        AclEntry, Machine, NetworkAcl, Peer, Route, RouteTable, SecurityGroup, SecurityRule, Subnet, SubnetAssociation,
        Vpc, VpcEndpoint, holds_block,
    },
};

pub(super) fn subnet(row: &Value) -> Option<(String, Subnet)> {
    let id = text(row, "SubnetId")?;
    let mut cidrs: Vec<String> = text(row, "CidrBlock").into_iter().collect();
    cidrs.extend(list(row, "Ipv6CidrBlockAssociationSet").filter_map(associated_v6));
    let subnet = Subnet {
        id: id.clone(),
        zone: text(row, "AvailabilityZone"),
        state: text(row, "State"),
        free: number(row, "AvailableIpAddressCount"),
        vpc_id: text(row, "VpcId"),
        cidrs,
        tags: tags(row),
    };
    Some((id, subnet))
}

fn associated_v6(row: &Value) -> Option<String> {
    text(row, "Ipv6CidrBlock").filter(|_| holds_block(text(row, "Ipv6CidrBlockState.State").as_deref()))
}

fn associated_v4(row: &Value) -> Option<String> {
    text(row, "CidrBlock").filter(|_| holds_block(text(row, "CidrBlockState.State").as_deref()))
}

pub(super) fn route_table(row: &Value) -> Option<(String, RouteTable)> {
    let id = text(row, "RouteTableId")?;
    let is_live = |row: &&Value| {
        !matches!(text(row, "AssociationState.State").as_deref(), Some("disassociated" | "disassociating" | "failed"))
    };
    let live: Vec<&Value> = list(row, "Associations").filter(is_live).collect();
    let association = |row: &&Value| {
        let id = text(row, "RouteTableAssociationId").unwrap_or_default();
        Some(SubnetAssociation { id, subnet_id: text(row, "SubnetId")? })
    };
    let table = RouteTable {
        id: id.clone(),
        vpc_id: text(row, "VpcId"),
        main: live.iter().any(|row| flag(row, "Main") == Some(true)),
        associations: live.iter().filter_map(association).collect(),
        gateways: live.iter().filter_map(|row| text(row, "GatewayId")).collect(),
        routes: list(row, "Routes").filter_map(route).collect(),
        tags: tags(row),
    };
    Some((id, table))
}

/// One of these members says where a route leads, so whatever else it has ("GatewayId": "local" among them).
const TARGETS: [&str; 11] = [
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
];

fn route(row: &Value) -> Option<Route> {
    let destinations = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];
    Some(Route {
        destination: destinations.into_iter().find_map(|member| text(row, member))?,
        target: TARGETS.into_iter().find_map(|member| text(row, member)),
        state: text(row, "State"),
    })
}

pub(super) fn network_acl(row: &Value) -> Option<(String, NetworkAcl)> {
    let id = text(row, "NetworkAclId")?;
    let acl = NetworkAcl {
        id: id.clone(),
        vpc_id: text(row, "VpcId"),
        subnets: each(row, "Associations", "SubnetId"),
        entries: list(row, "Entries").map(entry).collect(),
    };
    Some((id, acl))
}

/// An entry is never left out: where it can't be read it has no addresses, and nothing can be said of its ACL.
fn entry(row: &Value) -> AclEntry {
    let ports = row.get("PortRange").map(|ports| number(ports, "From").zip(number(ports, "To")));
    let has_all =
        ["RuleNumber", "Egress", "Protocol", "RuleAction"].into_iter().all(|member| row.get(member).is_some());
    let is_whole = has_all && number(row, "RuleNumber").is_some() && ports != Some(None);
    let cidr = text(row, "CidrBlock").or_else(|| text(row, "Ipv6CidrBlock")).filter(|_| is_whole);
    AclEntry {
        number: number(row, "RuleNumber").unwrap_or_default(),
        egress: flag(row, "Egress").unwrap_or_default(),
        protocol: text(row, "Protocol").unwrap_or_default(),
        allows: text(row, "RuleAction").as_deref() == Some("allow"),
        cidr: cidr.unwrap_or_default(),
        ports: ports.flatten(),
    }
}

pub(super) fn security_group(row: &Value) -> Option<(String, SecurityGroup)> {
    let id = text(row, "GroupId")?;
    let group = SecurityGroup {
        id: id.clone(),
        name: text(row, "GroupName").unwrap_or_default(),
        vpc_id: text(row, "VpcId"),
        ingress: list(row, "IpPermissions").flat_map(rules).collect(),
        egress: list(row, "IpPermissionsEgress").flat_map(rules).collect(),
        tags: tags(row),
    };
    Some((id, group))
}

/// One rule for each peer of a permission.
fn rules(row: &Value) -> Vec<SecurityRule> {
    let protocol = text(row, "IpProtocol").unwrap_or_else(|| "-1".to_owned());
    let ports = number(row, "FromPort").zip(number(row, "ToPort")).filter(|_| protocol != "-1");
    let peers = [
        each(row, "UserIdGroupPairs", "GroupId").into_iter().map(Peer::Group).collect::<Vec<_>>(),
        each(row, "IpRanges", "CidrIp").into_iter().map(Peer::Ipv4).collect(),
        each(row, "Ipv6Ranges", "CidrIpv6").into_iter().map(Peer::Ipv6).collect(),
        each(row, "PrefixListIds", "PrefixListId").into_iter().map(Peer::PrefixList).collect(),
    ];
    peers.into_iter().flatten().map(|peer| SecurityRule { protocol: protocol.clone(), ports, peer }).collect()
}

/// `describe-prefix-lists` shows what AWS's own lists stand for.
pub(super) fn prefix_lists(answers: &Answers) -> Read<BTreeMap<String, Vec<String>>> {
    match answers.list("PrefixLists", "ec2 describe-prefix-lists") {
        Ok(rows) => {
            // A list of a customer's own is shown without its addresses.
            let with_addresses = rows.into_iter().filter(|row| row.get("Cidrs").is_some());
            Read::Known(
                with_addresses.filter_map(|row| Some((text(row, "PrefixListId")?, texts(row, "Cidrs")))).collect(),
            )
        }
        Err(why) => Read::NotRead(why),
    }
}

/// VPCs; their DNS attributes are answers of their own.
pub(super) fn vpcs(answers: &Answers) -> Read<Vec<Vpc>> {
    let attribute = |id: &str, name: &str| {
        let of_it = answers.with(name).filter(|answer| text(answer, "VpcId").as_deref() == Some(id));
        of_it.filter_map(|answer| flag(answer, &format!("{name}.Value"))).last()
    };
    answers.rows("Vpcs", "ec2 describe-vpcs", |row| {
        let id = text(row, "VpcId")?;
        let mut cidrs: Vec<String> = list(row, "CidrBlockAssociationSet").filter_map(associated_v4).collect();
        if list(row, "CidrBlockAssociationSet").next().is_none() {
            cidrs.extend(text(row, "CidrBlock"));
        }
        cidrs.extend(list(row, "Ipv6CidrBlockAssociationSet").filter_map(associated_v6));
        let vpc = Vpc {
            dns_support: attribute(&id, "EnableDnsSupport"),
            dns_hostnames: attribute(&id, "EnableDnsHostnames"),
            id: id.clone(),
            cidrs,
        };
        Some((id, vpc))
    })
}

pub(super) fn endpoint(row: &Value) -> Option<(String, VpcEndpoint)> {
    let id = text(row, "VpcEndpointId")?;
    let endpoint = VpcEndpoint {
        id: id.clone(),
        vpc_id: text(row, "VpcId"),
        kind: text(row, "VpcEndpointType"),
        service: text(row, "ServiceName").unwrap_or_default(),
        state: text(row, "State"),
        private_dns: flag(row, "PrivateDnsEnabled"),
        subnets: texts(row, "SubnetIds"),
        groups: each(row, "Groups", "GroupId"),
        route_tables: texts(row, "RouteTableIds"),
        tags: tags(row),
    };
    Some((id, endpoint))
}

pub(super) fn machines(answers: &Answers) -> Read<Vec<Machine>> {
    match answers.list("Reservations", "ec2 describe-instances") {
        Ok(rows) => Read::Known(latest(rows.into_iter().flat_map(|row| list(row, "Instances")).filter_map(machine))),
        Err(why) => Read::NotRead(why),
    }
}

fn machine(row: &Value) -> Option<(String, Machine)> {
    let id = text(row, "InstanceId")?;
    let interfaces = || list(row, "NetworkInterfaces");
    let mut public: Vec<String> = text(row, "PublicIpAddress").into_iter().collect();
    let addresses = interfaces().flat_map(|interface| list(interface, "PrivateIpAddresses"));
    public.extend(addresses.filter_map(|address| text(address, "Association.PublicIp")));
    public.extend(interfaces().filter_map(|interface| text(interface, "Association.PublicIp")));
    public.sort();
    public.dedup();
    let (own_groups, own_subnet) = (each(row, "SecurityGroups", "GroupId"), text(row, "SubnetId"));
    let groups: BTreeSet<String> = interfaces().flat_map(|interface| each(interface, "Groups", "GroupId")).collect();
    let subnets: BTreeSet<String> = interfaces().filter_map(|interface| text(interface, "SubnetId")).collect();
    let machine = Machine {
        id: id.clone(),
        name: tags(row).remove("Name").filter(|name| !name.is_empty()),
        state: text(row, "State.Name"),
        vpc_id: text(row, "VpcId"),
        address: text(row, "PrivateIpAddress"),
        other_groups: groups.into_iter().filter(|id| !own_groups.contains(id)).collect(),
        other_subnets: subnets.into_iter().filter(|id| own_subnet.as_ref() != Some(id)).collect(),
        groups: own_groups,
        subnet_id: own_subnet,
        public_addresses: public,
        ipv6_addresses: interfaces().flat_map(|interface| each(interface, "Ipv6Addresses", "Ipv6Address")).collect(),
        key_name: text(row, "KeyName"),
        http_tokens: text(row, "MetadataOptions.HttpTokens"),
        http_endpoint: text(row, "MetadataOptions.HttpEndpoint"),
        profile_arn: text(row, "IamInstanceProfile.Arn"),
        tags: tags(row),
        agent: None,
    };
    Some((id, machine))
}
