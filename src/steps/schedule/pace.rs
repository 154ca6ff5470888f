//! How long snapshots and copies take in this account, as far as the batch has seen.

use std::time::Duration;

/// What snapshots and copies of this batch took, by size.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Plain snapshots.
    pub snapshots: Measured,
    /// Encrypted copies.
    pub copies: Measured,
}

/// Measured times, and the straight line that runs closest to them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    count: f64,
    sizes: f64,
    times: f64,
    squares: f64,
    products: f64,
}

impl Measured {
    /// One more was measured.
    pub fn learn(&mut self, gibibytes: i32, took: Duration) {
        let (size, time) = (f64::from(gibibytes), took.as_secs_f64());
        self.count += 1.0;
        self.sizes += size;
        self.times += time;
        self.squares += size * size;
        self.products += size * time;
    }

    /// How long one of this size takes; nothing before one was measured.
    #[must_use]
    pub fn expected(&self, gibibytes: i32) -> Option<Duration> {
        if self.count < 1.0 {
            return None;
        }
        let (size, mean_size, mean_time) = (f64::from(gibibytes), self.sizes / self.count, self.times / self.count);
        let spread = self.squares / self.count - mean_size * mean_size;
        let seconds = if spread < 0.5 {
            // All of one size: in proportion.
            mean_time * size / mean_size.max(1.0)
        } else {
            let slope = ((self.products / self.count - mean_size * mean_time) / spread).max(0.0);
            mean_time + slope * (size - mean_size)
        };
        Duration::try_from_secs_f64(seconds.max(0.0)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (&'static [(i32, u64)], i32, Option<u64>);

    #[test]
    fn times_are_expected_by_what_was_measured() {
        let table: [Case; 7] = [
            (&[], 100, None),
            (&[(20, 500)], 20, Some(500)),
            (&[(20, 500)], 40, Some(1000)),
            (&[(20, 500), (20, 700)], 10, Some(300)),
            (&[(20, 500), (120, 2500)], 220, Some(4500)),
            // The larger one was faster: no time is below nothing, and the mean is as good as any.
            (&[(20, 500), (120, 300)], 1000, Some(400)),
            (&[(100, 1000), (200, 3000)], 10, Some(0)),
        ];
        for (measured, size, expected) in table {
            let mut line = Measured::default();
            for (size, seconds) in measured {
                line.learn(*size, Duration::from_secs(*seconds));
            }
            assert_eq!(line.expected(size).map(|time| time.as_secs()), expected, "{measured:?} at {size}");
        }
    }
}
