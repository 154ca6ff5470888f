//! `scan` of several Regions and accounts.

use std::collections::BTreeMap;

use rds_encrypt::sandbox::{How, Options};
use serde_json::{Value, json};

use crate::stage::{Heard, Stage, assert_heard};

const ROLE: &str = "arn:aws:iam::111122223333:role/audit";
const OTHER: &str = "arn:aws:iam::444455556666:role/audit";

/// What is listed: account, Region and name of each.
fn listed(heard: &Heard) -> Vec<String> {
    let document: Value = serde_json::from_str(&heard.stdout).unwrap_or_else(|error| panic!("{error}: {heard}"));
    let rows = document["databases"].as_array().unwrap();
    let cell = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    rows.iter().map(|row| ["account", "region", "name"].map(|member| cell(row, member)).join(" ")).collect()
}

/// Beside the usual world one of another account.
fn accounts() -> Stage {
    let row = json!({
        "DBInstanceIdentifier": "theirs", "DBInstanceClass": "db.m5.large", "Engine": "postgres", "EngineVersion": "15.7",
        "DBInstanceStatus": "available", "AllocatedStorage": 5, "StorageType": "gp2", "StorageEncrypted": false,
        "DBInstanceArn": "arn:aws:rds:eu-west-2:111122223333:db:theirs",
    });
    let accounts = BTreeMap::from([("111122223333".to_owned(), json!({"DBInstances": [row]}))]);
    Stage::with(Options { accounts, ..Options::default() })
}

#[tokio::test(start_paused = true)]
async fn every_region_that_is_switched_on() {
    let stage = Stage::new();
    let heard = stage.run("scan --sandbox --all-regions --name orders --output json").await;
    assert_eq!((heard.code, listed(&heard)), (0, vec!["000000000000 eu-west-2 orders".to_owned()]), "{heard}");
    let document: Value = serde_json::from_str(&heard.stdout).unwrap();
    assert!(document["inventories"].as_array().unwrap().len() > 10, "{heard}");
    // Without them named nothing is known to be all.
    stage.order("DescribeRegions", 0, 9, How::Deny);
    let heard = stage.run("scan --sandbox --all-regions").await;
    assert_heard!("scan_denied_DescribeRegions", heard);
    assert_eq!(heard.code, 8);
}

#[tokio::test(start_paused = true)]
async fn accounts_of_roles() {
    let stage = accounts();
    let words = format!("scan --sandbox --assume-role {ROLE} --assume-role {OTHER} --assume-role {ROLE}");
    let heard = stage.run(&format!("{words} --output json")).await;
    assert_eq!((heard.code, listed(&heard)), (0, vec!["111122223333 eu-west-2 theirs".to_owned()]), "{heard}");
    let heard = stage.run(&format!("{words} --fail-if-unencrypted --name nothing")).await;
    assert_eq!(heard.code, 0, "{heard}");
    // A role that can't be taken on costs its account only; what wasn't seen doesn't pass.
    let stage = accounts();
    stage.order("AssumeRole", 1, 9, How::Deny);
    let words = format!("scan --sandbox --assume-role {ROLE} --assume-role {OTHER}");
    let heard = stage.run(&words).await;
    assert_heard!("scan_denied_AssumeRole", heard);
    assert_eq!(heard.code, 0);
    let stage = accounts();
    stage.order("AssumeRole", 0, 99, How::Deny);
    assert_eq!(stage.run(&words).await.code, 8, "nobody let us in");
    assert_eq!(stage.run(&format!("{words} --fail-if-unencrypted")).await.code, 9);
}
