//! A shell at a terminal.

use rustix::process::Signal;
use serde_json::json;

use super::{
    agent::Order,
    other_end::{Habits, OtherEnd, TARGET},
    screen::{Screen, catching},
};

async fn open(habits: Habits) -> (OtherEnd, Screen) {
    let other = OtherEnd::start(habits).await;
    let mut screen = Screen::open(&other.place, &[]);
    screen.shows("$ ").await;
    (other, screen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_from_prompt_to_exit() {
    let (other, mut screen) = open(Habits::default()).await;
    screen.types("stty size\r");
    screen.shows("24 80").await;
    assert!(screen.is_raw());
    screen.types("printf 'gr%s\\n' üße-日本-🦀\r");
    screen.shows("grüße-日本-🦀").await;
    screen.resize(40, 120);
    while other.seen.lock().expect("no panic").sizes.last() != Some(&json!({"cols": 120, "rows": 40})) {
        tokio::task::yield_now().await;
    }
    screen.types("stty size\r");
    screen.shows("40 120").await;
    screen.types("exit 3\r");
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(shown.ends_with("rds-encrypt: the session has ended\r\n"), "{shown:?}");
    let started = other.calls("StartSession");
    assert_eq!(started, [json!({"Target": TARGET})], "the account's own document");
    assert_eq!(other.seen.lock().expect("no panic").sizes[0], json!({"cols": 80, "rows": 24}));
    other.assert_no_trouble();
}

/// Ctrl-C, Ctrl-Z and Ctrl-\ are the other end's.
#[tokio::test(flavor = "multi_thread")]
async fn control_keys_go_to_the_other_end() {
    let (other, mut screen) = open(Habits::default()).await;
    for (signal, key) in [("INT", "\u{3}"), ("QUIT", "\u{1c}")] {
        screen.types(&catching(signal));
        screen.shows("ready").await;
        screen.types(key);
        screen.shows("caught").await;
        screen.shows("$ ").await;
    }
    screen.types("echo re''ads; cat -v\r");
    screen.shows("reads").await;
    screen.types("\u{16}\u{1a}\r");
    screen.shows("^Z").await;
    screen.shows("^Z").await;
    screen.types("\u{4}exit\r");
    assert_eq!(screen.ends().await.0.code(), Some(0));
    assert!(other.calls("TerminateSession").is_empty());
    other.assert_no_trouble();
}

/// A paste of many kilobytes, with what a full-screen program would send.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_paste_arrives_unchanged() {
    let (other, mut screen) = open(Habits::default()).await;
    screen.types("stty raw -echo; head -c 200000 | cksum; stty sane\r");
    screen.shows("stty sane").await;
    while !other.seen.lock().expect("no panic").inputs.concat().ends_with(b"\r") {
        tokio::task::yield_now().await;
    }
    let letters: Vec<char> = "\n\r\t\u{1b}[A\u{7f}üx日".chars().collect();
    let mut text: String = letters.iter().cycle().take(150_000).collect();
    let mut cut = 200_000;
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    text.truncate(cut);
    text.push_str(&"x".repeat(200_000 - cut));
    let before: usize = other.seen.lock().expect("no panic").inputs.iter().map(Vec::len).sum();
    screen.types(&text);
    while other.seen.lock().expect("no panic").inputs.iter().map(Vec::len).sum::<usize>() < before + 200_000 {
        tokio::task::yield_now().await;
    }
    let sent = other.seen.lock().expect("no panic").inputs.concat();
    assert!(sent[before..] == *text.as_bytes(), "other bytes");
    screen.shows(" 200000").await;
    screen.types("exit\r");
    assert_eq!(screen.ends().await.0.code(), Some(0));
    other.assert_no_trouble();
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_end_it_and_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP] {
        let (other, screen) = open(Habits::default()).await;
        screen.signal(signal);
        let (status, shown) = screen.ends().await;
        assert_eq!(status.code(), Some(5), "{signal:?}: {shown}");
        assert!(shown.contains("the session was ended"), "{shown}");
        assert_eq!(other.calls("TerminateSession").len(), 1);
    }
}

/// Who insists doesn't wait for AWS, and has a usable terminal all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once_and_gives_the_terminal_back() {
    let (other, screen) = open(Habits { never_ends: true, ..Habits::default() }).await;
    screen.signal(Signal::TERM);
    while other.calls("TerminateSession").is_empty() {
        tokio::task::yield_now().await;
    }
    screen.signal(Signal::TERM);
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(5), "{shown}");
}

/// Nothing is lost, and nothing is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_web_socket_comes_back_in_silence() {
    let (other, mut screen) = open(Habits::default()).await;
    for round in 0..3 {
        other.order(Order::Cut);
        screen.types(&format!("echo round $((10 + {round}))\r"));
        screen.shows(&format!("round 1{round}\r\n$ ")).await;
    }
    screen.types("exit\r");
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(!shown.contains("rds-encrypt: the connection"), "{shown}");
    assert!(!other.calls("ResumeSession").is_empty());
    other.assert_no_trouble();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_gone_is_told() {
    let (other, screen) = open(Habits { gone_when_lost: true, ..Habits::default() }).await;
    other.order(Order::Cut);
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(4), "{shown}");
    assert!(shown.contains("error: Session Manager has ended the session: it was idle for too long"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_can_be_left() {
    let (other, mut screen) = open(Habits { refuses_resume: true, ..Habits::default() }).await;
    other.order(Order::Cut);
    screen.shows("Ctrl-C leaves").await;
    screen.types("\u{3}");
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(4), "{shown}");
    assert!(shown.contains("left while the connection was lost"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_own_words_are_shown() {
    let (other, screen) = open(Habits::default()).await;
    other.order(Order::Close("Your session timed out due to inactivity."));
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(4), "{shown}");
    assert!(shown.contains("Session Manager has closed the session: Your session timed out"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_away_costs_no_session() {
    let other = OtherEnd::start(Habits { away: true, ..Habits::default() }).await;
    let (status, shown) = Screen::open(&other.place, &[]).ends().await;
    assert_eq!(status.code(), Some(3), "{shown}");
    assert!(shown.contains("isn't connected to Session Manager"), "{shown}");
    assert!(other.calls("StartSession").is_empty());
}
