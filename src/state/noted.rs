//! What the checks found before a migration began, kept for whoever reads of it later.

use serde::{Deserialize, Serialize};

use crate::plan::{Finding, Severity};

/// A finding, as a state file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// How much it weighed.
    pub severity: Severity,
    /// What was so.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// The rule of the ledger that it rests on.
    pub rule: String,
}

impl Noted {
    /// All of them, the heaviest first.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Vec<Self> {
        let mut noted: Vec<Self> = findings.iter().map(Self::from).collect();
        noted.sort_by_key(|noted| noted.severity);
        noted
    }
}

impl From<&Finding> for Noted {
    fn from(finding: &Finding) -> Self {
        let Finding { severity, what, remedy, rule } = finding;
        Self { severity: *severity, what: what.clone(), remedy: remedy.clone(), rule: (*rule).to_owned() }
    }
}
