//! Answers have the shapes that AWS's have been seen to have, and rules hold through the SDK.

use aws_sdk_rds::types::Filter;

use crate::help::{cloud, code};

#[tokio::test(start_paused = true)]
async fn the_seed_is_an_account_with_a_past() {
    let cloud = cloud().await;
    let rows = cloud.rds.describe_db_instances().send().await.unwrap().db_instances.unwrap();
    assert_eq!(rows.len(), 19);
    let mut ids: Vec<_> = rows.iter().map(|row| row.dbi_resource_id().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len());
    let orders = cloud.instance("orders").await;
    assert_eq!((orders.engine(), orders.db_instance_class()), (Some("postgres"), Some("db.m5.large")));
    assert_eq!((orders.allocated_storage(), orders.storage_type()), (Some(100), Some("gp3")));
    assert_eq!((orders.storage_encrypted(), orders.deletion_protection()), (Some(false), Some(true)));
    assert_eq!((orders.backup_retention_period(), orders.vpc_security_groups().len()), (Some(7), 2));
    assert_eq!(orders.db_subnet_group().unwrap().subnets().len(), 3);
    assert!(orders.latest_restorable_time().is_some());
    // An instance under a key that AWS owns says so in the type alone.
    let sessions = cloud.instance("sessions").await;
    assert_eq!(sessions.storage_encryption_type().unwrap().as_str(), "sse-rds");
    assert_eq!((sessions.storage_encrypted(), sessions.kms_key_id()), (Some(false), None));
    let automated = cloud.rds.describe_db_snapshots().db_instance_identifier("orders").snapshot_type("automated");
    let automated = automated.send().await.unwrap().db_snapshots.unwrap();
    assert_eq!(automated.len(), 7);
    assert!(automated.iter().all(|row| { row.db_snapshot_identifier().unwrap().starts_with("rds:orders-2026-09-") }));
}

#[tokio::test(start_paused = true)]
async fn filters_find_nothing_where_names_are_not_found() {
    let cloud = cloud().await;
    let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
    let id = cloud.instance("orders").await.dbi_resource_id.unwrap();
    for (name, value, found) in [
        ("dbi-resource-id", id.as_str(), 1),
        ("dbi-resource-id", "db-NOBODY", 0),
        ("dbi-resource-id", &id.to_lowercase(), 0),
        ("db-instance-id", "ORDERS", 1),
        ("db-instance-id", "arn:aws:rds:eu-west-2:000000000000:db:orders", 1),
        ("engine", "mysql", 4),
        ("db-cluster-id", "analytics", 2),
    ] {
        let rows = cloud.rds.describe_db_instances().filters(filter(name, value)).send().await.unwrap();
        assert_eq!(rows.db_instances().len(), found, "{name}={value}");
    }
    let unknown = cloud.rds.describe_db_instances().filters(filter("colour", "red")).send().await;
    assert_eq!(code(unknown), "InvalidParameterValue");
    let named = cloud.rds.describe_db_instances().db_instance_identifier("nobody").send().await;
    assert_eq!(code(named), "DBInstanceNotFound");
}

#[tokio::test(start_paused = true)]
async fn keys_that_rds_can_not_use_are_refused() {
    let cloud = cloud().await;
    let elsewhere = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-4333-8444-555555555555";
    for key in ["alias/retired", "alias/doomed", "alias/signing", "alias/nobody", "no-key", elsewhere] {
        let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("legacy-crm-2019");
        let copy = copy.target_db_snapshot_identifier("copy").kms_key_id(key).send().await;
        assert_eq!(code(copy), "KMSKeyNotAccessibleFault", "{key}");
    }
    let copy = cloud.rds.describe_db_snapshots().db_snapshot_identifier("copy").send().await;
    assert_eq!(code(copy), "DBSnapshotNotFound");
}

#[tokio::test(start_paused = true)]
async fn the_managed_key_is_made_when_it_is_described() {
    let cloud = cloud().await;
    let target = || async {
        let aliases = cloud.kms.list_aliases().send().await.unwrap().aliases.unwrap();
        let alias = aliases.into_iter().find(|alias| alias.alias_name() == Some("alias/aws/rds")).unwrap();
        alias.target_key_id
    };
    assert_eq!(target().await, None);
    let key = cloud.kms.describe_key().key_id("alias/aws/rds").send().await.unwrap().key_metadata.unwrap();
    assert_eq!(target().await, Some(key.key_id));
    let dry = cloud.kms.create_grant().key_id("alias/sandbox").grantee_principal("rds.amazonaws.com");
    let dry = dry.operations(aws_sdk_kms::types::GrantOperation::Decrypt).dry_run(true).send().await;
    assert_eq!(code(dry), "DryRunOperationException");
}

