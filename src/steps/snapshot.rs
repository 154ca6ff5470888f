//! TakeSnapshot: a manual snapshot of the source.

use super::{
    Decision, Evidence, Situation, Stop, Wait, ask, lineage,
    lineage::Ours,
    told::{self, Told, decided},
};
use crate::model::{Call, DbSnapshot, EventSource, InstanceState, RUN_TAG, SnapshotState, Tags};
use crate::plan::ExistingSnapshot;

/// Decides the next move toward the plain snapshot.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    if let Some(planned) = &situation.plan.choices.from {
        return existing(situation, planned);
    }
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
        Ours::No(why) => return not_ours("snapshot", name, &why, snapshot.tags.as_ref()),
    }
    match snapshot.state() {
        SnapshotState::Available => Decision::Done(Evidence::Snapshot { name: name.clone() }),
        SnapshotState::Passing => Wait::on(snapshot.status_word(), snapshot.percent_progress),
        SnapshotState::Lost => decided(lost(situation, "snapshot", snapshot)),
    }
}

/// One that was there before is looked at, and is never ours to make or to remove.
fn existing(situation: &Situation<'_>, planned: &ExistingSnapshot) -> Decision {
    let name = &planned.identifier;
    let Some(snapshot) = &situation.seen.snapshot else {
        if situation.steady_for.snapshot < ask::SECOND_LOOK {
            return Wait::because(format!("AWS doesn't show the snapshot {name}; looking once more"));
        }
        return Stop::for_person(
            format!("the snapshot {name}, from which the plan begins, isn't there any more"),
            format!(
                "{}; AWS removes automated snapshots by itself. Abandon this migration, and plan one from another snapshot",
                situation.what_is_safe()
            ),
        );
    };
    match lineage::of_existing(situation, snapshot, planned) {
        Ours::Yes => {}
        Ours::NotYet(why) => return Wait::in_status(snapshot.status_word(), why),
        Ours::No(why) => {
            return Stop::for_person(
                format!("the snapshot {name} isn't the one that was planned from: {why}"),
                format!("{}. Abandon this migration, and plan another", situation.what_is_safe()),
            );
        }
    }
    match snapshot.state() {
        SnapshotState::Available => Decision::Done(Evidence::Snapshot { name: name.clone() }),
        SnapshotState::Passing => Wait::on(snapshot.status_word(), snapshot.percent_progress),
        SnapshotState::Lost => Stop::for_person(
            format!("the snapshot {name}, from which the plan begins, is {}", snapshot.status_word()),
            format!("{}. Abandon this migration, and plan one from another snapshot", situation.what_is_safe()),
        ),
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
    let Some(source) = &situation.seen.source else { return decided(source_is_gone(situation)) };
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
        (InstanceState::Deleting, word) => Stop::for_person(
            format!("the source {} is {word}", plan.identifier),
            "somebody deletes it, and nothing was taken from it yet: look for its last snapshots and backups",
        ),
        (InstanceState::NeedsPerson | InstanceState::Stopped, word) => Stop::for_person(
            format!("the source {} is {word}", plan.identifier),
            "nothing was taken from it yet; bring it back to available, then resume",
        ),
        (_, word) => Wait::in_status(word, "until the source can be snapshotted"),
    }
}

/// Nothing has the source's name any more: it was renamed, or removed.
fn source_is_gone(situation: &Situation<'_>) -> Told<Decision> {
    let source = &situation.plan.source;
    if situation.steady_for.source < ask::SECOND_LOOK {
        return Ok(Wait::because(format!("AWS doesn't show {} any more; looking once more", source.identifier)));
    }
    Ok(match told::instance(situation, &source.resource_id)? {
        Ok(Some(renamed)) => Stop::for_person(
            format!("the source {} is called {} now", source.identifier, renamed.identifier),
            format!(
                "nothing was taken from it yet. Give it its name back and resume; or abandon this migration and begin one \
                 of {}",
                renamed.identifier
            ),
        ),
        Ok(None) => Stop::for_person(
            format!("the source {} is gone: AWS shows no instance with its name or its resource id", source.identifier),
            "nothing was taken from it yet, so this migration can't help: look for its last snapshots and backups",
        ),
        Err(why) => Stop::for_person(
            format!(
                "the source {} is gone, or has another name now, which couldn't be looked up ({why})",
                source.identifier
            ),
            "nothing was taken from it yet; if it was renamed, give it its name back, then resume",
        ),
    })
}

/// Something has our name that we can't prove ours: refuse, never overwrite, never adopt.
pub(super) fn not_ours(kind: &str, name: &str, why: &str, tags: Option<&Tags>) -> Decision {
    let owner = match tags.and_then(|tags| tags.get(RUN_TAG)) {
        Some(run) => format!("its tag {RUN_TAG} says “{run}”"),
        None => format!("it has no tag {RUN_TAG}"),
    };
    Stop::foreign(
        format!("the {kind} {name} is not this migration's: {why}; {owner}"),
        "it was left untouched, and so is the source; let the other run end, or remove or rename it if nobody needs it, \
         then resume",
    )
}

/// A snapshot of ours that AWS lost.
pub(super) fn lost(situation: &Situation<'_>, kind: &str, snapshot: &DbSnapshot) -> Told<Decision> {
    let name = &snapshot.identifier;
    let since = situation.asked_first(name);
    let events = told::in_its_events(situation, EventSource::Snapshot(name.clone()), since)?;
    Ok(Stop::failed(
        format!("the {kind} {name}, which this migration made, is {}{events}", snapshot.status_word()),
        format!("{} was not changed; mend what AWS names, if it names something", situation.plan.source.identifier),
    ))
}
