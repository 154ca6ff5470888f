//! The world: what exists in each Region, and what is going to happen to it and when.
//!
//! Nothing here runs by itself. Each request first lets the world catch up with its time (`advance`): the steps
//! that are due happen, each at its own time. Percentages are computed when they are read.

pub(crate) mod adopted;
pub(crate) mod advance;
pub(crate) mod agenda;
pub(crate) mod birth;
pub(crate) mod changes;
pub(crate) mod dependents;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod frozen;
mod furniture;
pub(crate) mod groups;
pub(crate) mod iam;
pub(crate) mod ids;
pub(crate) mod instance;
pub(crate) mod key;
pub(crate) mod known;
pub(crate) mod network;
pub(crate) mod next;
pub(crate) mod others;
pub(crate) mod pace;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod shared;
pub(crate) mod snapshot;
pub(crate) mod table;
pub(crate) mod timeline;
pub(crate) mod waiting;
pub(crate) mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rds::automated::Expiries;
use super::switches::Switches;
use agenda::Step;
use dependents::Dependents;
use document::Document;
use event::Event;
use groups::{OptionGroup, ParameterGroup, SubnetGroup};
use iam::Iam;
use ids::Ids;
use instance::Instance;
use key::{Alias, Key};
use known::Known;
use network::Network;
use session::Session;
use shared::Shared;
use snapshot::Snapshot;
use table::{Index, Table};
use timeline::Timeline;

/// The form of the world's file; a newer one is left alone.
pub(crate) const FORMAT: u32 = 1;

/// Everything that a world remembers.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct World {
    pub(crate) format: u32,
    /// World time at the last look, and the host's or the runtime's time that goes with it.
    pub(crate) time: Timestamp,
    pub(crate) ids: Ids,
    pub(crate) regions: BTreeMap<String, Region>,
    /// Roles and profiles, once somebody has looked at them (`R-IAM-1`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iam: Option<Shared<Iam>>,
    /// The worlds of other accounts (`R-ACCT-1`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) accounts: BTreeMap<String, World>,
}

/// What exists in one Region.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Region {
    pub(crate) network: Shared<Network>,
    pub(crate) instances: Table<Instance>,
    pub(crate) snapshots: Table<Snapshot>,
    pub(crate) parameter_groups: Shared<Vec<ParameterGroup>>,
    pub(crate) option_groups: Shared<Vec<OptionGroup>>,
    pub(crate) subnet_groups: Shared<Vec<SubnetGroup>>,
    pub(crate) keys: Shared<Vec<Key>>,
    pub(crate) aliases: Shared<Vec<Alias>>,
    pub(crate) events: Timeline<Event>,
    /// Aurora's clusters and their snapshots, as a file had them; nothing acts on them.
    #[serde(default)]
    pub(crate) clusters: Shared<Vec<Value>>,
    #[serde(default)]
    pub(crate) cluster_snapshots: Shared<Vec<Value>>,
    /// The head of ARNs in the account that rows were taken from.
    #[serde(default)]
    pub(crate) known_as: Option<String>,
    /// What will happen, in the order of its time.
    pub(crate) agenda: Timeline<Step>,
    /// Automated backups that outlived their instances, as AWS shows them.
    #[serde(default)]
    pub(crate) retained: Shared<Vec<Value>>,
    /// Proxies, subscriptions and deployments around the instances.
    #[serde(default)]
    pub(crate) dependents: Shared<Dependents>,
    /// Classes and versions beyond the catalogue.
    #[serde(default)]
    pub(crate) known: Shared<Known>,
    /// Sessions of Session Manager, the newest last.
    #[serde(default)]
    pub(crate) sessions: Shared<Vec<Session>>,
    /// Documents of Systems Manager that somebody saved.
    #[serde(default)]
    pub(crate) documents: Shared<Vec<Document>>,
    /// When automated snapshots are to be looked at, which follows from the rest.
    #[serde(skip)]
    pub(crate) expiries: Expiries,
    /// The switches of whoever asks, which are no part of the world's file.
    #[serde(skip)]
    pub(crate) switches: Arc<Switches>,
    /// The account's roles and profiles, as the world has them.
    #[serde(skip)]
    pub(crate) iam: Shared<Iam>,
}

/// A tag, in AWS's own member names.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) value: String,
}

impl Region {
    /// Whether a rule of the ledger holds in this world.
    pub(crate) fn enforces(&self, rule: &str) -> bool {
        self.switches.enforces(rule)
    }

    /// The instance of this name, whatever the case of its letters.
    pub(crate) fn instance(&self, name: &str) -> Option<&Instance> {
        self.instances.find(Index::Name, &name.to_ascii_lowercase())
    }

    pub(crate) fn instance_mut(&mut self, name: &str) -> Option<&mut Instance> {
        self.instances.find_mut(Index::Name, &name.to_ascii_lowercase())
    }

    pub(crate) fn by_resource_id(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.find_mut(Index::Id, id)
    }

    /// The instance of this resource id, to be looked at.
    pub(crate) fn of_resource_id(&self, id: &str) -> Option<&Instance> {
        self.instances.find(Index::Id, id)
    }

    pub(crate) fn snapshot(&self, name: &str) -> Option<&Snapshot> {
        self.snapshots.find(Index::Name, &name.to_ascii_lowercase())
    }

    pub(crate) fn snapshot_mut(&mut self, name: &str) -> Option<&mut Snapshot> {
        self.snapshots.find_mut(Index::Name, &name.to_ascii_lowercase())
    }

    /// Whether anything is still to happen to an instance (by its resource id) or snapshot.
    pub(crate) fn has_plans_for(&self, of: &str) -> bool {
        self.agenda.of(of).next().is_some()
    }

    /// Puts a step where its time belongs; steps of the same time keep their order.
    pub(crate) fn schedule(&mut self, step: Step) {
        self.agenda.add(step);
    }
}
