//! Automated snapshots (`R-SNAP-6`).

use jiff::{SignedDuration, Timestamp};

use super::{snapshots, work};
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
