//! Work on instances as plans: which status when, and which change takes effect when.

use jiff::Timestamp;

use super::domain::{Stage, word};
use super::{keyless, phases};
use crate::sandbox::switches::Switches;
use crate::sandbox::world::Region;
use crate::sandbox::world::agenda::{Effect, Step};
use crate::sandbox::world::changes::{Changes, Prompt};
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::table::Index;

/// A snapshot's ARN.
pub(crate) fn snapshot_arn(region: &str, name: &str) -> String {
    format!("arn:aws:rds:{region}:{}:snapshot:{name}", crate::sandbox::ACCOUNT)
}

/// Plans one step of an instance.
pub(crate) fn plan(region: &mut Region, id: &str, at: Timestamp, effect: Effect) {
    region.schedule(Step { at, of: id.to_owned(), effect });
}

/// Plans a change of status, and remembers that the instance is busy until then.
pub(crate) fn plan_status(region: &mut Region, id: &str, at: Timestamp, status: &str) {
    plan(region, id, at, Effect::Status(status.to_owned()));
    if let Some(instance) = region.by_resource_id(id) {
        instance.busy_until = Some(at);
    }
}

pub(crate) fn plan_event(region: &mut Region, id: &str, at: Timestamp, message: &str, category: &str) {
    let effect = Effect::Event { message: message.to_owned(), categories: vec![category.to_owned()] };
    plan(region, id, at, effect);
}

/// Plans changes that are to be made now: each kind in its own status and time (`R-MOD-2`, `R-MOD-4`).
pub(crate) fn carry_out(region: &mut Region, id: &str, changes: &Changes, at: Timestamp) {
    let seen = if region.enforces("R-MOD-2") { after(at, pace::SEEN_AFTER) } else { at };
    let Some(instance) = region.by_resource_id(id) else {
        return;
    };
    let gibibytes = changes.allocated_storage.unwrap_or(instance.row.allocated_storage);
    let begins_backups = instance.row.backup_retention_period == 0 && changes.retention.is_some_and(|days| days > 0);
    let mut at = instance.busy_until.map_or(seen, |busy| busy.max(seen));
    let (quick, phases, rename) = phases::split(changes, gibibytes);
    prompt(region, id, quick, seen);
    for phase in phases {
        plan_status(region, id, at, phase.status);
        let pending = Changes { prompt: Prompt::default(), ..phase.changes.clone() };
        plan(region, id, at, Effect::Pend(Box::new(pending)));
        let storage = phase.changes.storage_type.is_some() || phase.changes.allocated_storage.is_some();
        at = after(at, phase.seconds);
        plan(region, id, at, Effect::Apply(Box::new(phase.changes)));
        plan_event(region, id, at, phase.done, "configuration change");
        if storage {
            let until = after(at, pace::optimize(gibibytes));
            plan(region, id, at, Effect::StorageOperation { status: "Optimizing".to_owned(), until });
        }
        plan_status(region, id, at, "available");
    }
    if begins_backups && region.enforces("R-REST-8") {
        at = after(at, 1);
        back_up(region, id, at, gibibytes);
    }
    if let Some(name) = rename {
        rename_from(region, id, &name, at);
    }
}

/// A full backup at once: `backing-up`, then an automated snapshot (`R-REST-8`).
pub(crate) fn back_up(region: &mut Region, id: &str, at: Timestamp, gibibytes: i64) {
    plan_status(region, id, at, "backing-up");
    plan_event(region, id, at, "Backing up DB instance", "backup");
    let done = after(at, region.switches.baseline_takes.unwrap_or_else(|| pace::baseline(gibibytes)));
    plan(region, id, done, Effect::Backup);
    plan_event(region, id, done, "Finished DB Instance backup", "backup");
    plan_status(region, id, done, "available");
}

