//! `DescribeAccountAttributes` and `DescribeEvents`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Filter;
use super::{page, quota};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::event::Event;

/// `DescribeEvents`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Events {
    source_identifier: Option<String>,
    source_type: Option<String>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    duration: Option<i64>,
    event_categories: Option<Vec<String>>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeAccountAttributes` (`R-QUOTA-1`).
pub(crate) fn attributes(scene: &Scene<'_>) -> Value {
    let switches = scene.switches;
    let storage = usize::try_from(switches.most_storage).unwrap_or(0);
    let rows = [
        ("DBInstances", scene.region.instances.len(), switches.most_instances),
        ("ReservedDBInstances", 0, 40),
        ("AllocatedStorage", usize::try_from(quota::storage_used(scene)).unwrap_or(0), storage),
        ("DBSecurityGroups", 0, 25),
        ("DBParameterGroups", scene.region.parameter_groups.len(), 50),
        ("ManualSnapshots", quota::manual_snapshots_used(scene), switches.most_manual_snapshots),
        ("EventSubscriptions", 0, 20),
        ("DBSubnetGroups", scene.region.subnet_groups.len(), 50),
        ("OptionGroups", scene.region.option_groups.len(), 20),
        ("SubnetsPerDBSubnetGroup", 3, 20),
        ("ReadReplicasPerMaster", 0, 15),
        ("DBClusters", 0, 40),
        ("DBClusterParameterGroups", 0, 50),
        ("DBClusterRoles", 0, 5),
        ("DBInstanceRoles", 0, 5),
        ("ManualClusterSnapshots", 0, 100),
        ("CustomEndpointsPerDBCluster", 0, 5),
    ];
    let rows: Vec<Value> =
        rows.iter().map(|(name, used, most)| json!({"AccountQuotaName": name, "Used": used, "Max": most})).collect();
    json!({"AccountQuotas": rows})
}

/// `DescribeEvents`: the last hour unless another time is asked for (`R-EVT-1`, `R-EVT-2`), as far
/// as there are any yet (`R-EVT-4`).
pub(crate) fn events(scene: &mut Scene<'_>, input: &Events) -> Result<Value, Fault> {
    if input.source_identifier.is_some() && input.source_type.is_none() && scene.enforces("R-EVT-2") {
        return Err(Fault::combination("SourceType must be provided with SourceIdentifier."));
    }
    let minutes = input.duration.unwrap_or(60);
    if !(1..=20160).contains(&minutes) {
        return Err(Fault::value(format!("Invalid duration {minutes}: at most 20160 minutes.")));
    }
    let end = input.end_time.unwrap_or(scene.now);
    let start = input.start_time.unwrap_or(end - SignedDuration::from_mins(minutes));
    let late = scene.switches.events_show_after.map(SignedDuration::from_secs);
    let shown = |event: &Event| {
        !scene.enforces("R-EVT-4") || late.is_some_and(|late| scene.now.duration_since(event.date) >= late)
    };
    let wanted = |event: &Event| {
        shown(event)
            && (event.date >= start || !scene.enforces("R-EVT-1"))
            && event.date <= end
            && input.source_type.as_ref().is_none_or(|kind| event.source_type == *kind)
            && input.source_identifier.as_ref().is_none_or(|name| event.source_identifier.eq_ignore_ascii_case(name))
            && input
                .event_categories
                .as_ref()
                .is_none_or(|categories| event.categories.iter().any(|category| categories.contains(category)))
    };
    let events = &scene.region.events;
    let row = |(number, event): (u64, &Event)| {
        (format!("{}/{number:08}", event.date), serde_json::to_value(event).unwrap_or_default())
    };
    let rows: Vec<(String, Value)> = if let Some(name) = &input.source_identifier {
        events.of(&name.to_ascii_lowercase()).filter(|(_, event)| wanted(event)).map(row).collect()
    } else {
        let from = Some(start).filter(|_| scene.enforces("R-EVT-1"));
        events.between(from, end).filter(|(_, event)| wanted(event)).map(row).collect()
    };
    page::cut("Events", rows, input.max_records, input.marker.as_deref())
}
