//! The program reads what AWS showed without an error and without a change.
//!
//! The patterns name every member of the model: one that is added has to be compared here.

use rds_encrypt::{
    aws::{Aws, Connection},
    model::{Attached, AwsTime, DbInstance, DbSnapshot, Encryption, GroupMembership, SubnetGroup, Tags},
};
use serde_json::{Value, json};

use super::tape::{recorded, region, seeded};

async fn aws(answer: &Value, rows: &[Value]) -> Aws {
    let region = region(rows);
    let in_process = Some(seeded(answer, &region).http_client());
    let connection = Connection { region: Some(region), in_process, ..Connection::default() };
    Aws::connect(&connection).await.expect("a connection")
}

fn names<'a>(rows: &'a [Value], identifier: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[identifier].as_str().expect("a name")).collect()
}

#[tokio::test(start_paused = true)]
async fn instances_are_read_as_aws_showed_them() {
    let mut compared = 0;
    for call in recorded("DescribeDBInstances") {
        let Some(rows) = call.answer["DBInstances"].as_array() else { continue };
        let read = aws(&call.answer, rows).await.instances(&names(rows, "DBInstanceIdentifier")).await;
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", call.from));
        assert_eq!(read.len(), rows.len(), "{}", call.from);
        for row in rows {
            let found = read.iter().find(|instance| row["DBInstanceIdentifier"] == instance.identifier);
            assert_instance(&Row { from: &call.from, row }, found.expect("the row"));
            compared += 1;
        }
    }
    println!("{compared} instances were read");
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_read_as_aws_showed_them() {
    let mut compared = 0;
    for call in recorded("DescribeDBSnapshots") {
        let Some(rows) = call.answer["DBSnapshots"].as_array() else { continue };
        let read = aws(&call.answer, rows).await.snapshots(&names(rows, "DBSnapshotIdentifier")).await;
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", call.from));
        assert_eq!(read.len(), rows.len(), "{}", call.from);
        for row in rows {
            let found = read.iter().find(|snapshot| row["DBSnapshotIdentifier"] == snapshot.identifier);
            assert_snapshot(&Row { from: &call.from, row }, found.expect("the row"));
            compared += 1;
        }
    }
    println!("{compared} snapshots were read");
}

/// A recorded row. A member that AWS left out is null.
struct Row<'a> {
    from: &'a str,
    row: &'a Value,
}

impl Row<'_> {
    #[track_caller]
    fn holds(&self, member: &str, read: &Value) {
        let pointer = format!("/{}", member.replace('.', "/"));
        assert_eq!(read, self.row.pointer(&pointer).unwrap_or(&Value::Null), "{}: {member}", self.from);
    }

    #[track_caller]
    fn holds_time(&self, member: &str, read: Option<AwsTime>) {
        let shown = self.row[member].as_str().map(|text| text.parse().expect("a time"));
        assert_eq!(read, shown, "{}: {member}", self.from);
    }

    #[track_caller]
    fn holds_groups(&self, member: &str, read: Option<&Vec<GroupMembership>>, name: &str, status: &str) {
        let read = read.map(|groups| {
            groups.iter().map(|group| json!({name: group.name, status: group.status})).collect::<Vec<_>>()
        });
        self.holds(member, &json!(read));
    }

    #[track_caller]
    fn holds_tags(&self, read: Option<&Tags>) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let shown = self.row["TagList"].as_array();
        let shown = shown.map(|tags| tags.iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect());
        assert_eq!(read.cloned(), shown, "{}: TagList", self.from);
    }

    #[track_caller]
    fn holds_encryption(&self, boolean: &str, read: &Encryption) {
        let Encryption { storage_encryption_type, storage_encrypted, kms_key_id } = read;
        self.holds("StorageEncryptionType", &json!(storage_encryption_type));
        self.holds(boolean, &json!(storage_encrypted));
        self.holds("KmsKeyId", &json!(kms_key_id));
    }
}

