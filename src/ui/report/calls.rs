//! The journal of one migration: every call that could change something, and what became of it.

use serde::Serialize;

use super::super::table;
use crate::{
    model::{AwsTime, Intent, Outcome},
    state::Record,
};

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallRow {
    /// Counts from 1 within a migration.
    pub number: u32,
    /// The attempt that it served.
    pub generation: u32,
    /// The service: `rds` or `ec2`.
    pub service: &'static str,
    /// AWS's name of the call.
    pub call: &'static str,
    /// What it was to make or change.
    pub resource: String,
    /// With which values, where it changes some.
    pub values: Option<String>,
    /// AWS's time when it was sent.
    pub sent: AwsTime,
    /// What became of it, in a word.
    pub outcome: &'static str,
    /// The same in a sentence; empty where the word says all.
    pub said: String,
    /// AWS's id for the request, where its answer told it.
    pub request_id: Option<String>,
}

/// All calls, in order.
pub(super) fn rows(record: &Record) -> Vec<CallRow> {
    record.journal.iter().map(row).collect()
}

fn row(intent: &Intent) -> CallRow {
    let (outcome, said) = table::outcome(&intent.outcome);
    let call = intent.call.to_string();
    let values = call.split_once(" (").map(|(_, values)| values.trim_end_matches(')').to_owned());
    CallRow {
        number: intent.number,
        generation: intent.generation,
        service: intent.call.service(),
        call: intent.call.action(),
        resource: intent.call.resource().to_owned(),
        values,
        sent: intent.sent_at,
        outcome,
        said,
        request_id: request_id(&intent.outcome),
    }
}

fn request_id(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Accepted { request_id, .. } | Outcome::Refused { request_id, .. } => request_id.clone(),
        _ => None,
    }
}
