//! A network in which every check passes.

use crate::{
    access::{Facts, Read},
    model::{
        AclEntry, Agent, DbInstance, GroupMembership, GroupSubnet, InstanceProfile, Machine, NetworkAcl, Peer,
        RolePolicies, Route, RouteTable, SecurityGroup, SecurityRule, SessionPreferences, Simulated, Subnet,
        SubnetAssociation, SubnetGroup, Vpc, VpcEndpoint,
    },
    policy::{Scope, simulation},
};

/// `100 allow 6 0.0.0.0/0 22-22`, with a `>` in front where it is for what leaves.
pub(in crate::access) fn entry(text: &str) -> AclEntry {
    let (text, egress) = text.strip_prefix('>').map_or((text, false), |text| (text, true));
    let words: Vec<&str> = text.split(' ').collect();
    AclEntry {
        number: words[0].parse().unwrap(),
        allows: words[1] == "allow",
        protocol: words[2].into(),
        cidr: words[3].into(),
        ports: words.get(4).map(|ports| {
            let (first, last) = ports.split_once('-').unwrap();
            (first.parse().unwrap(), last.parse().unwrap())
        }),
        egress,
    }
}

/// `tcp 5432 sg-bastion`, or `-1 all 0.0.0.0/0`.
pub(super) fn rule(text: &str) -> SecurityRule {
    let words: Vec<&str> = text.split(' ').collect();
    let peer = words[2].to_owned();
    let ports = match words[1].split_once('-') {
        Some((first, last)) => Some((first.parse().unwrap(), last.parse().unwrap())),
        None => words[1].parse().ok().map(|port| (port, port)),
    };
    let peer = match words[2] {
        text if text.starts_with("sg-") => Peer::Group(peer),
        text if text.starts_with("pl-") => Peer::PrefixList(peer),
        text if text.contains(':') => Peer::Ipv6(peer),
        _ => Peer::Ipv4(peer),
    };
    SecurityRule { protocol: words[0].into(), ports, peer }
}

pub(super) fn route(destination: &str, target: &str) -> Route {
    Route { destination: destination.into(), target: Some(target.into()), state: Some("active".into()) }
}

fn group(id: &str, ingress: &[&str], egress: &[&str]) -> SecurityGroup {
    SecurityGroup {
        id: id.into(),
        name: id.into(),
        vpc_id: Some("vpc-1".into()),
        ingress: ingress.iter().map(|text| rule(text)).collect(),
        egress: egress.iter().map(|text| rule(text)).collect(),
        ..SecurityGroup::default()
    }
}

fn subnet(id: &str, zone: &str, cidr: &str) -> Subnet {
    Subnet {
        id: id.into(),
        zone: Some(zone.into()),
        state: Some("available".into()),
        vpc_id: Some("vpc-1".into()),
        cidrs: vec![cidr.into()],
        ..Subnet::default()
    }
}

fn acl(id: &str, subnets: &[&str], entries: &[&str]) -> NetworkAcl {
    NetworkAcl {
        id: id.into(),
        vpc_id: Some("vpc-1".into()),
        subnets: subnets.iter().map(|id| (*id).to_owned()).collect(),
        entries: entries.iter().map(|text| entry(text)).collect(),
    }
}

fn endpoint(id: &str, service: &str) -> VpcEndpoint {
    VpcEndpoint {
        id: id.into(),
        vpc_id: Some("vpc-1".into()),
        kind: Some("Interface".into()),
        service: format!("com.amazonaws.eu-west-2.{service}"),
        state: Some("available".into()),
        private_dns: Some(true),
        subnets: vec!["subnet-b".into(), "subnet-e".into()],
        groups: vec!["sg-endpoints".into()],
        ..VpcEndpoint::default()
    }
}

fn database() -> DbInstance {
    DbInstance {
        identifier: "orders".into(),
        arn: Some("arn:aws:rds:eu-west-2:111122223333:db:orders".into()),
        endpoint_port: Some(5432),
        publicly_accessible: Some(false),
        subnet_group: Some(SubnetGroup { name: Some("private".into()), vpc_id: Some("vpc-1".into()) }),
        security_groups: Some(vec![GroupMembership { name: "sg-db".into(), status: Some("active".into()) }]),
        ..DbInstance::default()
    }
}

fn bastion() -> Machine {
    Machine {
        id: "i-bastion".into(),
        name: Some("bastion".into()),
        state: Some("running".into()),
        vpc_id: Some("vpc-1".into()),
        address: Some("10.0.3.7".into()),
        groups: vec!["sg-bastion".into()],
        subnet_id: Some("subnet-b".into()),
        http_tokens: Some("required".into()),
        profile_arn: Some("arn:aws:iam::111122223333:instance-profile/bastion".into()),
        tags: [("Name".to_owned(), "bastion".to_owned())].into(),
        ..Machine::default()
    }
}

