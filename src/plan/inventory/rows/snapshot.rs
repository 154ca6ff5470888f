//! Rows of `DescribeDBSnapshots` and `DescribeDBClusterSnapshots`.

use serde_json::Value;

use super::{Row, Writer, plain_members};
use crate::model::DbSnapshot;

plain_members!(DbSnapshot {
    snapshot_type: "SnapshotType",
    status: "Status",
    percent_progress: "PercentProgress",
    snapshot_create_time: "SnapshotCreateTime",
    original_snapshot_create_time: "OriginalSnapshotCreateTime",
    engine: "Engine",
    engine_version: "EngineVersion",
    allocated_storage: "AllocatedStorage",
    full_size: "FullSnapshotSizeInBytes",
});

/// What differs in name between the two: snapshot, ARN, database, its identity, encryption.
type Names = [&'static str; 5];

const OF_INSTANCE: Names =
    ["DBSnapshotIdentifier", "DBSnapshotArn", "DBInstanceIdentifier", "DbiResourceId", "Encrypted"];
const OF_CLUSTER: Names = [
    "DBClusterSnapshotIdentifier",
    "DBClusterSnapshotArn",
    "DBClusterIdentifier",
    "DbClusterResourceId",
    "StorageEncrypted",
];

/// Reads a snapshot of an instance.
pub fn snapshot_of(row: &mut Row<'_>) -> DbSnapshot {
    read(row, OF_INSTANCE)
}

/// Reads a snapshot of a cluster.
pub fn cluster_snapshot_of(row: &mut Row<'_>) -> DbSnapshot {
    read(row, OF_CLUSTER)
}

/// Writes a snapshot of an instance.
#[must_use]
pub fn snapshot_row(from: &DbSnapshot) -> Value {
    write(from, OF_INSTANCE)
}

/// Writes a snapshot of a cluster.
#[must_use]
pub fn cluster_snapshot_row(from: &DbSnapshot) -> Value {
    write(from, OF_CLUSTER)
}

fn read(row: &mut Row<'_>, [name, arn, of, identity, encrypted]: Names) -> DbSnapshot {
    let mut into = DbSnapshot::default();
    read_plain(row, &mut into);
    DbSnapshot {
        identifier: row.member(name).unwrap_or_default(),
        arn: row.member(arn),
        instance_identifier: row.member(of),
        resource_id: row.member(identity),
        encryption: row.encryption(encrypted),
        tags: row.tags("TagList"),
        ..into
    }
}

fn write(from: &DbSnapshot, [name, arn, of, identity, encrypted]: Names) -> Value {
    let mut row = Writer::default();
    row.set(name, Some(&from.identifier));
    row.set(arn, from.arn.as_ref());
    row.set(of, from.instance_identifier.as_ref());
    row.set(identity, from.resource_id.as_ref());
    write_plain(from, &mut row);
    row.encryption(encrypted, &from.encryption);
    row.tags("TagList", from.tags.as_ref());
    row.finish()
}
