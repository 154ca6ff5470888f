//! How long this run has gone on, in AWS's time. Events tell it piecewise: looks carry AWS's time, ticks how
//! long the step has taken.

use std::time::Duration;

use crate::model::AwsTime;

/// The run's own clock. Never goes back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunClock {
    origin: Option<AwsTime>,
    /// Where the run stood when the step's time was last known.
    anchor: Duration,
    /// The step's time then. It may be long for a step that an earlier run began.
    step_at_anchor: Option<Duration>,
    elapsed: Duration,
    /// An earlier run began the step that is worked on: part of its time isn't ours.
    resumed: bool,
}

impl RunClock {
    /// The run begins, or goes on.
    pub(super) fn begin(&mut self, resumed: bool) {
        self.resumed = resumed;
    }

    /// A look at AWS's clock.
    pub(super) fn looked(&mut self, now: AwsTime, step: Duration) {
        self.tick(step);
        let origin = *self.origin.get_or_insert_with(|| {
            now.checked_sub(jiff::SignedDuration::try_from(self.elapsed).unwrap_or_default()).unwrap_or(now)
        });
        let since = Duration::try_from(now.duration_since(origin)).unwrap_or_default();
        self.elapsed = self.elapsed.max(since);
        self.anchor = self.elapsed;
        self.step_at_anchor = Some(step);
    }

    /// The step's time, between looks.
    pub(super) fn tick(&mut self, step: Duration) {
        let from = *self.step_at_anchor.get_or_insert(step);
        self.elapsed = self.elapsed.max(self.anchor + step.saturating_sub(from));
    }

    /// Another step begins, and with it another count. Only the first of a resumed run may be old already.
    pub(super) fn step_started(&mut self) {
        self.anchor = self.elapsed;
        self.step_at_anchor = if self.resumed { None } else { Some(Duration::ZERO) };
        self.resumed = false;
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_goes_on_over_steps_and_an_earlier_runs_time_is_not_ours() {
        let at = |text: &str| format!("2026-11-25T{text}Z").parse::<AwsTime>().unwrap();
        let seconds = Duration::from_secs;
        let mut clock = RunClock::default();
        clock.begin(true);
        clock.step_started();
        clock.looked(at("06:00:00"), seconds(3600));
        assert_eq!(clock.elapsed(), seconds(0), "resumed an hour into a step");
        clock.tick(seconds(3605));
        assert_eq!(clock.elapsed(), seconds(5));
        clock.looked(at("06:00:10"), seconds(3610));
        clock.step_started();
        clock.tick(seconds(2));
        assert_eq!(clock.elapsed(), seconds(12));
        clock.looked(at("06:00:14"), seconds(4));
        assert_eq!(clock.elapsed(), seconds(14));
    }
}
