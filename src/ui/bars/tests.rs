use indicatif::{InMemoryTerm, TermLike};
use insta::assert_snapshot;

use super::{super::samples::*, *};
use crate::steps::{Step, Stop, StopKind};

/// Bars on a terminal of `width` columns, after `events`: the same in colour and without.
fn screen(width: u16, events: &[Event]) -> String {
    let shown = drawn(width, events, false);
    assert_eq!(drawn(width, events, true), shown, "in colour");
    shown
}

fn drawn(width: u16, events: &[Event], color: bool) -> String {
    let term = InMemoryTerm::new(24, width);
    let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
    let mut bars = Bars::new(target, move || width, color);
    for event in events {
        bars.report(event);
    }
    let shown = term.contents();
    assert!(shown.lines().all(|line| line.chars().count() <= usize::from(width)), "too wide:\n{shown}");
    drop(bars);
    assert_eq!(term.contents(), shown, "what is shown stays when the run is over");
    term.write_str("RESULT").expect("a memory");
    assert!(term.contents().ends_with("\nRESULT"), "what comes next has its own line:\n{}", term.contents());
    shown
}

/// The first `steps` parts of a whole run.
fn until(steps: usize) -> Vec<Event> {
    whole_run().into_iter().take(steps).flatten().collect()
}

