//! Going wrong on order: what AWS and the network sometimes do, at a chosen call.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::wire::fault::Fault;
use super::wire::model::Service;
use super::world::pace::after;

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
    /// Refused for too many requests: `Throttling` (RDS), `ThrottlingException` (KMS, SSM),
    /// `RequestLimitExceeded` (EC2). Nothing happens (`R-WIRE-8`).
    Throttle,
    /// Refused for want of permission, with AWS's sentence. Nothing happens (`R-DENY-1`).
    ///
    /// Where it names `CreateGrant`, RDS's own calls that need a grant on a key are refused too (`R-ENC-8`).
    Deny,
    /// Refused by a policy of the organization, with AWS's sentence. Nothing happens (`R-DENY-2`). `CreateGrant` as
    /// with [`Deny`](How::Deny).
    DenyByOrganization,
    /// Refused because the credentials are no longer valid: `ExpiredToken`. Nothing happens (`R-CRED-1`).
    Expired,
    /// Refused for want of machines: `InsufficientDBInstanceCapacity`. Nothing happens (`R-CAP-1`).
    NoCapacity,
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
    /// A read shows the Region as it was before the last change: the old values, or nothing yet (`R-READ-1`).
    Stale,
    /// Reads show the Region in turn as it was before the last change and as it is (`R-READ-1`).
    Flicker,
    /// A read knows nothing of the instance or snapshot of this name, or the security group of this id: not found, or
    /// left out of a list (`R-READ-2`).
    Hides {
        /// The name, as it is now, or the id.
        name: String,
    },
    /// Accepted and answered as usual, but nothing comes of it; only an event says so (`R-EVT-3`).
    InVain {
        /// The event's sentence; empty for the sandbox's own.
        #[serde(default)]
        event: String,
    },
    /// Accepted and answered as usual, but what it made or changed ends in this status after some minutes
    /// (`R-STAT-1`); a role, where it was added, in this word, e.g. `INVALID` (`R-ROLE-1`).
    EndsAs {
        /// AWS's word, e.g. `failed`, `incompatible-restore`.
        status: String,
    },
    /// Accepted and answered as usual, but what it made or changed shows this word for a while before its work goes
    /// on (`R-STAT-2`).
    Shows {
        /// Any word.
        status: String,
        /// World seconds until the work goes on.
        seconds: i64,
    },
    /// A copy is accepted and answered as usual, but comes out unencrypted (`R-ENC-6`).
    ComesOutPlain,
    /// A copy is accepted and answered as usual, but comes out under another key (`R-ENC-6`).
    ComesOutUnder {
        /// That key: any name of it.
        key: String,
    },
    /// From the first call that fits on, all that fit go wrong in this way, until the time is over: a network that is
    /// away, credentials that have expired. [`times`](Misbehaviour::times) doesn't count then.
    For {
        /// World seconds.
        seconds: i64,
        /// In which way.
        how: Box<How>,
    },
}

/// Whose policy an order stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// No policy of the caller's allows it.
    Unallowed,
    /// A policy of the caller's denies it.
    Explicit,
    /// A policy of the organization denies it.
    Organization,
}

impl Denial {
    /// The denial that a call would meet; nothing where it would go wrong in another way.
    fn of(how: &How) -> Option<Self> {
        match how {
            How::Deny => Some(Self::Unallowed),
            How::DenyByOrganization => Some(Self::Organization),
            How::Refuse { code, message, .. } if DENIED.contains(&code.as_str()) => {
                let policy = message.rsplit_once("explicit deny").map(|(_, policy)| policy);
                Some(match policy {
                    Some(policy) if policy.contains("service control policy") => Self::Organization,
                    Some(_) => Self::Explicit,
                    None => Self::Unallowed,
                })
            }
            _ => None,
        }
    }

    /// The rule of the ledger that stands behind it, of denials that have one.
    pub(crate) fn rule(self) -> Option<&'static str> {
        match self {
            Self::Unallowed => Some("R-DENY-1"),
            Self::Organization => Some("R-DENY-2"),
            Self::Explicit => None,
        }
    }
}

/// The codes of refusals for want of permission.
const DENIED: [&str; 3] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];

/// An order, and how far it has been carried out.
#[derive(Debug)]
struct Standing {
    order: Misbehaviour,
    /// Fitting calls so far.
    seen: u32,
    /// When the time of a [`How::For`] is over, once it has begun.
    ends: Option<Timestamp>,
    over: bool,
}

