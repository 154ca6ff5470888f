//! `DeleteDBInstance`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{names, quota, rules, snapshots, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::pace::{self, after};

/// `DeleteDBInstance`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delete {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    #[serde(rename = "SkipFinalSnapshot", default)]
    skip: bool,
    #[serde(rename = "FinalDBSnapshotIdentifier")]
    last: Option<String>,
    #[serde(rename = "DeleteAutomatedBackups")]
    with_backups: Option<bool>,
}

/// `DeleteDBInstance` (`R-DEL-1`, `R-DEL-2`, `R-DEL-3`, `R-DEL-4`, `R-DEL-5`).
pub(crate) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?.clone();
    if instance.status() == "deleting" {
        return Err(Fault::new(
            "InvalidDBInstanceState",
            format!("Instance {} is already being deleted.", instance.row.name),
        ));
    }
    if instance.row.deletion_protection && scene.enforces("R-DEL-1") {
        return Err(Fault::combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        ));
    }
    let last = last_snapshot(scene, input)?;
    if !instance.row.replicas.is_empty() && scene.enforces("R-DEL-3") {
        return Err(Fault::new("InvalidDBInstanceState", "Cannot delete a DB instance that has read replicas."));
    }
    if last.is_some() {
        // A last snapshot needs a database that runs.
        if scene.enforces("R-DEL-4") {
            rules::usable(scene.switches, &instance)?;
        }
        quota::manual_snapshot(scene)?;
    }
    let id = instance.row.resource_id.clone();
    scene.region.agenda.keep_of(&id, |_| false);
    let mut gone = scene.now;
    if let Some(name) = last {
        gone = after(gone, pace::snapshot(instance.row.allocated_storage));
        let snapshot = snapshots::of(&instance, &name, "manual", scene.region.vpc_of(&instance), scene.now, gone);
        scene.region.snapshots.push(snapshot);
        snapshots::begin(scene, &id, &name, gone);
        scene.region.agenda.keep_of(&id, |_| false);
    }
    let Some(row) = scene.region.by_resource_id(&id) else {
        return Err(rules::not_found(&input.name));
    };
    "deleting".clone_into(&mut row.row.status);
    row.storage_operation = None;
    let shown = row.clone();
    work::plan(
        scene.region,
        &id,
        after(gone, pace::DELETE),
        Effect::Gone(input.with_backups == Some(false) || !scene.enforces("R-DEL-5")),
    );
    Ok(json!({"DBInstance": view::instance(scene.region, scene.name, &shown, scene.now)}))
}

/// Either a last snapshot or a word that none is wanted, not both, not neither (`R-DEL-2`).
fn last_snapshot(scene: &Scene<'_>, input: &Delete) -> Result<Option<String>, Fault> {
    match (&input.last, input.skip) {
        (Some(_), true) if scene.enforces("R-DEL-2") => Err(Fault::combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting an instance with SkipFinalSnapshot enabled.",
        )),
        (None, false) if scene.enforces("R-DEL-2") => {
            Err(Fault::combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."))
        }
        (None, _) => Ok(None),
        (Some(name), _) => {
            let name = names::snapshot(scene.switches, "FinalDBSnapshotIdentifier", name)?;
            snapshots::free(scene, &name)?;
            Ok(Some(name))
        }
    }
}
