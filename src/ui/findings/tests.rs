use insta::assert_snapshot;

use super::{super::samples::*, *};

fn finding(severity: Severity, what: &str, remedy: &str) -> Finding {
    Finding { severity, what: what.into(), remedy: remedy.into(), rule: "R" }
}

fn judgement() -> Judgement {
    Judgement {
        checks: vec![
            ("source", Check::Ok),
            ("class", Check::Found),
            ("relations", Check::Found),
            (
                "key",
                Check::NotChecked(
                    "AccessDeniedException: User: arn:aws:iam::000000000000:user/ada is not authorized to perform: \
                     kms:DescribeKey"
                        .into(),
                    Some("kms:DescribeKey".into()),
                ),
            ),
            ("names", Check::NotChecked("connection refused".into(), None)),
        ],
        findings: vec![
            finding(
                Severity::Note,
                "tags that only AWS may set are not carried: aws:cloudformation:stack-name",
                "nothing to do",
            ),
            finding(Severity::Warning, "orders has read replicas: orders-r1", "they stay with the source"),
            finding(
                Severity::Blocker,
                "class db.m1.small can't hold an encrypted database",
                "move the source to a class that can first (db.t3.micro, or db.m5.large for the db.m1 and db.m2 classes)",
            ),
        ],
        nothing_to_do: None,
        owned_elsewhere: None,
    }
}

#[test]
fn a_refusal_lists_everything_at_once() {
    assert_snapshot!(refusal(&judgement(), "orders", WIDE), @"
    orders can't be migrated as it is: 1 problem, 2 checks not made
      ✗ class db.m1.small can't hold an encrypted database
          move the source to a class that can first (db.t3.micro, or db.m5.large for
          the db.m1 and db.m2 classes)
      ? key: not checked, AccessDeniedException: User:
        arn:aws:iam::000000000000:user/ada is not authorized to perform:
        kms:DescribeKey
          grant kms:DescribeKey to whoever runs this, then run it again
      ? names: not checked, connection refused
          what can't be checked isn't taken for fine; run this again
      ! orders has read replicas: orders-r1
          they stay with the source
      i tags that only AWS may set are not carried: aws:cloudformation:stack-name
          nothing to do

    Nothing was made or changed.
    ");
    assert_snapshot!(refusal(&judgement(), "orders", NARROW), @"
    orders can't be migrated as it is: 1 problem, 2 checks not
    made
      ✗ class db.m1.small can't hold an encrypted database
          move the source to a class that can first
          (db.t3.micro, or db.m5.large for the db.m1 and db.m2
          classes)
      ? key: not checked, AccessDeniedException: User:
        arn:aws:iam::000000000000:user/ada is not authorized to
        perform: kms:DescribeKey
          grant kms:DescribeKey to whoever runs this, then run
          it again
      ? names: not checked, connection refused
          what can't be checked isn't taken for fine; run this
          again
      ! orders has read replicas: orders-r1
          they stay with the source
      i tags that only AWS may set are not carried:
        aws:cloudformation:stack-name
          nothing to do

    Nothing was made or changed.
    ");
}

#[test]
fn what_another_run_owns_is_named() {
    let owned =
        Some("snapshot orders-k3v9q2xa-g1 belongs to migration k3v9q2xa.g1, begun by run n1 ada@bastion".into());
    let judgement = Judgement { owned_elsewhere: owned, ..Judgement::default() };
    assert_snapshot!(refusal(&judgement, "orders", WIDE), @"
    orders can't be migrated as it is: 1 problem
      ✗ snapshot orders-k3v9q2xa-g1 belongs to migration k3v9q2xa.g1, begun by run
        n1 ada@bastion
          another run made it, and its state isn't here. Go on where it was begun,
          or let that one end first; where its state is lost, rds-encrypt resume
          orders makes it again

    Nothing was made or changed.
    ");
}

#[test]
fn each_check_has_a_line() {
    assert_snapshot!(checks(&judgement(), WIDE), @"
    Checks
      ✓ source
      ! class
      ! relations
      ? key: not checked, AccessDeniedException: User:
        arn:aws:iam::000000000000:user/ada is not authorized to perform:
        kms:DescribeKey (missing: kms:DescribeKey)
      ? names: not checked, connection refused
    ");
}

#[test]
fn remarks_put_the_heavier_first() {
    assert_snapshot!(remarks(&judgement().findings[..2], WIDE), @"
    ! orders has read replicas: orders-r1
        they stay with the source
    i tags that only AWS may set are not carried: aws:cloudformation:stack-name
        nothing to do
    ");
}

#[test]
fn what_was_not_checked_for_the_same_reason_shares_a_line() {
    let open = |why: &str, permission: Option<&str>| Check::Open(why.into(), permission.map(str::to_owned));
    let judgement = Judgement {
        checks: vec![
            ("proxies", open("denied: one sentence", Some("rds:DescribeDBProxies"))),
            ("alarms", open("this endpoint doesn't know the question", None)),
            ("class", Check::Ok),
            ("integrations", open("denied: another", Some("rds:DescribeIntegrations"))),
            ("free addresses", open("this endpoint doesn't know the question", None)),
            ("quotas", open("rds:DescribeAccountAttributes: timed out", None)),
            ("subnets", open("rds:DescribeDBSubnetGroups: timed out", None)),
            ("names", open("ec2:DescribeSubnets: connection refused", None)),
        ],
        ..Judgement::default()
    };
    assert_snapshot!(unchecked(&judgement, WIDE), @"

    Not checked
      ? proxies, integrations: not checked, AWS denies it to this caller
          to have them checked, grant rds:DescribeDBProxies,
          rds:DescribeIntegrations to whoever runs this
      ? alarms, free addresses: not checked, this endpoint doesn't know the question
      ? quotas, subnets: not checked, timed out
      ? names: not checked, ec2:DescribeSubnets: connection refused
    ");
    let one = Judgement { checks: vec![judgement.checks[0].clone()], ..Judgement::default() };
    assert_snapshot!(unchecked(&one, WIDE), @"

    Not checked
      ? proxies: not checked, denied: one sentence
          to have it checked, grant rds:DescribeDBProxies to whoever runs this
    ");
}
