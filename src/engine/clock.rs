//! The engine's clock: monotonic, and in AWS's seconds.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::AwsTime;

/// Measures and waits in AWS's seconds, of which a sandbox has more than we do.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    pace: f64,
    hurry: f64,
}

impl Clock {
    /// A clock for which `pace` of AWS's seconds pass in one of ours. Anything but a positive number counts as 1.
    #[must_use]
    pub fn new(pace: f64) -> Self {
        Self { start: Instant::now(), pace: positive(pace), hurry: 1.0 }
    }

    /// For tests against strangers that run in real time: counts `pace` seconds in one of ours while AWS counts
    /// `aws`; a distance between two of AWS's times then counts for as much more.
    #[must_use]
    pub fn hurried(pace: f64, aws: f64) -> Self {
        Self { hurry: positive(pace) / positive(aws), ..Self::new(pace) }
    }

    /// The distance from one of AWS's times to a later one; none if `then` lies ahead.
    #[must_use]
    pub fn between(&self, then: AwsTime, now: AwsTime) -> Duration {
        Duration::try_from(now.duration_since(then)).unwrap_or_default().mul_f64(self.hurry)
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

fn positive(number: f64) -> f64 {
    if number.is_finite() && number > 0.0 { number } else { 1.0 }
}
