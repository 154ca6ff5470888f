//! A whole account: what a batch selects, in which order it goes, what it says, and what AWS has in the end.

mod cuts;
mod limits;
mod rehearsals;

use serde_json::{Value, json};

use rds_encrypt::sandbox::Switches;

use crate::{
    end::rds,
    stage::{Heard, Stage, assert_heard},
};

/// A database of a batch: small, old, and unlike the others only in name and size.
pub(crate) fn database(name: &str, gibibytes: i32) -> Value {
    json!({"DBInstanceIdentifier": name, "AllocatedStorage": gibibytes, "DBParameterGroups": []})
}

/// So many of them, of sizes that differ.
pub(crate) fn databases(count: usize) -> Vec<Value> {
    // Names whose letters differ: the identities of the stage's rows are made of them.
    let letters = |number: usize| -> String {
        let letter = |place: u32| char::from(b'a' + u8::try_from(number / 26_usize.pow(place) % 26).unwrap());
        (0..3).map(letter).collect()
    };
    (0..count)
        .map(|number| database(&format!("db-{}", letters(number)), 5 + i32::try_from(number * 7 % 40).unwrap()))
        .collect()
}

/// The names of all encrypted instances, of all manual snapshots, and how many of either have a twin.
pub(crate) async fn made(stage: &Stage) -> (Vec<String>, Vec<String>) {
    let rds = rds(&stage.sandbox).await;
    let mut instances = rds.describe_db_instances().into_paginator().items().send();
    let mut encrypted = Vec::new();
    while let Some(row) = instances.next().await {
        let row = row.unwrap();
        if row.storage_encrypted() == Some(true) {
            encrypted.push(row.db_instance_identifier.unwrap());
        }
    }
    let mut pages = rds.describe_db_snapshots().snapshot_type("manual").into_paginator().items().send();
    let mut snapshots = Vec::new();
    while let Some(row) = pages.next().await {
        snapshots.push(row.unwrap().db_snapshot_identifier.unwrap());
    }
    (encrypted, snapshots)
}

