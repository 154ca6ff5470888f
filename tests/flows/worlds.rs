//! What AWS leaves unsaid, both ways: the migration ends well in each world.

use std::time::Duration;

use rds_encrypt::sandbox::{DeletedWhileUsed, DeprecatedVersion, How, Switches};
use tokio::time::sleep;

use crate::{
    end::{End, MIGRATE, end, target_of, uninterrupted},
    stage::{Stage, assert_heard},
};

/// Every switch but the deprecated version's in its unlikelier setting, one at a time.
fn worlds() -> Vec<Switches> {
    let usual = Switches::default;
    vec![
        Switches { unknown_parameters_refused: false, ..usual() },
        Switches { modify_answer_shows_pending: true, ..usual() },
        Switches { baseline_backup: false, ..usual() },
        Switches { modify_waits_for_backup: true, ..usual() },
        Switches { restored_parameters_await_reboot: false, ..usual() },
        Switches { restore_keeps_option_group: true, ..usual() },
        Switches { copies_in_region: Some(1), ..usual() },
        Switches { second_encrypting_copy_is_cheap: true, ..usual() },
        Switches { copies_say_copying: true, ..usual() },
        Switches { tags_show_after: 240, ..usual() },
        Switches { daily_backups: true, ..usual() },
        Switches { daily_backups: true, snapshot_waits_for_backup: true, ..usual() },
        Switches { baseline_takes: Some(0), ..usual() },
        Switches { baseline_takes: Some(5 * 3600), ..usual() },
        Switches { reboot_waits_for_backup: true, ..usual() },
        Switches { small_gp3_takes_iops: true, ..usual() },
        Switches { deleted_while_used: DeletedWhileUsed::GoesOn, ..usual() },
        Switches { deleted_while_used: DeletedWhileUsed::Fails, ..usual() },
        Switches { key_loss_ends_work: true, ..usual() },
        Switches { events_show_after: None, ..usual() },
        Switches { events_show_after: Some(1200), ..usual() },
    ]
}

#[tokio::test(start_paused = true)]
async fn in_each_world_the_copy_ends_up_the_same() {
    let (_, expected) = uninterrupted().await;
    for switches in worlds() {
        let stage = Stage::small_switched(switches.clone());
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{switches:?}: {heard}");
        assert_same_things(&stage, &expected, &switches).await;
    }
}

/// Killed every few minutes of AWS's time, and begun again each time.
#[tokio::test(start_paused = true)]
async fn in_each_world_kills_make_no_difference() {
    let (_, expected) = uninterrupted().await;
    for (turn, switches) in worlds().into_iter().enumerate() {
        let stage = Stage::small_switched(switches.clone());
        let patience = Duration::from_millis(370 + 10 * u64::try_from(turn).unwrap());
        let mut kills = 0;
        let heard = loop {
            match stage.kill_after(MIGRATE, patience).await {
                Some(heard) => break heard,
                None => kills += 1,
            }
            assert!(kills < 30, "{switches:?}: no progress");
        };
        assert!(kills > 3, "{kills} kills");
        assert_eq!(heard.code, 0, "{switches:?}: {heard}");
        assert_same_things(&stage, &expected, &switches).await;
    }
}

async fn assert_same_things(stage: &Stage, expected: &End, switches: &Switches) {
    let found = end(stage, &target_of(stage, "orders")).await;
    assert_eq!(found.target, expected.target, "{switches:?}");
    assert_eq!(found.instances, expected.instances, "{switches:?}");
    assert_eq!(found.snapshots, expected.snapshots, "{switches:?}");
}

/// What a migration made goes in each world, even where AWS deletes what it is copying.
#[tokio::test(start_paused = true)]
async fn in_each_world_what_was_made_goes() {
    for (turn, switches) in worlds().into_iter().enumerate() {
        let stage = Stage::small_switched(switches.clone());
        stage.kill_after(MIGRATE, Duration::from_millis(600 + 250 * u64::try_from(turn % 5).unwrap())).await;
        let heard = stage.run("cleanup orders --abandon --sandbox").await;
        assert_eq!(heard.code, 0, "{switches:?}: {heard}");
        let found = end(&stage, "orders").await;
        assert_eq!(found.snapshots.into_iter().collect::<Vec<_>>(), Vec::<String>::new(), "{switches:?}");
        assert_eq!(found.instances.into_iter().collect::<Vec<_>>(), ["orders"], "{switches:?}");
    }
}

