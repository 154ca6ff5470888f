//! Web sockets that are lost, and sessions that aren't.

use std::{collections::HashSet, time::Duration};

use rds_encrypt::tunnel::{Ended, Event, StreamEnd, Warning, service::Kind, session::SessionSettings};

use super::{
    fake::{Fake, Fate, Habits, Order, Passing, Resume},
    traffic::{echoed, end, rest},
};

/// Checks 12 and 13: cut, or closed as every hour, at each message of a short session, in both directions.
#[tokio::test(start_paused = true)]
async fn a_cut_at_any_message_loses_nothing() {
    let mut cuts = 0;
    for fate in [Fate::Cut, Fate::Close1000] {
        for direction in 0..2 {
            for nth in 1..70 {
                let at = move |passing: &Passing| if passing.nth == nth { fate } else { Fate::Pass };
                let mut habits = Habits { latency: Duration::from_millis(2), ..Habits::default() };
                match direction {
                    0 => habits.to_agent = Box::new(at),
                    _ => habits.to_client = Box::new(at),
                }
                let fake = Fake::new(habits);
                let (session, _heard) = fake.session().await;
                echoed(&session, nth, 20_000).await;
                end(&session).await;
                let seen = fake.seen();
                cuts += seen.sockets.len() - 1;
                let mut numbers = seen.first_numbers();
                numbers.sort_unstable();
                assert!(numbers.iter().copied().eq(0..numbers.len() as u64), "{fate:?} at {nth}: {numbers:?}");
                // What is sent again is what was sent.
                for input in &seen.inputs {
                    let same = seen.inputs.iter().filter(|other| other.sequence == input.sequence);
                    assert!(same.clone().all(|other| other.payload == input.payload), "{fate:?} at {nth}");
                }
            }
        }
    }
    assert!(cuts > 100, "{cuts}");
}

/// Check 12: the same client with a new token at the new address.
#[tokio::test(start_paused = true)]
async fn a_resumed_session_uses_what_the_service_gave_last() {
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    for seed in 0..3 {
        echoed(&session, seed, 5000).await;
        fake.order(Order::Cut);
    }
    echoed(&session, 9, 5000).await;
    end(&session).await;
    let seen = fake.seen();
    assert_eq!(seen.openings.len(), 4);
    let distinct = |name: &str| seen.openings.iter().map(|one| one[name].to_string()).collect::<HashSet<_>>().len();
    assert_eq!([distinct("ClientId"), distinct("RequestId"), distinct("TokenValue")], [1, 4, 4]);
    for (url, opening) in seen.urls.iter().zip(&seen.openings) {
        let number = opening["TokenValue"].as_str().expect("a token").trim_start_matches("secret-token-");
        assert!(url.ends_with(&format!("cell-number=secret-cell-{number}%2B=")), "{url} with {opening}");
    }
    assert_eq!(seen.payload_types().iter().filter(|payload| **payload == 6).count(), 1, "one handshake");
}

