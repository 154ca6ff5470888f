//! Modify and reboot: AWS shows the old world for a while, so nothing is repeated inside the fence.

use super::{
    Expect, World, check,
    world::{accepted, group, not_sent, refused, unknown},
};
use crate::{
    model::{Answer, Call, DbEvent, EventSource, Inquiry, Outcome},
    steps::Step,
};

const ACT: Expect = Expect::Act(&[]);
const WAIT: Expect = Expect::Wait(&[]);

/// What became of the change, and how many seconds ago it was asked for.
type Noted = (Outcome, u64);

fn play(world: &World, table: Vec<(&str, Vec<Noted>, Expect)>) {
    let call = world.due();
    for (case, journal, expected) in table {
        let world =
            journal.into_iter().fold(world.clone(), |world, (outcome, seconds)| world.asked(&call, outcome, seconds));
        check(&format!("{}: {case}", call.action()), &world, Step::Settle, expected);
    }
}

#[test]
fn a_modify_is_repeated_once_after_the_fence() {
    let exhausted = Expect::Stop(&["2 times without effect", "PreferredBackupWindow=02:00-02:30"]);
    let mut world = World::restored();
    world.steady = 14;
    let repeated = world.clone().asked(&world.due(), accepted(), 60);
    check("no second look yet", &repeated, Step::Settle, Expect::Wait(&["looking once more"]));
    world.steady = 15;
    play(
        &world,
        vec![
            ("nothing asked", vec![], Expect::Act(&["ModifyDBInstance"])),
            ("accepted 59 s ago, no effect", vec![(accepted(), 59)], Expect::Wait(&["doesn't show its effect"])),
            ("accepted 60 s ago, no effect", vec![(accepted(), 60)], ACT),
            ("accepted twice, the second 59 s ago", vec![(accepted(), 200), (accepted(), 59)], WAIT),
            ("accepted twice, the second 60 s ago", vec![(accepted(), 200), (accepted(), 60)], exhausted),
            ("answer lost 59 s ago", vec![(unknown(), 59)], WAIT),
            ("answer lost 60 s ago", vec![(unknown(), 60)], ACT),
            ("process ended 59 s ago", vec![(Outcome::Sent, 59)], WAIT),
            ("process ended 60 s ago", vec![(Outcome::Sent, 60)], ACT),
            ("lost, then accepted, no effect", vec![(unknown(), 200), (accepted(), 60)], exhausted),
            ("lost, then throttled", vec![(unknown(), 200), (not_sent(), 15)], ACT),
            ("throttled 14 s ago", vec![(not_sent(), 14)], WAIT),
            ("busy 14 s ago", vec![(refused("InvalidDBInstanceState"), 14)], WAIT),
            ("busy 15 s ago", vec![(refused("InvalidDBInstanceState"), 15)], ACT),
            ("busy four times", vec![(refused("InvalidDBInstanceState"), 15); 4], ACT),
            (
                "refused",
                vec![(refused("InvalidParameterCombination"), 0)],
                Expect::Stop(&["InvalidParameterCombination: AWS's sentence", "request-7"]),
            ),
            ("denied", vec![(refused("AccessDenied"), 0)], Expect::Denied(&["allow rds:ModifyDBInstance"])),
        ],
    );
}

#[test]
fn a_lost_reboot_is_never_repeated() {
    let mut world = World::restored().with_target(|target| {
        *target = World::settled().seen.target.expect("a target");
        target.parameter_groups = Some(vec![group("orders-pg", "pending-reboot")]);
    });
    world.steady = 15;
    let lost = Expect::Stop(&[
        "RebootDBInstance orders-",
        "was lost",
        "neither an event nor its effect",
        "not repeated on a guess",
    ]);
    play(
        &world,
        vec![
            ("nothing asked", vec![], Expect::Act(&["RebootDBInstance"])),
            ("answer lost 59 s ago", vec![(unknown(), 59)], WAIT),
            ("answer lost 60 s ago", vec![(unknown(), 60)], lost),
            ("process ended 60 s ago", vec![(Outcome::Sent, 60)], lost),
            ("accepted 59 s ago, no effect", vec![(accepted(), 59)], WAIT),
            ("accepted 60 s ago, no effect", vec![(accepted(), 60)], Expect::Wait(&["was taken"])),
            ("accepted 4:59 ago, no effect", vec![(accepted(), 299)], WAIT),
            ("accepted 5:00 ago, no effect", vec![(accepted(), 300)], Expect::Stop(&["AWS took RebootDBInstance"])),
            ("throttled 15 s ago", vec![(not_sent(), 15)], ACT),
            ("accepted without effect, then lost", vec![(accepted(), 200), (unknown(), 60)], lost),
        ],
    );
}

