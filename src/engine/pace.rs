//! How long until the next look: seconds near the end, up to a minute far from it.

use std::time::Duration;

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest.
const LONGEST: Duration = Duration::from_mins(1);
/// The longest while AWS gives no percentage, so that an end is seen soon.
const LONGEST_BLIND: Duration = Duration::from_secs(30);

/// Chooses by the percentage that AWS shows and the time it took, else by the time alone.
pub(super) fn until_next_look(percent: Option<u8>, elapsed: Duration) -> Duration {
    let tenth = match percent {
        Some(done @ 1..) => elapsed.mul_f64(f64::from(100_u8.saturating_sub(done)) / f64::from(done)) / 10,
        _ => return (elapsed / 10).clamp(SHORTEST, LONGEST_BLIND),
    };
    tenth.clamp(SHORTEST, LONGEST)
}

/// Looks that are due in about so long, in seconds, fall on the same moments.
const BEATS: [u64; 5] = [60, 30, 15, 10, 5];

/// The wait until the moment, common to all whose looks are due in about so long, that is nearest to it: between half of
/// it and half as much again.
pub(super) fn on_the_beat(due: Duration, now: Duration) -> Duration {
    let Some(beat) = BEATS.into_iter().map(Duration::from_secs).find(|beat| *beat <= due) else { return due };
    let earliest = (now + due / 2).as_millis();
    let moment = earliest.div_ceil(beat.as_millis()).saturating_mul(beat.as_millis());
    Duration::from_millis(u64::try_from(moment).unwrap_or(u64::MAX)).saturating_sub(now)
}

/// How much slower we look, because AWS asks for patience.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowness(u32);

/// At the slowest, looks are so many times further apart.
const SLOWEST: u32 = 8;

impl Default for Slowness {
    fn default() -> Self {
        Self(1)
    }
}

impl Slowness {
    /// AWS throttled a look.
    pub(super) fn throttled(&mut self) {
        self.0 = (self.0 * 2).min(SLOWEST);
    }

    /// A look went through.
    pub(super) fn ease(&mut self) {
        self.0 = (self.0 - self.0 / 4).min(self.0.saturating_sub(1)).max(1);
    }

    /// A stretch of time, as much longer.
    pub(super) fn of(self, time: Duration) -> Duration {
        time * self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_far_apart_in_the_middle_and_close_near_the_end() {
        let minutes = |minutes: u64| Duration::from_mins(minutes);
        let table = [
            (None, minutes(0), 5),
            (None, minutes(2), 12),
            (None, minutes(60), 30),
            (Some(0), minutes(60), 30),
            (Some(10), minutes(60), 60),
            (Some(95), minutes(60), 18),
            (Some(100), minutes(60), 5),
        ];
        for (percent, elapsed, expected) in table {
            assert_eq!(until_next_look(percent, elapsed).as_secs(), expected, "{percent:?} after {elapsed:?}");
        }
    }

    #[test]
    fn looks_that_are_due_at_about_the_same_time_fall_together() {
        let table = [(60, 0, 60), (60, 29, 31), (60, 31, 89), (60, 119, 61), (12, 3, 7), (30, 100, 20), (3, 100, 3)];
        for (due, now, expected) in table {
            let seconds = Duration::from_secs;
            let wait = on_the_beat(seconds(due), seconds(now));
            assert_eq!(wait.as_secs(), expected, "due in {due} at {now}");
        }
    }

    #[test]
    fn throttling_slows_down_and_answers_ease_it() {
        let mut slowness = Slowness::default();
        let mut seconds = Vec::new();
        for throttled in [true, true, true, true, false, false, false, false, false, false, false] {
            if throttled {
                slowness.throttled();
            } else {
                slowness.ease();
            }
            seconds.push(slowness.of(Duration::from_secs(10)).as_secs());
        }
        assert_eq!(seconds, [20, 40, 80, 80, 60, 50, 40, 30, 20, 10, 10]);
    }
}
