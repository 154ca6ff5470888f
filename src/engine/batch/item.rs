//! One database of a batch: looked into, migrated as one alone would be, and what is to follow then.

use tokio::sync::mpsc;

use super::{
    super::{
        Clock, Ending, Engine, EngineError, Eyes, Interrupt, Turn, Work, event::Event, event::Reporter, turn::Asking,
    },
    Ended,
};
use crate::{
    aws::Aws,
    state::Migration,
    steps::{Goal, schedule::AfterVerify},
};

/// What looking into one came to.
pub enum Prepared {
    /// It may be worked on.
    Ready {
        /// Begun, and owned by this run.
        migration: Box<Migration>,
        /// Whether an earlier run began it.
        resumed: bool,
        /// Whether a failed generation may be followed by the next one.
        retry: bool,
    },
    /// It came to its end without.
    Ended(Ended),
}

/// What follows for each once it is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// The plain snapshot goes, which halves the snapshots that a batch needs.
    pub drop_plain_snapshots: bool,
    /// What becomes of the encrypted instance.
    pub then: AfterVerify,
}

impl After {
    /// What is worked toward then, in this order.
    #[must_use]
    pub fn goals(self) -> Vec<Goal> {
        let snapshots = self.drop_plain_snapshots.then_some(Goal::DropSnapshots);
        let instance = match self.then {
            AfterVerify::Keep => None,
            AfterVerify::Stop => Some(Goal::StopInstance),
            AfterVerify::Delete => Some(Goal::DropInstance),
        };
        snapshots.into_iter().chain(instance).collect()
    }
}

/// What all of them share.
pub(super) struct Seat<'a> {
    pub(super) aws: &'a Aws,
    pub(super) eyes: Eyes,
    pub(super) clock: Clock,
    pub(super) interrupt: Interrupt,
    pub(super) attended: bool,
    pub(super) after: After,
    pub(super) tell: mpsc::UnboundedSender<(usize, Event)>,
    pub(super) turns: mpsc::UnboundedSender<Asking>,
}

/// Tells the batch what happens in one of its migrations.
struct Teller {
    index: usize,
    tell: mpsc::UnboundedSender<(usize, Event)>,
}

impl Reporter for Teller {
    fn report(&mut self, event: &Event) {
        // The batch draws by its own ticks.
        if !matches!(event, Event::Tick { .. }) {
            drop(self.tell.send((self.index, event.clone())));
        }
    }
}

/// Carries one out; returns its place in the batch and how it ended.
pub(super) async fn carry<P>(seat: &Seat<'_>, prepare: &P, index: usize) -> (usize, Ended)
where
    P: AsyncFn(usize) -> Prepared,
{
    let (mut migration, resumed, retry) = match prepare(index).await {
        Prepared::Ready { migration, resumed, retry } => (migration, resumed, retry),
        Prepared::Ended(ended) => return (index, ended),
    };
    let ended = match migrate(seat, &mut migration, index, resumed, retry).await {
        Ok(ended) => ended,
        Err(error) => Ended::Broken { why: error.to_string() },
    };
    (index, ended)
}

async fn migrate(
    seat: &Seat<'_>,
    migration: &mut Migration,
    index: usize,
    resumed: bool,
    retry: bool,
) -> Result<Ended, EngineError> {
    if !migration.record().is_finished() {
        let goal = Goal::Migrate;
        match work(seat, migration, index, Work { goal, generation: newest(migration)?, resumed, retry }).await? {
            Ending::Finished { .. } => {}
            Ending::Stopped(stop) => return Ok(Ended::Stopped(stop)),
            Ending::Interrupted => return Ok(Ended::Interrupted),
        }
    }
    let target = migration.record().generation().map(|it| it.names.target.clone()).unwrap_or_default();
    let mut afterwards = None;
    for goal in seat.after.goals() {
        if migration.record().is_done_with(goal) {
            continue;
        }
        let generation = newest(migration)?;
        match work(seat, migration, index, Work { goal, generation, resumed: false, retry: false }).await? {
            Ending::Finished { .. } => {}
            Ending::Stopped(stop) => afterwards = Some(stop.reason),
            Ending::Interrupted => return Ok(Ended::Interrupted),
        }
    }
    Ok(Ended::Done { target, afterwards })
}

async fn work(seat: &Seat<'_>, migration: &mut Migration, index: usize, work: Work) -> Result<Ending, EngineError> {
    let mut teller = Teller { index, tell: seat.tell.clone() };
    let mut engine = Engine {
        aws: seat.aws.clone(),
        eyes: seat.eyes.clone(),
        turn: Some(Turn { index, ask: seat.turns.clone() }),
        clock: seat.clock,
        interrupt: seat.interrupt.clone(),
        attended: seat.attended,
        reporter: &mut teller,
    };
    Box::pin(engine.work(migration, work)).await
}

/// The generation that is worked on.
fn newest(migration: &Migration) -> Result<u32, EngineError> {
    migration.record().generation().map(|generation| generation.n).ok_or(EngineError::NoGeneration)
}
