//! What an inventory means: each database with its standing, and how many there are of each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Found, FoundSnapshot, Inventory, Kind, Missing, Selection, Standing, snapshots, standing};
use crate::{
    model::{ClusterKind, ClusterMember, DbCluster, DbInstance, Verdict},
    plan::{Order, Origin},
};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// What is meant, in order of account, Region and name; the members of a cluster follow it.
    pub found: Vec<Found>,
    /// Unencrypted snapshots that are meant.
    pub snapshots: Vec<FoundSnapshot>,
    /// How many of each, among those of the engines, tags and names that are meant.
    pub counts: Counts,
    /// What wasn't looked at, with account and Region.
    pub incomplete: Vec<(String, String, Missing)>,
}

/// How many databases. A cluster is one, whatever its members; other services' are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub databases: usize,
    /// Encrypted.
    pub encrypted: usize,
    /// Not encrypted.
    pub unencrypted: usize,
    /// Of which AWS doesn't say whether they are encrypted.
    pub unknown: usize,
    /// Not encrypted, and left out since they were made too late.
    pub left_out_by_date: usize,
    /// Not encrypted, and left out since AWS shows no time at which they were made.
    pub undated: usize,
    /// Not encrypted and meant, and could be migrated.
    pub eligible: usize,
    /// Clusters and instances of DocumentDB and Neptune.
    pub other_services: usize,
    /// Unencrypted snapshots that are meant.
    pub unencrypted_snapshots: usize,
}

impl Survey {
    /// Whether everything was looked at.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.incomplete.is_empty()
    }

    /// The unencrypted databases among what is meant.
    pub fn unencrypted(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.is_database() && found.is_unencrypted())
    }

    /// Those of which AWS doesn't say it.
    pub fn unknown(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.is_database() && found.encryption.verdict() == Verdict::Unknown)
    }
}

/// Says of each database that is meant how it stands, and counts.
#[must_use]
pub fn survey(inventories: &[Inventory], selection: &Selection) -> Survey {
    let mut survey = Survey::default();
    for inventory in inventories {
        let missing = inventory.incomplete.iter().cloned();
        survey.incomplete.extend(missing.map(|it| (inventory.account.clone(), inventory.region.clone(), it)));
        for found in all(inventory) {
            if selection.is_about(&found) && survey.counts.take(&found, selection) {
                survey.found.push(found);
            }
        }
        survey.snapshots.extend(snapshots::unencrypted(inventory, selection));
    }
    survey.found.sort_by(|one, other| place(one).cmp(&place(other)));
    survey.snapshots.sort_by(|one, other| {
        (&one.account, &one.region, &one.identifier).cmp(&(&other.account, &other.region, &other.identifier))
    });
    survey.counts.unencrypted_snapshots = survey.snapshots.len();
    survey
}

/// Account, Region, database; members behind their cluster.
fn place(found: &Found) -> (&str, &str, &str, bool, &str) {
    let database = found.relations.cluster.as_deref().unwrap_or(&found.identifier);
    (&found.account, &found.region, database, found.kind == Kind::Member, &found.identifier)
}

impl Counts {
    /// Counts something found. Returns whether it is meant.
    fn take(&mut self, found: &Found, selection: &Selection) -> bool {
        let verdict = found.encryption.verdict();
        let is_encrypted = matches!(verdict, Verdict::UnderKey(_) | Verdict::WithoutNamedKey);
        let is_unencrypted = verdict == Verdict::NotEncrypted;
        let is_old_enough = selection.is_old_enough(found.created);
        if found.is_database() {
            self.databases += 1;
            self.encrypted += usize::from(is_encrypted);
            self.unencrypted += usize::from(is_unencrypted);
            self.unknown += usize::from(verdict == Verdict::Unknown);
            self.left_out_by_date += usize::from(is_unencrypted && is_old_enough == Some(false));
            self.undated += usize::from(is_unencrypted && is_old_enough.is_none());
        } else if found.other_service.is_some() && found.kind != Kind::Member {
            self.other_services += 1;
        }
        let is_meant = is_old_enough == Some(true) && !(selection.unencrypted_only && is_encrypted);
        self.eligible += usize::from(is_meant && found.standing == Standing::Eligible);
        is_meant
    }
}

/// All that an inventory has, each with its standing.
fn all(inventory: &Inventory) -> Vec<Found> {
    let (account, region) = (inventory.account.as_str(), inventory.region.as_str());
    let mut members: BTreeMap<&str, Vec<&DbInstance>> = BTreeMap::new();
    for instance in &inventory.instances {
        if let Some(cluster) = &instance.cluster_identifier {
            members.entry(cluster).or_default().push(instance);
        }
    }
    let mut found: Vec<Found> = inventory.instances.iter().map(|row| of_instance(account, region, row)).collect();
    for row in &inventory.clusters {
        let members = members.remove(row.identifier.as_str()).unwrap_or_default();
        found.push(of_cluster(account, region, row, &members));
    }
    // A cluster whose own row nobody saw is known by its members: still one database.
    found.extend(
        members.iter().map(|(name, members)| of_cluster(account, region, &known_by_members(name, members), members)),
    );
    found
}

fn of_instance(account: &str, region: &str, row: &DbInstance) -> Found {
    let judged = standing::of_instance(row);
    let is_eligible = judged.standing == Standing::Eligible;
    Found {
        order: Order::of(&Origin::of(row)).filter(|_| is_eligible),
        other_service: ClusterKind::of(row.engine.as_deref()).other_service(),
        standing: judged.standing,
        remedy: judged.remedy,
        ..Found::of_instance(account, region, row)
    }
}

fn of_cluster(account: &str, region: &str, row: &DbCluster, members: &[&DbInstance]) -> Found {
    let judged = standing::of_cluster(row);
    Found {
        other_service: ClusterKind::of(row.engine.as_deref()).other_service(),
        standing: judged.standing,
        remedy: judged.remedy,
        ..Found::of_cluster(account, region, row, members)
    }
}

/// The storage of a cluster is its members': they say how it is encrypted. When it was made they don't say.
fn known_by_members(name: &str, members: &[&DbInstance]) -> DbCluster {
    let first = members.first().copied().cloned().unwrap_or_default();
    let names: BTreeSet<&str> = members.iter().map(|it| it.identifier.as_str()).collect();
    DbCluster {
        identifier: name.to_owned(),
        engine: first.engine,
        engine_version: first.engine_version,
        encryption: first.encryption,
        members: Some(
            names.into_iter().map(|name| ClusterMember { identifier: name.to_owned(), is_writer: None }).collect(),
        ),
        ..DbCluster::default()
    }
}
