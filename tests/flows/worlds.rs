//! What AWS leaves unsaid, both ways: the migration ends well in each world.

use rds_encrypt::sandbox::{DeprecatedVersion, Switches};

use crate::{
    end::{MIGRATE, end, target_of, uninterrupted},
    stage::Stage,
};

#[tokio::test(start_paused = true)]
async fn in_each_world_the_copy_ends_up_the_same() {
    let (_, expected) = uninterrupted().await;
    let usual = Switches::default;
    for switches in [
        Switches { unknown_parameters_refused: false, ..usual() },
        Switches { modify_answer_shows_pending: true, ..usual() },
        Switches { baseline_backup: false, ..usual() },
        Switches { modify_waits_for_backup: true, ..usual() },
        Switches { restored_parameters_await_reboot: false, ..usual() },
        Switches { restore_keeps_option_group: true, ..usual() },
        Switches { copies_in_region: Some(1), ..usual() },
        Switches { second_encrypting_copy_is_cheap: true, ..usual() },
        Switches { copies_say_copying: true, ..usual() },
        Switches { deprecated_version: DeprecatedVersion::Refused, ..usual() },
        Switches { deprecated_version: DeprecatedVersion::Upgraded, ..usual() },
        Switches { tags_show_after: 240, ..usual() },
        Switches { tags_show_after: 1500, ..usual() },
        Switches { daily_backups: true, ..usual() },
    ] {
        let stage = Stage::small_switched(switches.clone());
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{switches:?}: {heard}");
        let found = end(&stage, &target_of(&stage, "orders")).await;
        assert_eq!(found.target, expected.target, "{switches:?}");
        assert_eq!((found.instances, found.snapshots), (expected.instances.clone(), expected.snapshots.clone()));
    }
}
