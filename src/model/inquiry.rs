//! What is asked of AWS beyond the ordinary look, because a decision needs it.

use std::collections::BTreeMap;

use super::{AwsTime, DbInstance, KeyMetadata};

/// A question whose answer a decision rests on. The engine asks it, and decides again in the same turn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inquiry {
    /// Why RDS can't use the key: `DescribeKey`, and a dry run of `CreateGrant`.
    Key,
    /// How much of the account's quotas is used: `DescribeAccountAttributes`.
    Quotas,
    /// What AWS tells of a resource: `DescribeEvents`.
    Events(EventSource),
    /// What an instance is called now, by its identity: `DescribeDBInstances`.
    Instance {
        /// Its `DbiResourceId`.
        resource_id: String,
    },
}

/// What events are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventSource {
    /// An instance, by name.
    Instance(String),
    /// A snapshot, by name.
    Snapshot(String),
}

/// AWS's answer to an inquiry.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The key, by elimination.
    Key(KeyAccess),
    /// The quotas by name, and what is used of each.
    Quotas(Vec<AccountQuota>),
    /// The events, oldest first.
    Events(Vec<DbEvent>),
    /// The instance, if there is one.
    Instance(Option<Box<DbInstance>>),
    /// It couldn't be asked, for this reason.
    NotChecked(String),
}

/// All that was asked beyond the ordinary look in one turn.
pub type Answers = BTreeMap<Inquiry, Answer>;

/// What keeps RDS from a key, by elimination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAccess {
    /// The key; nothing where AWS knows no such key.
    pub key: Option<KeyMetadata>,
    /// Whether this caller may grant its use to RDS.
    pub grant: GrantCheck,
}

/// Whether a caller may grant the use of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantCheck {
    /// A dry run says so.
    Allowed,
    /// A dry run was denied, in AWS's sentence. A policy that allows it only by way of RDS denies the dry run, too.
    Denied(String),
    /// Nobody knows, for this reason.
    NotChecked(String),
}

/// A quota of the account in this Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountQuota {
    /// AWS's name, such as `ManualSnapshots`.
    pub name: String,
    /// How much is used.
    pub used: i64,
    /// How much there is.
    pub max: i64,
}

/// Something that AWS tells of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbEvent {
    /// When, in AWS's time.
    pub at: AwsTime,
    /// AWS's sentence.
    pub message: String,
    /// AWS's words: `failure`, `availability`, `creation` and others.
    pub categories: Vec<String>,
}

impl DbEvent {
    /// Whether AWS files it under failures.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.categories.iter().any(|category| category == "failure")
    }

    /// Whether AWS files it under deletions.
    #[must_use]
    pub fn is_deletion(&self) -> bool {
        self.categories.iter().any(|category| category == "deletion")
    }

    /// Whether it tells of an instance that was restarted: `RDS-EVENT-0006` (R-EVT-1).
    #[must_use]
    pub fn is_restart(&self) -> bool {
        self.message.contains("restarted")
    }
}
