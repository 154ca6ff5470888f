//! When the source allows a snapshot.

use super::{Expect, World, check, world::unknown};
use crate::steps::Step;

#[test]
fn a_snapshot_is_asked_for_when_the_source_allows_it() {
    let status = |status: &str| World::new().with_source(|source| source.status = Some(status.into()));
    let table = [
        ("available", status("available"), Expect::Act(&["CreateDBSnapshot orders-"])),
        ("optimizing its storage", status("storage-optimization"), Expect::Act(&["CreateDBSnapshot"])),
        ("initializing its storage", status("storage-initialization"), Expect::Wait(&["storage-initialization"])),
        ("modifying", status("modifying"), Expect::Wait(&["modifying", "until the source can be snapshotted"])),
        ("backing up", status("backing-up"), Expect::Wait(&["backing-up"])),
        ("an unknown word", status("polishing"), Expect::Wait(&["polishing"])),
        ("no word", World::new().with_source(|source| source.status = None), Expect::Wait(&[])),
        ("stopped", status("stopped"), Expect::Stop(&["orders is stopped"])),
        ("stopping", status("stopping"), Expect::Stop(&["orders is stopping"])),
        ("failed", status("failed"), Expect::Stop(&["orders is failed"])),
        ("full", status("storage-full"), Expect::Stop(&["orders is storage-full"])),
        ("deleting", status("deleting"), Expect::Stop(&["orders is deleting"])),
        ("gone", World::new().with_seen(|seen| seen.source = None), Expect::Stop(&["orders is gone"])),
        (
            "another one under the name",
            World::new().with_source(|source| source.resource_id = Some("db-OTHER".into())),
            Expect::Stop(&["another one now", "db-OTHER", "db-SOURCE", "nothing was touched"]),
        ),
        (
            "no resource id shown yet",
            World::new().with_source(|source| source.resource_id = None),
            Expect::Wait(&["resource id"]),
        ),
    ];
    for (case, world, expected) in table {
        check(case, &world, Step::TakeSnapshot, expected);
    }
}

#[test]
fn a_repeated_snapshot_needs_the_source_too() {
    let call = World::new().due();
    let lost = World::new().asked(&call, unknown(), 60);
    check("serves", &lost, Step::TakeSnapshot, Expect::Act(&[]));
    let stopped = lost.clone().with_source(|source| source.status = Some("stopped".into()));
    check("stopped", &stopped, Step::TakeSnapshot, Expect::Stop(&["stopped"]));
    let renamed = lost.with_seen(|seen| seen.source = None);
    check("renamed", &renamed, Step::TakeSnapshot, Expect::Stop(&["gone"]));
}

#[test]
fn the_source_does_not_matter_once_the_snapshot_exists() {
    let gone = |world: World| world.with_seen(|seen| seen.source = None);
    let stopped = |world: World| world.with_source(|source| source.status = Some("stopped".into()));
    let table = [
        ("gone after the snapshot", gone(World::snapshotted()), Step::EncryptCopy, Expect::Act(&["CopyDBSnapshot"])),
        ("stopped after the snapshot", stopped(World::snapshotted()), Step::EncryptCopy, Expect::Act(&[])),
        ("gone after the copy", gone(World::copied()), Step::Restore, Expect::Act(&[])),
        ("gone after everything", gone(World::settled()), Step::Verify, Expect::Done),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}
