//! What is told: the deciding rule, other networks, remedies; and what wasn't read.

use super::{
    found,
    network::{good, known, route, rule},
    of_check,
};
use crate::{
    access::{Facts, Read},
    model::{Agent, Machine},
};

#[test]
fn the_deciding_rule_is_named() {
    let mut facts = good();
    known(&mut facts.network_acls)[0].entries.retain(|entry| entry.number != 10);
    let (seen, commands) = of_check(&facts, "acl-ssh-rdp");
    assert_eq!(seen, ["acl-db: 22 from 0.0.0.0/0 is let in by rule 100 (allow all from 0.0.0.0/0)"]);
    // The nearest number before the wide rule: what was decided before stays so.
    let expected = "aws ec2 create-network-acl-entry --network-acl-id acl-db --ingress --rule-number 99 --protocol tcp \
                    --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny";
    assert_eq!(commands, [expected]);
}

#[test]
fn ways_to_other_networks_are_told() {
    let mut facts = good();
    known(&mut facts.route_tables)[0].routes.extend([route("0.0.0.0/0", "tgw-1"), route("172.16.0.0/16", "pcx-1")]);
    let (seen, commands) = of_check(&facts, "subnets-private");
    assert_eq!(seen[0], "subnet-1: 0.0.0.0/0 to tgw-1 in rtb-own: whoever is there may reach the subnet");
    assert_eq!(seen[1], "subnet-1: 172.16.0.0/16 to pcx-1 in rtb-own: whoever is there may reach the subnet");
    let (one, two) = (route("10.9.0.0/16", "vpce-firewall"), route("pl-s3", "vpce-s3"));
    known(&mut facts.route_tables)[0].routes.extend([one, two]);
    let (firewall, _) = of_check(&facts, "subnets-private");
    assert_eq!(firewall[2], "subnet-1: 10.9.0.0/16 to vpce-firewall in rtb-own: whoever is there may reach the subnet");
    assert_eq!((seen.len(), firewall.len()), (3, 4));
    assert_eq!(seen[2], "subnet-2: no route of rtb-main, the main one leaves the VPC");
    assert!(commands.is_empty());
}

#[test]
fn each_member_of_a_cluster_is_public_by_itself() {
    let mut facts = good();
    facts.members = vec![facts.database.clone(), facts.database.clone()];
    facts.members[0].identifier = "orders-2".into();
    (facts.members[1].identifier, facts.members[1].publicly_accessible) = ("orders-3".into(), Some(true));
    assert_eq!(found(&facts), (vec!["database-not-public"], vec![]));
    let (seen, commands) = of_check(&facts, "database-not-public");
    assert_eq!(seen, ["orders-3: PubliclyAccessible is true"]);
    assert!(commands.len() == 1 && commands[0].contains("--db-instance-identifier orders-3 "), "{commands:?}");
    facts.members[1].publicly_accessible = None;
    assert_eq!(found(&facts), (vec![], vec!["database-not-public"]));
}

#[test]
fn addresses_in_ipv6_are_told() {
    let mut facts = good();
    known(&mut facts.machines)[0].ipv6_addresses = vec!["2001:db8::7".into()];
    let (seen, _) = of_check(&facts, "bastion-no-public-address");
    assert!(seen.len() == 2 && seen[1].contains("2001:db8::7"), "{seen:?}");
}

#[test]
fn a_public_subnet_gets_a_table_of_its_own() {
    let mut facts = good();
    known(&mut facts.route_tables)[0].routes.push(route("::/0", "igw-1"));
    let (seen, commands) = of_check(&facts, "subnets-private");
    assert_eq!(seen, ["subnet-1: ::/0 to igw-1 in rtb-own"]);
    let made = "\"$(aws ec2 create-route-table --vpc-id vpc-1 --query RouteTable.RouteTableId --output text)\"";
    let expected =
        format!("aws ec2 replace-route-table-association --association-id rtbassoc-1 --route-table-id {made}");
    assert_eq!(commands, [expected]);
}

