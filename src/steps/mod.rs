//! What next? The pipeline as a list; one file a step.
//!
//! `decide(plan, step, what AWS shows, our own intents, AWS's time)`: no I/O, no clock, no SDK type. What AWS
//! shows is never remembered, what we asked for always is; so a crash, a lost answer and a second run all
//! come to the same thing: look again and decide.

mod ask;
mod copy;
mod decision;
mod lineage;
mod refused;
mod remove;
mod restore;
mod settle;
mod situation;
mod snapshot;
mod survey;
mod told;
mod verify;

#[cfg(test)]
mod tests;

pub use decision::{Decision, Difference, Evidence, Stop, StopKind, Wait};
pub use settle::settled_view;
pub use situation::{Asked, Generation, Seen, Situation, Steadiness};
pub use survey::{Item, survey};
pub use verify::{CheckUp, changed_source, check_up, differences};

use serde::{Deserialize, Serialize};

/// What a run works toward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// An encrypted copy, verified.
    Migrate,
    /// Nothing left of what the migration made.
    Abandon,
    /// No plain snapshot left: it is itself not encrypted.
    DropSnapshots,
}

impl Goal {
    /// The command that works toward it, or goes on with that.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Migrate => "resume",
            Self::Abandon => "cleanup --abandon",
            Self::DropSnapshots => "cleanup --snapshots",
        }
    }

    /// The steps toward it, in order.
    #[must_use]
    pub fn pipeline(self) -> &'static [Step] {
        match self {
            Self::Migrate => &PIPELINE,
            Self::Abandon => &[Step::RemoveTarget, Step::RemoveCopy, Step::RemoveSnapshot],
            Self::DropSnapshots => &[Step::RemoveSnapshot],
        }
    }
}

/// The steps of a migration by snapshot, and of cleaning up after one.
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
    /// The encrypted instance goes.
    RemoveTarget,
    /// The encrypted copy goes.
    RemoveCopy,
    /// The plain snapshot goes.
    RemoveSnapshot,
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
            _ => return false,
        };
        seen || situation.asked(action, name).any(|asked| asked.intent.outcome.may_have_acted())
    }

    fn decide(self, situation: &Situation<'_>, goal: Goal) -> Decision {
        match self {
            Self::TakeSnapshot => snapshot::decide(situation),
            Self::EncryptCopy => copy::decide(situation),
            Self::Restore => restore::decide(situation),
            Self::Settle => settle::decide(situation),
            Self::Verify => verify::decide(situation),
            Self::RemoveTarget => remove::target(situation),
            Self::RemoveCopy => remove::copy(situation),
            Self::RemoveSnapshot => remove::snapshot(situation, goal),
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

/// Decides what to do next.
///
/// A migration is judged goal backwards: the last step of which something exists speaks first, and from there on
/// the first whose goal doesn't hold yet. What came before it doesn't matter any more: a snapshot that is deleted
/// after its copy exists is fine (rule 1). Removing goes forward, each thing before what it was made from.
#[must_use]
pub fn decide(situation: &Situation<'_>, goal: Goal) -> Standing {
    let pipeline = goal.pipeline();
    let mut start = pipeline.iter().rposition(|step| step.has_begun(situation)).unwrap_or(0);
    // A create that is asked for once more needs what it is made from, as it did the first time.
    if pipeline.get(start).is_some_and(|step| matches!(step.decide(situation, goal), Decision::Act(_))) {
        start = start.saturating_sub(1);
    }
    let mut standing = Standing {
        reached: Vec::new(),
        step: pipeline.first().copied().unwrap_or(Step::TakeSnapshot),
        decision: Decision::Done(Evidence::Nothing),
    };
    for step in pipeline.iter().copied().skip(start) {
        standing.step = step;
        standing.decision = step.decide(situation, goal);
        match &standing.decision {
            Decision::Done(evidence) => standing.reached.push((step, evidence.clone())),
            _ => break,
        }
    }
    standing
}
