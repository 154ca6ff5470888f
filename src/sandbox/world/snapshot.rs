//! A DB snapshot: what AWS shows of it, and when it began and ends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Tag;

/// A snapshot's row, in AWS's own member names; what the sandbox has no rule about is carried as it is.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SnapshotRow {
    #[serde(rename = "DBSnapshotIdentifier")]
    pub(crate) name: String,
    #[serde(rename = "DBInstanceIdentifier")]
    pub(crate) instance_name: String,
    #[serde(rename = "DbiResourceId")]
    pub(crate) resource_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot_create_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) original_snapshot_create_time: Option<Timestamp>,
    pub(crate) engine: String,
    pub(crate) engine_version: String,
    pub(crate) allocated_storage: i64,
    pub(crate) status: String,
    pub(crate) port: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) availability_zone: Option<String>,
    pub(crate) vpc_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance_create_time: Option<Timestamp>,
    pub(crate) master_username: String,
    pub(crate) license_model: String,
    pub(crate) snapshot_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iops: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_throughput: Option<i64>,
    pub(crate) option_group_name: String,
    pub(crate) storage_type: String,
    pub(crate) encrypted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_encryption_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled", default)]
    pub(crate) iam_authentication: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_region: Option<String>,
    #[serde(rename = "SourceDBSnapshotIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
    #[serde(default)]
    pub(crate) snapshot_target: String,
    #[serde(default)]
    pub(crate) dedicated_log_volume: bool,
    #[serde(default)]
    pub(crate) tag_list: Vec<Tag>,
}

/// What an instance had when the snapshot was taken; AWS doesn't show it, but a restore comes back with it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Inside {
    pub(crate) class: String,
    pub(crate) retention: i64,
    pub(crate) db_name: Option<String>,
    pub(crate) backup_window: String,
    pub(crate) publicly_accessible: bool,
    pub(crate) auto_minor_version_upgrade: bool,
    pub(crate) copy_tags: bool,
    /// The instance's tags (`R-REST-9`).
    pub(crate) tags: Vec<Tag>,
    pub(crate) character_set: Option<String>,
}

/// A snapshot with what its row doesn't say.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) row: SnapshotRow,
    pub(crate) inside: Inside,
    /// Between these times the percentage grows.
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
    /// True for a copy, which queues behind other copies of the same instance.
    pub(crate) copy: bool,
    /// Accounts that may restore it, or `all`.
    pub(crate) shared_with: Vec<String>,
}

impl Snapshot {
    /// The percentage that has been transferred; a pure function of the snapshot and the time (`R-SNAP-3`).
    pub(crate) fn percent(&self, now: Timestamp) -> i64 {
        if self.row.status == "available" {
            return 100;
        }
        let whole = self.ends.as_second() - self.begins.as_second();
        let done = now.as_second() - self.begins.as_second();
        if whole <= 0 { 0 } else { (done * 100 / whole).clamp(0, 99) }
    }

    pub(crate) fn is_available(&self) -> bool {
        self.row.status == "available"
    }

    pub(crate) fn is_manual(&self) -> bool {
        self.row.snapshot_type == "manual"
    }
}
