//! May a call be sent now? Decided by what became of it earlier (rules 2, 3 and 5).

use std::time::Duration;

use super::{Asked, Decision, Situation, Stop, StopKind, Wait};
use crate::model::{Call, Outcome, digest, is_denial};

/// After a call that may have acted, AWS shows the old world for a while.
pub(super) const FENCE: Duration = Duration::from_mins(1);

/// For so long after an accepted create, "not found" proves nothing.
const UNSEEN: Duration = Duration::from_mins(5);

/// What is gone was seen to be gone twice, so far apart.
pub(super) const SECOND_LOOK: Duration = Duration::from_secs(15);

/// Between two tries of a call that didn't act.
const PAUSE: Duration = Duration::from_secs(15);

/// A call that may have acted is sent at most so often in one run.
const ATTEMPTS: usize = 2;

/// AWS's codes that pass by themselves: the resource is busy.
const BUSY: [&str; 4] =
    ["InvalidDBInstanceState", "InvalidDBSnapshotState", "InvalidDBInstanceStateFault", "InvalidDBSnapshotStateFault"];

/// Asks for a create whose resource isn't seen.
///
/// Creates are safe by name: sent twice, the second one is refused as existing already.
pub(super) fn for_create(situation: &Situation<'_>, call: Call) -> Decision {
    let resource = call.resource().to_owned();
    let asked: Vec<Asked<'_>> = situation.asked(call.action(), &resource).collect();
    let Some(last) = asked.last().copied() else { return Decision::Act(call) };
    match &last.intent.outcome {
        Outcome::Accepted { .. } | Outcome::Found { .. } if last.age < UNSEEN => {
            Wait::because(format!("AWS took {} and doesn't show {resource} yet", call.action()))
        }
        // One answer without it may be a stale one: only a second proves that it is gone.
        Outcome::Accepted { .. } | Outcome::Found { .. } if situation.shown_steady_for < SECOND_LOOK => {
            Wait::because(format!("AWS doesn't show {resource} any more; looking once more"))
        }
        Outcome::Accepted { .. } | Outcome::Found { .. } => Stop::for_person(
            format!("{resource}, which this migration made, is gone"),
            "somebody removed it; the source is untouched. `rds-encrypt status` shows what was made so far",
        ),
        Outcome::Refused { code, .. } if code.contains("AlreadyExists") => {
            exists_already(situation, &call, &asked, last)
        }
        Outcome::Sent | Outcome::Unknown { .. } if last.age < FENCE => {
            Wait::because(format!("the answer to {} was lost; looking whether it happened", call.action()))
        }
        Outcome::Sent | Outcome::Unknown { .. } => again(situation, call, &asked, last),
        Outcome::Refused { .. } | Outcome::NotSent { .. } => after_no(call, last),
    }
}

/// Asks for a change whose effect isn't seen. `repeatable`: sent twice it does no harm.
pub(super) fn for_change(situation: &Situation<'_>, call: Call, repeatable: bool) -> Decision {
    let wanted = digest(&call);
    let asked: Vec<Asked<'_>> =
        situation.journal.iter().copied().filter(|asked| asked.intent.digest == wanted).collect();
    let Some(last) = asked.last().copied() else { return Decision::Act(call) };
    match &last.intent.outcome {
        outcome if outcome.may_have_acted() && last.age < FENCE => {
            Wait::because(format!("{} was asked for; AWS doesn't show its effect yet", call.action()))
        }
        outcome if outcome.is_unknown() && !repeatable => Stop::for_person(
            format!("the answer to {call} was lost, and nothing shows whether it happened"),
            "it is not repeated on a guess; the data is safe. Look at the instance's events, do it by hand if it is \
             still needed, then resume",
        ),
        outcome if outcome.may_have_acted() => again(situation, call, &asked, last),
        _ => after_no(call, last),
    }
}

/// Sends a call that may have acted once more, if that is still allowed in this run. A person who resumes after
/// the stop has looked at it: then it may be asked for again.
fn again(situation: &Situation<'_>, call: Call, asked: &[Asked<'_>], last: Asked<'_>) -> Decision {
    let wanted = digest(&call);
    let attempts = asked
        .iter()
        .filter(|it| it.this_run && it.intent.digest == wanted && it.intent.outcome.may_have_acted())
        .count();
    if attempts < ATTEMPTS {
        return Decision::Act(call);
    }
    Stop::for_person(
        format!("{call} was asked for {attempts} times without effect ({})", in_words(&last.intent.outcome)),
        format!(
            "nothing of {} was changed; look at the events of {} in the RDS console, then resume",
            situation.plan.source.identifier,
            call.resource()
        ),
    )
}

/// After a call that didn't act: refused, throttled, or never sent.
fn after_no(call: Call, last: Asked<'_>) -> Decision {
    let Outcome::Refused { code, message, request_id } = &last.intent.outcome else {
        return pause(call, last);
    };
    // What an earlier process was told may have been mended since: ask again.
    if !last.this_run {
        return Decision::Act(call);
    }
    if BUSY.contains(&code.as_str()) {
        return pause(call, last);
    }
    let request = request_id.as_deref().map(|id| format!(", request {id}")).unwrap_or_default();
    let reason = format!("AWS refused {call}: {code}: {message}{request}");
    if is_denial(code) {
        return Stop::of(
            StopKind::Denied,
            reason,
            format!("allow rds:{} for this caller, then resume; nothing was changed", call.action()),
        );
    }
    Stop::for_person(reason, "nothing was changed by it; mend what AWS names, then resume")
}

fn pause(call: Call, last: Asked<'_>) -> Decision {
    if last.age >= PAUSE {
        return Decision::Act(call);
    }
    Wait::because(format!("{} will be asked again: {}", call.action(), in_words(&last.intent.outcome)))
}

/// "Already exists" after an attempt of ours whose answer was lost is that attempt's success, not shown yet.
fn exists_already(situation: &Situation<'_>, call: &Call, asked: &[Asked<'_>], last: Asked<'_>) -> Decision {
    if asked.iter().any(|it| it.intent.outcome.may_have_acted()) {
        if last.age < UNSEEN {
            return Wait::because(format!("{} exists and isn't shown yet", call.resource()));
        }
    } else if !last.this_run {
        return Decision::Act(call.clone());
    }
    Stop::foreign(
        format!("{} exists already, and this migration didn't make it", call.resource()),
        format!(
            "another run may have begun the same migration: look at its tags ({}); it was left untouched, and so is {}",
            crate::model::OWNER_TAG,
            situation.plan.source.identifier
        ),
    )
}

/// What became of a call, in a few words.
fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent => "the program ended before AWS's answer was saved".into(),
        Outcome::Accepted { .. } | Outcome::Found { .. } => "AWS accepted it".into(),
        Outcome::Refused { code, message, .. } => format!("{code}: {message}"),
        Outcome::Unknown { why } | Outcome::NotSent { why } => why.clone(),
    }
}