impl Standing {
    fn new(order: Misbehaviour) -> Self {
        Self { order, seen: 0, ends: None, over: false }
    }

    fn fits(&self, operation: &str) -> bool {
        !self.over && self.order.operation.as_ref().is_none_or(|named| named == operation)
    }

    /// The same for an action of a policy, where capitals don't count.
    fn concerns(&self, action: &str) -> bool {
        self.order.operation.as_ref().is_none_or(|named| named.eq_ignore_ascii_case(action))
    }

    /// What a fitting call is to do wrong, if it is its turn.
    fn turn(&mut self, now: Timestamp) -> Option<How> {
        let how = self.due(now);
        let Misbehaviour { after: pass, times, how: ordered, .. } = &self.order;
        let number = self.seen;
        self.seen += 1;
        if number < *pass {
            return None;
        }
        match ordered {
            How::For { seconds, .. } => self.over = now >= *self.ends.get_or_insert(after(now, *seconds)),
            _ => self.over = number.saturating_add(1) >= pass.saturating_add(*times),
        }
        how
    }

    /// What a fitting call would do wrong now; nobody's turn is taken.
    fn due(&self, now: Timestamp) -> Option<How> {
        let Misbehaviour { after: pass, times, how, .. } = &self.order;
        let turns = self.seen.checked_sub(*pass)?;
        let how = match how {
            How::For { seconds, how } => {
                let ends = self.ends.unwrap_or_else(|| after(now, *seconds));
                (now < ends).then_some(how.as_ref())?
            }
            how => (turns < *times).then_some(how)?,
        };
        match how {
            How::Flicker if turns % 2 == 1 => None,
            How::Flicker => Some(How::Stale),
            how => Some(how.clone()),
        }
    }

    /// How it goes wrong, whatever the time.
    fn way(&self) -> &How {
        match &self.order.how {
            How::For { how, .. } => how,
            how => how,
        }
    }
}

/// The orders, and how often each has been looked at.
#[derive(Debug, Default)]
pub(crate) struct Orders(Vec<Standing>);

impl Orders {
    pub(crate) fn new(orders: Vec<Misbehaviour>) -> Self {
        Self(orders.into_iter().map(Standing::new).collect())
    }

    pub(crate) fn add(&mut self, order: Misbehaviour) {
        self.0.push(Standing::new(order));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether stale reads may be asked for, so that the world before each change must be kept.
    pub(crate) fn want_the_past(&self) -> bool {
        self.0.iter().any(|standing| !standing.over && matches!(standing.way(), How::Stale | How::Flicker))
    }

    /// Whether RDS would be refused a grant on a key now (`R-ENC-8`). It takes no turn of the order's.
    pub(crate) fn deny_grants(&self, now: Timestamp) -> bool {
        self.0.iter().any(|standing| {
            let named = standing.order.operation.as_deref() == Some("CreateGrant");
            let over = standing.over || standing.ends.is_some_and(|ends| now >= ends);
            let denies = matches!(standing.way(), How::Deny | How::DenyByOrganization);
            named && denies && !over && standing.seen >= standing.order.after
        })
    }

    /// What this call is to do wrong, if anything.
    pub(crate) fn take(&mut self, operation: &str, now: Timestamp) -> Option<How> {
        self.0.iter_mut().filter(|standing| standing.fits(operation)).find_map(|standing| standing.turn(now))
    }

    /// Whose policy would refuse the next call of this operation, if any does (`R-SIM-2`). It takes no turn of the order's.
    pub(crate) fn would_deny(&self, operation: &str, now: Timestamp) -> Option<Denial> {
        let fitting = self.0.iter().filter(|standing| !standing.over && standing.concerns(operation));
        Denial::of(&fitting.map(|standing| standing.due(now)).find_map(|how| how)?)
    }
}

/// Who asked for what, as a refusal names them.
pub(crate) struct Asked<'a> {
    pub(crate) service: Service,
    pub(crate) operation: &'a str,
    /// The ARN of what the call is about, where it has one.
    pub(crate) resource: Option<String>,
}

