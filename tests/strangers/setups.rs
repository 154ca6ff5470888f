//! `access setup` and `access teardown` on moto: what they make and take away, looked at by the `aws` CLI.
//!
//! moto knows no agents, so a setup there ends with the last part missing.

use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    aws_cli::{AwsCli, text},
    moto::Moto,
    process::{REGION, command},
};

pub(super) fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A database in a VPC of its own with two subnets, and nothing else.
pub(super) fn bare(aws: &AwsCli) {
    let vpc = text(&aws.ask(&words("ec2 create-vpc --cidr-block 10.20.0.0/16"))["Vpc"]["VpcId"]);
    let subnet = |number: u8, zone: &str| {
        let line =
            format!("ec2 create-subnet --vpc-id {vpc} --cidr-block 10.20.{number}.0/24 --availability-zone {zone}");
        text(&aws.ask(&words(&line))["Subnet"]["SubnetId"])
    };
    let (one, two) = (subnet(1, "eu-west-2a"), subnet(2, "eu-west-2b"));
    let line = format!("ec2 create-security-group --group-name db --description db --vpc-id {vpc}");
    let group = text(&aws.ask(&words(&line))["GroupId"]);
    aws.ask(&words(&format!(
        "rds create-db-subnet-group --db-subnet-group-name bare --db-subnet-group-description bare --subnet-ids {one} {two}"
    )));
    aws.ask(&words(&format!(
        "rds create-db-instance --db-instance-identifier bare --engine postgres --db-instance-class db.t3.micro \
         --allocated-storage 20 --master-username keeper --master-user-password long-enough-for-moto \
         --db-subnet-group-name bare --vpc-security-group-ids {group}"
    )));
}

/// Everything that a setup could have touched.
fn things(aws: &AwsCli) -> Vec<Value> {
    let mut all: Vec<Value> = [
        "ec2 describe-subnets",
        "ec2 describe-route-tables",
        "ec2 describe-network-acls",
        "ec2 describe-security-groups",
        "ec2 describe-vpc-endpoints",
        "ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped",
        "iam list-roles",
        "iam list-instance-profiles",
        "ssm list-documents --filters Key=Owner,Values=Self",
        "rds describe-db-subnet-groups",
    ]
    .iter()
    .map(|line| aws.ask(&words(line)))
    .collect();
    // moto keeps endpoints that are deleted, and with ACLs the subnets that are gone.
    for answer in &mut all {
        if let Some(endpoints) = answer.get_mut("VpcEndpoints").and_then(Value::as_array_mut) {
            endpoints.retain(|endpoint| endpoint["State"] != "deleted");
        }
        for acl in answer.get_mut("NetworkAcls").and_then(Value::as_array_mut).into_iter().flatten() {
            acl["Associations"].take();
        }
    }
    let vpcs = aws.ask(&words("ec2 describe-vpcs"));
    for vpc in vpcs["Vpcs"].as_array().expect("a list") {
        let line =
            format!("ec2 describe-vpc-attribute --attribute enableDnsHostnames --vpc-id {}", text(&vpc["VpcId"]));
        all.push(aws.ask(&words(&line)));
    }
    // In one order, which what is left out must not decide.
    all.into_iter().map(sorted).collect()
}

/// Lists in one order: moto's changes as things come and go.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(rows) => {
            let mut rows: Vec<Value> = rows.into_iter().map(sorted).collect();
            rows.sort_by_key(Value::to_string);
            Value::Array(rows)
        }
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, sorted(value))).collect(),
        other => other,
    }
}

fn run(moto: &Moto, folder: &TempDir, line: &str) -> Output {
    let state = folder.path().join("state");
    let there = format!("--region {REGION} --endpoint-url {} --state-dir {}", moto.url, state.display());
    as_printed(folder, &format!("{line} {there}"))
}

/// A command without any other hint where AWS is, and which state is meant.
fn as_printed(folder: &TempDir, line: &str) -> Output {
    command(env!("CARGO_BIN_EXE_rds-encrypt").as_ref(), folder.path())
        .args(words(line))
        // What moto doesn't know is asked for again and again: soon enough.
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("RDS_ENCRYPT_PACE", "2000")
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_setup_on_moto_makes_all_but_an_agent_and_its_removal_leaves_what_was_there() {
    let Some(moto) = Moto::with_managed_policies() else { return };
    let folder = TempDir::new().expect("a folder");
    bare(&moto.aws);
    let before = things(&moto.aws);
    let refused = run(&moto, &folder, "access setup bare --yes");
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("--allow-iam"), "{}", said(&refused));
    let subnets = "--subnet-cidr 10.20.8.0/24 --subnet-cidr 10.20.9.0/24 --session-log-group /sessions";
    let made = run(&moto, &folder, &format!("access setup bare --yes --allow-iam {subnets}"));
    assert_eq!(made.status.code(), Some(4), "{}", said(&made));
    assert!(said(&made).contains("[29/31] bastion t4g.nano"), "{}", said(&made));
    assert!(said(&made).contains("DescribeInstanceInformation"), "{}", said(&made));
    let audit = run(&moto, &folder, "access audit bare --output json");
    let report: Value =
        serde_json::from_slice(&audit.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&audit)));
    let of = |verdict: &str| -> Vec<String> {
        let checks = report["checks"].as_array().expect("a list").iter();
        checks.filter(|check| check["verdict"] == verdict).map(|check| text(&check["id"])).collect()
    };
    assert_eq!(of("fail"), [""; 0], "{report:#}");
    // moto shows neither whether a database is public nor any agent.
    assert_eq!(
        of("not-checked"),
        ["database-not-public", "agent-online", "agent-version", "endpoint-others", "tunnel-permitted"]
    );
    // The command that was printed leads back here from anywhere.
    let printed = said(&made);
    let teardown = printed.lines().find_map(|line| line.trim().strip_prefix("rds-encrypt access teardown bare "));
    let teardown = format!("access teardown bare {} --yes", teardown.expect("it is told"));
    let removed = as_printed(&folder, &teardown);
    assert_eq!(removed.status.code(), Some(0), "{}", said(&removed));
    for (left, before) in things(&moto.aws).iter().zip(&before) {
        assert_eq!(left, before);
    }
}
