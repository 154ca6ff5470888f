//! What has our name is ours only by what we asked for and by where it comes from.

use super::{
    Expect, World, check,
    world::{RUN, TARGET_ID, at, not_sent, refused, unknown},
};
use crate::{
    model::{Outcome, RUN_TAG},
    steps::Step,
};

/// What AWS shows at the end of `full`, in a migration that never asked for it.
fn shown_to(world: World, full: &World, step: Step) -> World {
    world.with_seen(|seen| match step {
        Step::TakeSnapshot => seen.snapshot = full.seen.snapshot.clone(),
        Step::EncryptCopy => seen.copy = full.seen.copy.clone(),
        _ => seen.target = full.seen.target.clone(),
    })
}

#[test]
fn what_was_never_asked_for_is_not_adopted() {
    let full = World::restored();
    let stages = [
        (Step::TakeSnapshot, World::new()),
        (Step::EncryptCopy, World::snapshotted()),
        (Step::Restore, World::copied()),
    ];
    for (step, world) in stages {
        let call = world.due();
        let table = [
            ("never asked for", world.clone(), Expect::Foreign(&["never asked for it", "left untouched"])),
            (
                "refused",
                world.clone().asked(&call, refused("DBSnapshotAlreadyExists"), 10),
                Expect::Foreign(&["AWS refused to make it", "left untouched"]),
            ),
            ("never sent", world.asked(&call, not_sent(), 10), Expect::Foreign(&["AWS refused to make it"])),
        ];
        for (case, world, foreign) in table {
            check(&format!("{step:?}: {case}"), &shown_to(world, &full, step), step, foreign);
        }
    }
}

