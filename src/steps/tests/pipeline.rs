//! Goal backwards: what exists decides where to go on, and what came before it doesn't matter.

use super::{
    Expect, World, check,
    world::{SOURCE_ID, accepted, unknown},
};
use crate::{
    model::{Call, DbSnapshot, OWNER_TAG, RUN_TAG, Setting, Tags, Value, name::short_id},
    steps::{Step, Step::*},
};

#[test]
fn the_last_step_of_which_something_exists_speaks_first() {
    let without_snapshot = |world: World| world.with_seen(|seen| seen.snapshot = None);
    let without_both = |world: World| without_snapshot(world).with_seen(|seen| seen.copy = None);
    let copying = World::copied().with_copy(|copy| copy.status = Some("copying".into()));
    let table: [(&str, World, &[Step], Step, Expect); 9] = [
        ("nothing made", World::new(), &[], TakeSnapshot, Expect::Act(&["CreateDBSnapshot"])),
        ("snapshot there", World::snapshotted(), &[TakeSnapshot], EncryptCopy, Expect::Act(&["CopyDBSnapshot"])),
        ("copy there", World::copied(), &[EncryptCopy], Restore, Expect::Act(&["RestoreDBInstanceFromDBSnapshot"])),
        (
            "snapshot deleted after the copy exists",
            without_snapshot(World::copied()),
            &[EncryptCopy],
            Restore,
            Expect::Act(&["RestoreDBInstanceFromDBSnapshot"]),
        ),
        (
            "snapshot deleted while it is copied",
            without_snapshot(copying),
            &[],
            EncryptCopy,
            Expect::Wait(&["copying"]),
        ),
        ("target there", World::restored(), &[Restore], Settle, Expect::Act(&["ModifyDBInstance"])),
        (
            "snapshot and copy deleted after the target exists",
            without_both(World::restored()),
            &[Restore],
            Settle,
            Expect::Act(&["ModifyDBInstance"]),
        ),
        ("settled", World::settled(), &[Restore, Settle, Verify], Verify, Expect::Done),
        (
            "settled, snapshot and copy deleted",
            without_both(World::settled()),
            &[Restore, Settle, Verify],
            Verify,
            Expect::Done,
        ),
    ];
    for (case, world, reached, step, expected) in table {
        let standing = check(case, &world, step, expected);
        let steps: Vec<Step> = standing.reached.iter().map(|(step, _)| *step).collect();
        assert_eq!(steps, reached, "{case}");
    }
}

#[test]
fn the_journal_never_says_that_something_is_done() {
    let gone = |change: fn(&mut crate::steps::Seen)| move |world: World| world.with_seen(change);
    let table = [
        (
            "snapshot accepted long ago and not there",
            gone(|seen| seen.snapshot = None)(World::snapshotted()),
            TakeSnapshot,
        ),
        ("copy accepted long ago and not there", gone(|seen| seen.copy = None)(World::copied()), EncryptCopy),
        ("target accepted long ago and not there", gone(|seen| seen.target = None)(World::settled()), Restore),
    ];
    for (case, world, step) in table {
        check(case, &world, step, Expect::Failed(&["gone"]));
    }
}

#[test]
fn a_later_step_that_may_have_begun_is_not_begun_over() {
    let copy = World::snapshotted().due();
    let lost = World::snapshotted().asked(&copy, unknown(), 10).with_seen(|seen| seen.snapshot = None);
    check("snapshot deleted after the copy's answer was lost", &lost, EncryptCopy, Expect::Wait(&["was lost"]));
    let restore = World::copied().due();
    let taken = World::copied().asked(&restore, accepted(), 10).with_seen(|seen| seen.copy = None);
    check("copy deleted right after the restore was accepted", &taken, Restore, Expect::Wait(&[]));
}