#[expect(clippy::too_many_lines, reason = "one line a member")]
fn assert_instance(row: &Row<'_>, read: &DbInstance) {
    let DbInstance {
        identifier,
        resource_id,
        arn,
        status,
        engine,
        engine_version,
        class,
        allocated_storage,
        storage_type,
        iops,
        storage_throughput,
        encryption,
        multi_az,
        endpoint_address,
        endpoint_port,
        subnet_group,
        security_groups,
        publicly_accessible,
        parameter_groups,
        option_groups,
        backup_retention_period,
        preferred_backup_window,
        preferred_maintenance_window,
        auto_minor_version_upgrade,
        deletion_protection,
        copy_tags_to_snapshot,
        ca_certificate_identifier,
        monitoring_interval,
        monitoring_role_arn,
        database_insights_mode,
        performance_insights_enabled,
        performance_insights_kms_key_id,
        performance_insights_retention_period,
        enabled_cloudwatch_logs_exports,
        iam_database_authentication_enabled,
        max_allocated_storage,
        license_model,
        master_username,
        instance_create_time,
        tags,
        pending_modified_values,
        cluster_identifier,
        replica_source,
        replicas,
        storage_operation_status,
        storage_operation_percent_progress,
        availability_zone,
        network_type,
        dedicated_log_volume,
        engine_lifecycle_support,
        processor_features,
        db_name,
        character_set_name,
        timezone,
        nchar_character_set_name,
        db_system_id,
        multi_tenant,
        attached,
    } = read;
    for (member, read) in [
        ("DBInstanceIdentifier", json!(identifier)),
        ("DbiResourceId", json!(resource_id)),
        ("DBInstanceArn", json!(arn)),
        ("DBInstanceStatus", json!(status)),
        ("Engine", json!(engine)),
        ("EngineVersion", json!(engine_version)),
        ("DBInstanceClass", json!(class)),
        ("AllocatedStorage", json!(allocated_storage)),
        ("StorageType", json!(storage_type)),
        ("Iops", json!(iops)),
        ("StorageThroughput", json!(storage_throughput)),
        ("MultiAZ", json!(multi_az)),
        ("Endpoint.Address", json!(endpoint_address)),
        ("Endpoint.Port", json!(endpoint_port)),
        ("PubliclyAccessible", json!(publicly_accessible)),
        ("BackupRetentionPeriod", json!(backup_retention_period)),
        ("PreferredBackupWindow", json!(preferred_backup_window)),
        ("PreferredMaintenanceWindow", json!(preferred_maintenance_window)),
        ("AutoMinorVersionUpgrade", json!(auto_minor_version_upgrade)),
        ("DeletionProtection", json!(deletion_protection)),
        ("CopyTagsToSnapshot", json!(copy_tags_to_snapshot)),
        ("CACertificateIdentifier", json!(ca_certificate_identifier)),
        ("MonitoringInterval", json!(monitoring_interval)),
        ("MonitoringRoleArn", json!(monitoring_role_arn)),
        ("DatabaseInsightsMode", json!(database_insights_mode)),
        ("PerformanceInsightsEnabled", json!(performance_insights_enabled)),
        ("PerformanceInsightsKMSKeyId", json!(performance_insights_kms_key_id)),
        ("PerformanceInsightsRetentionPeriod", json!(performance_insights_retention_period)),
        ("EnabledCloudwatchLogsExports", json!(enabled_cloudwatch_logs_exports)),
        ("IAMDatabaseAuthenticationEnabled", json!(iam_database_authentication_enabled)),
        ("MaxAllocatedStorage", json!(max_allocated_storage)),
        ("LicenseModel", json!(license_model)),
        ("MasterUsername", json!(master_username)),
        ("DBClusterIdentifier", json!(cluster_identifier)),
        ("ReadReplicaDBInstanceIdentifiers", json!(replicas)),
        ("StorageOperationStatus", json!(storage_operation_status)),
        ("StorageOperationPercentProgress", json!(storage_operation_percent_progress)),
        ("AvailabilityZone", json!(availability_zone)),
        ("NetworkType", json!(network_type)),
        ("DedicatedLogVolume", json!(dedicated_log_volume)),
        ("EngineLifecycleSupport", json!(engine_lifecycle_support)),
        ("DBName", json!(db_name)),
        ("CharacterSetName", json!(character_set_name)),
        ("Timezone", json!(timezone)),
        ("NcharCharacterSetName", json!(nchar_character_set_name)),
        ("DBSystemId", json!(db_system_id)),
        ("MultiTenant", json!(multi_tenant)),
    ] {
        row.holds(member, &read);
    }
    assert_attached(row, attached, processor_features);
    row.holds_encryption("StorageEncrypted", encryption);
    row.holds_time("InstanceCreateTime", *instance_create_time);
    row.holds_tags(tags.as_ref());
    row.holds_groups("VpcSecurityGroups", security_groups.as_ref(), "VpcSecurityGroupId", "Status");
    row.holds_groups("DBParameterGroups", parameter_groups.as_ref(), "DBParameterGroupName", "ParameterApplyStatus");
    row.holds_groups("OptionGroupMemberships", option_groups.as_ref(), "OptionGroupName", "Status");
    assert_relations(row, subnet_group.as_ref(), replica_source.as_deref());
    let mut pending = pending_modified_values.clone();
    pending.sort();
    assert_eq!(pending, held(&row.row["PendingModifiedValues"]), "{}: PendingModifiedValues", row.from);
}

