//! The table itself: one row a setting.

use super::{
    Row,
    values::{
        flag, insights_key, insights_retention, log_exports, number, option_group, parameter_group, processor_features,
        provisioned, security_groups, subnet_group, tags, text,
    },
    ways::{
        at_restore, autoscaling, backups, certificate, comes_along, custom_group, iam_authentication, insights,
        license, lifecycle, log_exports_carried, minor_upgrades, monitoring, network, port, private, processor,
        protection, security_groups_carried, standby, storage, where_on, window,
    },
};
use crate::model::Setting;

/// Every setting that is carried, in the order in which people are shown them.
pub const TABLE: [Row; 39] = [
    Row { setting: Setting::EngineVersion, read: |db| text(db.engine_version.as_ref()), carry: comes_along },
    Row { setting: Setting::MasterUsername, read: |db| text(db.master_username.as_ref()), carry: comes_along },
    Row { setting: Setting::LicenseModel, read: |db| text(db.license_model.as_ref()), carry: license },
    Row { setting: Setting::AllocatedStorage, read: |db| number(db.allocated_storage), carry: comes_along },
    Row { setting: Setting::DBName, read: |db| text(db.db_name.as_ref()), carry: comes_along },
    Row { setting: Setting::CharacterSetName, read: |db| text(db.character_set_name.as_ref()), carry: comes_along },
    Row { setting: Setting::Timezone, read: |db| text(db.timezone.as_ref()), carry: comes_along },
    Row { setting: Setting::DBInstanceClass, read: |db| text(db.class.as_ref()), carry: at_restore },
    Row { setting: Setting::Port, read: |db| number(db.endpoint_port), carry: port },
    Row { setting: Setting::DBSubnetGroupName, read: subnet_group, carry: at_restore },
    Row { setting: Setting::VpcSecurityGroupIds, read: security_groups, carry: security_groups_carried },
    Row { setting: Setting::PubliclyAccessible, read: |db| flag(db.publicly_accessible), carry: private },
    Row { setting: Setting::StorageType, read: |db| text(db.storage_type.as_ref()), carry: storage },
    Row { setting: Setting::Iops, read: |db| provisioned(db, db.iops), carry: storage },
    Row { setting: Setting::StorageThroughput, read: |db| provisioned(db, db.storage_throughput), carry: storage },
    Row { setting: Setting::MultiAZ, read: |db| flag(db.multi_az), carry: standby },
    Row { setting: Setting::DBParameterGroupName, read: parameter_group, carry: custom_group },
    Row { setting: Setting::OptionGroupName, read: option_group, carry: custom_group },
    Row { setting: Setting::CopyTagsToSnapshot, read: |db| flag(db.copy_tags_to_snapshot), carry: at_restore },
    Row { setting: Setting::Tags, read: tags, carry: at_restore },
    Row {
        setting: Setting::CACertificateIdentifier,
        read: |db| text(db.ca_certificate_identifier.as_ref()),
        carry: certificate,
    },
    Row { setting: Setting::NetworkType, read: |db| text(db.network_type.as_ref()), carry: network },
    Row { setting: Setting::DedicatedLogVolume, read: |db| flag(db.dedicated_log_volume), carry: where_on },
    Row { setting: Setting::ProcessorFeatures, read: processor_features, carry: processor },
    Row {
        setting: Setting::EngineLifecycleSupport,
        read: |db| text(db.engine_lifecycle_support.as_ref()),
        carry: lifecycle,
    },
    Row { setting: Setting::MonitoringInterval, read: |db| number(db.monitoring_interval), carry: monitoring },
    Row { setting: Setting::MonitoringRoleArn, read: |db| text(db.monitoring_role_arn.as_ref()), carry: monitoring },
    Row {
        setting: Setting::DatabaseInsightsMode,
        read: |db| text(db.database_insights_mode.as_ref()),
        carry: insights,
    },
    Row {
        setting: Setting::EnablePerformanceInsights,
        read: |db| flag(db.performance_insights_enabled),
        carry: insights,
    },
    Row { setting: Setting::PerformanceInsightsKMSKeyId, read: insights_key, carry: insights },
    Row { setting: Setting::PerformanceInsightsRetentionPeriod, read: insights_retention, carry: insights },
    Row { setting: Setting::EnableCloudwatchLogsExports, read: |db| Some(log_exports(db)), carry: log_exports_carried },
    Row {
        setting: Setting::EnableIAMDatabaseAuthentication,
        read: |db| flag(db.iam_database_authentication_enabled),
        carry: iam_authentication,
    },
    Row { setting: Setting::MaxAllocatedStorage, read: |db| number(db.max_allocated_storage), carry: autoscaling },
    Row {
        setting: Setting::PreferredBackupWindow,
        read: |db| text(db.preferred_backup_window.as_ref()),
        carry: window,
    },
    Row {
        setting: Setting::PreferredMaintenanceWindow,
        read: |db| text(db.preferred_maintenance_window.as_ref()),
        carry: window,
    },
    Row {
        setting: Setting::AutoMinorVersionUpgrade,
        read: |db| flag(db.auto_minor_version_upgrade),
        carry: minor_upgrades,
    },
    Row { setting: Setting::DeletionProtection, read: |db| flag(db.deletion_protection), carry: protection },
    Row { setting: Setting::BackupRetentionPeriod, read: |db| number(db.backup_retention_period), carry: backups },
];
