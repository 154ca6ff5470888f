//! `cleanup`: what a migration made goes, and nothing else; and what is asked and said before.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    end::{MIGRATE, end, journal, rds, target_of, uninterrupted},
    stage::{Stage, assert_heard},
};

const ABANDON: &str = "cleanup orders --abandon --sandbox";
const DROP: &str = "cleanup orders --snapshots --sandbox";

/// That nothing but the source is left, and it is as it was.
async fn assert_only_the_source(stage: &Stage, case: &str) {
    let found = end(stage, "orders").await;
    assert_eq!(found.instances.iter().collect::<Vec<_>>(), ["orders"], "{case}");
    assert_eq!(found.snapshots.iter().collect::<Vec<_>>(), Vec::<&String>::new(), "{case}");
    assert_eq!(found.target["deletion protection"], "Some(true)", "{case}: the source's settings");
    assert_eq!(found.target["retention"], "Some(14)", "{case}: the source's settings");
}

#[tokio::test(start_paused = true)]
async fn abandoned_at_any_time() {
    let begun = Instant::now();
    uninterrupted().await;
    let whole = begun.elapsed();
    for part in 0..=8 {
        let after = whole.mul_f64(f64::from(part) / 8.0);
        let case = format!("killed after {after:?}");
        let stage = Stage::small();
        stage.kill_after(MIGRATE, after).await;
        if stage.state_file("orders").is_none() {
            continue;
        }
        let heard = stage.run(ABANDON).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_only_the_source(&stage, &case).await;
        let heard = stage.run("resume orders --sandbox").await;
        assert_eq!(heard.code, 3, "{case}: {heard}");
        let heard = stage.run(MIGRATE).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert!(target_of(&stage, "orders").ends_with("-g2"), "{case}: names are never used twice");
    }
}

/// The clean-up itself is killed, at any time, and run again.
#[tokio::test(start_paused = true)]
async fn a_killed_cleanup_goes_on() {
    let stage = Stage::small();
    stage.run(MIGRATE).await;
    let begun = Instant::now();
    stage.run(ABANDON).await;
    let whole = begun.elapsed();
    for part in 1..8 {
        let case = format!("killed after {part}/8");
        let stage = Stage::small();
        stage.run(MIGRATE).await;
        stage.kill_after(ABANDON, whole.mul_f64(f64::from(part) / 8.0)).await;
        let heard = stage.run(ABANDON).await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_only_the_source(&stage, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said() {
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_millis(900)).await;
    assert_heard!("drop_too_early", stage.run(DROP).await);
    stage.run("resume --sandbox").await;
    assert_heard!("refreshed", stage.run("status orders --refresh --sandbox").await);
    let heard = stage.run(DROP).await;
    assert_heard!("dropped", heard);
    assert_eq!(heard.code, 0);
    assert_eq!(stage.run(DROP).await.code, 0, "nothing is left to do");
    let heard = stage.run(MIGRATE).await;
    assert!(heard.code == 0 && !heard.stdout.contains("not encrypted\n"), "it isn't listed any more: {heard}");
    let heard = stage.run(ABANDON).await;
    assert_heard!("abandoned", heard);
    assert_eq!(heard.code, 0);
    assert_only_the_source(&stage, "in the end").await;
    assert_heard!("status_when_abandoned", stage.run("status orders --sandbox").await);
    assert_heard!("refreshed_when_abandoned", stage.run("status orders --refresh --sandbox").await);
    assert_heard!("resumed_when_abandoned", stage.run("resume orders --sandbox").await);
    assert_eq!(stage.run(ABANDON).await.code, 0, "nothing is left to do");
}

#[tokio::test(start_paused = true)]
async fn as_json() {
    let stage = Stage::small();
    stage.run(MIGRATE).await;
    let heard = stage.run("status orders --refresh --sandbox --output json").await;
    let document: serde_json::Value = serde_json::from_str(&heard.stdout).unwrap();
    let there: Vec<_> = document["exists"].as_array().unwrap().iter().map(|it| (&it["kind"], &it["ours"])).collect();
    assert_eq!(
        serde_json::json!(there),
        serde_json::json!([["instance", true], ["encrypted-copy", true], ["snapshot", true]])
    );
    assert_heard!("json_abandoned", stage.run(&format!("{ABANDON} --output json")).await);
}

/// Somebody has put things of their own under our names: they stay.
#[tokio::test(start_paused = true)]
async fn what_is_not_ours_stays() {
    let stage = Stage::small();
    stage.run(MIGRATE).await;
    let client = rds(&stage.sandbox).await;
    let snapshot = target_of(&stage, "orders");
    client.delete_db_snapshot().db_snapshot_identifier(&snapshot).send().await.unwrap();
    let theirs = client.create_db_snapshot().db_snapshot_identifier(&snapshot).db_instance_identifier("orders");
    theirs.send().await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let heard = stage.run(ABANDON).await;
    assert_heard!("not_ours", heard);
    assert_eq!(heard.code, 0);
    let found = end(&stage, "orders").await;
    assert_eq!(found.snapshots.into_iter().collect::<Vec<_>>(), [snapshot]);
    assert_eq!(found.instances.into_iter().collect::<Vec<_>>(), ["orders"]);
}

/// The copy may be all that is left of the data: it stays.
#[tokio::test(start_paused = true)]
async fn nothing_goes_once_the_source_is_gone() {
    let stage = Stage::small();
    stage.run(MIGRATE).await;
    let client = rds(&stage.sandbox).await;
    let unprotect = client.modify_db_instance().db_instance_identifier("orders").deletion_protection(false);
    unprotect.apply_immediately(true).send().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    client.delete_db_instance().db_instance_identifier("orders").skip_final_snapshot(true).send().await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let before = journal(&stage, "orders").len();
    let heard = stage.run(ABANDON).await;
    assert_heard!("source_gone", heard);
    assert_eq!(heard.code, 4);
    assert_eq!(journal(&stage, "orders").len(), before, "nothing was asked for");
}
