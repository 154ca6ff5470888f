//! A snapshot is taken only when its copy will find a slot: each database that is begun has one booked, from the expected
//! end of its snapshot to the expected end of its copy.
//!
//! Expectations come from AWS's percentage and from what the batch has measured; where there are none, a slot counts as
//! taken from now on and for good. A wrong one costs time and nothing else: no copy begins without its turn.

use std::time::Duration;

use super::{super::Step, Active, Candidate, Pace, since};
use crate::model::AwsTime;

/// From when to when a slot is needed, from now on; without an end as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Booking {
    from: Duration,
    until: Option<Duration>,
}

impl Booking {
    fn covers(&self, at: Duration) -> bool {
        self.from <= at && self.until.is_none_or(|until| until > at)
    }
}

/// The slots that those under way have booked.
pub(super) struct Bookings {
    taken: Vec<Booking>,
    slots: usize,
}

impl Bookings {
    /// What is booked of so many slots.
    pub(super) fn of(active: &[Active], slots: usize, pace: &Pace, now: AwsTime) -> Self {
        Self { taken: active.iter().filter_map(|active| booking(active, pace, now)).collect(), slots }
    }

    /// Whether one more will find a slot for its copy.
    pub(super) fn have_room_for(&self, candidate: &Candidate, pace: &Pace) -> bool {
        if self.taken.len() < self.slots {
            return true;
        }
        let wanted = wanted(candidate, pace);
        let within = self.taken.iter().map(|booking| booking.from).filter(|from| wanted.covers(*from));
        std::iter::once(wanted.from)
            .chain(within)
            .all(|at| self.taken.iter().filter(|booking| booking.covers(at)).count() < self.slots)
    }
}

fn wanted(candidate: &Candidate, pace: &Pace) -> Booking {
    let begins_with_a_snapshot = candidate.step.is_none_or(|step| step <= Step::TakeSnapshot);
    let snapshot = pace.snapshots.expected(candidate.gibibytes).filter(|_| begins_with_a_snapshot);
    let from = snapshot.unwrap_or_default();
    Booking { from, until: pace.copies.expected(candidate.gibibytes).map(|copy| from + copy) }
}

/// What one under way has booked; nothing once its copy is complete.
fn booking(active: &Active, pace: &Pace, now: AwsTime) -> Option<Booking> {
    if active.step.is_some_and(|step| step > Step::EncryptCopy) {
        return None;
    }
    let left = |expected: Option<Duration>| match active.ends {
        Some(ends) => Some(since(now, ends)),
        None => expected.map(|whole| whole.saturating_sub(since(active.since, now))),
    };
    let copy = pace.copies.expected(active.gibibytes);
    if active.copying {
        // What is overdue is there still.
        return Some(Booking { from: Duration::ZERO, until: left(copy).map(|left| left.max(Duration::from_secs(1))) });
    }
    let is_taken = active.step.is_some_and(|step| step > Step::TakeSnapshot);
    let snapshot = if is_taken { None } else { left(pace.snapshots.expected(active.gibibytes)) };
    let from = snapshot.unwrap_or_default();
    Some(Booking { from, until: copy.map(|copy| from + copy) })
}
