//! Many connections in one session.

use std::time::Duration;

use rds_encrypt::tunnel::{
    StreamEnd,
    session::{NoStream, SessionSettings},
};

use super::{
    fake::{Destination, Fake, Habits, Order},
    traffic::{bytes, echoed, end, exactly, rest},
};

const MIB: usize = 1 << 20;

fn to(destination: Destination) -> Fake {
    Fake::new(Habits { destination, ..Habits::default() })
}

/// Check 17.
#[tokio::test(start_paused = true)]
async fn fifty_streams_at_once() {
    let fake = Fake::new(Habits { latency: Duration::from_millis(1), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let streams = (0..50).map(|seed| echoed(&session, seed, MIB / 8));
    assert_eq!(futures_util::future::join_all(streams).await.len(), 50);
    let full = fake.seen().inputs.iter().filter(|input| input.payload.len() == 1024).count();
    let all = fake.seen().inputs.len();
    assert!(full * 100 > all * 95, "payloads are filled: {full} of {all}");
    end(&session).await;
}

/// Check 23.
#[tokio::test(start_paused = true)]
async fn every_byte_is_carried_as_it_is() {
    let fake = to(Destination::Echo);
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    for byte in 0..=255 {
        assert!(stream.send(vec![byte].into()).await);
        assert_eq!(exactly(&stream, 1).await, [byte]);
    }
    for count in [1015, 1016, 1017, 1024, 1025] {
        let sent = [vec![b'x'; count - 1], vec![b'\n']].concat();
        assert!(stream.send(sent.clone().into()).await);
        assert_eq!(exactly(&stream, count).await, sent);
    }
    end(&session).await;
}

/// Check 19: all data, then the end.
#[tokio::test(start_paused = true)]
async fn the_destination_closes_after_its_data() {
    let fake = to(Destination::Source(100_000));
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send("all of it".into()).await);
    let (data, end_of_it) = rest(&stream).await;
    assert_eq!((data.len(), end_of_it), (100_000, StreamEnd::Finished));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let last = fake.seen().inputs.last().expect("our end").payload.clone();
    assert_eq!(last, [1, 1, 0, 0, 3, 0, 0, 0]);
    assert!(!stream.send("more".into()).await);
    end(&session).await;
}

/// Check 19: the client has no more to say, and the answer comes late.
#[tokio::test(start_paused = true)]
async fn an_answer_after_the_clients_end_is_waited_for() {
    let fake = to(Destination::Late(Duration::from_secs(4)));
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send("question".into()).await);
    stream.finish();
    assert_eq!(rest(&stream).await, (b"question".to_vec(), StreamEnd::Finished));

    let fake = to(Destination::Silent);
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send("question".into()).await);
    stream.finish();
    let before = fake.now();
    assert_eq!(rest(&stream).await, (Vec::new(), StreamEnd::ByClient));
    assert_eq!(fake.since(before).as_secs(), 5);
    end(&session).await;
}

/// Check 20.
#[tokio::test(start_paused = true)]
async fn a_client_that_is_gone_ends_its_stream_at_once() {
    let fake = to(Destination::Echo);
    let (session, _heard) = fake.session().await;
    let other = echoed(&session, 1, 5000).await;
    let stream = session.stream().await.expect("a stream");
    stream.reset();
    assert_eq!(rest(&stream).await.1, StreamEnd::ByClient);
    tokio::time::sleep(Duration::from_millis(10)).await;
    let last = fake.seen().inputs.last().expect("the end").payload.clone();
    assert!(last.ends_with(&[1, 1, 0, 0, 5, 0, 0, 0]), "{last:?}");
    assert!(other.send("still here".into()).await);
    assert_eq!(exactly(&other, 10).await, b"still here");
    end(&session).await;
}

/// Check 21.
#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_told_from_others() {
    let fake = to(Destination::Refuse);
    let (session, _heard) = fake.session().await;
    for _ in 0..3 {
        let stream = session.stream().await.expect("a stream");
        assert!(stream.send("hello?".into()).await);
        assert_eq!(rest(&stream).await, (Vec::new(), StreamEnd::Refused));
    }
    let sentence = StreamEnd::Refused.sentence("orders.internal", 5432);
    assert!(sentence.starts_with("the bastion can't connect to orders.internal:5432. Likely causes"), "{sentence}");
    end(&session).await;
}

/// Check 24: a client that reads nothing stops nobody but itself.
#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_closed_alone() {
    let fake = to(Destination::Echo);
    let settings = SessionSettings { largest_backlog: MIB, ..SessionSettings::default() };
    let (opened, _heard) = fake.try_session(settings).await;
    let session = opened.expect("a session");
    let stalled = session.stream().await.expect("a stream");
    let sending = async {
        let mut taken = 0;
        while stalled.send(vec![1; 65536].into()).await {
            taken += 65536;
        }
        taken
    };
    let others = futures_util::future::join_all((0..49).map(|seed| echoed(&session, seed, MIB / 4)));
    let (taken, others) = tokio::join!(sending, others);
    assert_eq!(others.len(), 49);
    assert!((MIB..3 * MIB).contains(&taken), "{taken}");
    assert_eq!(stalled.ended(), Some(StreamEnd::TooSlow { bytes: MIB }));
    echoed(&session, 99, MIB).await;
    end(&session).await;
}

/// Check 25: a destination that reads nothing; the client waits with little in memory, and goes on.
#[tokio::test(start_paused = true)]
async fn a_destination_that_reads_nothing_slows_its_client() {
    let fake = to(Destination::Stalled);
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    let mut taken = 0;
    let endless = async {
        while stream.send(bytes(1, 65536)).await {
            taken += 65536;
        }
    };
    // Long enough to be full, and too short to give up.
    let _ = tokio::time::timeout(Duration::from_secs(50), endless).await;
    let (budget, window, queues) = (4 * MIB, MIB, 512 << 10);
    // The pipe in memory between the two takes 4 MiB of messages, too.
    assert!((budget..2 * budget + window + queues).contains(&taken), "{taken}");
    fake.order(Order::Unstall);
    let more = tokio::time::timeout(Duration::from_secs(30), async {
        for _ in 0..160 {
            assert!(stream.send(bytes(1, 65536)).await);
        }
    });
    more.await.expect("it goes on");
    session.terminate().await;
}

/// Check 27.
#[tokio::test(start_paused = true)]
async fn an_old_agent_takes_one_after_another() {
    let fake = Fake::new(Habits { version: "3.0.196.0", ..Habits::default() });
    let settings = SessionSettings { reaches_other_host: false, ..SessionSettings::default() };
    let (opened, _heard) = fake.try_session(settings).await;
    let session = opened.expect("a session");
    for seed in 0..3 {
        let stream = echoed(&session, seed, 5000).await;
        assert_eq!(session.stream().await.expect_err("occupied"), NoStream::Occupied);
        drop(stream);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let flags = fake.seen().inputs.iter().filter(|input| input.payload_type == 10).count();
    assert_eq!(flags, 3, "a disconnection after each");
    end(&session).await;
}
