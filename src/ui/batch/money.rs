//! What a batch's copies cost, in words.

use serde_json::{Value, json};

use crate::plan::cost::Money;

/// Hours in a month, as AWS bills them.
const HOURS: f64 = 730.0;

/// What the copies of a batch cost together as long as they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Month {
    /// A month.
    pub sum: Money,
    /// The currency's name; empty where none was given.
    pub currency: String,
    /// Whether something of it has no price.
    pub partial: bool,
}

impl Month {
    /// For people.
    pub(super) fn in_words(&self) -> String {
        let hour = Money { least: self.sum.least / HOURS, most: self.sum.most / HOURS };
        let more = if self.partial { ", and what has no price here" } else { "" };
        format!("{} a month while they stand, {} an hour{more}", self.money(self.sum), self.money(hour))
    }

    /// For machines.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "least": self.sum.least, "most": self.sum.most, "currency": self.currency, "partial": self.partial,
        })
    }

    fn money(&self, money: Money) -> String {
        let text = if (money.most - money.least).abs() < 0.005 {
            format!("{:.2} {}", money.least, self.currency)
        } else {
            format!("{:.2} to {:.2} {}", money.least, money.most, self.currency)
        };
        text.trim_end().to_owned()
    }
}
