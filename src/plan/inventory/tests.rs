//! Databases as they are found, selected and counted; and read again as they were written.

mod reading;
mod standings;

use serde_json::{Value, json};

use super::{Found, Inventory, Selection, Survey, inventories_of, survey};

/// What a text of these lists holds, which must be readable.
fn inventories(document: &Value) -> Vec<Inventory> {
    inventories_of([document.to_string().as_str()]).expect("an inventory")
}

/// A plain instance that can be migrated, but for what `changes` says.
fn instance(name: &str, changes: &Value) -> Value {
    let mut row = json!({
        "DBInstanceIdentifier": name, "DbiResourceId": format!("db-{}", name.to_uppercase()), "Engine": "postgres",
        "DBInstanceArn": format!("arn:aws:rds:eu-west-2:111122223333:db:{name}"), "DBInstanceStatus": "available",
        "EngineVersion": "15.7", "DBInstanceClass": "db.m5.large", "StorageEncrypted": false,
        "InstanceCreateTime": "2019-06-12T12:40:58.216Z", "AllocatedStorage": 100, "StorageType": "gp3",
    });
    merge(&mut row, changes);
    row
}

fn cluster(name: &str, changes: &Value) -> Value {
    let mut row = json!({
        "DBClusterIdentifier": name, "DBClusterArn": format!("arn:aws:rds:eu-west-2:111122223333:cluster:{name}"),
        "Engine": "aurora-mysql", "StorageEncrypted": false, "ClusterCreateTime": "2018-01-01T00:00:00Z",
        "Status": "available", "AllocatedStorage": 1, "DBClusterMembers": [],
    });
    merge(&mut row, changes);
    row
}

fn merge(row: &mut Value, changes: &Value) {
    for (member, value) in changes.as_object().expect("members") {
        row[member] = value.clone();
    }
}

fn surveyed(instances: &[Value], clusters: &[Value], selection: &Selection) -> Survey {
    survey(&inventories(&json!({"DBInstances": instances, "DBClusters": clusters})), selection)
}

fn names(found: &[Found]) -> Vec<&str> {
    found.iter().map(|found| found.identifier.as_str()).collect()
}
