//! Removing: only what is proven ours, seen twice, unprotected, and while the source is there.

use super::{
    Expect, World, check,
    world::{accepted, plain, unknown},
};
use crate::{
    model::{Answer, Call, DbInstance, Inquiry, Outcome, RUN_TAG},
    steps::{Goal, Step},
};

const WAIT: Expect = Expect::Wait(&[]);

fn abandoned(mut world: World) -> World {
    world.goal = Goal::Abandon;
    for tags in [world.seen.snapshot.as_mut().map(|it| &mut it.tags), world.seen.copy.as_mut().map(|it| &mut it.tags)]
        .into_iter()
        .flatten()
    {
        *tags = Some([(RUN_TAG.to_owned(), super::world::RUN.to_owned())].into());
    }
    world
}

/// Everything is there, and the target isn't protected.
fn all() -> World {
    abandoned(World::settled().with_target(|target| target.deletion_protection = Some(false)))
}

fn without_target() -> World {
    all().with_seen(|seen| seen.target = None)
}

#[test]
fn an_instance_goes_first_and_only_if_it_is_proven_ours() {
    let delete = Expect::Act(&["DeleteDBInstance orders-"]);
    let untagged = |world: World| {
        world.with_target(|it: &mut DbInstance| {
            it.tags = Some([("team".to_owned(), "a".to_owned())].into());
        })
    };
    let table = [
        ("ours", all(), delete),
        (
            "protected",
            all().with_target(|it| it.deletion_protection = Some(true)),
            Expect::Act(&["ModifyDBInstance", "DeletionProtection=no"]),
        ),
        ("seen once only", World { shown: 14, ..all() }, Expect::Wait(&["looking once more"])),
        ("being deleted", all().with_target(|it| it.status = Some("deleting".into())), Expect::Wait(&["deleting"])),
        (
            "stopped and protected",
            all().with_target(|it| (it.status, it.deletion_protection) = (Some("stopped".into()), Some(true))),
            Expect::Stop(&["is stopped, and protected", "start it"]),
        ),
        (
            "a wreck under protection",
            all().with_target(|it| (it.status, it.deletion_protection) = (Some("failed".into()), Some(true))),
            Expect::Stop(&["is failed, and protected"]),
        ),
        ("stopped", all().with_target(|it| it.status = Some("stopped".into())), delete),
        ("a wreck", all().with_target(|it| it.status = Some("failed".into())), delete),
        (
            "source renamed",
            all()
                .with_seen(|seen| seen.source = None)
                .told(Inquiry::Instance { resource_id: "db-SOURCE".into() }, Answer::Instance(Some(Box::default()))),
            delete,
        ),
        (
            "source gone",
            all().with_seen(|seen| seen.source = None),
            Expect::Stop(&["isn't there to stay", "nothing is removed"]),
        ),
        (
            "source being deleted",
            all().with_source(|it| it.status = Some("deleting".into())).told(
                Inquiry::Instance { resource_id: "db-SOURCE".into() },
                Answer::Instance(Some(Box::new(DbInstance {
                    identifier: "orders".into(),
                    status: Some("deleting".into()),
                    ..DbInstance::default()
                }))),
            ),
            Expect::Stop(&["orders is deleting", "nothing is removed"]),
        ),
        (
            "source made again under its name",
            all().with_source(|it| it.resource_id = Some("db-OTHER".into())),
            Expect::Stop(&["nothing is removed"]),
        ),
    ];
    for (case, world, expected) in table {
        check(case, &world, Step::RemoveTarget, expected);
    }
    let copy = Expect::Act(&["DeleteDBSnapshot orders-", "-encrypted"]);
    let left = [
        ("another instance of its name", all().with_target(|it| it.resource_id = Some("db-OTHER".into()))),
        ("no tag of ours", untagged(all())),
        (
            "the tag of another run",
            all().with_target(|it| {
                it.tags = Some([(RUN_TAG.to_owned(), "other eve@home".to_owned())].into());
            }),
        ),
    ];
    for (case, world) in left {
        check(case, &world, Step::RemoveCopy, copy);
    }
}

