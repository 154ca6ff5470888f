//! May a call be sent now? Decided by what became of it earlier (rules 2, 3 and 5).

use std::time::Duration;

use super::{
    Asked, Decision, Situation, Stop, StopKind, Wait, refused,
    told::{self, Told, decided},
};
use crate::model::{Call, DbEvent, EventSource, Outcome, Refusal, digest};

/// After a call that may have acted, AWS shows the old world for a while.
pub(super) const FENCE: Duration = Duration::from_mins(1);

/// For so long after an accepted create, "not found" proves nothing.
pub(super) const UNSEEN: Duration = Duration::from_mins(5);

/// What is gone was seen to be gone twice, so far apart.
pub(super) const SECOND_LOOK: Duration = Duration::from_secs(15);

/// A call that may have acted is sent at most so often in one run.
const ATTEMPTS: usize = 2;

/// Asks for a create whose resource isn't seen.
///
/// Creates are safe by name: sent twice, the second one is refused as existing already.
pub(super) fn for_create(situation: &Situation<'_>, call: Call) -> Decision {
    let resource = call.resource().to_owned();
    let asked: Vec<Asked<'_>> = situation.asked(call.action(), &resource).collect();
    let Some(last) = asked.last().copied() else { return Decision::Act(call) };
    let steady_for = call.makes().map(|kind| situation.steady_for.of(kind)).unwrap_or_default();
    match &last.intent.outcome {
        outcome if outcome.is_accepted() && last.age < UNSEEN => {
            Wait::because(format!("AWS took {} and doesn't show {resource} yet", call.action()))
        }
        // One answer without it may be a stale one: only a second proves that it is gone.
        outcome if outcome.is_accepted() && steady_for < SECOND_LOOK => {
            Wait::because(format!("AWS doesn't show {resource} any more; looking once more"))
        }
        outcome if outcome.is_accepted() => decided(gone(situation, &call, last)),
        Outcome::Refused { code, .. } if Refusal::of(code) == Refusal::AlreadyExists => {
            exists_already(situation, &call, &asked, last)
        }
        Outcome::Sent | Outcome::Unknown { .. } if last.age < FENCE => {
            Wait::because(format!("the answer to {} was lost; looking whether it happened", call.action()))
        }
        outcome if outcome.is_unknown() => decided(again(situation, call, &asked, last)),
        _ => refused::next(situation, call, &asked, last),
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
        outcome if outcome.may_have_acted() && !repeatable => decided(never_again(situation, &call, last)),
        // One look may be a stale one.
        outcome
            if outcome.may_have_acted() && is_about_the_target(situation, &call) && !situation.is_target_steady() =>
        {
            Wait::because(format!("{} has no effect yet; looking once more", call.action()))
        }
        outcome if outcome.may_have_acted() => decided(without_effect(situation, call, &asked, last)),
        // It is there, and AWS doesn't show it yet.
        Outcome::Refused { code, .. } if Refusal::of(code) == Refusal::AlreadyExists && last.age < UNSEEN => {
            Wait::because(format!("AWS says that {} is done already, and doesn't show it yet", call.action()))
        }
        _ => refused::next(situation, call, &asked, last),
    }
}

/// Where AWS tells what became of a call; EC2 tells nowhere.
fn events_of(call: &Call) -> Option<EventSource> {
    let name = call.resource().to_owned();
    match call {
        _ if call.service() != "rds" => None,
        Call::CreateDBSnapshot { .. }
        | Call::CopyDBSnapshot { .. }
        | Call::ModifyDBSnapshot { .. }
        | Call::DeleteDBSnapshot { .. } => Some(EventSource::Snapshot(name)),
        _ => Some(EventSource::Instance(name)),
    }
}

/// What was made is shown no more. An instance may have another name now.
fn gone(situation: &Situation<'_>, call: &Call, last: Asked<'_>) -> Told<Decision> {
    let name = call.resource();
    if let (Call::RestoreDBInstanceFromDBSnapshot { .. }, Some(id)) = (call, last.intent.outcome.resource_id())
        && let Ok(Some(renamed)) = told::instance(situation, id)?
        && renamed.identifier != name
    {
        return Ok(Stop::for_person(
            format!("{name}, which this migration made, is called {} now", renamed.identifier),
            format!("somebody renamed it; {}. Give it its name back, then resume", situation.what_is_safe()),
        ));
    }
    let events = told::events(situation, events_of(call), last.intent.sent_at)?;
    let deleted = events.is_ok_and(|events| events.iter().any(|event| event.is_deletion()));
    if !deleted && call.makes().map(|kind| situation.steady_for.of(kind)).unwrap_or_default() < UNSEEN {
        return Ok(Wait::because(format!("AWS doesn't show {name} any more, and tells of no deletion; looking on")));
    }
    let events = told::in_its_events(situation, events_of(call), last.intent.sent_at)?;
    Ok(Stop::of(
        StopKind::Failed { gone: Some(last.intent.number) },
        format!("{name}, which this migration made, is gone{events}"),
        format!("somebody removed it, or AWS gave it up; {}", situation.what_is_safe()),
    ))
}

