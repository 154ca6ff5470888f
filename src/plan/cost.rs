//! What a migration's things cost, from prices that a person gives. Without prices there are quantities, never money.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::Deserialize;

use crate::plan::Order;

/// AWS bills months by their hours, and reckons with so many.
pub const HOURS_A_MONTH: f64 = 730.0;

/// Prices, as a person gives them. A price that isn't given isn't guessed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The currency's name, for show.
    pub currency: Option<String>,
    /// An hour of an instance, by class; Single-AZ.
    #[serde(default)]
    pub instance_hour: BTreeMap<String, Price>,
    /// A GiB of storage for a month, by type; Single-AZ.
    #[serde(default)]
    pub storage_gib_month: BTreeMap<String, Price>,
    /// One provisioned IOPS for a month, by storage type; Single-AZ.
    #[serde(default)]
    pub iops_month: BTreeMap<String, Price>,
    /// A GiB of backup storage for a month.
    pub snapshot_gib_month: Option<Price>,
    /// A key of one's own for a month.
    pub kms_key_month: Option<Price>,
    /// An hour of an interface endpoint of a VPC, in one zone.
    pub endpoint_hour: Option<Price>,
}

/// A price: a number from nought on.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Price(f64);

/// One price by name, such as `instance_hour.db.m5.large=0.17`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    list: List,
    of: String,
    value: Price,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    InstanceHour,
    StorageGibMonth,
    IopsMonth,
    SnapshotGibMonth,
    KmsKeyMonth,
    EndpointHour,
}

/// Why something is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Not a number from nought on.
    #[error("{0} is no price: a number from 0 on")]
    Number(String),
    /// Not a name with a value.
    #[error(
        "{0} is no NAME=VALUE: the names are instance_hour.CLASS, storage_gib_month.TYPE, iops_month.TYPE, snapshot_gib_month \
         kms_key_month and endpoint_hour"
    )]
    Name(String),
}

impl Price {
    /// The number.
    #[must_use]
    pub fn amount(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Price {
    type Error = PriceError;

    fn try_from(number: f64) -> Result<Self, PriceError> {
        // Beyond this nothing is a price of anything, and sums would lose their cents.
        const MOST: f64 = 1e9;
        if (0.0..=MOST).contains(&number) { Ok(Self(number)) } else { Err(PriceError::Number(number.to_string())) }
    }
}

impl FromStr for Named {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, PriceError> {
        let strange = || PriceError::Name(text.to_owned());
        let (name, value) = text.split_once('=').ok_or_else(strange)?;
        let number: f64 = value.trim().parse().map_err(|_| PriceError::Number(value.to_owned()))?;
        let value = Price::try_from(number)?;
        let (list, of) = match name.trim().split_once('.') {
            Some((list, of)) if !of.is_empty() => (list, of),
            Some(_) => return Err(strange()),
            None => (name.trim(), ""),
        };
        let list = match (list, of.is_empty()) {
            ("instance_hour", false) => List::InstanceHour,
            ("storage_gib_month", false) => List::StorageGibMonth,
            ("iops_month", false) => List::IopsMonth,
            ("snapshot_gib_month", true) => List::SnapshotGibMonth,
            ("kms_key_month", true) => List::KmsKeyMonth,
            ("endpoint_hour", true) => List::EndpointHour,
            _ => return Err(strange()),
        };
        Ok(Self { list, of: of.to_owned(), value })
    }
}

impl Prices {
    /// The same with one price set.
    pub fn set(&mut self, Named { list, of, value }: Named) {
        match list {
            List::InstanceHour => _ = self.instance_hour.insert(of, value),
            List::StorageGibMonth => _ = self.storage_gib_month.insert(of, value),
            List::IopsMonth => _ = self.iops_month.insert(of, value),
            List::SnapshotGibMonth => self.snapshot_gib_month = Some(value),
            List::KmsKeyMonth => self.kms_key_month = Some(value),
            List::EndpointHour => self.endpoint_hour = Some(value),
        }
    }

    /// Whether not one price is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { currency: self.currency.clone(), ..Self::default() }
    }
}

/// One thing that is billed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What.
    pub what: Thing,
    /// What it costs in a month, from how much to how much; nothing where no price is given.
    pub month: Option<Money>,
}

