//! Somebody asks for an end, at every stage of a migration, and goes on later.

use std::time::Duration;

use rds_encrypt::engine::Interrupter;
use tokio::time::{Instant, sleep};

use crate::{
    end::{MIGRATE, assert_same_end, journal, uninterrupted},
    stage::{Heard, Stage, assert_heard},
};

/// Runs a command and asks for an end after so long; the calls that were asked for by then, and what was heard.
async fn interrupted(stage: &Stage, words: &str, after: Duration) -> (usize, Heard) {
    let (interrupter, interrupt) = Interrupter::new();
    let asked_then = async {
        sleep(after).await;
        interrupter.interrupt();
        stage.state_file("orders").map_or(0, |_| journal(stage, "orders").len())
    };
    let running = stage.command(words).interrupted_by(interrupt).run();
    tokio::join!(asked_then, running)
}

#[tokio::test(start_paused = true)]
async fn at_any_time_nothing_further_is_asked_and_resume_comes_to_the_same_end() {
    let begun = Instant::now();
    let (_, expected) = uninterrupted().await;
    let whole = begun.elapsed();
    for part in 0..6 {
        let stage = Stage::small();
        let after = Duration::from_millis(u64::try_from(whole.as_millis()).unwrap() * (2 * part + 1) / 12);
        let begun = Instant::now();
        let (asked, heard) = interrupted(&stage, MIGRATE, after).await;
        let case = format!("interrupted after {after:?}");
        assert_eq!(heard.code, 5, "{case}: {heard}");
        assert_eq!(journal(&stage, "orders").len(), asked, "{case}");
        assert_eq!(begun.elapsed(), after, "{case}: it ends at once");
        let heard = stage.run("resume --sandbox").await;
        assert_eq!(heard.code, 0, "{case}: {heard}");
        assert_same_end(&stage, &expected, &case).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_when_it_ends_and_when_it_goes_on() {
    let stage = Stage::small();
    let (_, heard) = interrupted(&stage, MIGRATE, Duration::from_millis(1200)).await;
    assert_heard!("interrupted", heard);
    assert_heard!("resumed", stage.run("resume orders --sandbox").await);
    assert_heard!("resumed_when_finished", stage.run("resume orders --sandbox").await);
    assert_heard!("migrated_when_finished", stage.run(MIGRATE).await);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_is_asked_for_before_anything_is_heard() {
    let stage = Stage::small();
    let (interrupter, interrupt) = Interrupter::new();
    interrupter.interrupt();
    let heard = stage.command(MIGRATE).interrupted_by(interrupt).run().await;
    assert_heard!("interrupted_at_once", heard);
    assert_heard!("migrated_again", stage.run(MIGRATE).await);
}
