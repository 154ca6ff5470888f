//! One whole migration of each engine, as it prints and as it ends.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    end::{end, instance, journal, row, target_of},
    stage::{Heard, Stage, assert_heard},
};

/// Members in which the copy isn't like its source.
type Differing = BTreeMap<&'static str, (String, String)>;

/// Migrates a database and compares the two.
async fn migrated(stage: &Stage, database: &str) -> (Heard, Differing) {
    let heard = stage.run(&format!("migrate {database} --sandbox")).await;
    let target = target_of(stage, database);
    let (source, copy) = (row(&instance(stage, database).await), end(stage, &target).await.target);
    let differ = source.into_iter().filter_map(|(member, value)| {
        let copied = copy.get(member).cloned().unwrap_or_default();
        (copied != value).then_some((member, (value, copied)))
    });
    (heard, differ.collect())
}

#[tokio::test(start_paused = true)]
async fn postgres() {
    let stage = Stage::new();
    let (heard, differ) = migrated(&stage, "orders").await;
    assert_heard!("postgres", heard);
    assert_eq!(differ, BTreeMap::new());
    assert_eq!(
        journal(&stage, "orders"),
        [
            "CreateDBSnapshot accepted",
            "CopyDBSnapshot accepted",
            "RestoreDBInstanceFromDBSnapshot accepted",
            // Windows, monitoring, Insights, logs, IAM authentication, growth of storage.
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "RebootDBInstance accepted",
            // Minor upgrades, protection, backups.
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
            "ModifyDBInstance accepted",
        ]
    );
}

/// For machines: each event a line, the last one the result; what was refused, and what is there.
#[tokio::test(start_paused = true)]
async fn as_json() {
    let stage = Stage::small();
    let heard = stage.run("migrate orders --sandbox --output json").await;
    for line in heard.stdout.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["format"], 1, "{line}");
    }
    assert_heard!("json_run", heard);
    assert_heard!("json_again", stage.run("migrate orders --sandbox --output json").await);
    assert_heard!("json_refused", stage.run("migrate nobody --sandbox --output json").await);
    assert_heard!("json_failed", stage.run("resume nobody --sandbox --output json").await);
    let status = stage.run("status --sandbox --output json").await;
    let document: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(document["migrations"][0]["state"]["summary"]["phase"], "finished");
}

#[tokio::test(start_paused = true)]
async fn postgres_with_a_standby() {
    let stage = Stage::of(&[json!({
        "MultiAZ": true, "StorageType": "io1", "Iops": 1000, "AllocatedStorage": 100,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
    })]);
    let (heard, differ) = migrated(&stage, "orders").await;
    assert_heard!("postgres_with_a_standby", heard);
    assert_eq!(differ, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn mysql_with_a_replica_and_an_option_group() {
    let (heard, differ) = migrated(&Stage::new(), "shop").await;
    assert_heard!("mysql", heard);
    assert_eq!(differ, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn oracle() {
    let (heard, differ) = migrated(&Stage::new(), "hr-oracle").await;
    assert_heard!("oracle", heard);
    assert_eq!(differ, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn sql_server() {
    let stage = Stage::of(&[sql_server_row(&json!({"StorageType": "gp2"}))]);
    let (heard, differ) = migrated(&stage, "erp").await;
    assert_heard!("sql_server", heard);
    assert_eq!(differ, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn sql_server_with_a_standby() {
    let storage = json!({"MultiAZ": true, "Iops": 4000, "StorageThroughput": 250});
    let stage = Stage::of(&[sql_server_row(&storage)]);
    let (heard, differ) = migrated(&stage, "erp").await;
    assert_heard!("sql_server_with_a_standby", heard);
    assert_eq!(differ, BTreeMap::new());
}

fn sql_server_row(storage: &serde_json::Value) -> serde_json::Value {
    let mut row = json!({
        "DBInstanceIdentifier": "erp", "Engine": "sqlserver-se", "EngineVersion": "15.00.4430.1.v1",
        "AllocatedStorage": 20, "LicenseModel": "license-included",
        "Endpoint": {"Address": "erp.example.eu-west-2.rds.amazonaws.com", "Port": 1433},
        "DBParameterGroups": [{"DBParameterGroupName": "default.sqlserver-se-15.0", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "default:sqlserver-se-15-00", "Status": "in-sync"}],
    });
    row.as_object_mut().unwrap().extend(storage.as_object().unwrap().clone());
    row
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_the_maintenance_window_is_not_carried() {
    let (heard, differ) = migrated(&Stage::new(), "inventory").await;
    assert_heard!("pending_changes", heard);
    assert_eq!(differ, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn a_combination_that_aws_no_longer_restores() {
    let stage = Stage::new();
    // Nobody may ask the catalogue, which would tell before anything is made.
    for operation in ["DescribeDBEngineVersions", "DescribeOrderableDBInstanceOptions"] {
        stage.order(operation, 0, 99, rds_encrypt::sandbox::How::Deny);
    }
    assert_heard!("not_restorable", stage.run("migrate legacy-crm --sandbox").await);
}
