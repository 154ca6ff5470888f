//! A target whose restore's answer was lost: its looks and the run's tag must prove it.

use super::{
    Expect, World, check,
    world::{OTHER_KEY, at, refused, under, unknown},
};
use crate::{
    model::{DbInstance, Outcome, RUN_TAG},
    steps::Step,
};

/// The restore's answer was lost so many seconds ago, and the target is there.
fn lost(seconds: u64) -> World {
    World::copied().asked(&World::copied().due(), unknown(), seconds).with_seen(show_target)
}

fn show_target(seen: &mut crate::steps::Seen) {
    seen.target = World::restored().seen.target;
}

fn untagged(target: &mut DbInstance) {
    target.tags.as_mut().expect("tags").remove(RUN_TAG);
}

fn tagged(run: &str) -> impl FnOnce(&mut DbInstance) {
    let run = run.to_owned();
    |target: &mut DbInstance| {
        target.tags.as_mut().expect("tags").insert(RUN_TAG.into(), run);
    }
}

#[test]
fn it_needs_the_tag_of_the_run() {
    let call = World::copied().due();
    let exists = lost(70).asked(&call, refused("DBInstanceAlreadyExists"), 5);
    let other = Expect::Foreign(&["another run", "other-nonce"]);
    let ended = World::copied().noted(&call, Outcome::Sent, 5, false).with_seen(show_target);
    let twice = |first: u64, second: u64| lost(first).asked(&call, unknown(), second).with_target(untagged);
    let table = [
        ("our tag", lost(5), Step::Settle, Expect::Act(&[])),
        ("our tag, long after", lost(9000), Step::Settle, Expect::Act(&[])),
        ("our tag, after a process that ended", ended, Step::Settle, Expect::Act(&[])),
        ("our tag, after a second attempt was told that it exists", exists, Step::Settle, Expect::Act(&[])),
        ("no tag for 9:59", lost(599).with_target(untagged), Step::Restore, Expect::Wait(&["tags"])),
        ("no tag for 10:00", lost(600).with_target(untagged), Step::Restore, Expect::Foreign(&["no tag", RUN_TAG])),
        ("no tags at all yet", lost(5).with_target(|it| it.tags = None), Step::Restore, Expect::Wait(&["tags"])),
        ("the tag of another run", lost(5).with_target(tagged("other-nonce eve@home")), Step::Restore, other),
        ("no tag for 9:59 since the second attempt", twice(2000, 599), Step::Restore, Expect::Wait(&["tags"])),
        ("no tag for 10:00 since the second attempt", twice(2000, 600), Step::Restore, Expect::Foreign(&["no tag"])),
    ];
    for (case, world, step, expected) in table {
        check(case, &world, step, expected);
    }
}

#[test]
fn its_looks_must_fit() {
    let seen = |change: fn(&mut DbInstance)| lost(5).with_target(change);
    let table = [
        ("older than the copy", seen(|it| it.instance_create_time = Some(at("01:59:59"))), "before the copy"),
        ("of the copy's age", seen(|it| it.instance_create_time = Some(at("02:00:00"))), "before the copy"),
        ("another engine", seen(|it| it.engine = Some("mysql".into())), "engine is mysql"),
        ("another master user", seen(|it| it.master_username = Some("eve".into())), "another master user"),
        ("another key", seen(|it| it.encryption = under(OTHER_KEY)), "9999ffff"),
    ];
    for (case, world, why) in table {
        let standing = check(case, &world, Step::Restore, Expect::Foreign(&["is not this migration's"]));
        assert!(format!("{standing:?}").contains(why), "{case}: {standing:?}");
    }
    let waits = [
        ("age not shown yet", seen(|it| it.instance_create_time = None)),
        ("engine not shown yet", seen(|it| it.engine = None)),
        ("master user not shown yet", seen(|it| it.master_username = None)),
        ("copy's age not shown", lost(5).with_copy(|it| it.snapshot_create_time = None)),
    ];
    for (case, world) in waits {
        check(case, &world, Step::Restore, Expect::Wait(&["doesn't show"]));
    }
    let goes_on = [
        ("copy gone", lost(5).with_seen(|seen| seen.copy = None)),
        ("copy and snapshot gone", lost(5).with_seen(|seen| (seen.copy, seen.snapshot) = (None, None))),
    ];
    for (case, world) in goes_on {
        check(case, &world, Step::Settle, Expect::Act(&[]));
    }
}

#[test]
fn an_accepted_restore_without_an_id_in_its_answer_is_judged_by_looks() {
    let accepted = Outcome::Accepted { request_id: None, resource_id: None };
    let world = World::copied().asked(&World::copied().due(), accepted, 5).with_seen(show_target);
    check("fits, tags not shown", &world.clone().with_target(untagged), Step::Settle, Expect::Act(&[]));
    let old = world.with_target(|it| it.instance_create_time = Some(at("01:00:00")));
    check("older than the copy", &old, Step::Restore, Expect::Foreign(&["before the copy"]));
}

#[test]
fn it_is_not_encrypted_as_asked() {
    let world = lost(5).with_target(|it| it.encryption = super::world::plain());
    check("not encrypted", &world, Step::Restore, Expect::Failed(&["not encrypted", "don't use it"]));
}
