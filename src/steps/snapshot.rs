//! TakeSnapshot: a manual snapshot of the source.

use super::{Decision, Evidence, Situation, Stop, Wait, ask, lineage, lineage::Ours};
use crate::model::{Call, DbSnapshot, InstanceState, SnapshotState};

/// Decides the next move toward the plain snapshot.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    match &situation.seen.snapshot {
        Some(snapshot) => judge(situation, snapshot),
        None => ask_for_it(situation),
    }
}

fn judge(situation: &Situation<'_>, snapshot: &DbSnapshot) -> Decision {
    let name = &snapshot.identifier;
    match lineage::of_snapshot(situation, snapshot, "CreateDBSnapshot") {
        Ours::Yes => {}
        Ours::NotYet(why) => return Wait::in_status(snapshot.status_word(), why),
        Ours::No(why) => return not_ours("snapshot", name, &why),
    }
    match snapshot.state() {
        SnapshotState::Available => Decision::Done(Evidence::Snapshot { name: name.clone() }),
        SnapshotState::Passing => Wait::on(snapshot.status_word(), snapshot.percent_progress),
        SnapshotState::Lost => lost("snapshot", name, snapshot.status_word()),
    }
}

fn ask_for_it(situation: &Situation<'_>) -> Decision {
    let source = &situation.plan.source;
    let call = Call::CreateDBSnapshot {
        instance: source.identifier.clone(),
        resource_id: source.resource_id.clone(),
        snapshot: situation.names().snapshot.clone(),
        tags: situation.own_tags(),
    };
    match ask::for_create(situation, call) {
        Decision::Act(call) => when_the_source_allows(situation, call),
        other => other,
    }
}

/// AWS takes a snapshot of an instance that is available, or optimizing its storage (R-INST-5).
fn when_the_source_allows(situation: &Situation<'_>, call: Call) -> Decision {
    let plan = &situation.plan.source;
    let Some(source) = &situation.seen.source else {
        if situation.shown_steady_for < ask::SECOND_LOOK {
            return Wait::because(format!("AWS doesn't show {} any more; looking once more", plan.identifier));
        }
        return Stop::for_person(
            format!("the source {} is gone: AWS shows no instance of that name", plan.identifier),
            "nothing was taken from it yet; if it was renamed, migrate it under its new name",
        );
    };
    let Some(shown) = &source.resource_id else {
        return Wait::in_status(source.status_word(), "AWS doesn't show the source's resource id");
    };
    if *shown != plan.resource_id {
        return Stop::for_person(
            format!("the instance {} is another one now ({shown}, planned was {})", plan.identifier, plan.resource_id),
            "it was removed and made again, or swapped by a rename; nothing was touched. Plan a new migration",
        );
    }
    match (source.state(), source.status_word()) {
        (InstanceState::Usable, "available" | "storage-optimization") => Decision::Act(call),
        (InstanceState::NeedsPerson | InstanceState::Stopped | InstanceState::Deleting, word) => Stop::for_person(
            format!("the source {} is {word}", plan.identifier),
            "nothing was taken from it yet; bring it back to available, then resume",
        ),
        (_, word) => Wait::in_status(word, "until the source can be snapshotted"),
    }
}

/// Something has our name that we can't prove ours: refuse, never overwrite, never adopt.
pub(super) fn not_ours(kind: &str, name: &str, why: &str) -> Decision {
    Stop::foreign(
        format!("the {kind} {name} is not this migration's: {why}"),
        "it was left untouched, and so is the source; remove or rename it if nobody needs it, then resume",
    )
}

/// A snapshot of ours that AWS lost.
pub(super) fn lost(kind: &str, name: &str, status: &str) -> Decision {
    Stop::for_person(
        format!("the {kind} {name}, which this migration made, is {status}"),
        format!(
            "the source serves on, unchanged. Look for the reason in the RDS console's events; remove the {kind} by hand \
             (aws rds delete-db-snapshot --db-snapshot-identifier {name}) once you no longer need it"
        ),
    )
}
