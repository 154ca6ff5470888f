//! AWS's answers, read into the model. What AWS left out stays out.

use aws_sdk_rds::types;
use aws_smithy_types::DateTime;

use super::{Aws, CallError, ReadError, attached};
use crate::model::{
    AwsTime, DbInstance, DbSnapshot, Encryption, GroupMembership, StorageEncryptionType, SubnetGroup, Tags,
};

const INSTANCES: &str = "rds:DescribeDBInstances";
const SNAPSHOTS: &str = "rds:DescribeDBSnapshots";

/// AWS takes 20 to 100.
pub(super) const PAGE: i32 = 100;

impl Aws {
    /// Reads the instances that have these names; those that don't exist are left out.
    pub async fn instances(&self, names: &[&str]) -> Result<Vec<DbInstance>, ReadError> {
        self.filtered_instances("db-instance-id", names).await
    }

    /// Reads the instance with this resource id, if there is one.
    pub async fn instance_by_resource_id(&self, resource_id: &str) -> Result<Option<DbInstance>, ReadError> {
        let found = self.filtered_instances("dbi-resource-id", &[resource_id]).await?;
        Ok(found.into_iter().find(|instance| instance.resource_id.as_deref() == Some(resource_id)))
    }

    /// Reads all instances of the account and Region.
    pub async fn all_instances(&self) -> Result<Vec<DbInstance>, ReadError> {
        self.pages_of_instances(None).await
    }

    async fn filtered_instances(&self, filter: &str, values: &[&str]) -> Result<Vec<DbInstance>, ReadError> {
        self.pages_of_instances(Some(self::filter(filter, values))).await
    }

    async fn pages_of_instances(&self, filter: Option<types::Filter>) -> Result<Vec<DbInstance>, ReadError> {
        let mut pages = self
            .rds
            .describe_db_instances()
            .set_filters(filter.map(|filter| vec![filter]))
            .max_records(PAGE)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: INSTANCES, error: CallError::of(&error) })?;
            found.extend(page.db_instances.unwrap_or_default().iter().map(instance));
        }
        Ok(found)
    }

    /// Reads the manual snapshots that have these names; those that don't exist are left out.
    pub async fn snapshots(&self, names: &[&str]) -> Result<Vec<DbSnapshot>, ReadError> {
        self.filtered_snapshots(None, filter("db-snapshot-id", names)).await
    }

    /// Reads the manual snapshots of the database with this resource id, copies among them.
    pub async fn snapshots_of(&self, resource_id: &str) -> Result<Vec<DbSnapshot>, ReadError> {
        self.filtered_snapshots(None, filter("dbi-resource-id", &[resource_id])).await
    }

    /// Reads the automated snapshots of the database with this resource id.
    pub async fn automated_snapshots_of(&self, resource_id: &str) -> Result<Vec<DbSnapshot>, ReadError> {
        self.filtered_snapshots(Some("automated"), filter("dbi-resource-id", &[resource_id])).await
    }

    async fn filtered_snapshots(
        &self,
        kind: Option<&str>,
        filter: types::Filter,
    ) -> Result<Vec<DbSnapshot>, ReadError> {
        let call = self.rds.describe_db_snapshots().set_snapshot_type(kind.map(str::to_owned));
        let mut pages = call.filters(filter).max_records(PAGE).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: SNAPSHOTS, error: CallError::of(&error) })?;
            found.extend(page.db_snapshots.unwrap_or_default().iter().map(snapshot));
        }
        Ok(found)
    }
}

pub(super) fn filter(name: &str, values: &[&str]) -> types::Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    types::Filter::builder().name(name).set_values(Some(values)).build()
}

