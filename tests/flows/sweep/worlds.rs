//! The worlds of the sweep: each switch that the main flow touches, in its other setting.

use rds_encrypt::sandbox::{DeletedWhileUsed, Switches};
use serde_json::json;

use crate::{attached::attached, end::MIGRATE, stage::Stage};

/// A world with a name, so that a failing point can be named.
pub(crate) struct World {
    pub(crate) name: &'static str,
    switches: fn() -> Switches,
    /// What the source is like beyond the usual small one.
    row: fn() -> serde_json::Value,
    /// What is chosen for the copy.
    flags: &'static str,
    /// Whether AWS tells of something at times of its own, so that events can't be compared.
    pub(crate) events_vary: bool,
}

impl World {
    pub(crate) fn stage(&self) -> Stage {
        Stage::of_with(&[(self.row)()], (self.switches)())
    }

    /// The command that begins the migration.
    pub(crate) fn command(&self) -> String {
        format!("{MIGRATE} {}", self.flags)
    }
}

const fn world(name: &'static str, switches: fn() -> Switches) -> World {
    World { name, switches, row: || json!({}), flags: "", events_vary: false }
}

/// The first is the usual one.
pub(crate) const WORLDS: [World; 27] = [
    world("usual", Switches::default),
    world("unknown-parameters-pass", || Switches { unknown_parameters_refused: false, ..usual() }),
    world("modify-shows-pending", || Switches { modify_answer_shows_pending: true, ..usual() }),
    world("no-baseline-backup", || Switches { baseline_backup: false, ..usual() }),
    world("modify-waits-for-backup", || Switches { modify_waits_for_backup: true, ..usual() }),
    world("parameters-in-sync", || Switches { restored_parameters_await_reboot: false, ..usual() }),
    world("restore-keeps-option-group", || Switches { restore_keeps_option_group: true, ..usual() }),
    world("one-copy-at-a-time", || Switches { copies_in_region: Some(1), ..usual() }),
    world("cheap-second-copy", || Switches { second_encrypting_copy_is_cheap: true, ..usual() }),
    world("copies-say-copying", || Switches { copies_say_copying: true, ..usual() }),
    world("tags-show-late", || Switches { tags_show_after: 240, ..usual() }),
    world("baseline-unseen", || Switches { baseline_takes: Some(0), ..usual() }),
    world("baseline-takes-hours", || Switches { baseline_takes: Some(3 * 3600), ..usual() }),
    world("reboot-waits-for-backup", || Switches { reboot_waits_for_backup: true, ..usual() }),
    world("small-gp3-takes-iops", || Switches { small_gp3_takes_iops: true, ..usual() }),
    world("deleted-while-used-goes-on", || Switches { deleted_while_used: DeletedWhileUsed::GoesOn, ..usual() }),
    world("deleted-while-used-fails", || Switches { deleted_while_used: DeletedWhileUsed::Fails, ..usual() }),
    world("key-loss-ends-work", || Switches { key_loss_ends_work: true, ..usual() }),
    World { events_vary: true, ..world("events-never-show", || Switches { events_show_after: None, ..usual() }) },
    World { events_vary: true, ..world("events-show-late", || Switches { events_show_after: Some(1200), ..usual() }) },
    World {
        events_vary: true,
        ..world("snapshot-waits-for-daily-backup", || Switches {
            daily_backups: true,
            snapshot_waits_for_backup: true,
            ..usual()
        })
    },
    world("everything-waits-for-backup", || Switches {
        modify_waits_for_backup: true,
        reboot_waits_for_backup: true,
        snapshot_waits_for_backup: true,
        ..usual()
    }),
    World { events_vary: true, ..world("daily-backups", || Switches { daily_backups: true, ..usual() }) },
    World {
        row: || {
            json!({
                "MultiAZ": true, "StorageType": "io1", "AllocatedStorage": 100, "Iops": 3000,
                "MaxAllocatedStorage": 1000, "IAMDatabaseAuthenticationEnabled": true,
                "EnabledCloudwatchLogsExports": ["postgresql"],
            })
        },
        ..world("many-settings", Switches::default)
    },
    World { row: attached, ..world("much-attached", Switches::default) },
    World { row: attached, flags: "--network quarantine --tag cost=7", ..world("kept-apart", Switches::default) },
    World {
        row: || json!({"EngineVersion": "13.20", "DBParameterGroups": [], "OptionGroupMemberships": []}),
        flags: "--upgrade-snapshot 15.12",
        ..world("upgraded", Switches::default)
    },
];

fn usual() -> Switches {
    Switches::default()
}