#[test]
fn a_wide_rule_is_narrowed_before_it_is_revoked() {
    let mut facts = good();
    known(&mut facts.security_groups)[0].ingress = [rule("-1 all sg-bastion")].into();
    let (_, commands) = of_check(&facts, "database-group-ports");
    let at = "--group-id sg-db --ip-permissions";
    assert_eq!(
        commands,
        [
            format!(
                "aws ec2 authorize-security-group-ingress {at} \
                 'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{{GroupId=sg-bastion}}]'"
            ),
            format!(
                "aws ec2 revoke-security-group-ingress {at} 'IpProtocol=-1,UserIdGroupPairs=[{{GroupId=sg-bastion}}]'"
            ),
        ]
    );
}

#[test]
fn no_command_is_printed_that_aws_refuses() {
    let mut facts = good();
    known(&mut facts.security_groups)[0].ingress = [rule("-1 all sg-bastion"), rule("tcp 5432 sg-bastion")].into();
    let (_, commands) = of_check(&facts, "database-group-ports");
    assert_eq!(commands.len(), 1, "the narrow rule is there: {commands:?}");
    assert!(commands[0].starts_with("aws ec2 revoke-security-group-ingress "), "{commands:?}");

    known(&mut facts.machines)[0].public_addresses = vec!["203.0.113.7".into()];
    let (_, commands) = of_check(&facts, "bastion-no-public-address");
    let found =
        "aws ec2 describe-addresses --public-ips 203.0.113.7 --query 'Addresses[0].AssociationId' --output text";
    assert_eq!(commands, [format!("aws ec2 disassociate-address --association-id \"$({found})\"")]);

    facts.bastion = Some("i-bastion".into());
    for (state, commands) in [("stopped", 1), ("stopping", 0), ("pending", 0), ("shutting-down", 0), ("terminated", 0)]
    {
        known(&mut facts.machines)[0].state = Some(state.into());
        assert_eq!(of_check(&facts, "bastion").1.len(), commands, "{state}");
    }

    for (state, commands) in [("pending", 0), ("Pending", 0), ("failed", 1)] {
        known(&mut facts.endpoints)[0].state = Some(state.into());
        assert_eq!(of_check(&facts, "endpoint-ssm").1.len(), commands, "{state}");
    }
}

#[test]
fn no_remedy_cuts_the_way_itself() {
    let revokes = |command: &String| command.starts_with("aws ec2 revoke-security-group-ingress ");
    // One group for all: what it lets in from itself is the bastion's way to the endpoints and the database.
    let mut facts = good();
    known(&mut facts.machines)[0].groups = vec!["sg-endpoints".into()];
    known(&mut facts.security_groups)[2].ingress = [rule("tcp 443 sg-endpoints"), rule("tcp 22 10.0.0.0/8")].into();
    let (seen, commands) = of_check(&facts, "bastion-no-ingress");
    assert_eq!(seen.len(), 2);
    assert!(commands.len() == 1 && commands[0].contains("FromPort=22,"), "{commands:?}");
    let mut facts = good();
    known(&mut facts.machines)[0].groups = vec!["sg-db".into()];
    known(&mut facts.security_groups)[0].ingress = [rule("tcp 5432 sg-db")].into();
    assert_eq!(of_check(&facts, "bastion-no-ingress").1, Vec::<String>::new());

    // Let in by its address alone, the bastion's group is let in before that goes.
    let mut facts = good();
    known(&mut facts.security_groups)[0].ingress = [rule("-1 all 10.0.3.0/24"), rule("tcp 5432 10.0.9.0/24")].into();
    for (check, others) in [("database-group-ports", 0), ("database-group-peers", 1)] {
        let (_, commands) = of_check(&facts, check);
        assert_eq!(commands.len(), 2 + others, "{commands:?}");
        let first = commands.iter().position(|command| command.contains("authorize-security-group-ingress"));
        let way = commands.iter().position(|command| revokes(command) && command.contains("10.0.3.0/24"));
        assert!(
            first.is_some() && first < way && commands[first.unwrap()].contains("GroupId=sg-bastion"),
            "{commands:?}"
        );
    }
    known(&mut facts.security_groups)[0].ingress.insert(rule("tcp 5432 sg-bastion"));
    assert!(of_check(&facts, "database-group-peers").1.iter().all(revokes));
}

