//! What a batch keeps to: the canary, failures, room, hours, an end that is asked for.

use std::time::Duration;

use rds_encrypt::{
    engine::Interrupter,
    sandbox::{How, Others, Switches},
};

use super::{databases, last, made, results};
use crate::{stage::Stage, sweep::number};

fn refuse(code: &str, message: &str) -> How {
    How::Refuse { code: code.into(), message: message.into(), status: 400 }
}

fn count(results: &[(String, String)], wanted: &str) -> usize {
    results.iter().filter(|(_, result)| result == wanted).count()
}

/// What the canary meets, the others would meet, too.
#[tokio::test(start_paused = true)]
async fn a_canary_that_fails_keeps_the_others() {
    let stage = Stage::of(&databases(5));
    stage.order("CopyDBSnapshot", 0, 1, refuse("KMSKeyNotAccessibleFault", "the key can't be used"));
    stage.order("CopyDBSnapshot", 0, 9, refuse("KMSKeyNotAccessibleFault", "the key can't be used"));
    let heard = stage.run("batch --sandbox --output json").await;
    let end = last(&heard);
    assert_eq!((heard.code, end["held"].as_str()), (9, Some("canary-failed")), "{heard}");
    assert_eq!(end["not_begun"].as_array().unwrap().len(), 4, "{heard}");
    assert_eq!(made(&stage).await.1.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_none_of_the_others_until_there_are_too_many() {
    for (failures, done, begun) in [(1, 5, 6), (3, 0, 3)] {
        let stage = Stage::of(&databases(6));
        for _ in 0..failures {
            stage.order("CreateDBSnapshot", 0, 1, refuse("InvalidParameterValue", "no"));
        }
        let heard = stage.run("batch --sandbox --canary 0 --concurrency 1 --output json").await;
        let results = results(&last(&heard));
        assert_eq!((heard.code, count(&results, "done"), results.len()), (9, done, begun), "{heard}");
        assert_eq!(count(&results, "stopped"), failures, "{heard}");
        // Each of them can be gone on with.
        let again = stage.run("resume --all --sandbox --output json").await;
        assert_eq!(again.code, 0, "{again}");
        assert_eq!(made(&stage).await.0.len(), 6);
    }
}

/// Room for two at a time in the account, and never more: the others are parked, and go on where room comes back.
#[tokio::test(start_paused = true)]
async fn what_finds_no_room_is_parked() {
    let switches = Switches { most_instances: 8, ..Switches::default() };
    let stage = Stage::of_with(&databases(6), switches);
    let heard = stage.run("batch --sandbox --output json --wait-for-room 10").await;
    let end = last(&heard);
    assert_eq!(heard.code, 9, "{heard}");
    assert_eq!(end["held"]["room"]["quota"], "DBInstances", "{heard}");
    assert_eq!((count(&results(&end), "done"), end["not_begun"].as_array().unwrap().len()), (2, 4), "{heard}");
    assert_eq!(made(&stage).await.1.len(), 4, "no snapshot is taken whose copy finds no room");
}

/// Only from ten at night: world time begins at nine in the morning.
#[tokio::test(start_paused = true)]
async fn new_ones_begin_within_their_hours() {
    let stage = Stage::of(&databases(2));
    let heard = stage.run("batch --sandbox --window 22:00-05:00").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("outside of the hours"), "{heard}");
    let begins = heard.stderr.lines().find(|line| line.ends_with(": begins")).unwrap();
    assert!(begins.starts_with("[12:4"), "{begins}: at ten at night");
}

#[tokio::test(start_paused = true)]
async fn an_end_that_is_asked_for_reaches_all_of_them() {
    let stage = Stage::of(&databases(5));
    let (interrupter, interrupt) = Interrupter::new();
    let run = stage.command("batch --sandbox --canary 0 --output json").interrupted_by(interrupt).run();
    let end = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        interrupter.interrupt();
    };
    let (heard, ()) = tokio::join!(run, end);
    let ended = results(&last(&heard));
    assert_eq!((heard.code, count(&ended, "interrupted")), (5, 5), "{heard}");
    let again = stage.run("resume --all --sandbox").await;
    assert_eq!(again.code, 0, "{again}");
    let (encrypted, snapshots) = made(&stage).await;
    assert_eq!((encrypted.len(), snapshots.len()), (5, 10));
    let over = stage.run("resume --all --sandbox").await;
    assert_eq!(over.code, 2, "{over}");
}

/// An account whose API takes two requests a second: all of it goes more slowly, and none of it fails.
#[tokio::test(start_paused = true)]
async fn throttling_is_nobodys_failure() {
    let size = usize::try_from(number("BATCH_SIZE").unwrap_or(12)).unwrap();
    let switches = Switches {
        most_storage: i64::MAX / 4,
        requests_per_second: Some(2.0),
        most_manual_snapshots: 2 * size,
        most_instances: 3 * size,
        // All of them are in one subnet group, whose addresses are for another test.
        without: ["R-NET-4", "R-NET-7"].map(str::to_owned).into(),
        ..Switches::default()
    };
    let stage = Stage::of_with(&databases(size), switches);
    let heard = stage.run("batch --sandbox --canary 0 --output json").await;
    assert_eq!(heard.code, 0, "{heard}");
    let calls = stage.sandbox.calls();
    let throttled: u64 = calls.values().map(|calls| calls.throttled).sum();
    let answered: u64 = calls.values().map(|calls| calls.answered).sum();
    println!("{size} databases: {answered} calls answered, {throttled} throttled");
    assert!(throttled > 0, "{calls:?}");
    let results = results(&last(&heard));
    assert_eq!(results.iter().filter(|(_, how)| how == "done").count(), size, "{results:?}");
}

/// Others use up the account's snapshots in mid-run and give them back hours later: what waits goes on by itself.
#[tokio::test(start_paused = true)]
async fn what_others_used_up_and_gave_back() {
    let switches = Switches { most_manual_snapshots: 20, ..Switches::default() };
    let stage = Stage::of_with(&databases(6), switches);
    let at = |text: &str| text.parse().unwrap();
    let others = Others {
        at: at("2026-09-14T09:40:00Z"),
        region: None,
        snapshots: 20,
        instances: 0,
        gives_back: Some(at("2026-09-14T14:00:00Z")),
    };
    stage.sandbox.others_act(&others).unwrap();
    let heard = stage.run("batch --sandbox --concurrency 2 --wait-for-room 600").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("the account has no room: ManualSnapshots"), "{heard}");
    let (encrypted, snapshots) = made(&stage).await;
    assert_eq!((encrypted.len(), snapshots.len()), (6, 12));
}
