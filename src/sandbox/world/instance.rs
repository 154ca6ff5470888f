//! A DB instance: what AWS shows of it, and the changes that can be made to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Tag;
use super::frozen::Frozen;
use super::settings::{DomainMembership, ProcessorFeature};
use super::table::{Index, Row, moment};
use super::waiting::Waiting;

/// An instance's row, in AWS's own member names, so that rows of a real account can be read as they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct InstanceRow {
    #[serde(rename = "DBInstanceIdentifier")]
    pub(crate) name: String,
    #[serde(rename = "DBInstanceClass")]
    pub(crate) class: String,
    pub(crate) engine: String,
    pub(crate) engine_version: String,
    #[serde(rename = "DBInstanceStatus")]
    pub(crate) status: String,
    pub(crate) master_username: String,
    #[serde(rename = "DBName", skip_serializing_if = "Option::is_none")]
    pub(crate) db_name: Option<String>,
    pub(crate) allocated_storage: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance_create_time: Option<Timestamp>,
    pub(crate) preferred_backup_window: String,
    pub(crate) preferred_maintenance_window: String,
    pub(crate) backup_retention_period: i64,
    pub(crate) vpc_security_groups: Vec<SecurityGroup>,
    #[serde(rename = "DBParameterGroups")]
    pub(crate) parameter_groups: Vec<ParameterGroupStatus>,
    #[serde(rename = "OptionGroupMemberships")]
    pub(crate) option_groups: Vec<OptionGroupMembership>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) availability_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secondary_availability_zone: Option<String>,
    #[serde(rename = "MultiAZ")]
    pub(crate) multi_az: bool,
    pub(crate) auto_minor_version_upgrade: bool,
    #[serde(rename = "ReadReplicaSourceDBInstanceIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub(crate) replica_of: Option<String>,
    #[serde(rename = "ReadReplicaDBInstanceIdentifiers")]
    pub(crate) replicas: Vec<String>,
    pub(crate) license_model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iops: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_throughput: Option<i64>,
    pub(crate) publicly_accessible: bool,
    pub(crate) storage_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_encryption_type: Option<String>,
    pub(crate) storage_encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    #[serde(rename = "DbiResourceId")]
    pub(crate) resource_id: String,
    #[serde(rename = "CACertificateIdentifier")]
    pub(crate) ca_certificate_identifier: String,
    pub(crate) copy_tags_to_snapshot: bool,
    pub(crate) monitoring_interval: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) monitoring_role_arn: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    pub(crate) iam_authentication: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_insights_mode: Option<String>,
    pub(crate) performance_insights_enabled: bool,
    #[serde(rename = "PerformanceInsightsKMSKeyId", default, skip_serializing_if = "Option::is_none")]
    pub(crate) performance_insights_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) performance_insights_retention_period: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) enabled_cloudwatch_logs_exports: Vec<String>,
    pub(crate) deletion_protection: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_allocated_storage: Option<i64>,
    pub(crate) tag_list: Vec<Tag>,
    #[serde(rename = "DBClusterIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promotion_tier: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup_target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) engine_lifecycle_support: Option<String>,
    pub(crate) dedicated_log_volume: bool,
    #[serde(rename = "DBSystemId", skip_serializing_if = "Option::is_none")]
    pub(crate) system_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) character_set_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nchar_character_set_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) master_user_secret: Option<Secret>,
    pub(crate) associated_roles: Vec<Role>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) processor_features: Vec<ProcessorFeature>,
    pub(crate) domain_memberships: Vec<DomainMembership>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multi_tenant: Option<bool>,
    /// Members that the sandbox has no rule about.
    #[serde(flatten)]
    pub(crate) others: Map<String, Value>,
}

/// A security group and AWS's word on it: `active`, `adding`, `removing`.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SecurityGroup {
    pub(crate) vpc_security_group_id: String,
    pub(crate) status: String,
}

/// A parameter group and how far it is applied.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct ParameterGroupStatus {
    #[serde(rename = "DBParameterGroupName")]
    pub(crate) name: String,
    #[serde(rename = "ParameterApplyStatus")]
    pub(crate) status: String,
}

/// An option group and how far it is applied.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct OptionGroupMembership {
    #[serde(rename = "OptionGroupName")]
    pub(crate) name: String,
    #[serde(rename = "Status")]
    pub(crate) status: String,
}

/// A role that the instance may take for a feature, and AWS's word on it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Role {
    #[serde(rename = "RoleArn")]
    pub(crate) arn: String,
    #[serde(rename = "FeatureName")]
    pub(crate) feature: String,
    #[serde(rename = "Status")]
    pub(crate) status: String,
}

