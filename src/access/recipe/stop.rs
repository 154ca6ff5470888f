//! Why only a person can help, in words.

use super::Part;
use crate::model::{AccessCall, Outcome};

/// Why only a person can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// What was seen.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether AWS denied it.
    pub is_denied: bool,
}

pub(super) fn in_the_way(what: &Part, found: &str) -> Stop {
    Stop {
        reason: format!("{found} is in the place of the {what}, and isn't marked as this setup's"),
        remedy: "nothing of others is taken or changed: rename or remove it, then run the same command again".into(),
        is_denied: false,
    }
}

pub(super) fn vanished(what: &Part, call: &AccessCall, outcome: &Outcome) -> Stop {
    let reason = match outcome {
        Outcome::Unknown { why } => format!("{call} was asked for twice in vain ({why})"),
        _ => format!("{call} was asked for twice, and AWS doesn't show what it does ({what})"),
    };
    let remedy = match call {
        // https://repost.aws/knowledge-center/encrypted-volumes-stops-immediately
        AccessCall::RunInstance { .. } => {
            "look why it ended (aws ec2 describe-instances shows its StateReason: a key that its volume can't be opened with, \
             a quota, no room for the type), then run the same command again"
        }
        _ => "look whether somebody else changes it at the same time, then run the same command again",
    };
    Stop { reason, remedy: remedy.into(), is_denied: false }
}

pub(super) fn rests_on_what_is_gone(what: &Part) -> Stop {
    Stop {
        reason: format!("{what}: what it rests on isn't there any more"),
        remedy: "a setup is made as it was planned: remove it, and set up anew".into(),
        is_denied: false,
    }
}

pub(super) fn stuck(what: &Part, state: &str) -> Stop {
    Stop {
        reason: format!("{what}: {state}, which doesn't pass by itself"),
        remedy: "start it or remove it, then run the same command again".into(),
        is_denied: false,
    }
}
