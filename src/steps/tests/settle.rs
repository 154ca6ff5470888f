//! Settle: which change comes next, what is waited for, and when it is done.

use super::{
    Expect, World, check,
    world::{accepted, group},
};
use crate::{
    model::{AwsTime, Call, DbInstance, GroupMembership, Outcome, Setting, SettingValues, Value},
    steps::{Decision, Step, settled_view},
};

fn number(value: &Value) -> i32 {
    let Value::Number(number) = value else { panic!("{value:?} is no number") };
    i32::try_from(*number).expect("small")
}

/// Makes a target another.
type Change = fn(&mut DbInstance);

/// AWS does what a Modify asks for.
fn apply(target: &mut DbInstance, settings: &SettingValues) {
    for (setting, value) in settings {
        let text = || Some(value.to_string());
        let flag = || Some(*value == Value::Flag(true));
        match setting {
            Setting::VpcSecurityGroupIds => target.security_groups = Some(vec![group(&value.to_string(), "active")]),
            Setting::PreferredBackupWindow => target.preferred_backup_window = text(),
            Setting::PreferredMaintenanceWindow => target.preferred_maintenance_window = text(),
            Setting::StorageType => target.storage_type = text(),
            Setting::Iops => target.iops = Some(number(value)),
            Setting::StorageThroughput => target.storage_throughput = Some(number(value)),
            Setting::MultiAZ => target.multi_az = flag(),
            Setting::AutoMinorVersionUpgrade => target.auto_minor_version_upgrade = flag(),
            Setting::DeletionProtection => target.deletion_protection = flag(),
            Setting::BackupRetentionPeriod => target.backup_retention_period = Some(number(value)),
            other => panic!("{other} is not modified"),
        }
    }
}

/// Lets AWS do whatever is asked for, and tells what that was.
fn walk(mut world: World) -> Vec<String> {
    let mut told = Vec::new();
    while let Decision::Act(call) = world.standing().decision {
        world = match &call {
            Call::ModifyDBInstance { settings, .. } => {
                told.push(settings.keys().map(ToString::to_string).collect::<Vec<_>>().join(" "));
                world.with_target(|target| apply(target, settings))
            }
            Call::RebootDBInstance { .. } => {
                told.push("reboot".to_owned());
                world.with_target(|target| target.parameter_groups = Some(vec![group("orders-pg", "in-sync")]))
            }
            other => panic!("{other} in Settle"),
        };
        world = world.asked(&call, accepted(), 0);
    }
    check("the end", &world, Step::Settle, Expect::Wait(&["everything is in place"]));
    told
}

fn all_to_do(target: &mut DbInstance) {
    target.security_groups = Some(vec![group("sg-default", "active")]);
    target.parameter_groups = Some(vec![group("orders-pg", "pending-reboot")]);
}

#[test]
fn what_fails_apart_goes_apart_and_backups_come_alone_and_last() {
    let windows = "PreferredBackupWindow PreferredMaintenanceWindow";
    let end = ["reboot", "AutoMinorVersionUpgrade", "DeletionProtection", "BackupRetentionPeriod"];
    let postgres = [&["VpcSecurityGroupIds", windows], end.as_slice()].concat();
    assert_eq!(walk(World::restored().with_target(all_to_do)), postgres);

    let sql_server = World::restored_from(|source| {
        source.engine = Some("sqlserver-se".into());
        source.iops = Some(4000);
        source.storage_throughput = Some(250);
        source.multi_az = Some(true);
    });
    let sql_server = sql_server.with_target(|target| {
        all_to_do(target);
        (target.multi_az, target.storage_type) = (Some(false), Some("gp2".into()));
        (target.iops, target.storage_throughput) = (None, None);
    });
    let storage = "StorageType Iops StorageThroughput";
    let expected = [&["VpcSecurityGroupIds", windows, "MultiAZ", storage], end.as_slice()].concat();
    assert_eq!(walk(sql_server), expected);
}

