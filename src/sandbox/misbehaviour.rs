//! Going wrong on order: what AWS and the network sometimes do, at a chosen call.

use std::time::Duration;

use serde::Deserialize;

use super::wire::fault::Fault;
use super::wire::model::Service;

/// One order to go wrong. Orders are looked at one after another; the first that fits a call takes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Misbehaviour {
    /// The operation that goes wrong, e.g. `CopyDBSnapshot`; any, if none is named.
    #[serde(default)]
    pub operation: Option<String>,
    /// So many fitting calls pass first.
    #[serde(default)]
    pub after: u32,
    /// So many then go wrong.
    #[serde(default = "one")]
    pub times: u32,
    /// How.
    pub how: How,
}

fn one() -> u32 {
    1
}

/// How a call goes wrong.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Refused for too many requests: `Throttling` (RDS), `ThrottlingException` (KMS). Nothing happens.
    Throttle,
    /// Refused for want of permission, with AWS's sentence. Nothing happens.
    Deny,
    /// Refused with this code and HTTP status. Nothing happens.
    Refuse {
        /// AWS's code.
        code: String,
        /// The sentence.
        message: String,
        /// The HTTP status.
        status: u16,
    },
    /// The connection ends before anything happens.
    DropRequest,
    /// It happens, and the connection ends without an answer.
    DropAnswer,
    /// It happens, and is answered by an HTTP error of this status.
    ErrAfterwards {
        /// The HTTP status, 500 or above.
        status: u16,
    },
    /// It happens at once, but the answer comes only after so many real milliseconds.
    Stall {
        /// Milliseconds of the runtime's clock.
        milliseconds: u64,
    },
    /// A read shows the Region as it was before the last change: the old values, or nothing yet.
    Stale,
    /// Accepted and answered as usual, but nothing comes of it; only an event says so.
    InVain {
        /// The event's sentence.
        event: String,
    },
    /// Accepted and answered as usual, but what it made or changed ends in this status after some minutes.
    EndsAs {
        /// AWS's word, e.g. `failed`, `incompatible-restore`.
        status: String,
    },
}

/// The orders, and how often each has been looked at.
#[derive(Debug, Default)]
pub(crate) struct Orders(Vec<(Misbehaviour, u32)>);

impl Orders {
    pub(crate) fn new(orders: Vec<Misbehaviour>) -> Self {
        Self(orders.into_iter().map(|order| (order, 0)).collect())
    }

    pub(crate) fn add(&mut self, order: Misbehaviour) {
        self.0.push((order, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether stale reads may be asked for, so that the world before each change must be kept.
    pub(crate) fn want_the_past(&self) -> bool {
        self.0.iter().any(|(order, seen)| order.how == How::Stale && *seen < order.after + order.times)
    }

    /// What this call is to do wrong, if anything.
    pub(crate) fn take(&mut self, operation: &str) -> Option<How> {
        for (order, seen) in &mut self.0 {
            let fits = order.operation.as_ref().is_none_or(|named| named == operation);
            if !fits || *seen >= order.after + order.times {
                continue;
            }
            *seen += 1;
            if *seen > order.after {
                return Some(order.how.clone());
            }
        }
        None
    }
}

impl How {
    /// The refusal, where that is all that happens, and its status if the code doesn't tell.
    pub(crate) fn refusal(&self, service: Service, operation: &str) -> Option<(Fault, Option<u16>)> {
        let json = service == Service::Kms;
        match self {
            Self::Throttle => {
                let code = if json { "ThrottlingException" } else { "Throttling" };
                Some((Fault::new(code, "Rate exceeded"), None))
            }
            Self::Deny => {
                let code = if json { "AccessDeniedException" } else { "AccessDenied" };
                let name = format!("{service:?}").to_lowercase();
                let message = format!(
                    "User: arn:aws:iam::{}:user/sandbox-operator is not authorized to perform: {name}:{operation}",
                    super::ACCOUNT
                );
                Some((Fault::new(code, message), None))
            }
            Self::Refuse { code, message, status } => Some((Fault::new(code, message.clone()), Some(*status))),
            _ => None,
        }
    }

    /// How long the answer is held back.
    pub(crate) fn delay(&self) -> Option<Duration> {
        match self {
            Self::Stall { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }
}

/// Marks a response that must not arrive: the transport ends the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NeverArrives;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_let_calls_pass_and_then_go_wrong_so_many_times() {
        let order = Misbehaviour { operation: Some("A".to_owned()), after: 1, times: 2, how: How::Throttle };
        let mut orders = Orders::new(vec![order]);
        let seen: Vec<bool> = ["A", "B", "A", "A", "A"].iter().map(|name| orders.take(name).is_some()).collect();
        assert_eq!(seen, [false, false, true, true, false]);
    }
}
