//! A DB cluster as one answer of `DescribeDBClusters` showed it: Aurora, a Multi-AZ DB cluster, or another service's.

use super::{AwsTime, Encryption, EngineFamily, Tags};

/// A DB cluster, observed. A member that AWS left out is `None`; an empty list is an empty list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DbCluster {
    /// `DBClusterIdentifier`: its name, which a rename changes.
    pub identifier: String,
    /// `DBClusterArn`
    pub arn: Option<String>,
    /// `DbClusterResourceId`: its identity.
    pub resource_id: Option<String>,
    /// `Status`, in AWS's word.
    pub status: Option<String>,
    /// `Engine`
    pub engine: Option<String>,
    /// `EngineVersion`
    pub engine_version: Option<String>,
    /// `EngineMode`: `provisioned`, `serverless` and others, of Aurora.
    pub engine_mode: Option<String>,
    /// `DBClusterInstanceClass`, of a Multi-AZ DB cluster.
    pub class: Option<String>,
    /// `AllocatedStorage`, in GiB; of Aurora always 1, since its storage has no fixed size.
    pub allocated_storage: Option<i32>,
    /// `StorageType`
    pub storage_type: Option<String>,
    /// `Iops`, of a Multi-AZ DB cluster.
    pub iops: Option<i32>,
    /// What AWS said about encryption at rest.
    pub encryption: Encryption,
    /// `MultiAZ`
    pub multi_az: Option<bool>,
    /// `PubliclyAccessible`, of a Multi-AZ DB cluster.
    pub publicly_accessible: Option<bool>,
    /// `DeletionProtection`
    pub deletion_protection: Option<bool>,
    /// `ClusterCreateTime`
    pub cluster_create_time: Option<AwsTime>,
    /// `DBClusterMembers`; nothing where AWS's answer wasn't seen.
    pub members: Option<Vec<ClusterMember>>,
    /// `ReplicationSourceIdentifier`: what it is a replica of.
    pub replica_source: Option<String>,
    /// `ReadReplicaIdentifiers`
    pub replicas: Option<Vec<String>>,
    /// `GlobalClusterIdentifier`: the global database that it belongs to.
    pub global_cluster: Option<String>,
    /// `TagList`
    pub tags: Option<Tags>,
}

/// A DB instance in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterMember {
    /// `DBInstanceIdentifier`
    pub identifier: String,
    /// `IsClusterWriter`
    pub is_writer: Option<bool>,
}

/// What kind of cluster a cluster's engine makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterKind {
    /// Aurora.
    Aurora,
    /// A Multi-AZ DB cluster of RDS: its engine is one that single instances have, too.
    MultiAz,
    /// DocumentDB, which RDS's describe calls show as well.
    DocumentDb,
    /// Neptune, which RDS's describe calls show as well.
    Neptune,
    /// An engine that we don't know, or none shown.
    Unknown,
}

impl ClusterKind {
    /// The kind of a cluster, or of an instance in one, by its engine.
    #[must_use]
    pub fn of(engine: Option<&str>) -> Self {
        match engine.unwrap_or_default() {
            "docdb" => Self::DocumentDb,
            "neptune" => Self::Neptune,
            "aurora" => Self::Aurora,
            engine if engine.starts_with("aurora-") => Self::Aurora,
            engine if EngineFamily::of(engine).is_some() => Self::MultiAz,
            _ => Self::Unknown,
        }
    }

    /// The other service that it belongs to, by name.
    #[must_use]
    pub fn other_service(self) -> Option<&'static str> {
        match self {
            Self::DocumentDb => Some("DocumentDB"),
            Self::Neptune => Some("Neptune"),
            Self::Aurora | Self::MultiAz | Self::Unknown => None,
        }
    }
}

impl DbCluster {
    /// Its storage in GiB, where it has a fixed size: Aurora's has none, and shows 1 instead.
    #[must_use]
    pub fn fixed_storage(&self) -> Option<i32> {
        let has_one = ClusterKind::of(self.engine.as_deref()) == ClusterKind::MultiAz;
        self.allocated_storage.filter(|_| has_one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_says_what_a_cluster_is() {
        for (engine, kind) in [
            ("aurora", ClusterKind::Aurora),
            ("aurora-mysql", ClusterKind::Aurora),
            ("aurora-postgresql", ClusterKind::Aurora),
            ("postgres", ClusterKind::MultiAz),
            ("mysql", ClusterKind::MultiAz),
            ("docdb", ClusterKind::DocumentDb),
            ("neptune", ClusterKind::Neptune),
            ("aurorae", ClusterKind::Unknown),
        ] {
            assert_eq!(ClusterKind::of(Some(engine)), kind, "{engine}");
        }
        assert_eq!(ClusterKind::of(None), ClusterKind::Unknown);
    }
}
