//! The parameters that settings go by in the calls that carry them.

use aws_sdk_rds::{
    operation::{
        modify_db_instance::builders::ModifyDBInstanceFluentBuilder,
        restore_db_instance_from_db_snapshot::builders::RestoreDBInstanceFromDBSnapshotFluentBuilder,
    },
    types::{CloudwatchLogsExportConfiguration, DatabaseInsightsMode, ProcessorFeature, Tag},
};

use super::CallError;
use crate::model::{Setting, Tags, Value};

/// The restore call.
type Restore = RestoreDBInstanceFromDBSnapshotFluentBuilder;

pub(super) fn restore_with(call: Restore, setting: Setting, value: &Value) -> Result<Restore, CallError> {
    Ok(match (setting, value) {
        (Setting::DBInstanceClass, Value::Text(text)) => call.db_instance_class(text),
        (Setting::Port, Value::Number(number)) => call.port(int(setting, *number)?),
        (Setting::DBSubnetGroupName, Value::Text(text)) => call.db_subnet_group_name(text),
        (Setting::VpcSecurityGroupIds, Value::List(ids)) => call.set_vpc_security_group_ids(Some(ids.clone())),
        (Setting::PubliclyAccessible, Value::Flag(on)) => call.publicly_accessible(*on),
        (Setting::StorageType, Value::Text(text)) => call.storage_type(text),
        (Setting::Iops, Value::Number(number)) => call.iops(int(setting, *number)?),
        (Setting::StorageThroughput, Value::Number(number)) => call.storage_throughput(int(setting, *number)?),
        (Setting::MultiAZ, Value::Flag(on)) => call.multi_az(*on),
        (Setting::DBParameterGroupName, Value::Text(text)) => call.db_parameter_group_name(text),
        (Setting::OptionGroupName, Value::Text(text)) => call.option_group_name(text),
        (Setting::CopyTagsToSnapshot, Value::Flag(on)) => call.copy_tags_to_snapshot(*on),
        (Setting::CACertificateIdentifier, Value::Text(text)) => call.ca_certificate_identifier(text),
        (Setting::Tags, Value::Tags(tags)) => call.set_tags(Some(tag_list(tags))),
        (Setting::AutoMinorVersionUpgrade, Value::Flag(on)) => call.auto_minor_version_upgrade(*on),
        (Setting::BackupRetentionPeriod, Value::Number(number)) => call.backup_retention_period(int(setting, *number)?),
        (Setting::LicenseModel, Value::Text(text)) => call.license_model(text),
        (Setting::NetworkType, Value::Text(text)) => call.network_type(text),
        (Setting::DedicatedLogVolume, Value::Flag(on)) => call.dedicated_log_volume(*on),
        (Setting::EngineLifecycleSupport, Value::Text(text)) => call.engine_lifecycle_support(text),
        // Of Oracle only (R-SECRET-2).
        (Setting::ManageMasterUserPassword, Value::Flag(on)) => call.manage_master_user_password(*on),
        (Setting::MasterUserSecretKmsKeyId, Value::Text(text)) => call.master_user_secret_kms_key_id(text),
        (Setting::ProcessorFeatures, Value::Tags(features)) => call.set_processor_features(Some(processor(features))),
        _ => return Err(not_a_parameter("RestoreDBInstanceFromDBSnapshot", setting, value)),
    })
}

