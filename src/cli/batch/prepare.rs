//! Looks into one database of a batch and begins its migration, as `migrate` does for one alone; or opens what an
//! earlier run began.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use tokio::sync::Semaphore;

use super::select::Before;
use crate::{
    aws::{Aws, ReadError},
    cli::{
        Failure,
        arguments::Global,
        choices::ChoiceArguments,
        facts,
        migrate::{fresh_record, plan_of},
        place::Place,
        session,
    },
    engine::{
        Clock, Interrupt,
        batch::{Ended, Prepared},
    },
    model::{CallerIdentity, DatabaseReference, KeyReference},
    plan::{Check, Checked, Facts, Judgement, Severity, judge},
    state::{BatchItem, Identity, Noted, StateError},
};

/// So many are looked into at a time: it takes some twenty questions each.
const AT_A_TIME: usize = 3;

/// Between two tries to look into one while AWS asks for patience or doesn't answer.
const PAUSE: Duration = Duration::from_secs(30);

/// What couldn't be checked, and not for want of a permission, is tried so often.
const TRIES: u32 = 5;

/// What all of them are looked into with.
pub(super) struct Prepare<'a> {
    pub(super) global: &'a Global,
    pub(super) place: &'a Place,
    pub(super) aws: Aws,
    pub(super) caller: &'a CallerIdentity,
    pub(super) key: &'a KeyReference,
    pub(super) choices: &'a ChoiceArguments,
    pub(super) items: &'a [BatchItem],
    pub(super) before: &'a [Before],
    pub(super) retry: bool,
    /// Nothing stands around the databases of an inventory.
    pub(super) rehearses: bool,
    pub(super) clock: Clock,
    pub(super) interrupt: Interrupt,
    pub(super) turn: Semaphore,
    /// What this run began: one that waited for room goes on where it was.
    pub(super) begun_here: RefCell<BTreeSet<usize>>,
}

/// The turns of [`Prepare`].
pub(super) fn turns() -> Semaphore {
    Semaphore::new(AT_A_TIME)
}

