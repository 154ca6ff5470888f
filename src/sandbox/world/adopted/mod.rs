//! Rows of a real account, as `aws rds describe-db-instances` prints them or as a recording has them, in place of the
//! seed's (`R-WORLD-2`); rows of several Regions go to each its own (`R-WORLD-3`).

mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::frozen::Frozen;
use super::groups::{OptionGroup, ParameterGroup, Subnet, SubnetGroup, default_option_group, family, major_version};
use super::instance::{Instance, InstanceRow};
use super::key::{self, Key};
use super::network::made_up;
use super::snapshot::{Inside, Snapshot, SnapshotRow};
use super::{Region, World};
use crate::sandbox::Switches;
use crate::sandbox::rds::{snapshots, view};
use crate::sandbox::store::SandboxError;
use rows::{Found, Rows};

/// Members that follow from the others once a row is acted on.
const FOLLOWING: [&str; 10] = [
    "AutomaticRestartTime",
    "DBInstanceArn",
    "DBSecurityGroups",
    "DBSubnetGroup",
    "DbInstancePort",
    "Endpoint",
    "LatestRestorableTime",
    "PendingModifiedValues",
    "StorageOperationPercentProgress",
    "StorageOperationStatus",
];

/// Replaces the instances and snapshots of the Regions that the rows are of. Each shows its own row, unchanged, until it
/// is acted on.
pub(crate) fn adopt(
    world: &mut World,
    home: &str,
    seed: Option<&Path>,
    rows: Option<&Value>,
    switches: &Arc<Switches>,
) -> Result<(), SandboxError> {
    let mut found = Found::default();
    for path in seed.map(files).unwrap_or_default() {
        let bad = |why: String| SandboxError::Seed { path: path.clone(), why };
        let text = std::fs::read(&path).map_err(|error| bad(error.to_string()))?;
        found.read(&text).map_err(bad)?;
    }
    if let Some(rows) = rows {
        found.add(rows).map_err(SandboxError::Rows)?;
    }
    let none = |why: String| match seed {
        Some(path) => SandboxError::Seed { path: path.to_owned(), why },
        None => SandboxError::Rows(why),
    };
    for (name, rows) in found.by_region(home, switches.enforces("R-WORLD-3")).map_err(none)? {
        region(world, &name, rows, switches).map_err(none)?;
    }
    Ok(())
}

/// The files of a folder that hold JSON, or the one file.
fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let files = folder.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

/// Fills one Region.
fn region(world: &mut World, name: &str, rows: Rows, switches: &Arc<Switches>) -> Result<(), String> {
    let Rows { instances, snapshots, clusters, cluster_snapshots, dependents, .. } = rows;
    let mut region = world.take_region(name, switches);
    region.instances.clear();
    region.snapshots.clear();
    region.agenda.clear();
    region.dependents = dependents.into();
    region.known_as = instances.iter().find_map(|row| head(row, "DBInstanceArn"));
    region.known_as = region.known_as.or_else(|| snapshots.iter().find_map(|row| head(row, "DBSnapshotArn")));
    for shown in instances {
        let mut row: InstanceRow = InstanceRow::deserialize(&shown).map_err(|error| error.to_string())?;
        if row.resource_id.is_empty() {
            row.resource_id = world.ids.resource();
        }
        instance(&mut region, row, &shown, name, world.time);
    }
    for shown in snapshots {
        let row = SnapshotRow::deserialize(&shown).map_err(|error| error.to_string())?;
        snapshot(&mut region, row, &shown, name, world.time);
    }
    for row in clusters.iter().chain(&cluster_snapshots) {
        let text = |member: &str| row.get(member).and_then(Value::as_str);
        if let Some(key) = text("KmsKeyId") {
            known_key(&mut region, key, name, world.time);
        }
    }
    (region.clusters, region.cluster_snapshots) = (clusters.into(), cluster_snapshots.into());
    made_up::complete(&mut region);
    world.regions.insert(name.to_owned(), region);
    Ok(())
}

/// An ARN up to its account.
fn head(row: &Value, member: &str) -> Option<String> {
    let parts: Vec<&str> = row.get(member)?.as_str()?.splitn(6, ':').collect();
    let [head @ .., _] = parts.as_slice() else { return None };
    (head.len() == 5).then(|| head.join(":"))
}

