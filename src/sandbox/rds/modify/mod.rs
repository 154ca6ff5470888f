//! `ModifyDBInstance`.

mod changes;
mod check;
mod input;

use serde_json::{Value, json};

use super::{rules, settings, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::changes::{Changes, Prompt};
use crate::sandbox::world::instance::{Instance, SecurityGroup};
use crate::sandbox::world::pace::{self, after};

pub(crate) use input::Modify;

/// `ModifyDBInstance` (`R-MOD-1`, `R-MOD-5`).
pub(crate) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?.clone();
    check::check(scene, input, &instance)?;
    let queued = scene.switches.modify_waits_for_backup || !scene.enforces("R-MOD-5");
    let waits = instance.status() == "backing-up" && queued;
    if !waits {
        rules::usable(scene.switches, &instance)?;
    }
    let changes = changes::changes(scene, input, &instance)?;
    let (now_or_later, mut at_once) =
        if scene.enforces("R-MOD-4") { sort(changes, input, &instance) } else { (changes, Changes::default()) };
    let id = instance.row.resource_id.clone();
    security_groups(scene, input, &id)?;

    let immediately = input.apply_immediately || !scene.enforces("R-MOD-3");
    if let Some(row) = scene.region.by_resource_id(&id) {
        if immediately {
            // Everything that was waiting goes along, whatever it was (`R-MOD-3`).
            let mut all = row.queued.take();
            row.window_opens = None;
            all.add(&now_or_later);
            if at_once.prompt != Prompt::default() {
                all.prompt = at_once.prompt.clone();
            }
            all.password = at_once.password.take().or(all.password);
            all.logs = at_once.logs.take().or(all.logs);
            at_once = all;
        } else if !now_or_later.is_empty() {
            row.queue(&now_or_later, scene.now);
        }
        // New storage shows as pending in the answer itself, other changes a little later (`R-MOD-2`).
        let storage = Changes { allocated_storage: at_once.allocated_storage, ..Changes::default() };
        row.pending.add(&storage);
        if scene.switches.modify_answer_shows_pending {
            let pending = Changes { prompt: Prompt::default(), ..at_once.clone() };
            row.pending.add(&pending);
        }
    }
    // Out of Extended Support past its time: an upgrade comes in a window (`R-LIFE-2`).
    let row = &instance.row;
    let asked = input.engine_lifecycle_support.as_ref();
    let pushed = settings::pushed_to(scene, &row.engine, &row.engine_version, asked);
    if let (Some(version), Some(row)) = (pushed, scene.region.by_resource_id(&id)) {
        row.due_upgrade = Some((version, scene.now));
    }
    if !at_once.is_empty() {
        work::carry_out(scene.region, &id, &at_once, scene.now);
    }
    if !scene.enforces("R-MOD-1")
        && let Some(row) = scene.region.by_resource_id(&id)
    {
        "modifying".clone_into(&mut row.row.status);
    }
    let instance = rules::find(scene, &instance.row.name)?;
    Ok(json!({"DBInstance": view::instance(scene.region, scene.name, instance, scene.now)}))
}

/// What waits for the window unless it is to be made at once, and what never waits (`R-MOD-4`).
fn sort(mut changes: Changes, input: &Modify, instance: &Instance) -> (Changes, Changes) {
    let mut prompt = Changes {
        password: changes.password.take(),
        logs: changes.logs.take(),
        prompt: std::mem::take(&mut changes.prompt),
        ..Changes::default()
    };
    // From one number of days to another nothing waits; from or to none it does.
    let nonzero =
        input.backup_retention_period.is_some_and(|days| days > 0) && instance.row.backup_retention_period > 0;
    if nonzero {
        prompt.prompt.retention = changes.retention.take();
    }
    // Rotation without a restart never waits.
    if input.certificate_rotation_restart == Some(false) {
        prompt.ca_certificate_identifier = changes.ca_certificate_identifier.take();
    }
    (changes, prompt)
}

/// Security groups change at once, whatever `ApplyImmediately` says (`R-MOD-7`).
fn security_groups(scene: &mut Scene<'_>, input: &Modify, id: &str) -> Result<(), Fault> {
    let Some(ids) = input.vpc_security_group_ids.as_ref().filter(|ids| !ids.is_empty()) else {
        return Ok(());
    };
    let vpc = scene.region.by_resource_id(id).and_then(|instance| instance.subnet_group.clone());
    let vpc = scene.region.vpc_of_group(vpc.as_deref()).to_owned();
    let wanted = rules::security_groups(scene, Some(ids), &vpc)?;
    let at_once = !scene.enforces("R-MOD-7");
    let Some(instance) = scene.region.by_resource_id(id) else {
        return Ok(());
    };
    let mut groups = Vec::new();
    for old in &instance.row.vpc_security_groups {
        let stays = wanted.iter().any(|group| group.vpc_security_group_id == old.vpc_security_group_id);
        let status = if stays || at_once { "active" } else { "removing" };
        groups.push(SecurityGroup {
            vpc_security_group_id: old.vpc_security_group_id.clone(),
            status: status.to_owned(),
        });
    }
    for new in wanted {
        if groups.iter().all(|group| group.vpc_security_group_id != new.vpc_security_group_id) {
            let status = if at_once { "active" } else { "adding" };
            groups.push(SecurityGroup { status: status.to_owned(), ..new });
        }
    }
    instance.row.vpc_security_groups = groups;
    work::plan(scene.region, id, after(scene.now, pace::SECURITY_GROUPS), Effect::SecurityGroupsSettle);
    Ok(())
}
