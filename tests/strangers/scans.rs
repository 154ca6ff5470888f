//! Scans of several Regions and accounts, with moto in AWS's place, and of what the `aws` command printed.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{
    aws_cli::AwsCli,
    moto::{DATABASE_PASSWORD, Moto},
    process::REGION,
    program::{Ended, Program},
};

const ELSEWHERE: &str = "eu-west-1";
const ROLE: &str = "arn:aws:iam::111122223333:role/audit";

fn make(aws: &AwsCli, what: &str, name: &str, engine: &str, more: &[&str]) {
    let named = format!("--{}-identifier", what.trim_start_matches("create-"));
    let words = ["rds", what, &named, name, "--engine", engine];
    aws.ask(&[words.as_slice(), more].concat());
}

fn make_instance(aws: &AwsCli, name: &str, more: &[&str]) {
    let usual = ["--db-instance-class", "db.m5.large", "--allocated-storage", "20", "--master-username", "keeper"];
    let password = ["--master-user-password", DATABASE_PASSWORD];
    make(aws, "create-db-instance", name, "postgres", &[usual.as_slice(), &password, more].concat());
}

fn make_cluster(aws: &AwsCli, name: &str, engine: &str) {
    let user = ["--master-username", "keeper", "--master-user-password", DATABASE_PASSWORD];
    make(aws, "create-db-cluster", name, engine, &user);
}

fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.said()))
}

/// What is listed: account, Region, name, encryption.
fn listed(document: &Value) -> Vec<[String; 4]> {
    let rows = document["databases"].as_array().expect("databases");
    let cell = |row: &Value, member: &str| row[member].as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| ["account", "region", "name", "encryption"].map(|member| cell(row, member))).collect()
}

fn row(account: &str, region: &str, name: &str, encryption: &str) -> [String; 4] {
    [account, region, name, encryption].map(str::to_owned)
}

#[test]
fn regions_and_accounts_are_scanned() {
    let Some(moto) = Moto::of_accounts() else { return };
    let far = moto.aws.in_region(ELSEWHERE);
    let other = moto.aws.with_role(ROLE);
    make_instance(&moto.aws, "plain", &["--tags", "Key=team,Value=shop"]);
    make_instance(&moto.aws, "safe", &["--storage-encrypted"]);
    make_cluster(&moto.aws, "wide", "aurora-mysql");
    make_instance(&far, "far", &[]);
    make_instance(&other, "others", &[]);
    let program = Program::new(&moto.url);
    let own = "123456789012";

    let ended = program.run(&["scan", "--region", ELSEWHERE, "--all", "--output", "json"]).expect(0);
    let found = document(&ended);
    let expected = [
        row(own, ELSEWHERE, "far", "none"),
        row(own, REGION, "plain", "none"),
        row(own, REGION, "safe", "sse-kms"),
        row(own, REGION, "wide", "none"),
    ];
    assert_eq!((listed(&found), &found["complete"]), (expected.to_vec(), &Value::Bool(true)));

    let ended = program.run(&["scan", "--assume-role", ROLE, "--region", ELSEWHERE, "--output", "json"]).expect(0);
    let found = document(&ended);
    assert_eq!(listed(&found), [row("111122223333", REGION, "others", "none")]);

    let ended = program.run(&["scan", "--tag", "team=shop", "--fail-if-unencrypted", "--output", "json"]).expect(7);
    assert_eq!(listed(&document(&ended)), [row(own, REGION, "plain", "none")]);
    program.run(&["scan", "--name", "safe", "--fail-if-unencrypted"]).expect(0);
    assert_eq!(program.state_files().len(), 0, "a scan remembers nothing");
}

/// Every Region that is switched on.
#[test]
fn all_regions_are_scanned() {
    let Some(moto) = Moto::start() else { return };
    make_instance(&moto.aws.in_region("ap-southeast-2"), "far", &[]);
    let program = Program::new(&moto.url);
    let ended = program.run_anywhere(&["scan", "--all-regions", "--output", "json"]).expect(0);
    let found = document(&ended);
    assert_eq!(listed(&found), [row("000000000000", "ap-southeast-2", "far", "none")]);
    let regions = found["inventories"].as_array().map_or(0, Vec::len);
    let answer = moto.aws.ask(&["ec2", "describe-regions"]);
    assert_eq!(Some(regions), answer["Regions"].as_array().map(Vec::len));
}

/// What the `aws` command printed is read without any account.
#[test]
fn what_aws_printed_is_scanned() {
    let Some(moto) = Moto::start() else { return };
    make_instance(&moto.aws, "plain", &[]);
    make_cluster(&moto.aws, "wide", "aurora-mysql");
    let folder = TempDir::new().expect("a folder");
    let mut words = vec!["scan".to_owned(), "--output".to_owned(), "json".to_owned()];
    for command in ["describe-db-instances", "describe-db-clusters"] {
        let path = folder.path().join(command);
        fs::write(&path, moto.aws.ask(&["rds", command]).to_string()).expect("a file");
        words.extend(["--from".to_owned(), path.to_str().expect("a path").to_owned()]);
    }
    let program = Program::new(&moto.url);
    let asked = document(&program.run(&["scan", "--output", "json"]).expect(0));
    let before = moto.requests();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let read = document(&program.run_by_itself(&words).expect(0));
    assert_eq!(moto.requests(), before, "nobody was asked");
    assert_eq!((listed(&read), &read["complete"]), (listed(&asked), &Value::Bool(true)));
    assert_eq!(read["counts"], asked["counts"]);
}
