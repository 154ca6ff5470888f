//! Is it ours? By name and lineage; the tag confirms, and may lag by minutes (rule 8).

use std::time::Duration;

use super::{Asked, Situation};
use crate::model::{DbInstance, DbSnapshot, Outcome, RUN_TAG, SecurityGroup, SnapshotState, Tags};
use crate::plan::ExistingSnapshot;

/// Whether something that has our name is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ours {
    /// Proven.
    Yes,
    /// AWS doesn't show enough yet.
    NotYet(&'static str),
    /// It isn't, or it can't be proven.
    No(String),
}

/// Tags can take minutes to show (R-TAG-4).
pub(super) const TAGS_LAG: Duration = Duration::from_mins(10);

/// Whether a snapshot with our name comes from our source, by an intent of ours. After a lost answer, or where an
/// earlier process asked for it, the run's tag must be on it, too: somebody else may have taken the name meanwhile.
pub(super) fn of_snapshot(situation: &Situation<'_>, snapshot: &DbSnapshot, action: &str) -> Ours {
    let asked = || situation.asked(action, &snapshot.identifier);
    let Some(last) = asked().filter(|asked| asked.intent.outcome.may_have_acted()).last() else {
        return Ours::No(never_asked(asked().next().is_some()));
    };
    match &snapshot.resource_id {
        None => return Ours::NotYet("AWS doesn't show yet which database it comes from"),
        Some(id) if *id == situation.plan.source.resource_id => {}
        Some(id) => return Ours::No(format!("it comes from {id}, not from {}", situation.plan.source.resource_id)),
    }
    let known = asked().any(|it| it.intent.outcome.is_accepted());
    let was_gone = matches!(last.intent.outcome, Outcome::Gone { .. });
    match snapshot.tags.as_ref().and_then(|tags| tags.get(RUN_TAG)) {
        Some(run) if run == situation.run => Ours::Yes,
        Some(run) => Ours::No(format!("its tag {RUN_TAG} names another run, {run}")),
        None if was_gone => Ours::No("what this migration made was gone before it came".into()),
        // While no process ran, or the answer was lost, anybody may have taken the name.
        None if known && last.this_run && !came_later(snapshot, &last) => Ours::Yes,
        None if last.age < TAGS_LAG => Ours::NotYet("waiting for its tags, which prove that it is ours"),
        None => Ours::No(format!("it has no tag {RUN_TAG}, long after our call")),
    }
}

/// Whether a snapshot that was there before is the one that was planned from.
pub(super) fn of_existing(situation: &Situation<'_>, snapshot: &DbSnapshot, planned: &ExistingSnapshot) -> Ours {
    let ours = &situation.plan.source.resource_id;
    match (&snapshot.resource_id, snapshot.original_snapshot_create_time.or(snapshot.snapshot_create_time)) {
        (Some(id), _) if id != ours => Ours::No(format!("it comes from {id}, not from {ours}")),
        (Some(_), Some(taken)) if taken == planned.taken => Ours::Yes,
        (Some(_), Some(taken)) => {
            Ours::No(format!("it was taken at {taken}, planned was one taken at {}", planned.taken))
        }
        _ => Ours::NotYet("AWS doesn't show where it comes from, and when it was taken"),
    }
}

/// Whether a security group with our name is what this migration made: by the id that AWS answered, else by its tag.
pub(super) fn of_security_group(situation: &Situation<'_>, group: &SecurityGroup) -> Ours {
    let asked = || situation.asked("CreateSecurityGroup", &group.name);
    let Some(last) = asked().filter(|asked| asked.intent.outcome.may_have_acted()).last() else {
        return Ours::No(never_asked(asked().next().is_some()));
    };
    match (asked().find_map(|asked| asked.intent.outcome.resource_id()), group.tags.get(RUN_TAG)) {
        (Some(id), _) if *id == group.id => Ours::Yes,
        (Some(id), _) => Ours::No(format!("it is {}; what this migration made was {id}", group.id)),
        (None, Some(run)) if run == situation.run => Ours::Yes,
        (None, Some(run)) => Ours::No(format!("its tag {RUN_TAG} names another run, {run}")),
        (None, None) if last.age < TAGS_LAG => Ours::NotYet("waiting for its tags, which prove that it is ours"),
        (None, None) => Ours::No(format!("it has no tag {RUN_TAG}")),
    }
}