impl Prepare<'_> {
    /// Looks into the item at this place.
    pub(super) async fn one(&self, index: usize) -> Prepared {
        let (Some(item), Some(before)) = (self.items.get(index), self.before.get(index)) else {
            return Prepared::Ended(Ended::Broken { why: "the batch has no such place; this is our fault".into() });
        };
        if self.begun_here.borrow().contains(&index) {
            return self.open(item);
        }
        let generation = match before {
            Before::New => 1,
            Before::Abandoned(last) => last.saturating_add(1),
            Before::Begun(_) | Before::Done => return self.open(item),
            Before::Another(why) => return Prepared::Ended(Ended::Refused { why: why.clone() }),
        };
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            prepared = self.begin(item, generation) => {
                if let Prepared::Ready { .. } = prepared {
                    self.begun_here.borrow_mut().insert(index);
                }
                prepared
            }
            () = interrupt.asked() => Prepared::Ended(Ended::Interrupted),
        }
    }

    /// Opens what an earlier run began.
    fn open(&self, item: &BatchItem) -> Prepared {
        let states = &self.place.states;
        let identity = Identity::of_instance(&item.name, &item.resource_id);
        let path = states.path_for(&self.caller.account, self.aws.region(), &identity);
        match states.open(&path, &session::owner()) {
            Ok(migration) => Prepared::Ready { migration: Box::new(migration), resumed: true, retry: self.retry },
            Err(error) => Prepared::Ended(unusable(&error)),
        }
    }

    async fn begin(&self, item: &BatchItem, generation: u32) -> Prepared {
        // Nobody closes it.
        let _turn = self.turn.acquire().await;
        let (facts, judgement) = match self.look_into(item, generation).await {
            Ok(found) => found,
            Err(error) => return Prepared::Ended(Ended::Broken { why: format!("it can't be looked into: {error}") }),
        };
        if let Some(ended) = replaced(item, &facts).or_else(|| refused(&judgement)) {
            return Prepared::Ended(ended);
        }
        match self.fresh(&facts, &judgement, generation) {
            Ok(migration) => Prepared::Ready { migration, resumed: false, retry: false },
            Err(Failure::State(error)) => Prepared::Ended(unusable(&error)),
            Err(failure) => Prepared::Ended(Ended::Broken { why: failure.to_string() }),
        }
    }

    /// Reads its facts and judges them. AWS's wish for patience is nobody's failure, and neither is a silent network.
    async fn look_into(&self, item: &BatchItem, generation: u32) -> Result<(Facts, Judgement), ReadError> {
        let database = DatabaseReference::Name(item.name.clone());
        let mut tries = 0;
        loop {
            tries += 1;
            let what = facts::For {
                database: &database,
                key: facts::Key::Asked(self.key),
                target: None,
                generation,
                chosen: self.choices,
                approved: None,
                around: !self.rehearses,
            };
            match Box::pin(facts::read(&self.aws, self.caller, what)).await {
                Ok(facts) => {
                    let judgement = judge(&facts);
                    if tries >= TRIES || !lacks_an_answer(&judgement) {
                        return Ok((facts, judgement));
                    }
                }
                Err(error) if error.error.is_throttled() || error.error.passes() => {
                    tracing::warn!(%error, database = item.name, "it can't be looked into yet");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(self.clock.here(PAUSE)).await;
        }
    }

    fn fresh(
        &self,
        facts: &Facts,
        judgement: &Judgement,
        generation: u32,
    ) -> Result<Box<crate::state::Migration>, Failure> {
        let plan = plan_of(facts, self.key, None)?;
        let mut record = fresh_record(self.global, self.place, &self.aws, &facts.account, plan, generation)?;
        record.findings = Some(Noted::of(&judgement.findings));
        Ok(Box::new(self.place.states.begin(record)?))
    }
}

/// What another run owns or began meanwhile is that one's; any other trouble with a file may be that of all files.
fn unusable(error: &StateError) -> Ended {
    match error {
        StateError::Locked { .. } | StateError::Exists { .. } => Ended::Refused { why: error.to_string() },
        _ => Ended::Broken { why: error.to_string() },
    }
}

/// Whether a check that is needed got no answer, for a reason that may pass.
fn lacks_an_answer(judgement: &Judgement) -> bool {
    judgement.checks.iter().any(|(_, check)| matches!(check, Check::NotChecked(_, None)))
}

/// Whether another database has its name since it was selected.
fn replaced(item: &BatchItem, facts: &Facts) -> Option<Ended> {
    match &facts.source {
        Checked::Known(None) => Some(Ended::Refused { why: format!("AWS shows no {} any more", item.name) }),
        Checked::Known(Some(source)) if source.resource_id.as_deref() != Some(item.resource_id.as_str()) => {
            Some(Ended::Refused {
                why: format!("{} is another database now than the one that was selected", item.name),
            })
        }
        _ => None,
    }
}

/// Why the checks refuse it; nothing where they don't.
fn refused(judgement: &Judgement) -> Option<Ended> {
    if let Some(why) = &judgement.nothing_to_do {
        return Some(Ended::Skipped { why: why.clone() });
    }
    if let Some(owner) = &judgement.owned_elsewhere {
        return Some(Ended::Refused { why: format!("what it would make exists already, made by {owner}") });
    }
    if !judgement.forbids() {
        return None;
    }
    let blockers = judgement.findings.iter().filter(|finding| finding.severity == Severity::Blocker);
    let mut why: Vec<String> = blockers.map(|finding| finding.what.clone()).collect();
    let unchecked = judgement.checks.iter().filter_map(|(name, check)| match check {
        Check::NotChecked(why, _) => Some(format!("{name} couldn't be checked: {why}")),
        _ => None,
    });
    why.extend(unchecked);
    Some(Ended::Refused { why: why.join(". ") })
}