/// Reads one row of `DescribeDBInstances`, or the instance in another call's answer.
pub(super) fn instance(row: &types::DbInstance) -> DbInstance {
    DbInstance {
        identifier: row.db_instance_identifier.clone().unwrap_or_default(),
        resource_id: row.dbi_resource_id.clone(),
        arn: row.db_instance_arn.clone(),
        status: row.db_instance_status.clone(),
        engine: row.engine.clone(),
        engine_version: row.engine_version.clone(),
        class: row.db_instance_class.clone(),
        allocated_storage: row.allocated_storage,
        storage_type: row.storage_type.clone(),
        iops: row.iops,
        storage_throughput: row.storage_throughput,
        encryption: encryption(row.storage_encryption_type.as_ref(), row.storage_encrypted, row.kms_key_id.as_ref()),
        multi_az: row.multi_az,
        endpoint_address: row.endpoint.as_ref().and_then(|endpoint| endpoint.address.clone()),
        endpoint_port: row.endpoint.as_ref().and_then(|endpoint| endpoint.port),
        subnet_group: row
            .db_subnet_group
            .as_ref()
            .map(|group| SubnetGroup { name: group.db_subnet_group_name.clone(), vpc_id: group.vpc_id.clone() }),
        security_groups: row.vpc_security_groups.as_ref().map(|groups| {
            groups.iter().map(|group| membership(group.vpc_security_group_id.as_ref(), group.status.as_ref())).collect()
        }),
        publicly_accessible: row.publicly_accessible,
        parameter_groups: row.db_parameter_groups.as_ref().map(|groups| {
            groups
                .iter()
                .map(|group| membership(group.db_parameter_group_name.as_ref(), group.parameter_apply_status.as_ref()))
                .collect()
        }),
        option_groups: row.option_group_memberships.as_ref().map(|groups| {
            groups.iter().map(|group| membership(group.option_group_name.as_ref(), group.status.as_ref())).collect()
        }),
        backup_retention_period: row.backup_retention_period,
        preferred_backup_window: row.preferred_backup_window.clone(),
        preferred_maintenance_window: row.preferred_maintenance_window.clone(),
        auto_minor_version_upgrade: row.auto_minor_version_upgrade,
        deletion_protection: row.deletion_protection,
        copy_tags_to_snapshot: row.copy_tags_to_snapshot,
        ca_certificate_identifier: row.ca_certificate_identifier.clone(),
        monitoring_interval: row.monitoring_interval,
        monitoring_role_arn: row.monitoring_role_arn.clone(),
        database_insights_mode: row.database_insights_mode.as_ref().map(|mode| mode.as_str().to_owned()),
        performance_insights_enabled: row.performance_insights_enabled,
        performance_insights_kms_key_id: row.performance_insights_kms_key_id.clone(),
        performance_insights_retention_period: row.performance_insights_retention_period,
        enabled_cloudwatch_logs_exports: row.enabled_cloudwatch_logs_exports.clone(),
        iam_database_authentication_enabled: row.iam_database_authentication_enabled,
        max_allocated_storage: row.max_allocated_storage,
        license_model: row.license_model.clone(),
        master_username: row.master_username.clone(),
        instance_create_time: row.instance_create_time.and_then(timestamp),
        tags: row.tag_list.as_deref().map(tags),
        pending_modified_values: row.pending_modified_values.as_ref().map(pending).unwrap_or_default(),
        cluster_identifier: row.db_cluster_identifier.clone(),
        replica_source: row
            .read_replica_source_db_instance_identifier
            .clone()
            .or_else(|| row.read_replica_source_db_cluster_identifier.clone()),
        replicas: row.read_replica_db_instance_identifiers.clone(),
        storage_operation_status: row.storage_operation_status.clone(),
        storage_operation_percent_progress: row.storage_operation_percent_progress,
        availability_zone: row.availability_zone.clone(),
        network_type: row.network_type.clone(),
        dedicated_log_volume: row.dedicated_log_volume,
        engine_lifecycle_support: row.engine_lifecycle_support.clone(),
        processor_features: processor_features(row),
        db_name: row.db_name.clone(),
        character_set_name: row.character_set_name.clone(),
        timezone: row.timezone.clone(),
        nchar_character_set_name: row.nchar_character_set_name.clone(),
        db_system_id: row.db_system_id.clone(),
        multi_tenant: row.multi_tenant,
        attached: attached::read(row),
    }
}

fn processor_features(row: &types::DbInstance) -> Tags {
    let features = row.processor_features.iter().flatten();
    features.filter_map(|feature| Some((feature.name.clone()?, feature.value.clone()?))).collect()
}

