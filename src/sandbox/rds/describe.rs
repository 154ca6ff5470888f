//! `DescribeDBInstances` and `DescribeDBSnapshots`.

use serde::Deserialize;
use serde_json::Value;

use super::input::Filter;
use super::{catalogue, names, page, rules, snapshots, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::snapshot::Snapshot;
use crate::sandbox::world::table::Index;

/// `DescribeDBInstances`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Instances {
    #[serde(rename = "DBInstanceIdentifier")]
    name: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBSnapshots`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Snapshots {
    #[serde(rename = "DBSnapshotIdentifier")]
    name: Option<String>,
    #[serde(rename = "DBInstanceIdentifier")]
    instance: Option<String>,
    #[serde(rename = "DbiResourceId")]
    resource_id: Option<String>,
    snapshot_type: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_records: Option<i64>,
    marker: Option<String>,
    // Nothing is shared with this account, and nothing is public.
    #[serde(rename = "IncludeShared")]
    _shared: Option<bool>,
    #[serde(rename = "IncludePublic")]
    _public: Option<bool>,
}

/// `DescribeDBInstances`: a name that doesn't exist is `NotFound`, a filter that finds nothing an empty list
/// (`R-INST-3`, `R-PAGE-2`). Other services' instances are there too (`R-ENG-1`).
pub(crate) fn instances(scene: &mut Scene<'_>, input: &Instances) -> Result<Value, Fault> {
    for filter in &input.filters {
        if !["db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"].contains(&filter.name.as_str())
            && scene.enforces("R-PAGE-2")
        {
            return Err(Fault::value(format!("Unrecognized filter name: {}", filter.name)));
        }
    }
    let named = match &input.name {
        Some(name) if !scene.enforces("R-INST-3") => Some(name.to_ascii_lowercase()),
        Some(name) => Some(rules::find(scene, name)?.row.name.clone()),
        None => None,
    };
    let wanted = |instance: &&Instance| {
        named.as_ref().is_none_or(|name| instance.row.name == *name)
            && (scene.enforces("R-ENG-1") || catalogue::versions(&instance.row.engine).next().is_some())
            && input
                .filters
                .iter()
                .all(|filter| filter.values.iter().any(|value| matches(scene, instance, &filter.name, value)))
    };
    let page = page::Page::asked(input.max_records, input.marker.as_deref())?;
    let table = &scene.region.instances;
    let asked = match (&input.name, &named) {
        (Some(_), Some(name)) => Some(table.serials(Index::Name, &name.to_ascii_lowercase())),
        _ => narrowed(&input.filters, |name, value| match name {
            "db-instance-id" => Some(
                names::from_arn(value, "db", scene)
                    .map_or_else(Vec::new, |name| table.serials(Index::Name, &name.to_ascii_lowercase())),
            ),
            "dbi-resource-id" => Some(table.serials(Index::Id, value)),
            _ => None,
        }),
    };
    let candidates: Box<dyn Iterator<Item = &Instance>> = match asked {
        Some(serials) => Box::new(table.in_order(serials).into_iter()),
        None => Box::new(table.after(Index::Name, page.last())),
    };
    let rows = page.take(candidates.filter(wanted), |instance| &instance.row.name);
    let view = |instance: &Instance| view::instance(scene.region, scene.name, instance, scene.now);
    Ok(rows.answer("DBInstances", view))
}

/// The rows that the first filter by ids leaves; nothing where there is none.
fn narrowed(filters: &[Filter], of: impl Fn(&str, &str) -> Option<Vec<u64>>) -> Option<Vec<u64>> {
    filters.iter().find_map(|filter| {
        let found: Option<Vec<Vec<u64>>> = filter.values.iter().map(|value| of(&filter.name, value)).collect();
        let mut serials: Vec<u64> = found?.into_iter().flatten().collect();
        serials.sort_unstable();
        serials.dedup();
        Some(serials)
    })
}

fn matches(scene: &Scene<'_>, instance: &Instance, filter: &str, value: &str) -> bool {
    match filter {
        "db-instance-id" => {
            names::from_arn(value, "db", scene).is_some_and(|name| name.eq_ignore_ascii_case(&instance.row.name))
        }
        "dbi-resource-id" => instance.row.resource_id == value,
        "domain" => {
            instance.row.domain_memberships.iter().any(|membership| membership.domain.as_deref() == Some(value))
        }
        "engine" => instance.row.engine == value,
        "db-cluster-id" => instance.row.cluster.as_deref().is_some_and(|cluster| {
            names::from_arn(value, "cluster", scene).is_some_and(|name| name.eq_ignore_ascii_case(cluster))
        }),
        _ => false,
    }
}

/// `DescribeDBSnapshots` (`R-SNAP-9`, `R-PAGE-2`).
pub(crate) fn snapshots(scene: &mut Scene<'_>, input: &Snapshots) -> Result<Value, Fault> {
    for filter in &input.filters {
        let known = ["db-instance-id", "db-snapshot-id", "dbi-resource-id", "snapshot-type", "engine"];
        if !known.contains(&filter.name.as_str()) && scene.enforces("R-PAGE-2") {
            return Err(Fault::value(format!("Unrecognized filter name: {}", filter.name)));
        }
    }
    let kinds = ["automated", "manual", "shared", "public", "awsbackup"];
    if let Some(kind) = input.snapshot_type.as_deref().filter(|kind| !kinds.contains(kind)) {
        return Err(Fault::value(format!("Invalid snapshot type: {kind}")));
    }
    let named = match &input.name {
        Some(name) => Some(snapshots::find(scene, name)?.row.name.clone()),
        None => None,
    };
    let wanted = |snapshot: &&Snapshot| {
        let row = &snapshot.row;
        if !scene.enforces("R-SNAP-9") {
            return true;
        }
        named.as_ref().is_none_or(|name| row.name == *name)
            && input.instance.as_ref().is_none_or(|name| {
                names::from_arn(name, "db", scene).is_some_and(|name| name.eq_ignore_ascii_case(&row.instance_name))
            })
            && input.resource_id.as_ref().is_none_or(|id| row.resource_id == *id)
            && input.snapshot_type.as_ref().is_none_or(|kind| row.snapshot_type == *kind)
            && input
                .filters
                .iter()
                .all(|filter| filter.values.iter().any(|value| fits(scene, snapshot, &filter.name, value)))
    };
    let page = page::Page::asked(input.max_records, input.marker.as_deref())?;
    let table = &scene.region.snapshots;
    let by = |index: Index, kind: &str, value: &str| {
        names::from_arn(value, kind, scene)
            .map_or_else(Vec::new, |name| table.serials(index, &name.to_ascii_lowercase()))
    };
    let asked = match (&named, &input.resource_id, &input.instance) {
        _ if !scene.enforces("R-SNAP-9") => None,
        (Some(name), ..) => Some(table.serials(Index::Name, &name.to_ascii_lowercase())),
        (_, Some(id), _) => Some(table.serials(Index::Id, id)),
        (.., Some(name)) => Some(by(Index::InstanceName, "db", name)),
        _ => narrowed(&input.filters, |name, value| match name {
            "db-snapshot-id" => Some(by(Index::Name, "snapshot", value)),
            "db-instance-id" => Some(by(Index::InstanceName, "db", value)),
            "dbi-resource-id" => Some(table.serials(Index::Id, value)),
            _ => None,
        }),
    };
    let candidates: Box<dyn Iterator<Item = &Snapshot>> = match asked {
        Some(serials) => Box::new(table.in_order(serials).into_iter()),
        None => Box::new(table.after(Index::Name, page.last())),
    };
    let rows = page.take(candidates.filter(wanted), |snapshot| &snapshot.row.name);
    let view = |snapshot: &Snapshot| view::snapshot(scene.region, scene.name, snapshot, scene.now);
    Ok(rows.answer("DBSnapshots", view))
}

fn fits(scene: &Scene<'_>, snapshot: &Snapshot, filter: &str, value: &str) -> bool {
    let row = &snapshot.row;
    let named = |kind: &str, name: &str| {
        names::from_arn(value, kind, scene).is_some_and(|value| value.eq_ignore_ascii_case(name))
    };
    match filter {
        "db-snapshot-id" => named("snapshot", &row.name),
        "db-instance-id" => named("db", &row.instance_name),
        "dbi-resource-id" => row.resource_id == value,
        "snapshot-type" => row.snapshot_type == value,
        "engine" => row.engine == value,
        _ => false,
    }
}