#[test]
fn a_snapshot_is_ours_by_its_database() {
    let from = |id: Option<&str>| World::snapshotted().with_snapshot(|it| it.resource_id = id.map(ToOwned::to_owned));
    let call = World::new().due();
    let shown_by = |outcome, seconds, this_run, run: Option<&str>| {
        let world = World::new().noted(&call, outcome, seconds, this_run);
        let tags = run.map(|run| [(RUN_TAG.to_owned(), run.to_owned())].into());
        shown_to(world, &World::snapshotted(), Step::TakeSnapshot).with_snapshot(|it| it.tags = tags)
    };
    let shown = |outcome, seconds, run| shown_by(outcome, seconds, true, run);
    let lost = |seconds, run| shown(unknown(), seconds, run);
    let gone = |run| shown(Outcome::Gone { resource_id: None }, 5000, run);
    let taken = || Outcome::Accepted { request_id: None, resource_id: None };
    let late = |made: &str, run| shown(taken(), 9000, run).with_snapshot(|it| it.snapshot_create_time = Some(at(made)));
    let of_another_run = from(Some("db-SOURCE"))
        .with_snapshot(|it| it.tags = Some([(RUN_TAG.to_owned(), "other eve@home".to_owned())].into()));
    let table = [
        ("of our source", from(Some("db-SOURCE")), Step::EncryptCopy, Expect::Act(&[])),
        ("of another", from(Some("db-OTHER")), Step::TakeSnapshot, Expect::Foreign(&["db-OTHER", "db-SOURCE"])),
        ("of whom is not shown yet", from(None), Step::TakeSnapshot, Expect::Wait(&["which database"])),
        ("with another run's tag", of_another_run, Step::TakeSnapshot, Expect::Foreign(&["other eve@home"])),
        ("taken, made 10:00 later, no tag", late("12:10:00", None), Step::EncryptCopy, Expect::Act(&[])),
        (
            "taken, made 10:01 later, no tag",
            late("12:10:01", None),
            Step::TakeSnapshot,
            Expect::Foreign(&["no tag rds-encrypt-run, long after"]),
        ),
        ("taken, made 10:01 later, our tag", late("12:10:01", Some(RUN)), Step::EncryptCopy, Expect::Act(&[])),
        (
            "taken by an earlier process, no tag for 9:59",
            shown_by(taken(), 599, false, None),
            Step::TakeSnapshot,
            Expect::Wait(&["tags"]),
        ),
        (
            "taken by an earlier process, no tag for 10:00",
            shown_by(taken(), 600, false, None),
            Step::TakeSnapshot,
            Expect::Foreign(&["no tag"]),
        ),
        ("gone before, our tag", gone(Some(RUN)), Step::EncryptCopy, Expect::Act(&[])),
        ("gone before, no tag", gone(None), Step::TakeSnapshot, Expect::Foreign(&["was gone before it came"])),
        ("answer lost, our tag", lost(5, Some(RUN)), Step::EncryptCopy, Expect::Act(&[])),
        ("answer lost, no tag for 9:59", lost(599, None), Step::TakeSnapshot, Expect::Wait(&["tags"])),
        ("answer lost, no tag for 10:00", lost(600, None), Step::TakeSnapshot, Expect::Foreign(&["no tag"])),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn a_copy_is_ours_by_the_time_of_its_original() {
    let copy = |status: &str, time: Option<&str>| {
        World::copied().with_copy(|it| {
            it.status = Some(status.into());
            it.original_snapshot_create_time = time.map(at);
        })
    };
    let foreign = Expect::Foreign(&["taken at 2026-11-25T01:30:00Z", "ours was taken at 2026-11-25T01:00:00Z"]);
    let available = copy("available", Some("01:00:00"));
    let table = [
        ("the same time", available.clone(), Step::Restore, Expect::Act(&[])),
        ("another time", copy("available", Some("01:30:00")), Step::EncryptCopy, foreign),
        ("another time, still copied", copy("copying", Some("01:30:00")), Step::EncryptCopy, foreign),
        ("no time, still copied", copy("pending", None), Step::EncryptCopy, Expect::Wait(&["pending"])),
        ("no time, available", copy("available", None), Step::EncryptCopy, Expect::Wait(&["when its original"])),
        ("no time, failed", copy("failed", None), Step::EncryptCopy, Expect::Failed(&["is failed"])),
        (
            "snapshot shows no time",
            available.clone().with_snapshot(|it| it.original_snapshot_create_time = None),
            Step::EncryptCopy,
            Expect::Wait(&["when its original"]),
        ),
        ("snapshot gone", available.clone().with_seen(|seen| seen.snapshot = None), Step::Restore, Expect::Act(&[])),
        (
            "of another database",
            available.clone().with_copy(|it| it.resource_id = Some("db-OTHER".into())),
            Step::EncryptCopy,
            Expect::Foreign(&["db-OTHER"]),
        ),
        (
            "of whom is not shown yet",
            available.with_copy(|it| it.resource_id = None),
            Step::EncryptCopy,
            Expect::Wait(&["which database"]),
        ),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn a_target_is_ours_by_the_id_in_the_answer() {
    let shown = |id: Option<&str>| World::restored().with_target(|it| it.resource_id = id.map(ToOwned::to_owned));
    let found = || {
        let call = World::copied().due();
        let found = Outcome::Found { resource_id: Some(TARGET_ID.into()) };
        shown_to(World::copied().asked(&call, found, 900), &World::restored(), Step::Restore)
    };
    let table = [
        ("the id of the answer", shown(Some(TARGET_ID)), Step::Settle, Expect::Act(&[])),
        (
            "made again under the name",
            shown(Some("db-AGAIN")),
            Step::Restore,
            Expect::Foreign(&["it is db-AGAIN", TARGET_ID, "gone"]),
        ),
        ("no id shown yet", shown(None), Step::Restore, Expect::Wait(&["resource id"])),
        ("no tag shown", shown(Some(TARGET_ID)).with_target(|it| it.tags = None), Step::Settle, Expect::Act(&[])),
        ("found after a lost answer", found().with_target(|it| it.tags = None), Step::Settle, Expect::Act(&[])),
        (
            "found after a lost answer, then made again",
            found().with_target(|it| it.resource_id = Some("db-AGAIN".into())),
            Step::Restore,
            Expect::Foreign(&["db-AGAIN"]),
        ),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}
