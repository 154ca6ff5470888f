//! Somebody else acts, through the same API.

use aws_sdk_rds::types::DbInstance;
use rds_encrypt::sandbox::{DeletedWhileUsed, How, Options, Switches};

use crate::help::{Cloud, cloud, code, with};

const OLD: &str = "legacy-crm-2019";

async fn delete_snapshot(cloud: &Cloud, name: &str) -> String {
    code(cloud.rds.delete_db_snapshot().db_snapshot_identifier(name).send().await)
}

async fn told(cloud: &Cloud, sentence: &str) -> bool {
    cloud.events().await.iter().any(|event| event.message().is_some_and(|message| message.contains(sentence)))
}

#[tokio::test(start_paused = true)]
async fn a_database_whose_key_is_disabled_goes_down_and_comes_back() {
    let cloud = cloud().await;
    let key = cloud.instance("payments").await.kms_key_id.unwrap();
    cloud.kms.disable_key().key_id(&key).send().await.unwrap();
    cloud.minutes(60).await;
    assert_eq!(cloud.instance("payments").await.db_instance_status(), Some("available"));
    assert!(told(&cloud, "unable to access the KMS encryption key").await);
    cloud.minutes(80).await;
    let down = "inaccessible-encryption-credentials-recoverable";
    assert_eq!(cloud.instance("payments").await.db_instance_status(), Some(down));
    assert_eq!(code(cloud.modify("payments").copy_tags_to_snapshot(false).send().await), "InvalidDBInstanceState");
    assert_eq!(cloud.take("payments", "a").await, "InvalidDBInstanceState");
    let start = || cloud.rds.start_db_instance().db_instance_identifier("payments").send();
    assert_eq!(code(start().await), "KMSKeyNotAccessibleFault");
    cloud.kms.enable_key().key_id(&key).send().await.unwrap();
    // The key alone doesn't bring it back.
    cloud.minutes(60).await;
    assert_eq!(cloud.instance("payments").await.db_instance_status(), Some(down));
    start().await.unwrap();
    assert_eq!(cloud.until("payments", "available").await, ["starting", "available"]);

    // A key that is back in time does no harm, and one that stays away for a week does for ever.
    cloud.kms.disable_key().key_id(&key).send().await.unwrap();
    cloud.minutes(60).await;
    cloud.kms.enable_key().key_id(&key).send().await.unwrap();
    cloud.minutes(180).await;
    assert_eq!(cloud.instance("payments").await.db_instance_status(), Some("available"));
    cloud.kms.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.unwrap();
    cloud.minutes(8 * 24 * 60).await;
    let lost = cloud.instance("payments").await.db_instance_status.unwrap();
    assert_eq!(lost, "inaccessible-encryption-credentials");
    assert_eq!(code(start().await), "InvalidDBInstanceState");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_instance_leaves_what_it_was_told_to_leave() {
    let cloud = cloud().await;
    let delete = |name: &str, with_backups: bool| {
        let delete = cloud.rds.delete_db_instance().db_instance_identifier(name).skip_final_snapshot(true);
        delete.delete_automated_backups(with_backups).send()
    };
    assert_eq!(code(delete("orders", true).await), "InvalidParameterCombination");
    for (name, with_backups, kept) in [("legacy-crm", true, None), ("sessions", false, Some("retained"))] {
        let id = cloud.instance(name).await.dbi_resource_id.unwrap();
        let answer = delete(name, with_backups).await.unwrap().db_instance.unwrap();
        assert_eq!(answer.db_instance_status(), Some("deleting"));
        assert_eq!(code(delete(name, with_backups).await), "InvalidDBInstanceState");
        cloud.minutes(10).await;
        let gone = cloud.rds.describe_db_instances().db_instance_identifier(name).send().await;
        assert_eq!(code(gone), "DBInstanceNotFound");
        let backups = cloud.rds.describe_db_instance_automated_backups().dbi_resource_id(&id).send().await.unwrap();
        let backup = backups.db_instance_automated_backups().first();
        assert_eq!(backup.and_then(|row| row.status()), kept);
        assert!(backup.is_none_or(|row| row.db_instance_identifier() == Some(name) && row.encrypted() == Some(false)));
    }
    assert_eq!(cloud.snapshot(OLD).await.status(), Some("available"), "manual snapshots stay");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_deleted_while_it_is_copied() {
    for (deleted_while_used, answer, end) in [
        (DeletedWhileUsed::Refused, "InvalidDBSnapshotState", "available"),
        (DeletedWhileUsed::GoesOn, "accepted", "available"),
        (DeletedWhileUsed::Fails, "accepted", "failed"),
    ] {
        let switches = Switches { deleted_while_used, ..Switches::default() };
        let cloud = with(Options { switches, ..Options::default() }).await;
        cloud.copy(OLD, "copy").await;
        cloud.minutes(30).await;
        assert_eq!(delete_snapshot(&cloud, OLD).await, answer, "{deleted_while_used:?}");
        assert_eq!(told(&cloud, "Canceled snapshot copy request of copy").await, end == "failed");
        cloud.minutes(180).await;
        assert_eq!(cloud.snapshot("copy").await.status(), Some(end), "{deleted_while_used:?}");
        assert_eq!(delete_snapshot(&cloud, "copy").await, "accepted");
    }
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_deleted_while_it_is_restored() {
    for (deleted_while_used, answer) in
        [(DeletedWhileUsed::Refused, "InvalidDBSnapshotState"), (DeletedWhileUsed::GoesOn, "accepted")]
    {
        let switches = Switches { deleted_while_used, ..Switches::default() };
        let cloud = with(Options { switches, ..Options::default() }).await;
        cloud.restore(OLD, "new").backup_retention_period(0).send().await.unwrap();
        assert_eq!(delete_snapshot(&cloud, OLD).await, answer);
        cloud.until("new", "available").await;
        if answer != "accepted" {
            assert_eq!(delete_snapshot(&cloud, OLD).await, "accepted", "no longer in use");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_failed_holds_its_snapshot_no_longer() {
    let cloud = cloud().await;
    cloud.order("RestoreDBInstanceFromDBSnapshot", How::EndsAs { status: "incompatible-restore".to_owned() });
    cloud.restore(OLD, "new").send().await.unwrap();
    assert_eq!(delete_snapshot(&cloud, OLD).await, "InvalidDBSnapshotState");
    cloud.until("new", "incompatible-restore").await;
    assert_eq!(delete_snapshot(&cloud, OLD).await, "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_running_copy_is_deleted() {
    let cloud = cloud().await;
    cloud.copy(OLD, "copy").await;
    assert!(told(&cloud, "Started copy of snapshot copy in region eu-west-2").await);
    cloud.minutes(30).await;
    assert_eq!(delete_snapshot(&cloud, "copy").await, "accepted");
    assert!(told(&cloud, "Canceled snapshot copy request of copy in region eu-west-2").await);
    // Its name is free again, and the next copy is no longer behind it.
    assert_eq!(cloud.copy(OLD, "copy").await, "accepted");
    cloud.minutes(5).await;
    assert_eq!(cloud.snapshot("copy").await.status(), Some("creating"));
    cloud.ready("copy").await;
    assert!(told(&cloud, "Finished copy of snapshot copy in region eu-west-2").await);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_disabled_while_it_is_used() {
    for (key_loss_ends_work, copied, restored) in
        [(false, "available", "available"), (true, "failed", "incompatible-restore")]
    {
        let switches = Switches { key_loss_ends_work, ..Switches::default() };
        let cloud = with(Options { switches, ..Options::default() }).await;
        cloud.copied(OLD, "one").await;
        cloud.copy(OLD, "two").await;
        cloud.restore("one", "new").backup_retention_period(0).send().await.unwrap();
        let key = cloud.snapshot("one").await.kms_key_id.unwrap();
        cloud.kms.disable_key().key_id(&key).send().await.unwrap();
        assert_eq!(code(cloud.restore("one", "newer").send().await), "KMSKeyNotAccessibleFault");
        cloud.minutes(100).await;
        assert_eq!(cloud.instance("new").await.db_instance_status(), Some(restored));
        cloud.minutes(100).await;
        assert_eq!(cloud.snapshot("two").await.status(), Some(copied));
        assert_eq!(cloud.snapshot("one").await.status(), Some("available"));
    }
}

async fn source(cloud: &Cloud) -> DbInstance {
    cloud.instance("sessions").await
}

#[tokio::test(start_paused = true)]
async fn the_source_is_stopped_changed_renamed_and_deleted_during_a_copy() {
    let cloud = cloud().await;
    cloud.taken("sessions", "a").await;
    let id = source(&cloud).await.dbi_resource_id.unwrap();
    cloud.copy("a", "copy").await;
    cloud.modify("sessions").backup_retention_period(3).send().await.unwrap();
    cloud.minutes(5).await;
    assert_eq!(source(&cloud).await.backup_retention_period(), Some(3));
    cloud.rds.stop_db_instance().db_instance_identifier("sessions").send().await.unwrap();
    cloud.until("sessions", "stopped").await;
    assert_eq!(code(cloud.modify("sessions").db_port_number(5433).send().await), "InvalidDBInstanceState");
    cloud.rds.start_db_instance().db_instance_identifier("sessions").send().await.unwrap();
    cloud.until("sessions", "available").await;
    cloud.modify("sessions").new_db_instance_identifier("sessions-old").send().await.unwrap();
    cloud.minutes(10).await;
    let renamed = cloud.instance("sessions-old").await;
    assert_eq!(renamed.dbi_resource_id(), Some(id.as_str()));
    assert_eq!(cloud.snapshot("copy").await.db_instance_identifier(), Some("sessions-old"));
    let delete = cloud.rds.delete_db_instance().db_instance_identifier("sessions-old").skip_final_snapshot(true);
    delete.send().await.unwrap();
    cloud.minutes(10).await;
    let copy = cloud.snapshot("copy").await;
    assert_eq!((copy.status(), copy.dbi_resource_id()), (Some("creating"), Some(id.as_str())));
    cloud.ready("copy").await;
    assert_eq!(code(cloud.restore("copy", "sessions").send().await), "accepted", "the name is free");
}

#[tokio::test(start_paused = true)]
async fn a_restart_can_be_looked_up() {
    let cloud = cloud().await;
    cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await.unwrap();
    cloud.minutes(10).await;
    let events = cloud.rds.describe_events().source_identifier("orders");
    let events = events.source_type(aws_sdk_rds::types::SourceType::DbInstance).event_categories("availability");
    let events = events.send().await.unwrap().events.unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.source_identifier(), event.message()), (Some("orders"), Some("DB instance restarted")));
    assert_eq!(event.date().unwrap().to_string(), "2026-09-14T09:14:30Z");
    assert!(event.source_arn().unwrap().ends_with(":db:orders"));
}
