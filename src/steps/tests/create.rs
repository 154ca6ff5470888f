//! Creates whose resource isn't seen: what became of the call decides whether it may be sent (again).

use super::{
    Expect, World, check,
    world::{accepted, not_sent, refused, unknown},
};
use crate::{
    model::{Answer, DbEvent, EventSource, Inquiry, Outcome},
    steps::Step,
};

const ACT: Expect = Expect::Act(&[]);
const WAIT: Expect = Expect::Wait(&[]);
const HERE: bool = true;
const EARLIER: bool = false;

/// What became of a create, how many seconds ago, and in which process.
type Noted = (Outcome, u64, bool);

/// Plays a table for each of the three creates.
fn play(table: &[(&str, Vec<Noted>, Expect)]) {
    let creates = [
        (Step::TakeSnapshot, World::new()),
        (Step::EncryptCopy, World::snapshotted()),
        (Step::Restore, World::copied()),
    ];
    for (step, world) in creates {
        let call = world.due();
        for (case, journal, expected) in table {
            let world = journal.iter().fold(world.clone(), |world, (outcome, seconds, this_run)| {
                world.noted(&call, outcome.clone(), *seconds, *this_run)
            });
            check(&format!("{step:?}: {case}"), &world, step, *expected);
        }
    }
}

#[test]
fn a_create_that_may_have_acted_is_waited_for() {
    let gone = Expect::Failed(&["gone", "orders was not changed"]);
    let exhausted = Expect::Stop(&["2 times without effect", "connection reset"]);
    play(&[
        ("nothing asked", vec![], ACT),
        ("accepted just now", vec![(accepted(), 0, HERE)], Expect::Wait(&["doesn't show"])),
        ("accepted, not seen for 4:59", vec![(accepted(), 299, HERE)], WAIT),
        ("accepted, not seen for 5:00", vec![(accepted(), 300, HERE)], gone),
        ("accepted by an earlier process, not seen for 4:59", vec![(accepted(), 299, EARLIER)], WAIT),
        ("accepted by an earlier process, not seen for 5:00", vec![(accepted(), 300, EARLIER)], gone),
        ("found once, gone now", vec![(Outcome::Found { resource_id: None }, 300, EARLIER)], gone),
        ("answer lost 59 s ago", vec![(unknown(), 59, HERE)], Expect::Wait(&["was lost"])),
        ("answer lost 60 s ago", vec![(unknown(), 60, HERE)], ACT),
        ("process ended 59 s ago, before the answer was saved", vec![(Outcome::Sent, 59, EARLIER)], WAIT),
        ("process ended 60 s ago, before the answer was saved", vec![(Outcome::Sent, 60, EARLIER)], ACT),
        ("lost twice, the second 59 s ago", vec![(unknown(), 200, HERE), (unknown(), 59, HERE)], WAIT),
        ("lost twice, the second 60 s ago", vec![(unknown(), 200, HERE), (unknown(), 60, HERE)], exhausted),
        ("lost once by each of two processes", vec![(Outcome::Sent, 900, EARLIER), (unknown(), 60, HERE)], ACT),
        (
            "lost by an earlier process, then twice here",
            vec![(Outcome::Sent, 900, EARLIER), (unknown(), 120, HERE), (unknown(), 60, HERE)],
            exhausted,
        ),
        ("a person resumes after that", vec![(unknown(), 900, EARLIER), (unknown(), 840, EARLIER)], ACT),
        (
            "lost, then accepted and not seen yet",
            vec![(unknown(), 900, HERE), (accepted(), 20, HERE)],
            Expect::Wait(&["doesn't show"]),
        ),
    ]);
}

