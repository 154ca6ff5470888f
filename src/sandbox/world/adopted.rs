//! Instances of a real account, as `aws rds describe-db-instances` prints them, in place of the seed's
//! (`R-WORLD-2`).

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::groups::{OptionGroup, ParameterGroup, Subnet, SubnetGroup, default_option_group, family, major_version};
use super::instance::{Instance, InstanceRow};
use super::key::Key;
use super::{Region, World};
use crate::sandbox::rds::{catalogue, view};
use crate::sandbox::store::SandboxError;

/// What the command prints.
#[derive(Deserialize)]
struct Printed {
    #[serde(rename = "DBInstances")]
    instances: Vec<Value>,
}

/// Replaces the home Region's instances. Each shows its own row, unchanged, until it is acted on.
pub(crate) fn adopt(world: &mut World, home: &str, path: &Path) -> Result<(), SandboxError> {
    let text = std::fs::read(path).map_err(|source| SandboxError::Io { path: path.to_owned(), source })?;
    let bad = |why: String| SandboxError::Seed { path: path.to_owned(), why };
    let printed: Printed = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
    let mut region = world.take_region(home);
    region.instances.clear();
    region.snapshots.clear();
    region.agenda.clear();
    for shown in printed.instances {
        let mut row: InstanceRow = serde_json::from_value(shown.clone()).map_err(|error| bad(error.to_string()))?;
        if row.resource_id.is_empty() {
            row.resource_id = world.ids.resource();
        }
        let time = row.instance_create_time.unwrap_or(world.time);
        groups(&mut region, &row, &shown);
        for name in [&row.kms_key_id, &row.performance_insights_key].into_iter().flatten() {
            known_key(&mut region, name, time);
        }
        let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let port = shown.pointer("/Endpoint/Port").and_then(Value::as_i64);
        region.instances.push(Instance {
            port: port.unwrap_or_else(|| view::usual_port(&row.engine)),
            subnet_group: text("/DBSubnetGroup/DBSubnetGroupName"),
            up: true,
            frozen: Some(shown),
            row,
            ..Instance::default()
        });
    }
    world.regions.insert(home.to_owned(), region);
    Ok(())
}

/// Groups that the row names exist, whatever they hold.
fn groups(region: &mut Region, row: &InstanceRow, shown: &Value) {
    for group in &row.parameter_groups {
        let default = group.name.strip_prefix("default.").is_some_and(catalogue::is_family);
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
            });
        }
    }
    let Some(group) = shown.get("DBSubnetGroup") else {
        return;
    };
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = text(group, "/DBSubnetGroupName");
    if region.subnet_group(&name).is_none() {
        let subnets = group.get("Subnets").and_then(Value::as_array);
        let subnet = |row: &Value| Subnet {
            id: text(row, "/SubnetIdentifier"),
            zone: text(row, "/SubnetAvailabilityZone/Name"),
        };
        region.subnet_groups.push(SubnetGroup {
            name,
            description: text(group, "/DBSubnetGroupDescription"),
            vpc: text(group, "/VpcId"),
            subnets: subnets.into_iter().flatten().map(subnet).collect(),
            tags: Vec::new(),
        });
    }
}

/// A key that a row names is there and usable.
fn known_key(region: &mut Region, name: &str, time: jiff::Timestamp) {
    let id = name.rsplit('/').next().unwrap_or(name);
    if region.keys.iter().all(|key| key.id != id) {
        region.keys.push(Key {
            id: id.to_owned(),
            creation_date: time,
            description: "Named by an instance of the seed file".to_owned(),
            usage: "ENCRYPT_DECRYPT".to_owned(),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            state: "Enabled".to_owned(),
            manager: "CUSTOMER".to_owned(),
            origin: "AWS_KMS".to_owned(),
            multi_region: false,
            deletion_date: None,
            tags: Vec::new(),
        });
    }
}
