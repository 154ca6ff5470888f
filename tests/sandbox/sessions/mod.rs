//! Sessions of Session Manager, as a client of the data channel sees them.

mod channel;
pub(crate) mod client;
mod lookups;
pub(crate) mod servers;
