//! A DB instance as one answer of `DescribeDBInstances` showed it.

use super::{Attached, AwsTime, Encryption, EngineFamily, InstanceState, Tags, Verdict};

/// A DB instance, observed. A member that AWS left out is `None`; an empty list is an empty list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DbInstance {
    /// `DBInstanceIdentifier`: its name, which a rename changes.
    pub identifier: String,
    /// `DbiResourceId`: its identity, which nothing changes.
    pub resource_id: Option<String>,
    /// `DBInstanceArn`; carries the name, so a rename changes it too.
    pub arn: Option<String>,
    /// `DBInstanceStatus`, in AWS's word.
    pub status: Option<String>,
    /// `Engine`
    pub engine: Option<String>,
    /// `EngineVersion`
    pub engine_version: Option<String>,
    /// `DBInstanceClass`
    pub class: Option<String>,
    /// `AllocatedStorage`, in GiB.
    pub allocated_storage: Option<i32>,
    /// `StorageType`
    pub storage_type: Option<String>,
    /// `Iops`
    pub iops: Option<i32>,
    /// `StorageThroughput`, in MiB a second.
    pub storage_throughput: Option<i32>,
    /// What AWS said about encryption at rest.
    pub encryption: Encryption,
    /// `MultiAZ`
    pub multi_az: Option<bool>,
    /// `Endpoint.Address`; absent while it is made.
    pub endpoint_address: Option<String>,
    /// `Endpoint.Port`
    pub endpoint_port: Option<i32>,
    /// `DBSubnetGroup`
    pub subnet_group: Option<SubnetGroup>,
    /// `VpcSecurityGroups`: id and status of each.
    pub security_groups: Option<Vec<GroupMembership>>,
    /// `PubliclyAccessible`
    pub publicly_accessible: Option<bool>,
    /// `DBParameterGroups`: name and apply status of each.
    pub parameter_groups: Option<Vec<GroupMembership>>,
    /// `OptionGroupMemberships`: name and status of each.
    pub option_groups: Option<Vec<GroupMembership>>,
    /// `BackupRetentionPeriod`, in days; 0 is off.
    pub backup_retention_period: Option<i32>,
    /// `PreferredBackupWindow`, UTC.
    pub preferred_backup_window: Option<String>,
    /// `PreferredMaintenanceWindow`, UTC.
    pub preferred_maintenance_window: Option<String>,
    /// `AutoMinorVersionUpgrade`
    pub auto_minor_version_upgrade: Option<bool>,
    /// `DeletionProtection`
    pub deletion_protection: Option<bool>,
    /// `CopyTagsToSnapshot`
    pub copy_tags_to_snapshot: Option<bool>,
    /// `CACertificateIdentifier`: the authority of the server's certificate.
    pub ca_certificate_identifier: Option<String>,
    /// `MonitoringInterval`, in seconds; 0 is off.
    pub monitoring_interval: Option<i32>,
    /// `MonitoringRoleArn`
    pub monitoring_role_arn: Option<String>,
    /// `DatabaseInsightsMode`: `standard` or `advanced`.
    pub database_insights_mode: Option<String>,
    /// `PerformanceInsightsEnabled`
    pub performance_insights_enabled: Option<bool>,
    /// `PerformanceInsightsKMSKeyId`
    pub performance_insights_kms_key_id: Option<String>,
    /// `PerformanceInsightsRetentionPeriod`, in days.
    pub performance_insights_retention_period: Option<i32>,
    /// `EnabledCloudwatchLogsExports`; absent where no log is exported.
    pub enabled_cloudwatch_logs_exports: Option<Vec<String>>,
    /// `IAMDatabaseAuthenticationEnabled`
    pub iam_database_authentication_enabled: Option<bool>,
    /// `MaxAllocatedStorage`, in GiB; absent where storage doesn't grow by itself.
    pub max_allocated_storage: Option<i32>,
    /// `LicenseModel`
    pub license_model: Option<String>,
    /// `MasterUsername`
    pub master_username: Option<String>,
    /// `InstanceCreateTime`; absent right after a restore.
    pub instance_create_time: Option<AwsTime>,
    /// `TagList`
    pub tags: Option<Tags>,
    /// The members of `PendingModifiedValues` that hold something.
    pub pending_modified_values: Vec<String>,
    /// `DBClusterIdentifier`: it is a member of this cluster.
    pub cluster_identifier: Option<String>,
    /// `ReadReplicaSourceDBInstanceIdentifier` or `ReadReplicaSourceDBClusterIdentifier`.
    pub replica_source: Option<String>,
    /// `ReadReplicaDBInstanceIdentifiers`
    pub replicas: Option<Vec<String>>,
    /// `StorageOperationStatus`: `Initializing` or `Optimizing`, while active.
    pub storage_operation_status: Option<String>,
    /// `StorageOperationPercentProgress`
    pub storage_operation_percent_progress: Option<i32>,
    /// `AvailabilityZone`
    pub availability_zone: Option<String>,
    /// `NetworkType`: `IPV4` or `DUAL`.
    pub network_type: Option<String>,
    /// `DedicatedLogVolume`
    pub dedicated_log_volume: Option<bool>,
    /// `EngineLifecycleSupport`: whether it is enrolled in Extended Support.
    pub engine_lifecycle_support: Option<String>,
    /// `ProcessorFeatures`, by name; only those that aren't the class's own.
    pub processor_features: Tags,
    /// `DBName`
    pub db_name: Option<String>,
    /// `CharacterSetName`
    pub character_set_name: Option<String>,
    /// `Timezone`
    pub timezone: Option<String>,
    /// `NcharCharacterSetName`, of Oracle.
    pub nchar_character_set_name: Option<String>,
    /// `DBSystemId`: the Oracle system identifier.
    pub db_system_id: Option<String>,
    /// `MultiTenant`: whether an Oracle database is a container of others.
    pub multi_tenant: Option<bool>,
    /// What a restored copy doesn't have by itself.
    pub attached: Attached,
}

/// A group that an instance belongs to, and how far that is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMembership {
    /// Name, or id for a security group.
    pub name: String,
    /// AWS's word: `active`, `in-sync`, `pending-reboot`, `applying` and others.
    pub status: Option<String>,
}

/// A DB subnet group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubnetGroup {
    /// `DBSubnetGroupName`
    pub name: Option<String>,
    /// `VpcId`
    pub vpc_id: Option<String>,
}

impl DbInstance {
    /// What its status allows.
    #[must_use]
    pub fn state(&self) -> InstanceState {
        InstanceState::of(self.status.as_deref())
    }

    /// Its status in AWS's word, or that AWS gave none.
    #[must_use]
    pub fn status_word(&self) -> &str {
        self.status.as_deref().unwrap_or("(no status)")
    }

    /// Whether it is a single instance of an engine on the list, and not encrypted as far as AWS says.
    #[must_use]
    pub fn can_be_encrypted(&self) -> bool {
        let is_single = self.cluster_identifier.is_none() && self.replica_source.is_none();
        let is_plain = matches!(self.encryption.verdict(), Verdict::NotEncrypted | Verdict::Unknown);
        self.family().is_some() && is_single && is_plain
    }

    /// Whether it says no to Extended Support: AWS then upgrades its major version when standard support has ended.
    #[must_use]
    pub fn leaves_extended_support(&self) -> bool {
        self.engine_lifecycle_support.as_deref() == Some("open-source-rds-extended-support-disabled")
    }

    /// Its engine's family, if that is on the list.
    #[must_use]
    pub fn family(&self) -> Option<EngineFamily> {
        self.engine.as_deref().and_then(EngineFamily::of)
    }
}
