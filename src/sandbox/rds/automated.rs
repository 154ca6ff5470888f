//! Automated snapshots (`R-SNAP-6`).

use jiff::{SignedDuration, Timestamp};
use rpds::RedBlackTreeSetSync;

use super::{snapshots, work};
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::table::Index;
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
    region.snapshots.remove_where(Index::Name, &label, |_| true);
    region.snapshots.remove_where(Index::Id, id, |other| !other.is_manual() && other.begins < oldest);
    region.snapshots.push(snapshot);
    region.record(at, &work::snapshot_arn(name, &label), "Automated snapshot created", &["creation"]);
}

/// When which automated snapshots are to be looked at again. It follows from the rest of a Region, so worlds aren't
/// compared by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expiries(RedBlackTreeSetSync<(Timestamp, u64)>);

impl PartialEq for Expiries {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Expiries {
    /// The next time after this one at which a snapshot may go.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.0.range((now, u64::MAX)..).next().map(|(at, _)| *at)
    }

    fn due(&mut self, now: Timestamp) -> Vec<u64> {
        let mut due = Vec::new();
        while let Some((at, serial)) = self.0.first().copied().filter(|(at, _)| *at <= now) {
            self.0.remove_mut(&(at, serial));
            due.push(serial);
        }
        due
    }
}

/// Automated snapshots go when their time is over: as many days as backups are kept now. While an instance is stopped its
/// days don't count, and what is being copied stays until then (`R-SNAP-15`).
///
/// Only those are looked at whose time may have come: what changed since the last look, and what was to end by now.
pub(crate) fn expire(region: &mut Region, now: Timestamp) {
    let mut looked_at = region.snapshots.take_touched();
    for serial in region.instances.take_touched() {
        let id = region.instances.get(serial).map(|instance| instance.row.resource_id.as_str());
        looked_at.extend(id.into_iter().flat_map(|id| region.snapshots.serials(Index::Id, id)));
    }
    looked_at.extend(region.expiries.due(now));
    if !region.enforces("R-SNAP-15") {
        return;
    }
    looked_at.sort_unstable();
    looked_at.dedup();
    for serial in looked_at {
        match end(region, serial) {
            Some(end) if end > now => region.expiries.0.insert_mut((end, serial)),
            Some(_) if region.snapshots.get(serial).is_some_and(|snapshot| in_use(region, &snapshot.row.name)) => {
                region.expiries.0.insert_mut((Timestamp::MIN, serial));
            }
            Some(_) => region.snapshots.remove(serial),
            None => {}
        }
    }
}

/// When an automated snapshot goes, as things are.
fn end(region: &Region, serial: u64) -> Option<Timestamp> {
    let snapshot = region.snapshots.get(serial).filter(|snapshot| snapshot.row.snapshot_type == "automated")?;
    let instance = region.of_resource_id(&snapshot.row.resource_id)?;
    let stopped = matches!(instance.row.status.as_str(), "stopped" | "stopping" | "starting");
    if stopped || instance.frozen.is_some() || snapshot.frozen.is_some() {
        return None;
    }
    Some(snapshot.begins + SignedDuration::from_hours(instance.row.backup_retention_period * 24))
}

/// Whether a snapshot is being copied or restored.
fn in_use(region: &Region, name: &str) -> bool {
    region.snapshots.count(Index::MadeOf, name) + region.instances.count(Index::MadeOf, name) > 0
}

/// When the next backup window of an instance that keeps backups opens.
pub(crate) fn next_daily(region: &Region, born: Timestamp) -> Option<Timestamp> {
    let kept = region.instances.iter().filter(|instance| keeps(instance));
    kept.filter_map(|instance| {
        windows::next_daily(&instance.row.preferred_backup_window, instance.backed_up.unwrap_or(born))
    })
    .min()
}

fn keeps(instance: &Instance) -> bool {
    instance.row.backup_retention_period > 0 && instance.row.cluster.is_none() && instance.is_usable()
}

/// Plans the daily backups whose windows have opened; not while a snapshot of the instance is being copied
/// (`R-SNAP-8`).
pub(crate) fn daily(region: &mut Region, born: Timestamp, now: Timestamp) {
    let copying = |id: &str| region.snapshots.count(Index::CopyOf, id) > 0;
    let kept = region.instances.iter().filter(|instance| keeps(instance));
    let due: Vec<(String, Timestamp, bool)> = kept
        .filter_map(|instance| {
            let last = instance.backed_up.unwrap_or(born);
            let opens = windows::next_daily(&instance.row.preferred_backup_window, last)?;
            if opens > now {
                return None;
            }
            let id = instance.row.resource_id.clone();
            let busy =
                instance.busy_until.is_some_and(|busy| busy > opens) || copying(&id) && region.enforces("R-SNAP-8");
            Some((id, opens, busy))
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
