//! The place that the copy is made in.

use super::*;
use crate::model::Value;

#[test]
fn zones_addresses_and_groups() {
    let table: [(&str, Change, &[Found]); 12] = [
        (
            "one live zone",
            |_, _, around| {
                around.subnets =
                    Checked::Known(vec![subnet("subnet-1", "a", "Active"), subnet("subnet-2", "b", "Inactive")]);
            },
            &[(Blocker, &["private has live subnets in one zone;", "subnet-2 can't be used", "--subnet-group"])],
        ),
        ("never had two", |_, _, around| around.subnets = Checked::Known(vec![subnet("subnet-1", "a", "Active")]), &[]),
        (
            "full",
            |_, _, around| around.room = Checked::Known(vec![room("subnet-1", "a", 0), room("subnet-2", "b", 0)]),
            &[(Blocker, &["no subnet of private has a free address"])],
        ),
        (
            "nearly full",
            |_, _, around| around.room = Checked::Known(vec![room("subnet-1", "a", 1), room("subnet-2", "b", 2)]),
            &[(Warning, &["3 free addresses left"])],
        ),
        (
            "a standby without an address",
            |_, source, around| {
                source.multi_az = Some(true);
                around.room = Checked::Known(vec![room("subnet-1", "a", 90), room("subnet-2", "b", 0)]);
            },
            &[(Blocker, &["second zone"])],
        ),
        (
            "no standby",
            |_, _, around| around.room = Checked::Known(vec![room("subnet-1", "a", 90), room("subnet-2", "b", 0)]),
            &[],
        ),
        (
            "numbers that aren't shown",
            |_, _, around| {
                around.room = Checked::Known(vec![Subnet { free: None, ..room("subnet-1", "a", 0) }]);
            },
            &[],
        ),
        (
            "a group that is gone",
            |_, _, around| around.groups = Checked::Known(Vec::new()),
            &[(Blocker, &["security group sg-1 doesn't exist", "--security-group SG"])],
        ),
        (
            "a group of another VPC",
            |_, _, around| around.groups = Checked::Known(vec![group("sg-1", "vpc-2")]),
            &[(Blocker, &["sg-1 is in vpc-2, the copy in vpc-1"])],
        ),
        (
            "chosen ones",
            |facts, _, around| {
                let chosen = Value::List(["sg-7".to_owned()].into());
                facts.choices.overrides.insert(Setting::VpcSecurityGroupIds, chosen);
                around.groups = Checked::Known(vec![group("sg-1", "vpc-1")]);
            },
            &[(Blocker, &["security group sg-7 doesn't exist"])],
        ),
        (
            "another VPC, which is said elsewhere",
            |facts, _, _| {
                let there = SubnetGroup { name: word("other"), vpc_id: word("vpc-2") };
                facts.groups.subnet_group = Some(Checked::Known(Some(there)));
            },
            &[],
        ),
        (
            "in quarantine only the bastion's counts",
            |facts, _, around| {
                facts.choices.network = Network::Quarantine {
                    bastion_group: word("sg-9"),
                    vpc_id: "vpc-1".into(),
                    port: 5432,
                    egress: std::collections::BTreeSet::new(),
                };
                around.groups = Checked::Known(Vec::new());
            },
            &[(Blocker, &["security group sg-9 doesn't exist"])],
        ),
    ];
    for (case, change, expected) in table {
        expect(case, change, expected);
    }
}