/// A thing that is billed, in quantities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An instance.
    Instance {
        /// Its class.
        class: String,
        /// Whether it is billed twice, having a standby.
        standby: bool,
    },
    /// Its storage.
    Storage {
        /// In GiB.
        size: i64,
        /// Its type, where AWS shows one.
        kind: Option<String>,
        /// Whether it is billed twice.
        standby: bool,
    },
    /// Provisioned IOPS.
    Iops {
        /// How many.
        count: i64,
        /// Of which type of storage.
        kind: String,
        /// Whether they are billed twice.
        standby: bool,
    },
    /// Extended Support of its major version, by vCPU and hour.
    ExtendedSupport,
    /// The snapshots that are made: one, where it begins from one that is there.
    Snapshots {
        /// How many.
        count: u8,
        /// Of so many GiB each, at the most.
        size: i64,
    },
    /// A key of one's own.
    Key,
}

/// From how much to how much, in the prices' currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Money {
    /// At the least.
    pub least: f64,
    /// At the most.
    pub most: f64,
}

/// What is billed from the restore on, as long as it exists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Each thing.
    pub lines: Vec<Line>,
    /// The currency's name, where one was given.
    pub currency: Option<String>,
}

/// What beside the order is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// A key of one's own is used, which AWS bills; its own are free.
    pub own_key: bool,
    /// The copy's major version is past standard support.
    pub extended_support: bool,
    /// It begins from a snapshot that is there already.
    pub begun: bool,
}

impl Cost {
    /// Lists what is billed, and what it costs as far as there are prices.
    #[must_use]
    pub fn of(order: &Order, beside: Beside, prices: &Prices) -> Self {
        let standby = order.multi_az;
        let times = if standby { 2.0 } else { 1.0 };
        let exactly =
            |price: Option<&Price>, quantity: f64| price.map(|price| Money::exactly(price.0 * quantity * times));
        let mut lines = vec![Line {
            month: exactly(prices.instance_hour.get(&order.class), HOURS_A_MONTH),
            what: Thing::Instance { class: order.class.clone(), standby },
        }];
        if let Some(size) = order.storage {
            let price = order.storage_type.as_ref().and_then(|kind| prices.storage_gib_month.get(kind));
            let what = Thing::Storage { size, kind: order.storage_type.clone(), standby };
            lines.push(Line { month: exactly(price, number(size)), what });
        }
        if let (Some(count), Some(kind)) = (order.iops, &order.storage_type) {
            // Of gp3 only what exceeds the part that is included is billed, and AWS's answers don't tell that part.
            let price = prices.iops_month.get(kind).filter(|_| kind != "gp3");
            let what = Thing::Iops { count, kind: kind.clone(), standby };
            lines.push(Line { month: exactly(price, number(count)), what });
        }
        if beside.extended_support {
            lines.push(Line { what: Thing::ExtendedSupport, month: None });
        }
        if let Some(size) = order.storage {
            let count = if beside.begun { 1 } else { 2 };
            // Free as far as all databases of the Region have more allocated.
            let most = prices
                .snapshot_gib_month
                .map(|price| Money { least: 0.0, most: f64::from(count) * price.0 * number(size) });
            lines.push(Line { what: Thing::Snapshots { count, size }, month: most });
        }
        if beside.own_key {
            // It may be there already, and billed.
            let most = prices.kms_key_month.map(|price| Money { least: 0.0, most: price.0 });
            lines.push(Line { what: Thing::Key, month: most });
        }
        Self { lines, currency: prices.currency.clone() }
    }

    /// All that has a price; nothing where nothing has one.
    #[must_use]
    pub fn month(&self) -> Option<Money> {
        let priced = self.lines.iter().filter_map(|line| line.month);
        priced.reduce(|sum, money| Money { least: sum.least + money.least, most: sum.most + money.most })
    }

    /// Whether something that is billed has no price.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.lines.iter().any(|line| line.month.is_none())
    }
}

impl Money {
    fn exactly(amount: f64) -> Self {
        Self { least: amount, most: amount }
    }

    /// The same for an hour.
    #[must_use]
    pub fn an_hour(self) -> Self {
        Self { least: self.least / HOURS_A_MONTH, most: self.most / HOURS_A_MONTH }
    }
}

impl fmt::Display for Money {
    /// Small amounts keep what makes them differ from nought.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.most < 10.0 { 4 } else { 2 };
        let amount = |amount: f64| {
            let text = format!("{amount:.digits$}");
            // Two digits at the least, as money has.
            let spare = text.len() - text.trim_end_matches('0').len();
            text.chars().take(text.len() - spare.min(digits - 2)).collect::<String>()
        };
        let (least, most) = (amount(self.least), amount(self.most));
        if least == most { f.write_str(&most) } else { write!(f, "{least} to {most}") }
    }
}

/// Sizes and counts are far below the numbers that a float can't hold.
#[expect(clippy::cast_precision_loss, reason = "AWS's sizes have at most six digits")]
fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