#[test]
fn at_the_start_all_steps_are_there() {
    assert_snapshot!(screen(80, &until(1)[..2]), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ⠋ snapshot
    · encrypted copy           of the snapshot, under the key
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
    assert_snapshot!(screen(80, &until(1)[..3]), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ⠋ snapshot                 asking CreateDBSnapshot orders-ir3pkvta-g1
    · encrypted copy           of the snapshot, under the key
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
}

#[test]
fn a_copy_shows_its_bar_and_an_estimate() {
    assert_snapshot!(screen(80, &until(2)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ⠙ encrypted copy  0:12:45  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌  42 %  copying  ~17 min left
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
    assert_snapshot!(screen(60, &until(2)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ⠙ encrypted copy  0:12:45  ━━━╌╌╌╌╌  42 %  copying  ~17 min
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
}

#[test]
fn without_a_percentage_there_is_no_bar() {
    assert_snapshot!(screen(80, &until(3)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ⠙ restore         0:06:40  creating
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
}

#[test]
fn what_has_no_room_in_its_row_stands_below() {
    assert_snapshot!(screen(80, &until(4)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ✓ restore         0:09:00  orders-ir3pkvta-g1
    ⠹ settle          0:01:35  backing-up, everything is in place; looking once more
    · verify                   key and settings, read back
    ");
    assert_snapshot!(screen(60, &until(4)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ✓ restore         0:09:00  orders-ir3pkvta-g1
    ⠹ settle          0:01:35  backing-up, everything is in pla…
    · verify                   key and settings, read back
      backing-up, everything is in place; looking once more
    ");
}

#[test]
fn at_the_end_every_step_has_its_mark_and_time() {
    assert_snapshot!(screen(80, &until(5)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ✓ restore         0:09:00  orders-ir3pkvta-g1
    ✓ settle          0:01:50  every value read back twice
    ✓ verify          0:00:02  encrypted, 22 settings compared
    ");
    assert_snapshot!(screen(60, &until(5)), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ✓ restore         0:09:00  orders-ir3pkvta-g1
    ✓ settle          0:01:50  every value read back twice
    ✓ verify          0:00:02  encrypted, 22 settings compared
    ");
}

#[test]
fn a_resumed_run_shows_what_was_done_earlier() {
    let events = [
        begun(true, 1),
        Event::StepStarted { step: Step::Restore },
        looked(Step::Restore, "creating", None, "", 3725, "07:00:00"),
    ];
    assert_snapshot!(screen(80, &events), @"
    orders → orders-ir3pkvta-g1   key …567890ab   resumed
    ✓ snapshot                 done earlier
    ✓ encrypted copy           done earlier
    ⠋ restore         1:02:05  creating
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
}

#[test]
fn an_outage_is_told_and_over_when_aws_answers() {
    let why = "dispatch failure: connection refused (https://rds.eu-west-2.amazonaws.com), since 2 min".to_owned();
    let mut events = until(2);
    events.push(Event::LookFailed { kind: crate::engine::event::Trouble::Unreachable, why });
    assert_snapshot!(screen(80, &events), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ⠙ encrypted copy  0:12:45  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌  42 %  copying  ~17 min left
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ! no answer from AWS: dispatch failure: connection refused
      (https://rds.eu-west-2.amazonaws.com), since 2 min; trying again
    ");
    assert_snapshot!(screen(60, &events), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ⠙ encrypted copy  0:12:45  ━━━╌╌╌╌╌  42 %  copying  ~17 min
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ! no answer from AWS: dispatch failure: connection refused
      (https://rds.eu-west-2.amazonaws.com), since 2 min; trying
      again
    ");
    events.push(looked(Step::EncryptCopy, "copying", Some(42), "", 800, "06:17:30"));
    assert_eq!(screen(80, &events).lines().count(), 6);
}

#[test]
fn a_refused_call_is_told() {
    let mut events = until(1);
    events.truncate(2);
    let call = "CreateDBSnapshot orders-k3v9q2xa-g1".to_owned();
    let outcome = "refused, SnapshotQuotaExceeded: Cannot create more than 100 manual snapshots".to_owned();
    events.push(Event::Asked { step: Step::TakeSnapshot, call, outcome, accepted: false });
    assert_snapshot!(screen(80, &events), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ⠋ snapshot                 asked CreateDBSnapshot
    · encrypted copy           of the snapshot, under the key
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ! CreateDBSnapshot orders-k3v9q2xa-g1: refused, SnapshotQuotaExceeded: Cannot
      create more than 100 manual snapshots
    ");
}

#[test]
fn a_stop_and_an_interruption_leave_the_last_truth() {
    let stop = Stop { kind: StopKind::NeedsPerson, reason: "the copy is failed".into(), remedy: String::new() };
    let mut stopped = until(2);
    stopped.push(Event::Stopped(stop));
    stopped.push(tick(900));
    assert_snapshot!(screen(80, &stopped), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✗ encrypted copy  0:12:45  stopped; last seen: copying 42 %
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
    let mut interrupted = until(3);
    interrupted.push(Event::Interrupted);
    assert_snapshot!(screen(80, &interrupted), @"
    orders → orders-ir3pkvta-g1   key …567890ab   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ✓ encrypted copy  0:30:00  orders-ir3pkvta-g1-encrypted
    ‖ restore         0:06:40  interrupted; last seen: creating
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
}

#[test]
fn a_tick_moves_the_time_and_never_the_bar() {
    let bar = |events: &[Event]| screen(80, events).lines().nth(2).map(|line| line.matches('━').count());
    let mut events = until(2);
    let before = bar(&events);
    events.extend((766..900).map(tick));
    assert_eq!((before, bar(&events)), (Some(8), Some(8)));
    assert!(screen(80, &events).contains("0:14:59"));
}

#[test]
fn narrow_screens_and_long_names_stay_within_the_width() {
    let mut events = until(2);
    events[0] = Event::Begun(crate::engine::event::Begun {
        steps: crate::steps::Goal::Migrate.pipeline(&plan("postgres", false)),
        goal: crate::steps::Goal::Migrate,
        database: "a-database-of-the-payments-department-in-production-number-seven".into(),
        target: "a-database-of-the-payments-department-in-producti-k3v9q2xa-g1".into(),
        key_arn: KEY.into(),
        resumed: true,
        pace: 600,
    });
    assert_snapshot!(screen(80, &events), @"
    a-databas…er-seven → a-databas…9q2xa-g1   key …567890ab   resumed   sandbox ×600
    ✓ snapshot        0:04:10  orders-ir3pkvta-g1
    ⠙ encrypted copy  0:12:45  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌  42 %  copying  ~17 min left
    · restore                  a new instance from the copy
    · settle                   settings that a restore forgets
    · verify                   key and settings, read back
    ");
    for width in [60, 48, 40, 30] {
        screen(width, &events);
    }
}
