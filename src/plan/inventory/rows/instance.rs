//! A row of `DescribeDBInstances`.

use serde_json::{Value, json};

use super::{Row, Writer, attached, plain_members};
use crate::model::{DbInstance, GroupMembership, SubnetGroup, Tags};

plain_members!(DbInstance {
    resource_id: "DbiResourceId",
    arn: "DBInstanceArn",
    status: "DBInstanceStatus",
    engine: "Engine",
    engine_version: "EngineVersion",
    class: "DBInstanceClass",
    allocated_storage: "AllocatedStorage",
    storage_type: "StorageType",
    iops: "Iops",
    storage_throughput: "StorageThroughput",
    multi_az: "MultiAZ",
    publicly_accessible: "PubliclyAccessible",
    backup_retention_period: "BackupRetentionPeriod",
    preferred_backup_window: "PreferredBackupWindow",
    preferred_maintenance_window: "PreferredMaintenanceWindow",
    auto_minor_version_upgrade: "AutoMinorVersionUpgrade",
    deletion_protection: "DeletionProtection",
    copy_tags_to_snapshot: "CopyTagsToSnapshot",
    ca_certificate_identifier: "CACertificateIdentifier",
    monitoring_interval: "MonitoringInterval",
    monitoring_role_arn: "MonitoringRoleArn",
    database_insights_mode: "DatabaseInsightsMode",
    performance_insights_enabled: "PerformanceInsightsEnabled",
    performance_insights_kms_key_id: "PerformanceInsightsKMSKeyId",
    performance_insights_retention_period: "PerformanceInsightsRetentionPeriod",
    enabled_cloudwatch_logs_exports: "EnabledCloudwatchLogsExports",
    iam_database_authentication_enabled: "IAMDatabaseAuthenticationEnabled",
    max_allocated_storage: "MaxAllocatedStorage",
    license_model: "LicenseModel",
    master_username: "MasterUsername",
    instance_create_time: "InstanceCreateTime",
    cluster_identifier: "DBClusterIdentifier",
    replicas: "ReadReplicaDBInstanceIdentifiers",
    storage_operation_status: "StorageOperationStatus",
    storage_operation_percent_progress: "StorageOperationPercentProgress",
    availability_zone: "AvailabilityZone",
    network_type: "NetworkType",
    dedicated_log_volume: "DedicatedLogVolume",
    engine_lifecycle_support: "EngineLifecycleSupport",
    db_name: "DBName",
    character_set_name: "CharacterSetName",
    timezone: "Timezone",
    nchar_character_set_name: "NcharCharacterSetName",
    db_system_id: "DBSystemId",
    multi_tenant: "MultiTenant",
});

/// The lists of groups: what a group is called in each, and its status.
const SECURITY_GROUPS: [&str; 3] = ["VpcSecurityGroups", "VpcSecurityGroupId", "Status"];
const PARAMETER_GROUPS: [&str; 3] = ["DBParameterGroups", "DBParameterGroupName", "ParameterApplyStatus"];
const OPTION_GROUPS: [&str; 3] = ["OptionGroupMemberships", "OptionGroupName", "Status"];

/// What an instance can be a replica of.
const OF_INSTANCE: &str = "ReadReplicaSourceDBInstanceIdentifier";
const OF_CLUSTER: &str = "ReadReplicaSourceDBClusterIdentifier";