/// The secret of a master password that RDS manages.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Secret {
    #[serde(rename = "SecretArn")]
    pub(crate) arn: String,
    #[serde(rename = "SecretStatus")]
    pub(crate) status: String,
    #[serde(rename = "KmsKeyId", default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
}

/// An instance with what its row doesn't say.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Instance {
    pub(crate) row: InstanceRow,
    pub(crate) port: i64,
    pub(crate) subnet_group: Option<String>,
    /// The zone that was asked for; shown once the instance is up.
    pub(crate) asked_zone: Option<String>,
    /// True once the instance can be reached; before, AWS shows no endpoint (`R-REST-2`).
    pub(crate) up: bool,
    /// The row as a file had it, shown until the instance is acted on (`R-WORLD-2`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) frozen: Option<Frozen>,
    /// The head of its ARN in the account that it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known_as: Option<String>,
    /// What shows as pending.
    pub(crate) pending: Waiting,
    /// What waits for the maintenance window, and when that opens (`R-MOD-3`).
    pub(crate) queued: Waiting,
    pub(crate) window_opens: Option<Timestamp>,
    /// When the last planned change of status is due; a further change begins no earlier.
    pub(crate) busy_until: Option<Timestamp>,
    /// An operation on the volume: its word, its beginning and its end.
    pub(crate) storage_operation: Option<StorageOperation>,
    /// When the backup window was last looked at (`R-SNAP-8`).
    pub(crate) backed_up: Option<Timestamp>,
    /// When RDS starts a stopped instance by itself.
    pub(crate) starts_itself: Option<Timestamp>,
    /// The engine version to which RDS upgrades in the first maintenance window after a time (`R-REST-10`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due_upgrade: Option<(String, Timestamp)>,
    /// Tags of its automated backup (`R-TAG-5`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) backup_tags: Vec<Tag>,
    /// The snapshot that it was restored from (`R-SNAP-11`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) restored_from: Option<String>,
}

/// A volume being initialized or optimized.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct StorageOperation {
    pub(crate) status: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Row for Instance {
    fn keys(&self) -> Vec<(Index, String)> {
        let row = &self.row;
        let mut keys = vec![(Index::Name, row.name.to_ascii_lowercase()), (Index::Id, row.resource_id.clone())];
        let groups = row.option_groups.iter().filter(|group| !group.name.starts_with("default:"));
        keys.extend(groups.map(|group| (Index::OptionGroup, group.name.to_ascii_lowercase())));
        keys.extend(row.replica_of.iter().chain(&row.replicas).map(|name| (Index::Replica, name.clone())));
        if let Some(group) = &self.subnet_group {
            let first = row.availability_zone.as_ref().or(self.asked_zone.as_ref());
            let second = row.multi_az.then_some(row.secondary_availability_zone.as_ref());
            for zone in [Some(first), second].into_iter().flatten() {
                keys.push((Index::Place, place(group, zone.map_or("", String::as_str))));
            }
        }
        if !self.queued.is_empty() || self.due_upgrade.is_some() {
            keys.push((Index::Waits, String::new()));
        }
        keys.extend(self.storage_operation.iter().map(|operation| (Index::StorageEnds, moment(operation.until))));
        keys.extend(self.restored_from.iter().filter(|_| !self.up).map(|from| (Index::MadeOf, from.clone())));
        keys
    }

    /// Storage; Aurora's isn't counted.
    fn weight(&self) -> i64 {
        if self.row.engine.starts_with("aurora") { 0 } else { self.row.allocated_storage }
    }
}

/// The key of an address in a zone of a subnet group.
pub(crate) fn place(group: &str, zone: &str) -> String {
    format!("{group}/{zone}")
}

impl Instance {
    pub(crate) fn arn(&self, region: &str) -> String {
        match &self.known_as {
            Some(head) => format!("{head}:db:{}", self.row.name),
            None => format!("arn:aws:rds:{region}:{}:db:{}", crate::sandbox::ACCOUNT, self.row.name),
        }
    }

    /// The status that AWS shows: an instance that is up and whose volume is being optimized says so.
    pub(crate) fn status(&self) -> &str {
        let optimizing = self.storage_operation.as_ref().is_some_and(|operation| operation.status == "Optimizing");
        if optimizing && self.row.status == "available" { "storage-optimization" } else { &self.row.status }
    }

    /// True where most calls are accepted (`R-INST-5`).
    pub(crate) fn is_usable(&self) -> bool {
        matches!(self.row.status.as_str(), "available" | "storage-optimization")
    }
}