#[test]
fn a_value_that_is_right_already_is_not_set_again() {
    let table: [(&str, Change, &[&str]); 4] = [
        ("nothing differs", |_| {}, &[]),
        (
            "one window differs: both are set",
            |target| target.preferred_backup_window = Some("09:00-09:30".into()),
            &["PreferredBackupWindow PreferredMaintenanceWindow"],
        ),
        ("backups came first", |target| target.deletion_protection = Some(false), &["DeletionProtection"]),
        ("only backups are off", |target| target.backup_retention_period = Some(0), &["BackupRetentionPeriod"]),
    ];
    for (case, change, expected) in table {
        let mut world = World::settled().with_target(change);
        world.steady = 0;
        assert_eq!(walk(world), expected, "{case}");
    }
}

#[test]
fn only_a_usable_target_takes_changes() {
    let left = |status: &str| World::restored().with_target(|target| target.status = Some(status.into()));
    let settled = |status: &str| World::settled().with_target(|target| target.status = Some(status.into()));
    let table = [
        ("something left, available", left("available"), Step::Settle, Expect::Act(&[])),
        ("something left, storage-initialization", left("storage-initialization"), Step::Settle, Expect::Act(&[])),
        ("something left, storage-optimization", left("storage-optimization"), Step::Settle, Expect::Act(&[])),
        ("something left, backing-up", left("backing-up"), Step::Settle, Expect::Wait(&["backing-up"])),
        ("something left, modifying", left("modifying"), Step::Settle, Expect::Wait(&["modifying"])),
        ("something left, rebooting", left("rebooting"), Step::Settle, Expect::Wait(&["rebooting"])),
        ("all read back, backing-up", settled("backing-up"), Step::Verify, Expect::Done),
        ("all read back, storage-optimization", settled("storage-optimization"), Step::Verify, Expect::Done),
        ("all read back, storage-initialization", settled("storage-initialization"), Step::Verify, Expect::Done),
        ("all read back, modifying", settled("modifying"), Step::Settle, Expect::Wait(&["modifying"])),
        ("all read back, an unknown word", settled("polishing"), Step::Settle, Expect::Wait(&["polishing"])),
        ("all read back, full", settled("storage-full"), Step::Restore, Expect::Stop(&["storage-full"])),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn what_aws_still_applies_is_waited_for() {
    fn groups(name: &str, status: &str) -> Vec<GroupMembership> {
        vec![group(name, status)]
    }
    let table: [(&str, Change, Expect); 9] = [
        (
            "pending values",
            |it| it.pending_modified_values = vec!["BackupRetentionPeriod".into(), "MultiAZ".into()],
            Expect::Wait(&["applying BackupRetentionPeriod, MultiAZ"]),
        ),
        (
            "parameter group applying",
            |it| it.parameter_groups = Some(groups("orders-pg", "applying")),
            Expect::Wait(&["group orders-pg is applying"]),
        ),
        (
            "parameter group pending",
            |it| it.parameter_groups = Some(groups("orders-pg", "pending-maintenance")),
            Expect::Wait(&["group orders-pg is pending-maintenance"]),
        ),
        (
            "option group applying",
            |it| it.option_groups = Some(groups("default:postgres-14", "applying")),
            Expect::Wait(&["group default:postgres-14 is applying"]),
        ),
        (
            "option group pending",
            |it| it.option_groups = Some(groups("default:postgres-14", "pending-apply")),
            Expect::Wait(&["is pending-apply"]),
        ),
        (
            "option group on its way out",
            |it| it.option_groups = Some(groups("default:postgres-14", "removing")),
            Expect::Wait(&["is removing"]),
        ),
        (
            "security group on its way in",
            |it| it.security_groups = Some(groups("sg-1", "adding")),
            Expect::Wait(&["security group sg-1 is adding"]),
        ),
        (
            "security group on its way out",
            |it| it.security_groups = Some(vec![group("sg-1", "active"), group("sg-default", "removing")]),
            Expect::Wait(&["security group sg-default is removing"]),
        ),
        (
            "parameter group needs a reboot",
            |it| it.parameter_groups = Some(groups("orders-pg", "pending-reboot")),
            Expect::Act(&["RebootDBInstance"]),
        ),
    ];
    for (case, change, expected) in table {
        check(case, &World::settled().with_target(change), Step::Settle, expected);
        // With changes left, too: none is sent into what AWS still applies.
        let left = World::restored().with_target(change);
        match expected {
            Expect::Wait(_) => drop(check(case, &left, Step::Settle, expected)),
            _ => drop(check(case, &left, Step::Settle, Expect::Act(&["ModifyDBInstance"]))),
        }
    }
}

#[test]
fn a_maintenance_window_that_contains_now_is_set_later_and_backups_after_it() {
    let settled = World::settled().seen.target.expect("a target");
    let sunday = |time: &str| format!("2026-11-29T{time}Z").parse::<AwsTime>().expect("a time");
    let world = |time: &str, change: &dyn Fn(&mut DbInstance)| {
        let mut world = World::restored().with_target(change);
        world.now = sunday(time);
        world
    };
    let fresh = |_: &mut DbInstance| {};
    let rest_done = |target: &mut DbInstance| {
        target.auto_minor_version_upgrade = settled.auto_minor_version_upgrade;
        target.deletion_protection = settled.deletion_protection;
    };
    let only_windows_left = |target: &mut DbInstance| {
        rest_done(target);
        target.backup_retention_period = settled.backup_retention_period;
    };
    let backing_up = |target: &mut DbInstance| {
        only_windows_left(target);
        target.status = Some("backing-up".into());
    };
    let later = Expect::Wait(&["until its maintenance window", "sun:04:00-sun:04:30"]);
    let windows = Expect::Act(&["PreferredBackupWindow", "PreferredMaintenanceWindow"]);
    let table = [
        ("long before", world("03:00:00", &fresh), windows),
        ("just before it begins", world("03:56:00", &fresh), Expect::Act(&["AutoMinorVersionUpgrade"])),
        ("inside: the rest goes first", world("04:10:00", &fresh), Expect::Act(&["AutoMinorVersionUpgrade"])),
        ("inside: backups are held back", world("04:10:00", &rest_done), later),
        ("inside: backups are on already", world("04:10:00", &only_windows_left), later),
        ("inside: the first backup is no end", world("04:10:00", &backing_up), Expect::Wait(&["backing-up"])),
        ("over", world("04:30:00", &rest_done), windows),
    ];
    for (case, world, expected) in table {
        check(case, &world, Step::Settle, expected);
    }
}

#[test]
fn tags_that_lag_are_waited_for() {
    let restored_ago = |seconds| {
        let resource_id = Some(super::world::TARGET_ID.into());
        let taken = Outcome::Accepted { request_id: None, resource_id };
        let mut world = World::copied().asked(&World::copied().due(), taken, seconds);
        world.seen.target = World::settled().seen.target;
        world.steady = 15;
        world
    };
    // The lag counts from when nothing else changes any more: a restore takes longer than tags do.
    let untagged = |steady| {
        let mut world = restored_ago(7200).with_target(|target| target.tags = None);
        world.steady = steady;
        world
    };
    let table = [
        ("shown", restored_ago(599), Step::Verify, Expect::Done),
        ("not shown for 9:59", untagged(599), Step::Settle, Expect::Wait(&["until AWS shows the tags"])),
        (
            "not shown for 10:00",
            untagged(600),
            Step::Verify,
            Expect::Difference(&["Tags is nothing, wanted is team=a"]),
        ),
        (
            "not shown, but something is left to set",
            untagged(10).with_target(|target| target.deletion_protection = Some(false)),
            Step::Settle,
            Expect::Act(&["DeletionProtection=yes"]),
        ),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn it_is_done_when_it_has_looked_the_same_for_15_seconds() {
    for (steady, step, expected) in [
        (0, Step::Settle, Expect::Wait(&["looking once more"])),
        (14, Step::Settle, Expect::Wait(&["looking once more"])),
        (15, Step::Verify, Expect::Done),
    ] {
        for status in ["available", "backing-up"] {
            let mut world = World::settled().with_target(|target| target.status = Some(status.into()));
            world.steady = steady;
            check(&format!("{status} for {steady} s"), &world, step, expected);
        }
    }
    let target = World::settled().seen.target.expect("a target");
    let optimizing = DbInstance {
        storage_operation_status: Some("Optimizing".into()),
        storage_operation_percent_progress: Some(40),
        ..target.clone()
    };
    assert_eq!(settled_view(&optimizing), settled_view(&target), "progress underneath is no change");
    let modifying = DbInstance { status: Some("modifying".into()), ..target.clone() };
    assert_ne!(settled_view(&modifying), settled_view(&target), "another status is a change");
}
