//! When which step went on, as far as the journal tells: a step begins with its first call and lasts until the next
//! one's.

use serde::Serialize;

use super::super::words;
use crate::{
    model::{AwsTime, Call},
    state::{Phase, Record},
    steps::Step,
};

/// A step and when it went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Which.
    pub step: Step,
    /// In words.
    pub words: &'static str,
    /// The attempt that it belongs to.
    pub generation: u32,
    /// AWS's time when its first call was sent.
    pub began: AwsTime,
    /// AWS's time when the next one began, or when it was verified or stopped; nothing where it isn't over.
    pub ended: Option<AwsTime>,
    /// How many calls it took.
    pub calls: usize,
    /// Whether it stopped there.
    pub stopped: bool,
}

/// The steps of all attempts, in order.
pub(super) fn spans(record: &Record) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for intent in &record.journal {
        let step = step_of(&intent.call, record);
        let same = spans.iter_mut().find(|span| span.step == step && span.generation == intent.generation);
        if let Some(span) = same {
            span.calls += 1;
        } else {
            spans.push(Span {
                step,
                words: in_words(step),
                generation: intent.generation,
                began: intent.sent_at,
                ended: None,
                calls: 1,
                stopped: false,
            });
        }
    }
    let begins: Vec<AwsTime> = spans.iter().skip(1).map(|span| span.began).collect();
    for (span, next) in spans.iter_mut().zip(&begins) {
        span.ended = Some(*next);
    }
    end_last(&mut spans, record);
    spans
}

/// The last step of the way to the copy ends when that is verified: whatever is removed later comes after.
fn end_last(spans: &mut [Span], record: &Record) {
    let summary = &record.summary;
    let last_call = record.journal.iter().map(|intent| intent.sent_at).max();
    let verified = summary.verified.or_else(|| {
        let is_way = spans.last().is_some_and(|span| !removes(span.step));
        (summary.phase == Phase::Finished && is_way).then_some(summary.updated)
    });
    if let Some(span) = spans.iter_mut().rfind(|span| !removes(span.step)) {
        span.ended = match (verified, span.ended) {
            (Some(verified), Some(next)) => Some(verified.min(next)),
            (Some(verified), None) => Some(verified),
            (None, ended) => ended,
        };
    }
    let Some(last) = spans.last_mut() else { return };
    match summary.phase {
        Phase::Stopped | Phase::Different => {
            last.ended = Some(summary.updated);
            last.stopped = summary.phase == Phase::Stopped;
        }
        Phase::Finished | Phase::Abandoned if removes(last.step) => {
            last.ended = last_call.map(|call| call.max(summary.updated));
        }
        _ => {}
    }
}

/// Whether it comes after the way to the copy.
pub(super) fn removes(step: Step) -> bool {
    matches!(
        step,
        Step::StopTarget | Step::RemoveTarget | Step::RemoveCopy | Step::RemoveSnapshot | Step::RemoveSecurityGroup
    )
}

/// The step that a call belongs to.
fn step_of(call: &Call, record: &Record) -> Step {
    match call {
        Call::CreateSecurityGroup { .. }
        | Call::AuthorizeSecurityGroupIngress { .. }
        | Call::AuthorizeSecurityGroupEgress { .. }
        | Call::RevokeSecurityGroupEgress { .. } => Step::Isolate,
        Call::CreateDBSnapshot { .. } => Step::TakeSnapshot,
        Call::CopyDBSnapshot { .. } => Step::EncryptCopy,
        Call::ModifyDBSnapshot { .. } => Step::Upgrade,
        Call::RestoreDBInstanceFromDBSnapshot { .. } => Step::Restore,
        Call::ModifyDBInstance { .. } | Call::RebootDBInstance { .. } | Call::AddRoleToDBInstance { .. } => {
            Step::Settle
        }
        Call::StopDBInstance { .. } => Step::StopTarget,
        Call::DeleteSecurityGroup { .. } => Step::RemoveSecurityGroup,
        Call::DeleteDBInstance { .. } => Step::RemoveTarget,
        Call::DeleteDBSnapshot { snapshot, .. } => {
            let is_copy = record.generations.iter().any(|generation| generation.names.copy == *snapshot);
            if is_copy { Step::RemoveCopy } else { Step::RemoveSnapshot }
        }
    }
}

/// Verifying asks nothing that changes anything: it is the end of settling.
fn in_words(step: Step) -> &'static str {
    match step {
        Step::Settle => "settle and verify",
        Step::RemoveTarget => "remove the instance",
        Step::RemoveCopy => "remove the encrypted copy",
        Step::RemoveSnapshot => "remove the snapshot",
        Step::RemoveSecurityGroup => "remove the security group",
        Step::StopTarget => "stop the instance",
        step => words::step(step),
    }
}
