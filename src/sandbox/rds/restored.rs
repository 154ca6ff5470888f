//! What follows a restore: from `creating` to `available`, and what happens after that.

use jiff::Timestamp;

use super::restore::deprecated;
use super::{catalogue, settings, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::DeprecatedVersion;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::changes::Changes;
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::snapshot::Snapshot;

/// A restore that was accepted.
pub(super) struct Accepted<'a> {
    /// The new instance's resource id.
    pub(super) id: &'a str,
    pub(super) snapshot: &'a Snapshot,
    pub(super) gibibytes: i64,
    /// A parameter group of the person's own was given.
    pub(super) custom: bool,
    /// The event's sentence when it is up.
    pub(super) message: &'a str,
}

/// From `creating` to `available`, and what follows (`R-REST-2`, `R-REST-7`, `R-REST-8`, `R-REST-10`).
pub(super) fn schedule(scene: &mut Scene<'_>, restore: &Accepted<'_>) {
    let Accepted { id, snapshot, gibibytes, custom, message } = *restore;
    let mut at = after(scene.now, pace::restore(gibibytes));
    work::plan(scene.region, id, at, Effect::Up);
    work::await_membership(scene.region, id, at);
    work::plan_event(scene.region, id, at, message, "restoration");
    let until = after(at, pace::initialize(gibibytes));
    work::plan(scene.region, id, at, Effect::StorageOperation { status: "Initializing".to_owned(), until });
    if custom {
        work::plan_status(scene.region, id, at, "modifying");
        if scene.switches.restored_parameters_await_reboot && scene.enforces("R-REST-7") {
            work::plan(scene.region, id, at, Effect::ParametersApplying);
            work::plan(scene.region, id, after(at, 90), Effect::ParametersAwaitReboot);
        }
        at = after(at, 90);
    }
    let (engine, version) = (&snapshot.row.engine, &snapshot.row.engine_version);
    if scene.region.is_deprecated(engine, version) {
        // An upgrade goes to a version that this one's row lists, never back.
        let this = scene.region.version(engine, version);
        let newer = this.and_then(|this| catalogue::upgrades(&this).next()).map(|newer| newer.number.to_owned());
        at = match deprecated(scene) {
            DeprecatedVersion::Upgraded => upgrade(scene, id, newer, at, true),
            DeprecatedVersion::UpgradedInWindow => upgrade(scene, id, newer, at, false),
            DeprecatedVersion::Restored | DeprecatedVersion::Refused => at,
        };
    }
    let row = scene.region.by_resource_id(id).map(|instance| instance.row.clone()).unwrap_or_default();
    let pushed = settings::pushed_to(scene, engine, version, row.engine_lifecycle_support.as_ref());
    at = upgrade(scene, id, pushed, at, !scene.switches.pushed_in_window);
    work::plan_status(scene.region, id, at, "available");
    if row.backup_retention_period > 0 && scene.switches.baseline_backup && scene.enforces("R-REST-8") {
        work::back_up(scene.region, id, after(at, 60), gibibytes);
    }
}

/// An upgrade that nobody asked for, at once or in the next maintenance window: when what follows begins.
fn upgrade(scene: &mut Scene<'_>, id: &str, to: Option<String>, at: Timestamp, at_once: bool) -> Timestamp {
    let Some(version) = to else {
        return at;
    };
    if !at_once {
        if let Some(instance) = scene.region.by_resource_id(id) {
            instance.due_upgrade = Some((version, at));
        }
        return at;
    }
    work::plan_status(scene.region, id, at, "upgrading");
    let done = after(at, 900);
    let changes = Changes { engine_version: Some(version), ..Changes::default() };
    work::plan(scene.region, id, done, Effect::Apply(Box::new(changes)));
    done
}