fn is_about_the_target(situation: &Situation<'_>, call: &Call) -> bool {
    matches!(events_of(call), Some(EventSource::Instance(name)) if name == situation.names().target)
}

/// A call that mustn't be repeated may have acted, and its effect doesn't show. Only AWS's events, and what two equal
/// looks show, tell whether it happened.
fn never_again(situation: &Situation<'_>, call: &Call, last: Asked<'_>) -> Told<Decision> {
    let events = told::events(situation, events_of(call), last.intent.sent_at)?;
    let tells = |of: fn(&DbEvent) -> bool| events.as_ref().is_ok_and(|events| events.iter().any(|event| of(event)));
    let (happened, given_up) = (tells(DbEvent::is_restart), tells(DbEvent::is_failure));
    let accepted = last.intent.outcome.is_accepted();
    if (happened || accepted) && !given_up && last.age < UNSEEN {
        return Ok(Wait::because(format!("{} was taken; AWS doesn't show its effect yet", call.action())));
    }
    if !situation.is_target_steady() {
        return Ok(Wait::because(format!("{} has no effect yet; looking once more", call.action())));
    }
    let reason = match (accepted, happened, &events) {
        (true, ..) => {
            let events = told::in_its_events(situation, events_of(call), last.intent.sent_at)?;
            format!("AWS took {call}, and its effect doesn't show{events}")
        }
        (false, true, _) => {
            format!("the answer to {call} was lost; its event tells that it happened, and yet its effect doesn't show")
        }
        (false, false, Ok(_)) => {
            format!("the answer to {call} was lost; neither an event nor its effect shows whether it happened")
        }
        (false, false, Err(_)) => format!(
            "the answer to {call} was lost; nothing shows whether it happened, and the events couldn't be read \
             (rds:DescribeEvents)"
        ),
    };
    Ok(Stop::for_person(
        reason,
        format!(
            "it is not repeated on a guess; {}. Look at {}, do it by hand if it is still needed, then resume",
            situation.what_is_safe(),
            call.resource()
        ),
    ))
}

/// A change may have been taken, and the fence is over without its effect: AWS's events may tell that it failed.
fn without_effect(situation: &Situation<'_>, call: Call, asked: &[Asked<'_>], last: Asked<'_>) -> Told<Decision> {
    let failures = told::events(situation, events_of(&call), last.intent.sent_at)?
        .map(|events| events.into_iter().filter(|event| event.is_failure()).collect::<Vec<_>>());
    match failures.as_deref() {
        // A person who resumes has read it.
        Ok([.., failure]) if last.this_run => Ok(Stop::for_person(
            format!("AWS took {call}, and gave it up afterwards: “{}”", failure.message),
            format!("{}. Mend what AWS names, then resume", situation.what_is_safe()),
        )),
        _ => again(situation, call, asked, last),
    }
}

/// Sends a call that may have acted once more, if that is still allowed in this run. A person who resumes after
/// the stop has looked at it: then it may be asked for again.
fn again(situation: &Situation<'_>, call: Call, asked: &[Asked<'_>], last: Asked<'_>) -> Told<Decision> {
    let wanted = digest(&call);
    let attempts = asked
        .iter()
        .filter(|it| it.this_run && it.intent.digest == wanted && it.intent.outcome.may_have_acted())
        .count();
    if attempts < ATTEMPTS {
        return Ok(Decision::Act(call));
    }
    let events = told::in_its_events(situation, events_of(&call), last.intent.sent_at)?;
    Ok(Stop::for_person(
        format!("{call} was asked for {attempts} times without effect ({}){events}", in_words(&last.intent.outcome)),
        format!("{}; look at {} in the RDS console, then resume", situation.what_is_safe(), call.resource()),
    ))
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
pub(super) fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent => "the program ended before AWS's answer was saved".into(),
        Outcome::Accepted { .. } | Outcome::Found { .. } | Outcome::Gone { .. } => "AWS accepted it".into(),
        Outcome::Refused { code, message, .. } => format!("{code}: {message}"),
        Outcome::Unknown { why } | Outcome::NotSent { why } => why.clone(),
    }
}
