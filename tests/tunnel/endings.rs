//! How a session ends.

use std::time::Duration;

use rds_encrypt::tunnel::{Ended, StreamEnd, service::Kind};

use super::{
    fake::{Destination, Fake, Fate, Habits, Order, Passing, Resume},
    traffic::{echoed, end, rest},
};

/// Check 29: flag, then the call, then close 1000.
#[tokio::test(start_paused = true)]
async fn the_agent_is_asked_then_the_service_then_the_socket_is_closed() {
    let fake = Fake::new(Habits { latency: Duration::from_millis(20), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let stream = echoed(&session, 1, 5000).await;
    let before = fake.now();
    end(&session).await;
    assert!(fake.since(before) < Duration::from_millis(100));
    assert_eq!(rest(&stream).await.1, StreamEnd::SessionEnded(Ended::Terminated { api: None }));
    let seen = fake.seen();
    let last = seen.inputs.last().expect("a flag");
    assert_eq!((last.payload_type, last.payload.as_slice()), (10, [0, 0, 0, 2].as_slice()));
    assert_eq!(seen.calls, ["StartSession", "TerminateSession s-1"]);
    assert_eq!(seen.closes, [1000]);
}

/// Check 29: an agent that doesn't acknowledge holds up nobody.
#[tokio::test(start_paused = true)]
async fn the_agent_has_a_second_to_acknowledge_the_end() {
    let fake = Fake::new(Habits { destination: Destination::Silent, ..Habits::default() });
    let (session, _heard) = fake.session().await;
    fake.order(Order::Freeze);
    let before = fake.now();
    end(&session).await;
    let took = fake.since(before);
    assert!(took >= Duration::from_secs(1) && took < Duration::from_millis(2100), "{took:?}");
    assert_eq!(fake.seen().calls, ["StartSession", "TerminateSession s-1"]);
}

/// Who hears that the session is over waits for no acknowledgement.
#[tokio::test(start_paused = true)]
async fn a_session_that_is_closed_meanwhile_is_waited_for_no_longer() {
    // The handshake's answer is the first.
    let lost = |passing: &Passing| if passing.sequence > 0 { Fate::Drop } else { Fate::Pass };
    let fake = Fake::new(Habits { to_agent: Box::new(lost), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let before = fake.now();
    let closed = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        fake.order(Order::Closed(""));
    };
    tokio::join!(end(&session), closed);
    assert_eq!(fake.since(before).as_millis(), 300);
}

/// Check 29: the call fails.
#[tokio::test(start_paused = true)]
async fn a_session_that_the_service_does_not_end_is_told() {
    let fake = Fake::with(Habits::default(), [], true);
    let (session, _heard) = fake.session().await;
    assert_eq!(session.terminate().await, Ended::Terminated { api: Some("no permission to end it".into()) });
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_handles_are_gone_is_ended() {
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    drop(session);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(fake.seen().calls, ["StartSession", "TerminateSession s-1"]);
}

#[tokio::test(start_paused = true)]
async fn it_can_be_ended_during_an_outage() {
    let refusals = (0..100).map(|_| Resume::Fails(Kind::Transient));
    let fake = Fake::with(Habits::default(), refusals, false);
    let (session, _heard) = fake.session().await;
    fake.order(Order::Cut);
    tokio::time::sleep(Duration::from_secs(50)).await;
    let before = fake.now();
    end(&session).await;
    assert!(fake.since(before) < Duration::from_secs(1));
}

/// Check 15: with and without words, during a transfer; what arrived before is delivered.
#[tokio::test(start_paused = true)]
async fn the_service_may_close_during_a_transfer() {
    for output in ["", "\nidle for too long\n"] {
        let fake = Fake::new(Habits::default());
        let (session, _heard) = fake.session().await;
        let stream = echoed(&session, 1, 5000).await;
        fake.order(Order::Output(1, [&[1, 2, 4, 0, 3, 0, 0, 0][..], b"last"].concat()));
        fake.order(Order::Closed(output));
        let ended = Ended::Closed { output: output.into() };
        assert_eq!(rest(&stream).await, (b"last".to_vec(), StreamEnd::SessionEnded(ended.clone())));
        assert_eq!(session.wait().await, ended);
        assert_eq!(fake.seen().closes, [1000]);
    }
}

/// Nothing follows the flag but what the agent has asked for again.
#[tokio::test(start_paused = true)]
async fn nothing_new_follows_the_end() {
    let slow = |_: &Passing| Fate::Later(Duration::from_millis(100));
    let fake = Fake::new(Habits { to_agent: Box::new(slow), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send(vec![1; 200_000].into()).await);
    tokio::time::sleep(Duration::from_millis(10)).await;
    end(&session).await;
    let seen = fake.seen();
    let flag = seen.inputs.iter().find(|input| input.payload_type == 10).expect("a flag").sequence;
    assert!(seen.inputs.iter().all(|input| input.sequence <= flag), "{:?}", seen.first_numbers());
}
