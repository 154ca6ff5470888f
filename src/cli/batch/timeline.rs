//! Listens to a rehearsal, and keeps when what happened.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    engine::{
        batch::{BatchEvent, BatchReporter},
        event::Event,
    },
    steps::{Step, schedule::Hold},
    ui::batch::{Held, Span},
};

/// When what happened, in AWS's time since the beginning.
#[derive(Default)]
pub(super) struct Timeline {
    pub(super) elapsed: Duration,
    pub(super) spans: BTreeMap<usize, Span>,
    pub(super) held: Vec<Held>,
    pub(super) fewest_slots: Option<usize>,
    since: Option<(Hold, Duration)>,
}

impl Timeline {
    fn hold(&mut self, hold: Option<&Hold>) {
        if let Some((hold, since)) = self.since.take() {
            self.held.push(Held { hold, from: since, until: self.elapsed });
        }
        self.since = hold.map(|hold| (hold.clone(), self.elapsed));
    }

    fn item(&mut self, index: usize, event: &Event) {
        let Some(span) = self.spans.get_mut(&index) else { return };
        match event {
            Event::StepStarted { step: Step::EncryptCopy } => span.copying.0.get_or_insert(self.elapsed),
            Event::StepDone { step: Step::EncryptCopy, .. } => span.copying.1.get_or_insert(self.elapsed),
            _ => return,
        };
    }
}

impl BatchReporter for Timeline {
    fn report(&mut self, event: &BatchEvent<'_>) {
        match event {
            BatchEvent::Started { index } => {
                self.spans.entry(*index).or_insert(Span { begins: self.elapsed, ..Span::default() });
            }
            BatchEvent::Item { index, event } => self.item(*index, event),
            BatchEvent::Ended { index, .. } => {
                if let Some(span) = self.spans.get_mut(index) {
                    span.ends = self.elapsed;
                }
            }
            BatchEvent::Held(hold) => self.hold(*hold),
            BatchEvent::Slots(count) => {
                self.fewest_slots = Some(self.fewest_slots.map_or(*count, |fewest| fewest.min(*count)));
            }
            BatchEvent::Tick { elapsed } => self.elapsed = *elapsed,
            BatchEvent::Over => self.hold(None),
            BatchEvent::Begun { .. } | BatchEvent::Interrupted => {}
        }
    }
}
