//! One connection at a time, as old agents have it: the payloads are the connection's bytes. Pure.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::{
    Moment,
    failure::StreamEnd,
    payload::{DATA, FLAG, Flag},
    smux::{
        Sink,
        streams::{HOLD, take},
    },
};

/// What the destination says before a client is there is kept, up to this many bytes.
const LARGEST_GREETING: usize = 16 << 20;

#[derive(Debug)]
struct Client {
    id: u32,
    ended: bool,
    active: Moment,
}

/// The one connection.
#[derive(Debug)]
pub struct OneClient {
    last: u32,
    client: Option<Client>,
    up: VecDeque<Bytes>,
    queued: usize,
    /// Whether the agent is to close its connection, and makes another for the next client.
    reconnects: bool,
    disconnect: bool,
    over: bool,
    /// What arrives now can only be for the client before: the agent connects again with the next data.
    stale: bool,
    greeting: BytesMut,
}

impl OneClient {
    /// No client yet.
    #[must_use]
    pub fn new(reconnects: bool) -> Self {
        Self {
            last: 0,
            client: None,
            up: VecDeque::new(),
            queued: 0,
            reconnects,
            disconnect: false,
            over: false,
            stale: false,
            greeting: BytesMut::new(),
        }
    }

    /// Takes a client, if there is none. One that has only its end before it makes room.
    pub fn open(&mut self, now: Moment, sink: &mut impl Sink) -> Option<u32> {
        if self.client.as_ref().is_some_and(|client| client.ended && self.queued == 0) {
            self.leave(StreamEnd::ByClient, sink);
        }
        if self.client.is_some() || self.over {
            return None;
        }
        self.last = self.last.saturating_add(1);
        self.client = Some(Client { id: self.last, ended: false, active: now });
        Some(self.last)
    }

    /// What came before the first client.
    pub fn greeting(&mut self) -> Bytes {
        self.greeting.split().freeze()
    }

    /// Queues data of the client.
    pub fn push(&mut self, id: u32, data: Bytes) {
        if self.is_current(id) && !data.is_empty() {
            self.queued = self.queued.saturating_add(data.len());
            self.up.push_back(data);
        }
    }

    /// How much isn't sent.
    #[must_use]
    pub fn queued(&self, id: u32) -> usize {
        if self.is_current(id) { self.queued } else { 0 }
    }

    /// The client has no more data.
    pub fn finish(&mut self, id: u32, now: Moment) {
        if let Some(client) = self.client.as_mut().filter(|client| client.id == id && !client.ended) {
            client.ended = true;
            client.active = now;
        }
    }

    /// The client is gone.
    pub fn reset(&mut self, id: u32) {
        if self.is_current(id) {
            self.client = None;
            self.up.clear();
            self.queued = 0;
            self.disconnect = self.reconnects;
            self.over = !self.reconnects;
            self.stale = true;
        }
    }

    fn leave(&mut self, end: StreamEnd, sink: &mut impl Sink) {
        if let Some(id) = self.client.as_ref().map(|client| client.id) {
            self.reset(id);
            sink.end(id, end);
        }
    }

    fn is_current(&self, id: u32) -> bool {
        self.client.as_ref().is_some_and(|client| client.id == id)
    }

    /// Whether a client is there.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.client.is_none()
    }

    /// Whether the session has done its only work.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// Takes what arrived.
    pub fn receive(&mut self, bytes: &[u8], now: Moment, sink: &mut impl Sink) {
        match &mut self.client {
            _ if self.stale || bytes.is_empty() => {}
            Some(client) => {
                client.active = now;
                sink.data(client.id, bytes);
            }
            None if self.greeting.len().saturating_add(bytes.len()) <= LARGEST_GREETING => {
                self.greeting.extend_from_slice(bytes);
            }
            None => {}
        }
    }

    /// When [`OneClient::expire`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let client = self.client.as_ref().filter(|client| client.ended && self.queued == 0)?;
        Some(client.active.saturating_add(HOLD))
    }

    /// Ends a client that has no more data and gets none.
    pub fn expire(&mut self, now: Moment, sink: &mut impl Sink) {
        if self.deadline().is_some_and(|due| due <= now) {
            self.leave(StreamEnd::ByClient, sink);
        }
    }

    /// Whether there is something to send. `disconnected` says that the agent has heard of the last disconnection: before
    /// that, the next client's data would be answered along with old bytes.
    #[must_use]
    pub const fn has_more(&self, disconnected: bool) -> bool {
        self.disconnect || (disconnected && self.queued > 0)
    }

    /// Writes one payload and says of which type it is.
    pub fn fill(&mut self, buffer: &mut BytesMut, room: usize, now: Moment) -> u32 {
        if self.disconnect {
            self.disconnect = false;
            buffer.extend_from_slice(&Flag::DisconnectToPort.bytes());
            return FLAG;
        }
        let length = self.queued.min(room);
        take(&mut self.up, length, buffer);
        self.queued = self.queued.saturating_sub(length);
        self.stale = false;
        if let Some(client) = &mut self.client {
            client.active = now;
        }
        DATA
    }
}
