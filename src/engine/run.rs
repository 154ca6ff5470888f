//! The loop: look, decide, save the intent, act once, save the outcome, look again.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::sleep;

use super::{
    Clock, Eyes, Interrupt, Turn,
    answer::{begun_at, in_words, note_what_is_gone, prove_lost_restore, wrong_instance},
    event::{Begun, Event, Progress, Reporter},
    journal::SentHere,
    pace::{self, Slowness},
    sight::Sight,
    steady::{Shown, steadiness, steady_for},
};
use crate::{
    aws::Aws,
    model::{Answers, AwsTime, Call, DbInstance, Outcome, ResourceKind},
    state::{Migration, Phase, StateError},
    steps::{self, Decision, Evidence, Goal, Seen, Situation, Standing, Step, Stop, StopKind, Wait},
};

/// What was seen so long ago at the most is what AWS shows.
const SAME_LOOK: Duration = Duration::from_secs(1);

/// After AWS throttled a call, or wasn't reached, so long is held still between the next look and the call; twice as long each time.
const BREATH: Duration = Duration::from_secs(2);

/// A look is still of the same turn after so long.
const LONGEST_BREATH: Duration = Duration::from_secs(10);

/// How a run ended.
#[derive(Debug)]
pub enum Ending {
    /// Every goal holds.
    Finished {
        /// The last look.
        seen: Box<Seen>,
        /// By what each step's goal holds.
        evidence: Vec<Evidence>,
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

/// What a run works on.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// What is to be reached.
    pub goal: Goal,
    /// The generation whose names it goes by.
    pub generation: u32,
    /// Whether an earlier run began it.
    pub resumed: bool,
    /// Whether a failed generation may be followed by the next one: once.
    pub retry: bool,
}

/// Carries a migration out, or cleans up after one.
pub struct Engine<'a> {
    /// Where.
    pub aws: Aws,
    /// How it looks there.
    pub eyes: Eyes,
    /// Whether its copy waits for a turn.
    pub turn: Option<Turn>,
    /// In which time.
    pub clock: Clock,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
    /// Whether somebody is there to renew credentials while it waits.
    pub attended: bool,
    /// Who hears of it.
    pub reporter: &'a mut dyn Reporter,
}

/// What the loop knows of the present run; none of it is saved.
#[derive(Default)]
pub(super) struct Memory {
    sent: SentHere,
    pub(super) step: Option<(Step, AwsTime)>,
    shown: Shown,
    target: Option<(DbInstance, Duration)>,
    reached: BTreeMap<Step, Evidence>,
    pub(super) slowness: Slowness,
    has_turn: bool,
    /// For how long to hold still between the next look and what is asked for then.
    breath: Duration,
    /// The next look is this migration's alone, and made at once.
    pub(super) hurries: bool,
}

impl Memory {
    pub(super) fn into_evidence(self) -> Vec<Evidence> {
        self.reached.into_values().collect()
    }
}