/// What hangs on it beside its settings; real rows have few of these.
fn assert_attached(row: &Row<'_>, attached: &Attached, processor_features: &Tags) {
    let listed = |member: &str| row.row[member].as_array().map_or(0, Vec::len);
    for (member, read) in [
        ("AssociatedRoles", attached.roles.len()),
        ("DomainMemberships", attached.domains.len()),
        ("DBInstanceAutomatedBackupsReplications", attached.backup_replications.len()),
        ("AdditionalStorageVolumes", attached.storage_volumes.len()),
        ("DBSecurityGroups", attached.classic_security_groups.len()),
        ("ReadReplicaDBClusterIdentifiers", attached.cluster_replicas.len()),
        ("ProcessorFeatures", processor_features.len()),
    ] {
        assert_eq!(read, listed(member), "{}: {member}", row.from);
    }
    let secret = attached.master_user_secret.as_ref().map(|secret| &secret.arn);
    row.holds("MasterUserSecret.SecretArn", &json!(secret));
    row.holds("ActivityStreamStatus", &json!(attached.activity_stream.as_ref().map(|stream| &stream.status)));
    row.holds("BackupTarget", &json!(attached.backup_target));
    row.holds("CustomerOwnedIpEnabled", &json!(attached.customer_owned_ip));
    row.holds("TdeCredentialArn", &json!(attached.tde_credential_arn));
    row.holds("DBCapacityReservationIdentifier", &json!(attached.capacity_reservation));
    row.holds("AwsBackupRecoveryPointArn", &json!(attached.recovery_point_arn));
    row.holds("UpgradeRolloutOrder", &json!(attached.upgrade_rollout_order));
}

/// The subnet group that it is in, and the source that it is a replica of.
fn assert_relations(row: &Row<'_>, subnet_group: Option<&SubnetGroup>, replica_source: Option<&str>) {
    let SubnetGroup { name, vpc_id } = subnet_group.cloned().unwrap_or(SubnetGroup { name: None, vpc_id: None });
    row.holds("DBSubnetGroup.DBSubnetGroupName", &json!(name));
    row.holds("DBSubnetGroup.VpcId", &json!(vpc_id));
    assert_eq!(subnet_group.is_some(), row.row.get("DBSubnetGroup").is_some(), "{}", row.from);
    let sources = ["ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier"];
    let source = sources.iter().find_map(|member| row.row[*member].as_str());
    assert_eq!(replica_source, source, "{}", row.from);
}

/// The names of the members that hold something, sorted.
fn held(value: &Value) -> Vec<String> {
    let empty = |value: &Value| *value == json!([]) || *value == json!({});
    let members = value.as_object().into_iter().flatten();
    let mut names: Vec<String> = members.filter(|(_, held)| !empty(held)).map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

fn assert_snapshot(row: &Row<'_>, read: &DbSnapshot) {
    let DbSnapshot {
        identifier,
        arn,
        instance_identifier,
        resource_id,
        snapshot_type,
        status,
        percent_progress,
        snapshot_create_time,
        original_snapshot_create_time,
        encryption,
        engine,
        engine_version,
        allocated_storage,
        full_size,
        tags,
    } = read;
    for (member, read) in [
        ("DBSnapshotIdentifier", json!(identifier)),
        ("DBSnapshotArn", json!(arn)),
        ("DBInstanceIdentifier", json!(instance_identifier)),
        ("DbiResourceId", json!(resource_id)),
        ("SnapshotType", json!(snapshot_type)),
        ("Status", json!(status)),
        ("PercentProgress", json!(percent_progress)),
        ("Engine", json!(engine)),
        ("EngineVersion", json!(engine_version)),
        ("AllocatedStorage", json!(allocated_storage)),
        ("FullSnapshotSizeInBytes", json!(full_size)),
    ] {
        row.holds(member, &read);
    }
    row.holds_encryption("Encrypted", encryption);
    row.holds_time("SnapshotCreateTime", *snapshot_create_time);
    row.holds_time("OriginalSnapshotCreateTime", *original_snapshot_create_time);
    row.holds_tags(tags.as_ref());
}
