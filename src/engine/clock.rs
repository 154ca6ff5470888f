//! The engine's clock: monotonic, and in AWS's seconds.

use std::time::Duration;

use tokio::time::Instant;

/// Measures and waits in AWS's seconds, of which a sandbox has more than we do.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    pace: f64,
}

impl Clock {
    /// A clock for which `pace` of AWS's seconds pass in one of ours. Anything but a positive number counts as 1.
    #[must_use]
    pub fn new(pace: f64) -> Self {
        Self { start: Instant::now(), pace: if pace.is_finite() && pace > 0.0 { pace } else { 1.0 } }
    }

    /// AWS's seconds in one of ours.
    #[must_use]
    pub fn pace(&self) -> f64 {
        self.pace
    }

    /// AWS's time since this clock was made.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.start.elapsed().mul_f64(self.pace)
    }

    /// How long a stretch of AWS's time takes here.
    #[must_use]
    pub fn here(&self, aws: Duration) -> Duration {
        aws.div_f64(self.pace)
    }
}
