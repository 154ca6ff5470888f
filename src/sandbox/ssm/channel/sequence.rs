//! Numbers, acknowledgements and resending, as AWS's agent does them (amazon-ssm-agent, `datachannel/datachannel.go`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::message::Message;

/// So many messages wait for their acknowledgements, or for the one that is missing before them.
const ROOM: usize = 100_000;
/// The longest time that an acknowledgement is waited for.
const LONGEST: Duration = Duration::from_secs(1);
const GRAIN: Duration = Duration::from_millis(10);

/// A message that was sent and isn't acknowledged yet.
struct Waiting {
    bytes: Bytes,
    sent: Instant,
}

/// The agent's own messages.
pub(crate) struct Outgoing {
    next: i64,
    /// The number of the first slot.
    first: i64,
    /// By number, without holes: nothing where it is acknowledged, or found no room.
    waiting: VecDeque<Option<Waiting>>,
    stored: usize,
    round_trip: Duration,
    variation: Duration,
    patience: Duration,
    resent: u64,
}

impl Outgoing {
    pub(crate) fn new() -> Self {
        Self {
            next: 0,
            first: 0,
            waiting: VecDeque::new(),
            stored: 0,
            round_trip: Duration::from_millis(100),
            variation: Duration::ZERO,
            patience: Duration::from_millis(200),
            resent: 0,
        }
    }

    /// The number of the next message.
    pub(crate) fn next(&self) -> i64 {
        self.next
    }

    /// Keeps a message that is being sent; where there is no room the new one isn't kept.
    pub(crate) fn keep(&mut self, bytes: Bytes, now: Instant) {
        let room = self.stored < ROOM;
        self.waiting.push_back(room.then_some(Waiting { bytes, sent: now }));
        self.stored += usize::from(room);
        self.next += 1;
    }

    /// Takes an acknowledgement; messages that were sent twice are measured, too, as the agent does.
    pub(crate) fn acknowledged(&mut self, number: i64, now: Instant) {
        let place = usize::try_from(number.saturating_sub(self.first)).ok();
        let Some(found) = place.and_then(|place| self.waiting.get_mut(place)).and_then(Option::take) else { return };
        self.stored -= 1;
        while let Some(None) = self.waiting.front() {
            self.waiting.pop_front();
            self.first += 1;
        }
        let sample = now.duration_since(found.sent);
        self.variation = self.variation * 3 / 4 + self.round_trip.abs_diff(sample) / 4;
        self.round_trip = self.round_trip * 7 / 8 + sample / 8;
        self.patience = LONGEST.min(self.round_trip + GRAIN.max(self.variation * 4));
    }

    /// The oldest message, if it has waited too long, to be sent again: no other ever is (`R-CHAN-7`).
    pub(crate) fn late(&mut self, now: Instant) -> Option<Bytes> {
        let oldest = self.waiting.iter_mut().flatten().next()?;
        if now.duration_since(oldest.sent) <= self.patience {
            return None;
        }
        oldest.sent = now;
        self.resent += 1;
        Some(oldest.bytes.clone())
    }

    /// All that have waited too long.
    pub(crate) fn all_late(&mut self, now: Instant) -> Vec<Bytes> {
        let patience = self.patience;
        let late = self.waiting.iter_mut().flatten().filter(|one| now.duration_since(one.sent) > patience);
        let late: Vec<Bytes> = late
            .map(|one| {
                one.sent = now;
                one.bytes.clone()
            })
            .collect();
        self.resent += u64::try_from(late.len()).unwrap_or(u64::MAX);
        late
    }

    /// How many wait for their acknowledgements.
    pub(crate) fn unacknowledged(&self) -> usize {
        self.stored
    }

    /// How many messages were sent again.
    pub(crate) fn resent(&self) -> u64 {
        self.resent
    }
}

/// Where an input belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the next one.
    Now,
    /// One before it is missing; it is kept.
    Later,
    /// It was there before.
    Again,
    /// One before it is missing, and there is no room.
    Nowhere,
}

/// The client's messages.
pub(crate) struct Incoming {
    expected: i64,
    early: BTreeMap<i64, Message>,
}

impl Incoming {
    pub(crate) fn new() -> Self {
        Self { expected: 0, early: BTreeMap::new() }
    }

