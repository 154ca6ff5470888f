//! The loop: look, decide, save the intent, act once, save the outcome, look again.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    Clock, Interrupt,
    answer::{begun_at, in_words, prove_lost_restore, wrong_instance},
    event::{Begun, Event, Progress, Reporter},
    journal::SentHere,
    look, pace,
    steady::{shown, steady_for},
};
use crate::{
    aws::{Aws, ReadError},
    model::{AwsTime, Call, DbInstance, Outcome},
    state::{Migration, Phase, StateError},
    steps::{self, Decision, Evidence, Seen, Situation, Standing, Step, Stop, StopKind, Wait},
};

/// Between two looks while AWS can't be reached.
const RETRY: Duration = Duration::from_secs(15);

/// How often a waiting screen may move, in our own time.
const TICK: Duration = Duration::from_millis(200);

/// How a run ended.
#[derive(Debug)]
pub enum Ending {
    /// Every goal holds.
    Finished {
        /// The last look.
        seen: Box<Seen>,
        /// How many settings were compared.
        compared: usize,
    },
    /// Only a person can help.
    Stopped(Stop),
    /// It was asked to end.
    Interrupted,
}

/// Why a run couldn't go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The state file couldn't be written; nothing was sent that it doesn't hold.
    #[error(transparent)]
    State(#[from] StateError),
    /// AWS's answers carry no time.
    #[error("AWS's answers carry no Date, without which nothing can be dated")]
    NoTime,
    /// The state file names no generation.
    #[error("the state file names no generation")]
    NoGeneration,
}

/// What came of looking at AWS.
enum Sight {
    /// It answered.
    Clear(Box<Seen>),
    /// It refuses, and that doesn't pass by itself.
    Barred(ReadError),
    /// An end was asked for meanwhile.
    Interrupted,
}

/// Carries a migration out.
pub struct Engine<'a> {
    /// Where.
    pub aws: &'a Aws,
    /// In which time.
    pub clock: Clock,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
    /// Who hears of it.
    pub reporter: &'a mut dyn Reporter,
}

/// What the loop knows of the present run; none of it is saved.
#[derive(Default)]
struct Memory {
    sent: SentHere,
    step: Option<(Step, AwsTime)>,
    shown: Option<([bool; 4], Duration)>,
    target: Option<(DbInstance, Duration)>,
    reached: Vec<Step>,
}

