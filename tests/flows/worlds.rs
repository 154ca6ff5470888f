//! What AWS leaves unsaid, both ways: the migration ends well in each world.

use std::time::Duration;

use rds_encrypt::sandbox::{DeprecatedVersion, Switches};
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

/// A snapshot of a deprecated version: where AWS restores it, restores nothing, or upgrades it on the way.
#[tokio::test(start_paused = true)]
async fn a_deprecated_version() {
    for (name, deprecated_version, code) in [
        ("deprecated_restored", DeprecatedVersion::Restored, 0),
        ("deprecated_refused", DeprecatedVersion::Refused, 4),
        ("deprecated_upgraded", DeprecatedVersion::Upgraded, 7),
    ] {
        let row = serde_json::json!({
            "EngineVersion": "9.6.24",
            "DBParameterGroups": [{"DBParameterGroupName": "default.postgres9.6", "ParameterApplyStatus": "in-sync"}],
            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-9-6", "Status": "in-sync"}],
        });
        let stage = Stage::of_with(&[row], Switches { deprecated_version, ..Switches::default() });
        let heard = stage.run(MIGRATE).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
    }
}
