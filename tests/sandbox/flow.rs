//! The whole way from an unencrypted database to an encrypted one, through the official SDK under a paused clock.

use aws_sdk_rds::types::StorageEncryptionType;

use crate::help::{cloud, code};

#[tokio::test(start_paused = true)]
async fn from_unencrypted_to_encrypted() {
    let cloud = cloud().await;
    let rds = &cloud.rds;
    let source = cloud.instance("orders").await;
    assert_eq!(source.storage_encryption_type(), Some(&StorageEncryptionType::Unencrypted));
    let key = cloud.kms.describe_key().key_id("alias/sandbox").send().await.unwrap();
    let key = key.key_metadata().unwrap().arn().unwrap().to_owned();
    let began = tokio::time::Instant::now();

    // Snapshot: creating at 0 percent and without a time; the instance is backing up meanwhile.
    let taken = rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("orders-g1");
    let taken = taken.send().await.unwrap().db_snapshot.unwrap();
    assert_eq!((taken.status(), taken.percent_progress()), (Some("creating"), Some(0)));
    assert!(taken.snapshot_create_time().is_none() && taken.original_snapshot_create_time().is_none());
    assert_eq!(cloud.instance("orders").await.db_instance_status(), Some("backing-up"));
    let again = rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("orders-g2");
    assert_eq!(code(again.send().await), "InvalidDBInstanceState");
    cloud.ready("orders-g1").await;
    let taken = cloud.snapshot("orders-g1").await;

    // Copy: pending at 0 percent, then many percentages, encrypted under the key's ARN.
    let copy = rds.copy_db_snapshot().source_db_snapshot_identifier("orders-g1");
    let copy = copy.target_db_snapshot_identifier("orders-g1-encrypted").kms_key_id("alias/sandbox").send().await;
    let copy = copy.unwrap().db_snapshot.unwrap();
    assert_eq!((copy.status(), copy.percent_progress()), (Some("pending"), Some(0)));
    let seen = cloud.ready("orders-g1-encrypted").await;
    assert!(seen.len() > 50 && seen.is_sorted(), "{seen:?}");
    let copy = cloud.snapshot("orders-g1-encrypted").await;
    assert_eq!((copy.encrypted(), copy.kms_key_id()), (Some(true), Some(key.as_str())));
    assert_eq!(copy.original_snapshot_create_time(), taken.original_snapshot_create_time());
    assert!(copy.snapshot_create_time() > taken.snapshot_create_time());
    assert_eq!(copy.dbi_resource_id(), source.dbi_resource_id());

    // Restore: it forgets most settings, and is encrypted.
    let restored = rds.restore_db_instance_from_db_snapshot().db_instance_identifier("orders-g1");
    let restored = restored
        .db_snapshot_identifier("orders-g1-encrypted")
        .db_parameter_group_name("orders-postgres15")
        .backup_retention_period(0)
        .send()
        .await
        .unwrap()
        .db_instance
        .unwrap();
    assert_eq!((restored.db_instance_status(), restored.db_instance_port()), (Some("creating"), Some(0)));
    assert!(restored.endpoint().is_none() && restored.instance_create_time().is_none());
    let seen = cloud.until("orders-g1", "available").await;
    assert_eq!(seen, ["creating", "modifying", "available"]);
    let target = cloud.instance("orders-g1").await;
    assert_eq!((target.storage_encrypted(), target.kms_key_id()), (Some(true), Some(key.as_str())));
    assert_eq!(target.deletion_protection(), Some(false));
    assert_eq!(target.db_parameter_groups()[0].parameter_apply_status(), Some("pending-reboot"));
    assert_eq!(target.storage_operation_status(), Some("Initializing"));

    // Settle: a reboot reads the parameters, a change is shown later than it is accepted, retention backs up.
    let rebooted = rds.reboot_db_instance().db_instance_identifier("orders-g1").send().await.unwrap();
    assert_eq!(rebooted.db_instance().unwrap().db_instance_status(), Some("rebooting"));
    cloud.until("orders-g1", "available").await;
    let target = cloud.instance("orders-g1").await;
    assert_eq!(target.db_parameter_groups()[0].parameter_apply_status(), Some("in-sync"));
    let modified = rds.modify_db_instance().db_instance_identifier("orders-g1").apply_immediately(true);
    let modified = modified.backup_retention_period(7).send().await.unwrap().db_instance.unwrap();
    assert_eq!((modified.db_instance_status(), modified.backup_retention_period()), (Some("available"), Some(0)));
    let seen = cloud.until("orders-g1", "backing-up").await;
    assert_eq!(seen, ["available", "modifying", "backing-up"]);
    let refused = rds.modify_db_instance().db_instance_identifier("orders-g1").copy_tags_to_snapshot(true);
    assert_eq!(code(refused.send().await), "InvalidDBInstanceState");
    cloud.until("orders-g1", "available").await;
    assert_eq!(cloud.instance("orders-g1").await.backup_retention_period(), Some(7));

    // The chain takes world hours and about half a minute of real time at the usual speed.
    let real = began.elapsed().as_secs_f64();
    assert!((20.0..45.0).contains(&real), "{real} s");
}

