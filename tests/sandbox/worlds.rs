//! Where worlds live, and the worlds that the switches make.

use jiff::Timestamp;
use rds_encrypt::sandbox::{DeprecatedVersion, Options, Sandbox, SandboxError, Store, Switches};

use crate::help::{Cloud, clients, code, with};

fn in_file(path: &std::path::Path) -> Options {
    Options { store: Store::File(path.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn processes_share_one_file_and_find_what_others_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let one = with(in_file(&path)).await;
    let made = one.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("shared");
    made.send().await.unwrap();
    drop(one);
    let two = with(in_file(&path)).await;
    assert_eq!(two.snapshot("shared").await.dbi_resource_id(), two.instance("orders").await.dbi_resource_id());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn reading_alone_leaves_the_file_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let switches = Switches { tags_show_after: 600, ..Switches::default() };
    let cloud = with(Options { speed: 1.0, switches, ..in_file(&path) }).await;
    let before = std::fs::read(&path).unwrap();
    cloud.instance("orders").await;
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// Rewrites the file as if the host had last looked so many seconds ago, and opens it again.
async fn after_a_pause(path: &std::path::Path, seconds: i64) -> (Cloud, Timestamp, Timestamp) {
    let mut world: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let host: Timestamp = world["host_time"].as_str().unwrap().parse().unwrap();
    world["host_time"] = serde_json::json!(host - jiff::SignedDuration::from_secs(seconds));
    let before: Timestamp = world["world"]["time"].as_str().unwrap().parse().unwrap();
    std::fs::write(path, world.to_string()).unwrap();
    let cloud = clients(Sandbox::open(in_file(path)).unwrap()).await;
    let world: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let after: Timestamp = world["world"]["time"].as_str().unwrap().parse().unwrap();
    (cloud, before, after)
}

#[tokio::test]
async fn a_gap_goes_on_but_counts_for_a_day_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    with(in_file(&path)).await;
    // A minute of the host is ten hours here; a week of the host is a day.
    for (pause, hours) in [(60, 10), (7 * 24 * 3600, 24)] {
        let (_, before, after) = after_a_pause(&path, pause).await;
        let gone = after.duration_since(before).as_mins();
        assert!((hours * 60..=hours * 60 + 60).contains(&gone), "{gone} minutes");
    }
}

#[tokio::test]
async fn a_bad_file_is_left_alone_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    for (content, newer) in [("{", false), ("{\"a\": 1}", false), ("{\"format\": 99}", true)] {
        std::fs::write(&path, content).unwrap();
        let error = Sandbox::open(in_file(&path)).unwrap_err();
        assert_eq!(matches!(error, SandboxError::Newer { .. }), newer);
        let sentence = error.to_string();
        assert!(sentence.contains("world.json") && sentence.contains("remove the file"), "{sentence}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
    // A file that goes bad later is an answer in AWS's form.
    std::fs::remove_file(&path).unwrap();
    let cloud = with(in_file(&path)).await;
    std::fs::write(&path, "{").unwrap();
    assert_eq!(code(cloud.rds.describe_db_instances().send().await), "SandboxWorldUnreadable");
}

#[tokio::test(start_paused = true)]
async fn regions_have_their_own_things() {
    let cloud = with(Options { region: "us-east-1".to_owned(), ..Options::default() }).await;
    let orders = cloud.instance("orders").await;
    assert!(orders.db_instance_arn().unwrap().starts_with("arn:aws:rds:us-east-1:000000000000:"));
    assert_eq!(orders.availability_zone(), Some("us-east-1b"));
    let elsewhere = cloud
        .rds
        .describe_db_instances()
        .customize()
        .config_override(aws_sdk_rds::Config::builder().region(aws_sdk_rds::config::Region::new("eu-central-1")));
    assert_eq!(elsewhere.send().await.unwrap().db_instances().len(), 0);
    let who = cloud.sts.get_caller_identity().send().await.unwrap();
    assert_eq!(who.account(), Some(rds_encrypt::sandbox::ACCOUNT));
}

async fn world(switches: Switches) -> Cloud {
    with(Options { switches, ..Options::default() }).await
}

/// Copies an old snapshot under a key and restores it, with a retention and a parameter group of one's own.
async fn restored(cloud: &Cloud, snapshot: &str) -> String {
    let restore = cloud.rds.restore_db_instance_from_db_snapshot().db_instance_identifier("copy");
    let restore = restore.db_snapshot_identifier(snapshot).db_instance_class("db.m5.large");
    let result = restore.backup_retention_period(1).send().await;
    let code = code(result);
    if code == "accepted" { cloud.until("copy", "available").await.join(" ") } else { code }
}

#[tokio::test(start_paused = true)]
async fn switches_of_instances_make_other_worlds() {
    let usual = Switches::default();
    // A deprecated engine version at restore.
    for (deprecated_version, wanted) in [
        (DeprecatedVersion::Restored, "creating available"),
        (DeprecatedVersion::Refused, "InvalidParameterCombination"),
        (DeprecatedVersion::Upgraded, "creating upgrading available"),
        (DeprecatedVersion::UpgradedInWindow, "creating available"),
    ] {
        let cloud = world(Switches { deprecated_version, ..usual.clone() }).await;
        assert_eq!(restored(&cloud, "legacy-crm-2019").await, wanted);
    }
    // The baseline backup.
    for (baseline_backup, wanted) in [(true, "backing-up"), (false, "available")] {
        let cloud = world(Switches { baseline_backup, ..usual.clone() }).await;
        restored(&cloud, "orders-before-upgrade-to-15").await;
        cloud.minutes(3).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some(wanted));
    }
    // A change during a backup.
    for (modify_waits_for_backup, wanted) in [(true, "accepted"), (false, "InvalidDBInstanceState")] {
        let cloud = world(Switches { modify_waits_for_backup, ..usual.clone() }).await;
        let taken = cloud.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("a");
        taken.send().await.unwrap();
        let change = cloud.rds.modify_db_instance().db_instance_identifier("orders").apply_immediately(true);
        assert_eq!(code(change.db_instance_class("db.m5.xlarge").send().await), wanted);
    }
    // What the answer of an accepted change shows.
    for (modify_answer_shows_pending, wanted) in [(true, Some("db.m5.xlarge")), (false, None)] {
        let cloud = world(Switches { modify_answer_shows_pending, ..usual.clone() }).await;
        let change = cloud.rds.modify_db_instance().db_instance_identifier("orders").apply_immediately(true);
        let answer = change.db_instance_class("db.m5.xlarge").send().await.unwrap().db_instance.unwrap();
        assert_eq!(answer.pending_modified_values().unwrap().db_instance_class(), wanted);
    }
    // A parameter group at restore.
    for (restored_parameters_await_reboot, wanted) in [(true, "pending-reboot"), (false, "in-sync")] {
        let cloud = world(Switches { restored_parameters_await_reboot, ..usual.clone() }).await;
        let restore = cloud.rds.restore_db_instance_from_db_snapshot().db_instance_identifier("copy");
        let restore = restore.db_snapshot_identifier("orders-before-upgrade-to-15");
        restore.db_parameter_group_name("orders-postgres15").send().await.unwrap();
        cloud.until("copy", "available").await;
        let groups = cloud.instance("copy").await.db_parameter_groups.unwrap();
        assert_eq!(groups[0].parameter_apply_status(), Some(wanted));
    }
}

#[tokio::test(start_paused = true)]
async fn switches_of_copies_make_other_worlds() {
    let usual = Switches::default();
    // Copies in flight inside a Region, and the word for a running one.
    for (copies_in_region, copies_say_copying, wanted, word) in
        [(Some(1), true, "SnapshotQuotaExceeded", "copying"), (None, false, "accepted", "creating")]
    {
        let cloud = world(Switches { copies_in_region, copies_say_copying, ..usual.clone() }).await;
        let copy = |name: &str| {
            let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("legacy-crm-2019");
            copy.target_db_snapshot_identifier(name).kms_key_id("alias/sandbox").send()
        };
        copy("one").await.unwrap();
        assert_eq!(code(copy("two").await), wanted);
        cloud.minutes(5).await;
        assert_eq!(cloud.snapshot("one").await.status(), Some(word));
    }
    // A second encrypting copy.
    for (second_encrypting_copy_is_cheap, minutes) in [(true, 0..10), (false, 60..150)] {
        let cloud = world(Switches { second_encrypting_copy_is_cheap, ..usual.clone() }).await;
        for name in ["one", "two"] {
            let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("legacy-crm-2019");
            let began = tokio::time::Instant::now();
            copy.target_db_snapshot_identifier(name).kms_key_id("alias/sandbox").send().await.unwrap();
            cloud.ready(name).await;
            let took = began.elapsed().as_secs() * 10;
            assert!(name == "one" || minutes.contains(&took), "{took} minutes");
        }
    }
    // The option group at restore.
    for (restore_keeps_option_group, wanted) in [(true, "shop-audit"), (false, "default:mysql-8-0")] {
        let cloud = world(Switches { restore_keeps_option_group, ..usual.clone() }).await;
        let taken = cloud.rds.create_db_snapshot().db_instance_identifier("shop").db_snapshot_identifier("shop-1");
        taken.send().await.unwrap();
        cloud.ready("shop-1").await;
        let restore = cloud.rds.restore_db_instance_from_db_snapshot().db_instance_identifier("copy");
        let answer = restore.db_snapshot_identifier("shop-1").send().await.unwrap().db_instance.unwrap();
        assert_eq!(answer.option_group_memberships()[0].option_group_name(), Some(wanted));
    }
}

#[tokio::test(start_paused = true)]
async fn tags_may_show_late_and_backups_may_run_daily() {
    let usual = Switches::default();
    let late = world(Switches { tags_show_after: 600, ..usual.clone() }).await;
    let tag = aws_sdk_rds::types::Tag::builder().key("a").value("b").build();
    let taken = late.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("a");
    taken.tags(tag).send().await.unwrap();
    assert!(late.snapshot("a").await.tag_list().is_empty());
    late.minutes(11).await;
    assert_eq!(late.snapshot("a").await.tag_list().len(), 1);

    let daily = world(Switches { daily_backups: true, ..usual }).await;
    // The window of orders opens at 03:10; the world begins at 09:12.
    daily.minutes(17 * 60 + 59).await;
    assert_eq!(daily.instance("orders").await.db_instance_status(), Some("backing-up"));
    daily.minutes(60).await;
    let rows = daily.rds.describe_db_snapshots().db_instance_identifier("orders").snapshot_type("automated");
    let rows = rows.send().await.unwrap().db_snapshots.unwrap();
    let newest = rows.iter().filter_map(|row| row.db_snapshot_identifier()).max().unwrap();
    assert!(newest.starts_with("rds:orders-2026-09-15-03-1"), "{newest}");
}

#[tokio::test(start_paused = true)]
async fn a_deprecated_version_is_upgraded_in_a_window_whatever_the_instance_says() {
    let cloud =
        world(Switches { deprecated_version: DeprecatedVersion::UpgradedInWindow, ..Switches::default() }).await;
    let restore = cloud.restore("legacy-crm-2019", "copy").auto_minor_version_upgrade(false);
    restore.backup_retention_period(0).send().await.unwrap();
    cloud.until("copy", "available").await;
    let modify = cloud.modify("copy").preferred_maintenance_window("tue:10:00-tue:10:30");
    modify.preferred_backup_window("20:00-20:30").send().await.unwrap();
    cloud.minutes(60).await;
    let copy = cloud.instance("copy").await;
    assert_eq!(
        (copy.engine_version(), copy.preferred_maintenance_window()),
        (Some("9.6.24"), Some("tue:10:00-tue:10:30"))
    );
    let waiting = cloud.rds.describe_pending_maintenance_actions();
    let waiting = waiting.resource_identifier(copy.db_instance_arn().unwrap()).send().await.unwrap();
    let actions = waiting.pending_maintenance_actions()[0].pending_maintenance_action_details();
    assert_eq!(actions[0].action(), Some("db-upgrade"));
    let seen = cloud.until("copy", "upgrading").await;
    assert_eq!(seen, ["available", "upgrading"]);
    cloud.until("copy", "available").await;
    assert_eq!(cloud.instance("copy").await.engine_version(), Some("11.22"));
    // The world begins on a Monday at 09:12.
    let events = cloud.events().await;
    let upgrade = events.iter().find(|event| event.message() == Some("DB instance upgraded")).unwrap();
    assert_eq!(upgrade.date().unwrap().to_string(), "2026-09-15T10:15:20Z");
}

#[tokio::test(start_paused = true)]
async fn a_baseline_backup_takes_its_time_and_refuses_or_queues() {
    let usual = Switches::default();
    let backing_up = async |switches: &Switches| {
        let cloud = world(switches.clone()).await;
        restored(&cloud, "orders-before-upgrade-to-15").await;
        cloud.minutes(3).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some("backing-up"));
        cloud
    };
    // Minutes or hours, after a restore and after backups are turned on.
    for minutes in [5, 6 * 60] {
        let switches = Switches { baseline_takes: Some(i64::from(minutes) * 60), ..usual.clone() };
        let cloud = backing_up(&switches).await;
        cloud.minutes(minutes - 3).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some("backing-up"), "{minutes}");
        cloud.minutes(3).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some("available"), "{minutes}");
        cloud.modify("copy").backup_retention_period(0).send().await.unwrap();
        cloud.minutes(5).await;
        cloud.modify("copy").backup_retention_period(7).send().await.unwrap();
        cloud.until("copy", "backing-up").await;
        cloud.minutes(minutes - 1).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some("backing-up"), "{minutes}");
        cloud.minutes(2).await;
        assert_eq!(cloud.instance("copy").await.db_instance_status(), Some("available"), "{minutes}");
    }
    // None at all.
    let cloud = world(Switches { baseline_takes: Some(0), ..usual.clone() }).await;
    restored(&cloud, "orders-before-upgrade-to-15").await;
    for (days, wanted) in [(1, 1), (0, 0), (7, 7)] {
        cloud.modify("copy").backup_retention_period(days).send().await.unwrap();
        for _ in 0..10 {
            cloud.minutes(1).await;
            assert_ne!(cloud.instance("copy").await.db_instance_status(), Some("backing-up"));
        }
        assert_eq!(cloud.instance("copy").await.backup_retention_period(), Some(wanted));
    }
    let reboot = |cloud: &Cloud| cloud.rds.reboot_db_instance().db_instance_identifier("copy").send();
    let refusing = backing_up(&usual).await;
    assert_eq!(code(reboot(&refusing).await), "InvalidDBInstanceState");
    assert_eq!(refusing.take("copy", "a").await, "InvalidDBInstanceState");
    assert_eq!(code(refusing.modify("copy").deletion_protection(true).send().await), "InvalidDBInstanceState");

    let queueing = Switches {
        modify_waits_for_backup: true,
        reboot_waits_for_backup: true,
        snapshot_waits_for_backup: true,
        ..usual
    };
    let cloud = backing_up(&queueing).await;
    let answer = reboot(&cloud).await.unwrap().db_instance.unwrap();
    assert_eq!(answer.db_instance_status(), Some("backing-up"));
    assert_eq!(cloud.until("copy", "available").await, ["backing-up", "rebooting", "available"]);
    let cloud = backing_up(&queueing).await;
    assert_eq!(cloud.take("copy", "a").await, "accepted");
    assert_eq!(cloud.snapshot("a").await.percent_progress(), Some(0));
    cloud.ready("a").await;
    let cloud = backing_up(&queueing).await;
    cloud.modify("copy").db_instance_class("db.m5.xlarge").send().await.unwrap();
    assert_eq!(cloud.until("copy", "available").await, ["backing-up", "modifying", "available"]);
    assert_eq!(cloud.instance("copy").await.db_instance_class(), Some("db.m5.xlarge"));
}

