//! Whether AWS still takes the version, and whether what is wanted can still be ordered.
//!
//! A database that has run for years has a version or a class that AWS has left behind meanwhile; a restore then fails
//! hours after the snapshot. So AWS's catalogue is asked before the first call. What it doesn't answer is not checked,
//! and forbids nothing: others than AWS answer empty for whole engines. Support dates are AWS's own, never ours.

mod classes;
mod hops;
mod offer;
mod order;
mod standing;
mod support;

pub use hops::{Hop, NoRoute, Route, route};
pub use order::Order;
pub use support::in_standard_support;

use super::{
    checks::{Check, Judgement},
    facts::Checked,
    finding::{Finding, Severity},
};
use crate::model::{AwsTime, DbInstance, EngineFamily, EngineVersion, MajorVersion, OrderableOption};

/// What AWS's catalogue says of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// What would be ordered.
    pub order: Order,
    /// When it was asked, in AWS's time: support ends by dates.
    pub now: Option<AwsTime>,
    /// The version's row; `Known(None)` where AWS lists no such version.
    pub version: Checked<Option<EngineVersion>>,
    /// All versions of the engine; asked for only where the version isn't plainly available.
    pub engine: Option<Checked<Vec<EngineVersion>>>,
    /// The engine's majors and how long they are supported; asked for only where there is Extended Support.
    pub majors: Option<Checked<Vec<MajorVersion>>>,
    /// What can be ordered.
    pub offer: Offer,
}

/// What can be ordered, as far as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Exactly what is ordered, one row a storage type.
    pub exact: Checked<Vec<OrderableOption>>,
    /// The wider questions, which tell why that is empty.
    pub wider: Option<Wider>,
}

/// What can be ordered beside what is.
#[derive(Clone, Debug, PartialEq)]
pub struct Wider {
    /// This version, with any class and licence.
    pub of_version: Checked<Vec<OrderableOption>>,
    /// This class, with any version and licence.
    pub of_class: Checked<Vec<OrderableOption>>,
    /// The version that comes closest, where nothing can be ordered of this one.
    pub of_sibling: Option<Checked<Vec<OrderableOption>>>,
    /// Anything of the engine at all, where all of these are empty.
    pub of_engine: Option<Checked<Vec<OrderableOption>>>,
}

impl Catalogue {
    /// Whether the version's major is in standard support; nothing where AWS doesn't say.
    #[must_use]
    pub fn major_in_standard_support(&self) -> Option<bool> {
        let Some(Checked::Known(majors)) = &self.majors else { return None };
        in_standard_support(majors, &self.order.version, self.now?)
    }

    /// Whether a finding tells that AWS may raise the version of what is restored by itself.
    #[must_use]
    pub fn version_may_rise(&self, source: &DbInstance) -> bool {
        !standing::judge(&source.identifier, self).found.is_empty()
    }
}

/// The version that comes closest to one of which nothing can be ordered: the newest of its major, else the first to
/// which it can be upgraded.
#[must_use]
pub fn sibling<'a>(version: Option<&EngineVersion>, engine: &'a [EngineVersion]) -> Option<&'a EngineVersion> {
    let version = version?;
    let available = || engine.iter().filter(|other| other.is_available());
    available().rfind(|other| standing::same_major(version, other) == Some(true)).or_else(|| {
        let is_target = |other: &&EngineVersion| version.targets.iter().any(|target| target.number == other.number);
        available().find(is_target)
    })
}

/// Judges the version, its support and the order; `class_fails` where the class can't be used for another reason.
pub(super) fn judge(judgement: &mut Judgement, source: &DbInstance, catalogue: &Catalogue, class_fails: bool) {
    let standing = standing::judge(&source.identifier, catalogue);
    let is_told = !standing.found.is_empty();
    standing.enter(judgement, "version");
    if let Some(support) = support::judge(source, catalogue) {
        support.enter(judgement, "support");
    }
    offer::judge(catalogue, is_told, class_fails).enter(judgement, "order");
}

/// How one check of these ended: what it found, and what couldn't be looked at.
#[derive(Debug, Default)]
struct Ended {
    found: Vec<Finding>,
    open: Option<(String, Option<String>)>,
}

impl Ended {
    fn found(severity: Severity, what: String, remedy: &str, rule: &'static str) -> Self {
        Self { found: vec![Finding::new(severity, what, remedy, rule)], open: None }
    }

    fn open(why: impl Into<String>) -> Self {
        Self { found: Vec::new(), open: Some((why.into(), None)) }
    }

    /// Nothing can be said, since AWS didn't answer.
    fn unasked<T>(checked: &Checked<T>) -> Self {
        match checked {
            Checked::Known(_) => Self::default(),
            Checked::NotChecked { why, permission } => {
                Self { found: Vec::new(), open: Some((why.clone(), permission.clone())) }
            }
        }
    }

    fn enter(self, judgement: &mut Judgement, name: &'static str) {
        let check = match self.open {
            Some((why, permission)) => Check::Open(why, permission),
            None if self.found.is_empty() => Check::Ok,
            None => Check::Found,
        };
        judgement.checks.push((name, check));
        judgement.findings.extend(self.found);
    }
}

/// Whether a snapshot of this engine can be upgraded by itself: not of SQL Server and Db2.
fn snapshots_can_be_upgraded(engine: &str) -> bool {
    matches!(
        EngineFamily::of(engine),
        Some(EngineFamily::MySql | EngineFamily::MariaDb | EngineFamily::Postgres | EngineFamily::Oracle)
    )
}

#[cfg(test)]
mod tests;