/// Whether a copy is one of our snapshot: both keep the time at which the original was taken.
pub(super) fn of_copy(situation: &Situation<'_>, copy: &DbSnapshot) -> Ours {
    match of_snapshot(situation, copy, "CopyDBSnapshot") {
        Ours::Yes => {}
        other => return other,
    }
    // Once the snapshot is gone, nothing is left to compare with.
    let Some(snapshot) = &situation.seen.snapshot else { return Ours::Yes };
    match (copy.original_snapshot_create_time, snapshot.original_snapshot_create_time) {
        // Somebody may have put another snapshot under our name since: then our tag on the copy tells.
        (Some(time), Some(original)) if time != original && has_our_tag(situation, copy.tags.as_ref()) => Ours::Yes,
        (Some(time), Some(original)) if time != original => {
            Ours::No(format!("it is a copy of a snapshot taken at {time}, ours was taken at {original}"))
        }
        (Some(_), Some(_)) => Ours::Yes,
        _ if copy.state() == SnapshotState::Available => {
            Ours::NotYet("AWS doesn't show yet when its original was taken")
        }
        // A copy that waits in its queue doesn't show the time yet; its end is judged again.
        _ => Ours::Yes,
    }
}

/// Whether a snapshot was made so long after our call, and is without our tag for so long, that it is rather somebody
/// else's, who took the name when ours was gone.
fn came_later(snapshot: &DbSnapshot, call: &Asked<'_>) -> bool {
    let made = snapshot.snapshot_create_time;
    call.age >= TAGS_LAG
        && made.is_some_and(|made| {
            Duration::try_from(made.duration_since(call.intent.sent_at)).is_ok_and(|late| late > TAGS_LAG)
        })
}

fn never_asked(refused: bool) -> String {
    if refused {
        "AWS refused to make it for this migration".into()
    } else {
        "this migration never asked for it".into()
    }
}

fn has_our_tag(situation: &Situation<'_>, tags: Option<&Tags>) -> bool {
    tags.and_then(|tags| tags.get(RUN_TAG)).is_some_and(|run| run == situation.run)
}

/// Whether an instance with the target's name is what our restore made. Nothing in AWS's answer names the
/// snapshot that an instance came from.
pub(super) fn of_target(situation: &Situation<'_>, target: &DbInstance) -> Ours {
    let asked = || situation.asked("RestoreDBInstanceFromDBSnapshot", &target.identifier);
    let known = asked()
        .map(|asked| &asked.intent.outcome)
        .find(|outcome| outcome.is_accepted())
        .map(|outcome| outcome.resource_id().cloned());
    match (known, &target.resource_id) {
        (_, None) => Ours::NotYet("AWS doesn't show its resource id yet"),
        (Some(Some(ours)), Some(shown)) if ours == *shown => Ours::Yes,
        (Some(Some(ours)), Some(shown)) => {
            Ours::No(format!("it is {shown}; what this migration made was {ours}, which is gone"))
        }
        (Some(None), Some(_)) => by_its_looks(situation, target),
        // Of several lost answers the last one counts: its tags are the youngest.
        (None, Some(_)) => match asked().filter(|asked| asked.intent.outcome.is_unknown()).last() {
            Some(unknown) => by_its_tag(situation, target, unknown.age),
            None => Ours::No(never_asked(asked().next().is_some())),
        },
    }
}

/// Same engine and master user, our key, and younger than the copy that it was made from.
fn by_its_looks(situation: &Situation<'_>, target: &DbInstance) -> Ours {
    let source = &situation.plan.source;
    match &target.engine {
        None => return Ours::NotYet("AWS doesn't show its engine yet"),
        Some(engine) if *engine != source.engine => return Ours::No(format!("its engine is {engine}")),
        Some(_) => {}
    }
    match (&target.master_username, &source.master_username) {
        (None, Some(_)) => return Ours::NotYet("AWS doesn't show its master user yet"),
        (Some(shown), Some(ours)) if shown != ours => return Ours::No("it has another master user".into()),
        _ => {}
    }
    if target.encryption.kms_key_id.as_ref().is_some_and(|key| *key != situation.plan.key_arn) {
        return Ours::No(format!("it is {}", target.encryption.in_words()));
    }
    let Some(made) = target.instance_create_time else {
        return Ours::NotYet("AWS doesn't show yet when it was made");
    };
    match situation.seen.copy.as_ref().map(|copy| copy.snapshot_create_time) {
        Some(None) => Ours::NotYet("AWS doesn't show yet when its copy was made"),
        Some(Some(copied)) if made <= copied => Ours::No(format!("it was made at {made}, before the copy at {copied}")),
        _ => Ours::Yes,
    }
}

/// After a lost answer looks are not enough: the run's nonce must be on it.
fn by_its_tag(situation: &Situation<'_>, target: &DbInstance, age: Duration) -> Ours {
    match by_its_looks(situation, target) {
        Ours::Yes => {}
        other => return other,
    }
    match target.tags.as_ref().and_then(|tags| tags.get(RUN_TAG)) {
        Some(run) if run == situation.run => Ours::Yes,
        Some(run) => Ours::No(format!("its tag {RUN_TAG} names another run, {run}")),
        None if age < TAGS_LAG => Ours::NotYet("the answer to its restore was lost; waiting for its tags"),
        None => Ours::No(format!("it has no tag {RUN_TAG}, and the answer to our restore was lost")),
    }
}