#[test]
fn a_create_that_did_not_act_is_asked_again_or_explained() {
    let quoted = Expect::Stop(&["InvalidSubnet: AWS's sentence", "request-7", "nothing was changed"]);
    let denied = Expect::Denied(&["AWS's sentence", "request-7", "allow rds:"]);
    let busy = || refused("InvalidDBInstanceState");
    play(&[
        ("busy 14 s ago", vec![(busy(), 14, HERE)], Expect::Wait(&["InvalidDBInstanceState: AWS's sentence"])),
        ("busy 15 s ago", vec![(busy(), 15, HERE)], ACT),
        ("snapshot busy 14 s ago", vec![(refused("InvalidDBSnapshotState"), 14, HERE)], WAIT),
        ("snapshot busy 15 s ago", vec![(refused("InvalidDBSnapshotState"), 15, HERE)], ACT),
        ("busy three times", vec![(busy(), 90, HERE), (busy(), 60, HERE), (busy(), 15, HERE)], ACT),
        ("refused in this run", vec![(refused("InvalidSubnet"), 0, HERE)], quoted),
        ("refused in this run, long ago", vec![(refused("InvalidSubnet"), 9000, HERE)], quoted),
        ("refused in an earlier process", vec![(refused("InvalidSubnet"), 1, EARLIER)], ACT),
        ("denied", vec![(refused("AccessDenied"), 0, HERE)], denied),
        ("denied by another word", vec![(refused("AccessDeniedException"), 0, HERE)], denied),
        ("denied in an earlier process", vec![(refused("AccessDenied"), 1, EARLIER)], ACT),
        ("never sent 14 s ago", vec![(not_sent(), 14, HERE)], Expect::Wait(&["Rate exceeded"])),
        ("never sent 15 s ago", vec![(not_sent(), 15, HERE)], ACT),
        ("never sent, five times", vec![(not_sent(), 99, HERE); 5], ACT),
    ]);
}

#[test]
fn only_attempts_that_may_have_acted_count() {
    play(&[
        ("lost, then throttled", vec![(unknown(), 300, HERE), (not_sent(), 15, HERE)], ACT),
        ("lost, then busy", vec![(unknown(), 300, HERE), (refused("InvalidDBInstanceState"), 15, HERE)], ACT),
        (
            "lost, throttled three times, lost again 60 s ago",
            vec![
                (unknown(), 300, HERE),
                (not_sent(), 200, HERE),
                (not_sent(), 180, HERE),
                (not_sent(), 160, HERE),
                (unknown(), 60, HERE),
            ],
            Expect::Stop(&["2 times"]),
        ),
        ("throttled, then lost 60 s ago", vec![(not_sent(), 200, HERE), (unknown(), 60, HERE)], ACT),
    ]);
}

#[test]
fn what_exists_already_is_ours_only_after_a_lost_answer() {
    let exists = || refused("DBSnapshotAlreadyExists");
    let foreign = Expect::Foreign(&["exists already", "didn't make it", crate::model::OWNER_TAG]);
    play(&[
        ("no attempt before", vec![(exists(), 0, HERE)], foreign),
        ("an instance, no attempt before", vec![(refused("DBInstanceAlreadyExists"), 0, HERE)], foreign),
        ("only a throttled attempt before", vec![(not_sent(), 60, HERE), (exists(), 0, HERE)], foreign),
        (
            "only a refused attempt before",
            vec![(refused("InvalidDBInstanceState"), 60, HERE), (exists(), 0, HERE)],
            foreign,
        ),
        ("told to an earlier process", vec![(exists(), 10, EARLIER)], ACT),
        ("after a lost answer", vec![(unknown(), 70, HERE), (exists(), 0, HERE)], Expect::Wait(&["isn't shown yet"])),
        ("after a process that ended", vec![(Outcome::Sent, 900, EARLIER), (exists(), 299, HERE)], WAIT),
        ("after a lost answer, never shown", vec![(unknown(), 900, HERE), (exists(), 300, HERE)], foreign),
    ]);
}

#[test]
fn what_is_gone_must_be_gone_in_two_looks() {
    let taken = || Outcome::Accepted { request_id: None, resource_id: None };
    let copy = World::copied().generation.names.copy;
    let told = |world: World, category: &str| {
        let event = DbEvent { at: world.now, message: "Deleted".into(), categories: vec![category.into()] };
        world.told(Inquiry::Events(EventSource::Snapshot(copy.clone())), Answer::Events(vec![event]))
    };
    for (shown, category, expected) in [
        (0, "deletion", Expect::Wait(&["looking once more"])),
        (14, "deletion", Expect::Wait(&["looking once more"])),
        (15, "deletion", Expect::Failed(&["is gone", "Deleted"])),
        (15, "creation", Expect::Wait(&["tells of no deletion"])),
        (299, "creation", Expect::Wait(&["tells of no deletion"])),
        (300, "creation", Expect::Failed(&["is gone", "AWS gives no reason"])),
    ] {
        let mut world = World::snapshotted().asked(&World::snapshotted().due(), taken(), 3600);
        world.shown = shown;
        check("the copy", &told(world, category), Step::EncryptCopy, expected);
    }
}
