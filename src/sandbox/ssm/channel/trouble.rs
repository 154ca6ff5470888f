//! Going wrong on order: what a network does to single messages of a session.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::message::{self, Kind};

/// One order. Orders are looked at one after another; the first whose turn it is takes the message.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trouble {
    /// Which way the message goes.
    pub way: Way,
    /// Acknowledgements instead of data.
    #[serde(default)]
    pub acknowledgements: bool,
    /// Only the message with this sequence number.
    #[serde(default)]
    pub sequence: Option<i64>,
    /// So many fitting messages pass first, of all sessions together.
    #[serde(default)]
    pub after: u64,
    /// Of those that follow only each so-many-th.
    #[serde(default = "one")]
    pub every: u64,
    /// At most so many; any number where it doesn't say.
    #[serde(default)]
    pub times: Option<u64>,
    /// What is done to it.
    pub what: Mischief,
}

fn one() -> u64 {
    1
}

/// A direction.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// To the agent.
    Input,
    /// From the agent.
    Output,
}

/// What is done to a message.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Mischief {
    /// It is lost.
    Drop,
    /// It comes twice.
    Duplicate,
    /// It comes only after so many that were sent later.
    HoldBack {
        /// How many.
        messages: u64,
    },
    /// Its digest is another's.
    WrongDigest,
    /// The socket breaks instead.
    Cut,
    /// It arrives, then the socket breaks.
    CutAfter,
    /// It arrives, then the service closes the socket with 1000, as once in an hour.
    Close,
}

/// An order, and how far it has been carried out.
#[derive(Debug)]
struct Standing {
    order: Trouble,
    seen: u64,
    done: u64,
}

impl Standing {
    fn takes(&mut self, way: Way, kind: Kind, number: i64) -> bool {
        let order = &self.order;
        let data = matches!(kind, Kind::Input | Kind::Output);
        let fits = if order.acknowledgements { kind == Kind::Acknowledge } else { data };
        let named = order.sequence.is_none_or(|sequence| sequence == number);
        if order.way != way || !fits || !named || order.times.is_some_and(|times| self.done >= times) {
            return false;
        }
        self.seen += 1;
        let beyond = self.seen.saturating_sub(order.after);
        let turn = beyond > 0 && beyond.is_multiple_of(order.every.max(1));
        self.done += u64::from(turn);
        turn
    }
}

/// The orders of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    /// Looked at for each message.
    any: AtomicBool,
    standing: Mutex<Vec<Standing>>,
}

impl Troubles {
    /// These orders in place of all others.
    pub(crate) fn replace(&self, orders: Vec<Trouble>) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        *standing = orders.into_iter().map(|order| Standing { order, seen: 0, done: 0 }).collect();
        self.any.store(!standing.is_empty(), Ordering::Release);
    }

    /// What is to be done to a message.
    pub(crate) fn judge(&self, way: Way, bytes: &[u8]) -> Option<Mischief> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let (kind, number) = message::glance(bytes)?;
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.iter_mut().find_map(|one| one.takes(way, kind, number).then_some(one.order.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::ssm::channel::message::{Content, Head, INPUT, Id, encode};

    #[test]
    fn orders_find_their_messages() {
        let struck = |order: &str| {
            let troubles = Troubles::default();
            troubles.replace(vec![serde_json::from_str(order).unwrap()]);
            let numbers = (0..12).filter(|number| {
                let head = Head {
                    kind: INPUT,
                    sequence: *number,
                    flags: 0,
                    id: Id::random(),
                    created: 1,
                    content: Content::Data,
                };
                troubles.judge(Way::Input, &encode(&head, b"")).is_some()
            });
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(struck(r#"{"way": "input", "what": "drop", "times": 2}"#), [0, 1]);
        assert_eq!(struck(r#"{"way": "input", "what": "cut", "after": 9}"#), [9, 10, 11]);
        assert_eq!(struck(r#"{"way": "input", "what": "duplicate", "every": 5}"#), [4, 9]);
        assert_eq!(struck(r#"{"way": "input", "what": {"hold-back": {"messages": 2}}, "sequence": 7}"#), [7]);
        assert_eq!(struck(r#"{"way": "output", "what": "drop"}"#), [0_i64; 0]);
        assert_eq!(struck(r#"{"way": "input", "acknowledgements": true, "what": "drop"}"#), [0_i64; 0]);
    }
}
