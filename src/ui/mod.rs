//! What does a person see?
//!
//! Reporters hear the engine's events: [`Bars`] on a terminal, [`Plain`] without one. The other files each
//! make one text, purely: [`confirm`] before the first mutating call, [`findings`] and [`keys`] where a
//! migration is refused, [`planned`] where one is only looked at (`forecast` is its time and cost), [`result`] at its
//! end, [`table`] for `status`, [`report`] for its page, [`inventory`] for `scan`, [`access`] for its audit. [`Output`] is where texts go:
//! stdout is data, stderr is talk. Nothing here decides anything.

pub mod access;
pub mod bars;
pub mod batch;
mod board;
mod clock;
pub mod confirm;
pub mod estimate;
mod existing;
pub mod explained;
pub mod findings;
mod fit;
mod forecast;
pub mod inventory;
pub mod json;
mod keyboard;
pub mod keys;
mod lines;
mod output;
mod page;
pub mod plain;
pub mod planned;
pub mod rebuilt;
pub mod removal;
pub mod report;
pub mod result;
#[cfg(test)]
mod samples;
pub mod sessions;
pub mod table;
mod text;
pub mod time;
pub mod tunnel;
mod words;

pub use bars::Bars;
pub use keys::KeyRow;
pub use output::{Output, Silent, Volume};
pub use page::{ColorChoice, Page, color, terminal_width};
pub use plain::Plain;
pub use words::step as step_word;
