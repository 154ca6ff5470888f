//! One change a row: exactly these checks fail, and no others.

use super::{
    found,
    network::{entry, good, known, route, rule},
};
use crate::{
    access::Facts,
    model::{AclEntry, Machine, NetworkAcl, RolePolicies, SecurityGroup, SecurityRule},
};

pub(super) type Row = (&'static str, fn(&mut Facts), &'static [&'static str]);

fn bastion(facts: &mut Facts) -> &mut Machine {
    &mut known(&mut facts.machines)[0]
}

pub(super) fn group<'a>(facts: &'a mut Facts, id: &str) -> &'a mut SecurityGroup {
    known(&mut facts.security_groups).iter_mut().find(|group| group.id == id).unwrap()
}

fn let_in(facts: &mut Facts, id: &str, text: &str) {
    group(facts, id).ingress.insert(rule(text));
}

pub(super) fn rules(all: &[&str]) -> std::collections::BTreeSet<SecurityRule> {
    all.iter().map(|text| rule(text)).collect()
}

pub(super) fn acl<'a>(facts: &'a mut Facts, id: &str) -> &'a mut NetworkAcl {
    known(&mut facts.network_acls).iter_mut().find(|acl| acl.id == id).unwrap()
}

fn without(facts: &mut Facts, id: &str, number: i32, egress: bool) {
    acl(facts, id).entries.retain(|entry: &AclEntry| (entry.number, entry.egress) != (number, egress));
}

fn routes(facts: &mut Facts, table: usize, destination: &str, target: &str) {
    known(&mut facts.route_tables)[table].routes.push(route(destination, target));
}

/// What leaves the first subnet goes through a firewall, and what a gateway brings for these addresses, too.
fn firewall(facts: &mut Facts, destination: &str, gateway: &str) {
    routes(facts, 0, "0.0.0.0/0", "vpce-1");
    let mut table = known(&mut facts.route_tables)[0].clone();
    (table.id, table.associations) = ("rtb-gateway".into(), vec![]);
    (table.gateways, table.routes) = (vec![gateway.into()], vec![route(destination, "vpce-1")]);
    known(&mut facts.route_tables).push(table);
}

/// A subnet gets a table of its own, with a gateway.
fn public(facts: &mut Facts, subnet: &str) {
    let own = crate::model::SubnetAssociation { id: "rtbassoc-2".into(), subnet_id: subnet.into() };
    let mut table = known(&mut facts.route_tables)[0].clone();
    (table.id, table.associations) = ("rtb-public".into(), vec![own]);
    table.routes.push(route("0.0.0.0/0", "igw-1"));
    known(&mut facts.route_tables).push(table);
}

fn role(facts: &mut Facts) -> &mut RolePolicies {
    known(&mut facts.roles).get_mut("bastion").unwrap()
}

pub(super) fn agent(facts: &mut Facts, version: &str) {
    known(&mut facts.agents).get_mut("i-bastion").unwrap().version = version.into();
}

pub(super) fn check(table: &[Row]) {
    for (case, change, expected) in table {
        let mut facts = good();
        change(&mut facts);
        let (failed, open) = found(&facts);
        assert_eq!(failed, *expected, "{case}");
        assert_eq!(open, Vec::<&str>::new(), "{case}");
    }
}

