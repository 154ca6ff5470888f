//! Many connections over one session: the multiplexing that the agent speaks (smux, version 1). Pure.
//!
//! Our own, because the libraries stop the whole carrier where one stream isn't read, and the agent, which knows no
//! window for a stream, would stall all of them. Numbers are little-endian here, unlike in the messages around.

pub mod frame;
pub mod streams;

pub use frame::{Command, Decoder, Piece, WrongFrame};
pub use streams::{Sink, Streams};
