//! What a person sees of a batch: what it would do, how it goes on, how it ended.
//!
//! `book` keeps what the events tell; [`Bars`] and [`Plain`] show it on a terminal and without one, [`Json`] tells
//! machines.

mod bars;
mod book;
mod end;
mod json;
mod money;
mod overview;
mod plain;
mod rehearsal;

pub use bars::Bars;
pub use end::{End, in_a_line, text as end};
pub use json::{Json, ended as end_in_json, overview as overview_in_json};
pub use money::Month;
pub use overview::{Overview, text as overview};
pub(super) use overview::{afterwards_in_words, limits_in_words};
pub use plain::Plain;
pub use rehearsal::{
    Held, Rehearsed, Span, json as rehearsed_in_json, nothing as nothing_rehearsed,
    nothing_in_json as nothing_rehearsed_in_json, text as rehearsed,
};

use crate::{
    engine::batch::{BatchEvent, BatchReporter},
    steps::schedule::Hold,
};

/// A database of a batch, as screens name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its `AllocatedStorage`.
    pub gibibytes: i32,
}

/// Shows nothing while it runs.
pub struct Silent;

impl BatchReporter for Silent {
    fn report(&mut self, _: &BatchEvent<'_>) {}
}

/// A name with why; many a reason begins with the name itself.
fn named(name: &str, why: &str) -> String {
    if why.starts_with(name) { why.to_owned() } else { format!("{name}: {why}") }
}

/// What keeps new ones from beginning, in words.
#[must_use]
pub fn hold_in_words(hold: &Hold) -> String {
    match hold {
        Hold::Failures(1) => "1 failed: nothing new begins".into(),
        Hold::Failures(count) => format!("{count} failed: nothing new begins"),
        Hold::Canaries => "the canary goes first and alone".into(),
        Hold::CanaryFailed => "the canary failed: nothing new begins".into(),
        Hold::Hours => "outside of the hours in which new ones may begin".into(),
        Hold::Slots => "as many copies are under way as may be".into(),
        Hold::Open => "as many encrypted copies stand as may be".into(),
        Hold::Room(shortage) => format!("the account has no room: {shortage}"),
        Hold::Spread => "snapshots are spread out".into(),
    }
}

/// Whether a person wants to hear of it: others come and go with each migration.
fn is_worth_a_line(hold: &Hold) -> bool {
    !matches!(hold, Hold::Slots | Hold::Spread | Hold::Canaries)
}
