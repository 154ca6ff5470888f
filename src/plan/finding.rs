//! What a check finds: how much it weighs, what is so, and what to do about it.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is begun.
    Blocker,
    /// Begun on a person's word.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// What is so.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// The rule of the ledger that it rests on.
    pub rule: &'static str,
}

impl Finding {
    pub(super) fn new(severity: Severity, what: String, remedy: &str, rule: &'static str) -> Self {
        Self { severity, what, remedy: remedy.to_owned(), rule }
    }
}