pub(super) fn modify_with(
    call: ModifyDBInstanceFluentBuilder,
    setting: Setting,
    value: &Value,
) -> Result<ModifyDBInstanceFluentBuilder, CallError> {
    Ok(match (setting, value) {
        (Setting::VpcSecurityGroupIds, Value::List(ids)) => call.set_vpc_security_group_ids(Some(ids.clone())),
        (Setting::StorageType, Value::Text(text)) => call.storage_type(text),
        (Setting::Iops, Value::Number(number)) => call.iops(int(setting, *number)?),
        (Setting::StorageThroughput, Value::Number(number)) => call.storage_throughput(int(setting, *number)?),
        (Setting::MultiAZ, Value::Flag(on)) => call.multi_az(*on),
        (Setting::MonitoringInterval, Value::Number(number)) => call.monitoring_interval(int(setting, *number)?),
        (Setting::MonitoringRoleArn, Value::Text(text)) => call.monitoring_role_arn(text),
        (Setting::DatabaseInsightsMode, Value::Text(text)) => {
            call.database_insights_mode(DatabaseInsightsMode::from(text.as_str()))
        }
        (Setting::EnablePerformanceInsights, Value::Flag(on)) => call.enable_performance_insights(*on),
        (Setting::PerformanceInsightsKMSKeyId, Value::Text(text)) => call.performance_insights_kms_key_id(text),
        (Setting::PerformanceInsightsRetentionPeriod, Value::Number(number)) => {
            call.performance_insights_retention_period(int(setting, *number)?)
        }
        (Setting::EnableCloudwatchLogsExports, Value::List(logs)) => {
            let logs = CloudwatchLogsExportConfiguration::builder().set_enable_log_types(Some(logs.clone())).build();
            call.cloudwatch_logs_export_configuration(logs)
        }
        (Setting::EnableIAMDatabaseAuthentication, Value::Flag(on)) => call.enable_iam_database_authentication(*on),
        (Setting::MaxAllocatedStorage, Value::Number(number)) => call.max_allocated_storage(int(setting, *number)?),
        (Setting::PreferredBackupWindow, Value::Text(text)) => call.preferred_backup_window(text),
        (Setting::PreferredMaintenanceWindow, Value::Text(text)) => call.preferred_maintenance_window(text),
        (Setting::EngineLifecycleSupport, Value::Text(text)) => call.engine_lifecycle_support(text),
        (Setting::AutoMinorVersionUpgrade, Value::Flag(on)) => call.auto_minor_version_upgrade(*on),
        (Setting::DeletionProtection, Value::Flag(on)) => call.deletion_protection(*on),
        (Setting::BackupRetentionPeriod, Value::Number(number)) => call.backup_retention_period(int(setting, *number)?),
        (Setting::Domain, Value::Text(text)) => call.domain(text),
        (Setting::DomainIAMRoleName, Value::Text(text)) => call.domain_iam_role_name(text),
        (Setting::DomainFqdn, Value::Text(text)) => call.domain_fqdn(text),
        (Setting::DomainOu, Value::Text(text)) => call.domain_ou(text),
        (Setting::DomainAuthSecretArn, Value::Text(text)) => call.domain_auth_secret_arn(text),
        (Setting::DomainDnsIps, Value::List(addresses)) => call.set_domain_dns_ips(Some(addresses.clone())),
        (Setting::ManageMasterUserPassword, Value::Flag(on)) => call.manage_master_user_password(*on),
        (Setting::MasterUserSecretKmsKeyId, Value::Text(text)) => call.master_user_secret_kms_key_id(text),
        _ => return Err(not_a_parameter("ModifyDBInstance", setting, value)),
    })
}

fn int(setting: Setting, number: i64) -> Result<i32, CallError> {
    i32::try_from(number).map_err(|_| not_a_parameter("the call", setting, &Value::Number(number)))
}

/// The plan asks for what this call can't carry: nothing is sent, and the reason is shown.
fn not_a_parameter(action: &str, setting: Setting, value: &Value) -> CallError {
    CallError::Refused {
        code: "NotSent".into(),
        message: format!("{action} takes no {setting}={value}; this is our fault, and nothing was sent"),
        request_id: None,
    }
}

fn processor(features: &Tags) -> Vec<ProcessorFeature> {
    features.iter().map(|(name, value)| ProcessorFeature::builder().name(name).value(value).build()).collect()
}

pub(super) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