    pub(crate) fn expected(&self) -> i64 {
        self.expected
    }

    /// Finds out where a message belongs, and keeps it if it comes too early.
    pub(crate) fn place(&mut self, message: &Message) -> Place {
        match message.sequence.cmp(&self.expected) {
            std::cmp::Ordering::Less => Place::Again,
            std::cmp::Ordering::Equal => Place::Now,
            std::cmp::Ordering::Greater if self.early.contains_key(&message.sequence) => Place::Later,
            std::cmp::Ordering::Greater if self.early.len() >= ROOM => Place::Nowhere,
            std::cmp::Ordering::Greater => {
                self.early.insert(message.sequence, message.clone());
                Place::Later
            }
        }
    }

    /// The message that was expected has been taken in.
    pub(crate) fn advance(&mut self) {
        self.early.remove(&self.expected);
        self.expected += 1;
    }

    /// The next one, if it came before its time. It stays until [`advance`](Self::advance).
    pub(crate) fn waiting(&self) -> Option<&Message> {
        self.early.get(&self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::ssm::channel::message::{Content, Id, Kind};

    fn after(begin: Instant, milliseconds: u64) -> Instant {
        begin + Duration::from_millis(milliseconds)
    }

    #[test]
    fn patience_follows_the_agents_formula_to_the_millisecond() {
        let begin = Instant::now();
        let mut out = Outgoing::new();
        let mut seen = Vec::new();
        for (number, took) in (0..).zip([100, 100, 300, 20, 2000, 2000, 2000]) {
            out.keep(Bytes::new(), begin);
            out.acknowledged(number, after(begin, took));
            seen.push(out.patience.as_millis());
        }
        // By hand: var ← ¾ var + ¼ |rtt − s|, rtt ← ⅞ rtt + ⅛ s, patience ← min(1 s, rtt + max(10 ms, 4 var)).
        assert_eq!(seen, [110, 110, 325, 366, 1000, 1000, 1000]);
    }

    #[test]
    fn only_the_oldest_is_sent_again_and_then_waits_anew() {
        let begin = Instant::now();
        let mut out = Outgoing::new();
        out.keep(Bytes::from_static(b"a"), begin);
        out.keep(Bytes::from_static(b"b"), begin);
        assert_eq!(out.late(after(begin, 200)), None);
        assert_eq!(out.late(after(begin, 201)), Some(Bytes::from_static(b"a")));
        assert_eq!(out.late(after(begin, 300)), None);
        assert_eq!(out.late(after(begin, 402)), Some(Bytes::from_static(b"a")));
        out.acknowledged(0, after(begin, 403));
        assert_eq!(out.late(after(begin, 900)), Some(Bytes::from_static(b"b")));
        out.acknowledged(7, begin);
        out.acknowledged(-7, begin);
        assert_eq!((out.unacknowledged(), out.resent()), (1, 3));
        assert_eq!(out.all_late(after(begin, 5000)).len(), 1);
    }

    #[test]
    fn what_finds_no_room_is_sent_once_and_never_again() {
        let begin = Instant::now();
        let mut out = Outgoing::new();
        for _ in 0..=ROOM {
            out.keep(Bytes::new(), begin);
        }
        assert_eq!(out.unacknowledged(), ROOM);
        for number in 0..i64::try_from(ROOM).unwrap() {
            out.acknowledged(number, begin);
        }
        assert_eq!((out.unacknowledged(), out.late(after(begin, 9000))), (0, None));
    }

    #[test]
    fn inputs_find_their_places() {
        let message = |sequence| Message {
            kind: Kind::Input,
            sequence,
            flags: 0,
            id: Id::random(),
            content: Content::Data,
            payload: Bytes::new(),
        };
        let mut incoming = Incoming::new();
        assert_eq!(incoming.place(&message(1)), Place::Later);
        assert_eq!(incoming.place(&message(1)), Place::Later);
        assert_eq!(incoming.place(&message(0)), Place::Now);
        assert!(incoming.waiting().is_none());
        incoming.advance();
        assert_eq!(incoming.waiting().map(|message| message.sequence), Some(1));
        incoming.advance();
        assert_eq!(incoming.place(&message(1)), Place::Again);
        assert_eq!(incoming.place(&message(-1)), Place::Again);
        assert_eq!(incoming.expected(), 2);
    }
}
