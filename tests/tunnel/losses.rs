//! Messages that are lost, doubled or late.

use std::{collections::HashSet, time::Duration};

use rds_encrypt::tunnel::message::MessageType;

use super::{
    fake::{Fake, Fate, Habits, Order, Passing, Rule},
    traffic::{echoed, end, exactly},
};

const MIB: usize = 1 << 20;

fn rule(rule: impl FnMut(&Passing) -> Fate + Send + 'static) -> Rule {
    Box::new(rule)
}

async fn survives(to_agent: Rule, to_client: Rule) -> Fake {
    let fake = Fake::new(Habits { to_agent, to_client, latency: Duration::from_millis(5), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    echoed(&session, 7, MIB / 2).await;
    end(&session).await;
    let mut numbers = fake.seen().first_numbers();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(0..numbers.len() as u64), "numbers are missing");
    fake
}

/// Check 7.
#[tokio::test(start_paused = true)]
async fn messages_in_any_order_are_put_right() {
    let shuffled = || {
        let mut random = fastrand::Rng::with_seed(3);
        rule(move |_| Fate::Later(Duration::from_millis(random.u64(0..50))))
    };
    survives(shuffled(), shuffled()).await;
}

/// Check 8.
#[tokio::test(start_paused = true)]
async fn doubled_messages_count_once_and_are_acknowledged_twice() {
    let fake = survives(rule(|_| Fate::Twice), rule(|_| Fate::Twice)).await;
    let seen = fake.seen();
    let distinct: HashSet<u64> = seen.acknowledged.iter().copied().collect();
    assert!(seen.acknowledged.len() >= distinct.len() * 4, "each copy is acknowledged, and each copy arrives twice");
}

/// Check 9: each tenth message and each tenth acknowledgement.
#[tokio::test(start_paused = true)]
async fn lost_messages_are_sent_again() {
    let tenth = |passing: &Passing| if passing.nth.is_multiple_of(10) { Fate::Drop } else { Fate::Pass };
    let fake = survives(rule(tenth), rule(tenth)).await;
    let seen = fake.seen();
    let again = seen.inputs.len() - seen.first_numbers().len();
    // Lost acknowledgements cause copies; each message again and again would be a storm.
    assert!(again > 0 && again < seen.inputs.len() / 3, "{again} of {} are copies", seen.inputs.len());
}

/// Check 9: no acknowledgement for three seconds.
#[tokio::test(start_paused = true)]
async fn a_silence_of_three_seconds_is_survived() {
    let began = tokio::time::Instant::now();
    let quiet = Duration::from_millis(100)..Duration::from_millis(3100);
    let silent = move |passing: &Passing| match passing.kind {
        MessageType::Acknowledge if quiet.contains(&began.elapsed()) => Fate::Drop,
        _ => Fate::Pass,
    };
    let slow = rule(|_| Fate::Later(Duration::from_millis(30)));
    survives(slow, rule(silent)).await;
}

/// Check 11.
#[tokio::test(start_paused = true)]
async fn data_that_the_agent_is_not_ready_for_is_sent_again() {
    let fake = Fake::new(Habits { not_ready: Duration::from_millis(300), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    echoed(&session, 1, 5000).await;
    let first = fake.seen().inputs.iter().filter(|input| input.sequence == 1).count();
    assert!(first >= 2, "the first data came {first} times");
    end(&session).await;
}

/// Check 26: never more under way than the window, and with a round trip of 50 ms nearly a window for each.
#[tokio::test(start_paused = true)]
async fn the_window_is_kept_and_used() {
    let fake = Fake::new(Habits { latency: Duration::from_millis(25), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    echoed(&session, 1, 2 * MIB).await;
    let before = fake.now();
    echoed(&session, 2, 8 * MIB).await;
    let seconds = fake.since(before).as_secs_f64();
    let (window, payload) = (1024.0, 1016.0);
    let possible = window * payload / 0.05;
    // The echo comes back one round trip later.
    let found = 8.0 * 1_048_576.0 / (seconds - 0.05);
    assert!(found >= 0.9 * possible, "{found:.0} of {possible:.0} bytes a second");
    let inputs = fake.seen().inputs.clone();
    for (at, input) in inputs.iter().enumerate() {
        let within = inputs[..at]
            .iter()
            .rev()
            .take_while(|before| input.at.saturating_sub(before.at) < Duration::from_millis(50));
        assert!(within.count() < 1024, "more than a window within a round trip");
    }
    assert_eq!(inputs.len(), fake.seen().first_numbers().len(), "nothing was sent twice");
    end(&session).await;
}

/// Check 26: without any acknowledgement only the first window leaves.
#[tokio::test(start_paused = true)]
async fn without_acknowledgements_the_first_window_is_all() {
    let mute = |passing: &Passing| match passing.kind {
        MessageType::Acknowledge if passing.nth > 3 => Fate::Drop,
        _ => Fate::Pass,
    };
    let fake = Fake::new(Habits { to_client: rule(mute), ..Habits::default() });
    let (session, _heard) = fake.session().await;
    let stream = session.stream().await.expect("a stream");
    assert!(stream.send(vec![0; 200_000].into()).await);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let count = fake.seen().first_numbers().len();
    assert!((60..=66).contains(&count), "{count} different messages");
    let all = fake.seen().inputs.len();
    assert!(all < 1000, "{all} messages in half a minute for an agent that acknowledges nothing");
    session.terminate().await;
}

/// Check 22: an empty payload counts and is acknowledged. Check 33: odd frames and types.
#[tokio::test(start_paused = true)]
async fn odd_messages_harm_nothing() {
    use tokio_tungstenite::tungstenite::Message;
    let fake = Fake::new(Habits::default());
    let (session, _heard) = fake.session().await;
    let stream = echoed(&session, 1, 3000).await;
    let before = fake.seen().acknowledged.len();
    fake.order(Order::Output(1, Vec::new()));
    fake.order(Order::Output(99, b"what is this".to_vec()));
    fake.order(Order::Frame(Message::text("no message at all")));
    fake.order(Order::Frame(Message::Binary(vec![1; 77].into())));
    fake.order(Order::Frame(Message::Binary(Vec::new().into())));
    fake.order(Order::OddFrames([&[1, 2, 4, 0, 3, 0, 0, 0][..], b"pong"].concat()));
    assert_eq!(exactly(&stream, 4).await, b"pong");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let acknowledged = fake.seen().acknowledged[before..].to_vec();
    assert_eq!(acknowledged.len(), 3, "{acknowledged:?}");
    echoed(&session, 2, 3000).await;
    end(&session).await;
}
