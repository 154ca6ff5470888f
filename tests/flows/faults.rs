//! Calls go wrong; the migration comes to the same end, and nothing is made twice.

use std::time::Duration;

use rds_encrypt::sandbox::How;
use tokio::time::sleep;

use crate::{
    crashes::CALLS,
    end::{End, MIGRATE, assert_same_end, end, journal, rds, target_of, uninterrupted},
    stage::{Heard, Stage, assert_heard},
};

/// Whatever a migration asks of AWS.
const ACTIONS: [&str; 5] =
    ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RebootDBInstance"];

/// Runs the migration, which must end as if nothing had gone wrong.
async fn comes_to(stage: &Stage, expected: &End, case: &str) -> Heard {
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 0, "{case}: {heard}");
    assert_same_end(stage, expected, case).await;
    heard
}

/// The answer is lost after AWS has acted: what happened is found, by lineage or by its effect.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_reason_to_ask_again() {
    let (_, expected) = uninterrupted().await;
    for (action, before) in CALLS {
        let stage = Stage::small();
        stage.order(action, before, 1, How::DropAnswer);
        comes_to(&stage, &expected, &format!("the answer to {action} {before} is lost")).await;
        assert_eq!(journal(&stage, "orders").len(), CALLS.len(), "{action} {before}: nothing is asked for again");
    }
    for how in [How::DropAnswer, How::ErrAfterwards { status: 503 }] {
        let stage = Stage::small();
        for action in ACTIONS {
            stage.order(action, 0, 9, how.clone());
        }
        comes_to(&stage, &expected, &format!("{how:?} at each call")).await;
        assert_eq!(journal(&stage, "orders").len(), CALLS.len(), "{how:?}: nothing is asked for again");
    }
}

/// Nothing happened and AWS says so: asked again, as often as it takes.
#[tokio::test(start_paused = true)]
async fn a_throttled_or_busy_call_is_asked_again() {
    let (_, expected) = uninterrupted().await;
    let busy = |action: &str| {
        let code = if action == "CopyDBSnapshot" { "InvalidDBSnapshotState" } else { "InvalidDBInstanceState" };
        How::Refuse { code: code.into(), message: "is not available".into(), status: 400 }
    };
    for throttled in [true, false] {
        let stage = Stage::small();
        for action in ACTIONS {
            stage.order(action, 0, 3, if throttled { How::Throttle } else { busy(action) });
        }
        comes_to(&stage, &expected, if throttled { "throttled" } else { "busy" }).await;
        assert_eq!(journal(&stage, "orders").len(), CALLS.len() + 3 * ACTIONS.len());
    }
}

/// The request is lost before AWS has acted; after the fence it is asked once more.
#[tokio::test(start_paused = true)]
async fn a_lost_request_is_asked_once_more() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    for action in ACTIONS.into_iter().filter(|action| *action != "RebootDBInstance") {
        stage.order(action, 0, 1, How::DropRequest);
    }
    comes_to(&stage, &expected, "each request is lost").await;
    assert_eq!(journal(&stage, "orders").len(), CALLS.len() + 4);
}

/// A reboot is never repeated on a guess: a person looks, and does it by hand.
#[tokio::test(start_paused = true)]
async fn a_lost_reboot_stops_until_a_person_has_done_it() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("RebootDBInstance", 0, 1, How::DropRequest);
    assert_heard!("reboot_unknown", stage.run(MIGRATE).await);
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 4, "not done yet: {heard}");
    let target = target_of(&stage, "orders");
    rds(&stage.sandbox).await.reboot_db_instance().db_instance_identifier(target).send().await.unwrap();
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_same_end(&stage, &expected, "rebooted by hand").await;
}

#[tokio::test(start_paused = true)]
async fn looks_that_fail_are_repeated() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    for (place, how) in
        [How::Throttle, How::DropRequest, How::DropAnswer, How::ErrAfterwards { status: 500 }].into_iter().enumerate()
    {
        for operation in ["DescribeDBInstances", "DescribeDBSnapshots"] {
            stage.order(operation, 6 + 3 * u32::try_from(place).unwrap(), 12, how.clone());
        }
    }
    let heard = comes_to(&stage, &expected, "looks fail").await;
    assert_eq!(heard.stderr.matches("AWS answers again").count(), heard.stderr.matches("no answer from AWS").count());
    assert!(heard.stderr.contains("AWS answers again"), "{heard}");
}

