//! How many requests there were, and how many RDS takes of an account (`R-RATE-1`).

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value;

use super::respond::Call;
use super::switches::Switches;
use super::wire::fault::Fault;
use super::wire::model::Service;

/// How often an operation was asked for, by what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Answered.
    pub answered: u64,
    /// Refused for another reason than too many requests, or gone wrong on order.
    pub refused: u64,
    /// Refused for too many requests.
    pub throttled: u64,
}

/// What an account may still ask of RDS in a Region: it fills up as world time passes.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    seen: Timestamp,
}

/// The counts of this process.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: BTreeMap<String, Calls>,
    buckets: HashMap<(String, String), Bucket>,
}

impl Meter {
    /// Refuses a request to RDS beyond what the account may make in a Region (`R-RATE-1`).
    ///
    /// The clock is the world's: as many requests as AWS would take between two moments of the world are taken, at any
    /// speed. On a paused clock no time passes between requests, so that a second's worth is taken at once and no more
    /// until somebody waits.
    pub(crate) fn admit(&mut self, call: &Call, now: Timestamp, switches: &Switches) -> Result<(), Fault> {
        let rate = switches.requests_per_second.filter(|_| switches.enforces("R-RATE-1"));
        let Some(rate) = rate.filter(|_| call.service == Service::Rds) else {
            return Ok(());
        };
        let most = rate.max(1.0);
        let place = (call.account.clone(), call.region.clone());
        let bucket = self.buckets.entry(place).or_insert(Bucket { tokens: most, seen: now });
        let passed = now.duration_since(bucket.seen).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * rate).min(most);
        bucket.seen = now;
        if bucket.tokens < 1.0 {
            return Err(Fault::new("Throttling", "Rate exceeded"));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Counts what came of a request.
    pub(crate) fn count(&mut self, operation: &str, result: Result<&Value, &Fault>) {
        if !self.calls.contains_key(operation) {
            self.calls.insert(operation.to_owned(), Calls::default());
        }
        let Some(calls) = self.calls.get_mut(operation) else { return };
        match result {
            Ok(_) => calls.answered += 1,
            Err(fault) if is_throttling(&fault.code) => calls.throttled += 1,
            Err(_) => calls.refused += 1,
        }
    }

    pub(crate) fn calls(&self) -> BTreeMap<String, Calls> {
        self.calls.clone()
    }

    pub(crate) fn forget(&mut self) {
        self.calls.clear();
    }
}

fn is_throttling(code: &str) -> bool {
    matches!(code, "Throttling" | "ThrottlingException" | "RequestLimitExceeded")
}