#[tokio::test(start_paused = true)]
async fn tags_of_snapshots_copies_and_instances_show_late() {
    let cloud = world(Switches { tags_show_after: 1200, ..Switches::default() }).await;
    let tag = || aws_sdk_rds::types::Tag::builder().key("owner").value("me").build();
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("sessions").db_snapshot_identifier("a");
    taken.tags(tag()).send().await.unwrap();
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("legacy-crm-2019").tags(tag());
    copy.target_db_snapshot_identifier("copy").kms_key_id("alias/sandbox").send().await.unwrap();
    cloud.restore("legacy-crm-2019", "new").tags(tag()).send().await.unwrap();
    for (minutes, wanted) in [(0, 0), (19, 0), (2, 1)] {
        cloud.minutes(minutes).await;
        let (snapshot, copy) = (cloud.snapshot("a").await, cloud.snapshot("copy").await);
        let instance = cloud.instance("new").await;
        let counts = [snapshot.tag_list().len(), copy.tag_list().len(), instance.tag_list().len()];
        assert_eq!(counts, [wanted; 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_code_stands_for_copies_in_flight_and_for_snapshots_used_up() {
    let flight = world(Switches { copies_in_region: Some(1), ..Switches::default() }).await;
    assert_eq!(flight.copy("legacy-crm-2019", "one").await, "accepted");
    assert_eq!(flight.copy("orders-before-upgrade-to-15", "two").await, "SnapshotQuotaExceeded");
    flight.ready("one").await;
    assert_eq!(flight.copy("orders-before-upgrade-to-15", "two").await, "accepted", "a slot is free again");

    let switches =
        Switches { most_manual_snapshots: 3, most_instances: 20, most_storage: 3_740, ..Switches::default() };
    let full = world(switches).await;
    assert_eq!(full.copy("legacy-crm-2019", "one").await, "accepted");
    full.ready("one").await;
    assert_eq!(full.copy("legacy-crm-2019", "two").await, "SnapshotQuotaExceeded");
    assert_eq!(full.take("orders", "a").await, "SnapshotQuotaExceeded");
    assert_eq!(code(full.restore("legacy-crm-2019", "new").send().await), "accepted");
    assert_eq!(code(full.restore("legacy-crm-2019", "newer").send().await), "InstanceQuotaExceeded");
    let quotas = full.rds.describe_account_attributes().send().await.unwrap().account_quotas.unwrap();
    let quota = |name: &str| {
        let row = quotas.iter().find(|row| row.account_quota_name() == Some(name)).unwrap();
        (row.used().unwrap(), row.max().unwrap())
    };
    assert_eq!(quota("ManualSnapshots"), (3, 3));
    assert_eq!(quota("DBInstances"), (20, 20));
    let (used, most) = quota("AllocatedStorage");
    assert_eq!(most, 3_740);
    let free = i32::try_from(most - used).unwrap();
    assert_eq!(code(full.modify("sessions").allocated_storage(40 + free + 1).send().await), "StorageQuotaExceeded");
    assert_eq!(code(full.modify("sessions").allocated_storage(40 + free).send().await), "accepted");
}

#[tokio::test(start_paused = true)]
async fn small_gp3_takes_iops_or_refuses_them() {
    for (small_gp3_takes_iops, wanted) in [(false, "InvalidParameterCombination"), (true, "accepted")] {
        let cloud = world(Switches { small_gp3_takes_iops, ..Switches::default() }).await;
        let restore = cloud.restore("orders-before-upgrade-to-15", "copy").storage_type("gp3");
        assert_eq!(code(restore.iops(4000).storage_throughput(200).send().await), wanted);
        if small_gp3_takes_iops {
            let copy = cloud.instance("copy").await;
            assert_eq!((copy.iops(), copy.storage_throughput()), (Some(4000), Some(200)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn events_come_late_or_never() {
    for (events_show_after, before, afterwards) in [(Some(0), 1, 1), (Some(1200), 0, 1), (None, 0, 0)] {
        let cloud = world(Switches { events_show_after, ..Switches::default() }).await;
        cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await.unwrap();
        cloud.minutes(10).await;
        assert_eq!(cloud.events().await.len(), before, "{events_show_after:?}");
        cloud.minutes(20).await;
        assert_eq!(cloud.events().await.len(), afterwards, "{events_show_after:?}");
    }
}
