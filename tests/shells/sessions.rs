//! `access sessions`: who has and had sessions, and an end for one.

use std::process::Output;

use rds_encrypt::{
    policy::{Command, Scope, With, policy},
    sandbox::{Habits, Sandbox},
};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    other_end::Place,
    sandbox::{BASTION, PROMPT, served},
    screen::{Screen, program},
};

/// A bastion with one shell that has ended, for a reason, and one that is open.
async fn used() -> (Sandbox, Place, Screen) {
    let (sandbox, place) = served(Habits::default()).await;
    let mut screen = Screen::open(&place, &["--reason", "case 7"]);
    screen.shows(PROMPT).await;
    screen.types("exit\r");
    assert_eq!(screen.ends().await.0.code(), Some(0));
    let mut screen = Screen::open(&place, &["--reason", "case 8"]);
    screen.shows(PROMPT).await;
    (sandbox, place, screen)
}

async fn run(place: &Place, words: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder");
    program(place, &[&["access", "sessions"], words].concat(), &folder).output().await.expect("it runs")
}

async fn listed(place: &Place, words: &[&str]) -> Value {
    let output = run(place, &[words, &["--output", "json"]].concat()).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn reasons(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("a list").iter().map(|row| row["reason"].as_str().unwrap_or("none")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_under_way_and_over_are_listed() {
    let (_sandbox, place, mut screen) = used().await;
    let all = listed(&place, &[]).await;
    assert_eq!((reasons(&all["active"]), reasons(&all["ended"])), (vec!["case 8"], vec!["case 7"]), "{all:#}");
    let row = &all["ended"][0];
    assert_eq!((&row["target"], &row["status"]), (&BASTION.into(), &"Terminated".into()), "{row:#}");
    let owner = row["owner"].as_str().expect("an owner").to_owned();
    let active = listed(&place, &["--active"]).await;
    assert_eq!(active.get("ended"), None);
    for (words, expected) in [
        (["--target", BASTION], 1),
        (["--target", "i-00000000000000000"], 0),
        (["--owner", &owner], 1),
        (["--owner", "arn:aws:iam::000000000000:user/other"], 0),
        (["--since", "2020-01-01"], 1),
        (["--since", "2100-01-01"], 0),
    ] {
        let found = listed(&place, &words).await;
        assert_eq!(found["ended"].as_array().map(Vec::len), Some(expected), "{words:?}");
        assert_eq!(found["active"].as_array().map(Vec::len), Some(expected), "{words:?}");
    }
    let output = run(&place, &[]).await;
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in ["case 7", "case 8", BASTION, "CloudTrail", &owner] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    screen.types("exit\r");
    assert_eq!(screen.ends().await.0.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_on_a_persons_word_alone() {
    let (sandbox, place, screen) = used().await;
    let all = listed(&place, &[]).await;
    let id = all["active"][0]["session"].as_str().expect("an id");
    let over = all["ended"][0]["session"].as_str().expect("an id");
    let refused = run(&place, &["--terminate", id]).await;
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("it takes --yes"), "{refused:?}");
    for unknown in [over, "somebody-0123456789abcdef0"] {
        let refused = run(&place, &["--terminate", unknown, "--yes"]).await;
        assert_eq!(refused.status.code(), Some(3), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(unknown), "{refused:?}");
    }
    assert_eq!(reasons(&listed(&place, &["--active"]).await["active"]), ["case 8"]);
    let ended = run(&place, &["--terminate", id, "--yes", "--output", "json"]).await;
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let said: Value = serde_json::from_slice(&ended.stdout).expect("a line of JSON");
    assert_eq!((&said["event"], &said["session"]), (&"session_terminated".into(), &id.into()));
    let of_sessions = policy(Command::AccessSessions, &[With::End], &Scope::default());
    for action in of_sessions.actions() {
        let name = action.rsplit(':').next().unwrap_or_default();
        assert!(sandbox.calls().contains_key(name), "{action} is allowed, and wasn't asked for");
    }
    // Whoever had it is told, and has the terminal back. To AWS it is the same as an `exit`.
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(shown.ends_with("rds-encrypt: the session has ended\r\n"), "{shown:?}");
    assert!(listed(&place, &["--active"]).await["active"].as_array().is_some_and(Vec::is_empty));
}
