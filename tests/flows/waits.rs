//! What passes is waited for: credentials that a person renews, throttling, a slot for a copy, a busy resource.

use rds_encrypt::sandbox::How;

use crate::{
    end::{MIGRATE, assert_same_end, journal, uninterrupted},
    stage::{Stage, assert_heard},
};

fn refused(code: &str, message: &str, status: u16) -> How {
    How::Refuse { code: code.into(), message: message.into(), status }
}

fn expired() -> How {
    refused("ExpiredToken", "The security token included in the request is expired", 403)
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_are_waited_for_where_somebody_watches() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("DescribeDBInstances", 9, 4, expired());
    let heard = stage.command(MIGRATE).attended().run().await;
    assert_heard!("credentials_attended", heard);
    assert_eq!(heard.code, 0);
    assert_same_end(&stage, &expected, "credentials were renewed").await;
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_stop_a_run_that_nobody_watches() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    stage.order("DescribeDBInstances", 9, 1, expired());
    let heard = stage.run(MIGRATE).await;
    assert_heard!("credentials_unattended", heard);
    assert_eq!(heard.code, 8);
    assert_eq!(stage.run("resume --sandbox").await.code, 0);
    assert_same_end(&stage, &expected, "resumed with new credentials").await;
}

/// A call that is refused for expired credentials did nothing, and is asked again once looks go through.
#[tokio::test(start_paused = true)]
async fn a_call_with_expired_credentials_is_asked_again() {
    let (_, expected) = uninterrupted().await;
    for action in ["CreateDBSnapshot", "CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot", "RebootDBInstance"] {
        let stage = Stage::small();
        stage.order(action, 0, 1, expired());
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{action}: {heard}");
        assert_same_end(&stage, &expected, action).await;
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_looks_slow_the_run_and_nothing_else() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    for after in [6, 40] {
        stage.order("DescribeDBInstances", after, 20, How::Throttle);
    }
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("looking less often"), "{heard}");
    assert_same_end(&stage, &expected, "throttled").await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_for_a_copy_is_waited_for() {
    let (_, expected) = uninterrupted().await;
    let stage = Stage::small();
    let full = refused("SnapshotQuotaExceeded", "Cannot have more than 20 copies in progress", 400);
    stage.order("CopyDBSnapshot", 0, 12, full);
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("for a slot"), "{heard}");
    let refusals = journal(&stage, "orders").iter().filter(|call| call.ends_with("refused")).count();
    assert_eq!(refusals, 12);
    assert_same_end(&stage, &expected, "after twelve refusals").await;
}

#[tokio::test(start_paused = true)]
async fn capacity_comes_back_or_a_person_is_asked() {
    let none = || refused("InsufficientDBInstanceCapacity", "There isn't enough DB instance capacity", 400);
    let stage = Stage::small();
    stage.order("RestoreDBInstanceFromDBSnapshot", 0, 9, none());
    let heard = stage.run(MIGRATE).await;
    assert_eq!(heard.code, 0, "{heard}");
    let stage = Stage::small();
    stage.order("RestoreDBInstanceFromDBSnapshot", 0, 10, none());
    let heard = stage.run(MIGRATE).await;
    assert_heard!("no_capacity", heard);
    assert_eq!(heard.code, 4);
    assert_eq!(stage.run("resume --sandbox").await.code, 0);
}
