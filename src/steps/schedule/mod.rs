//! The batch schedule: which database may begin now, or what keeps all of them from it.
//!
//! Pure: the queue, what is under way, the limits, the account's room and AWS's time, in; one decision out. A canary
//! goes first and alone; then the longest, so that none of them is left over at the end, and shorter ones where their
//! copies fit in between. A snapshot is taken only when its copy will find a slot, and only where the account has room for
//! all that it leads to.

mod booking;
mod hours;
mod order;
mod pace;
mod room;
mod slots;

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use booking::Bookings;
pub use hours::Hours;
pub use order::in_order;
pub use pace::{Measured, Pace};
pub use room::{Addresses, Need, Quota, Room, Shortage};
pub use slots::Slots;

use super::Step;
use crate::model::AwsTime;

/// A smaller percentage tells nothing of when it will be all.
const TELLING: u32 = 5;

/// A Single-AZ source's I/O may stand still for a moment while its snapshot begins: two don't begin closer together.
pub const SPREAD: Duration = Duration::from_secs(10);

/// What a person allows a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// So many go first and alone; the others follow only if all of them come to their end.
    pub canary: usize,
    /// At most so many copies are under way at a time.
    pub concurrency: usize,
    /// After so many failures nothing new begins.
    pub max_failures: usize,
    /// At most so many encrypted instances of this batch at a time; nothing for any number.
    pub max_open: Option<usize>,
    /// When new work may begin, UTC; nothing for at any time.
    pub hours: Option<Hours>,
    /// For how long room is waited for while nothing else is left to do.
    pub wait_for_room: Duration,
}

/// What becomes of an encrypted instance of a batch once it is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterVerify {
    /// It runs on.
    #[default]
    Keep,
    /// It is stopped, and costs its storage alone until AWS starts it again after seven days (R-STOP-1).
    Stop,
    /// It is deleted: the settings and the time are proven, and its encrypted copy stays.
    Delete,
}

/// A database of a batch, as the schedule knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its place in the batch.
    pub index: usize,
    /// Its name: the last word on the order.
    pub name: String,
    /// `AllocatedStorage`: how long it takes, as far as anybody knows before.
    pub gibibytes: i32,
    /// Whether a snapshot may hold its I/O up.
    pub single_az: bool,
    /// The step at which an earlier run, or a used-up quota, left it; nothing where nothing of it was made.
    pub step: Option<Step>,
    /// It isn't tried again before.
    pub not_before: Option<AwsTime>,
}

impl Candidate {
    /// Whether beginning it takes a snapshot of a database whose I/O may stand still then.
    fn suspends_io(&self) -> bool {
        self.single_az && self.step.is_none_or(|step| step <= Step::TakeSnapshot)
    }
}

/// A migration under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// The step that it is at; nothing while it is still looked into.
    pub step: Option<Step>,
    /// The step from which on AWS hasn't counted yet what it makes.
    pub uncounted: Option<Step>,
    /// Its source's `AllocatedStorage`.
    pub gibibytes: i32,
    /// Whether it has one of the slots for copies.
    pub copying: bool,
    /// Since when it takes its snapshot, or has its slot.
    pub since: AwsTime,
    /// When its snapshot or its copy will be complete, by AWS's percentage.
    pub ends: Option<AwsTime>,
}

impl Active {
    /// One that begins, or goes on at a step.
    #[must_use]
    pub fn new(candidate: &Candidate, now: AwsTime) -> Self {
        Self {
            step: candidate.step,
            uncounted: candidate.step,
            gibibytes: candidate.gibibytes,
            // Asked for by an earlier run, unless it turns out to wait for its turn.
            copying: candidate.step == Some(Step::EncryptCopy),
            since: now,
            ends: None,
        }
    }

    /// It comes to a step.
    pub fn enter(&mut self, step: Step, now: AwsTime) {
        if self.step != Some(step) {
            (self.since, self.ends) = (now, None);
        }
        // Whoever is elsewhere, or begins afresh after a failure, has no slot any more.
        self.copying &= step == Step::EncryptCopy;
        self.step = Some(step);
        self.uncounted = self.uncounted.max(Some(step));
    }

    /// It is given a slot, or gives it back.
    pub fn copy(&mut self, copying: bool, now: AwsTime) {
        (self.copying, self.since, self.ends) = (copying, now, None);
    }

    /// AWS shows so many percent of its snapshot, or of its copy.
    pub fn progress(&mut self, percent: u8, now: AwsTime) {
        let (done, left) = (u32::from(percent), 100_u32.saturating_sub(percent.into()));
        if done >= TELLING {
            self.ends = now.checked_add(since(self.since, now) * left / done).ok();
        }
    }

