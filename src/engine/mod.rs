//! Do it: look, decide, act, and remember what we asked for.
//!
//! The loop is [`Engine::work`]. It never has heard of a terminal: what happens goes to a
//! [`event::Reporter`].

mod access;
mod answer;
pub mod batch;
mod clock;
mod ending;
pub mod event;
mod interrupt;
mod journal;
mod look;
mod observer;
mod pace;
mod run;
mod sight;
mod steady;
mod survey;
mod turn;

pub use access::{AccessEnding, AccessEngine, AccessEvent, look_at};
pub use clock::Clock;
pub use interrupt::{Interrupt, Interrupter, KeyboardLeft};
pub use look::look;
pub use observer::{Eyes, Foresight, Observer, Watch};
pub use run::{Ending, Engine, EngineError, Work};
pub use survey::{SurveyError, check_up, survey};
pub use turn::Turn;
