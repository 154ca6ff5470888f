//! Settle: the settings that a restore forgets, set one group after another and read back.
//!
//! Done only when one answer shows all of it: a usable status, every wanted value, nothing pending, no group
//! being applied, and again 15 s later (rule 4). `available` alone proves nothing: AWS's answers say it
//! right after a change was asked for (R-MOD-1).

use std::time::Duration;

use super::{Decision, Evidence, Situation, Wait, ask, lineage::TAGS_LAG, restore, told::decided};
use crate::{
    model::{Call, DbInstance, InstanceState, Setting, SettingValues, Value},
    plan::{SettleGroup, carry, window_contains},
};

/// The second look comes no earlier than this after the first.
const STEADY: Duration = Duration::from_secs(15);

/// Decides the next move toward a settled target.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(target) = &situation.seen.target else { return Wait::because("the target isn't shown") };
    let next = next_change(situation, target);
    let word = target.status_word();
    match (target.state(), &next) {
        (InstanceState::Usable, _) => {}
        // With every value read back, backups being on means that AWS takes its first one; that is no change.
        (InstanceState::BackingUp, None) => {}
        (InstanceState::BackingUp | InstanceState::Passing, _) => {
            return Wait::in_status(word, "until the target takes changes");
        }
        (InstanceState::NeedsPerson | InstanceState::Stopped | InstanceState::Deleting, _) => {
            return decided(restore::broken(situation, target));
        }
    }
    if let Some(why) = unapplied(target) {
        return Wait::in_status(word, why);
    }
    match next {
        Some(Change::AddRole { arn, feature }) => ask::for_change(situation, add_role(target, arn, feature), true),
        Some(Change::Modify(settings)) => ask::for_change(situation, modify(target, settings), true),
        Some(Change::Reboot) => ask::for_change(situation, reboot(target), false),
        Some(Change::Later(why)) => Wait::in_status(word, why),
        None if tags_lag(situation, target) => Wait::in_status(word, "until AWS shows the tags"),
        None if situation.target_steady_for < STEADY => {
            Wait::in_status(word, "everything is in place; looking once more")
        }
        None => Decision::Done(Evidence::Settled),
    }
}

/// What is still to be changed.
enum Change {
    Modify(SettingValues),
    AddRole { arn: String, feature: String },
    Reboot,
    Later(String),
}

/// The first change that is still needed, in the order of the groups. A value that is right already is done,
/// in whatever order it came.
fn next_change(situation: &Situation<'_>, target: &DbInstance) -> Option<Change> {
    let mut later = None;
    for group in SettleGroup::ORDER {
        if group == SettleGroup::MinorVersionUpgrades && waits_for_reboot(target) {
            return Some(Change::Reboot);
        }
        if group_holds(situation, target, group) {
            continue;
        }
        let settings = group_values(situation, group);
        match (group, settings.get(&Setting::PreferredMaintenanceWindow)) {
            (SettleGroup::Roles, _) => match next_role(target, &settings) {
                // AWS takes a role only where all is quiet; the rest can go first.
                Some(_) if target.status_word() != "available" => {
                    later = Some("until the target is available, before a role is added".into());
                }
                Some((feature, arn)) => return Some(Change::AddRole { arn, feature }),
                None => {}
            },
            // A window that contains now would start whatever is pending; the rest can go first.
            (SettleGroup::Windows, Some(Value::Text(window))) if window_contains(window, situation.now) => {
                later = Some(format!("until its maintenance window {window} UTC is over, before setting it"));
            }
            // Backups come alone, after everything.
            (SettleGroup::BackupRetention, _) if later.is_some() => break,
            _ => return Some(Change::Modify(settings)),
        }
    }
    later.map(Change::Later)
}

fn group_values(situation: &Situation<'_>, group: SettleGroup) -> SettingValues {
    let planned = situation.plan.settings.iter().filter(|planned| planned.settle == Some(group));
    planned.filter_map(|planned| Some((planned.setting, situation.wanted(planned)?))).collect()
}

fn group_holds(situation: &Situation<'_>, target: &DbInstance, group: SettleGroup) -> bool {
    group_values(situation, group).iter().all(|(setting, wanted)| carry::is_set(*setting, wanted, target))
}

/// The first role that isn't there yet: each goes by a call of its own.
fn next_role(target: &DbInstance, settings: &SettingValues) -> Option<(String, String)> {
    let Some(Value::Tags(wanted)) = settings.get(&Setting::AssociatedRoles) else { return None };
    let there =
        |feature: &str, arn: &str| target.attached.roles.iter().any(|role| role.feature == feature && role.arn == arn);
    wanted.iter().find(|(feature, arn)| !there(feature, arn)).map(|(feature, arn)| (feature.clone(), arn.clone()))
}

fn waits_for_reboot(target: &DbInstance) -> bool {
    target.parameter_groups.iter().flatten().any(|group| group.status.as_deref() == Some("pending-reboot"))
}

/// What AWS is still applying, if anything.
fn unapplied(target: &DbInstance) -> Option<String> {
    if !target.pending_modified_values.is_empty() {
        return Some(format!("applying {}", target.pending_modified_values.join(", ")));
    }
    if let Some(why) = carry::under_way(target) {
        return Some(why);
    }
    let groups = [&target.parameter_groups, &target.option_groups];
    let applying = groups.into_iter().flat_map(|groups| groups.iter().flatten()).find(|group| {
        let status = group.status.as_deref().unwrap_or_default();
        status == "applying" || status == "removing" || (status.starts_with("pending-") && status != "pending-reboot")
    });
    if let Some(group) = applying {
        return Some(format!("group {} is {}", group.name, group.status.as_deref().unwrap_or_default()));
    }
    let inactive = target.security_groups.iter().flatten().find(|group| group.status.as_deref() != Some("active"))?;
    let status = inactive.status.as_deref().unwrap_or("without a status");
    Some(format!("security group {} is {status}", inactive.name))
}

/// Tags were given at the restore; AWS may show them minutes after everything else.
fn tags_lag(situation: &Situation<'_>, target: &DbInstance) -> bool {
    let differ = situation
        .plan
        .settings
        .iter()
        .any(|planned| planned.setting == Setting::Tags && !carry::holds(Setting::Tags, &planned.wanted, target));
    differ && situation.target_steady_for < TAGS_LAG
}

fn modify(target: &DbInstance, settings: SettingValues) -> Call {
    Call::ModifyDBInstance {
        instance: target.identifier.clone(),
        resource_id: target.resource_id.clone().unwrap_or_default(),
        settings,
    }
}

fn add_role(target: &DbInstance, role_arn: String, feature: String) -> Call {
    Call::AddRoleToDBInstance {
        instance: target.identifier.clone(),
        resource_id: target.resource_id.clone().unwrap_or_default(),
        role_arn,
        feature,
    }
}

fn reboot(target: &DbInstance) -> Call {
    Call::RebootDBInstance {
        instance: target.identifier.clone(),
        resource_id: target.resource_id.clone().unwrap_or_default(),
    }
}

/// The part of a target's looks that must stay the same between two looks: all but the progress of work that
/// goes on underneath.
#[must_use]
pub fn settled_view(target: &DbInstance) -> DbInstance {
    DbInstance { storage_operation_status: None, storage_operation_percent_progress: None, ..target.clone() }
}