#[tokio::test(start_paused = true)]
async fn what_a_restore_forgets() {
    let cloud = cloud().await;
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("orders-before-upgrade-to-15");
    copy.target_db_snapshot_identifier("copy").kms_key_id("alias/sandbox").send().await.unwrap();
    cloud.ready("copy").await;
    let restore = |name: &str| {
        let restore = cloud.rds.restore_db_instance_from_db_snapshot();
        restore.db_instance_identifier(name).db_snapshot_identifier("copy")
    };
    let row = restore("plain").send().await.unwrap().db_instance.unwrap();
    let source = cloud.instance("orders").await;
    assert_ne!(row.vpc_security_groups(), source.vpc_security_groups());
    assert_eq!(row.db_parameter_groups()[0].db_parameter_group_name(), Some("default.postgres15"));
    assert_eq!(row.db_subnet_group().unwrap().db_subnet_group_name(), Some("default"));
    assert_eq!((row.multi_az(), row.deletion_protection()), (Some(false), Some(false)));
    assert_eq!((row.iam_database_authentication_enabled(), row.storage_type()), (Some(false), Some("gp3")));
    assert_eq!((row.monitoring_interval(), row.max_allocated_storage()), (Some(0), None));
    assert_eq!(row.performance_insights_enabled(), Some(false));
    assert!(row.enabled_cloudwatch_logs_exports().is_empty());
    assert_eq!(row.backup_retention_period(), source.backup_retention_period());
    assert_eq!(row.tag_list(), source.tag_list());
    // And what it refuses.
    let table = [
        (code(restore("a").storage_type("gp3").iops(3000).send().await), "InvalidParameterCombination"),
        (code(restore("a").db_instance_class("db.t2.micro").send().await), "InvalidParameterCombination"),
        (code(restore("a").allocated_storage(50).send().await), "InvalidParameterCombination"),
        (code(restore("a").db_parameter_group_name("shop-mysql8").send().await), "InvalidParameterCombination"),
        (code(restore("a").option_group_name("nobody").send().await), "OptionGroupNotFoundFault"),
        (code(restore("a").multi_az(true).availability_zone("eu-west-2a").send().await), "InvalidParameterCombination"),
        (code(restore("orders").send().await), "DBInstanceAlreadyExists"),
        (code(restore("a--b").send().await), "InvalidParameterValue"),
        (code(restore("a").port(80).send().await), "InvalidParameterValue"),
    ];
    for (found, wanted) in table {
        assert_eq!(found, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn protection_final_snapshots_and_members_of_clusters() {
    let cloud = cloud().await;
    let delete = |name: &str| cloud.rds.delete_db_instance().db_instance_identifier(name);
    assert_eq!(code(delete("orders").skip_final_snapshot(true).send().await), "InvalidParameterCombination");
    assert_eq!(code(delete("wiki").send().await), "InvalidParameterCombination");
    let both = delete("wiki").skip_final_snapshot(true).final_db_snapshot_identifier("last");
    assert_eq!(code(both.send().await), "InvalidParameterCombination");
    delete("wiki").final_db_snapshot_identifier("last").send().await.unwrap();
    cloud.ready("last").await;
    cloud.minutes(10).await;
    let gone = cloud.rds.describe_db_instances().db_instance_identifier("wiki").send().await;
    assert_eq!(code(gone), "DBInstanceNotFound");
    let member = cloud.rds.create_db_snapshot().db_instance_identifier("analytics-1").db_snapshot_identifier("a");
    assert_eq!(code(member.send().await), "InvalidParameterValue");
    let stopped = cloud.rds.create_db_snapshot().db_instance_identifier("reports").db_snapshot_identifier("a");
    assert_eq!(code(stopped.send().await), "InvalidDBInstanceState");
}

#[tokio::test(start_paused = true)]
async fn replicas_follow_their_source_until_they_are_promoted() {
    let cloud = cloud().await;
    let make = |name: &str, source: &str| {
        let make = cloud.rds.create_db_instance_read_replica();
        make.db_instance_identifier(name).source_db_instance_identifier(source)
    };
    assert_eq!(code(make("a", "orders").kms_key_id("alias/sandbox").send().await), "InvalidParameterCombination");
    make("orders-replica", "orders").send().await.unwrap();
    assert_eq!(cloud.instance("orders").await.read_replica_db_instance_identifiers(), ["orders-replica"]);
    cloud.until("orders-replica", "available").await;
    let replica = cloud.instance("orders-replica").await;
    assert_eq!(replica.read_replica_source_db_instance_identifier(), Some("orders"));
    assert_eq!((replica.backup_retention_period(), replica.storage_encrypted()), (Some(0), Some(false)));
    // A source keeps its backups and can't be deleted or stopped.
    let modify = cloud.rds.modify_db_instance().db_instance_identifier("orders").backup_retention_period(0);
    assert_eq!(code(modify.send().await), "InvalidDBInstanceState");
    let stop = cloud.rds.stop_db_instance().db_instance_identifier("orders").send().await;
    assert_eq!(code(stop), "InvalidDBInstanceState");
    cloud.rds.promote_read_replica().db_instance_identifier("orders-replica").send().await.unwrap();
    cloud.minutes(60).await;
    let alone = cloud.instance("orders-replica").await;
    assert_eq!((alone.read_replica_source_db_instance_identifier(), alone.backup_retention_period()), (None, Some(1)));
    assert!(cloud.instance("orders").await.read_replica_db_instance_identifiers().is_empty());
}
