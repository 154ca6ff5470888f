//! `RebootDBInstance`, `StopDBInstance`, `StartDBInstance`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::InstanceName;
use super::{keyless, rules, snapshots, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::pace::{self, after};

/// `RebootDBInstance`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Reboot {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    force_failover: Option<bool>,
}

fn shown(scene: &mut Scene<'_>, id: &str, status: &str) -> Value {
    if let Some(instance) = scene.region.by_resource_id(id) {
        status.clone_into(&mut instance.row.status);
    }
    let instance = scene.region.of_resource_id(id);
    let row = instance.map(|instance| view::instance(scene.region, scene.name, instance, scene.now));
    json!({"DBInstance": row})
}

/// `RebootDBInstance`: the parameter groups are read anew (`R-REBOOT-1`, `R-REBOOT-2`); an event says when it
/// was up again (`R-REBOOT-3`).
pub(crate) fn reboot(scene: &mut Scene<'_>, input: &Reboot) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    let begins = rules::usable_after_backup(scene, instance, scene.switches.reboot_waits_for_backup)?;
    if input.force_failover == Some(true) && !instance.row.multi_az && scene.enforces("R-REBOOT-2") {
        return Err(Fault::combination("Cannot reboot with failover: the DB instance isn't Multi-AZ."));
    }
    let id = instance.row.resource_id.clone();
    let answer = if begins > scene.now {
        work::plan_status(scene.region, &id, begins, "rebooting");
        shown(scene, &id, "backing-up")
    } else {
        shown(scene, &id, "rebooting")
    };
    let up = after(begins, pace::REBOOT);
    if scene.enforces("R-REBOOT-1") {
        work::plan(scene.region, &id, up, Effect::ParametersInSync);
    }
    if scene.enforces("R-REBOOT-3") {
        work::plan_event(scene.region, &id, up, "DB instance restarted", "availability");
    }
    work::plan_status(scene.region, &id, up, "available");
    Ok(answer)
}

/// `StopDBInstance`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stop {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    #[serde(rename = "DBSnapshotIdentifier")]
    snapshot: Option<String>,
}

/// `StopDBInstance` (`R-STOP-1`, `R-STOP-3`), with a snapshot before where one is asked for (`R-STOP-4`).
pub(crate) fn stop(scene: &mut Scene<'_>, input: &Stop) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    rules::usable(scene.switches, instance)?;
    let replicates = instance.row.replica_of.is_some() || !instance.row.replicas.is_empty();
    if replicates && scene.enforces("R-STOP-1") {
        return Err(Fault::new(
            "InvalidDBInstanceState",
            "Cannot stop a DB instance that is a read replica or has read replicas.",
        ));
    }
    if instance.row.cluster.is_some() {
        return Err(Fault::new("InvalidDBClusterStateFault", "Members of a cluster are stopped with their cluster."));
    }
    let id = instance.row.resource_id.clone();
    let taken = match &input.snapshot {
        Some(name) if scene.enforces("R-STOP-4") => snapshots::before_stop(scene, &id, name)?,
        _ => scene.now,
    };
    let answer = shown(scene, &id, "stopping");
    let halted = after(taken, pace::STOP);
    work::plan_event(scene.region, &id, halted, "DB instance stopped", "notification");
    work::plan_status(scene.region, &id, halted, "stopped");
    let again = after(halted, 7 * 24 * 3600);
    if !scene.enforces("R-STOP-3") {
        return Ok(answer);
    }
    work::plan(scene.region, &id, again, Effect::StartsItself);
    if let Some(instance) = scene.region.by_resource_id(&id) {
        instance.starts_itself = Some(again);
    }
    Ok(answer)
}

/// `StartDBInstance` (`R-STOP-2`).
pub(crate) fn start(scene: &mut Scene<'_>, input: &InstanceName) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    let recovers = instance.status() == keyless::RECOVERABLE;
    if recovers && keyless::unreachable(scene.region, scene.name, &instance.row.resource_id) {
        let key = instance.row.kms_key_id.clone().unwrap_or_default();
        return Err(Fault::new("KMSKeyNotAccessibleFault", format!("The KMS key {key} can't be used.")));
    }
    if instance.status() != "stopped" && !recovers && scene.enforces("R-STOP-2") {
        return Err(Fault::new(
            "InvalidDBInstanceState",
            format!("Instance {} is not stopped, it is {}.", instance.row.name, instance.status()),
        ));
    }
    let id = instance.row.resource_id.clone();
    work::start(scene.region, &id, scene.now);
    Ok(shown(scene, &id, "starting"))
}
