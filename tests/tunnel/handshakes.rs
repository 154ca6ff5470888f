//! How a session begins.

use std::time::Duration;

use rds_encrypt::tunnel::{Ended, Event, Failure, handshake::Mode, session::SessionSettings};

use super::{
    fake::{Fake, Habits, Order, Resume},
    traffic::{echoed, end},
};

const SECOND: Duration = Duration::from_secs(1);

/// Checks 2 and 3.
#[tokio::test(start_paused = true)]
async fn the_opening_says_who_we_are() {
    let fake = Fake::new(Habits::default());
    let (session, mut heard) = fake.session().await;
    let Some(Event::SessionOpened { session: name, mode, message }) = heard.recv().await else { panic!("not opened") };
    assert_eq!((name.as_str(), message.as_str()), ("s-1", "hello"));
    assert_eq!(mode, Mode::Streams { keep_alive: false });
    end(&session).await;
    let seen = fake.seen();
    let opening = seen.openings[0].as_object().expect("an object");
    let names: Vec<&str> = opening.keys().map(String::as_str).collect();
    assert_eq!(names, ["MessageSchemaVersion", "RequestId", "TokenValue", "ClientId", "ClientVersion"]);
    assert_eq!(opening["MessageSchemaVersion"], "1.0");
    assert_eq!(opening["TokenValue"], "secret-token-1");
    assert_eq!(opening["ClientVersion"], "1.2.764.0");
    assert_eq!(opening["ClientId"].as_str().map(str::len), Some(36));
    assert_eq!(seen.acknowledged, [0, 1]);
}

/// Check 2: nothing that anyone is told, and nothing that can be printed, holds the token or the cell.
#[tokio::test(start_paused = true)]
async fn secrets_are_told_to_nobody() {
    use rds_encrypt::tunnel::Service;
    let fake = Fake::with(Habits::default(), [], false);
    fake.fail_connections(1);
    let (session, mut heard) = fake.session().await;
    fake.fail_connections(2);
    fake.order(Order::Cut);
    let stream = echoed(&session, 1, 5000).await;
    let started = fake.start().await.expect("an answer");
    let mut told = format!("{session:?} {stream:?} {started:?}");
    end(&session).await;
    while let Ok(event) = heard.try_recv() {
        told = format!("{told} {event:?}");
    }
    assert!(told.contains("SessionResumed") && !told.contains("secret"), "{told}");
}

/// Check 4.
#[tokio::test(start_paused = true)]
async fn nothing_but_the_handshake_leaves_before_its_end() {
    let fake = Fake::new(Habits { handshake: Some(5 * SECOND), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    assert_eq!(fake.seen().payload_types(), [6]);
    assert!(fake.now() >= 5 * SECOND);
    echoed(&session, 1, 5000).await;
    end(&session).await;
}

/// Check 3: the end of the handshake overtakes the acknowledgement of our answer.
#[tokio::test(start_paused = true)]
async fn the_agent_may_be_done_before_it_acknowledges() {
    let mut acknowledgements = 0;
    let late = move |passing: &super::fake::Passing| {
        use rds_encrypt::tunnel::message::MessageType;
        acknowledgements += u32::from(passing.kind == MessageType::Acknowledge);
        match (passing.kind, acknowledgements) {
            (MessageType::Acknowledge, 1) => super::fake::Fate::Later(3 * SECOND),
            _ => super::fake::Fate::Pass,
        }
    };
    let fake = Fake::new(Habits { to_client: Box::new(late), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    assert!(fake.now() < SECOND);
    echoed(&session, 1, 5000).await;
    end(&session).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_agent_is_told_with_the_host() {
    for (habits, _) in
        [(Habits { mute: true, ..Habits::default() }, 0), (Habits { handshake: None, ..Habits::default() }, 1)]
    {
        let fake = Fake::new(habits);
        let (opened, _) = fake.try_session(SessionSettings::default()).await;
        let failure = opened.expect_err("no session");
        assert_eq!(failure, Failure::NoAnswer { host: "ssmmessages.example".into(), seconds: 20 });
        assert_eq!(fake.seen().calls, ["StartSession", "TerminateSession s-1"]);
        assert_eq!(fake.seen().closes, [1000]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_cannot_be_opened_is_tried_three_times() {
    let fake = Fake::new(Habits::default());
    fake.fail_connections(3);
    let (opened, _) = fake.try_session(SessionSettings::default()).await;
    let text = opened.expect_err("no session").to_string();
    assert!(text.contains("its data channel at ssmmessages.example can't be opened: no way there."), "{text}");
    let seen = fake.seen();
    assert_eq!(seen.calls, ["StartSession", "TerminateSession s-1"], "nothing is resumed, nothing stays");
    assert_eq!((seen.urls.len(), &seen.urls[0]), (3, &seen.urls[2]));
}

/// Check 15, during the handshake.
#[tokio::test(start_paused = true)]
async fn the_service_may_close_during_the_handshake() {
    let fake = Fake::new(Habits { handshake: None, ..Habits::default() });
    fake.order(Order::Output(99, b"?".to_vec()));
    let opening = fake.try_session(SessionSettings::default());
    let closing = async {
        tokio::time::sleep(SECOND).await;
        fake.order(Order::Closed("Plugin with name Port is not supported by this version of ssm agent"));
    };
    let ((opened, _), ()) = tokio::join!(opening, closing);
    let failure = opened.expect_err("no session");
    assert!(matches!(failure, Failure::Ended(Ended::Closed { .. })), "{failure:?}");
    assert!(failure.to_string().contains("Plugin with name Port is not supported"), "{failure}");
}

/// A socket that is lost during the handshake is resumed, and the handshake goes on.
#[tokio::test(start_paused = true)]
async fn a_handshake_survives_a_cut() {
    let fake = Fake::with(
        Habits { handshake: Some(2 * SECOND), ..Habits::default() },
        [Resume::Fails(rds_encrypt::tunnel::service::Kind::Transient)],
        false,
    );
    let cutting = async {
        tokio::time::sleep(SECOND).await;
        fake.order(Order::Cut);
    };
    let ((session, _heard), ()) = tokio::join!(fake.session(), cutting);
    echoed(&session, 1, 5000).await;
    assert_eq!(fake.seen().payload_types().iter().filter(|payload| **payload == 6).count(), 1);
    end(&session).await;
}
