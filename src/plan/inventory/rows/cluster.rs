//! A row of `DescribeDBClusters`.

use serde_json::{Value, json};

use super::{Row, Writer, plain_members};
use crate::model::{ClusterMember, DbCluster};

plain_members!(DbCluster {
    arn: "DBClusterArn",
    resource_id: "DbClusterResourceId",
    status: "Status",
    engine: "Engine",
    engine_version: "EngineVersion",
    engine_mode: "EngineMode",
    class: "DBClusterInstanceClass",
    allocated_storage: "AllocatedStorage",
    storage_type: "StorageType",
    iops: "Iops",
    multi_az: "MultiAZ",
    publicly_accessible: "PubliclyAccessible",
    deletion_protection: "DeletionProtection",
    cluster_create_time: "ClusterCreateTime",
    replica_source: "ReplicationSourceIdentifier",
    replicas: "ReadReplicaIdentifiers",
    global_cluster: "GlobalClusterIdentifier",
});

/// Reads a row.
pub fn cluster_of(row: &mut Row<'_>) -> DbCluster {
    let mut into = DbCluster::default();
    read_plain(row, &mut into);
    DbCluster {
        identifier: row.member("DBClusterIdentifier").unwrap_or_default(),
        encryption: row.encryption("StorageEncrypted"),
        members: row.list("DBClusterMembers", |member| ClusterMember {
            identifier: member.member("DBInstanceIdentifier").unwrap_or_default(),
            is_writer: member.member("IsClusterWriter"),
        }),
        tags: row.tags("TagList"),
        ..into
    }
}

/// Writes a row.
#[must_use]
pub fn cluster_row(from: &DbCluster) -> Value {
    let mut row = Writer::default();
    row.set("DBClusterIdentifier", Some(&from.identifier));
    write_plain(from, &mut row);
    row.encryption("StorageEncrypted", &from.encryption);
    let member = |member: &ClusterMember| match member.is_writer {
        Some(is_writer) => json!({"DBInstanceIdentifier": member.identifier, "IsClusterWriter": is_writer}),
        None => json!({"DBInstanceIdentifier": member.identifier}),
    };
    row.set("DBClusterMembers", from.members.as_ref().map(|all| all.iter().map(member).collect::<Vec<_>>()));
    row.tags("TagList", from.tags.as_ref());
    row.finish()
}
