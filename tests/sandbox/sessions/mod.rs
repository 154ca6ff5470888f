//! Sessions of Session Manager, as a client of the data channel sees them.

mod channel;
pub(crate) mod client;
pub(crate) mod encrypted;
mod lookups;
pub(crate) mod players;
pub(crate) mod servers;
mod shells;