impl Engine<'_> {
    /// Works on a migration until every goal holds, only a person can help, or an end is asked for.
    pub async fn work(&mut self, migration: &mut Migration, mut work: Work) -> Result<Ending, EngineError> {
        self.announce(migration, work)?;
        let mut memory = Memory::default();
        loop {
            let seen = match self.look_until_seen(migration, work, &mut memory).await? {
                Sight::Clear(seen) => seen,
                Sight::Interrupted => return Ok(self.interrupted()),
                Sight::Barred(error) => return self.blinded(migration, work, &memory, &error),
            };
            let now = self.aws.clock().now().ok_or(EngineError::NoTime)?;
            let standing = self.decide(migration, work, &mut memory, &seen, now).await?;
            self.note_what_is_reached(migration, &mut memory, &standing, now)?;
            let elapsed = self.enter_step(migration, work, &mut memory, &standing, now)?;
            match standing.decision {
                Decision::Act(call) => {
                    if self.interrupt.is_asked() {
                        return Ok(self.interrupted());
                    }
                    if !self.has_turn(standing.step, &call, elapsed, now, &mut memory).await {
                        continue;
                    }
                    if !self.breathe(&memory).await {
                        return Ok(self.interrupted());
                    }
                    if let Some(stop) = self.act(migration, work, &mut memory, standing.step, call, now).await? {
                        return self.stopped(migration, work, standing.step, stop, now);
                    }
                }
                Decision::Wait(wait) => {
                    memory.has_turn &= !wait.for_a_slot;
                    if !self.wait(migration, work, (standing.step, elapsed, now), wait, &memory).await? {
                        return Ok(self.interrupted());
                    }
                }
                Decision::Stop(stop) if work.retry && stop.kind.is_failed() => {
                    work = self.begin_afresh(migration, work, &stop, now)?;
                    memory = Memory::default();
                }
                Decision::Stop(stop) => return self.stopped(migration, work, standing.step, stop, now),
                Decision::Inquire(_) => return self.stopped(migration, work, standing.step, unanswerable(), now),
                Decision::Done(_) => return self.finished(migration, work, seen, memory, now),
            }
        }
    }

    fn announce(&mut self, migration: &Migration, work: Work) -> Result<(), EngineError> {
        let record = migration.record();
        let generation = record.generation_of(work.generation).ok_or(EngineError::NoGeneration)?;
        let pace = self.aws.clock().pace();
        self.reporter.report(&Event::Begun(Begun {
            steps: work.goal.pipeline(&record.plan),
            goal: work.goal,
            database: record.migration.name.clone(),
            target: generation.names.target.clone(),
            key_arn: record.plan.key_arn.clone(),
            resumed: work.resumed,
            pace,
        }));
        Ok(())
    }

    /// What failed stays as it is; the next generation has names of its own.
    fn begin_afresh(
        &mut self,
        migration: &mut Migration,
        work: Work,
        stop: &Stop,
        now: AwsTime,
    ) -> Result<Work, EngineError> {
        tracing::warn!(reason = stop.reason, "a generation failed; beginning the next one");
        note_what_is_gone(migration, stop, now)?;
        let work = Work { generation: migration.next_generation(now)?, resumed: false, retry: false, ..work };
        self.announce(migration, work)?;
        Ok(work)
    }

    /// Decides, and asks AWS whatever else the decision needs in the same turn.
    async fn decide(
        &self,
        migration: &Migration,
        work: Work,
        memory: &mut Memory,
        seen: &Seen,
        now: AwsTime,
    ) -> Result<Standing, EngineError> {
        let record = migration.record();
        let generation = record.generation_of(work.generation).ok_or(EngineError::NoGeneration)?;
        let journal = memory.sent.journal(record, work.generation, &self.clock, now);
        let each_steady_for = steadiness(&mut memory.shown, seen, &self.clock);
        let target_view = seen.target.as_ref().map(steps::settled_view);
        let target_steady_for = steady_for(&mut memory.target, target_view, &self.clock);
        let mut answers = Answers::new();
        loop {
            let standing = steps::decide(
                &Situation {
                    plan: &record.plan,
                    generation,
                    run: &record.run.tag(),
                    seen,
                    journal: &journal,
                    answers: &answers,
                    steady_for: each_steady_for,
                    target_steady_for,
                    now,
                },
                work.goal,
            );
            tracing::debug!(?standing, "decided");
            match &standing.decision {
                Decision::Inquire(inquiry) if !answers.contains_key(inquiry) => {
                    let answer = self.aws.inquire(inquiry, &record.plan.key_arn).await;
                    tracing::debug!(?inquiry, ?answer, "asked as well");
                    answers.insert(inquiry.clone(), answer);
                }
                _ => return Ok(standing),
            }
        }
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
            if memory.reached.insert(*step, evidence.clone()).is_some() {
                continue;
            }
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
        work: Work,
        memory: &mut Memory,
        standing: &Standing,
        now: AwsTime,
    ) -> Result<Duration, EngineError> {
        let step = standing.step;
        match memory.step {
            Some((current, begun)) if current == step => Ok(self.clock.between(begun, now)),
            _ => {
                let begun = begun_at(migration, work.generation, step).unwrap_or(now);
                memory.step = Some((step, begun));
                if !matches!(standing.decision, Decision::Done(_)) {
                    migration.stand(Phase::during(work.goal), step, None, now)?;
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
        work: Work,
        memory: &mut Memory,
        step: Step,
        call: Call,
        now: AwsTime,
    ) -> Result<Option<Stop>, EngineError> {
        let number = migration.intend(work.generation, step, call.clone(), now)?;
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
        memory.breath = if matches!(outcome, Outcome::NotSent { .. }) {
            (memory.breath * 2).clamp(BREATH, LONGEST_BREATH)
        } else {
            Duration::ZERO
        };
        let words = in_words(&outcome);
        migration.conclude(number, outcome, self.aws.clock().now().unwrap_or(now))?;
        self.reporter.report(&Event::Asked { step, call: call.to_string(), outcome: words, accepted });
        Ok(wrong_instance(&call, answered_for.as_deref()))
    }

    /// Whether a call may be made in this turn. A copy of a batch waits for a slot first; if that takes long, AWS is
    /// looked at again before anything is asked of it.
    async fn has_turn(
        &mut self,
        step: Step,
        call: &Call,
        elapsed: Duration,
        now: AwsTime,
        memory: &mut Memory,
    ) -> bool {
        let Some(turn) = self.turn.as_ref().filter(|_| is_a_copy(call) && !memory.has_turn) else { return true };
        let asked = self.clock.now();
        let why = "its turn to be copied".to_owned();
        let waits = Progress { step, status: None, percent: None, why, for_a_slot: false, elapsed, now };
        self.reporter.report(&Event::Progress(waits));
        tokio::select! {
            () = turn.given() => memory.has_turn = true,
            () = self.interrupt.asked() => {}
        }
        memory.hurries = self.clock.now().saturating_sub(asked) > SAME_LOOK;
        !memory.hurries && memory.has_turn
    }

    /// Leaves AWS alone for a moment where it has throttled what was asked for before: a look can use up all that the account
    /// may ask just then. False when an end is asked for.
    async fn breathe(&mut self, memory: &Memory) -> bool {
        memory.breath.is_zero() || self.sleep(memory.breath, None).await
    }

    /// Waits until the next look is due; false when an end is asked for.
    async fn wait(
        &mut self,
        migration: &Migration,
        work: Work,
        (step, elapsed, now): (Step, Duration, AwsTime),
        wait: Wait,
        memory: &Memory,
    ) -> Result<bool, EngineError> {
        let names = &migration.record().generation_of(work.generation).ok_or(EngineError::NoGeneration)?.names;
        let due = memory.slowness.of(pace::until_next_look(wait.percent, elapsed));
        let due = self.eyes.until_next_look(due, &wait, names, &self.clock, now);
        let Wait { why, status, percent, for_a_slot } = wait;
        self.reporter.report(&Event::Progress(Progress { step, status, percent, why, for_a_slot, elapsed, now }));
        Ok(self.sleep(due, Some(elapsed)).await)
    }

    /// Sleeps for a stretch of AWS's time and lets the screen move; false when an end is asked for.
    pub(super) async fn sleep(&mut self, aws: Duration, elapsed: Option<Duration>) -> bool {
        let begun = self.clock.now();
        let mut left = self.clock.here(aws);
        while !left.is_zero() {
            let slice = self.eyes.slice(left);
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
}

fn is_a_copy(call: &Call) -> bool {
    call.makes() == Some(ResourceKind::EncryptedCopy)
}

/// The same question twice in one turn: the decision doesn't take the answer.
fn unanswerable() -> Stop {
    Stop {
        kind: StopKind::NeedsPerson,
        reason: "a question to AWS was answered, and the decision asks it again; this is our fault".into(),
        remedy: "nothing was changed by this; please report it with the log (--log-file)".into(),
    }
}
