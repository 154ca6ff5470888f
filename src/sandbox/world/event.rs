//! Events: what RDS says happened, kept for two weeks (`R-EVT-1`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Region;
use super::timeline::Timed;

/// One event, in AWS's own member names.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Event {
    pub(crate) source_identifier: String,
    pub(crate) source_type: String,
    pub(crate) message: String,
    #[serde(rename = "EventCategories")]
    pub(crate) categories: Vec<String>,
    pub(crate) date: Timestamp,
    pub(crate) source_arn: String,
}

impl Timed for Event {
    fn at(&self) -> Timestamp {
        self.date
    }

    fn of(&self) -> String {
        self.source_identifier.to_ascii_lowercase()
    }
}

/// How long RDS keeps events, in hours.
const KEPT_HOURS: i64 = 14 * 24;

impl Region {
    /// Writes an event down and forgets those that are too old.
    pub(crate) fn record(&mut self, at: Timestamp, arn: &str, message: &str, categories: &[&str]) {
        let mut tail = arn.splitn(7, ':').skip(5);
        let source_type = match tail.next() {
            Some("snapshot") => "db-snapshot",
            Some("pg") => "db-parameter-group",
            _ => "db-instance",
        };
        let name = tail.next().unwrap_or(arn);
        self.events.add(Event {
            source_identifier: name.to_owned(),
            source_type: source_type.to_owned(),
            message: message.to_owned(),
            categories: categories.iter().map(|category| (*category).to_owned()).collect(),
            date: at,
            source_arn: arn.to_owned(),
        });
        let oldest = at - jiff::SignedDuration::from_hours(KEPT_HOURS);
        while self.events.first().is_some_and(|event| event.date < oldest) {
            self.events.take_first();
        }
    }
}
