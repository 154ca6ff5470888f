//! Many migrations at once: the same loop as for one, for each of them; one observer for all; and a schedule that says
//! which begins when.
//!
//! All of them run in one task, so that an end that is asked for reaches them all, and none goes on unseen.

mod event;
mod item;
mod run;
mod standing;

use std::{collections::BTreeMap, pin::pin};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use tokio::{sync::mpsc, time::sleep};

use super::{Clock, EngineError, Eyes, Foresight, Interrupt, Observer};
use crate::{
    aws::Aws,
    steps::schedule::{Candidate, Hold, Limits},
};
pub use event::{BatchEvent, BatchReporter, Ended};
pub use item::{After, Prepared};
use run::Run;

/// A batch, before it runs.
pub struct Batch<'a, P> {
    /// Where.
    pub aws: Aws,
    /// The account that all of it is about.
    pub account: String,
    /// In which time.
    pub clock: Clock,
    /// Until somebody asks for an end.
    pub interrupt: Interrupt,
    /// Whether somebody is there to renew credentials while it waits.
    pub attended: bool,
    /// Where the world tells when it changes next: a rehearsal's.
    pub foresight: Option<Foresight>,
    /// What a person allows.
    pub limits: Limits,
    /// What follows for each once it is verified.
    pub after: After,
    /// Who hears of it.
    pub reporter: &'a mut dyn BatchReporter,
    /// Looks into one and begins it, or opens what an earlier run began.
    pub prepare: P,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Queued {
    /// Begun by an earlier run: they go on at once.
    pub begun: Vec<Candidate>,
    /// Not begun yet, in the order to begin in.
    pub waiting: Vec<Candidate>,
    /// The canaries among all of them that aren't at their end, by their places in the batch.
    pub canaries: Vec<usize>,
    /// How many encrypted instances of earlier runs stand.
    pub open: usize,
}

/// How a batch ended.
#[derive(Debug)]
pub struct Outcome {
    /// How each that came to an end in this run did, by its place in the batch.
    pub ended: BTreeMap<usize, Ended>,
    /// What never began, or waits for room, in the order in which it would.
    pub waiting: Vec<Candidate>,
    /// What kept them from it.
    pub held: Option<Hold>,
    /// Whether an end was asked for.
    pub interrupted: bool,
}

impl<P> Batch<'_, P>
where
    P: AsyncFn(usize) -> Prepared,
{
    /// Carries a batch out until nothing is left to do, nothing may begin any more, or an end is asked for.
    pub async fn run(self, queued: Queued) -> Result<Outcome, EngineError> {
        let Self { aws, account, clock, mut interrupt, attended, foresight, limits, after, reporter, prepare } = self;
        let (observer, mut watch) = Observer::new(aws.clone(), account, clock);
        let (tell, mut told) = mpsc::unbounded_channel();
        let (turns, mut asking) = mpsc::unbounded_channel();
        let eyes = foresight.map_or(Eyes::Shared(observer), Eyes::Foreseeing);
        let seat = item::Seat { aws: &aws, eyes, clock, interrupt: interrupt.clone(), attended, after, tell, turns };
        let mut running = FuturesUnordered::new();
        let mut run = Run::begin(&aws, clock, &limits, reporter, queued, after)?;
        for index in run.begun_earlier() {
            running.push(item::carry(&seat, &prepare, index));
        }
        let mut looking = pin!(watch.keep_looking().fuse());
        loop {
            while let Some(index) = run.next().await? {
                running.push(item::carry(&seat, &prepare, index));
            }
            if run.is_over() {
                return Ok(run.end());
            }
            let pause = sleep(run.pause());
            tokio::select! {
                biased;
                () = interrupt.asked(), if !run.is_interrupted() => run.interrupt(),
                Some((index, event)) = told.recv() => run.hear(index, &event)?,
                Some(asks) = asking.recv() => run.asks_for_its_turn(asks)?,
                Some((index, ended)) = running.next(), if !running.is_empty() => {
                    // What it told before its end comes before its end.
                    while let Ok((index, event)) = told.try_recv() {
                        run.hear(index, &event)?;
                    }
                    run.ended(index, ended)?;
                }
                // It ends when nobody asks it any more.
                () = &mut looking, if !running.is_empty() => {}
                () = pause => {}
            }
            run.tick()?;
        }
    }
}
