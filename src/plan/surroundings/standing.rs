//! What waits at the source, or is about to happen to it.

use super::{Case, enter, note, warn};
use crate::{
    model::{AwsTime, GroupMembership, PendingMaintenance, Setting},
    plan::{checks::Judgement, facts::Checked, finding::Finding, window},
};

/// A window that opens so soon counts as open.
const SOON: i32 = 60;

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, maintenance: &Checked<Vec<PendingMaintenance>>) {
    judgement.enter("groups in sync", groups(case));
    enter(judgement, "pending maintenance", maintenance, |all| pending(case, all));
    let waits = !case.source.pending_modified_values.is_empty()
        || matches!(maintenance, Checked::Known(all) if !all.is_empty());
    judgement.enter("windows", windows(case, waits));
    judgement.enter("backups", backups(case).into_iter().collect());
}

/// What a group says and the source hasn't taken up yet, a copy takes up at its first start.
fn groups(case: Case<'_>) -> Vec<Finding> {
    let name = case.name();
    let waiting = |groups: &Option<Vec<GroupMembership>>| -> Vec<GroupMembership> {
        let waits = |group: &&GroupMembership| {
            let status = group.status.as_deref().unwrap_or_default();
            status.starts_with("pending") || matches!(status, "applying" | "removing" | "failed-to-apply" | "failed")
        };
        groups.iter().flatten().filter(waits).cloned().collect()
    };
    // The copy gets another one, where that was chosen.
    let keeps = !case.facts.choices.overrides.contains_key(&Setting::DBParameterGroupName);
    let parameters = waiting(&case.source.parameter_groups).into_iter().filter(|_| keeps).map(|group| {
        let status = group.status.unwrap_or_default();
        warn(
            format!("{name} hasn't taken up all of its parameter group {} yet ({status}); its copy will", group.name),
            &format!(
                "to see it on {name} first, reboot it when that suits: `aws rds reboot-db-instance \
                 --db-instance-identifier {name}`"
            ),
            "R-REBOOT-1",
        )
    });
    let options = waiting(&case.source.option_groups).into_iter().map(|group| {
        let status = group.status.unwrap_or_default();
        warn(
            format!("the option group {} isn't in sync on {name} ({status})", group.name),
            "the copy gets the group as a whole: wait until it is in sync, or mend what keeps it from that",
            "R-GRP-4",
        )
    });
    parameters.chain(options).collect()
}

fn pending(case: Case<'_>, all: &[PendingMaintenance]) -> Vec<Finding> {
    let name = case.name();
    let is_near = |due: AwsTime| case.facts.now.is_some_and(|now| due.duration_since(now).as_hours() < 24);
    let one = |action: &PendingMaintenance| {
        let described = action.description.as_deref().map(|text| format!(", {text}")).unwrap_or_default();
        let due = action.due.map(|due| format!(", due {due}")).unwrap_or_default();
        let what = format!("AWS has maintenance waiting for {name}: {}{described}{due}", action.action);
        match action.due {
            Some(due) if is_near(due) => {
                warn(what, "it may begin while the snapshot is taken: let it pass first, and begin then", "R-CAT-5")
            }
            _ => note(what, "nothing to do: the migration leaves it waiting", "R-CAT-5"),
        }
    };
    all.iter().map(one).collect()
}

fn windows(case: Case<'_>, waits: bool) -> Vec<Finding> {
    let Some(now) = case.facts.now else { return vec![] };
    let name = case.name();
    let mut found = Vec::new();
    let maintenance = case.source.preferred_maintenance_window.as_deref();
    if let Some(window) = maintenance.filter(|window| waits && window::is_near(window, now, SOON)) {
        found.push(warn(
            format!(
                "the maintenance window of {name} is open, or opens within the hour ({window} UTC), and things wait \
                     for it"
            ),
            "a restart would hold the snapshot back: begin when the window has closed",
            "R-MOD-3",
        ));
    }
    let backup = case.source.preferred_backup_window.as_deref();
    let takes_one = case.facts.from.is_none() && case.source.backup_retention_period.unwrap_or_default() > 0;
    if let Some(window) = backup.filter(|window| takes_one && window::is_near(window, now, SOON)) {
        found.push(note(
            format!("the backup window of {name} is open, or opens within the hour ({window} UTC)"),
            "a snapshot may wait for the backup; and while one is copied, no backup runs: begin later if today's matters",
            "R-SNAP-8",
        ));
    }
    found
}

fn backups(case: Case<'_>) -> Option<Finding> {
    let name = case.name();
    (case.source.backup_retention_period == Some(0)).then(|| {
        note(
            format!("automated backups of {name} are off, and will be off for its copy"),
            &format!(
                "to have them on the copy, once it is done: `aws rds modify-db-instance --db-instance-identifier {} \
                 --backup-retention-period 7 --apply-immediately`",
                case.target
            ),
            "R-SNAP-8",
        )
    })
}
