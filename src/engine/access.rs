//! The loop for a setup: look, decide, save the intent, act once, save the outcome, look again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tokio::time::sleep;

use super::{
    Clock, EngineError, Interrupt,
    event::Trouble,
    observer::TICK,
    sight::{renewed, waits_out},
};
use crate::{
    access::recipe::{ACCESS_TAG, Asked, Decision, Goal, Part, Recipe, Seen, Standing, Stop, decide},
    aws::{Aws, ReadError},
    model::Outcome,
    state::{Access, AccessPhase, AccessRecord},
};

/// Between two looks while something is waited for, at first; then more slowly.
const LOOK: Duration = Duration::from_secs(5);
const LONGEST_LOOK: Duration = Duration::from_secs(15);
/// Between two looks while AWS can't be reached, or asks for patience.
const RETRY: Duration = Duration::from_secs(15);

/// What happens, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessEvent {
    /// A part stands, or is gone.
    Done {
        /// Which, in words.
        part: String,
        /// How many are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// What one look shows, whatever comes first.
    Seen {
        /// How many parts stand, or are gone.
        reached: usize,
    },
    /// A call is sent for the first time in this run: what AWS refuses for the moment is asked again in silence.
    Asking {
        /// In words.
        call: String,
    },
    /// Whether AWS has taken a call isn't known, or it wasn't sent. A refusal is what is waited for next, or a stop.
    NotTaken {
        /// The call, in words.
        call: String,
        /// Why.
        why: String,
    },
    /// Something is waited for.
    Waiting {
        /// For what.
        why: String,
    },
    /// A look failed, and is repeated.
    LookFailed {
        /// Why.
        why: String,
    },
    /// Time passes: a few times a second while something is waited for.
    Tick {
        /// Since this run began, in AWS's time.
        elapsed: Duration,
    },
}

/// How a run ended.
#[derive(Debug)]
pub enum AccessEnding {
    /// All parts stand, or are gone.
    Finished,
    /// Only a person can help.
    Stopped(Stop),
    /// AWS can't be looked at, and that doesn't pass by itself.
    Barred(ReadError),
    /// It was asked to end.
    Interrupted,
}

/// Makes or removes a setup.
pub struct AccessEngine<'a> {
    /// Where.
    pub aws: Aws,
    /// In which time.
    pub clock: Clock,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
    /// Whether somebody is there to renew credentials while it waits.
    pub attended: bool,
    /// Who hears of it.
    pub report: &'a mut (dyn FnMut(AccessEvent) + Send),
}

/// What the loop knows of the present run; none of it is saved.
#[derive(Default)]
struct Memory {
    sent: BTreeMap<u32, Duration>,
    done: usize,
    told: BTreeSet<String>,
    waiting: Option<String>,
    looks: u32,
}

