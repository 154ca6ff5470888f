//! A DB snapshot as one answer of `DescribeDBSnapshots` showed it.

use super::{AwsTime, Encryption, SnapshotState, Tags};

/// A DB snapshot, observed. It has no id of its own: name, source and creation time identify it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DbSnapshot {
    /// `DBSnapshotIdentifier`
    pub identifier: String,
    /// `DBSnapshotArn`
    pub arn: Option<String>,
    /// `DBInstanceIdentifier`: the name that its database had.
    pub instance_identifier: Option<String>,
    /// `DbiResourceId`: the identity of its database.
    pub resource_id: Option<String>,
    /// `SnapshotType`: `manual`, `automated`, `awsbackup` and others.
    pub snapshot_type: Option<String>,
    /// `Status`, in AWS's word.
    pub status: Option<String>,
    /// `PercentProgress`: of the estimated data that has been transferred.
    pub percent_progress: Option<i32>,
    /// `SnapshotCreateTime`: of this snapshot; changes when it is copied. Absent at first.
    pub snapshot_create_time: Option<AwsTime>,
    /// `OriginalSnapshotCreateTime`: stays the same through copies. Absent at first.
    pub original_snapshot_create_time: Option<AwsTime>,
    /// What AWS said about encryption at rest.
    pub encryption: Encryption,
    /// `Engine`
    pub engine: Option<String>,
    /// `EngineVersion`
    pub engine_version: Option<String>,
    /// `AllocatedStorage`, in GiB.
    pub allocated_storage: Option<i32>,
    /// `FullSnapshotSizeInBytes`: of all that it holds, whatever was moved for it.
    pub full_size: Option<i64>,
    /// `TagList`
    pub tags: Option<Tags>,
}

impl DbSnapshot {
    /// What its status allows.
    #[must_use]
    pub fn state(&self) -> SnapshotState {
        SnapshotState::of(self.status.as_deref())
    }

    /// Its status in AWS's word, or that AWS gave none.
    #[must_use]
    pub fn status_word(&self) -> &str {
        self.status.as_deref().unwrap_or("(no status)")
    }
}