fn instance(region: &mut Region, mut row: InstanceRow, shown: &Value, home: &str, now: Timestamp) {
    let time = row.instance_create_time.unwrap_or(now);
    region.known.learn(&row.engine, &row.engine_version, Some(&row.class));
    groups(region, &row, shown);
    for name in [&row.kms_key_id, &row.performance_insights_key].into_iter().flatten() {
        known_key(region, name, home, time);
    }
    let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let port = shown.pointer("/Endpoint/Port").and_then(Value::as_i64);
    row.others.retain(|member, _| !FOLLOWING.contains(&member.as_str()));
    region.instances.push(Instance {
        port: port.unwrap_or_else(|| view::usual_port(&row.engine)),
        subnet_group: text("/DBSubnetGroup/DBSubnetGroupName"),
        up: true,
        known_as: head(shown, "DBInstanceArn"),
        frozen: region.enforces("R-WORLD-2").then(|| Frozen::from(shown)),
        row,
        ..Instance::default()
    });
}

fn snapshot(region: &mut Region, row: SnapshotRow, shown: &Value, home: &str, now: Timestamp) {
    region.known.learn(&row.engine, &row.engine_version, None);
    if let Some(name) = &row.kms_key_id {
        known_key(region, name, home, row.instance_create_time.unwrap_or(now));
    }
    let of = if row.resource_id.is_empty() {
        region.instance(&row.instance_name)
    } else {
        region.of_resource_id(&row.resource_id)
    };
    let inside = of.map(|instance| snapshots::inside(&instance.row));
    let taken = row.snapshot_create_time.unwrap_or(now);
    region.snapshots.push(Snapshot {
        inside: inside.unwrap_or_else(|| Inside { class: "db.m5.large".to_owned(), ..Inside::default() }).into(),
        begins: taken,
        ends: taken,
        copy: row.source.is_some(),
        copied_from: None,
        shared_with: Vec::new(),
        known_as: head(shown, "DBSnapshotArn"),
        frozen: region.enforces("R-WORLD-2").then(|| Frozen::from(shown)),
        row,
    });
}

/// Groups that the row names exist, whatever they hold.
fn groups(region: &mut Region, row: &InstanceRow, shown: &Value) {
    for group in &row.parameter_groups {
        let default = group.name == format!("default.{}", family(&row.engine, &row.engine_version));
        if !default && region.parameter_groups.iter().all(|known| known.name != group.name) {
            region.parameter_groups.push(ParameterGroup {
                name: group.name.clone(),
                family: family(&row.engine, &row.engine_version),
                description: group.name.clone(),
                parameters: Vec::new(),
                tags: Vec::new(),
            });
        }
    }
    for group in &row.option_groups {
        let default = group.name == default_option_group(&row.engine, &row.engine_version);
        if !default && region.option_groups.iter().all(|known| known.name != group.name) {
            region.option_groups.push(OptionGroup {
                name: group.name.clone(),
                engine: row.engine.clone(),
                major_version: major_version(&row.engine, &row.engine_version),
                description: group.name.clone(),
                tags: Vec::new(),
                options: Vec::new(),
            });
        }
    }
    let Some(group) = shown.get("DBSubnetGroup").filter(|group| group.get("DBSubnetGroupName").is_some()) else {
        return;
    };
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = text(group, "/DBSubnetGroupName");
    let vpc = text(group, "/VpcId");
    // An account's own default group is in a VPC of its own.
    region.subnet_groups.retain(|known| known.name != name || vpc.is_empty() || known.vpc == vpc);
    if region.subnet_group(&name).is_none() {
        let subnets = group.get("Subnets").and_then(Value::as_array);
        // A row doesn't say what its subnets can do, but what the instance does.
        let both = row.network_type.as_deref() == Some("DUAL");
        let subnet = |row: &Value| Subnet {
            id: text(row, "/SubnetIdentifier"),
            zone: text(row, "/SubnetAvailabilityZone/Name"),
            both,
        };
        region.subnet_groups.push(SubnetGroup {
            name,
            description: text(group, "/DBSubnetGroupDescription"),
            vpc: Some(vpc).filter(|id| !id.is_empty()).unwrap_or_else(|| region.network.vpc.clone()),
            subnets: subnets.into_iter().flatten().map(subnet).collect(),
            tags: Vec::new(),
        });
    }
}

/// A key that a row names is there and usable.
fn known_key(region: &mut Region, name: &str, home: &str, time: Timestamp) {
    let id = name.rsplit('/').next().unwrap_or(name);
    if region.keys.iter().all(|key| key.id != id) {
        region.keys.push(Key {
            id: id.to_owned(),
            creation_date: time,
            description: "Named by a row of the seed file".to_owned(),
            usage: "ENCRYPT_DECRYPT".to_owned(),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            state: "Enabled".to_owned(),
            manager: "CUSTOMER".to_owned(),
            origin: "AWS_KMS".to_owned(),
            multi_region: false,
            deletion_date: None,
            valid_to: None,
            known_as: Some(name.to_owned()).filter(|name| name.starts_with("arn:") && *name != key::arn(home, id)),
            tags: Vec::new(),
        });
    }
}
