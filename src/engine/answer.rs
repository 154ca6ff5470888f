//! What an answer to a mutating call means beyond its outcome.

use crate::{
    model::{AwsTime, Call, Outcome},
    state::{Migration, StateError},
    steps::{Step, Stop, StopKind},
};

/// When a step of a generation began in AWS's time: when its first call was asked for. Removing begins anew with
/// each run.
pub(super) fn begun_at(migration: &Migration, generation: u32, step: Step) -> Option<AwsTime> {
    let of_step = |call: &Call| match call {
        Call::CreateDBSnapshot { .. } => Some(Step::TakeSnapshot),
        Call::CopyDBSnapshot { .. } => Some(Step::EncryptCopy),
        Call::RestoreDBInstanceFromDBSnapshot { .. } => Some(Step::Restore),
        Call::ModifyDBSnapshot { .. } => Some(Step::Upgrade),
        Call::CreateSecurityGroup { .. } => Some(Step::Isolate),
        Call::ModifyDBInstance { .. } | Call::RebootDBInstance { .. } | Call::AddRoleToDBInstance { .. } => {
            Some(Step::Settle)
        }
        _ => None,
    };
    let mut journal = migration.record().journal.iter().filter(|intent| intent.generation == generation);
    journal.find(|intent| of_step(&intent.call) == Some(step)).map(|intent| intent.sent_at)
}

/// A target that was proven ours after its restore's answer was lost stays ours by its resource id.
pub(super) fn prove_lost_restore(migration: &mut Migration, resource_id: &str, now: AwsTime) -> Result<(), StateError> {
    let lost = migration.record().journal.iter().rev().find(|intent| {
        matches!(intent.call, Call::RestoreDBInstanceFromDBSnapshot { .. }) && intent.outcome.may_have_acted()
    });
    match lost {
        Some(intent) if intent.outcome.is_unknown() => {
            let number = intent.number;
            migration.conclude(number, Outcome::Found { resource_id: Some(resource_id.to_owned()) }, now)
        }
        _ => Ok(()),
    }
}

/// What was made is gone: whatever has its name later isn't it.
pub(super) fn note_what_is_gone(migration: &mut Migration, stop: &Stop, now: AwsTime) -> Result<(), StateError> {
    let StopKind::Failed { gone: Some(number) } = stop.kind else { return Ok(()) };
    let made = migration.record().journal.iter().find(|intent| intent.number == number);
    let Some(resource_id) = made.map(|intent| intent.outcome.resource_id().cloned()) else { return Ok(()) };
    migration.conclude(number, Outcome::Gone { resource_id }, now)
}

/// Calls go by name: the id in the answer must be the one that was looked at in the same turn.
pub(super) fn wrong_instance(call: &Call, answered_for: Option<&str>) -> Option<Stop> {
    let (Call::ModifyDBInstance { instance, resource_id, .. }
    | Call::RebootDBInstance { instance, resource_id }
    | Call::StopDBInstance { instance, resource_id }
    | Call::DeleteDBInstance { instance, resource_id }) = call
    else {
        return None;
    };
    let other = answered_for.filter(|answered| answered != resource_id)?;
    Some(Stop {
        kind: StopKind::NeedsPerson,
        reason: format!("{} {instance} reached {other}, not {resource_id}", call.action()),
        remedy: "somebody renamed instances at the same moment; look at both before anything else".into(),
    })
}

/// An outcome in a few words.
pub(super) fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { .. } | Outcome::Found { .. } | Outcome::Gone { .. } => "accepted".into(),
        Outcome::Refused { code, message, .. } => format!("refused: {code}: {message}"),
        Outcome::Unknown { why } => format!("no answer ({why}); looking whether it happened"),
        Outcome::NotSent { why } => format!("not taken ({why}); it will be asked again"),
        Outcome::Sent => "sent".into(),
    }
}
