//! The tunnel: a port on this machine that reaches a database in a private subnet through Session Manager and a bastion.
//!
//! ```text
//! local client ⇄ forward ⇄ pipe ⇄ session ⇄ web socket ⇄ Session Manager ⇄ agent ⇄ database
//!                                    │
//!        channel: message, payload, handshake, sequence, smux or one_client (pure: time is passed in)
//! ```
//!
//! A [`session`] is one task that owns a web socket and a [`channel::Channel`]. The channel outlives the socket: what was
//! under way when a socket broke goes again over the next one, so that clients notice nothing. [`forward`] listens, and
//! gives each connection to one session. A [`shell`] is one such session
//! whose bytes are a terminal's. What AWS is asked for is behind [`service::Service`].

pub mod agent_version;
pub mod channel;
pub mod event;
pub mod failure;
pub mod forward;
pub mod handshake;
pub mod message;
pub mod one_client;
pub mod payload;
mod pipe;
pub mod port;
pub mod sequence;
pub mod service;
pub mod session;
pub mod shell;
pub mod smux;
pub mod socket;

pub use event::{Event, Warning};
pub use failure::{Ended, Failure, StreamEnd};
pub use forward::{Forward, Settings};
pub use service::Service;

/// A session's own time, from its beginning.
pub type Moment = std::time::Duration;
