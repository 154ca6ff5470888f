//! The endpoints, one change a row: exactly these checks fail, and no others.

use super::{
    changes::{acl, agent, check, group, rules},
    network::{entry, known},
};
use crate::{access::Facts, model::VpcEndpoint};

fn endpoint<'a>(facts: &'a mut Facts, id: &str) -> &'a mut VpcEndpoint {
    known(&mut facts.endpoints).iter_mut().find(|endpoint| endpoint.id == id).unwrap()
}

/// Sessions are logged to a bucket, and a gateway for it is in this table.
fn s3(facts: &mut Facts, table: &str) {
    known(&mut facts.preferences).as_mut().unwrap().bucket = Some("sessions".into());
    let gateway = VpcEndpoint {
        id: "vpce-s3".into(),
        vpc_id: Some("vpc-1".into()),
        kind: Some("Gateway".into()),
        service: "com.amazonaws.eu-west-2.s3".into(),
        state: Some("available".into()),
        route_tables: vec![table.into()],
        ..VpcEndpoint::default()
    };
    known(&mut facts.endpoints).push(gateway);
}

#[test]
fn the_endpoints() {
    check(&[
        ("no ssm", |facts| known(&mut facts.endpoints).retain(|it| it.id != "vpce-ssm"), &["endpoint-ssm"]),
        (
            "no ssmmessages",
            |facts| known(&mut facts.endpoints).retain(|it| it.id != "vpce-messages"),
            &["endpoint-ssmmessages"],
        ),
        ("in another VPC", |facts| endpoint(facts, "vpce-ssm").vpc_id = Some("vpc-2".into()), &["endpoint-ssm"]),
        ("pending", |facts| endpoint(facts, "vpce-ssm").state = Some("pending".into()), &["endpoint-ssm"]),
        ("in AWS's other case", |facts| endpoint(facts, "vpce-ssm").state = Some("Available".into()), &[]),
        ("no logs", |facts| known(&mut facts.endpoints).retain(|it| it.id != "vpce-logs"), &["endpoint-others"]),
        (
            "a key without kms",
            |facts| known(&mut facts.preferences).as_mut().unwrap().key = Some("alias/sessions".into()),
            &["endpoint-others"],
        ),
        (
            "a bucket without s3",
            |facts| known(&mut facts.preferences).as_mut().unwrap().bucket = Some("sessions".into()),
            &["endpoint-others"],
        ),
        ("no private DNS", |facts| endpoint(facts, "vpce-ssm").private_dns = Some(false), &["endpoint-private-dns"]),
        (
            "of logs no private DNS",
            |facts| endpoint(facts, "vpce-logs").private_dns = Some(false),
            &["endpoint-private-dns"],
        ),
        (
            "of logs 443 not let in",
            |facts| endpoint(facts, "vpce-logs").groups = vec!["sg-db".into()],
            &["endpoint-let-in"],
        ),
        (
            "of ec2messages no private DNS",
            |facts| {
                agent(facts, "3.1.1476.0");
                let service = "com.amazonaws.eu-west-2.ec2messages".to_owned();
                let other = VpcEndpoint { service, private_dns: Some(false), ..endpoint(facts, "vpce-ssm").clone() };
                known(&mut facts.endpoints).push(other);
            },
            &["endpoint-private-dns"],
        ),
        (
            "one that sessions don't need",
            |facts| {
                let service = "com.amazonaws.eu-west-2.kms".to_owned();
                let other = VpcEndpoint { service, private_dns: Some(false), ..endpoint(facts, "vpce-ssm").clone() };
                known(&mut facts.endpoints).push(other);
            },
            &[],
        ),
        ("in no subnet", |facts| endpoint(facts, "vpce-ssm").subnets.clear(), &["endpoint-ssm"]),
        ("a gateway in the bastion's table", |facts| s3(facts, "rtb-main"), &[]),
        ("a gateway in another table", |facts| s3(facts, "rtb-own"), &["endpoint-others"]),
        (
            "another team's without private DNS",
            |facts| {
                let other = VpcEndpoint {
                    id: "vpce-team".into(),
                    private_dns: Some(false),
                    ..endpoint(facts, "vpce-ssm").clone()
                };
                known(&mut facts.endpoints).insert(0, VpcEndpoint { groups: vec!["sg-db".into()], ..other });
            },
            &[],
        ),
        ("no DNS", |facts| known(&mut facts.vpcs)[0].dns_support = Some(false), &["vpc-dns-support"]),
        ("no host names", |facts| known(&mut facts.vpcs)[0].dns_hostnames = Some(false), &["vpc-dns-hostnames"]),
        ("443 not let in", |facts| group(facts, "sg-endpoints").ingress.clear(), &["endpoint-let-in"]),
        ("443 let in for the VPC", |facts| group(facts, "sg-endpoints").ingress = rules(&["tcp 443 pl-vpc"]), &[]),
        (
            "443 not let out",
            |facts| group(facts, "sg-bastion").egress = rules(&["tcp 5432 sg-db"]),
            &["endpoint-let-in"],
        ),
        (
            "443 kept at the endpoints' border",
            |facts| acl(facts, "acl-endpoints").entries.push(entry("5 deny 6 10.0.3.0/24 443-443")),
            &["endpoint-let-in"],
        ),
        (
            "answers kept at the endpoints' border",
            |facts| acl(facts, "acl-endpoints").entries.push(entry(">5 deny 6 10.0.3.0/24 1024-65535")),
            &["endpoint-let-in"],
        ),
    ]);
}
