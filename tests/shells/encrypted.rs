//! Shells that are encrypted with a data key, or refused.

use serde_json::json;

use super::{
    other_end::{Habits, OtherEnd, TARGET},
    screen::Screen,
};

/// Check 28.
#[tokio::test(flavor = "multi_thread")]
async fn a_shell_is_encrypted_with_and_without_a_challenge() {
    for challenges in [true, false] {
        let habits = Habits { encrypts: true, challenges, preferences: Some("alias/shells"), ..Habits::default() };
        let other = OtherEnd::start(habits).await;
        let mut screen = Screen::open(&other.place, &[]);
        screen.shows("rds-encrypt: This session is encrypted using AWS KMS.").await;
        screen.types("stty size; echo gehe''im\r");
        screen.shows("24 80").await;
        screen.shows("geheim").await;
        screen.types("exit\r");
        let (status, shown) = screen.ends().await;
        assert_eq!(status.code(), Some(0), "{shown}");
        let asked = other.calls("GenerateDataKey");
        assert_eq!(asked.len(), 1);
        let mut context = json!({"aws:ssm:SessionId": "s-1", "aws:ssm:TargetId": TARGET});
        if challenges {
            context["aws:ssm:RandomChallenge"] = "MDEyMzQ1Njc4OWFiY2RlZg==".into();
        }
        assert_eq!(asked[0], json!({"KeyId": "alias/shells", "NumberOfBytes": 64, "EncryptionContext": context}));
        let sent = other.seen.lock().expect("no panic").inputs.concat();
        assert!(!String::from_utf8_lossy(&sent).contains("stty"), "it was sent in plain");
        other.assert_no_trouble();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_there_is_no_session() {
    let other = OtherEnd::start(Habits { encrypts: true, key_denied: true, ..Habits::default() }).await;
    let (status, shown) = Screen::open(&other.place, &[]).ends().await;
    assert_eq!(status.code(), Some(8), "{shown}");
    assert!(shown.contains("kms:GenerateDataKey"), "{shown}");
    assert!(other.seen.lock().expect("no panic").inputs.is_empty());
    assert_eq!(other.calls("TerminateSession").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_session_is_refused_where_the_account_wants_it_encrypted() {
    let other = OtherEnd::start(Habits { preferences: Some("alias/shells"), ..Habits::default() }).await;
    let (status, shown) = Screen::open(&other.place, &[]).ends().await;
    assert_eq!(status.code(), Some(3), "{shown}");
    assert!(shown.contains("the document SSM-SessionManagerRunShell asks for sessions that are encrypted"), "{shown}");
    assert!(other.seen.lock().expect("no panic").inputs.is_empty());
}
