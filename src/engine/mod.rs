//! Do it: look, decide, act, and remember what we asked for.
//!
//! The loop is [`Engine::migrate`]. It never has heard of a terminal: what happens goes to a
//! [`event::Reporter`].

mod answer;
mod clock;
pub mod event;
mod interrupt;
mod journal;
mod look;
mod pace;
mod run;
mod steady;

pub use clock::Clock;
pub use interrupt::{Interrupt, Interrupter};
pub use look::look;
pub use run::{Ending, Engine, EngineError};