/// Reads a row.
pub fn instance_of(row: &mut Row<'_>) -> DbInstance {
    let mut into = DbInstance::default();
    read_plain(row, &mut into);
    let subnet_group = row.member::<Value>("DBSubnetGroup").map(|_| SubnetGroup {
        name: row.member("DBSubnetGroup.DBSubnetGroupName"),
        vpc_id: row.member("DBSubnetGroup.VpcId"),
    });
    DbInstance {
        identifier: row.member("DBInstanceIdentifier").unwrap_or_default(),
        encryption: row.encryption("StorageEncrypted"),
        endpoint_address: row.member("Endpoint.Address"),
        endpoint_port: row.member("Endpoint.Port"),
        subnet_group,
        security_groups: groups(row, SECURITY_GROUPS),
        parameter_groups: groups(row, PARAMETER_GROUPS),
        option_groups: groups(row, OPTION_GROUPS),
        tags: row.tags("TagList"),
        pending_modified_values: pending(row),
        replica_source: row.member(OF_INSTANCE).or_else(|| row.member(OF_CLUSTER)),
        processor_features: processor_features(row),
        attached: attached::read(row),
        ..into
    }
}

/// Writes a row. What waits in `PendingModifiedValues` is known by name only, and isn't written.
#[must_use]
pub fn instance_row(from: &DbInstance) -> Value {
    let mut row = Writer::default();
    row.set("DBInstanceIdentifier", Some(&from.identifier));
    write_plain(from, &mut row);
    row.encryption("StorageEncrypted", &from.encryption);
    if from.endpoint_address.is_some() || from.endpoint_port.is_some() {
        let mut endpoint = Writer::default();
        endpoint.set("Address", from.endpoint_address.as_ref());
        endpoint.set("Port", from.endpoint_port);
        row.set("Endpoint", Some(endpoint.finish()));
    }
    if let Some(group) = &from.subnet_group {
        let mut subnet_group = Writer::default();
        subnet_group.set("DBSubnetGroupName", group.name.as_ref());
        subnet_group.set("VpcId", group.vpc_id.as_ref());
        row.set("DBSubnetGroup", Some(subnet_group.finish()));
    }
    for (names, groups) in [
        (SECURITY_GROUPS, &from.security_groups),
        (PARAMETER_GROUPS, &from.parameter_groups),
        (OPTION_GROUPS, &from.option_groups),
    ] {
        write_groups(&mut row, names, groups.as_deref());
    }
    row.tags("TagList", from.tags.as_ref());
    // Which of the two it was, an ARN tells; by name only instances are named.
    let of_cluster = from.replica_source.as_ref().is_some_and(|source| source.contains(":cluster:"));
    row.set(if of_cluster { OF_CLUSTER } else { OF_INSTANCE }, from.replica_source.as_ref());
    if !from.processor_features.is_empty() {
        let pairs = from.processor_features.iter();
        let features: Vec<Value> = pairs.map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        row.set("ProcessorFeatures", Some(features));
    }
    attached::write(&from.attached, &mut row);
    row.finish()
}

fn groups(row: &mut Row<'_>, [list, name, status]: [&str; 3]) -> Option<Vec<GroupMembership>> {
    row.list(list, |group| GroupMembership {
        name: group.member(name).unwrap_or_default(),
        status: group.member(status),
    })
}

fn write_groups(row: &mut Writer, [list, name, status]: [&str; 3], groups: Option<&[GroupMembership]>) {
    let written = groups.map(|groups| {
        let one = |group: &GroupMembership| {
            let mut row = Writer::default();
            row.set(name, Some(&group.name));
            row.set(status, group.status.as_ref());
            row.finish()
        };
        groups.iter().map(one).collect::<Vec<_>>()
    });
    row.set(list, written);
}

/// The names of the members that hold something.
fn pending(row: &mut Row<'_>) -> Vec<String> {
    let held: Value = row.member("PendingModifiedValues").unwrap_or_default();
    let is_empty = |value: &Value| value.is_null() || *value == json!([]) || *value == json!({});
    let members = held.as_object().into_iter().flatten();
    members.filter(|(_, value)| !is_empty(value)).map(|(name, _)| name.clone()).collect()
}

fn processor_features(row: &mut Row<'_>) -> Tags {
    let features = row.list("ProcessorFeatures", |feature| {
        let name: Option<String> = feature.member("Name");
        let value: Option<String> = feature.member("Value");
        name.zip(value)
    });
    features.into_iter().flatten().flatten().collect()
}
