//! How long to wait for an acknowledgement before a message is sent again.

use std::time::Duration;

const FIRST_ROUND_TRIP: Duration = Duration::from_millis(100);
const FIRST_TIMEOUT: Duration = Duration::from_millis(200);
const GRANULARITY: Duration = Duration::from_millis(10);
/// No message waits longer than this.
pub const LONGEST: Duration = Duration::from_secs(1);

/// The measured round trip, and what follows from it.
#[derive(Clone, Debug)]
pub struct Timing {
    round_trip: Duration,
    variation: Duration,
    timeout: Duration,
    /// How many times in a row a timeout was too short, as far as we know.
    doublings: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self { round_trip: FIRST_ROUND_TRIP, variation: Duration::ZERO, timeout: FIRST_TIMEOUT, doublings: 0 }
    }
}

impl Timing {
    /// Learns from a message that was sent once. One that was sent twice says nothing: which of the two was answered?
    pub fn measured(&mut self, sample: Duration) {
        self.variation = (self.variation * 3 + self.round_trip.abs_diff(sample)) / 4;
        self.round_trip = (self.round_trip * 7 + sample) / 8;
        self.timeout = LONGEST.min(self.round_trip + GRANULARITY.max(self.variation * 4));
        self.doublings = 0;
    }

    /// An acknowledgement didn't come in time. The next ones get twice as long, until one can be measured again: where
    /// the way has become slower than the timeout, nothing would ever be sent only once.
    pub fn missed(&mut self) {
        self.doublings = self.doublings.saturating_add(1).min(10);
    }

    /// How long to wait.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout.saturating_mul(1 << self.doublings).min(LONGEST)
    }

    /// The smoothed round trip.
    #[must_use]
    pub const fn round_trip(&self) -> Duration {
        self.round_trip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check 10: worked out by hand from the rule, in this order: variation, round trip, timeout.
    #[test]
    fn timeouts_follow_the_rule_to_the_millisecond() {
        let mut timing = Timing::default();
        let table = [(100, 110.0), (100, 110.0), (20, 170.0), (20, 211.25), (500, 649.843_75), (3000, 1000.0)];
        for (at, (sample, expected)) in table.into_iter().enumerate() {
            timing.measured(Duration::from_millis(sample));
            let found = timing.timeout().as_secs_f64() * 1e3;
            assert!((found - expected).abs() < 0.001, "sample {at}: {found} instead of {expected}");
        }
    }

    #[test]
    fn a_missed_timeout_doubles_until_something_is_measured() {
        let mut timing = Timing::default();
        let after = |timing: &mut Timing| {
            timing.missed();
            timing.timeout().as_millis()
        };
        assert_eq!(
            [200, 400, 800, 1000, 1000],
            [
                timing.timeout().as_millis(),
                after(&mut timing),
                after(&mut timing),
                after(&mut timing),
                after(&mut timing)
            ]
        );
        timing.measured(Duration::from_millis(100));
        assert_eq!(timing.timeout().as_millis(), 110);
    }
}
