//! Which databases are there, how are they encrypted, and which could be migrated?
//!
//! An [`Inventory`] is what AWS listed of one account and Region, or what files hold of it ([`rows`]). [`survey`] says of
//! each database how it stands and whether a [`Selection`] means it. Encryption is counted by database: a cluster is one,
//! whatever its members.

mod document;
mod found;
pub mod rows;
mod selection;
mod snapshots;
mod standing;
mod survey;

pub use document::{FileError, inventories_of, written};
pub use found::{Found, Kind, Relations, Standing};
pub use selection::{DateBound, Selection};
pub use snapshots::FoundSnapshot;
pub use survey::{Counts, Survey, survey};

use serde::{Deserialize, Serialize};

use crate::model::{DbCluster, DbInstance, DbSnapshot};

/// What a [`Missing`] list is called.
pub const INSTANCES: &str = "instances";
/// The same of clusters.
pub const CLUSTERS: &str = "clusters";
/// The same where a whole account couldn't be reached.
pub const ACCOUNT: &str = "everything";

/// What one account and Region has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Twelve digits; empty where nothing names it.
    pub account: String,
    /// The Region; empty where nothing names it.
    pub region: String,
    /// All DB instances, members of clusters among them.
    pub instances: Vec<DbInstance>,
    /// All clusters, those of other services among them.
    pub clusters: Vec<DbCluster>,
    /// Snapshots of instances, where they were asked for.
    pub snapshots: Vec<DbSnapshot>,
    /// Snapshots of clusters, where they were asked for: `instance_identifier` and `resource_id` are the cluster's.
    pub cluster_snapshots: Vec<DbSnapshot>,
    /// What couldn't be looked at.
    pub incomplete: Vec<Missing>,
}

/// Something that couldn't be looked at, so that a list isn't known to be whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What is missing: `clusters`, `instances`, and so on.
    pub what: String,
    /// Why.
    pub why: String,
    /// The permission that it needs, where AWS denied it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}

impl Missing {
    /// What is missing, and why.
    #[must_use]
    pub fn new(what: &str, why: String) -> Self {
        Self { what: what.to_owned(), why, permission: None }
    }
}

#[cfg(test)]
mod tests;