/// The old name shows `renaming`, then the new one does, then it is up (`R-NAME-4`).
fn rename_from(region: &mut Region, id: &str, name: &str, at: Timestamp) {
    let changes = Changes { name: Some(name.to_owned()), ..Changes::default() };
    if !region.enforces("R-NAME-4") {
        return plan(region, id, at, Effect::Apply(Box::new(changes)));
    }
    plan_status(region, id, at, "renaming");
    plan(region, id, at, Effect::Pend(Box::new(changes.clone())));
    let moved = after(at, pace::RENAME_OLD);
    plan(region, id, moved, Effect::Apply(Box::new(changes)));
    let up = after(moved, pace::RENAME_NEW);
    plan(region, id, up, Effect::ParametersInSync);
    plan_event(region, id, up, "DB instance restarted", "availability");
    plan_status(region, id, up, "available");
}

/// Everything that takes effect without a status of its own.
fn prompt(region: &mut Region, id: &str, quick: Prompt, seen: Timestamp) {
    if quick == Prompt::default() {
        return;
    }
    if quick.parameter_group.is_some() {
        plan(region, id, after(seen, pace::PARAMETERS), Effect::ParametersAwaitReboot);
    }
    if quick.managed_password.is_some() {
        plan(region, id, after(seen, pace::PARAMETERS), Effect::SecretActive);
    }
    plan(region, id, seen, Effect::Apply(Box::new(Changes { prompt: quick, ..Changes::default() })));
}

/// A start, by a person or by RDS itself after seven days (`R-STOP-3`).
pub(crate) fn start(region: &mut Region, id: &str, at: Timestamp) {
    let Some(instance) = region.by_resource_id(id) else {
        return;
    };
    if !matches!(instance.status(), "stopped" | keyless::RECOVERABLE) {
        return;
    }
    "starting".clone_into(&mut instance.row.status);
    instance.starts_itself = None;
    region.agenda.keep_of(id, |step| step.effect != Effect::StartsItself);
    let up = after(at, pace::START);
    plan(region, id, up, Effect::ParametersInSync);
    plan_event(region, id, up, "DB instance started", "notification");
    plan_status(region, id, up, "available");
}

/// What names an instance elsewhere follows its rename (`R-NAME-5`).
pub(crate) fn renamed(region: &mut Region, id: &str, old: &str, name: &str) {
    if !region.enforces("R-NAME-5") {
        return;
    }
    for serial in region.snapshots.serials(Index::Id, id) {
        if let Some(snapshot) = region.snapshots.get_mut(serial) {
            name.clone_into(&mut snapshot.row.instance_name);
        }
    }
    for serial in region.instances.serials(Index::Replica, old) {
        let Some(other) = region.instances.get_mut(serial) else { continue };
        if other.row.replica_of.as_deref() == Some(old) {
            other.row.replica_of = Some(name.to_owned());
        }
        for replica in other.row.replicas.iter_mut().filter(|replica| *replica == old) {
            name.clone_into(replica);
        }
    }
}

/// A new instance that is to be in a directory waits until it is up (`R-DOM-3`).
pub(crate) fn awaiting(switches: &Switches, mut instance: Instance) -> Instance {
    let waits = word(switches, &instance.row.engine, Stage::Awaited);
    for membership in instance.row.domain_memberships.iter_mut().filter(|membership| membership.status.is_empty()) {
        waits.clone_into(&mut membership.status);
    }
    instance
}

/// Once it is up a new instance joins its directory, and its secret is there (`R-DOM-3`, `R-MOD-9`).
pub(crate) fn await_membership(region: &mut Region, id: &str, up: Timestamp) {
    let Some(row) = region.by_resource_id(id).map(|instance| instance.row.clone()) else {
        return;
    };
    if row.master_user_secret.is_some() {
        plan(region, id, up, Effect::SecretActive);
    }
    if !row.domain_memberships.is_empty() {
        join(region, id, up);
    }
}

/// An instance joins its directory, or fails to (`R-DOM-3`, `R-DOM-4`).
pub(crate) fn join(region: &mut Region, id: &str, at: Timestamp) {
    let Some(engine) = region.by_resource_id(id).map(|instance| instance.row.engine.clone()) else {
        return;
    };
    for (stage, at) in [(Stage::Begun, at), (Stage::Done, after(at, pace::JOIN))] {
        let word = word(&region.switches, &engine, stage).to_owned();
        plan(region, id, at, Effect::Domain(word));
    }
}
