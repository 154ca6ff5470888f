//! Snapshots that aren't encrypted: they outlive their databases.

use super::{Inventory, Selection};
use crate::model::{AwsTime, ClusterKind, DbSnapshot, Verdict};

/// An unencrypted snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundSnapshot {
    /// The account, where it is known.
    pub account: String,
    /// The Region, where it is known.
    pub region: String,
    /// Its name.
    pub identifier: String,
    /// Its ARN.
    pub arn: Option<String>,
    /// The instance or cluster that it was taken from.
    pub of: Option<String>,
    /// Whether that is a cluster.
    pub of_cluster: bool,
    /// `manual`, `automated` and others.
    pub kind: Option<String>,
    /// Its engine.
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// When it was taken.
    pub created: Option<AwsTime>,
    /// Its size in GiB.
    pub storage: Option<i32>,
    /// AWS's word for its state.
    pub status: Option<String>,
}

/// The unencrypted snapshots that are meant, of this service.
pub(super) fn unencrypted(inventory: &Inventory, selection: &Selection) -> Vec<FoundSnapshot> {
    let of_instances = inventory.snapshots.iter().map(|row| (row, false));
    let of_clusters = inventory.cluster_snapshots.iter().map(|row| (row, true));
    let all = of_instances.chain(of_clusters);
    all.filter(|(row, _)| is_meant(row, selection)).map(|(row, cluster)| found(inventory, row, cluster)).collect()
}

/// By its own name or by its database's.
fn is_meant(row: &DbSnapshot, selection: &Selection) -> bool {
    let tags = row.tags.clone().unwrap_or_default();
    let names = [Some(&row.identifier), row.instance_identifier.as_ref()];
    let engine = row.engine.as_deref();
    row.encryption.verdict() == Verdict::NotEncrypted
        && ClusterKind::of(engine).other_service().is_none()
        && names.into_iter().flatten().any(|name| selection.is_about_parts(name, engine, &tags))
        && selection.is_old_enough(row.snapshot_create_time) == Some(true)
}

fn found(inventory: &Inventory, row: &DbSnapshot, of_cluster: bool) -> FoundSnapshot {
    FoundSnapshot {
        account: inventory.account.clone(),
        region: inventory.region.clone(),
        identifier: row.identifier.clone(),
        arn: row.arn.clone(),
        of: row.instance_identifier.clone(),
        of_cluster,
        kind: row.snapshot_type.clone(),
        engine: row.engine.clone(),
        engine_version: row.engine_version.clone(),
        created: row.snapshot_create_time,
        storage: row.allocated_storage,
        status: row.status.clone(),
    }
}
