//! What next? The pipeline as a list; one file a step.
//!
//! `decide(plan, step, what AWS shows, our own intents, AWS's time)`: no I/O, no clock, no SDK type. What AWS
//! shows is never remembered, what we asked for always is; so a crash, a lost answer and a second run all
//! come to the same thing: look again and decide.

mod ask;
mod copy;
mod decision;
mod lineage;
mod restore;
mod settle;
mod situation;
mod snapshot;
mod verify;

#[cfg(test)]
mod tests;

pub use decision::{Decision, Difference, Evidence, Stop, StopKind, Wait};
pub use settle::settled_view;
pub use situation::{Asked, Generation, Seen, Situation};
pub use verify::differences;

use serde::{Deserialize, Serialize};

/// The steps of a migration by snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A manual snapshot of the source.
    TakeSnapshot,
    /// A copy of it, encrypted under the key: the only way that AWS offers from plain to encrypted.
    EncryptCopy,
    /// A new instance from the copy.
    Restore,
    /// The settings that a restore forgets.
    Settle,
    /// Encryption, key and every setting, read back.
    Verify,
}

/// The pipeline, in order.
pub const PIPELINE: [Step; 5] = [Step::TakeSnapshot, Step::EncryptCopy, Step::Restore, Step::Settle, Step::Verify];

impl Step {
    /// Whether something of this step's own is in AWS, or may be.
    ///
    /// Settle and Verify make nothing: they follow Restore.
    fn has_begun(self, situation: &Situation<'_>) -> bool {
        let names = situation.names();
        let (seen, action, name) = match self {
            Self::TakeSnapshot => return true,
            Self::EncryptCopy => (situation.seen.copy.is_some(), "CopyDBSnapshot", &names.copy),
            Self::Restore => (situation.seen.target.is_some(), "RestoreDBInstanceFromDBSnapshot", &names.target),
            Self::Settle | Self::Verify => return false,
        };
        seen || situation.asked(action, name).any(|asked| asked.intent.outcome.may_have_acted())
    }

    fn decide(self, situation: &Situation<'_>) -> Decision {
        match self {
            Self::TakeSnapshot => snapshot::decide(situation),
            Self::EncryptCopy => copy::decide(situation),
            Self::Restore => restore::decide(situation),
            Self::Settle => settle::decide(situation),
            Self::Verify => verify::decide(situation),
        }
    }
}

/// Where a migration stands after one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The steps whose goals this look proved, in order.
    pub reached: Vec<(Step, Evidence)>,
    /// The step that is worked on.
    pub step: Step,
    /// What to do for it; `Done` only when every goal holds.
    pub decision: Decision,
}

/// Decides what to do next, goal backwards: the last step of which something exists speaks first, and from
/// there on the first whose goal doesn't hold yet. What came before it doesn't matter any more: a snapshot
/// that is deleted after its copy exists is fine (rule 1).
#[must_use]
pub fn decide(situation: &Situation<'_>) -> Standing {
    let mut start = PIPELINE.iter().rposition(|step| step.has_begun(situation)).unwrap_or(0);
    // A create that is asked for once more needs what it is made from, as it did the first time.
    if PIPELINE.get(start).is_some_and(|step| matches!(step.decide(situation), Decision::Act(_))) {
        start = start.saturating_sub(1);
    }
    let mut standing =
        Standing { reached: Vec::new(), step: Step::TakeSnapshot, decision: Decision::Done(Evidence::Nothing) };
    for step in PIPELINE.iter().copied().skip(start) {
        standing.step = step;
        standing.decision = step.decide(situation);
        match &standing.decision {
            Decision::Done(evidence) => standing.reached.push((step, evidence.clone())),
            _ => break,
        }
    }
    standing
}