/// All that was under way goes again at once, in order.
#[tokio::test(start_paused = true)]
async fn the_whole_backlog_goes_again_at_once() {
    let mut lost = HashSet::new();
    let swallow = move |passing: &Passing| {
        let swallowed = (20..60).contains(&passing.sequence) && lost.insert(passing.sequence);
        match (swallowed, passing.sequence) {
            (true, 59) => Fate::Cut,
            (true, _) => Fate::Drop,
            _ => Fate::Pass,
        }
    };
    let fake = Fake::new(Habits { to_agent: Box::new(swallow), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    echoed(&session, 1, 100_000).await;
    let seen = fake.seen();
    let resumed = seen.sockets[1];
    let again: Vec<u64> = seen.inputs.iter().filter(|input| input.at >= resumed).map(|input| input.sequence).collect();
    assert!(again.starts_with(&(20..60).collect::<Vec<u64>>()), "{again:?}");
    assert!(
        seen.inputs
            .iter()
            .filter(|input| input.sequence < 60)
            .all(|input| input.at <= resumed + Duration::from_millis(50))
    );
}

/// Check 13: five refusals, then it works; clients stay connected.
#[tokio::test(start_paused = true)]
async fn refused_resumptions_are_repeated_with_patience() {
    let refusals = (0..5).map(|_| Resume::Fails(Kind::Transient));
    let fake = Fake::with(Habits::default(), refusals, false);
    let (session, mut heard) = fake.session().await;
    let stream = echoed(&session, 1, 5000).await;
    let before = fake.now();
    fake.order(Order::Cut);
    echoed(&session, 2, 5000).await;
    let after = fake.since(before);
    assert!(
        after > Duration::from_secs(6) && after < Duration::from_secs(7),
        "{after:?}: 0.2, 0.4, 0.8, 1.6 and 3.2 s"
    );
    drop(stream);
    end(&session).await;
    let mut warnings = Vec::new();
    while let Ok(event) = heard.try_recv() {
        if let Event::Warning(warning) = event {
            warnings.push(warning.to_string());
        }
    }
    assert_eq!(warnings.len(), 6, "{warnings:?}");
    assert!(warnings[1].contains("the token is expired; next attempt in 1 seconds"), "{warnings:?}");
}

/// Tokens that expire before they are used, each time again: nobody waits for a session that never begins.
#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_ever_speaks_in_is_given_up() {
    let habits = Habits { to_client: Box::new(|_| Fate::Close1000), ..Habits::default() };
    let fake = Fake::new(habits);
    let before = fake.now();
    let (opened, _heard) = fake.try_session(SessionSettings::default()).await;
    let Err(failure) = opened else { panic!("it can't be used") };
    let failure = failure.to_string();
    assert!(failure.contains("closed by the service with 1000"), "{failure}");
    assert!(failure.contains("6 web sockets in a row") && failure.contains("OpenDataChannel"), "{failure}");
    assert!(fake.since(before) < Duration::from_secs(20), "{:?}", fake.since(before));
    let seen = fake.seen();
    assert_eq!(seen.calls.last().map(String::as_str), Some("TerminateSession s-1"), "{:?}", seen.calls);
}

/// Checks 13 and 14: what ends it, each with its words.
#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_come_back_says_why() {
    let table = [
        (Resume::Empty, Ended::Gone),
        (Resume::Fails(Kind::Gone), Ended::Gone),
        (Resume::Fails(Kind::Final), Ended::Barred("the token is expired".into())),
    ];
    for (resume, expected) in table {
        let fake = Fake::with(Habits::default(), [resume], false);
        let (session, _heard) = fake.session().await;
        let stream = echoed(&session, 1, 5000).await;
        fake.order(Order::Cut);
        assert_eq!(rest(&stream).await, (Vec::new(), StreamEnd::SessionEnded(expected.clone())));
        assert_eq!(session.wait().await, expected);
        assert!(session.stream().await.is_err());
    }
}

/// The official client gives up after six seconds; the session lives for as long as it may be idle.
#[tokio::test(start_paused = true)]
async fn it_is_tried_for_as_long_as_the_session_lives() {
    let refusals = (0..1000).map(|_| Resume::Fails(Kind::Transient));
    let fake = Fake::with(Habits::default(), refusals, false);
    let (session, _heard) = fake.session().await;
    fake.order(Order::Cut);
    let ended = session.wait().await;
    assert_eq!(ended, Ended::Lost { minutes: 20, why: "the token is expired".into() });
    let minutes = fake.now().as_secs() / 60;
    assert_eq!(minutes, 20);
    let calls = fake.seen().calls.len();
    assert!((40..60).contains(&calls), "{calls} calls: no more than one in 30 seconds");
}

/// A token that the service doesn't like closes each new socket at once: that isn't repeated without a pause.
#[tokio::test(start_paused = true)]
async fn sockets_that_bring_nothing_are_opened_ever_more_rarely() {
    let fake = Fake::new(Habits { handshake: None, ..Habits::default() });
    let (opened, ()) = tokio::join!(fake.try_session(SessionSettings::default()), async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            fake.order(Order::Cut);
        }
    });
    assert!(opened.0.is_err());
    let sockets = fake.seen().sockets.len();
    assert!(sockets < 20, "{sockets} sockets in ten seconds");
}

/// Check 15: the end comes as the first word after resuming.
#[tokio::test(start_paused = true)]
async fn the_service_may_close_while_resuming() {
    let fake = Fake::with(Habits::default(), [Resume::Fails(Kind::Transient)], false);
    let (session, _heard) = fake.session().await;
    fake.order(Order::Cut);
    tokio::time::sleep(Duration::from_millis(205)).await;
    fake.order(Order::Closed(""));
    assert_eq!(session.wait().await, Ended::Closed { output: String::new() });
    assert_eq!(session.wait().await.to_string(), "Session Manager has closed the session");
}

/// New connections during an outage wait for its end.
#[tokio::test(start_paused = true)]
async fn connections_can_begin_during_an_outage() {
    let refusals = (0..4).map(|_| Resume::Fails(Kind::Transient));
    let fake = Fake::with(Habits::default(), refusals, false);
    let (session, mut heard) = fake.session().await;
    fake.order(Order::Cut);
    while !matches!(heard.recv().await, Some(Event::Warning(Warning::NotYet { .. }))) {}
    echoed(&session, 5, 5000).await;
    end(&session).await;
}
