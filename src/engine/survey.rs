//! One look at what a generation made, without deciding anything.

use std::time::Duration;

use super::{Clock, EngineError, journal::SentHere, look};
use crate::{
    aws::{Aws, ReadError},
    model::Answers,
    state::Record,
    steps::{self, CheckUp, Item, Situation, Steadiness},
};

/// Why nothing could be surveyed.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// AWS can't be looked at.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The record or AWS's answers lack something.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Everything that AWS shows under the names of all generations of a migration, newest first.
pub async fn survey(aws: &Aws, record: &Record) -> Result<Vec<Item>, SurveyError> {
    let mut found = Vec::new();
    for generation in record.generations.iter().rev() {
        found.extend(looked(aws, record, generation.n, steps::survey).await?);
    }
    Ok(found)
}

/// What the copy of a migration's newest generation is now.
pub async fn check_up(aws: &Aws, record: &Record) -> Result<CheckUp, SurveyError> {
    let generation = record.generation().ok_or(EngineError::NoGeneration)?.n;
    looked(aws, record, generation, steps::check_up).await
}

async fn looked<T>(
    aws: &Aws,
    record: &Record,
    generation: u32,
    judge: impl FnOnce(&Situation<'_>) -> T,
) -> Result<T, SurveyError> {
    let generation = record.generation_of(generation).ok_or(EngineError::NoGeneration)?;
    let seen = look(aws, &record.plan.source.identifier, &generation.names).await?;
    let now = aws.clock().now().ok_or(EngineError::NoTime)?;
    let journal = SentHere::default().journal(record, generation.n, &Clock::new(1.0), now);
    Ok(judge(&Situation {
        plan: &record.plan,
        generation,
        run: &record.run.tag(),
        seen: &seen,
        journal: &journal,
        answers: &Answers::new(),
        steady_for: Steadiness::default(),
        target_steady_for: Duration::ZERO,
        now,
    }))
}