#[test]
fn a_lost_reboot_that_shows_its_effect_is_fine() {
    let pending = World::settled().with_target(|target| {
        target.parameter_groups = Some(vec![group("orders-pg", "pending-reboot")]);
    });
    let reboot = pending.due();
    assert!(matches!(reboot, Call::RebootDBInstance { .. }));
    check("in sync", &World::settled().asked(&reboot, unknown(), 5), Step::Verify, Expect::Done);
}

#[test]
fn another_modify_has_a_fence_of_its_own() {
    let windows = World::restored().due();
    let world = World::restored().asked(&windows, accepted(), 5).with_target(|target| {
        let settled = World::settled().seen.target.expect("a target");
        target.preferred_backup_window = settled.preferred_backup_window;
        target.preferred_maintenance_window = settled.preferred_maintenance_window;
    });
    check("the first one's effect is read back", &world, Step::Settle, Expect::Act(&["AutoMinorVersionUpgrade"]));
}

/// AWS tells this of the target, so many seconds after the call that it is about was sent.
fn told(world: World, message: &str, category: &str, seconds: i64) -> World {
    let target = world.seen.target.as_ref().expect("a target").identifier.clone();
    let at = world.now + jiff::SignedDuration::from_secs(seconds);
    let event = DbEvent { at, message: message.into(), categories: vec![category.into()] };
    world.told(Inquiry::Events(EventSource::Instance(target)), Answer::Events(vec![event]))
}

#[test]
fn events_tell_what_became_of_a_change() {
    let mut reboot = World::settled().with_target(|target| {
        target.parameter_groups = Some(vec![group("orders-pg", "pending-reboot")]);
    });
    let mut modify = World::restored();
    (reboot.steady, modify.steady) = (15, 15);
    let lost = |seconds| reboot.clone().asked(&reboot.due(), unknown(), seconds);
    let taken = |seconds| modify.clone().asked(&modify.due(), accepted(), seconds);
    let failed = "Unable to modify the DB instance";
    let table = [
        ("restarted, effect to come", told(lost(60), "DB instance restarted", "availability", 9), WAIT),
        (
            "restarted, no effect for 5 minutes",
            told(lost(300), "DB instance restarted", "availability", 9),
            Expect::Stop(&["its event tells that it happened"]),
        ),
        (
            "restarted before it was asked",
            told(lost(60), "DB instance restarted", "availability", -9),
            Expect::Stop(&["neither an event"]),
        ),
        (
            "a restart taken, and given up",
            told(reboot.clone().asked(&reboot.due(), accepted(), 60), "Unable to restart", "failure", 9),
            Expect::Stop(&["AWS took RebootDBInstance", "AWS's reason: “Unable to restart”"]),
        ),
        (
            "taken, and given up",
            told(taken(60), failed, "failure", 9),
            Expect::Stop(&["gave it up", "Unable to modify"]),
        ),
        ("taken, a failure before", told(taken(60), failed, "failure", -9), ACT),
        ("taken, another event", told(taken(60), "Finished a backup", "backup", 9), ACT),
        (
            "taken twice",
            told(taken(200).asked(&modify.due(), accepted(), 60), "Nothing to modify", "notification", 9),
            Expect::Stop(&["2 times without effect", "Nothing to modify"]),
        ),
    ];
    for (case, world, expected) in table {
        check(case, &world, Step::Settle, expected);
    }
    let unread = lost(60).told(
        Inquiry::Events(EventSource::Instance(reboot.seen.target.expect("a target").identifier)),
        Answer::NotChecked("AccessDenied".into()),
    );
    check("events not readable", &unread, Step::Settle, Expect::Stop(&["rds:DescribeEvents"]));
}
