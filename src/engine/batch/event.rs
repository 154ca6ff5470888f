//! What is told of a batch.

use std::time::Duration;

use super::super::event::Event;
use crate::{
    model::AwsTime,
    steps::{Stop, StopKind, schedule::Hold},
};

/// Something that happened in a batch.
#[derive(Debug)]
pub enum BatchEvent<'a> {
    /// The run begins.
    Begun {
        /// How many of AWS's seconds pass in one of ours: 1 on a real account.
        pace: u32,
        /// AWS's time.
        now: AwsTime,
    },
    /// A database is looked into, and then migrated.
    Started {
        /// Its place in the batch.
        index: usize,
    },
    /// Something happened in one migration.
    Item {
        /// Its place in the batch.
        index: usize,
        /// What.
        event: &'a Event,
    },
    /// One came to its end in this run.
    Ended {
        /// Its place in the batch.
        index: usize,
        /// How.
        ended: &'a Ended,
    },
    /// Something keeps new ones from beginning, or nothing does any more.
    Held(Option<&'a Hold>),
    /// How many copies may be under way, after AWS refused one more.
    Slots(usize),
    /// Time passes.
    Tick {
        /// In AWS's time, since the run began.
        elapsed: Duration,
    },
    /// An end was asked for: nothing new begins, and what is under way is left to itself.
    Interrupted,
    /// Nothing comes any more.
    Over,
}

/// Hears of everything that happens in a batch.
pub trait BatchReporter {
    /// Shows it.
    fn report(&mut self, event: &BatchEvent<'_>);
}

/// How one database of a batch came to its end in this run.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Encrypted and verified.
    Done {
        /// The encrypted instance.
        target: String,
        /// What was to be done with it afterwards and wasn't, if anything.
        afterwards: Option<String>,
    },
    /// The checks refuse it: nothing was made.
    Refused {
        /// Why.
        why: String,
    },
    /// There was nothing to do.
    Skipped {
        /// Why.
        why: String,
    },
    /// A person is needed.
    Stopped(Stop),
    /// It couldn't go on for a reason of ours: a state file that can't be written.
    Broken {
        /// Why.
        why: String,
    },
    /// An end was asked for.
    Interrupted,
}

impl Ended {
    /// Whether it waits for room in the account's quotas, and is tried again.
    #[must_use]
    pub fn waits_for_room(&self) -> bool {
        matches!(self, Self::Stopped(Stop { kind: StopKind::Quota { .. }, .. }))
    }

    /// Whether nothing was made.
    pub(super) fn proves_nothing(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Skipped { .. })
    }

    /// Whether it counts against `--max-failures`.
    pub(super) fn is_a_failure(&self) -> bool {
        matches!(self, Self::Stopped(_) | Self::Broken { .. }) && !self.waits_for_room()
    }
}
