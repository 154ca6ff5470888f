//! Upgrade: the engine version of the encrypted copy, before it is restored. The plain snapshot stays as it is.

use super::{Decision, Evidence, Situation, Stop, Wait, ask, snapshot, told::decided};
use crate::model::{Call, SnapshotState};

/// Decides the next move toward the wanted version, one of AWS's hops after another.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(upgrade) = &situation.plan.choices.upgrade else { return Decision::Done(Evidence::Nothing) };
    let Some(copy) = &situation.seen.copy else { return Wait::because("the encrypted copy isn't shown") };
    let name = &copy.identifier;
    match copy.state() {
        SnapshotState::Available => {}
        SnapshotState::Passing => return Wait::on(copy.status_word(), copy.percent_progress),
        // After an upgrade that failed AWS offers no way back.
        SnapshotState::Lost => return decided(snapshot::lost(situation, "encrypted copy", copy)),
    }
    let Some(version) = &copy.engine_version else { return Wait::because("AWS doesn't show the copy's version") };
    let next = match upgrade.hops.iter().position(|hop| hop == version) {
        Some(reached) => upgrade.hops.get(reached + 1),
        None => upgrade.hops.first(),
    };
    match next {
        None => Decision::Done(Evidence::Upgraded { name: name.clone(), version: version.clone() }),
        // Between hops it can only be at one of them, or where it began.
        Some(_) if !upgrade.hops.contains(version) && situation.plan.version_in_snapshot() != Some(version) => {
            Stop::for_person(
                format!("the encrypted copy {name} is of version {version}, which the plan doesn't know"),
                format!("{}; somebody upgraded it. Abandon this migration and plan another", situation.what_is_safe()),
            )
        }
        Some(hop) => ask::for_change(
            situation,
            Call::ModifyDBSnapshot { snapshot: name.clone(), engine_version: hop.clone() },
            true,
        ),
    }
}