#[test]
fn the_database_and_its_subnets() {
    check(&[
        ("all as it should be", |_| {}, &[]),
        ("public", |facts| facts.database.publicly_accessible = Some(true), &["database-not-public"]),
        ("a gateway in its own table", |facts| routes(facts, 0, "0.0.0.0/0", "igw-1"), &["subnets-private"]),
        (
            // subnet-2 follows the main table without a word, as the bastion's does.
            "a gateway in the main table",
            |facts| routes(facts, 1, "0.0.0.0/0", "igw-1"),
            &["subnets-private", "bastion-private"],
        ),
        ("a hole for IPv6 alone", |facts| routes(facts, 0, "::/0", "igw-1"), &["subnets-private"]),
        ("a gateway for one address", |facts| routes(facts, 0, "8.8.8.8/32", "igw-1"), &["subnets-private"]),
        ("a gateway for an unknown list", |facts| routes(facts, 0, "pl-unknown", "igw-1"), &["subnets-private"]),
        ("NAT", |facts| routes(facts, 0, "0.0.0.0/0", "nat-1"), &[]),
        ("egress only", |facts| routes(facts, 0, "::/0", "eigw-1"), &[]),
        ("a firewall", |facts| routes(facts, 0, "0.0.0.0/0", "vpce-1"), &[]),
        ("a firewall to the internet", |facts| firewall(facts, "10.0.1.0/24", "igw-1"), &["subnets-private"]),
        ("a firewall to the internet for others", |facts| firewall(facts, "10.0.9.0/24", "igw-1"), &[]),
        ("a firewall to a private gateway", |facts| firewall(facts, "10.0.1.0/24", "vgw-1"), &[]),
        ("peered", |facts| routes(facts, 0, "172.16.0.0/16", "pcx-1"), &[]),
        ("transit", |facts| routes(facts, 0, "0.0.0.0/0", "tgw-1"), &[]),
        (
            "a gateway that is gone",
            |facts| {
                routes(facts, 0, "0.0.0.0/0", "igw-1");
                known(&mut facts.route_tables)[0].routes[1].state = Some("blackhole".into());
            },
            &[],
        ),
        (
            "another subnet's table",
            |facts| known(&mut facts.route_tables)[0].associations[0].subnet_id = "subnet-9".into(),
            &[],
        ),
        ("one zone", |facts| known(&mut facts.group_subnets)[1].zone = Some("a".into()), &["subnets-two-zones"]),
        (
            "a zone that doesn't live",
            |facts| known(&mut facts.group_subnets)[1].status = Some("Inactive".into()),
            &["subnets-two-zones"],
        ),
    ]);
}

#[test]
fn the_databases_group() {
    check(&[
        ("another port", |facts| let_in(facts, "sg-db", "tcp 22 sg-bastion"), &["database-group-ports"]),
        ("a range", |facts| let_in(facts, "sg-db", "tcp 5000-6000 sg-bastion"), &["database-group-ports"]),
        ("everything", |facts| let_in(facts, "sg-db", "-1 all sg-bastion"), &["database-group-ports"]),
        ("udp", |facts| let_in(facts, "sg-db", "udp 5432 sg-bastion"), &["database-group-ports"]),
        ("addresses", |facts| let_in(facts, "sg-db", "tcp 5432 10.0.3.0/24"), &["database-group-peers"]),
        ("the world in IPv6", |facts| let_in(facts, "sg-db", "tcp 5432 ::/0"), &["database-group-peers"]),
        ("a prefix list", |facts| let_in(facts, "sg-db", "tcp 5432 pl-vpc"), &["database-group-peers"]),
        ("named groups", |facts| facts.named_groups = vec!["sg-application".into()], &[]),
        ("a group that isn't named", |facts| facts.named_groups = vec!["sg-other".into()], &["database-group-peers"]),
        (
            "the bastion left out",
            |facts| group(facts, "sg-db").ingress = rules(&["tcp 5432 sg-application"]),
            &["path-groups"],
        ),
        (
            "both doors wide",
            |facts| let_in(facts, "sg-db", "-1 all 0.0.0.0/0"),
            &["database-group-ports", "database-group-peers"],
        ),
    ]);
}

