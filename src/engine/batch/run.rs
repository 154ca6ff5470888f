//! One run of a batch: what it knows, and what it says.

use std::time::Duration;

use super::{After, BatchEvent, BatchReporter, Ended, Outcome, Queued, standing::Standing};
use crate::{
    aws::Aws,
    engine::{Clock, EngineError, event::Event, observer::TICK, turn::Asking},
    model::AwsTime,
    steps::schedule::{AfterVerify, Hold, Limits, Next, Room, SPREAD},
};

/// How often the room or the hours are looked at while they are what everything waits for.
const AGAIN: Duration = Duration::from_mins(1);

/// What a run knows beyond where the batch stands.
pub(super) struct Run<'a> {
    aws: &'a Aws,
    clock: Clock,
    limits: &'a Limits,
    reporter: &'a mut dyn BatchReporter,
    standing: Standing,
    begun_earlier: usize,
    began: AwsTime,
    /// The time in AWS's latest answer, and when that was new by our own clock.
    latest: (AwsTime, Duration),
    interrupted: bool,
    held: Option<Hold>,
    /// Who waits for its turn to be copied.
    asking: Vec<Asking>,
    /// When the account's room was read, by the run's clock; nothing when it must be read again.
    room_read: Option<Duration>,
    /// Since when nothing is under way and everything waits for room.
    without_room: Option<Duration>,
}

impl<'a> Run<'a> {
    pub(super) fn begin(
        aws: &'a Aws,
        clock: Clock,
        limits: &'a Limits,
        reporter: &'a mut dyn BatchReporter,
        queued: Queued,
        after: After,
    ) -> Result<Self, EngineError> {
        let began = aws.clock().now().ok_or(EngineError::NoTime)?;
        let pace = aws.clock().pace();
        reporter.report(&BatchEvent::Begun { pace, now: began });
        let begun_earlier = queued.begun.len();
        let standing = Standing::new(queued, limits, after.then != AfterVerify::Delete);
        Ok(Self {
            aws,
            clock,
            limits,
            reporter,
            standing,
            begun_earlier,
            began,
            latest: (began, clock.now()),
            interrupted: false,
            held: None,
            asking: Vec::new(),
            room_read: None,
            without_room: None,
        })
    }

    /// What an earlier run began goes on at once: AWS works on it anyway.
    pub(super) fn begun_earlier(&mut self) -> Vec<usize> {
        let mut places = Vec::new();
        for _ in 0..std::mem::take(&mut self.begun_earlier) {
            places.extend(self.start(0, self.began));
        }
        places
    }

    /// What begins now, by its place in the batch; nothing when nothing does.
    pub(super) async fn next(&mut self) -> Result<Option<usize>, EngineError> {
        if self.interrupted || self.standing.is_empty() {
            return Ok(None);
        }
        let now = self.now()?;
        let mut next = self.standing.next(self.limits, now);
        // The account's room is read afresh before each use: what was read before may lack what was made since.
        if matches!(next, Next::Begin(_)) || matches!(next, Next::Hold(Hold::Room(_))) && self.room_is_old() {
            self.read_room().await;
            let now = self.now()?;
            next = self.standing.next(self.limits, now);
        }
        match next {
            Next::Begin(place) => {
                self.hold(None);
                self.room_read = None;
                Ok(self.start(place, now))
            }
            Next::Hold(hold) => {
                self.hold(Some(hold));
                Ok(None)
            }
            Next::Nothing => Ok(None),
        }
    }

    /// Reads what the account's quotas leave. Where AWS doesn't tell, what it told before holds on.
    async fn read_room(&mut self) {
        match self.aws.quotas().await {
            Ok(quotas) => self.standing.room = Some(Room::of(&quotas)),
            Err(error) => tracing::warn!(%error, "the account's room isn't known"),
        }
        self.room_read = Some(self.clock.now());
    }

    fn room_is_old(&self) -> bool {
        self.room_read.is_none_or(|read| self.clock.now().saturating_sub(read) >= AGAIN)
    }

