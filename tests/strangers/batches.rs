//! A whole account on moto: half of its instances are taken, by runs that are killed in between.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    moto::{Moto, window_half_a_week_away},
    process::{pause, until},
    program::Program,
    python::Python,
};

/// So many instances, of which every other one is encrypted already; `BATCH_MOTO` asks for another number.
const INSTANCES: usize = 24;

/// So many runs are killed before one is let go on to the end.
const KILLS: usize = 4;

/// Makes instances and a key, or counts what there is, in one process.
const FILL: &str = r#"
import json, sys
import boto3
endpoint, region = sys.argv[1:]
asked = json.load(sys.stdin)
rds = boto3.client("rds", endpoint_url=endpoint, region_name=region)
if asked.get("count"):
    kms = boto3.client("kms", endpoint_url=endpoint, region_name=region)
    key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    for number in range(asked["count"]):
        rds.create_db_instance(DBInstanceIdentifier=f"app-{number:03}", Engine="postgres", EngineVersion="15.4",
            DBInstanceClass="db.m5.large", AllocatedStorage=20 + number, StorageType="gp2", MasterUsername="keeper",
            MasterUserPassword="correct-horse-battery", PreferredMaintenanceWindow=asked["window"],
            StorageEncrypted=number % 2 == 1, **({"KmsKeyId": key} if number % 2 == 1 else {}))
    print(json.dumps({"key": key}))
else:
    rows = [row for page in rds.get_paginator("describe_db_instances").paginate() for row in page["DBInstances"]]
    shots = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    print(json.dumps({"copies": sorted(row["DBInstanceIdentifier"] for row in rows
            if row["StorageEncrypted"] and row["DBInstanceIdentifier"].endswith("-g1")),
        "snapshots": sorted(shot["DBSnapshotIdentifier"] for shot in shots)}))
"#;

fn number() -> usize {
    std::env::var("BATCH_MOTO").ok().and_then(|text| text.parse().ok()).unwrap_or(INSTANCES)
}

#[test]
fn half_of_an_account_is_taken_and_kills_change_nothing() {
    let (Some(moto), Some(python)) = (Moto::start(), Python::find()) else { return };
    let count = number();
    let made = python.run(FILL, &moto.url, &json!({"count": count, "window": window_half_a_week_away()}));
    let key = made["key"].as_str().expect("a key");
    let program = Program::new(&moto.url);
    let begin = ["batch", "--kms-key", key, "--created-before", "any", "--concurrency", "10", "--canary", "1"];
    let mut kills = 0;
    while kills < KILLS {
        let arguments: &[&str] = if has_begun(&program) { &["resume", "--all"] } else { &begin };
        let mut running = program.start_run(arguments, "100");
        let goal = moto.requests() + 40 * (kills + 1);
        until("moto's requests", || (running.process.ended().is_some() || moto.requests() >= goal).then_some(()));
        pause(7 * kills as u64);
        if !running.process.kill() {
            break;
        }
        kills += 1;
    }
    let arguments: &[&str] = if has_begun(&program) { &["resume", "--all"] } else { &begin };
    let mut last = program.start_run(arguments, "100");
    // What moto doesn't know is asked for twice each time, with a pause of ours in real time: some five seconds each.
    let patience = Duration::from_mins(10).max(Duration::from_secs(10) * u32::try_from(count).expect("a number"));
    assert!(last.process.end_within(patience).is_some(), "it goes on and on");
    let last = last.end();
    assert!(matches!(last.code, Some(0 | 2)), "{}", last.said());
    let found = python.run(FILL, &moto.url, &Value::Object(serde_json::Map::new()));
    let length = |what: &str| found[what].as_array().expect("a list").len();
    assert_eq!((length("copies"), length("snapshots")), (count.div_ceil(2), 2 * count.div_ceil(2)), "{found:#}");
    program.assert_state_is_private();
}

fn has_begun(program: &Program) -> bool {
    program.state_files().iter().any(|path| path.parent().is_some_and(|folder| folder.ends_with("batches")))
}
