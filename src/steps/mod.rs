//! What next? The pipeline as a list; one file a step.
//!
//! `decide(plan, step, what AWS shows, our own intents, AWS's time)`: no I/O, no clock, no SDK type. What AWS
//! shows is never remembered, what we asked for always is; so a crash, a lost answer and a second run all
//! come to the same thing: look again and decide.

mod ask;
mod copy;
mod decision;
mod isolate;
mod lineage;
mod refused;
mod remove;
mod restore;
pub mod schedule;
mod settle;
mod situation;
mod snapshot;
mod stop;
mod survey;
mod told;
mod upgrade;
mod verify;

#[cfg(test)]
mod tests;

pub use decision::{Decision, Difference, Evidence, Stop, StopKind, Wait};
pub use settle::settled_view;
pub use situation::{Asked, Generation, Seen, Situation, Steadiness};
pub use survey::{Item, survey};
pub use verify::{CheckUp, changed_source, check_up, differences, raised};

use serde::{Deserialize, Serialize};

use crate::plan::Plan;

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
    /// The verified instance stopped.
    StopInstance,
    /// The verified instance gone; its encrypted copy stays.
    DropInstance,
}

impl Goal {
    /// The command that works toward it, or goes on with that.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Migrate | Self::StopInstance | Self::DropInstance => "resume",
            Self::Abandon => "cleanup --abandon",
            Self::DropSnapshots => "cleanup --snapshots",
        }
    }

    /// The steps toward it, in order: those that this plan needs.
    #[must_use]
    pub fn pipeline(self, plan: &Plan) -> Vec<Step> {
        let all: &[Step] = match self {
            Self::Migrate => &PIPELINE,
            Self::Abandon => &[Step::RemoveTarget, Step::RemoveCopy, Step::RemoveSnapshot, Step::RemoveSecurityGroup],
            Self::DropSnapshots => &[Step::RemoveSnapshot],
            Self::StopInstance => &[Step::StopTarget],
            Self::DropInstance => &[Step::RemoveTarget],
        };
        all.iter().copied().filter(|step| step.is_needed(plan)).collect()
    }
}

/// The steps of a migration by snapshot, and of cleaning up after one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A security group of the copy's own, where that is to be kept apart.
    Isolate,
    /// A manual snapshot of the source.
    TakeSnapshot,
    /// A copy of it, encrypted under the key: the only way that AWS offers from plain to encrypted.
    EncryptCopy,
    /// Another engine version for the encrypted copy, where one was asked for.
    Upgrade,
    /// A new instance from the copy.
    Restore,
    /// The settings that a restore forgets.
    Settle,
    /// Encryption, key and every setting, read back.
    Verify,
    /// The encrypted instance stops.
    StopTarget,
    /// The encrypted instance goes.
    RemoveTarget,
    /// The encrypted copy goes.
    RemoveCopy,
    /// The plain snapshot goes.
    RemoveSnapshot,
    /// The copy's own security group goes.
    RemoveSecurityGroup,
}

/// The pipeline, in order.
pub const PIPELINE: [Step; 7] =
    [Step::Isolate, Step::TakeSnapshot, Step::EncryptCopy, Step::Upgrade, Step::Restore, Step::Settle, Step::Verify];

impl Step {
    /// Whether a plan needs it.
    fn is_needed(self, plan: &Plan) -> bool {
        match self {
            Self::Isolate | Self::RemoveSecurityGroup => plan.choices.network.is_quarantine(),
            Self::Upgrade => plan.choices.upgrade.is_some(),
            // What was there before stays.
            Self::RemoveSnapshot => plan.choices.from.is_none(),
            _ => true,
        }
    }

    /// Whether something of this step's own is in AWS, or may be.
    ///
    /// Settle and Verify make nothing: they follow Restore.
    fn has_begun(self, situation: &Situation<'_>) -> bool {
        let names = situation.names();
        let (seen, action, name) = match self {
            Self::Isolate => (situation.seen.security_group.is_some(), "CreateSecurityGroup", &names.security_group),
            // One that was there before was begun by somebody else.
            Self::TakeSnapshot if situation.plan.choices.from.is_some() => return false,
            Self::TakeSnapshot => (situation.seen.snapshot.is_some(), "CreateDBSnapshot", &names.snapshot),
            Self::EncryptCopy => (situation.seen.copy.is_some(), "CopyDBSnapshot", &names.copy),
            Self::Restore => (situation.seen.target.is_some(), "RestoreDBInstanceFromDBSnapshot", &names.target),
            _ => return false,
        };
        seen || situation.asked(action, name).any(|asked| asked.intent.outcome.may_have_acted())
    }

    fn decide(self, situation: &Situation<'_>, goal: Goal) -> Decision {
        match self {
            Self::Isolate => isolate::decide(situation),
            Self::TakeSnapshot => snapshot::decide(situation),
            Self::EncryptCopy => copy::decide(situation),
            Self::Upgrade => upgrade::decide(situation),
            Self::Restore => restore::decide(situation),
            Self::Settle => settle::decide(situation),
            Self::Verify => verify::decide(situation),
            Self::StopTarget => stop::decide(situation),
            Self::RemoveTarget => remove::target(situation),
            Self::RemoveCopy => remove::copy(situation),
            Self::RemoveSnapshot => remove::snapshot(situation, goal),
            Self::RemoveSecurityGroup => remove::security_group(situation),
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
    let pipeline = goal.pipeline(situation.plan);
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