#[test]
fn snapshots_go_after_it() {
    let bare = |world: World| world.with_copy(|it| it.tags = None);
    let only_snapshot = || abandoned(World::snapshotted());
    let table = [
        ("the copy", without_target(), Step::RemoveCopy, Expect::Act(&["DeleteDBSnapshot", "-encrypted"])),
        (
            "a copy under way is given up",
            without_target().with_copy(|it| it.status = Some("copying".into())),
            Step::RemoveCopy,
            Expect::Act(&["-encrypted"]),
        ),
        (
            "a failed copy",
            without_target().with_copy(|it| it.status = Some("failed".into())),
            Step::RemoveCopy,
            Expect::Act(&[]),
        ),
        (
            "a copy of another snapshot, with our tag",
            without_target().with_copy(|it| it.original_snapshot_create_time = it.snapshot_create_time),
            Step::RemoveCopy,
            Expect::Act(&["DeleteDBSnapshot orders-"]),
        ),
        (
            "a copy of another snapshot, without our tag",
            bare(without_target()).with_copy(|it| it.original_snapshot_create_time = it.snapshot_create_time),
            Step::RemoveSnapshot,
            Expect::Act(&["DeleteDBSnapshot orders-"]),
        ),
        ("no tags for long", bare(without_target()), Step::RemoveSnapshot, Expect::Act(&[])),
        ("the snapshot", only_snapshot(), Step::RemoveSnapshot, Expect::Act(&["DeleteDBSnapshot"])),
        (
            "a snapshot that is being taken",
            only_snapshot().with_snapshot(|it| it.status = Some("creating".into())),
            Step::RemoveSnapshot,
            Expect::Wait(&["creating"]),
        ),
        ("nothing was ever made", abandoned(World::new()), Step::RemoveSnapshot, Expect::Done),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn what_may_still_appear_is_waited_for() {
    let create = World::new().due();
    let lost = |outcome, seconds| abandoned(World::new().asked(&create, outcome, seconds));
    check("lost a moment ago", &lost(unknown(), 299), Step::RemoveSnapshot, Expect::Wait(&["may still appear"]));
    check("lost long ago", &lost(unknown(), 300), Step::RemoveSnapshot, Expect::Done);
    check("gone in one look", &World { shown: 14, ..lost(unknown(), 300) }, Step::RemoveSnapshot, WAIT);
    let delete = all().due();
    let Call::DeleteDBInstance { .. } = &delete else { panic!("{delete:?}") };
    let asked = |outcome: Outcome, seconds| all().asked(&delete, outcome, seconds);
    check("deleted 59 s ago, still shown", &asked(accepted(), 59), Step::RemoveTarget, WAIT);
    check(
        "deleted 60 s ago, still shown",
        &asked(accepted(), 60),
        Step::RemoveTarget,
        Expect::Act(&["DeleteDBInstance"]),
    );
    let twice = asked(accepted(), 200).asked(&delete, accepted(), 60);
    check("deleted twice, still shown", &twice, Step::RemoveTarget, Expect::Stop(&["2 times without effect"]));
}

#[test]
fn the_plain_snapshot_goes_only_while_its_encrypted_copy_is_there() {
    let drop = |world: World| World { goal: Goal::DropSnapshots, ..abandoned(world) };
    let kept = Expect::Stop(&["is kept"]);
    let table = [
        ("all is there", drop(World::settled()), Expect::Act(&["DeleteDBSnapshot orders-"])),
        ("no copy", drop(World::settled()).with_seen(|seen| seen.copy = None), kept),
        ("a copy that isn't encrypted", drop(World::settled()).with_copy(|it| it.encryption = plain()), kept),
        ("a copy that isn't whole", drop(World::settled()).with_copy(|it| it.status = Some("copying".into())), kept),
    ];
    for (case, world, expected) in table {
        check(case, &world, Step::RemoveSnapshot, expected);
    }
}