impl Engine<'_> {
    /// Works on a migration until every goal holds, only a person can help, or an end is asked for.
    pub async fn migrate(&mut self, migration: &mut Migration, resumed: bool) -> Result<Ending, EngineError> {
        self.announce(migration, resumed)?;
        let mut memory = Memory::default();
        loop {
            let seen = match self.look_until_seen(migration).await? {
                Sight::Clear(seen) => seen,
                Sight::Interrupted => return Ok(self.interrupted()),
                Sight::Barred(error) => return self.blinded(migration, &memory, &error),
            };
            let now = self.aws.clock().now().ok_or(EngineError::NoTime)?;
            let standing = self.decide(migration, &mut memory, &seen, now)?;
            self.note_what_is_reached(migration, &mut memory, &standing, now)?;
            let elapsed = self.enter_step(migration, &mut memory, &standing, now)?;
            match standing.decision {
                Decision::Act(call) => {
                    if self.interrupt.is_asked() {
                        return Ok(self.interrupted());
                    }
                    if let Some(stop) = self.act(migration, &mut memory, standing.step, call, now).await? {
                        return self.stopped(migration, standing.step, stop, now);
                    }
                }
                Decision::Wait(wait) => {
                    if !self.wait(standing.step, wait, elapsed, now).await {
                        return Ok(self.interrupted());
                    }
                }
                Decision::Stop(stop) => return self.stopped(migration, standing.step, stop, now),
                Decision::Done(evidence) => return self.finished(migration, seen, &evidence, now),
            }
        }
    }

    fn announce(&mut self, migration: &Migration, resumed: bool) -> Result<(), EngineError> {
        let record = migration.record();
        let target = record.generation().ok_or(EngineError::NoGeneration)?.names.target.clone();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shown to people only")]
        let pace = self.aws.clock().sandbox_speed().map_or(1, |speed| speed.round() as u32);
        self.reporter.report(&Event::Begun(Begun {
            database: record.migration.name.clone(),
            target,
            key_arn: record.plan.key_arn.clone(),
            resumed,
            pace,
        }));
        Ok(())
    }

    /// Looks until AWS answers.
    async fn look_until_seen(&mut self, migration: &Migration) -> Result<Sight, EngineError> {
        let record = migration.record();
        let names = &record.generation().ok_or(EngineError::NoGeneration)?.names;
        loop {
            if self.interrupt.is_asked() {
                return Ok(Sight::Interrupted);
            }
            let answer = tokio::select! {
                answer = look(self.aws, &record.plan.source.identifier, names) => answer,
                () = self.interrupt.asked() => return Ok(Sight::Interrupted),
            };
            match answer {
                Ok(seen) => return Ok(Sight::Clear(Box::new(seen))),
                Err(error) if error.error.passes() => {
                    tracing::warn!(%error, "a look failed; it will be repeated");
                    self.reporter.report(&Event::LookFailed { why: error.to_string() });
                    if !self.sleep(RETRY, None).await {
                        return Ok(Sight::Interrupted);
                    }
                }
                Err(error) => return Ok(Sight::Barred(error)),
            }
        }
    }

    fn decide(
        &self,
        migration: &Migration,
        memory: &mut Memory,
        seen: &Seen,
        now: AwsTime,
    ) -> Result<Standing, EngineError> {
        let record = migration.record();
        let generation = record.generation().ok_or(EngineError::NoGeneration)?;
        let journal = memory.sent.journal(record, &self.clock, now);
        let standing = steps::decide(&Situation {
            plan: &record.plan,
            generation,
            run: &record.run.tag(),
            seen,
            journal: &journal,
            shown_steady_for: steady_for(&mut memory.shown, Some(shown(seen)), &self.clock),
            target_steady_for: steady_for(
                &mut memory.target,
                seen.target.as_ref().map(steps::settled_view),
                &self.clock,
            ),
            now,
        });
        tracing::debug!(?standing, "decided");
        Ok(standing)
    }

    /// Tells of steps whose goals hold now, and remembers a target that was proven ours after a lost answer.
    fn note_what_is_reached(
        &mut self,
        migration: &mut Migration,
        memory: &mut Memory,
        standing: &Standing,
        now: AwsTime,
    ) -> Result<(), EngineError> {
        for (step, evidence) in &standing.reached {
            if let Evidence::Restored { resource_id, .. } = evidence {
                prove_lost_restore(migration, resource_id, now)?;
            }
            if memory.reached.contains(step) {
                continue;
            }
            memory.reached.push(*step);
            let took =
                memory.step.filter(|(current, _)| current == step).map(|(_, begun)| self.clock.between(begun, now));
            self.reporter.report(&Event::StepDone { step: *step, evidence: evidence.clone(), took });
        }
        Ok(())
    }

    /// Notes which step is worked on, and returns for how long.
    fn enter_step(
        &mut self,
        migration: &mut Migration,
        memory: &mut Memory,
        standing: &Standing,
        now: AwsTime,
    ) -> Result<Duration, EngineError> {
        let step = standing.step;
        match memory.step {
            Some((current, begun)) if current == step => Ok(self.clock.between(begun, now)),
            _ => {
                let begun = begun_at(migration, step).unwrap_or(now);
                memory.step = Some((step, begun));
                if !matches!(standing.decision, Decision::Done(_)) {
                    migration.stand(Phase::Underway, step, None, now)?;
                    self.reporter.report(&Event::StepStarted { step });
                }
                Ok(self.clock.between(begun, now))
            }
        }
    }

    /// Carries out one call between its saved intent and its saved outcome.
    async fn act(
        &mut self,
        migration: &mut Migration,
        memory: &mut Memory,
        step: Step,
        call: Call,
        now: AwsTime,
    ) -> Result<Option<Stop>, EngineError> {
        let number = migration.intend(step, call.clone(), now)?;
        memory.sent.note(number, &self.clock);
        let attempt = migration.record().journal.last().map_or(1, |intent| intent.attempt);
        tracing::info!(%call, number, attempt, "asking");
        self.reporter.report(&Event::Asking { step, call: call.to_string(), attempt });
        let outcome = self.aws.act(&call).await;
        tracing::info!(%call, number, ?outcome, "asked");
        let accepted = matches!(outcome, Outcome::Accepted { .. });
        let answered_for = match &outcome {
            Outcome::Accepted { resource_id, .. } => resource_id.clone(),
            _ => None,
        };
        let words = in_words(&outcome);
        migration.conclude(number, outcome, self.aws.clock().now().unwrap_or(now))?;
        self.reporter.report(&Event::Asked { step, call: call.to_string(), outcome: words, accepted });
        Ok(wrong_instance(&call, answered_for.as_deref()))
    }

    /// Waits until the next look is due; false when an end is asked for.
    async fn wait(&mut self, step: Step, wait: Wait, elapsed: Duration, now: AwsTime) -> bool {
        let due = pace::until_next_look(wait.percent, elapsed);
        let Wait { why, status, percent } = wait;
        self.reporter.report(&Event::Progress(Progress { step, status, percent, why, elapsed, now }));
        self.sleep(due, Some(elapsed)).await
    }

    /// Sleeps for a stretch of AWS's time and lets the screen move; false when an end is asked for.
    async fn sleep(&mut self, aws: Duration, elapsed: Option<Duration>) -> bool {
        let begun = self.clock.now();
        let mut left = self.clock.here(aws);
        while !left.is_zero() {
            let slice = left.min(TICK);
            tokio::select! {
                () = sleep(slice) => {}
                () = self.interrupt.asked() => return false,
            }
            left = left.saturating_sub(slice);
            if let Some(elapsed) = elapsed {
                let elapsed = elapsed + self.clock.now().saturating_sub(begun);
                self.reporter.report(&Event::Tick { elapsed });
            }
        }
        !self.interrupt.is_asked()
    }

    /// AWS refuses to be looked at: nothing can be decided until a person mends that.
    fn blinded(
        &mut self,
        migration: &mut Migration,
        memory: &Memory,
        error: &ReadError,
    ) -> Result<Ending, EngineError> {
        let record = migration.record();
        let at = memory.step.map(|(step, _)| step).or(record.summary.step).unwrap_or(Step::TakeSnapshot);
        let now = self.aws.clock().now().unwrap_or(record.summary.updated);
        let remedy = if error.error.is_about_credentials() {
            "what AWS has begun goes on by itself. Renew the credentials (aws sso login), then resume".into()
        } else {
            format!("what AWS has begun goes on by itself. Allow {} for this caller, then resume", error.action)
        };
        let denied = error.error.is_about_credentials() || error.error.is_denied();
        let kind = if denied { StopKind::Denied } else { StopKind::NeedsPerson };
        self.stopped(migration, at, Stop { kind, reason: format!("AWS can't be read: {error}"), remedy }, now)
    }

    fn interrupted(&mut self) -> Ending {
        self.reporter.report(&Event::Interrupted);
        Ending::Interrupted
    }

    fn stopped(
        &mut self,
        migration: &mut Migration,
        at: Step,
        stop: Stop,
        now: AwsTime,
    ) -> Result<Ending, EngineError> {
        let phase = if matches!(stop.kind, StopKind::Difference(_)) { Phase::Different } else { Phase::Stopped };
        migration.stand(phase, at, Some(stop.reason.clone()), now)?;
        self.reporter.report(&Event::Stopped(stop.clone()));
        Ok(Ending::Stopped(stop))
    }

    fn finished(
        &mut self,
        migration: &mut Migration,
        seen: Box<Seen>,
        evidence: &Evidence,
        now: AwsTime,
    ) -> Result<Ending, EngineError> {
        migration.stand(Phase::Finished, Step::Verify, None, now)?;
        self.reporter.report(&Event::Finished);
        let compared = if let Evidence::Verified { compared } = evidence { *compared } else { 0 };
        Ok(Ending::Finished { seen, compared })
    }
}
