//! Looking at AWS until it answers: what passes is waited for, what a person can renew, too.

use std::time::Duration;

use super::{
    Engine, EngineError, Eyes,
    event::{Event, Trouble},
    run::{Memory, Work},
};
use crate::{
    aws::{Aws, ReadError},
    state::{Migration, Record},
    steps::Seen,
};

/// Between two looks while AWS can't be reached.
pub(super) const RETRY: Duration = Duration::from_secs(15);

/// What came of looking at AWS.
pub(super) enum Sight {
    /// It answered.
    Clear(Box<Seen>),
    /// It refuses, and that doesn't pass by itself.
    Barred(ReadError),
    /// An end was asked for meanwhile.
    Interrupted,
}

impl Engine<'_> {
    /// Looks until AWS answers. Throttling slows all that follows down and is nothing else; a network that is away is
    /// waited for; credentials that a person can renew are read afresh before each further look.
    pub(super) async fn look_until_seen(
        &mut self,
        migration: &Migration,
        work: Work,
        memory: &mut Memory,
    ) -> Result<Sight, EngineError> {
        let record = migration.record();
        let names = &record.generation_of(work.generation).ok_or(EngineError::NoGeneration)?.names;
        loop {
            if self.interrupt.is_asked() {
                return Ok(Sight::Interrupted);
            }
            let eyes = if std::mem::take(&mut memory.hurries) { &Eyes::Own } else { &self.eyes };
            let answer = tokio::select! {
                answer = eyes.look(&self.aws, &record.plan.source.identifier, names) => answer,
                () = self.interrupt.asked() => return Ok(Sight::Interrupted),
            };
            let error = match answer {
                Ok(seen) => {
                    memory.slowness.ease();
                    return Ok(Sight::Clear(Box::new(seen)));
                }
                Err(error) => error,
            };
            tracing::warn!(%error, "a look failed");
            let Some(kind) = waits_out(&error, self.attended) else { return Ok(Sight::Barred(error)) };
            if kind == Trouble::Throttled {
                memory.slowness.throttled();
            }
            self.reporter.report(&Event::LookFailed { kind, why: error.to_string() });
            if !self.sleep(memory.slowness.of(RETRY), None).await {
                return Ok(Sight::Interrupted);
            }
            if kind == Trouble::Credentials {
                self.renew(record).await;
            }
        }
    }

    /// Takes renewed credentials, if they are of the migration's account.
    async fn renew(&mut self, record: &Record) {
        match renewed(&self.aws, &record.account).await {
            Ok(aws) => self.aws = aws,
            Err(why) => {
                tracing::warn!(why, "the credentials aren't renewed");
                self.reporter.report(&Event::LookFailed { kind: Trouble::Credentials, why });
            }
        }
    }
}

/// What kind of trouble it is, if it is one that is waited out; credentials where somebody is there to renew them.
pub(super) fn waits_out(error: &ReadError, attended: bool) -> Option<Trouble> {
    match &error.error {
        error if error.is_throttled() => Some(Trouble::Throttled),
        error if error.passes() => Some(Trouble::Unreachable),
        error if error.is_about_credentials() && attended => Some(Trouble::Credentials),
        _ => None,
    }
}

/// The same AWS with credentials that are read afresh, if they are of this account.
pub(super) async fn renewed(aws: &Aws, account: &str) -> Result<Aws, String> {
    let aws = aws.renewed().await.map_err(|error| error.to_string())?;
    let caller = aws.caller_identity().await.map_err(|error| error.to_string())?;
    if caller.account == account {
        return Ok(aws);
    }
    Err(format!("they are of account {} now, the migration is of {account}", caller.account))
}