/// The tables: subnet-1 follows its own, the others the main one.
fn tables() -> Vec<RouteTable> {
    let own = SubnetAssociation { id: "rtbassoc-1".into(), subnet_id: "subnet-1".into() };
    let (vpc_id, local) = (Some("vpc-1".to_owned()), || route("10.0.0.0/16", "local"));
    vec![
        RouteTable {
            id: "rtb-own".into(),
            vpc_id: vpc_id.clone(),
            main: false,
            associations: vec![own],
            routes: vec![local()],
            ..RouteTable::default()
        },
        RouteTable { id: "rtb-main".into(), vpc_id, main: true, routes: vec![local()], ..RouteTable::default() },
    ]
}

/// What the guide describes: a database in two private subnets, a bastion in a third, endpoints there and in a fourth.
pub(super) fn good() -> Facts {
    let borders = [
        "10 deny 6 0.0.0.0/0 22-22",
        "11 deny 6 0.0.0.0/0 3389-3389",
        "12 deny 6 ::/0 22-22",
        "13 deny 6 ::/0 3389-3389",
        "100 allow -1 0.0.0.0/0",
        "101 allow -1 ::/0",
        "32767 deny -1 0.0.0.0/0",
        ">100 allow -1 0.0.0.0/0",
        ">101 allow -1 ::/0",
        ">32767 deny -1 0.0.0.0/0",
    ];
    let in_group =
        |id: &str, zone: &str| GroupSubnet { id: id.into(), zone: Some(zone.into()), status: Some("Active".into()) };
    let agent = Agent { version: "3.3.987.0".into(), ping: "Online".into(), last_ping: None };
    let core = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore".to_owned();
    let profile = InstanceProfile {
        name: "bastion".into(),
        arn: Some("arn:aws:iam::111122223333:instance-profile/bastion".into()),
        role: Some("bastion".into()),
        ..InstanceProfile::default()
    };
    let log = SessionPreferences { log_group: Some("/sessions".into()), ..SessionPreferences::default() };
    Facts {
        database: database(),
        members: vec![],
        group_subnets: Read::Known(vec![in_group("subnet-1", "a"), in_group("subnet-2", "b")]),
        subnets: Read::Known(vec![
            subnet("subnet-1", "a", "10.0.1.0/24"),
            subnet("subnet-2", "b", "10.0.2.0/24"),
            subnet("subnet-b", "a", "10.0.3.0/24"),
            subnet("subnet-e", "b", "10.0.4.0/24"),
        ]),
        route_tables: Read::Known(tables()),
        network_acls: Read::Known(vec![
            acl("acl-db", &["subnet-1", "subnet-2"], &borders),
            acl("acl-bastion", &["subnet-b"], &borders),
            acl("acl-endpoints", &["subnet-e"], &borders),
        ]),
        security_groups: Read::Known(vec![
            group("sg-db", &["tcp 5432 sg-bastion", "tcp 5432 sg-application"], &[]),
            group("sg-bastion", &[], &["tcp 443 sg-endpoints", "tcp 5432 sg-db"]),
            group("sg-endpoints", &["tcp 443 sg-bastion"], &[]),
        ]),
        prefix_lists: Read::Known([("pl-vpc".to_owned(), vec!["10.0.0.0/16".to_owned()])].into()),
        vpcs: Read::Known(vec![Vpc {
            id: "vpc-1".into(),
            cidrs: vec!["10.0.0.0/16".into()],
            dns_support: Some(true),
            dns_hostnames: Some(true),
        }]),
        endpoints: Read::Known(vec![
            endpoint("vpce-ssm", "ssm"),
            endpoint("vpce-messages", "ssmmessages"),
            endpoint("vpce-logs", "logs"),
        ]),
        machines: Read::Known(vec![bastion()]),
        agents: Read::Known([("i-bastion".to_owned(), agent)].into()),
        profiles: Read::Known(vec![profile]),
        roles: Read::Known(
            [("bastion".to_owned(), RolePolicies { attached: Some([core].into()), ..RolePolicies::default() })].into(),
        ),
        preferences: Read::Known(Some(log)),
        permitted: Read::Known(permitted()),
        denied: vec![],
        bastion: None,
        named_groups: vec![],
    }
}

/// Everything that a tunnel asks for is allowed.
fn permitted() -> Vec<Simulated> {
    let scope = Scope { bastion: Some("i-bastion".into()), ..Scope::default() };
    let row = |resource: &str, action: &str| Simulated {
        action: action.to_owned(),
        resource: resource.to_owned(),
        decision: "allowed".into(),
        missing: Vec::new(),
    };
    let questions = simulation::tunnel(&scope, "alice", "AIDAALICE").into_iter();
    questions.flat_map(|it| it.actions.into_iter().map(move |action| row(&it.resource, &action))).collect()
}

/// What was read, to be changed.
pub(super) fn known<T>(fact: &mut Read<T>) -> &mut T {
    match fact {
        Read::Known(fact) => fact,
        Read::NotRead(why) => panic!("{why}"),
    }
}
