//! Aurora as far as this world has it: clusters can be looked at, not changed. And lists that are empty here.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Filter;
use super::page;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::instance::Instance;

/// `DescribeDBClusters`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Clusters {
    #[serde(rename = "DBClusterIdentifier")]
    name: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    #[serde(rename = "IncludeShared")]
    _shared: Option<bool>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBClusters`: what follows from the members (`R-CAT-8`).
pub(crate) fn describe(scene: &mut Scene<'_>, input: &Clusters) -> Result<Value, Fault> {
    let members = scene.region.instances.iter().filter_map(|instance| instance.row.cluster.as_deref());
    let adopted = scene.region.clusters.iter().filter_map(|row| row.get("DBClusterIdentifier")?.as_str());
    let mut names: Vec<&str> = members.chain(adopted).collect();
    names.sort_unstable();
    names.dedup();
    if let Some(asked) = &input.name {
        names.retain(|name| name.eq_ignore_ascii_case(asked));
        if names.is_empty() {
            return Err(Fault::new("DBClusterNotFoundFault", format!("DBCluster {asked} not found.")));
        }
    }
    let rows = names.iter().filter_map(|name| {
        let adopted = scene.region.clusters.iter().find(|row| called(row, "DBClusterIdentifier", name));
        Some(((*name).to_owned(), adopted.cloned().or_else(|| row(scene, name))?))
    });
    page::cut("DBClusters", rows.collect(), input.max_records, input.marker.as_deref())
}

/// Whether a row's member is this name, whatever the case of its letters.
fn called(row: &Value, member: &str, name: &str) -> bool {
    row.get(member).and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// `DescribeDBClusterSnapshots`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Snapshots {
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    name: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: Option<String>,
    snapshot_type: Option<String>,
    // Nothing is shared with this account, and nothing is public.
    #[serde(rename = "IncludeShared")]
    _shared: Option<bool>,
    #[serde(rename = "IncludePublic")]
    _public: Option<bool>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBClusterSnapshots`: those that came from a file; nothing here makes others (`R-CAT-9`).
pub(crate) fn snapshots(scene: &mut Scene<'_>, input: &Snapshots) -> Result<Value, Fault> {
    let asked = [
        ("DBClusterSnapshotIdentifier", &input.name),
        ("DBClusterIdentifier", &input.cluster),
        ("SnapshotType", &input.snapshot_type),
    ];
    let fits =
        |row: &&Value| asked.iter().all(|(member, name)| name.as_ref().is_none_or(|name| called(row, member, name)));
    let name = |row: &Value| row.get("DBClusterSnapshotIdentifier").and_then(Value::as_str).map(str::to_owned);
    let rows: Vec<(String, Value)> =
        scene.region.cluster_snapshots.iter().filter(fits).filter_map(|row| Some((name(row)?, row.clone()))).collect();
    if let Some(name) = input.name.as_ref().filter(|_| rows.is_empty()) {
        let message = format!("DBClusterSnapshot {name} not found.");
        return Err(Fault::new("DBClusterSnapshotNotFoundFault", message));
    }
    page::cut("DBClusterSnapshots", rows, input.max_records, input.marker.as_deref())
}

fn row(scene: &Scene<'_>, name: &str) -> Option<Value> {
    let members: Vec<&Instance> =
        scene.region.instances.iter().filter(|instance| instance.row.cluster.as_deref() == Some(name)).collect();
    let writer = members.first()?;
    let parts: Vec<Value> = members
        .iter()
        .map(|member| {
            json!({
                "DBInstanceIdentifier": member.row.name, "IsClusterWriter": member.row.name == writer.row.name,
                "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": member.row.promotion_tier})
        })
        .collect();
    let row = &writer.row;
    let family = crate::sandbox::world::groups::family(&row.engine, &row.engine_version);
    let id = row.resource_id.trim_start_matches("db-");
    Some(json!({
        "DBClusterIdentifier": name,
        "DBClusterArn": scene.arn("cluster", name),
        "DbClusterResourceId": format!("cluster-{id}"),
        "Status": "available",
        "Engine": row.engine,
        "EngineVersion": row.engine_version,
        "EngineMode": "provisioned",
        "AllocatedStorage": 1,
        "AvailabilityZones": members.iter().filter_map(|member| member.row.availability_zone.as_ref()).collect::<Vec<_>>(),
        "BackupRetentionPeriod": row.backup_retention_period,
        "ClusterCreateTime": row.instance_create_time,
        "DBClusterMembers": if scene.enforces("R-CAT-8") { parts } else { Vec::new() },
        "DBClusterParameterGroup": format!("default.{family}"),
        "DBSubnetGroup": writer.subnet_group,
        "DeletionProtection": false,
        "Endpoint": format!("{name}.cluster-c1x2k3q4w5e6.{}.rds.amazonaws.com", scene.name),
        "ReaderEndpoint": format!("{name}.cluster-ro-c1x2k3q4w5e6.{}.rds.amazonaws.com", scene.name),
        "IAMDatabaseAuthenticationEnabled": row.iam_authentication,
        "MasterUsername": row.master_username,
        "MultiAZ": members.len() > 1,
        "Port": writer.port,
        "PreferredBackupWindow": row.preferred_backup_window,
        "PreferredMaintenanceWindow": row.preferred_maintenance_window,
        "StorageEncrypted": row.storage_encrypted,
        "StorageEncryptionType": row.storage_encryption_type,
        "TagList": row.tag_list,
        "VpcSecurityGroups": row.vpc_security_groups,
    }))
}

/// Lists of things that nobody has made in this world; nothing in it makes them (`R-CAT-9`).
pub(crate) fn empty(scene: &Scene<'_>, operation: &str) -> Option<Value> {
    if !scene.enforces("R-CAT-9") {
        return None;
    }
    let member = match operation {
        "DescribeDBClusterEndpoints" => "DBClusterEndpoints",
        "DescribeDBSecurityGroups" => "DBSecurityGroups",
        "DescribeExportTasks" => "ExportTasks",
        "DescribeGlobalClusters" => "GlobalClusters",
        "DescribeReservedDBInstances" => "ReservedDBInstances",
        _ => return None,
    };
    Some(json!({member: []}))
}
