//! Everything that an account and Region has, listed page by page. Tags come with the pages: nothing is asked per row.

use std::time::Duration;

use aws_sdk_rds::types;

use super::{
    Aws, CallError, ReadError,
    read::{self, PAGE, encryption, tags, timestamp},
};
use crate::{
    model::{ClusterMember, DbCluster, DbInstance, DbSnapshot},
    plan::inventory::{CLUSTERS, INSTANCES, Inventory, Missing},
};

/// A list is long, and others ask as well: AWS's wish for patience is never what it ends with. Each time so many rounds
/// of the SDK's own attempts, so many seconds apart.
const ROUNDS: u32 = 10;
const APART: std::ops::Range<u64> = 5..15;

/// What was listed until the end, or until a page failed.
struct Listed<T> {
    rows: Vec<T>,
    failed: Option<ReadError>,
}

impl Aws {
    /// Lists all instances and clusters; snapshots too where they are asked for. What fails is recorded, and costs
    /// nothing but itself.
    pub async fn inventory(&self, account: &str, with_snapshots: bool) -> Inventory {
        let rds = &self.rds;
        let mut inventory =
            Inventory { account: account.to_owned(), region: self.region().to_owned(), ..Inventory::default() };
        let missing = &mut inventory.incomplete;
        inventory.instances = kept(missing, INSTANCES, instances(rds).await);
        inventory.clusters = kept(missing, CLUSTERS, clusters(rds).await);
        if with_snapshots {
            inventory.snapshots = kept(missing, "snapshots", snapshots(rds).await);
            inventory.cluster_snapshots = kept(missing, "snapshots of clusters", cluster_snapshots(rds).await);
        }
        inventory
    }

    /// The Regions that the account has switched on.
    pub async fn regions(&self) -> Result<Vec<String>, ReadError> {
        // Without AllRegions, AWS leaves out those that are not switched on.
        let answer = self.ec2.describe_regions().send().await;
        let answer =
            answer.map_err(|error| ReadError { action: "ec2:DescribeRegions", error: CallError::of(&error) })?;
        let regions = answer.regions.unwrap_or_default();
        let mut names: Vec<String> = regions.into_iter().filter_map(|region| region.region_name).collect();
        names.sort();
        Ok(names)
    }
}

/// What could be listed; what couldn't is entered as missing.
fn kept<T>(missing: &mut Vec<Missing>, what: &str, listed: Listed<T>) -> Vec<T> {
    if let Some(error) = listed.failed {
        missing.push(Missing {
            permission: error.error.is_denied().then(|| error.action.to_owned()),
            ..Missing::new(what, error.to_string())
        });
    }
    listed.rows
}

/// Goes through all pages of one call.
macro_rules! all_pages {
    ($call:expr, $action:expr, $rows:ident, $read:expr) => {{
        let mut listed = Listed { rows: Vec::new(), failed: None };
        let (mut marker, mut rounds) = (None, ROUNDS);
        'from_the_last_page: loop {
            let mut pages = $call.set_marker(marker.clone()).max_records(PAGE).into_paginator().send();
            while let Some(page) = pages.next().await {
                match page {
                    Ok(page) => {
                        marker = page.marker;
                        listed.rows.extend(page.$rows.unwrap_or_default().iter().map($read));
                    }
                    Err(error) => {
                        let error = CallError::of(&error);
                        if error.is_throttled() && rounds > 0 {
                            rounds -= 1;
                            tokio::time::sleep(Duration::from_secs(fastrand::u64(APART))).await;
                            continue 'from_the_last_page;
                        }
                        listed.failed = Some(ReadError { action: $action, error });
                        break;
                    }
                }
            }
            break listed;
        }
    }};
}

async fn instances(rds: &aws_sdk_rds::Client) -> Listed<DbInstance> {
    all_pages!(rds.describe_db_instances(), "rds:DescribeDBInstances", db_instances, read::instance)
}

async fn clusters(rds: &aws_sdk_rds::Client) -> Listed<DbCluster> {
    all_pages!(rds.describe_db_clusters(), "rds:DescribeDBClusters", db_clusters, cluster)
}

async fn snapshots(rds: &aws_sdk_rds::Client) -> Listed<DbSnapshot> {
    all_pages!(rds.describe_db_snapshots(), "rds:DescribeDBSnapshots", db_snapshots, read::snapshot)
}

async fn cluster_snapshots(rds: &aws_sdk_rds::Client) -> Listed<DbSnapshot> {
    let action = "rds:DescribeDBClusterSnapshots";
    all_pages!(rds.describe_db_cluster_snapshots(), action, db_cluster_snapshots, cluster_snapshot)
}

/// Reads one row of `DescribeDBClusters`.
fn cluster(row: &types::DbCluster) -> DbCluster {
    DbCluster {
        identifier: row.db_cluster_identifier.clone().unwrap_or_default(),
        arn: row.db_cluster_arn.clone(),
        resource_id: row.db_cluster_resource_id.clone(),
        status: row.status.clone(),
        engine: row.engine.clone(),
        engine_version: row.engine_version.clone(),
        engine_mode: row.engine_mode.clone(),
        class: row.db_cluster_instance_class.clone(),
        allocated_storage: row.allocated_storage,
        storage_type: row.storage_type.clone(),
        iops: row.iops,
        encryption: encryption(row.storage_encryption_type.as_ref(), row.storage_encrypted, row.kms_key_id.as_ref()),
        multi_az: row.multi_az,
        publicly_accessible: row.publicly_accessible,
        deletion_protection: row.deletion_protection,
        cluster_create_time: row.cluster_create_time.and_then(timestamp),
        members: row.db_cluster_members.as_ref().map(|members| members.iter().map(member).collect()),
        replica_source: row.replication_source_identifier.clone(),
        replicas: row.read_replica_identifiers.clone(),
        global_cluster: row.global_cluster_identifier.clone(),
        tags: row.tag_list.as_deref().map(tags),
    }
}

fn member(row: &types::DbClusterMember) -> ClusterMember {
    ClusterMember {
        identifier: row.db_instance_identifier.clone().unwrap_or_default(),
        is_writer: row.is_cluster_writer,
    }
}

/// Reads one row of `DescribeDBClusterSnapshots`.
fn cluster_snapshot(row: &types::DbClusterSnapshot) -> DbSnapshot {
    DbSnapshot {
        identifier: row.db_cluster_snapshot_identifier.clone().unwrap_or_default(),
        arn: row.db_cluster_snapshot_arn.clone(),
        instance_identifier: row.db_cluster_identifier.clone(),
        resource_id: row.db_cluster_resource_id.clone(),
        snapshot_type: row.snapshot_type.clone(),
        status: row.status.clone(),
        percent_progress: row.percent_progress,
        snapshot_create_time: row.snapshot_create_time.and_then(timestamp),
        encryption: encryption(row.storage_encryption_type.as_ref(), row.storage_encrypted, row.kms_key_id.as_ref()),
        engine: row.engine.clone(),
        engine_version: row.engine_version.clone(),
        allocated_storage: row.allocated_storage,
        tags: row.tag_list.as_deref().map(tags),
        ..DbSnapshot::default()
    }
}