#[tokio::test(start_paused = true)]
async fn a_rename_moves_name_and_endpoint_and_nothing_else() {
    let cloud = cloud().await;
    let before = cloud.instance("sessions").await;
    let renamed = cloud.rds.modify_db_instance().db_instance_identifier("sessions").apply_immediately(true);
    let renamed = renamed.new_db_instance_identifier("Sessions-Old").send().await.unwrap().db_instance.unwrap();
    assert_eq!(renamed.db_instance_status(), Some("available"));
    cloud.minutes(1).await;
    assert_eq!(cloud.instance("sessions").await.db_instance_status(), Some("renaming"));
    cloud.minutes(3).await;
    let old = cloud.rds.describe_db_instances().db_instance_identifier("sessions").send().await;
    assert_eq!(code(old), "DBInstanceNotFound");
    assert_eq!(cloud.until("sessions-old", "available").await, ["renaming", "available"]);
    let after = cloud.instance("sessions-old").await;
    assert_eq!(after.dbi_resource_id(), before.dbi_resource_id());
    assert_eq!(after.instance_create_time(), before.instance_create_time());
    assert!(after.endpoint().unwrap().address().unwrap().starts_with("sessions-old."));
    assert!(after.db_instance_arn().unwrap().ends_with(":db:sessions-old"));
}

#[tokio::test(start_paused = true)]
async fn an_immediate_change_takes_everything_along_that_was_waiting() {
    let cloud = cloud().await;
    let inventory = cloud.instance("inventory").await;
    let pending = inventory.pending_modified_values().unwrap();
    assert_eq!((pending.db_instance_class(), pending.allocated_storage()), (Some("db.m6i.large"), Some(150)));
    let renamed = cloud.rds.modify_db_instance().db_instance_identifier("inventory").apply_immediately(true);
    renamed.new_db_instance_identifier("inventory-2").send().await.unwrap();
    cloud.minutes(40).await;
    let after = cloud.instance("inventory-2").await;
    assert_eq!((after.db_instance_class(), after.allocated_storage()), (Some("db.m6i.large"), Some(150)));
    assert_eq!(after.db_instance_status(), Some("storage-optimization"));
    assert!(after.pending_modified_values().unwrap().db_instance_class().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_made_in_the_maintenance_window() {
    let cloud = cloud().await;
    // wed:04:10 follows the Monday on which the world begins.
    cloud.minutes(42 * 60).await;
    assert_eq!(cloud.instance("inventory").await.db_instance_class(), Some("db.m5.large"));
    cloud.minutes(80).await;
    assert_eq!(cloud.instance("inventory").await.db_instance_class(), Some("db.m6i.large"));
}

#[tokio::test(start_paused = true)]
async fn copies_of_one_instance_run_one_after_another() {
    let cloud = cloud().await;
    for name in ["one", "two"] {
        let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("legacy-crm-2019");
        copy.target_db_snapshot_identifier(name).kms_key_id("alias/sandbox").send().await.unwrap();
    }
    cloud.minutes(30).await;
    assert_eq!(cloud.snapshot("one").await.status(), Some("creating"));
    let two = cloud.snapshot("two").await;
    assert_eq!((two.status(), two.percent_progress()), (Some("pending"), Some(0)));
    cloud.ready("one").await;
    cloud.minutes(5).await;
    assert_eq!(cloud.snapshot("two").await.status(), Some("creating"));
}

#[tokio::test(start_paused = true)]
async fn storage_grows_past_the_threshold_and_is_optimized() {
    let cloud = cloud().await;
    let modify = |gibibytes: i32| {
        let modify = cloud.rds.modify_db_instance().db_instance_identifier("orders");
        modify.allocated_storage(gibibytes).apply_immediately(true).send()
    };
    assert_eq!(code(modify(105).await), "InvalidParameterCombination");
    assert_eq!(code(modify(50).await), "InvalidParameterValue");
    let answer = modify(400).await.unwrap().db_instance.unwrap();
    assert_eq!(answer.allocated_storage(), Some(100));
    assert_eq!(answer.pending_modified_values().unwrap().allocated_storage(), Some(400));
    let seen = cloud.until("orders", "storage-optimization").await;
    assert_eq!(seen, ["available", "modifying", "storage-optimization"]);
    let grown = cloud.instance("orders").await;
    assert_eq!(
        (grown.allocated_storage(), grown.iops(), grown.storage_throughput()),
        (Some(400), Some(12000), Some(500))
    );
    assert_eq!(grown.storage_operation_status(), Some("Optimizing"));
    // Storage can't be changed again meanwhile; a snapshot can be taken.
    assert_eq!(code(modify(500).await), "InvalidDBInstanceState");
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("a");
    assert_eq!(code(taken.send().await), "accepted");
}