#[test]
fn progress_is_shown_in_awss_words() {
    let creating = |percent| {
        World::snapshotted().with_snapshot(|snapshot| {
            snapshot.status = Some("creating".into());
            snapshot.percent_progress = percent;
        })
    };
    for (shown, expected) in [(None, None), (Some(42), Some(42)), (Some(-1), Some(0)), (Some(250), Some(100))] {
        let standing = check("creating", &creating(shown), TakeSnapshot, Expect::Wait(&["creating"]));
        let crate::steps::Decision::Wait(wait) = standing.decision else { unreachable!() };
        assert_eq!(wait.percent, expected, "{shown:?}");
    }
}

#[test]
fn snapshots_and_targets_that_are_lost_are_named() {
    let snapshot = |status: &str| World::snapshotted().with_snapshot(|it| it.status = Some(status.into()));
    let copy = |status: &str| World::copied().with_copy(|it: &mut DbSnapshot| it.status = Some(status.into()));
    let target = |status: &str| World::restored().with_target(|it| it.status = Some(status.into()));
    let table = [
        (
            "snapshot failed",
            snapshot("failed"),
            TakeSnapshot,
            Expect::Failed(&["snapshot orders-", "-g1,", "is failed"]),
        ),
        ("snapshot is deleted", snapshot("deleting"), TakeSnapshot, Expect::Failed(&["is deleting"])),
        ("snapshot in an unknown status", snapshot("polishing"), TakeSnapshot, Expect::Wait(&["polishing"])),
        ("copy failed", copy("failed"), EncryptCopy, Expect::Failed(&["copy orders-", "-g1-encrypted", "is failed"])),
        ("copy in an unknown status", copy("polishing"), EncryptCopy, Expect::Wait(&["polishing"])),
        (
            "target failed",
            target("failed"),
            Restore,
            Expect::Failed(&["instance orders-", "is failed", "orders was not changed", "copy orders-"]),
        ),
        (
            "target has incompatible parameters",
            target("incompatible-parameters"),
            Restore,
            Expect::Failed(&["incompatible-parameters"]),
        ),
        ("target stopped by somebody", target("stopped"), Restore, Expect::Stop(&["is stopped"])),
        ("target deleted by somebody", target("deleting"), Restore, Expect::Failed(&["is deleting"])),
        ("target is made", target("creating"), Restore, Expect::Wait(&["creating"])),
        ("target in an unknown status", target("polishing"), Settle, Expect::Wait(&["polishing"])),
        (
            "target in an unknown status, without an address",
            target("polishing").with_target(|it| it.endpoint_address = None),
            Restore,
            Expect::Wait(&["polishing"]),
        ),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn the_calls_carry_what_the_plan_says() {
    let own = Tags::from([
        (OWNER_TAG.to_owned(), format!("{}.g1.{SOURCE_ID}", short_id(SOURCE_ID))),
        (RUN_TAG.to_owned(), super::world::RUN.to_owned()),
    ]);
    let Call::CreateDBSnapshot { instance, resource_id, tags, .. } = World::new().due() else { panic!("a snapshot") };
    assert_eq!((instance.as_str(), resource_id.as_str(), &tags), ("orders", SOURCE_ID, &own));
    let Call::CopyDBSnapshot { kms_key_id, tags, .. } = World::snapshotted().due() else { panic!("a copy") };
    assert_eq!((kms_key_id.as_str(), &tags), (super::world::KEY, &own));
    let Call::RestoreDBInstanceFromDBSnapshot { settings, .. } = World::copied().due() else { panic!("a restore") };
    let mut tags = own;
    tags.insert("team".into(), "a".into());
    assert_eq!(settings[&Setting::Tags], Value::Tags(tags));
    assert_eq!(settings[&Setting::BackupRetentionPeriod], Value::Number(0));
    assert_eq!(settings[&Setting::AutoMinorVersionUpgrade], Value::Flag(false));
    assert!(!settings.contains_key(&Setting::DeletionProtection));
}
