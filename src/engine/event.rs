//! What reporters hear. The engine has never heard of a terminal.

use std::time::Duration;

use serde::Serialize;

use crate::{
    model::AwsTime,
    steps::{Evidence, Goal, Step, Stop},
};

/// Something that happened in one migration.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A run begins, or goes on.
    Begun(Begun),
    /// A step is worked on from now on.
    StepStarted {
        /// Which.
        step: Step,
    },
    /// A mutating call is about to be sent; its intent is saved.
    Asking {
        /// For which step.
        step: Step,
        /// The call, in AWS's words: `CopyDBSnapshot orders-…-encrypted`.
        call: String,
        /// Counts from 1.
        attempt: u32,
    },
    /// AWS answered, or didn't; the outcome is saved.
    Asked {
        /// For which step.
        step: Step,
        /// The call, in AWS's words.
        call: String,
        /// What became of it: `accepted`, or why it wasn't, in a few words.
        outcome: String,
        /// Whether AWS accepted it.
        accepted: bool,
    },
    /// One look at AWS, and what is waited for.
    Progress(Progress),
    /// A step's goal holds.
    StepDone {
        /// Which.
        step: Step,
        /// By what.
        evidence: Evidence,
        /// How long it took in AWS's time, where that is known.
        took: Option<Duration>,
    },
    /// A look at AWS failed; it will be repeated.
    LookFailed {
        /// Which kind of trouble it is.
        kind: Trouble,
        /// What AWS or the network said.
        why: String,
    },
    /// Time passes: sent several times a second while the engine waits, so that a screen can move.
    Tick {
        /// In AWS's time, since the step that is worked on began.
        elapsed: Duration,
    },
    /// A person or the system asked us to end; nothing further is asked of AWS.
    Interrupted,
    /// Only a person can help.
    Stopped(Stop),
    /// All goals hold.
    Finished,
}

/// What keeps us from looking, and passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// AWS or the network doesn't answer.
    Unreachable,
    /// AWS asks for fewer calls.
    Throttled,
    /// The credentials don't hold any more: a person can renew them meanwhile.
    Credentials,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The steps toward the goal, in order.
    pub steps: Vec<Step>,
    /// What is to be reached.
    pub goal: Goal,
    /// The source's name.
    pub database: String,
    /// The name of the encrypted instance.
    pub target: String,
    /// The key's ARN.
    pub key_arn: String,
    /// Whether an earlier run began it.
    pub resumed: bool,
    /// How many of AWS's seconds pass in one of ours: 1 on a real account. Shown as `sandbox ×600`.
    pub pace: u32,
}

/// One look at AWS during a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// AWS's status word of what is waited for.
    pub status: Option<String>,
    /// AWS's own percentage.
    pub percent: Option<u8>,
    /// What is waited for, where the status word doesn't tell. May be empty.
    pub why: String,
    /// Whether it is for one of AWS's slots for copies.
    pub for_a_slot: bool,
    /// In AWS's time, since the step began.
    pub elapsed: Duration,
    /// AWS's time.
    pub now: AwsTime,
}

/// Hears of everything that happens.
pub trait Reporter {
    /// Shows it.
    fn report(&mut self, event: &Event);
}
