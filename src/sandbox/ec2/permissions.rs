//! Rules of security groups as EC2 writes them: each protocol and range of ports with all its peers.

use serde_json::{Map, Value, json};

use super::input::{Change, Named, Permission};
use crate::sandbox::ACCOUNT;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::range;
use crate::sandbox::world::network::rules::{Peer, Rule};

/// Rules as `IpPermissions`.
pub(super) fn shown(rules: &[Rule]) -> Value {
    let mut permissions: Vec<Map<String, Value>> = Vec::new();
    for rule in rules {
        let mut head = Map::new();
        head.insert("IpProtocol".to_owned(), json!(rule.protocol));
        for (member, port) in [("FromPort", rule.from), ("ToPort", rule.to)] {
            if let Some(port) = port {
                head.insert(member.to_owned(), json!(port));
            }
        }
        let same = |permission: &&mut Map<String, Value>| {
            ["IpProtocol", "FromPort", "ToPort"].iter().all(|member| permission.get(*member) == head.get(*member))
        };
        if permissions.iter_mut().find(same).is_none() {
            let mut whole = head.clone();
            for list in ["UserIdGroupPairs", "IpRanges", "Ipv6Ranges", "PrefixListIds"] {
                whole.insert(list.to_owned(), json!([]));
            }
            permissions.push(whole);
        }
        let (list, end) = peer(rule);
        let place = permissions.iter_mut().find(same).and_then(|permission| permission.get_mut(list));
        if let Some(Value::Array(peers)) = place {
            peers.push(end);
        }
    }
    json!(permissions)
}

/// A rule's peer, and the list that it is in.
fn peer(rule: &Rule) -> (&'static str, Value) {
    let (list, mut row) = match &rule.peer {
        Peer::Cidr(range) => ("IpRanges", json!({"CidrIp": range})),
        Peer::Cidr6(range) => ("Ipv6Ranges", json!({"CidrIpv6": range})),
        Peer::Prefixes(id) => ("PrefixListIds", json!({"PrefixListId": id})),
        Peer::Group(id) => ("UserIdGroupPairs", json!({"GroupId": id, "UserId": ACCOUNT})),
    };
    if let (Some(row), Some(description)) = (row.as_object_mut(), &rule.description) {
        row.insert("Description".to_owned(), json!(description));
    }
    (list, row)
}

/// A rule as a row of its own.
pub(super) fn row(rule: &Rule, group: &str, egress: bool) -> Value {
    let mut row = json!({
        "SecurityGroupRuleId": rule.id(group, egress), "GroupId": group, "GroupOwnerId": ACCOUNT, "IsEgress": egress,
        "IpProtocol": rule.protocol, "FromPort": rule.from.unwrap_or(-1), "ToPort": rule.to.unwrap_or(-1),
        "Tags": rule.tags});
    let (member, value) = match &rule.peer {
        Peer::Cidr(range) => ("CidrIpv4", json!(range)),
        Peer::Cidr6(range) => ("CidrIpv6", json!(range)),
        Peer::Prefixes(id) => ("PrefixListId", json!(id)),
        Peer::Group(id) => ("ReferencedGroupInfo", json!({"GroupId": id, "UserId": ACCOUNT})),
    };
    if let Some(row) = row.as_object_mut() {
        row.insert(member.to_owned(), value);
        if let Some(description) = &rule.description {
            row.insert("Description".to_owned(), json!(description));
        }
    }
    row
}

/// A rule's row among those that were taken back.
pub(super) fn revoked_row(rule: &Rule, group: &str, egress: bool) -> Value {
    let mut row = row(rule, group, egress);
    if let Some(row) = row.as_object_mut() {
        row.remove("GroupOwnerId");
        row.remove("Tags");
        if let Some(info) = row.remove("ReferencedGroupInfo") {
            row.insert("ReferencedGroupId".to_owned(), info.get("GroupId").cloned().unwrap_or_default());
        }
    }
    row
}

/// The peers of one kind, and what makes a peer of that kind.
type PeersOfAKind<'a> = (&'a Vec<Named>, fn(String) -> Peer);

/// The rules that a call names, each with one peer.
pub(super) fn asked(scene: &Scene<'_>, input: &Change) -> Result<Vec<Rule>, Fault> {
    let mut permissions = input.ip_permissions.clone();
    if input.ip_protocol.is_some() || input.cidr_ip.is_some() {
        permissions.push(Permission {
            ip_protocol: input.ip_protocol.clone(),
            from_port: input.from_port,
            to_port: input.to_port,
            ip_ranges: vec![Named::of(input.cidr_ip.clone())],
            ..Permission::default()
        });
    }
    let mut rules: Vec<Rule> = Vec::new();
    for permission in &permissions {
        let (protocol, from, to) = ports(permission)?;
        let lists: [PeersOfAKind<'_>; 4] = [
            (&permission.ip_ranges, Peer::Cidr),
            (&permission.ipv6_ranges, Peer::Cidr6),
            (&permission.prefix_list_ids, Peer::Prefixes),
            (&permission.user_id_group_pairs, Peer::Group),
        ];
        for (named, kind) in lists {
            for peer in named {
                let id = peer.id.clone().ok_or_else(|| Fault::new("MissingParameter", "A rule's peer has no name."))?;
                let peer_of_rule = kind(id);
                exists(scene, &peer_of_rule)?;
                let (protocol, description) = (protocol.clone(), peer.description.clone());
                let rule = Rule { protocol, from, to, peer: peer_of_rule, description, tags: Vec::new() };
                if rules.iter().any(|other| other.same(&rule)) {
                    return Err(Fault::value("The same permission must not appear multiple times"));
                }
                rules.push(rule);
            }
        }
    }
    Ok(rules)
}

/// Protocol and ports, as EC2 keeps them.
fn ports(permission: &Permission) -> Result<(String, Option<i64>, Option<i64>), Fault> {
    let protocol = permission.ip_protocol.clone().unwrap_or_default();
    let protocol = match protocol.as_str() {
        "" => return Err(Fault::new("MissingParameter", "The request must contain the parameter ipProtocol")),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_lowercase(),
    };
    let (from, to) = (permission.from_port, permission.to_port);
    match protocol.as_str() {
        "tcp" | "udp" => match (from, to) {
            (Some(from), Some(to)) if (0..=65535).contains(&from) && (from..=65535).contains(&to) => {
                Ok((protocol, Some(from), Some(to)))
            }
            _ => Err(Fault::value("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")),
        },
        "icmp" | "icmpv6" => Ok((protocol, from.or(Some(-1)), to.or(Some(-1)))),
        // Of all protocols at once ports are passed over.
        _ => Ok((protocol, None, None)),
    }
}

/// A peer of the right form; a group has to exist (`R-EC2-1`).
fn exists(scene: &Scene<'_>, peer: &Peer) -> Result<(), Fault> {
    match peer {
        Peer::Cidr(text) if range(text).is_none() => Err(Fault::value(format!("CIDR block {text} is malformed"))),
        Peer::Cidr6(text)
            if text.split_once('/').is_none_or(|(address, _)| address.parse::<std::net::Ipv6Addr>().is_err()) =>
        {
            Err(Fault::value(format!("CIDR block {text} is malformed")))
        }
        Peer::Group(id) if scene.region.network.security_group(id).is_none() && scene.enforces("R-EC2-1") => {
            Err(Fault::new("InvalidGroup.NotFound", format!("The security group '{id}' does not exist")))
        }
        _ => Ok(()),
    }
}