#[test]
fn two_remedies_never_take_one_number() {
    let mut facts = good();
    let acl = &mut known(&mut facts.network_acls)[1];
    acl.entries.retain(|entry| entry.egress && entry.number == 32767);
    let (_, commands) = of_check(&facts, "path-acls");
    let numbers: Vec<(bool, &str)> = commands
        .iter()
        .map(|command| {
            (command.contains("--egress"), command.split("--rule-number ").nth(1).unwrap().split(' ').next().unwrap())
        })
        .collect();
    assert_eq!(numbers, [(true, "32766"), (false, "32766"), (true, "32765"), (false, "32765")]);
}

#[test]
fn what_was_not_read_is_not_judged() {
    type Row = (fn(&mut Facts), &'static [&'static str]);
    let table: [Row; 13] = [
        (|facts| facts.database.publicly_accessible = None, &["database-not-public"]),
        (
            |facts| facts.group_subnets = Read::default(),
            &["subnets-private", "subnets-two-zones", "acl-ssh-rdp", "path-groups", "path-acls"],
        ),
        (|facts| facts.route_tables = Read::default(), &["subnets-private", "bastion-private"]),
        (|facts| facts.network_acls = Read::default(), &["acl-ssh-rdp", "endpoint-let-in", "path-acls"]),
        (
            |facts| facts.security_groups = Read::default(),
            &["database-group-ports", "database-group-peers", "bastion-no-ingress", "endpoint-let-in", "path-groups"],
        ),
        (|facts| known(&mut facts.machines)[0].http_tokens = None, &["bastion-imdsv2"]),
        (|facts| facts.agents = Read::default(), &["agent-online", "agent-version", "endpoint-others"]),
        (|facts| facts.roles = Read::default(), &["bastion-role"]),
        (|facts| facts.vpcs = Read::default(), &["vpc-dns-support", "vpc-dns-hostnames"]),
        (
            |facts| facts.endpoints = Read::default(),
            &["endpoint-ssm", "endpoint-ssmmessages", "endpoint-others", "endpoint-private-dns", "endpoint-let-in"],
        ),
        (|facts| facts.preferences = Read::default(), &["endpoint-others", "session-logging"]),
        (|facts| facts.permitted = Read::default(), &["tunnel-permitted"]),
        (
            |facts| {
                let role = known(&mut facts.roles).get_mut("bastion").unwrap();
                role.attached = Some([].into());
                role.unread = ["ops".to_owned()].into();
            },
            &["bastion-role"],
        ),
    ];
    for (number, (change, expected)) in table.into_iter().enumerate() {
        let mut facts = good();
        change(&mut facts);
        assert_eq!(found(&facts), (vec![], expected.to_vec()), "row {number}");
    }
    let (failed, open) = found(&Facts::default());
    assert_eq!((failed.len(), open.len()), (0, 26));
}

#[test]
fn what_is_wrong_outweighs_what_was_not_read() {
    let mut facts = good();
    known(&mut facts.route_tables).retain(|table| !table.main);
    known(&mut facts.route_tables)[0].routes.push(route("0.0.0.0/0", "igw-1"));
    assert_eq!(found(&facts), (vec!["subnets-private"], vec!["bastion-private"]));
}

#[test]
fn the_likeliest_machine_is_the_bastion() {
    let chosen = |facts: &Facts| crate::access::audit(facts).bastion;
    let mut facts = good();
    let other = Machine { id: "i-application".into(), name: None, ..known(&mut facts.machines)[0].clone() };
    known(&mut facts.machines).insert(0, other);
    assert_eq!(chosen(&facts).as_deref(), Some("i-bastion (bastion)"), "its agent is online");
    let agent = Agent { version: "3.3.987.0".into(), ping: "Online".into(), last_ping: None };
    known(&mut facts.agents).insert("i-application".into(), agent);
    assert_eq!(chosen(&facts).as_deref(), Some("i-bastion (bastion)"), "it is called so");
    known(&mut facts.machines)[1].groups = vec!["sg-endpoints".into()];
    known(&mut facts.machines)[1].address = None;
    assert_eq!(chosen(&facts).as_deref(), Some("i-application"), "the database lets it in");
    facts.bastion = Some("i-bastion".into());
    assert_eq!(chosen(&facts).as_deref(), Some("i-bastion (bastion)"), "it is named");
    known(&mut facts.machines).clear();
    facts.bastion = None;
    let (failed, open) = found(&facts);
    assert_eq!(failed, ["bastion"]);
    assert_eq!(open.len(), 11, "{open:?}");
}
