//! The client's streams: one for each connection, in turns.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};

use super::frame::{Command, Decoder, HEADER_BYTES, Piece, WrongFrame, write_header};
use crate::tunnel::{Moment, failure::StreamEnd};

/// After the client's end of data the agent may still have some for it; so long a silence says that it hasn't.
pub const HOLD: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A download is no activity for the service's idle timer; what the client sends is.
const SIGN_OF_LIFE: Duration = Duration::from_mins(5);
/// Where nothing moved for so long, the idle timer may run out.
const IN_USE: Duration = Duration::from_mins(10);

/// Where arriving bytes go.
pub trait Sink {
    /// Bytes of a stream, in order.
    fn data(&mut self, stream: u32, bytes: &[u8]);
    /// A stream is over; nothing comes after it.
    fn end(&mut self, stream: u32, end: StreamEnd);
}

#[derive(Debug, Default)]
struct Stream {
    up: VecDeque<Bytes>,
    queued: usize,
    received: bool,
    /// The client has no more data; its end is held back from the agent, which would throw away the rest of the reply.
    ended: bool,
    /// When it last did something, for the hold.
    active: Moment,
}

/// All streams of a session.
#[derive(Debug)]
pub struct Streams {
    last: u32,
    open: HashMap<u32, Stream>,
    /// Those that have data, in the order of their turns.
    turns: VecDeque<u32>,
    /// Frames without data.
    controls: VecDeque<(Command, u32)>,
    /// Streams whose end is held back.
    held: Vec<u32>,
    decoder: Decoder,
    /// Connections that the agent couldn't make and whose stream it hasn't ended yet.
    refusals: usize,
    keep_alive: Option<Moment>,
    moved: Moment,
    sent: Moment,
}

impl Streams {
    /// None yet. Old agents want something every ten seconds.
    #[must_use]
    pub fn new(keep_alive: bool, now: Moment) -> Self {
        Self {
            last: 1,
            open: HashMap::new(),
            turns: VecDeque::new(),
            controls: VecDeque::new(),
            held: Vec::new(),
            decoder: Decoder::default(),
            refusals: 0,
            keep_alive: keep_alive.then(|| now.saturating_add(KEEP_ALIVE)),
            moved: now,
            sent: now,
        }
    }

    /// Begins a stream: 3, 5, 7 and so on. `None` when all numbers are used.
    pub fn open(&mut self, now: Moment) -> Option<u32> {
        self.last = self.last.checked_add(2)?;
        self.moved = now;
        self.open.insert(self.last, Stream { active: now, ..Stream::default() });
        self.controls.push_back((Command::Begin, self.last));
        Some(self.last)
    }

    /// Queues data of the client.
    pub fn push(&mut self, id: u32, data: Bytes) {
        let Some(stream) = self.open.get_mut(&id) else { return };
        if data.is_empty() {
            return;
        }
        if stream.queued == 0 {
            self.turns.push_back(id);
        }
        stream.queued = stream.queued.saturating_add(data.len());
        stream.up.push_back(data);
    }

    /// How much of a stream isn't sent.
    #[must_use]
    pub fn queued(&self, id: u32) -> usize {
        self.open.get(&id).map_or(0, |stream| stream.queued)
    }

    /// The client has no more data.
    pub fn finish(&mut self, id: u32, now: Moment) {
        let Some(stream) = self.open.get_mut(&id) else { return };
        if !stream.ended {
            stream.ended = true;
            stream.active = now;
            self.held.push(id);
        }
    }

    /// Ends a stream at once, whatever is queued.
    pub fn reset(&mut self, id: u32) {
        if self.open.remove(&id).is_some() {
            self.controls.push_back((Command::End, id));
            self.turns.retain(|turn| *turn != id);
            self.held.retain(|held| *held != id);
        }
    }

    /// A connection failed at the agent, which doesn't say whose: the end of the stream follows.
    pub fn refused(&mut self) {
        self.refusals = self.refusals.saturating_add(1);
    }

    /// Whether any stream is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes what arrived.
    pub fn receive(&mut self, mut bytes: &[u8], now: Moment, sink: &mut impl Sink) -> Result<(), WrongFrame> {
        while let Some(piece) = self.decoder.next(&mut bytes)? {
            match piece {
                Piece::Data(id, data) => {
                    if let Some(stream) = self.open.get_mut(&id) {
                        stream.received = true;
                        stream.active = now;
                        self.moved = now;
                        sink.data(id, data);
                    }
                }
                Piece::End(id) => self.ended_by_agent(id, sink),
                Piece::Other => {}
            }
        }
        Ok(())
    }