    fn start(&mut self, place: usize, now: AwsTime) -> Option<usize> {
        let index = self.standing.begin(place, now)?;
        self.reporter.report(&BatchEvent::Started { index });
        Some(index)
    }

    /// Tells of a hold when it changes.
    fn hold(&mut self, hold: Option<Hold>) {
        let waits_for_room = matches!(hold, Some(Hold::Room(_))) && self.standing.is_idle();
        self.without_room = waits_for_room.then(|| self.without_room.unwrap_or_else(|| self.clock.now()));
        if hold != self.held {
            self.held = hold;
            self.reporter.report(&BatchEvent::Held(self.held.as_ref()));
        }
    }

    /// Whether nothing is left to do, or nothing of it may be done.
    pub(super) fn is_over(&self) -> bool {
        let hopeless = match &self.held {
            Some(Hold::Failures(_) | Hold::CanaryFailed | Hold::Open) => true,
            Some(Hold::Room(_)) => self
                .without_room
                .is_some_and(|since| self.clock.now().saturating_sub(since) >= self.limits.wait_for_room),
            _ => false,
        };
        self.standing.is_idle() && (self.interrupted || self.standing.is_empty() || hopeless)
    }

    /// For how long, in our own time, nothing needs to be decided if nothing happens.
    pub(super) fn pause(&self) -> Duration {
        let until = match &self.held {
            Some(Hold::Spread) => SPREAD,
            _ => AGAIN,
        };
        self.clock.here(until).min(TICK)
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    pub(super) fn interrupt(&mut self) {
        self.interrupted = true;
        self.reporter.report(&BatchEvent::Interrupted);
    }

    pub(super) fn hear(&mut self, index: usize, event: &Event) -> Result<(), EngineError> {
        let now = self.now()?;
        self.reporter.report(&BatchEvent::Item { index, event });
        if self.standing.hear(index, event, now) {
            self.reporter.report(&BatchEvent::Slots(self.standing.slots.count()));
        }
        self.give_turns(now);
        Ok(())
    }

    pub(super) fn asks_for_its_turn(&mut self, asks: Asking) -> Result<(), EngineError> {
        let now = self.now()?;
        self.standing.asks_for_its_turn(asks.0, now);
        self.asking.push(asks);
        self.give_turns(now);
        Ok(())
    }

    /// Gives a turn for each slot that is free.
    fn give_turns(&mut self, now: AwsTime) {
        self.asking.retain(|(_, give)| !give.is_closed());
        while let Some(index) = self.standing.whose_turn(self.asking.iter().map(|(index, _)| *index), now) {
            let Some(place) = self.asking.iter().position(|(asking, _)| *asking == index) else { return };
            let (_, give) = self.asking.swap_remove(place);
            if give.send(()).is_err() {
                self.standing.asks_for_its_turn(index, now);
            }
        }
    }

    pub(super) fn ended(&mut self, index: usize, ended: Ended) -> Result<(), EngineError> {
        let now = self.now()?;
        self.reporter.report(&BatchEvent::Ended { index, ended: &ended });
        self.standing.end(index, ended, now);
        self.room_read = None;
        self.give_turns(now);
        Ok(())
    }

    pub(super) fn tick(&mut self) -> Result<(), EngineError> {
        let now = self.now()?;
        self.reporter.report(&BatchEvent::Tick { elapsed: self.clock.between(self.began, now) });
        Ok(())
    }

    pub(super) fn end(self) -> Outcome {
        self.reporter.report(&BatchEvent::Over);
        Outcome {
            ended: self.standing.ended,
            waiting: self.standing.waiting,
            held: self.held,
            interrupted: self.interrupted,
        }
    }

    /// AWS's time. While nothing is asked of AWS it goes on by our own clock.
    fn now(&mut self) -> Result<AwsTime, EngineError> {
        let latest = self.aws.clock().now().ok_or(EngineError::NoTime)?;
        if latest != self.latest.0 {
            self.latest = (latest, self.clock.now());
        }
        let since = self.clock.now().saturating_sub(self.latest.1);
        Ok(latest.checked_add(since).unwrap_or(latest))
    }
}
