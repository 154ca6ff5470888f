//! Where moto isn't AWS, by name: each row fails once moto isn't so any more, and so does whatever isn't in a row.
//!
//! A database is restored by the `aws` CLI alone, with nothing but a name and a snapshot: AWS forgets most settings
//! then, moto keeps many.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    aws_cli::text,
    moto::{Moto, POSTGRES, window_half_a_week_away},
    program::Program,
    unusual::ITS_OWN,
};

/// A deviation: the member, what moto shows, what AWS would show.
type Deviation = (&'static str, &'static str, &'static str);

/// What a restore that says nothing comes to.
const OF_A_LEAN_RESTORE: [Deviation; 5] = [
    ("DeletionProtection", "true", "false"),
    ("IAMDatabaseAuthenticationEnabled", "true", "false"),
    ("MonitoringInterval", "30", "0"),
    ("MultiAZ", "true", "false"),
    ("StorageType", "\"gp2\"", "\"gp3\""),
];

/// What else it does.
const OTHERWISE: [Deviation; 4] = [
    ("BackupRetentionPeriod that is asked to be 0 at a restore", "1", "0"),
    ("a change that is to wait for the window", "made at once", "pending"),
    ("resource ids of two instances", "one", "two"),
    ("status in a restore's answer", "available", "creating"),
];

/// What is asked for of the source, and AWS's default of it at a restore.
fn forgotten_by_aws() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("DBParameterGroups", json!("default.postgres15")),
        ("DeletionProtection", json!(false)),
        ("EnabledCloudwatchLogsExports", json!(null)),
        ("IAMDatabaseAuthenticationEnabled", json!(false)),
        ("MaxAllocatedStorage", json!(null)),
        ("MonitoringInterval", json!(0)),
        ("MultiAZ", json!(false)),
        ("StorageType", json!("gp3")),
    ])
}

fn source(moto: &Moto) -> Value {
    moto.aws.make_key("alias/payments");
    moto.make_instance(
        "orders",
        &POSTGRES,
        &[
            "--multi-az",
            "--deletion-protection",
            "--enable-iam-database-authentication",
            "--enable-cloudwatch-logs-exports",
            "postgresql",
            "--max-allocated-storage",
            "200",
            "--monitoring-interval",
            "30",
            "--monitoring-role-arn",
            "arn:aws:iam::123456789012:role/monitoring",
            "--preferred-maintenance-window",
            &window_half_a_week_away(),
        ],
    )
}

/// A member in short: of a parameter group its name; an empty list is as good as none.
fn short(row: &Value, member: &str) -> Value {
    match &row[member][0]["DBParameterGroupName"] {
        Value::Null if row[member] == json!([]) => Value::Null,
        Value::Null => row[member].clone(),
        name => name.clone(),
    }
}

/// What is seen and what should be seen, as rows of a table.
fn rows(table: &[Deviation]) -> Vec<String> {
    table.iter().map(|(member, moto, aws)| format!("{member}: moto {moto}, AWS {aws}")).collect()
}

/// What of these deviates.
fn deviating(seen: Vec<(&str, String, &str)>) -> Vec<String> {
    let deviates = seen.into_iter().filter(|(_, moto, aws)| moto != aws);
    deviates.map(|(name, moto, aws)| format!("{name}: moto {moto}, AWS {aws}")).collect()
}

fn restore(moto: &Moto, name: &str, more: &[&str]) -> Value {
    let words = ["rds", "restore-db-instance-from-db-snapshot", "--db-snapshot-identifier", "plain"];
    moto.aws.ask(&[&words, ["--db-instance-identifier", name].as_slice(), more].concat())["DBInstance"].clone()
}

fn otherwise(moto: &Moto, source: &Value, answer: &Value) -> Vec<String> {
    restore(moto, "without-backups", &["--backup-retention-period", "0"]);
    let retention = moto.aws.instance("without-backups")["BackupRetentionPeriod"].to_string();
    let later = ["rds", "modify-db-instance", "--db-instance-identifier", "lean", "--no-apply-immediately"];
    moto.aws.ask(&[later.as_slice(), ["--db-instance-class", "db.m5.4xlarge"].as_slice()].concat());
    let made = moto.aws.instance("lean")["DBInstanceClass"] == "db.m5.4xlarge";
    let one = source["DbiResourceId"] == answer["DbiResourceId"];
    deviating(vec![
        (OTHERWISE[0].0, retention, "0"),
        (OTHERWISE[1].0, if made { "made at once" } else { "pending" }.to_owned(), "pending"),
        (OTHERWISE[2].0, if one { "one" } else { "two" }.to_owned(), "two"),
        (OTHERWISE[3].0, text(&answer["DBInstanceStatus"]), "creating"),
    ])
}

#[test]
fn moto_deviates_where_it_is_known_to() {
    let Some(moto) = Moto::start() else { return };
    let source = source(&moto);
    let snapshot = ["--db-instance-identifier", "orders", "--db-snapshot-identifier", "plain"];
    moto.aws.ask(&[["rds", "create-db-snapshot"].as_slice(), &snapshot].concat());
    let answer = restore(&moto, "lean", &[]);
    let lean = moto.aws.instance("lean");
    let seen: Vec<String> = forgotten_by_aws()
        .iter()
        .filter(|(member, aws)| short(&lean, member) != **aws)
        .map(|(member, aws)| format!("{member}: moto {}, AWS {aws}", short(&lean, member)))
        .collect();
    assert_eq!(seen, rows(&OF_A_LEAN_RESTORE), "a lean restore");
    assert_eq!(otherwise(&moto, &source, &answer), rows(&OTHERWISE));
}

/// With all that it keeps, what the program makes is the source again, in every member that moto shows.
#[test]
fn a_copy_in_moto_is_its_source_again() {
    let Some(moto) = Moto::start() else { return };
    let source = source(&moto);
    Program::new(&moto.url).migrate("orders", "alias/payments", &["--target", "orders-encrypted"]).expect(0);
    let copy = moto.aws.instance("orders-encrypted");
    let members: BTreeSet<&String> =
        [&source, &copy].into_iter().flat_map(|row| row.as_object().expect("a row").keys()).collect();
    let differ = members
        .into_iter()
        .filter(|member| !ITS_OWN.contains(&member.as_str()) && source.get(*member) != copy.get(*member));
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<&String>::new());
}
