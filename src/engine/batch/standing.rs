//! Where a batch stands: what waits, what is under way, what came to its end. None of it is saved: each migration's
//! own file is what survives.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use super::{
    super::event::{Event, Progress},
    Ended, Queued,
};
use crate::{
    model::AwsTime,
    steps::{
        Step,
        schedule::{self, Active, Candidate, Limits, Next, Pace, Queue, Room, Slots},
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
    pace: Pace,
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
            pace: Pace::default(),
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
            pace: &self.pace,
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
        let active = Active::new(&candidate, now);
        let index = candidate.index;
        self.active.insert(index, (candidate, active));
        Some(index)
    }

    /// Hears what happens in one migration; says whether the slots became fewer.
    pub(super) fn hear(&mut self, index: usize, event: &Event, now: AwsTime) -> bool {
        let recently = self.was_just_refused(now);
        let Some((candidate, active)) = self.active.get_mut(&index) else { return false };
        match event {
            Event::StepStarted { step } => active.enter(*step, now),
            Event::Asked { step, accepted: true, .. } => active.made(*step),
            Event::StepDone { step: Step::TakeSnapshot, took: Some(took), .. } => {
                self.pace.snapshots.learn(candidate.gibibytes, *took);
            }
            Event::StepDone { step: Step::EncryptCopy, .. } => {
                // Of one that an earlier run began, only that run knew since when.
                if active.copying && candidate.step != Some(Step::EncryptCopy) {
                    self.pace.copies.learn(candidate.gibibytes, schedule::since(active.since, now));
                }
                // Its slot is free though its next step isn't told of yet.
                active.enter(Step::Upgrade, now);
                if !recently {
                    self.slots.done();
                }
            }
            Event::Progress(progress) if progress.for_a_slot => {
                active.copy(false, now);
                if !recently {
                    self.refused_at = Some(now);
                    self.slots.refused(self.copying());
                    return true;
                }
            }
            Event::Progress(Progress { percent: Some(percent), .. }) => active.progress(*percent, now),
            _ => {}
        }
        false
    }

    /// How many have one of the slots for copies.
    fn copying(&self) -> usize {
        self.active.values().filter(|(_, active)| active.copying).count()
    }

    /// One that was begun waits for its turn to be copied.
    pub(super) fn asks_for_its_turn(&mut self, index: usize, now: AwsTime) {
        self.change(index, |active| active.copy(false, now));
    }

    /// Who of these is to be copied next, if a slot is free: the largest, which takes longest.
    pub(super) fn whose_turn(&mut self, asking: impl Iterator<Item = usize>, now: AwsTime) -> Option<usize> {
        if self.copying() >= self.slots.count() {
            return None;
        }
        let sizes = asking.filter_map(|index| Some((self.active.get(&index)?.1.gibibytes, Reverse(index))));
        let Reverse(index) = sizes.max()?.1;
        self.change(index, |active| active.copy(true, now));
        Some(index)
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