#[test]
fn network_acls_in_order() {
    check(&[
        ("22 not denied", |facts| without(facts, "acl-db", 10, false), &["acl-ssh-rdp"]),
        ("3389 not denied", |facts| without(facts, "acl-db", 11, false), &["acl-ssh-rdp"]),
        ("22 not denied in IPv6", |facts| without(facts, "acl-db", 12, false), &["acl-ssh-rdp"]),
        ("3389 not denied in IPv6", |facts| without(facts, "acl-db", 13, false), &["acl-ssh-rdp"]),
        ("at the bastion's border", |facts| without(facts, "acl-bastion", 10, false), &["acl-ssh-rdp"]),
        ("elsewhere", |facts| without(facts, "acl-endpoints", 10, false), &[]),
        ("denied after the wide rule", |facts| acl(facts, "acl-db").entries[0].number = 110, &["acl-ssh-rdp"]),
        (
            "half of the world let in before",
            |facts| acl(facts, "acl-db").entries.push(entry("5 allow 6 128.0.0.0/1 22-22")),
            &["acl-ssh-rdp"],
        ),
        (
            "3389 among ephemeral ports before",
            |facts| acl(facts, "acl-db").entries.push(entry("5 allow 6 0.0.0.0/0 1024-65535")),
            &["acl-ssh-rdp"],
        ),
        ("the VPC let in before", |facts| acl(facts, "acl-db").entries.push(entry("5 allow 6 10.0.0.0/16 22-22")), &[]),
        (
            "the VPC's own IPv6 let in before",
            |facts| {
                known(&mut facts.vpcs)[0].cidrs.push("2001:db8:1::/56".into());
                acl(facts, "acl-db").entries.push(entry("5 allow 6 2001:db8:1:2::/64 22-22"));
            },
            &[],
        ),
        (
            "a neighbour's IPv6 let in before",
            |facts| acl(facts, "acl-db").entries.push(entry("5 allow 6 2001:db8:2::/64 22-22")),
            &["acl-ssh-rdp"],
        ),
        ("denied in a range", |facts| acl(facts, "acl-db").entries[0].ports = Some((20, 25)), &[]),
        (
            "denied for all but one",
            |facts| {
                without(facts, "acl-db", 10, false);
                acl(facts, "acl-db")
                    .entries
                    .extend([entry("8 deny 6 0.0.0.0/1 22-22"), entry("9 deny 6 128.0.0.0/1 22-22")]);
            },
            &[],
        ),
    ]);
}

#[test]
fn the_bastion() {
    check(&[
        ("stopped", |facts| bastion(facts).state = Some("stopped".into()), &["bastion"]),
        ("in a public subnet", |facts| public(facts, "subnet-b"), &["bastion-private"]),
        (
            "public",
            |facts| bastion(facts).public_addresses = vec!["203.0.113.7".into()],
            &["bastion-no-public-address"],
        ),
        ("a key pair", |facts| bastion(facts).key_name = Some("ops".into()), &["bastion-no-key-pair"]),
        ("a door", |facts| let_in(facts, "sg-bastion", "tcp 22 10.0.0.0/8"), &["bastion-no-ingress"]),
        (
            "a door at another interface",
            |facts| bastion(facts).other_groups = vec!["sg-endpoints".into()],
            &["bastion-no-ingress"],
        ),
        (
            "another interface in a public subnet with open borders",
            |facts| {
                bastion(facts).other_subnets = vec!["subnet-e".into()];
                without(facts, "acl-endpoints", 10, false);
                public(facts, "subnet-e");
            },
            &["acl-ssh-rdp", "bastion-private"],
        ),
        ("an address in IPv6", |facts| bastion(facts).ipv6_addresses = vec!["2001:db8::7".into()], &[]),
        ("IMDSv1", |facts| bastion(facts).http_tokens = Some("optional".into()), &["bastion-imdsv2"]),
        (
            "no metadata at all",
            |facts| {
                bastion(facts).http_tokens = Some("optional".into());
                bastion(facts).http_endpoint = Some("disabled".into());
            },
            &[],
        ),
        ("no profile", |facts| bastion(facts).profile_arn = None, &["bastion-role"]),
        ("a profile without role", |facts| known(&mut facts.profiles)[0].role = None, &["bastion-role"]),
        (
            "another policy",
            |facts| role(facts).attached = Some(["arn:aws:iam::aws:policy/ReadOnlyAccess".into()].into()),
            &["bastion-role"],
        ),
        (
            "its actions",
            |facts| {
                role(facts).attached = Some([].into());
                role(facts).allowed = ["SSM:Update*".into(), "ssmmessages:*".into()].into();
            },
            &[],
        ),
        (
            "not all of its actions",
            |facts| {
                role(facts).attached = Some([].into());
                role(facts).allowed = ["ssm:*".into(), "ssmmessages:Create*".into()].into();
            },
            &["bastion-role"],
        ),
        ("a denial", |facts| role(facts).denied = ["ssmmessages:OpenDataChannel".into()].into(), &["bastion-role"]),
        (
            "lost",
            |facts| known(&mut facts.agents).get_mut("i-bastion").unwrap().ping = "ConnectionLost".into(),
            &["agent-online"],
        ),
        ("the first that reaches others", |facts| agent(facts, "3.3.40.0"), &[]),
        ("a version that breaks", |facts| agent(facts, "3.1.1446.0"), &["agent-version", "endpoint-others"]),
        ("the last that breaks", |facts| agent(facts, "3.1.1475.0"), &["agent-version", "endpoint-others"]),
        ("mended, but it needs ec2messages", |facts| agent(facts, "3.1.1476.0"), &["endpoint-others"]),
        ("old, but not broken", |facts| agent(facts, "3.1.1374.0"), &["endpoint-others"]),
        ("too old", |facts| agent(facts, "3.1.1373.0"), &["agent-version", "endpoint-others"]),
    ]);
}

