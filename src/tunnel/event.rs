//! What someone who watches a tunnel hears. No secret is in any of it.

use std::{net::SocketAddr, time::Duration};

use super::{
    failure::{Ended, StreamEnd},
    handshake::Mode,
};

/// Something that happened in a tunnel.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Clients can connect.
    Listening {
        /// Where; more than one for more than one kind of address.
        addresses: Vec<SocketAddr>,
    },
    /// A session is usable.
    SessionOpened {
        /// Its name.
        session: String,
        /// How it carries bytes.
        mode: Mode,
        /// The agent's words for people, mostly empty.
        message: String,
    },
    /// The web socket was lost and another takes its place, without loss.
    SessionResumed {
        /// Which.
        session: String,
        /// How long it took.
        after: Duration,
    },
    /// A session is over.
    SessionEnded {
        /// Which.
        session: String,
        /// How.
        ended: Ended,
    },
    /// A client is connected.
    ClientAccepted {
        /// Counts from 1.
        client: u64,
        /// Where it comes from.
        from: SocketAddr,
        /// The session that carries it.
        session: String,
    },
    /// A client can't be served now.
    ClientRefused {
        /// Counts from 1.
        client: u64,
        /// Where it comes from.
        from: SocketAddr,
        /// Why.
        why: String,
    },
    /// A client's connection is over.
    ClientClosed {
        /// Which.
        client: u64,
        /// How.
        end: StreamEnd,
        /// The same as a sentence.
        sentence: String,
        /// Bytes that it sent.
        up: u64,
        /// Bytes that it got.
        down: u64,
    },
    /// Bytes were moved; told once a second at the most.
    Traffic {
        /// Clients that are connected.
        clients: usize,
        /// Bytes that all clients together sent so far.
        up: u64,
        /// Bytes that they got.
        down: u64,
    },
    /// Something that someone should know of, and that mends itself, or doesn't.
    Warning(Warning),
}

/// What isn't as it should be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Warning {
    /// The web socket is gone.
    #[error("the connection to Session Manager was lost ({why}); trying again, clients stay connected")]
    Lost {
        /// What it ended with.
        why: String,
    },
    /// An attempt to come back failed.
    #[error("the session can't be resumed yet: {why}; next attempt in {} seconds", .again.as_secs_f32().ceil())]
    NotYet {
        /// Why.
        why: String,
        /// When the next one comes.
        again: Duration,
    },
    /// The service says that the agent is away.
    #[error("the agent on the bastion can't be reached now; nothing is lost, and clients wait")]
    Unreachable,
    /// It is back.
    #[error("the agent on the bastion can be reached again")]
    Reachable,
    /// The agent takes nothing.
    #[error("the agent on the bastion has taken nothing for {seconds} seconds")]
    Silent {
        /// How long.
        seconds: u64,
    },
    /// A new connection gets nothing.
    #[error(
        "still waiting for the first byte from {host}:{port}, {seconds} seconds after connecting. Where a security group or \
         network ACL drops packets, the bastion waits for minutes, and new connections of the same session with it: they \
         get a session of their own"
    )]
    NoFirstByte {
        /// The destination.
        host: String,
        /// Its port.
        port: u16,
        /// How long.
        seconds: u64,
    },
    /// The session reached the destination before, and doesn't any more.
    #[error(
        "{host}:{port} could be reached through this session before and can't be now. After a failover the agent still \
         knows the old address: new connections get a new session"
    )]
    Stale {
        /// The destination.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A further session can't be had.
    #[error("no further session can be opened ({why}); the connection shares one")]
    NoFurtherSession {
        /// Why.
        why: String,
    },
    /// A listener failed to accept.
    #[error("a connection couldn't be accepted: {why}")]
    Accept {
        /// What the system says.
        why: String,
    },
}
