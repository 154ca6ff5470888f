//! The mutating calls: one function each, one attempt each, nothing added that the call doesn't hold.

use aws_sdk_rds::{
    config::{Builder, retry::RetryConfig},
    error::SdkError,
    operation::{
        RequestId, modify_db_instance::builders::ModifyDBInstanceFluentBuilder,
        restore_db_instance_from_db_snapshot::builders::RestoreDBInstanceFromDBSnapshotFluentBuilder,
    },
    types::{CloudwatchLogsExportConfiguration, DatabaseInsightsMode, DbInstance, ProcessorFeature, Tag},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Aws, CallError};
use crate::model::{Call, Outcome, Setting, SettingValues, Tags, Value};

impl Aws {
    /// Carries out one call, once, and says what became of it.
    pub async fn act(&self, call: &Call) -> Outcome {
        let result = match call {
            Call::CreateDBSnapshot { instance, snapshot, tags, .. } => {
                self.create_snapshot(instance, snapshot, tags).await
            }
            Call::CopyDBSnapshot { source, target, kms_key_id, tags } => {
                self.copy_snapshot(source, target, kms_key_id, tags).await
            }
            Call::RestoreDBInstanceFromDBSnapshot { snapshot, target, settings } => {
                self.restore_instance(snapshot, target, settings).await
            }
            Call::ModifyDBInstance { instance, settings, .. } => self.modify_instance(instance, settings).await,
            Call::RebootDBInstance { instance, .. } => self.reboot_instance(instance).await,
            Call::DeleteDBInstance { instance, .. } => self.delete_instance(instance).await,
            Call::DeleteDBSnapshot { snapshot, .. } => self.delete_snapshot(snapshot).await,
        };
        result.unwrap_or_else(CallError::into_outcome)
    }

    async fn create_snapshot(&self, instance: &str, snapshot: &str, tags: &Tags) -> Result<Outcome, CallError> {
        let call = self
            .rds
            .create_db_snapshot()
            .db_instance_identifier(instance)
            .db_snapshot_identifier(snapshot)
            .set_tags(Some(tag_list(tags)));
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |_| None)
    }

    async fn copy_snapshot(&self, source: &str, target: &str, key: &str, tags: &Tags) -> Result<Outcome, CallError> {
        let call = self
            .rds
            .copy_db_snapshot()
            .source_db_snapshot_identifier(source)
            .target_db_snapshot_identifier(target)
            .kms_key_id(key)
            .set_tags(Some(tag_list(tags)));
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |_| None)
    }

    async fn restore_instance(
        &self,
        snapshot: &str,
        target: &str,
        settings: &SettingValues,
    ) -> Result<Outcome, CallError> {
        let mut call = self
            .rds
            .restore_db_instance_from_db_snapshot()
            .db_snapshot_identifier(snapshot)
            .db_instance_identifier(target);
        for (setting, value) in settings {
            call = restore_with(call, *setting, value)?;
        }
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn modify_instance(&self, instance: &str, settings: &SettingValues) -> Result<Outcome, CallError> {
        let mut call = self.rds.modify_db_instance().db_instance_identifier(instance).apply_immediately(true);
        for (setting, value) in settings {
            call = modify_with(call, *setting, value)?;
        }
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn reboot_instance(&self, instance: &str) -> Result<Outcome, CallError> {
        let call = self.rds.reboot_db_instance().db_instance_identifier(instance);
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn delete_instance(&self, instance: &str) -> Result<Outcome, CallError> {
        let call = self
            .rds
            .delete_db_instance()
            .db_instance_identifier(instance)
            .skip_final_snapshot(true)
            .delete_automated_backups(true);
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |answer| resource_id(answer.db_instance.as_ref()))
    }

    async fn delete_snapshot(&self, snapshot: &str) -> Result<Outcome, CallError> {
        let call = self.rds.delete_db_snapshot().db_snapshot_identifier(snapshot);
        let answer = call.customize().config_override(once()).send().await;
        accepted(answer, |_| None)
    }
}

/// One attempt: whether to ask again is the engine's to decide, after a look.
fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

fn accepted<T: RequestId, E>(
    answer: Result<T, SdkError<E, HttpResponse>>,
    resource_id: impl FnOnce(&T) -> Option<String>,
) -> Result<Outcome, CallError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let answer = answer.map_err(|error| CallError::of(&error))?;
    Ok(Outcome::Accepted { request_id: answer.request_id().map(str::to_owned), resource_id: resource_id(&answer) })
}

fn resource_id(instance: Option<&DbInstance>) -> Option<String> {
    instance.and_then(|instance| instance.dbi_resource_id.clone())
}

type Restore = RestoreDBInstanceFromDBSnapshotFluentBuilder;

fn restore_with(call: Restore, setting: Setting, value: &Value) -> Result<Restore, CallError> {
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
        (Setting::ProcessorFeatures, Value::Tags(features)) => call.set_processor_features(Some(processor(features))),
        _ => return Err(not_a_parameter("RestoreDBInstanceFromDBSnapshot", setting, value)),
    })
}

fn modify_with(
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

fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