/// Reads that lie for a while, statuses that nobody knows, copies that aren't what was asked for.
#[tokio::test(start_paused = true)]
async fn what_aws_shows_for_a_while() {
    let (_, expected) = uninterrupted().await;
    let hides = |suffix: &str| How::Hides { name: format!("orders-kqnu744y-g1{suffix}") };
    let shows = || How::Shows { status: "polishing".into(), seconds: 300 };
    let stretch = |seconds, how| How::For { seconds, how: Box::new(how) };
    for (operation, after, times, how) in [
        ("DescribeDBSnapshots", 20, 1, stretch(240, hides(""))),
        ("DescribeDBSnapshots", 40, 1, stretch(10, hides("-encrypted"))),
        ("DescribeDBInstances", 70, 1, stretch(10, hides(""))),
        ("DescribeDBInstances", 30, 40, How::Flicker),
        ("DescribeDBSnapshots", 30, 40, How::Flicker),
        ("CreateDBSnapshot", 0, 1, shows()),
        ("CopyDBSnapshot", 0, 1, shows()),
        ("RestoreDBInstanceFromDBSnapshot", 0, 1, shows()),
        ("ModifyDBInstance", 1, 1, shows()),
        ("DescribeDBInstances", 50, 1, stretch(900, How::DropRequest)),
        ("CopyDBSnapshot", 0, 1, stretch(60, How::Throttle)),
        ("RestoreDBInstanceFromDBSnapshot", 0, 2, How::NoCapacity),
    ] {
        let case = format!("{operation} {after} {how:?}");
        let stage = Stage::small();
        stage.order(operation, after, times, how);
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_things(&stage, &expected, &Switches::default()).await;
    }
}

/// Nothing goes on from a copy that isn't encrypted under the key, whatever AWS accepted.
#[tokio::test(start_paused = true)]
async fn a_copy_that_is_not_what_was_asked_for() {
    let other = "arn:aws:kms:eu-west-2:000000000000:key/00000000-0000-4000-8000-000000000000";
    for (name, how) in
        [("copy_plain", How::ComesOutPlain), ("copy_under_another_key", How::ComesOutUnder { key: other.into() })]
    {
        let stage = Stage::small();
        stage.order("CopyDBSnapshot", 0, 1, how);
        let heard = stage.run(MIGRATE).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, 4, "{name}");
        let heard = stage.run("resume orders --retry --sandbox").await;
        assert_eq!(heard.code, 0, "{name}: {heard}");
    }
}

/// Tags that show later than AWS is believed to take are named as a difference; later all is well.
#[tokio::test(start_paused = true)]
async fn tags_that_show_very_late_are_a_difference_until_they_do() {
    let stage = Stage::small_switched(Switches { tags_show_after: 5000, ..Switches::default() });
    assert_heard!("tags_very_late", stage.run(MIGRATE).await);
    sleep(Duration::from_secs(10)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    let found = end(&stage, &target_of(&stage, "orders")).await;
    assert_eq!(found.target, uninterrupted().await.1.target);
}

/// Where the version is looked at, what may happen is told before the question, and where AWS refuses nothing it goes on.
#[tokio::test(start_paused = true)]
async fn a_deprecated_minor_version_is_told_before() {
    for (deprecated_version, code) in [
        (DeprecatedVersion::Restored, 0),
        (DeprecatedVersion::Refused, 4),
        (DeprecatedVersion::Upgraded, 4),
        (DeprecatedVersion::UpgradedInWindow, 0),
    ] {
        let row = serde_json::json!({
            "EngineVersion": "12.17",
            "DBParameterGroups": [{"DBParameterGroupName": "default.postgres12", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-12", "Status": "in-sync"}],
        });
        let stage = Stage::of_with(&[row], Switches { deprecated_version, ..Switches::default() });
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, code, "{deprecated_version:?}: {heard}");
        assert!(heard.stderr.contains("postgres 12.17 is deprecated"), "{deprecated_version:?}: {heard}");
        if deprecated_version == DeprecatedVersion::Upgraded {
            // Whoever resumes has read it: it goes on, and Verify explains the difference.
            let resumed = stage.run("resume orders --sandbox").await;
            assert_heard!("raised_at_once", resumed);
            assert_eq!(resumed.code, 0, "{resumed}");
        }
        if deprecated_version == DeprecatedVersion::UpgradedInWindow {
            sleep(Duration::from_hours(8 * 24).div_f64(stage.sandbox.options().speed)).await;
            let verified = stage.run("verify orders --sandbox").await;
            assert_heard!("raised_in_window", verified);
            assert_eq!(verified.code, 0, "{verified}");
            let verified = stage.run("verify orders --sandbox --output json").await;
            assert!(verified.stdout.contains(r#""raised_by_aws":[{"setting":"EngineVersion""#), "{verified}");
        }
    }
}

/// A snapshot of a deprecated version: where AWS restores it, restores nothing, or upgrades it on the way.
#[tokio::test(start_paused = true)]
async fn a_deprecated_version() {
    for (name, deprecated_version, code) in [
        ("deprecated_restored", DeprecatedVersion::Restored, 0),
        ("deprecated_refused", DeprecatedVersion::Refused, 4),
        ("deprecated_upgraded", DeprecatedVersion::Upgraded, 4),
        ("deprecated_upgraded_in_window", DeprecatedVersion::UpgradedInWindow, 0),
    ] {
        // So old that it would be refused: here nobody may look at its version.
        let row = serde_json::json!({
            "EngineVersion": "9.6.24",
            "DBParameterGroups": [{"DBParameterGroupName": "default.postgres9.6", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-9-6", "Status": "in-sync"}],
        });
        let stage = Stage::of_with(&[row], Switches { deprecated_version, ..Switches::default() });
        stage.order("DescribeDBEngineVersions", 0, 99, How::Deny);
        let heard = stage.run(MIGRATE).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
    }
}
