//! A DB snapshot: what AWS shows of it, and when it began and ends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Tag;
use super::frozen::Frozen;
use super::instance::{Role, Secret};
use super::settings::{DomainMembership, ProcessorFeature};
use super::shared::Shared;
use super::table::{Index, Row};

/// A snapshot's row, in AWS's own member names; what the sandbox has no rule about is carried as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SnapshotRow {
    #[serde(rename = "DBSnapshotIdentifier")]
    pub(crate) name: String,
    #[serde(rename = "DBInstanceIdentifier")]
    pub(crate) instance_name: String,
    #[serde(rename = "DbiResourceId")]
    pub(crate) resource_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot_create_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_snapshot_create_time: Option<Timestamp>,
    pub(crate) engine: String,
    pub(crate) engine_version: String,
    pub(crate) allocated_storage: i64,
    pub(crate) status: String,
    pub(crate) port: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) availability_zone: Option<String>,
    pub(crate) vpc_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance_create_time: Option<Timestamp>,
    pub(crate) master_username: String,
    pub(crate) license_model: String,
    pub(crate) snapshot_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iops: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_throughput: Option<i64>,
    pub(crate) option_group_name: String,
    pub(crate) storage_type: String,
    pub(crate) encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_encryption_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    pub(crate) iam_authentication: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_region: Option<String>,
    #[serde(rename = "SourceDBSnapshotIdentifier", skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
    pub(crate) snapshot_target: String,
    pub(crate) dedicated_log_volume: bool,
    #[serde(rename = "DBSystemId", skip_serializing_if = "Option::is_none")]
    pub(crate) system_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multi_tenant: Option<bool>,
    pub(crate) processor_features: Vec<ProcessorFeature>,
    pub(crate) tag_list: Vec<Tag>,
}

/// What an instance had when the snapshot was taken; AWS doesn't show it, but a restore comes back with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
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
    #[serde(default)]
    pub(crate) national_character_set: Option<String>,
    /// The rest of the row; only worlds without some rule restore it.
    #[serde(default)]
    pub(crate) forgotten: Forgotten,
}

/// What an instance had and a restore doesn't bring back.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Forgotten {
    /// Roles (`R-ROLE-5`).
    pub(crate) roles: Vec<Role>,
    /// The secret of a managed master password (`R-SECRET-3`).
    pub(crate) secret: Option<Secret>,
    /// Directories (`R-DOM-6`).
    pub(crate) domains: Vec<DomainMembership>,
    /// The activity stream (`R-STREAM-3`).
    pub(crate) stream: Map<String, Value>,
    /// The network (`R-NET-2`).
    pub(crate) network_type: Option<String>,
}

/// A snapshot with what its row doesn't say.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) row: SnapshotRow,
    pub(crate) inside: Shared<Inside>,
    /// Between these times the percentage grows.
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
    /// True for a copy, which queues behind other copies of the same instance.
    pub(crate) copy: bool,
    /// The snapshot of this Region that it is a copy of (`R-SNAP-11`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copied_from: Option<String>,
    /// Accounts that may restore it, or `all`.
    pub(crate) shared_with: Vec<String>,
    /// The head of its ARN in the account that it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known_as: Option<String>,
    /// The row as a file had it, shown until the snapshot is acted on (`R-WORLD-2`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) frozen: Option<Frozen>,
}

impl Row for Snapshot {
    fn keys(&self) -> Vec<(Index, String)> {
        let row = &self.row;
        let mut keys = vec![
            (Index::Name, row.name.to_ascii_lowercase()),
            (Index::Id, row.resource_id.clone()),
            (Index::InstanceName, row.instance_name.to_ascii_lowercase()),
        ];
        if !row.option_group_name.starts_with("default:") {
            keys.push((Index::OptionGroup, row.option_group_name.to_ascii_lowercase()));
        }
        if self.copy && !self.is_available() {
            keys.push((Index::CopyOf, row.resource_id.clone()));
            keys.push((Index::Running, if row.source_region.is_some() { "across" } else { "inside" }.to_owned()));
        }
        keys.extend(self.copied_from.iter().filter(|_| !self.is_available()).map(|from| (Index::MadeOf, from.clone())));
        keys
    }

    /// One, where it counts as a manual snapshot.
    fn weight(&self) -> i64 {
        i64::from(self.is_manual())
    }
}

impl Snapshot {
    pub(crate) fn arn(&self, region: &str) -> String {
        match &self.known_as {
            Some(head) => format!("{head}:snapshot:{}", self.row.name),
            None => crate::sandbox::rds::work::snapshot_arn(region, &self.row.name),
        }
    }

    /// The percentage that has been transferred; a pure function of the snapshot and the time (`R-SNAP-3`).
    pub(crate) fn percent(&self, now: Timestamp) -> i64 {
        // Its data is all there while the version is upgraded.
        if matches!(self.row.status.as_str(), "available" | "upgrading") {
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
