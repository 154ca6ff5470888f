//! What `scan` found: a table for people, JSON to be read again, CSV for spreadsheets.

mod csv;
mod grid;
mod json;
mod text;
mod words;

pub use self::csv::csv;
pub use self::json::json;
pub use text::{incomplete, summary, text};

use crate::{
    model::AwsTime,
    plan::{
        cost::{Beside, Cost, Prices},
        inventory::{Found, Inventory, Selection, Survey},
    },
};

/// What there is to show.
pub struct Scanned<'a> {
    /// All that was seen.
    pub inventories: &'a [Inventory],
    /// What is meant of it.
    pub survey: &'a Survey,
    /// What was asked for.
    pub selection: &'a Selection,
    /// Whether snapshots were asked for.
    pub snapshots: bool,
    /// What things cost, as far as a person said.
    pub prices: &'a Prices,
    /// When it was looked at.
    pub now: AwsTime,
    /// The command's exit code.
    pub exit_code: u8,
}

impl Scanned<'_> {
    /// What an encrypted copy costs, where prices are given and it could be made. A key is shared by all, and its cost
    /// no part of one copy's.
    fn cost(&self, found: &Found) -> Option<Cost> {
        let order = found.order.as_ref().filter(|_| !self.prices.is_empty())?;
        Some(Cost::of(order, Beside::default(), self.prices))
    }

    fn age(&self, created: Option<AwsTime>) -> Option<i64> {
        const DAY: i64 = 24 * 60 * 60;
        created.map(|created| (self.now.as_second() - created.as_second()).max(0) / DAY)
    }
}

#[cfg(test)]
mod tests;
