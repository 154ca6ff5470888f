//! Automated snapshots (`R-SNAP-6`).

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{snapshots, work};
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::{Region, windows};

/// Takes an automated snapshot of an instance that keeps backups, and lets old ones go.
pub(crate) fn take(region: &mut Region, name: &str, id: &str, at: Timestamp) {
    let Some(instance) = region.by_resource_id(id).filter(|instance| instance.row.backup_retention_period > 0) else {
        return;
    };
    let days = instance.row.backup_retention_period;
    let zoned = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let label = format!("rds:{}-{}", instance.row.name, zoned.strftime("%Y-%m-%d-%H-%M"));
    let instance = instance.clone();
    let vpc = region.vpc_of(&instance).to_owned();
    let mut snapshot = snapshots::of(&instance, &label, "automated", &vpc, at, at);
    "available".clone_into(&mut snapshot.row.status);
    snapshot.row.snapshot_create_time = Some(at);
    snapshot.row.original_snapshot_create_time = Some(at);
    let oldest = at - SignedDuration::from_hours(days * 24);
    region.snapshots.retain(|other| {
        other.row.name != label && (other.is_manual() || other.row.resource_id != id || other.begins >= oldest)
    });
    region.snapshots.push(snapshot);
    region.record(at, &work::snapshot_arn(name, &label), "Automated snapshot created", &["creation"]);
}

/// Automated snapshots go when their time is over: as many days as backups are kept now. While an instance is stopped its
/// days don't count, and what is being copied stays until then (`R-SNAP-15`).
pub(crate) fn expire(region: &mut Region, now: Timestamp) {
    if !region.enforces("R-SNAP-15") {
        return;
    }
    let by_id: HashMap<&str, &Instance> =
        region.instances.iter().map(|instance| (instance.row.resource_id.as_str(), instance)).collect();
    let mut over: Vec<String> = Vec::new();
    for snapshot in region.snapshots.iter().filter(|snapshot| snapshot.row.snapshot_type == "automated") {
        let row = &snapshot.row;
        let of = by_id.get(row.resource_id.as_str());
        let Some(instance) = of.filter(|instance| instance.frozen.is_none() && snapshot.frozen.is_none()) else {
            continue;
        };
        let stopped = matches!(instance.row.status.as_str(), "stopped" | "stopping" | "starting");
        let end = snapshot.begins + SignedDuration::from_hours(instance.row.backup_retention_period * 24);
        if end <= now && !stopped && !in_use(region, &row.name) {
            over.push(row.name.clone());
        }
    }
    region.snapshots.retain(|snapshot| !over.contains(&snapshot.row.name));
}

/// Whether a snapshot is being copied or restored.
fn in_use(region: &Region, name: &str) -> bool {
    let copied = region.snapshots.iter().any(|copy| copy.copied_from.as_deref() == Some(name) && !copy.is_available());
    copied || region.instances.iter().any(|new| new.restored_from.as_deref() == Some(name) && !new.up)
}

/// Plans the daily backups whose windows have opened; not while a snapshot of the instance is being copied
/// (`R-SNAP-8`).
pub(crate) fn daily(region: &mut Region, born: Timestamp, now: Timestamp) {
    let copying = |region: &Region, id: &str| {
        let copies = region.snapshots.iter().filter(|snapshot| snapshot.copy && !snapshot.is_available());
        copies.filter(|snapshot| snapshot.row.resource_id == id).count() > 0
    };
    let kept = region.instances.iter().filter(|instance| {
        instance.row.backup_retention_period > 0 && instance.row.cluster.is_none() && instance.is_usable()
    });
    let due: Vec<(String, Timestamp, bool)> = kept
        .filter_map(|instance| {
            let last = instance.backed_up.unwrap_or(born);
            let opens = windows::next_daily(&instance.row.preferred_backup_window, last)?;
            let id = instance.row.resource_id.clone();
            let busy = instance.busy_until.is_some_and(|busy| busy > opens)
                || copying(region, &id) && region.enforces("R-SNAP-8");
            (opens <= now).then_some((id, opens, busy))
        })
        .collect();
    for (id, opens, busy) in due {
        if let Some(instance) = region.by_resource_id(&id) {
            instance.backed_up = Some(opens);
        }
        if !busy {
            work::back_up(region, &id, opens, 0);
        }
    }
}
