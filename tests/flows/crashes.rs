//! The program is killed: at any time, and right before and after each call. `resume` comes to the same end.

use std::time::Duration;

use rds_encrypt::sandbox::How;
use tokio::time::{Instant, sleep};

use crate::{
    end::{MIGRATE, assert_same_end, journal, uninterrupted},
    stage::Stage,
};

/// The calls of a whole migration in their order, and how many of the same action come before.
pub(crate) const CALLS: [(&str, u32); 8] = [
    ("CreateDBSnapshot", 0),
    ("CopyDBSnapshot", 0),
    ("RestoreDBInstanceFromDBSnapshot", 0),
    ("ModifyDBInstance", 0),
    ("RebootDBInstance", 0),
    ("ModifyDBInstance", 1),
    ("ModifyDBInstance", 2),
    ("ModifyDBInstance", 3),
];

#[tokio::test(start_paused = true)]
async fn at_any_time() {
    let begun = Instant::now();
    let (_, expected) = uninterrupted().await;
    let whole = begun.elapsed();
    for part in 0..8 {
        let after = whole.mul_f64(f64::from(part) / 8.0);
        let case = format!("killed after {after:?}");
        let stage = Stage::small();
        assert_eq!(stage.kill_after(MIGRATE, after).await, None, "{case}");
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

/// AWS has acted, and the program is gone before it hears of it.
#[tokio::test(start_paused = true)]
async fn right_after_each_call() {
    let (_, expected) = uninterrupted().await;
    for (action, before) in CALLS {
        let stage = Stage::small();
        stage.order(action, before, 1, How::Stall { milliseconds: 1_000_000 });
        tokio::select! {
            heard = stage.run(MIGRATE) => panic!("{action} {before} didn't stall: {heard}"),
            () = until_sent(&stage) => {}
        }
        let case = format!("killed right after {action} {before}");
        let heard = stage.run("resume --sandbox").await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

/// The intent is saved, and the program is gone before AWS hears of it.
#[tokio::test(start_paused = true)]
async fn right_before_each_call() {
    let (_, expected) = uninterrupted().await;
    for (action, before) in CALLS {
        let stage = Stage::small();
        stage.order(action, before, 1, How::DropRequest);
        tokio::select! {
            heard = stage.run(MIGRATE) => panic!("{action} {before} wasn't dropped: {heard}"),
            () = until_unknown(&stage) => {}
        }
        as_if_never_answered(&stage);
        let case = format!("killed right before {action} {before}");
        let heard = stage.run("resume --sandbox").await;
        if action == "RebootDBInstance" {
            // Never repeated on a guess: a person has to look.
            assert_eq!(heard.code, 4, "{case}: {heard}");
            continue;
        }
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

async fn until_sent(stage: &Stage) {
    until_last(stage, "sent").await;
}

async fn until_unknown(stage: &Stage) {
    until_last(stage, "unknown").await;
}

/// Waits until the last call in the journal stands like this.
async fn until_last(stage: &Stage, outcome: &str) {
    loop {
        sleep(Duration::from_millis(5)).await;
        let last = stage.state_file("orders").and_then(|_| journal(stage, "orders").pop());
        if last.is_some_and(|last| last.ends_with(outcome)) {
            return;
        }
    }
}

/// What a kill between the saved intent and the request leaves: no outcome.
fn as_if_never_answered(stage: &Stage) {
    let mut content = stage.state("orders");
    let last = content["journal"].as_array_mut().unwrap().last_mut().unwrap();
    last["outcome"] = serde_json::json!({"outcome": "sent"});
    std::fs::write(stage.state_file("orders").unwrap(), content.to_string()).unwrap();
}
