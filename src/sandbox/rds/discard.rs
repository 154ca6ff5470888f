//! `DeleteDBSnapshot`: of a snapshot that rests, that is used, or that is a copy on its way.

use serde_json::{Value, json};

use super::snapshots::{Name, available, find};
use super::{view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::DeletedWhileUsed;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Region;
use crate::sandbox::world::snapshot::Snapshot;
use crate::sandbox::world::table::Index;

/// `DeleteDBSnapshot` (`R-SNAP-5`); a copy that still runs is cancelled by it (`R-COPY-8`).
pub(crate) fn delete(scene: &mut Scene<'_>, input: &Name) -> Result<Value, Fault> {
    let snapshot = find(scene, &input.name)?;
    if !snapshot.is_manual() {
        return Err(Fault::new(
            "InvalidDBSnapshotState",
            "Automated snapshots are deleted with their instance or when their retention ends.",
        ));
    }
    let was_copied = snapshot.copy && runs(scene.region, snapshot);
    let cancels = was_copied && scene.enforces("R-COPY-8");
    if snapshot.row.status != "failed" && !cancels && scene.enforces("R-SNAP-5") {
        available(snapshot)?;
    }
    let mut answer = view::snapshot(scene.region, scene.name, snapshot, scene.now);
    if let Some(row) = answer.as_object_mut() {
        row.insert("Status".to_owned(), json!("deleted"));
    }
    let name = snapshot.row.name.clone();
    in_use(scene, &name)?;
    let arn = work::snapshot_arn(scene.name, &name);
    scene.region.snapshots.remove_where(Index::Name, &name.to_ascii_lowercase(), |snapshot| snapshot.row.name == name);
    scene.region.agenda.keep_of(&name, |_| false);
    if was_copied {
        cancelled(scene, &name);
    }
    scene.region.record(scene.now, &arn, "Deleted manual snapshot", &["deletion"]);
    Ok(json!({"DBSnapshot": answer}))
}

/// Whether a snapshot or copy is still being made; one that failed isn't.
fn runs(region: &Region, snapshot: &Snapshot) -> bool {
    !snapshot.is_available() && region.has_plans_for(&snapshot.row.name)
}

/// A snapshot that is just being copied or restored: by the switch the deletion is refused, or leaves what uses the
/// snapshot alone, or ends its copies (`R-SNAP-11`).
fn in_use(scene: &mut Scene<'_>, name: &str) -> Result<(), Fault> {
    if !scene.enforces("R-SNAP-11") {
        return Ok(());
    }
    let region = &*scene.region;
    let copies = region.snapshots.by(Index::MadeOf, name).filter(|copy| runs(region, copy));
    let copies: Vec<String> = copies.map(|copy| copy.row.name.clone()).collect();
    let restoring =
        region.instances.by(Index::MadeOf, name).any(|instance| region.has_plans_for(&instance.row.resource_id));
    match scene.switches.deleted_while_used {
        DeletedWhileUsed::Refused if restoring || !copies.is_empty() => Err(Fault::new(
            "InvalidDBSnapshotState",
            format!("Cannot delete the snapshot {name} because it is being copied or restored."),
        )),
        DeletedWhileUsed::Fails => {
            for copy in copies {
                scene.region.agenda.keep_of(&copy, |_| false);
                if let Some(copy) = scene.region.snapshot_mut(&copy) {
                    "failed".clone_into(&mut copy.row.status);
                }
                cancelled(scene, &copy);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// An event says that a copy won't be finished (`R-COPY-8`).
fn cancelled(scene: &mut Scene<'_>, name: &str) {
    let message = format!("Canceled snapshot copy request of {name} in region {}", scene.name);
    scene.region.record(scene.now, &work::snapshot_arn(scene.name, name), &message, &["notification"]);
}