/// The last line of a run as JSON.
pub(crate) fn last(heard: &Heard) -> Value {
    serde_json::from_str(heard.stdout.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{heard}"))
}

/// How each ended, by name.
pub(crate) fn results(end: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = end["databases"].as_array().unwrap();
    let mut found: Vec<_> = rows.iter().map(|row| (text(&row["database"]), text(&row["result"]))).collect();
    found.sort();
    found
}

/// Old, new, encrypted, stopped, a replica, one that is deprecated: who is taken, who is left out, and why.
fn mixed() -> Vec<Value> {
    vec![
        database("shop", 40),
        database("blog", 5),
        database("ledger", 20),
        json!({"DBInstanceIdentifier": "young", "InstanceCreateTime": "2024-03-01T00:00:00Z"}),
        json!({"DBInstanceIdentifier": "asleep", "DBInstanceStatus": "stopped"}),
        json!({"DBInstanceIdentifier": "zelda", "ReadReplicaSourceDBInstanceIdentifier": "shop"}),
        json!({"DBInstanceIdentifier": "vault", "StorageEncrypted": true, "StorageEncryptionType": "sse-kms",
            "KmsKeyId": "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7"}),
        json!({"DBInstanceIdentifier": "museum", "EngineVersion": "9.6.24", "AllocatedStorage": 10,
            "DBParameterGroups": [{"DBParameterGroupName": "default.postgres9.6", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-9-6", "Status": "in-sync"}]}),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_account_of_all_kinds() {
    let stage = Stage::of(&mixed());
    let heard = stage.run("batch --sandbox").await;
    assert_heard!("batch_of_all_kinds", heard);
    let (mut encrypted, snapshots) = made(&stage).await;
    encrypted.retain(|name| name != "vault");
    assert_eq!((encrypted.len(), snapshots.len()), (3, 6), "{encrypted:?} {snapshots:?}");
    // Once more there is nothing but what was refused.
    assert_heard!("batch_again", stage.run("batch --sandbox").await);
    assert_eq!(made(&stage).await.1.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_on_a_no() {
    let stage = Stage::of(&databases(2));
    let heard = stage.run("batch --sandbox --name nothing-*").await;
    assert_eq!((heard.code, heard.stdout.as_str()), (0, ""), "{heard}");
    assert!(heard.stderr.contains("Nothing to do"), "{heard}");
    assert_eq!(made(&stage).await.1, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn as_json() {
    let stage = Stage::of(&databases(3));
    let heard = stage.run("batch --sandbox --output json --price instance_hour.db.m5.large=0.2").await;
    let events: Vec<Value> = heard.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: std::collections::BTreeSet<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    for kind in ["batch_planned", "batch_begun", "database_started", "step_done", "database_ended", "batch_ended"] {
        assert!(kinds.contains(kind), "{kind} in {kinds:?}");
    }
    // Three of them run 730 hours a month each; their storage has no price here.
    let month = &events[0]["month"];
    assert_eq!((month["least"].as_f64(), month["partial"].as_bool()), (Some(438.0), Some(true)), "{month}");
    assert!(events.iter().filter(|event| event["event"] == "step_done").all(|event| event["database"].is_string()));
    assert_eq!(results(&last(&heard)).iter().filter(|(_, result)| result == "done").count(), 3, "{heard}");
}

#[tokio::test(start_paused = true)]
async fn plain_snapshots_go_where_asked_for() {
    let stage = Stage::of(&databases(3));
    let heard = stage.run("batch --sandbox --drop-plain-snapshots").await;
    assert_eq!(heard.code, 0, "{heard}");
    let (encrypted, snapshots) = made(&stage).await;
    assert_eq!(encrypted.len(), 3);
    assert!(snapshots.len() == 3 && snapshots.iter().all(|name| name.ends_with("-encrypted")), "{snapshots:?}");
}

/// AWS takes two copies at a time, and says so only by refusing the third.
#[tokio::test(start_paused = true)]
async fn slots_are_found_by_refusals() {
    let switches = Switches { copies_in_region: Some(2), ..Switches::default() };
    let stage = Stage::of_with(&databases(8), switches);
    let heard = stage.run("batch --sandbox --canary 0 --concurrency 8").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("AWS refused one more copy: at most"), "{heard}");
    assert_eq!(made(&stage).await.0.len(), 8);
}

/// Stopped by us, deleted by us: neither is what others did, and a later look says so.
#[tokio::test(start_paused = true)]
async fn what_follows_once_one_is_verified() {
    for (what, left) in [("stop", 2), ("delete", 0)] {
        let stage = Stage::of(&databases(2));
        let heard = stage.run(&format!("batch --sandbox --after-verify {what}")).await;
        assert_eq!(heard.code, 0, "{heard}");
        let (encrypted, snapshots) = made(&stage).await;
        assert_eq!((encrypted.len(), snapshots.len()), (left, 4), "{what}: {encrypted:?}");
        for name in &encrypted {
            assert_eq!(crate::end::instance(&stage, name).await.db_instance_status(), Some("stopped"));
        }
        let again = stage.run(&format!("batch --sandbox --after-verify {what}")).await;
        assert!(again.code == 0 && again.stderr.contains("2 databases done already"), "{again}");
        let looked = stage.run("resume db-aaa --sandbox").await;
        assert_eq!(looked.code, 0, "{looked}");
    }
}

/// On a real account `--yes` doesn't stand for deletions.
#[tokio::test(start_paused = true)]
async fn deletions_take_a_word_of_their_own() {
    let stage = Stage::of(&databases(1));
    let heard = stage.run("batch --rehearse --sandbox --after-verify delete").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(made(&stage).await.1, Vec::<String>::new(), "a rehearsal makes nothing in the account");
}
