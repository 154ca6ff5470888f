//! What people see of an audit.

use super::text;
use crate::{
    access::{Check, Remedy, Report, Verdict},
    ui::Page,
};

fn check(id: &'static str, title: &'static str, verdict: Verdict) -> Check {
    let seen = vec!["acl-1: 22 from 0.0.0.0/0 is let in by rule 100 (allow all from 0.0.0.0/0)".to_owned()];
    Check { id, title, verdict, seen, why: "the first rule that matches decides", answers: &["CIS 6.2"] }
}

#[test]
fn an_audit_is_laid_out() {
    let command = "aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 99 --protocol tcp \
                   --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny";
    let remedy = Remedy { words: "denies it before the wide rule".into(), commands: vec![command.into()] };
    let open = || Verdict::NotChecked("no file holds VpcEndpoints: aws ec2 describe-vpc-endpoints".into());
    let report = Report {
        database: "orders".into(),
        vpc: Some("vpc-1".into()),
        bastion: Some("i-1 (bastion)".into()),
        checks: vec![
            check("database-not-public", "the database isn't publicly accessible", Verdict::Pass),
            check("acl-ssh-rdp", "network ACLs deny 22 and 3389 before anything wide", Verdict::Fail(remedy)),
            check("endpoint-ssm", "there is an endpoint for ssm", open()),
            check("endpoint-ssmmessages", "there is an endpoint for ssmmessages", open()),
        ],
    };
    for (name, width) in [("audit_80", 80), ("audit_140", 140)] {
        insta::assert_snapshot!(name, text(&report, Page { width, color: false }));
    }
    let lines = text(&report, Page { width: 60, color: false });
    let long: Vec<&str> = lines.lines().filter(|line| line.chars().count() > 60 && !line.contains("aws ec2")).collect();
    assert!(long.is_empty(), "{long:?}");
    assert!(lines.contains(command), "commands stay whole: {lines}");
    assert!(text(&report, Page { width: 80, color: true }).contains("\u{1b}[1m\u{1b}[31m✗"));
}
