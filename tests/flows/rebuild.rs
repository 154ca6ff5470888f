//! The state file is lost: what AWS shows proves what was made, and `resume` goes on with it.

use std::{fs, time::Duration};

use tokio::time::Instant;

use crate::{
    end::{MIGRATE, assert_same_end, uninterrupted},
    stage::{Stage, assert_heard},
};

fn lose_the_file(stage: &Stage) {
    fs::remove_file(stage.state_file("orders").unwrap()).unwrap();
}

#[tokio::test(start_paused = true)]
async fn lost_at_any_time() {
    let begun = Instant::now();
    let (_, expected) = uninterrupted().await;
    let whole = begun.elapsed();
    for part in 1..=8 {
        let case = format!("lost after {part}/8");
        let stage = Stage::small();
        stage.kill_after(MIGRATE, whole.mul_f64(f64::from(part) / 8.0)).await;
        lose_the_file(&stage);
        let heard = stage.run("resume orders --kms-key alias/sandbox --sandbox").await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
        let heard = stage.run("cleanup orders --abandon --sandbox").await;
        assert_eq!(heard.code, 0, "{case}: what was rebuilt can be removed: {heard}");
        assert!(heard.stdout.contains("the instance "), "{case}: {heard}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said() {
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_millis(900)).await;
    lose_the_file(&stage);
    let heard = stage.run("migrate orders --sandbox").await;
    assert_eq!(heard.code, 6, "a new migration doesn't take over: {heard}");
    let stage = Stage::small();
    stage.kill_after(MIGRATE, Duration::from_millis(100)).await;
    lose_the_file(&stage);
    let heard = stage.run("resume orders --sandbox").await;
    assert_heard!("no_key_yet", heard.unbroken());
    assert_eq!(heard.code, 2);
    let stage = Stage::small();
    stage.run(MIGRATE).await;
    lose_the_file(&stage);
    assert_heard!("rebuilt", stage.run("resume orders --sandbox").await.unbroken());
}

/// The name that a person chose for the instance is found by its tags.
#[tokio::test(start_paused = true)]
async fn a_chosen_name_is_found() {
    let stage = Stage::small();
    assert_eq!(stage.run("migrate orders --target fresh --sandbox").await.code, 0);
    lose_the_file(&stage);
    let heard = stage.run("resume orders --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(stage.state("orders")["generations"][0]["target"], "fresh");
}
