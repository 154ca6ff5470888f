//! The account's quotas in a Region (`R-QUOTA-1`).

use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// Copies from other Regions that may run at once.
pub(crate) const CROSS_REGION_COPIES: usize = 20;

/// Storage that instances use; Aurora's isn't counted.
pub(crate) fn storage_used(scene: &Scene<'_>) -> i64 {
    scene.region.instances.sum()
}

pub(crate) fn manual_snapshots_used(scene: &Scene<'_>) -> usize {
    usize::try_from(scene.region.snapshots.sum()).unwrap_or(0)
}

/// Room for one more instance of this size.
pub(crate) fn instance(scene: &Scene<'_>, gibibytes: i64) -> Result<(), Fault> {
    if scene.region.instances.len() >= scene.switches.most_instances && scene.enforces("R-QUOTA-1") {
        return Err(Fault::new("InstanceQuotaExceeded", "DB Instance quota exceeded"));
    }
    storage(scene, gibibytes)
}

/// Room for so much more storage.
pub(crate) fn storage(scene: &Scene<'_>, gibibytes: i64) -> Result<(), Fault> {
    if storage_used(scene) + gibibytes > scene.switches.most_storage && scene.enforces("R-QUOTA-1") {
        return Err(Fault::new("StorageQuotaExceeded", "DB Instance storage quota exceeded"));
    }
    Ok(())
}

/// Room for one more manual snapshot.
pub(crate) fn manual_snapshot(scene: &Scene<'_>) -> Result<(), Fault> {
    let most = scene.switches.most_manual_snapshots;
    if manual_snapshots_used(scene) >= most && scene.enforces("R-QUOTA-1") {
        return Err(Fault::new("SnapshotQuotaExceeded", format!("Cannot create more than {most} manual snapshots")));
    }
    Ok(())
}
