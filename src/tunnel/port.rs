//! The connections of a session, in whichever way it carries them. Pure.

use bytes::{Bytes, BytesMut};

use super::{
    Moment,
    failure::StreamEnd,
    handshake::Mode,
    one_client::OneClient,
    payload::DATA,
    shell::{Shell, ShellSettings},
    smux::{Sink, Streams, WrongFrame},
};

/// Many connections, or one at a time.
#[derive(Debug)]
pub enum Port {
    /// Many.
    Streams(Streams),
    /// One at a time.
    OneClient(OneClient),
    /// A shell: what it carries is there from the beginning.
    Shell(Box<Shell>),
}

impl Port {
    /// No connection yet.
    #[must_use]
    pub fn new(mode: Mode, now: Moment) -> Self {
        match mode {
            Mode::Streams { keep_alive } => Self::Streams(Streams::new(keep_alive, now)),
            Mode::OneClient { reconnects } => Self::OneClient(OneClient::new(reconnects)),
            // Made with the channel, see [`Port::shell`]: this one takes nothing.
            Mode::Shell(_) => Self::OneClient(OneClient::new(false)),
        }
    }

    /// A shell that nothing was heard of yet.
    #[must_use]
    pub fn shell(settings: &ShellSettings) -> Self {
        Self::Shell(Box::new(Shell::new(settings)))
    }

    /// Begins a connection, and gives what the destination has said before it was there. `None`: no more fit.
    pub fn open(&mut self, now: Moment, sink: &mut impl Sink) -> Option<(u32, Bytes)> {
        match self {
            Self::Streams(streams) => Some((streams.open(now)?, Bytes::new())),
            Self::OneClient(one) => {
                let id = one.open(now, sink)?;
                Some((id, one.greeting()))
            }
            Self::Shell(_) => None,
        }
    }

    /// Queues data of a client.
    pub fn push(&mut self, id: u32, data: Bytes) {
        match self {
            Self::Streams(streams) => streams.push(id, data),
            Self::OneClient(one) => one.push(id, data),
            Self::Shell(shell) => shell.push(id, data),
        }
    }

    /// How much of a client's data isn't sent.
    #[must_use]
    pub fn queued(&self, id: u32) -> usize {
        match self {
            Self::Streams(streams) => streams.queued(id),
            Self::OneClient(one) => one.queued(id),
            Self::Shell(shell) => shell.queued(),
        }
    }

    /// A client has no more data.
    pub fn finish(&mut self, id: u32, now: Moment) {
        match self {
            Self::Streams(streams) => streams.finish(id, now),
            Self::OneClient(one) => one.finish(id, now),
            // A terminal has no end of data: who wants to end one says Ctrl-D.
            Self::Shell(_) => {}
        }
    }

    /// A client is gone.
    pub fn reset(&mut self, id: u32) {
        match self {
            Self::Streams(streams) => streams.reset(id),
            Self::OneClient(one) => one.reset(id),
            Self::Shell(shell) => shell.reset(id),
        }
    }

    /// The agent couldn't connect to the destination. Where it carries one connection, the session ends of that.
    pub fn refused(&mut self) {
        if let Self::Streams(streams) = self {
            streams.refused();
        }
    }

    /// Takes what arrived.
    pub fn receive(&mut self, bytes: &[u8], now: Moment, sink: &mut impl Sink) -> Result<(), WrongFrame> {
        match self {
            Self::Streams(streams) => streams.receive(bytes, now, sink),
            Self::OneClient(one) => {
                one.receive(bytes, now, sink);
                Ok(())
            }
            Self::Shell(_) => Ok(()),
        }
    }

    /// When [`Port::expire`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        match self {
            Self::Streams(streams) => streams.deadline(),
            Self::OneClient(one) => one.deadline(),
            Self::Shell(_) => None,
        }
    }

    /// Does what time brings.
    pub fn expire(&mut self, now: Moment, sink: &mut impl Sink) {
        match self {
            Self::Streams(streams) => streams.expire(now, sink),
            Self::OneClient(one) => one.expire(now, sink),
            Self::Shell(_) => {}
        }
    }

    /// Whether there is something to send; for `disconnected`, see [`OneClient::has_more`].
    #[must_use]
    pub fn has_more(&self, disconnected: bool) -> bool {
        match self {
            Self::Streams(streams) => streams.has_more(),
            Self::OneClient(one) => one.has_more(disconnected),
            Self::Shell(shell) => shell.has_more(),
        }
    }

    /// Writes one payload and says of which type it is.
    pub fn fill(&mut self, buffer: &mut BytesMut, room: usize, now: Moment) -> u32 {
        match self {
            Self::Streams(streams) => {
                streams.fill(buffer, room, now);
                DATA
            }
            Self::OneClient(one) => one.fill(buffer, room, now),
            Self::Shell(shell) => shell.fill(buffer, room),
        }
    }

    /// Whether the session has no more use: its one connection has ended for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Streams(_) => false,
            Self::OneClient(one) => one.is_over(),
            Self::Shell(shell) => shell.is_over(),
        }
    }

    /// Ends a connection at once, and says so.
    pub fn end(&mut self, id: u32, end: StreamEnd, sink: &mut impl Sink) {
        self.reset(id);
        sink.end(id, end);
    }
}