    fn ended_by_agent(&mut self, id: u32, sink: &mut impl Sink) {
        let Some(stream) = self.open.get(&id) else { return };
        let end = match (stream.received, self.refusals) {
            (true, _) => StreamEnd::Finished,
            (false, 0) => StreamEnd::Empty,
            (false, _) => {
                self.refusals = self.refusals.saturating_sub(1);
                StreamEnd::Refused
            }
        };
        self.reset(id);
        sink.end(id, end);
    }

    /// When [`Streams::expire`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let hold = self.held.iter().filter_map(|id| {
            let stream = self.open.get(id).filter(|stream| stream.queued == 0)?;
            Some(stream.active.saturating_add(HOLD))
        });
        hold.chain(self.keep_alive).chain(self.sign_of_life()).min()
    }

    fn sign_of_life(&self) -> Option<Moment> {
        let due = self.sent.saturating_add(SIGN_OF_LIFE);
        (!self.open.is_empty() && due <= self.moved.saturating_add(IN_USE)).then_some(due)
    }

    /// Does what time brings: ends that were held back, and signs of life.
    pub fn expire(&mut self, now: Moment, sink: &mut impl Sink) {
        let silent = |id: &u32| {
            let stream = self.open.get(id);
            stream.is_some_and(|stream| stream.queued == 0 && stream.active.saturating_add(HOLD) <= now)
        };
        for id in self.held.iter().copied().filter(silent).collect::<Vec<u32>>() {
            self.reset(id);
            sink.end(id, StreamEnd::ByClient);
        }
        if self.keep_alive.is_some_and(|due| due <= now) {
            self.keep_alive = Some(now.saturating_add(KEEP_ALIVE));
            self.nothing(now);
        } else if self.sign_of_life().is_some_and(|due| due <= now) {
            self.nothing(now);
        }
    }

    fn nothing(&mut self, now: Moment) {
        self.sent = now;
        // While nothing can be sent, one is enough.
        if !self.controls.contains(&(Command::Nothing, 0)) {
            self.controls.push_back((Command::Nothing, 0));
        }
    }

    /// Whether there is something to send.
    #[must_use]
    pub fn has_more(&self) -> bool {
        !self.controls.is_empty() || !self.turns.is_empty()
    }

    /// Writes whole frames into `buffer`, `room` bytes at the most: those without data first, then each stream one.
    pub fn fill(&mut self, buffer: &mut BytesMut, mut room: usize, now: Moment) {
        while room >= HEADER_BYTES
            && let Some((command, id)) = self.controls.pop_front()
        {
            write_header(buffer, command, 0, id);
            room = room.saturating_sub(HEADER_BYTES);
            self.sent = now;
        }
        while room > HEADER_BYTES
            && let Some(id) = self.turns.pop_front()
        {
            let Some(stream) = self.open.get_mut(&id) else { continue };
            let length = stream.queued.min(room.saturating_sub(HEADER_BYTES)).min(usize::from(u16::MAX));
            write_header(buffer, Command::Push, u16::try_from(length).unwrap_or(u16::MAX), id);
            take(&mut stream.up, length, buffer);
            stream.queued = stream.queued.saturating_sub(length);
            stream.active = now;
            (self.sent, self.moved) = (now, now);
            room = room.saturating_sub(HEADER_BYTES).saturating_sub(length);
            if stream.queued > 0 {
                self.turns.push_back(id);
            }
        }
    }
}

/// Moves `length` bytes from the front of `chunks` into `buffer`.
pub(in crate::tunnel) fn take(chunks: &mut VecDeque<Bytes>, mut length: usize, buffer: &mut BytesMut) {
    while length > 0
        && let Some(front) = chunks.front_mut()
    {
        let part = front.len().min(length);
        buffer.extend_from_slice(front.get(..part).unwrap_or_default());
        front.advance(part);
        length = length.saturating_sub(part);
        if front.is_empty() {
            chunks.pop_front();
        }
    }
}

#[cfg(test)]
#[path = "streams_tests.rs"]
mod streams_tests;