impl Asked<'_> {
    /// AWS's refusal for want of permission; the last words say which policy.
    fn denied(&self, why: impl FnOnce(&str) -> String) -> Fault {
        let code = match self.service {
            Service::Kms | Service::Ssm => "AccessDeniedException",
            Service::Ec2 => "UnauthorizedOperation",
            Service::Iam | Service::Rds | Service::Sts => "AccessDenied",
        };
        let action = format!("{}:{}", format!("{:?}", self.service).to_lowercase(), self.operation);
        let who = format!("arn:aws:iam::{}:user/sandbox-operator", super::ACCOUNT);
        let on = self.resource.as_ref().map(|resource| format!(" on resource: {resource}")).unwrap_or_default();
        Fault::new(code, format!("User: {who} is not authorized to perform: {action}{on} {}", why(&action)))
    }
}

impl How {
    /// The refusal, where that is all that happens, and its status if the code doesn't tell.
    pub(crate) fn refusal(&self, asked: &Asked<'_>) -> Option<(Fault, Option<u16>)> {
        let json = matches!(asked.service, Service::Kms | Service::Ssm);
        let fault = match self {
            Self::Throttle if asked.service == Service::Ec2 => {
                Fault::new("RequestLimitExceeded", "Request limit exceeded.")
            }
            Self::Throttle => Fault::new(if json { "ThrottlingException" } else { "Throttling" }, "Rate exceeded"),
            Self::Deny => asked.denied(|action| format!("because no identity-based policy allows the {action} action")),
            Self::DenyByOrganization => {
                asked.denied(|_| "with an explicit deny in a service control policy".to_owned())
            }
            Self::Expired if asked.service == Service::Ec2 => Fault::new("RequestExpired", "Request has expired."),
            Self::Expired => Fault::new(
                if json { "ExpiredTokenException" } else { "ExpiredToken" },
                "The security token included in the request is expired",
            ),
            Self::NoCapacity => Fault::new(
                "InsufficientDBInstanceCapacity",
                "The DB instance class isn't available in the Availability Zone at the moment.",
            ),
            Self::Refuse { code, message, status } => {
                return Some((Fault::new(code, message.clone()), Some(*status)));
            }
            _ => return None,
        };
        Some((fault, None))
    }

    /// The rule of the ledger that stands behind it; in a world without the rule the order comes to nothing.
    pub(crate) fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::Throttle => "R-WIRE-8",
            Self::Deny => "R-DENY-1",
            Self::DenyByOrganization => "R-DENY-2",
            Self::Expired => "R-CRED-1",
            Self::NoCapacity => "R-CAP-1",
            Self::Stale | Self::Flicker => "R-READ-1",
            Self::Hides { .. } => "R-READ-2",
            Self::InVain { .. } => "R-EVT-3",
            Self::ComesOutPlain | Self::ComesOutUnder { .. } => "R-ENC-6",
            _ => return None,
        })
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

    fn orders(after: u32, times: u32, how: How) -> Orders {
        Orders::new(vec![Misbehaviour { operation: Some("A".to_owned()), after, times, how }])
    }

    fn wrong(orders: &mut Orders, names: &[&str]) -> Vec<bool> {
        names.iter().map(|name| orders.take(name, Timestamp::UNIX_EPOCH).is_some()).collect()
    }

    #[test]
    fn orders_let_calls_pass_and_then_go_wrong_so_many_times() {
        let mut once = orders(1, 2, How::Throttle);
        assert_eq!(wrong(&mut once, &["A", "B", "A", "A", "A"]), [false, false, true, true, false]);
        assert_eq!(wrong(&mut orders(0, 0, How::Throttle), &["A", "A"]), [false, false]);
        let mut flicker = orders(0, 4, How::Flicker);
        assert_eq!(wrong(&mut flicker, &["A", "A", "A", "A", "A"]), [true, false, true, false, false]);
    }

    #[test]
    fn orders_with_a_time_go_wrong_until_it_is_over() {
        let mut away = orders(1, 1, How::For { seconds: 60, how: Box::new(How::DropRequest) });
        let seen: Vec<bool> = [0, 10, 20, 69, 70, 71]
            .iter()
            .map(|second| away.take("A", Timestamp::from_second(*second).unwrap()).is_some())
            .collect();
        assert_eq!(seen, [false, true, true, true, false, false]);
    }

    #[test]
    fn orders_are_read_from_json() {
        let posted = r#"{"how": {"for": {"seconds": 600, "how": "expired"}}}"#;
        let read: Misbehaviour = serde_json::from_str(posted).unwrap();
        assert_eq!(read.how, How::For { seconds: 600, how: Box::new(How::Expired) });
    }
}