    /// AWS took the call that makes what this step is for, and counts it from now on.
    pub fn made(&mut self, step: Step) {
        let next = match step {
            Step::TakeSnapshot => Step::EncryptCopy,
            Step::EncryptCopy => Step::Restore,
            Step::Restore => Step::Settle,
            _ => return,
        };
        self.uncounted = self.uncounted.max(Some(next));
    }
}

/// All that the schedule rests on.
#[derive(Debug)]
pub struct Queue<'a> {
    /// What waits, in [order](in_order); what is parked stays in its place.
    pub waiting: &'a [Candidate],
    /// What is under way.
    pub active: &'a [Active],
    /// How many of the canaries haven't come to their end yet.
    pub canaries_left: usize,
    /// How many canaries of these are under way.
    pub canaries_active: usize,
    /// How many canaries failed.
    pub canaries_failed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many encrypted instances of this batch stand.
    pub open: usize,
    /// The limits.
    pub limits: &'a Limits,
    /// How many copies may be under way just now.
    pub slots: usize,
    /// How long snapshots and copies take.
    pub pace: &'a Pace,
    /// The account's room; nothing where AWS doesn't tell.
    pub room: Option<&'a Room>,
    /// When a Single-AZ source's snapshot was begun last.
    pub last_single_az: Option<AwsTime>,
    /// AWS's time.
    pub now: AwsTime,
}

/// What the schedule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This one begins now: its place in [`Queue::waiting`].
    Begin(usize),
    /// Nothing begins now.
    Hold(Hold),
    /// Nothing waits any more.
    Nothing,
}

/// What keeps everything from beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// So many failed that a person should look first.
    Failures(usize),
    /// The canaries aren't at their end yet.
    Canaries,
    /// A canary failed: what it met, the others would meet, too.
    CanaryFailed,
    /// It is outside of the hours in which new work may begin.
    Hours,
    /// As many copies are under way as may be.
    Slots,
    /// As many encrypted instances stand as may be.
    Open,
    /// The account has no room.
    Room(Shortage),
    /// A Single-AZ source's snapshot began a moment ago.
    Spread,
}

/// Which database may begin now.
#[must_use]
pub fn next(queue: &Queue<'_>) -> Next {
    if queue.waiting.is_empty() {
        return Next::Nothing;
    }
    if let Some(hold) = held(queue) {
        return Next::Hold(hold);
    }
    let bookings = Bookings::of(queue.active, queue.slots, queue.pace, queue.now);
    let mut hold = Hold::Spread;
    let mut too_long = None;
    for (place, candidate) in queue.waiting.iter().enumerate() {
        if candidate.not_before.is_some_and(|time| time > queue.now)
            || too_long == Some((candidate.gibibytes, candidate.step))
        {
            continue;
        }
        if !bookings.have_room_for(candidate, queue.pace) {
            (hold, too_long) = (Hold::Slots, Some((candidate.gibibytes, candidate.step)));
        } else if let Some(shortage) = shortage(queue, candidate) {
            hold = Hold::Room(shortage);
        } else if candidate.suspends_io() && is_just_after_another(queue) {
            hold = Hold::Spread;
        } else {
            return Next::Begin(place);
        }
    }
    Next::Hold(hold)
}

/// What holds all of them alike.
fn held(queue: &Queue<'_>) -> Option<Hold> {
    let Queue { limits, active, .. } = queue;
    if queue.canaries_failed > 0 {
        return Some(Hold::CanaryFailed);
    }
    if queue.failed >= limits.max_failures {
        return Some(Hold::Failures(queue.failed));
    }
    if queue.canaries_left > 0 && queue.canaries_active >= queue.canaries_left {
        return Some(Hold::Canaries);
    }
    if limits.hours.as_ref().is_some_and(|hours| !hours.contain(queue.now)) {
        return Some(Hold::Hours);
    }
    if limits.max_open.is_some_and(|most| queue.open + active.len() >= most) {
        return Some(Hold::Open);
    }
    None
}

/// What the account lacks for it, besides what those under way will still take.
fn shortage(queue: &Queue<'_>, candidate: &Candidate) -> Option<Shortage> {
    let room = queue.room?;
    let promised = queue.active.iter().map(|active| Need::from(active.uncounted, active.gibibytes)).sum();
    room.lacks(promised, Need::from(candidate.step, candidate.gibibytes))
}

fn is_just_after_another(queue: &Queue<'_>) -> bool {
    let Some(last) = queue.last_single_az else { return false };
    since(last, queue.now) < SPREAD
}

/// The distance from one of AWS's times to a later one; none if `then` lies ahead.
#[must_use]
pub fn since(then: AwsTime, now: AwsTime) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}
