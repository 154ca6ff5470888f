//! Our intents with their ages.

use std::{collections::BTreeMap, time::Duration};

use super::Clock;
use crate::{
    model::{AwsTime, Intent},
    state::Record,
    steps::Asked,
};

/// When this process sent what, by its own monotonic clock.
#[derive(Debug, Default)]
pub(super) struct SentHere(BTreeMap<u32, Duration>);

impl SentHere {
    /// Notes that an intent is sent now.
    pub(super) fn note(&mut self, number: u32, clock: &Clock) {
        self.0.insert(number, clock.now());
    }

    /// The intents of a generation. Ages run on the monotonic clock; those of an earlier
    /// process are the distance between two times of AWS's.
    pub(super) fn journal<'a>(
        &self,
        record: &'a Record,
        generation: u32,
        clock: &Clock,
        now: AwsTime,
    ) -> Vec<Asked<'a>> {
        let ours = record.journal.iter().filter(|intent| intent.generation == generation);
        ours.map(|intent| self.asked(intent, clock, now)).collect()
    }

    fn asked<'a>(&self, intent: &'a Intent, clock: &Clock, now: AwsTime) -> Asked<'a> {
        match self.0.get(&intent.number) {
            Some(sent) => Asked { intent, age: clock.now().saturating_sub(*sent), this_run: true },
            None => Asked { intent, age: clock.between(intent.sent_at, now), this_run: false },
        }
    }
}
