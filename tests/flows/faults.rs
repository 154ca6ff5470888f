//! Calls go wrong; the migration comes to the same end, and nothing is made twice.

use rds_encrypt::sandbox::How;

use crate::{
    crashes::CALLS,
    end::{MIGRATE, assert_same_end, journal, uninterrupted},
    stage::{Stage, assert_heard},
};

/// The answer is lost after AWS has acted: what happened is found, by lineage or by its effect.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_reason_to_ask_again() {
    let (_, expected) = uninterrupted().await;
    for (action, before) in CALLS {
        for how in [How::DropAnswer, How::ErrAfterwards { status: 503 }] {
            let case = format!("{action} {before} {how:?}");
            let stage = Stage::small();
            stage.order(action, before, 1, how);
            let heard = stage.run(MIGRATE).await;
            assert_eq!(heard.code, 0, "{case}: {heard}");
            assert_same_end(&stage, &expected, &case).await;
            assert_eq!(journal(&stage, "orders").len(), CALLS.len(), "{case}: nothing is asked for again");
        }
    }
}

/// Nothing happened and AWS says so, or nothing left this machine: asked again, as often as it takes.
#[tokio::test(start_paused = true)]
async fn a_throttled_or_busy_call_is_asked_again() {
    let (_, expected) = uninterrupted().await;
    let busy = |code: &str| How::Refuse { code: code.into(), message: "is not available".into(), status: 400 };
    for (action, how) in [
        ("CreateDBSnapshot", How::Throttle),
        ("CreateDBSnapshot", busy("InvalidDBInstanceState")),
        ("CopyDBSnapshot", How::Throttle),
        ("CopyDBSnapshot", busy("InvalidDBSnapshotState")),
        ("RestoreDBInstanceFromDBSnapshot", How::Throttle),
        ("RestoreDBInstanceFromDBSnapshot", busy("InvalidDBSnapshotState")),
        ("ModifyDBInstance", How::Throttle),
        ("ModifyDBInstance", busy("InvalidDBInstanceState")),
        ("RebootDBInstance", How::Throttle),
        ("RebootDBInstance", busy("InvalidDBInstanceState")),
    ] {
        let case = format!("{action} {how:?}");
        let stage = Stage::small();
        stage.order(action, 0, 3, how);
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

/// The request is lost before AWS has acted; after the fence it is asked once more.
#[tokio::test(start_paused = true)]
async fn a_lost_request_is_asked_once_more_but_a_reboot_never() {
    let (_, expected) = uninterrupted().await;
    for (action, before) in CALLS {
        let case = format!("{action} {before}");
        let stage = Stage::small();
        stage.order(action, before, 1, How::DropRequest);
        let heard = stage.run(MIGRATE).await;
        if action == "RebootDBInstance" {
            assert_heard!("reboot_unknown", heard);
            continue;
        }
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn looks_that_fail_are_repeated() {
    let (_, expected) = uninterrupted().await;
    for operation in ["DescribeDBInstances", "DescribeDBSnapshots"] {
        for how in [How::Throttle, How::DropRequest, How::DropAnswer, How::ErrAfterwards { status: 500 }] {
            let case = format!("{operation} {how:?}");
            let stage = Stage::small();
            stage.order(operation, 12, 12, how);
            let heard = stage.run(MIGRATE).await;
            assert_eq!(heard.code, 0, "{case}: {heard}");
            assert!(heard.stderr.contains("AWS answers again"), "{case}: {heard}");
            assert_same_end(&stage, &expected, &case).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stale_looks_do_no_harm() {
    let (_, expected) = uninterrupted().await;
    for operation in ["DescribeDBInstances", "DescribeDBSnapshots"] {
        for after in [4, 20, 40] {
            let case = format!("{operation} after {after}");
            let stage = Stage::small();
            stage.order(operation, after, 2, How::Stale);
            let heard = stage.run(MIGRATE).await;
            assert_eq!(heard.code, 0, "{case}: {heard}");
            assert_same_end(&stage, &expected, &case).await;
        }
    }
}

/// What stops a migration for a person, as it is printed.
#[tokio::test(start_paused = true)]
async fn what_does_not_pass_by_itself_stops() {
    let ends = |status: &str| How::EndsAs { status: status.into() };
    let refuse = How::Refuse {
        code: "SnapshotQuotaExceeded".into(),
        message: "Cannot create more than 100 manual snapshots".into(),
        status: 400,
    };
    for (name, action, times, how, code) in [
        ("stop_snapshot_failed", "CreateDBSnapshot", 1, ends("failed"), 4),
        ("stop_copy_failed", "CopyDBSnapshot", 1, ends("failed"), 4),
        ("stop_restore_failed", "RestoreDBInstanceFromDBSnapshot", 1, ends("incompatible-restore"), 4),
        ("stop_quota", "CreateDBSnapshot", 1, refuse, 4),
        ("stop_denied", "CopyDBSnapshot", 1, How::Deny, 8),
        ("stop_in_vain", "ModifyDBInstance", 9, How::InVain { event: "Unable to modify".into() }, 4),
        ("stop_look_denied", "DescribeDBSnapshots", 1, How::Deny, 8),
    ] {
        let stage = Stage::small();
        stage.order(action, u32::from(name == "stop_look_denied") * 9, times, how);
        let heard = stage.run(MIGRATE).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
        if ["stop_quota", "stop_denied", "stop_in_vain", "stop_look_denied"].contains(&name) {
            stage.sandbox.behave();
            let heard = stage.run("resume --sandbox").await;
            assert_eq!(heard.code, 0, "{name}, mended: {heard}");
        }
    }
}
