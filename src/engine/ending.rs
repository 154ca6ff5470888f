//! How a run ends: saved for the next one, and told.

use super::{
    Ending, Engine, EngineError,
    answer::note_what_is_gone,
    event::Event,
    run::{Memory, Work},
};
use crate::{
    aws::ReadError,
    model::AwsTime,
    state::{Migration, Phase},
    steps::{Goal, Seen, Step, Stop, StopKind},
};

impl Engine<'_> {
    /// AWS refuses to be looked at: nothing can be decided until a person mends that.
    pub(super) fn blinded(
        &mut self,
        migration: &mut Migration,
        work: Work,
        memory: &Memory,
        error: &ReadError,
    ) -> Result<Ending, EngineError> {
        let record = migration.record();
        let at = memory.step.map(|(step, _)| step).or(record.summary.step).unwrap_or(Step::TakeSnapshot);
        let now = self.aws.clock().now().unwrap_or(record.summary.updated);
        let remedy = if error.error.is_about_credentials() {
            "what AWS has begun goes on by itself. Renew the credentials (aws sso login), then resume".into()
        } else if error.error.is_denied() {
            format!("what AWS has begun goes on by itself; {}, then resume", error.how_to_allow())
        } else {
            "what AWS has begun goes on by itself; mend what AWS names, then resume".into()
        };
        let denied = error.error.is_about_credentials() || error.error.is_denied();
        let kind = if denied { StopKind::Denied } else { StopKind::NeedsPerson };
        self.stopped(migration, work, at, Stop { kind, reason: format!("AWS can't be read: {error}"), remedy }, now)
    }

    pub(super) fn interrupted(&mut self) -> Ending {
        self.reporter.report(&Event::Interrupted);
        Ending::Interrupted
    }

    pub(super) fn stopped(
        &mut self,
        migration: &mut Migration,
        work: Work,
        at: Step,
        stop: Stop,
        now: AwsTime,
    ) -> Result<Ending, EngineError> {
        note_what_is_gone(migration, &stop, now)?;
        let phase = match (work.goal, &stop.kind) {
            (Goal::Migrate, StopKind::Difference(_)) => Phase::Different,
            (Goal::Migrate, _) => Phase::Stopped,
            (goal, _) => Phase::during(goal),
        };
        migration.stand(phase, at, Some(&stop), now)?;
        self.reporter.report(&Event::Stopped(stop.clone()));
        Ok(Ending::Stopped(stop))
    }

    pub(super) fn finished(
        &mut self,
        migration: &mut Migration,
        work: Work,
        seen: Box<Seen>,
        memory: Memory,
        now: AwsTime,
    ) -> Result<Ending, EngineError> {
        let last = work.goal.pipeline(&migration.record().plan).last().copied().unwrap_or(Step::Verify);
        migration.stand(Phase::after(work.goal), last, None, now)?;
        self.reporter.report(&Event::Finished);
        Ok(Ending::Finished { seen, evidence: memory.into_evidence() })
    }
}