/// Reads one row of `DescribeDBSnapshots`.
pub(super) fn snapshot(row: &types::DbSnapshot) -> DbSnapshot {
    DbSnapshot {
        identifier: row.db_snapshot_identifier.clone().unwrap_or_default(),
        arn: row.db_snapshot_arn.clone(),
        instance_identifier: row.db_instance_identifier.clone(),
        resource_id: row.dbi_resource_id.clone(),
        snapshot_type: row.snapshot_type.clone(),
        status: row.status.clone(),
        percent_progress: row.percent_progress,
        snapshot_create_time: row.snapshot_create_time.and_then(timestamp),
        original_snapshot_create_time: row.original_snapshot_create_time.and_then(timestamp),
        encryption: encryption(row.storage_encryption_type.as_ref(), row.encrypted, row.kms_key_id.as_ref()),
        engine: row.engine.clone(),
        engine_version: row.engine_version.clone(),
        allocated_storage: row.allocated_storage,
        full_size: row.full_snapshot_size_in_bytes,
        tags: row.tag_list.as_deref().map(tags),
    }
}

pub(super) fn encryption(
    kind: Option<&types::StorageEncryptionType>,
    encrypted: Option<bool>,
    key: Option<&String>,
) -> Encryption {
    let storage_encryption_type = kind.map(|kind| match kind {
        types::StorageEncryptionType::Unencrypted => StorageEncryptionType::Unencrypted,
        types::StorageEncryptionType::Cmk => StorageEncryptionType::Kms,
        types::StorageEncryptionType::Sse => StorageEncryptionType::ServiceOwned,
        other => StorageEncryptionType::Other(other.as_str().to_owned()),
    });
    Encryption { storage_encryption_type, storage_encrypted: encrypted, kms_key_id: key.cloned() }
}

fn membership(name: Option<&String>, status: Option<&String>) -> GroupMembership {
    GroupMembership { name: name.cloned().unwrap_or_default(), status: status.cloned() }
}

pub(super) fn tags(list: &[types::Tag]) -> Tags {
    list.iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()))).collect()
}

/// The names of the members that hold something.
fn pending(row: &types::PendingModifiedValues) -> Vec<String> {
    let members = [
        ("DBInstanceClass", row.db_instance_class.is_some()),
        ("AllocatedStorage", row.allocated_storage.is_some()),
        ("MasterUserPassword", row.master_user_password.is_some()),
        ("Port", row.port.is_some()),
        ("BackupRetentionPeriod", row.backup_retention_period.is_some()),
        ("MultiAZ", row.multi_az.is_some()),
        ("EngineVersion", row.engine_version.is_some()),
        ("LicenseModel", row.license_model.is_some()),
        ("Iops", row.iops.is_some()),
        ("StorageThroughput", row.storage_throughput.is_some()),
        ("DBInstanceIdentifier", row.db_instance_identifier.is_some()),
        ("StorageType", row.storage_type.is_some()),
        ("CACertificateIdentifier", row.ca_certificate_identifier.is_some()),
        ("DBSubnetGroupName", row.db_subnet_group_name.is_some()),
        ("PendingCloudwatchLogsExports", row.pending_cloudwatch_logs_exports.is_some()),
        ("ProcessorFeatures", row.processor_features.as_ref().is_some_and(|features| !features.is_empty())),
        ("AutomationMode", row.automation_mode.is_some()),
        ("ResumeFullAutomationModeTime", row.resume_full_automation_mode_time.is_some()),
        ("MultiTenant", row.multi_tenant.is_some()),
        ("IAMDatabaseAuthenticationEnabled", row.iam_database_authentication_enabled.is_some()),
        ("DedicatedLogVolume", row.dedicated_log_volume.is_some()),
        ("Engine", row.engine.is_some()),
        ("AdditionalStorageVolumes", row.additional_storage_volumes.as_ref().is_some_and(|all| !all.is_empty())),
        ("DBCapacityReservationIdentifier", row.db_capacity_reservation_identifier.is_some()),
    ];
    members.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name.to_owned()).collect()
}

pub(super) fn timestamp(time: DateTime) -> Option<AwsTime> {
    let nanoseconds = i32::try_from(time.subsec_nanos()).ok()?;
    AwsTime::new(time.secs(), nanoseconds).ok()
}
