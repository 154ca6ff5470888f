//! Where a batch stands: what waits, what is under way, what came to its end. None of it is saved: each migration's
//! own file is what survives.

use std::{collections::BTreeMap, time::Duration};

use super::{super::event::Event, Ended, Queued};
use crate::{
    model::AwsTime,
    steps::{
        Step,
        schedule::{self, Active, Candidate, Limits, Next, Queue, Room, Slots},
    },
};

/// AWS's refusals of one moment count once.
const ONE_MOMENT: Duration = Duration::from_mins(1);

/// Who met a used-up quota isn't tried again sooner.
const FOR_ROOM: Duration = Duration::from_mins(1);

/// Where a batch stands.
pub(super) struct Standing {
    pub(super) waiting: Vec<Candidate>,
    active: BTreeMap<usize, (Candidate, Active)>,
    pub(super) ended: BTreeMap<usize, Ended>,
    pub(super) slots: Slots,
    pub(super) room: Option<Room>,
    canaries: Vec<usize>,
    open_before: usize,
    /// Whether what is done stands on.
    stands: bool,
    last_single_az: Option<AwsTime>,
    refused_at: Option<AwsTime>,
}

impl Standing {
    pub(super) fn new(queued: Queued, limits: &Limits, stands: bool) -> Self {
        Self {
            waiting: queued.begun.into_iter().chain(queued.waiting).collect(),
            active: BTreeMap::new(),
            ended: BTreeMap::new(),
            slots: Slots::new(limits.concurrency),
            room: None,
            canaries: queued.canaries,
            open_before: queued.open,
            stands,
            last_single_az: None,
            refused_at: None,
        }
    }

    /// What may begin now.
    pub(super) fn next(&self, limits: &Limits, now: AwsTime) -> Next {
        let active: Vec<Active> = self.active.values().map(|(_, active)| *active).collect();
        schedule::next(&Queue {
            waiting: &self.waiting,
            active: &active,
            canaries_left: self.canaries.iter().filter(|index| !self.is_over(**index)).count(),
            canaries_active: self.canaries.iter().filter(|index| self.active.contains_key(index)).count(),
            canaries_failed: self.canaries.iter().filter(|index| self.has_failed(**index)).count(),
            failed: self.ended.values().filter(|ended| ended.is_a_failure()).count(),
            open: if self.stands { self.open_before + self.done() } else { 0 },
            limits,
            slots: self.slots.count(),
            room: self.room.as_ref(),
            last_single_az: self.last_single_az,
            now,
        })
    }

    fn done(&self) -> usize {
        self.ended.values().filter(|it| matches!(it, Ended::Done { .. })).count()
    }

    fn is_over(&self, index: usize) -> bool {
        self.ended.contains_key(&index)
    }

    fn has_failed(&self, index: usize) -> bool {
        self.ended.get(&index).is_some_and(Ended::is_a_failure)
    }

    /// Whether nothing waits any more.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Takes the one at this place out of the queue; returns its place in the batch.
    pub(super) fn begin(&mut self, place: usize, now: AwsTime) -> Option<usize> {
        if place >= self.waiting.len() {
            return None;
        }
        let candidate = self.waiting.remove(place);
        if candidate.single_az {
            self.last_single_az = Some(now);
        }
        let step = candidate.step;
        let active = Active { step, uncounted: step, gibibytes: candidate.gibibytes };
        let index = candidate.index;
        self.active.insert(index, (candidate, active));
        Some(index)
    }

    /// Hears what happens in one migration; says whether the slots became fewer.
    pub(super) fn hear(&mut self, index: usize, event: &Event, now: AwsTime) -> bool {
        match event {
            Event::StepStarted { step } => self.change(index, |active| active.enter(*step)),
            Event::Asked { step, accepted: true, .. } => self.change(index, |active| active.made(*step)),
            Event::StepDone { step: Step::EncryptCopy, .. } if !self.was_just_refused(now) => self.slots.done(),
            Event::Progress(progress) if progress.for_a_slot && !self.was_just_refused(now) => {
                self.refused_at = Some(now);
                let copying = |(_, active): &&(Candidate, Active)| active.step == Some(Step::EncryptCopy);
                self.slots.refused(self.active.values().filter(copying).count());
                return true;
            }
            _ => {}
        }
        false
    }

    /// Whether AWS refused a copy within this moment.
    fn was_just_refused(&self, now: AwsTime) -> bool {
        self.refused_at.is_some_and(|at| schedule::since(at, now) <= ONE_MOMENT)
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Active)) {
        if let Some((_, active)) = self.active.get_mut(&index) {
            change(active);
        }
    }

    /// Takes in how one ended; one that lacks room waits for it and is tried again.
    pub(super) fn end(&mut self, index: usize, ended: Ended, now: AwsTime) {
        let Some((candidate, active)) = self.active.remove(&index) else { return };
        if !ended.waits_for_room() {
            if ended.proves_nothing() {
                self.replace_canary(index);
            }
            self.ended.insert(index, ended);
            return;
        }
        let not_before = now.checked_add(FOR_ROOM).ok();
        self.waiting.insert(0, Candidate { step: active.step, not_before, ..candidate });
    }

    /// A canary of which nothing was made has shown nothing: the smallest that waits goes in its place.
    fn replace_canary(&mut self, index: usize) {
        let Some(place) = self.canaries.iter().position(|canary| *canary == index) else { return };
        self.canaries.remove(place);
        let new = self.waiting.iter().enumerate().filter(|(_, it)| !self.canaries.contains(&it.index));
        let smallest = new.min_by_key(|(_, candidate)| candidate.gibibytes).map(|(place, _)| place);
        if let Some(place) = smallest {
            let candidate = self.waiting.remove(place);
            self.canaries.push(candidate.index);
            self.waiting.insert(0, candidate);
        }
    }
}
