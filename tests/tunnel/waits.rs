//! Long waits, in virtual time.

use std::time::Duration;

use rds_encrypt::tunnel::{Ended, Event, Warning};

use super::{
    fake::{Destination, Fake, Habits, Order},
    traffic::{bytes, echoed, end, exactly},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Check 31.
#[tokio::test(start_paused = true)]
async fn a_ping_goes_out_every_half_minute() {
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    tokio::time::sleep(3 * MINUTE + SECOND).await;
    let seconds: Vec<u64> = fake.seen().pings.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [0, 30, 60, 90, 120, 150, 180]);
    assert_eq!(fake.seen().sockets.len(), 1, "pongs are a sign of life");
    end(&session).await;
}

/// Check 31.
#[tokio::test(start_paused = true)]
async fn a_line_that_is_silent_for_a_minute_is_replaced() {
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    echoed(&session, 1, 5000).await;
    fake.order(Order::Freeze);
    let before = fake.now();
    echoed(&session, 2, 5000).await;
    let took = fake.since(before);
    assert!(took >= 59 * SECOND && took < 62 * SECOND, "{took:?}");
    assert_eq!(fake.seen().sockets.len(), 2);
    end(&session).await;
}

/// Check 30: no input, so that the service's idle timer runs out; pings are none.
#[tokio::test(start_paused = true)]
async fn an_unused_tunnel_sends_nothing() {
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    let stream = echoed(&session, 1, 5000).await;
    drop(stream);
    tokio::time::sleep(SECOND).await;
    let before = fake.seen().inputs.len();
    tokio::time::sleep(60 * MINUTE).await;
    assert_eq!(fake.seen().inputs.len(), before);
    end(&session).await;
}

/// Check 30: while something is downloaded, there is one sign of life in five minutes.
#[tokio::test(start_paused = true)]
async fn a_download_keeps_its_session_alive() {
    let fake = Fake::new(Habits { destination: Destination::Silent, ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send("select".into()).await);
    for _ in 0..60 {
        tokio::time::sleep(MINUTE).await;
        fake.order(Order::Output(1, [&[1, 2, 4, 0, 3, 0, 0, 0][..], b"rows"].concat()));
        assert_eq!(exactly(&stream, 4).await, b"rows");
    }
    let inputs = fake.seen().inputs.clone();
    let nothing = inputs.iter().filter(|input| input.payload == [1, 3, 0, 0, 0, 0, 0, 0]);
    let minutes: Vec<u64> = nothing.map(|input| input.at.as_secs() / 60).collect();
    assert_eq!(minutes, (1..=12).map(|five| five * 5).collect::<Vec<u64>>());
    end(&session).await;
}

/// Check 16: the agent is away for ten minutes during an upload.
#[tokio::test(start_paused = true)]
async fn a_pause_of_ten_minutes_is_waited_out() {
    let fake = Fake::new(Habits { latency: Duration::from_millis(10), ..Habits::default() });
    let (session, mut heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    let sent = bytes(1, 3 << 20);
    let pausing = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        fake.order(Order::Pause);
        tokio::time::sleep(SECOND).await;
        let before = fake.seen().inputs.len();
        tokio::time::sleep(10 * MINUTE).await;
        assert_eq!(fake.seen().inputs.len(), before, "nothing arrives meanwhile");
        fake.order(Order::Start);
        fake.now()
    };
    let sending = async {
        for chunk in 0..48 {
            assert!(stream.send(sent.slice(chunk << 16..(chunk + 1) << 16)).await);
        }
    };
    let ((), back, started) = tokio::join!(sending, exactly(&stream, sent.len()), pausing);
    assert!(back == sent, "other bytes");
    let seen_again = fake.seen().inputs.iter().find(|input| input.at >= started).expect("goes on").at;
    assert!(seen_again.saturating_sub(started) < Duration::from_millis(50), "{:?}", seen_again.saturating_sub(started));
    end(&session).await;
    let mut warnings = Vec::new();
    while let Ok(event) = heard.try_recv() {
        if let Event::Warning(warning) = event {
            warnings.push(warning);
        }
    }
    assert_eq!(warnings, [Warning::Unreachable, Warning::Reachable]);
}

/// An agent whose machine is gone while the service still answers.
#[tokio::test(start_paused = true)]
async fn an_agent_that_takes_nothing_is_told_and_given_up() {
    let mut passed = 0;
    let dead = move |_: &super::fake::Passing| {
        passed += 1;
        if passed > 4 { super::fake::Fate::Drop } else { super::fake::Fate::Pass }
    };
    let fake = Fake::new(Habits { to_agent: Box::new(dead), ..Habits::default() });
    let (session, mut heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    for _ in 0..20 {
        assert!(stream.send("hello?".into()).await);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let began = fake.now();
    let warned = loop {
        if let Event::Warning(Warning::Silent { seconds }) = heard.recv().await.expect("a word") {
            break seconds;
        }
    };
    assert_eq!((warned, fake.since(began).as_secs()), (60, 59));
    assert_eq!(session.wait().await, Ended::Silent { minutes: 5 });
    assert_eq!(fake.since(began).as_secs(), 299);
    assert!(fake.seen().calls.contains(&"TerminateSession s-1".into()));
}

/// The service gives a way in each time, and each time it is cut before anybody spoke: as lost as no way in at all.
#[tokio::test(start_paused = true)]
async fn resumptions_that_come_to_nothing_are_given_up() {
    let fake = Fake::new(Habits::default());
    let (session, mut heard) = fake.session().await;
    echoed(&session, 1, 5000).await;
    let began = fake.now();
    let ended = loop {
        fake.order(Order::Cut);
        tokio::select! {
            ended = session.wait() => break ended,
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    };
    assert!(matches!(&ended, Ended::Lost { minutes: 20, .. }), "{ended:?}");
    let minutes = fake.since(began).as_secs() / 60;
    assert!((20..22).contains(&minutes), "{minutes}");
    assert!(fake.seen().sockets.len() > 20, "{}", fake.seen().sockets.len());
    assert!(fake.seen().calls.contains(&"TerminateSession s-1".into()));
    let mut told = 0;
    while let Ok(event) = heard.try_recv() {
        told += u32::from(matches!(event, Event::Warning(Warning::NotYet { .. })));
    }
    assert!(told > 10, "{told}");
}

/// One that is idle hears nothing between two of the service's hourly cuts, and lives on.
#[tokio::test(start_paused = true)]
async fn an_idle_session_survives_any_number_of_hourly_cuts() {
    let fake = Fake::new(Habits::default());
    let (session, mut heard) = fake.session().await;
    echoed(&session, 1, 5000).await;
    for _ in 0..30 {
        tokio::time::sleep(60 * MINUTE).await;
        fake.order(Order::Cut);
    }
    tokio::time::sleep(MINUTE).await;
    echoed(&session, 2, 5000).await;
    assert_eq!(fake.seen().sockets.len(), 31);
    while let Ok(event) = heard.try_recv() {
        assert!(!matches!(event, Event::Warning(Warning::NotYet { .. })), "{event:?}");
    }
    end(&session).await;
}