#[test]
fn the_path_and_the_log() {
    check(&[
        ("not let out", |facts| group(facts, "sg-bastion").egress = rules(&["tcp 443 sg-endpoints"]), &["path-groups"]),
        ("let out everywhere", |facts| group(facts, "sg-bastion").egress = rules(&["-1 all 0.0.0.0/0"]), &[]),
        (
            "let out to one of two subnets",
            |facts| group(facts, "sg-bastion").egress = rules(&["tcp 443 sg-endpoints", "tcp 5432 10.0.1.0/24"]),
            &["path-groups"],
        ),
        (
            "let out to both",
            |facts| {
                group(facts, "sg-bastion").egress =
                    rules(&["tcp 443 sg-endpoints", "tcp 5432 10.0.1.0/24", "tcp 5432 10.0.2.0/24"]);
            },
            &[],
        ),
        (
            "requests kept at the database's border",
            |facts| acl(facts, "acl-db").entries.push(entry("5 deny 6 10.0.3.7/32 5432-5432")),
            &["path-acls"],
        ),
        (
            "requests kept at the bastion's border",
            |facts| acl(facts, "acl-bastion").entries.push(entry(">5 deny 6 10.0.2.0/24 5432-5432")),
            &["path-acls"],
        ),
        (
            "answers kept at the database's border",
            |facts| acl(facts, "acl-db").entries.push(entry(">5 deny 6 10.0.0.0/16 1024-65535")),
            &["path-acls"],
        ),
        (
            "some answers kept at the database's border",
            |facts| acl(facts, "acl-db").entries.push(entry(">5 deny 6 10.0.3.0/24 60000-60999")),
            &["path-acls"],
        ),
        (
            "answers kept at the bastion's border",
            |facts| acl(facts, "acl-bastion").entries.push(entry("5 deny 6 10.0.1.0/24 40000-40000")),
            &["path-acls"],
        ),
        (
            "another neighbour kept out",
            |facts| acl(facts, "acl-db").entries.push(entry("5 deny 6 10.0.3.8/32 5432-5432")),
            &[],
        ),
        ("no log", |facts| known(&mut facts.preferences).as_mut().unwrap().log_group = None, &["session-logging"]),
        ("no preferences", |facts| *known(&mut facts.preferences) = None, &["session-logging"]),
    ]);
}