impl AccessEngine<'_> {
    /// Works until every part stands, or is gone; only a person can help; or an end is asked for.
    pub async fn work(&mut self, access: &mut Access, goal: Goal) -> Result<AccessEnding, EngineError> {
        let mut memory = Memory::default();
        loop {
            let seen = match Box::pin(self.look_until_seen(access)).await? {
                Look::Clear(seen) => seen,
                Look::Interrupted => return Ok(AccessEnding::Interrupted),
                Look::Barred(error) => return Ok(AccessEnding::Barred(error)),
            };
            let now = self.aws.clock().now().ok_or(EngineError::NoTime)?;
            let record = access.record();
            let run = record.run.tag();
            let journal = self.journal(record, &memory, now);
            let decision = decide(&record.recipe, &seen, &journal, (goal, self.clock.now()), &run);
            tracing::debug!(?decision, "decided");
            self.tell_what_is_done(&record.recipe, &seen, goal, &mut memory);
            match decision {
                Decision::Act { part, call } => {
                    if self.interrupt.is_asked() {
                        return Ok(AccessEnding::Interrupted);
                    }
                    access.stand(during(goal), None, now)?;
                    let number = access.intend(part, call.clone(), now)?;
                    memory.sent.insert(number, self.clock.now());
                    let in_words = call.to_string();
                    if memory.told.insert(in_words.clone()) {
                        (memory.waiting, memory.looks) = (None, 0);
                        (self.report)(AccessEvent::Asking { call: in_words.clone() });
                    }
                    let outcome = self.aws.act_on_access(&call).await;
                    tracing::info!(%call, number, ?outcome, "asked");
                    let unknown = unknown(&outcome);
                    access.conclude(number, outcome, self.aws.clock().now().unwrap_or(now))?;
                    if let Some(why) = unknown {
                        (self.report)(AccessEvent::NotTaken { call: in_words, why });
                        if !self.sleep(LOOK).await {
                            return Ok(AccessEnding::Interrupted);
                        }
                    }
                }
                Decision::Wait { why } => {
                    if memory.waiting.as_ref() != Some(&why) {
                        memory.waiting = Some(why.clone());
                        (self.report)(AccessEvent::Waiting { why });
                    }
                    memory.looks = memory.looks.saturating_add(1);
                    if !self.sleep((LOOK * memory.looks.min(10)).min(LONGEST_LOOK)).await {
                        return Ok(AccessEnding::Interrupted);
                    }
                }
                Decision::Stop(stop) => {
                    access.stand(during(goal), Some(&stop.reason), now)?;
                    return Ok(AccessEnding::Stopped(stop));
                }
                Decision::Done => {
                    access.stand(after(goal), None, now)?;
                    return Ok(AccessEnding::Finished);
                }
            }
        }
    }

    fn journal<'a>(&self, record: &'a AccessRecord, memory: &Memory, now: crate::model::AwsTime) -> Vec<Asked<'a>> {
        let asked = |intent: &'a crate::model::AccessIntent| match memory.sent.get(&intent.number) {
            Some(sent) => Asked { intent, age: self.clock.now().saturating_sub(*sent), this_run: true },
            None => Asked { intent, age: self.clock.between(intent.sent_at, now), this_run: false },
        };
        record.journal.iter().map(asked).collect()
    }

    /// In the order of the parts: what stands early isn't told before what comes first.
    fn tell_what_is_done(&mut self, recipe: &Recipe, seen: &Seen, goal: Goal, memory: &mut Memory) {
        let parts: Vec<_> = match goal {
            Goal::Make => recipe.parts.iter().collect(),
            Goal::Remove => recipe.parts.iter().rev().collect(),
        };
        let is_done = |part: &&Part| {
            let standing = part.standing(recipe, seen);
            match goal {
                Goal::Make => standing == Standing::There,
                Goal::Remove => matches!(standing, Standing::Absent | Standing::Foreign(_)),
            }
        };
        let of = parts.len();
        (self.report)(AccessEvent::Seen { reached: parts.iter().copied().filter(is_done).count() });
        for part in parts.into_iter().skip(memory.done).take_while(is_done) {
            memory.done += 1;
            (self.report)(AccessEvent::Done { part: part.to_string(), done: memory.done, of });
        }
    }

    async fn look_until_seen(&mut self, access: &Access) -> Result<Look, EngineError> {
        let recipe = &access.record().recipe;
        let mut told = None;
        loop {
            if self.interrupt.is_asked() {
                return Ok(Look::Interrupted);
            }
            let look = look_at(&self.aws, recipe);
            let answer = tokio::select! {
                answer = look => answer,
                () = self.interrupt.asked() => return Ok(Look::Interrupted),
            };
            let error = match answer {
                Ok(seen) => return Ok(Look::Clear(Box::new(seen))),
                Err(error) => error,
            };
            tracing::warn!(%error, "a look failed");
            let Some(kind) = waits_out(&error, self.attended) else { return Ok(Look::Barred(error)) };
            let why = error.to_string();
            if told.as_ref() != Some(&why) {
                (self.report)(AccessEvent::LookFailed { why: why.clone() });
                told = Some(why);
            }
            if !self.sleep(RETRY).await {
                return Ok(Look::Interrupted);
            }
            if kind == Trouble::Credentials {
                match renewed(&self.aws, &access.record().account).await {
                    Ok(aws) => self.aws = aws,
                    Err(why) => (self.report)(AccessEvent::LookFailed { why }),
                }
            }
        }
    }

    /// Sleeps for a stretch of AWS's time, and ticks; false when an end is asked for.
    async fn sleep(&mut self, aws: Duration) -> bool {
        let mut left = self.clock.here(aws);
        while !left.is_zero() {
            let next = left.min(TICK);
            tokio::select! {
                () = sleep(next) => left -= next,
                () = self.interrupt.asked() => return false,
            }
            (self.report)(AccessEvent::Tick { elapsed: self.clock.now() });
        }
        !self.interrupt.is_asked()
    }
}

/// One look at what a setup is made of.
pub async fn look_at(aws: &Aws, recipe: &Recipe) -> Result<Seen, ReadError> {
    let (owner, role, group) = (recipe.owner(), recipe.name("bastion"), recipe.name("private"));
    aws.surrounded(&recipe.vpc_id, (ACCESS_TAG, &owner), &role, &group, recipe.sets_preferences()).await
}

/// What came of looking at AWS.
enum Look {
    Clear(Box<Seen>),
    Barred(ReadError),
    Interrupted,
}

fn during(goal: Goal) -> AccessPhase {
    match goal {
        Goal::Make => AccessPhase::Making,
        Goal::Remove => AccessPhase::Removing,
    }
}

fn after(goal: Goal) -> AccessPhase {
    match goal {
        Goal::Make => AccessPhase::Made,
        Goal::Remove => AccessPhase::Removed,
    }
}

/// Why nobody knows whether AWS has taken a call; nothing where it has said so.
fn unknown(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Unknown { why } => Some(format!("no answer: {why}")),
        Outcome::NotSent { why } => Some(why.clone()),
        _ => None,
    }
}