/// For a minute after each accepted call, looks flicker between the new world and the one before.
#[tokio::test(start_paused = true)]
async fn looks_that_flicker_after_a_call_do_no_harm() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    let looks = ["DescribeDBInstances", "DescribeDBSnapshots"];
    for operation in looks {
        // Never due, but the world before each change is kept.
        stage.order(operation, 1_000_000, 1, How::Stale);
    }
    let flickering = async {
        let mut known = 0;
        loop {
            sleep(Duration::from_millis(2)).await;
            let calls = stage.state_file("orders").map_or(0, |_| journal(&stage, "orders").len());
            for operation in looks.into_iter().filter(|_| calls > known) {
                for _ in 0..2 {
                    stage.order(operation, 1, 1, How::Stale);
                }
            }
            known = calls;
        }
    };
    tokio::select! {
        () = flickering => {}
        _ = comes_to(&stage, &expected, "looks flicker") => {}
    }
}

/// A single look without the copy, long after it was made, proves nothing: it may be a stale one.
#[tokio::test(start_paused = true)]
async fn a_look_that_is_stale_much_later_is_repeated() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("DescribeDBSnapshots", 55, 1, How::Stale);
    let heard = stage.run(MIGRATE).await;
    assert_heard!("stale_much_later", heard);
    assert_eq!(heard.code, 0, "{heard}");
    assert_same_end(&stage, &expected, "after a stale look").await;
}

/// What stops a migration for a person, as it is printed.
#[tokio::test(start_paused = true)]
async fn what_does_not_pass_by_itself_stops() {
    let ends = |status: &str| How::EndsAs { status: status.into() };
    let refuse = How::Refuse {
        code: "InstanceQuotaExceeded".into(),
        message: "The customer has exceeded the maximum number of instances".into(),
        status: 400,
    };
    for (name, action, times, how, code) in [
        ("stop_snapshot_failed", "CreateDBSnapshot", 1, ends("failed"), 4),
        ("stop_copy_failed", "CopyDBSnapshot", 1, ends("failed"), 4),
        ("stop_restore_failed", "RestoreDBInstanceFromDBSnapshot", 1, ends("incompatible-restore"), 4),
        ("stop_quota", "RestoreDBInstanceFromDBSnapshot", 1, refuse, 4),
        ("stop_denied", "CopyDBSnapshot", 1, How::Deny, 8),
        ("stop_in_vain", "ModifyDBInstance", 9, How::InVain { event: "Unable to modify".into() }, 4),
        ("stop_look_denied", "DescribeDBSnapshots", 1, How::Deny, 8),
    ] {
        // Failures show after some minutes, when a small database's snapshot is long taken.
        let stage = if name == "stop_snapshot_failed" { Stage::new() } else { Stage::small() };
        stage.order(action, u32::from(name == "stop_look_denied") * 9, times, how);
        let heard = stage.run(MIGRATE).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
        if ["stop_quota", "stop_denied", "stop_look_denied"].contains(&name) {
            let heard = stage.run("resume --sandbox").await;
            assert_eq!(heard.code, 0, "{name}, mended: {heard}");
        }
    }
}

/// What was lost isn't made again: that a person removed the wreck changes the sentence only.
#[tokio::test(start_paused = true)]
async fn a_failed_copy_that_was_removed_is_gone() {
    let stage = Stage::small();
    stage.order("CopyDBSnapshot", 0, 1, How::EndsAs { status: "failed".into() });
    assert_eq!(stage.run(MIGRATE).await.code, 4);
    let name = format!("{}-encrypted", target_of(&stage, "orders"));
    rds(&stage.sandbox).await.delete_db_snapshot().db_snapshot_identifier(name).send().await.unwrap();
    sleep(Duration::from_secs(2)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_heard!("failed_copy_removed", heard);
    assert_eq!(heard.code, 4);
}

/// A change that AWS gives up stops the run; a person who resumes has them asked for anew.
#[tokio::test(start_paused = true)]
async fn a_change_in_vain_is_asked_for_anew_by_a_resume() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("ModifyDBInstance", 0, 1, How::InVain { event: "Unable to modify".into() });
    assert_eq!(stage.run(MIGRATE).await.code, 4);
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(end(&stage, &target_of(&stage, "orders")).await.target, expected.target);
}

/// Where nothing comes of it again, a person makes the change, and it goes on.
#[tokio::test(start_paused = true)]
async fn a_change_in_vain_is_made_by_hand() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("ModifyDBInstance", 0, 2, How::InVain { event: "Unable to modify".into() });
    assert_eq!(stage.run(MIGRATE).await.code, 4);
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 4, "not made yet: {heard}");
    let modify = rds(&stage.sandbox).await.modify_db_instance().db_instance_identifier(target_of(&stage, "orders"));
    let modify = modify.preferred_backup_window("02:00-02:30").preferred_maintenance_window("sun:03:30-sun:04:00");
    modify.apply_immediately(true).send().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let heard = stage.run("resume --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    let found = end(&stage, &target_of(&stage, "orders")).await;
    assert_eq!(found.target, expected.target);
}
