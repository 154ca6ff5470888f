//! `ModifyDBSnapshot`: a snapshot's engine version is upgraded.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{catalogue, keys, rules, snapshots, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::groups::{default_option_group, major_version};
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::snapshot::{Snapshot, SnapshotRow};

/// `ModifyDBSnapshot`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Upgrade {
    #[serde(rename = "DBSnapshotIdentifier")]
    name: String,
    engine_version: Option<String>,
    option_group_name: Option<String>,
}

/// `ModifyDBSnapshot`: `upgrading` for a while, then available on the new version (`R-SNAP-13`).
pub(crate) fn upgrade(scene: &mut Scene<'_>, input: &Upgrade) -> Result<Value, Fault> {
    let snapshot = snapshots::find(scene, &input.name)?.clone();
    snapshots::available(&snapshot)?;
    upgradable(scene, &snapshot)?;
    let row = &snapshot.row;
    let version = target(scene, row, input.engine_version.as_ref())?;
    // What is encrypted is read and written by its key (`R-SNAP-14`).
    if let Some(key) = row.kms_key_id.as_ref().filter(|_| scene.enforces("R-SNAP-14")) {
        keys::usable(scene, key)?;
    }
    let option_group = option_group(scene, input, row, &version)?;
    let (now, takes_time) = (scene.now, scene.enforces("R-SNAP-13"));
    let changed = scene.region.snapshot_mut(&row.name).ok_or_else(|| snapshots::not_found(&row.name))?;
    let done = Effect::SnapshotUpgraded { version: version.clone(), option_group: option_group.clone() };
    if takes_time {
        "upgrading".clone_into(&mut changed.row.status);
        work::plan(scene.region, &row.name, after(now, pace::UPGRADE), done);
    } else {
        (changed.row.engine_version, changed.row.option_group_name) = (version, option_group);
    }
    let changed = snapshots::find(scene, &row.name)?.clone();
    Ok(json!({"DBSnapshot": view::snapshot(scene.region, scene.name, &changed, now)}))
}

/// A manual snapshot of some engines that nobody else can read (`R-SNAP-10`).
fn upgradable(scene: &Scene<'_>, snapshot: &Snapshot) -> Result<(), Fault> {
    let engine = snapshot.row.engine.as_str();
    let known = matches!(engine, "mysql" | "mariadb" | "postgres") || engine.starts_with("oracle");
    if (snapshot.is_manual() && snapshot.shared_with.is_empty() && known) || !scene.enforces("R-SNAP-10") {
        return Ok(());
    }
    Err(Fault::new("InvalidDBSnapshotState", format!("Snapshot {} can't be upgraded.", snapshot.row.name)))
}

/// The version to upgrade to: one of those that the snapshot's own lists (`R-SNAP-12`).
fn target(scene: &Scene<'_>, row: &SnapshotRow, asked: Option<&String>) -> Result<String, Fault> {
    let Some(asked) = asked else {
        return Ok(row.engine_version.clone());
    };
    let from = scene.region.version(&row.engine, &row.engine_version);
    let listed = from.is_some_and(|from| catalogue::upgrades(&from).any(|version| version.number == asked));
    if listed || !scene.enforces("R-SNAP-12") {
        return Ok(asked.clone());
    }
    Err(Fault::combination(format!("Cannot upgrade {} from {} to {asked}", row.engine, row.engine_version)))
}

/// The option group afterwards: the one given, of the new version; else its own as long as that fits, or the new
/// version's default.
fn option_group(scene: &Scene<'_>, input: &Upgrade, row: &SnapshotRow, version: &str) -> Result<String, Fault> {
    if let Some(group) = &input.option_group_name {
        return rules::option_group(scene, group, &row.engine, version, None);
    }
    let same_major = major_version(&row.engine, version) == major_version(&row.engine, &row.engine_version);
    Ok(if same_major { row.option_group_name.clone() } else { default_option_group(&row.engine, version) })
}
