//! The data channel: nothing is lost or doubled, and what is ordered to go wrong does.

use std::time::Duration;

use rds_encrypt::sandbox::{Act, Habits, Mischief, Sandbox, Trouble, Way};
use serde_json::json;

use super::client::{BASTION, COMPLETE, Client, DATA, FLAG, Heard, ORDERS, REQUEST, ask, data, frames, to, words};
use super::servers::echoes;
use crate::help::cloud;

const SOON: Duration = Duration::from_secs(2);

/// A session with an echo at its other end, and the client.
async fn with_echo() -> (Sandbox, Client) {
    let cloud = cloud().await;
    echoes(&cloud.sandbox);
    let client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    (cloud.sandbox, client)
}

fn trouble(way: Way, what: Mischief) -> Trouble {
    Trouble { way, acknowledgements: false, sequence: None, after: 0, every: 1, times: None, what }
}

/// How many bytes a stream said back, across as many frames as it took.
fn echoed(heard: &[Heard]) -> usize {
    frames(&data(heard)).iter().map(|frame| frame.strip_prefix("push 3 ").map_or(0, str::len)).sum()
}

#[tokio::test(start_paused = true)]
async fn the_handshake_is_the_agents() {
    let cloud = cloud().await;
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let Some(Heard::Output { number: 0, content: REQUEST, payload }) = client.hear().await else { panic!() };
    let asked: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(asked["AgentVersion"], "3.3.3572.0");
    let expected = json!({"host": ORDERS, "portNumber": "5432", "localPortNumber": "0", "type": "LocalPortForwarding"});
    assert_eq!(asked["RequestedClientActions"][0]["ActionParameters"]["Properties"], expected);
    let given = json!({"ClientVersion": "1.2.764.0", "ProcessedClientActions": []}).to_string();
    client.send(super::client::RESPONSE, given.as_bytes()).await;
    assert_eq!(client.hear().await, Some(Heard::Acknowledged(0)), "before the end of the handshake");
    assert!(matches!(client.hear().await, Some(Heard::Output { number: 1, content: COMPLETE, .. })));
}

#[tokio::test(start_paused = true)]
async fn what_a_client_cant_do_ends_the_session() {
    let cloud = cloud().await;
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    client.answer(3, "no such thing").await;
    let heard = words(&client.gather(SOON).await);
    assert!(heard.contains("initiating handshake. no such thing, end Some(1000)"), "{heard}");
    let habits = Habits { ports_ask_for_kms: true, unknown_action: true, ..Habits::default() };
    cloud.sandbox.sessions().behave(habits);
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let Some(Heard::Output { payload, .. }) = client.hear().await else { panic!() };
    let asked: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let kinds: Vec<_> =
        asked["RequestedClientActions"].as_array().unwrap().iter().map(|one| &one["ActionType"]).collect();
    assert_eq!(kinds, ["SessionType", "KMSEncryption", "NobodyKnowsThis"]);
}

#[tokio::test(start_paused = true)]
async fn old_agents_say_so() {
    let cloud = cloud().await;
    cloud.sandbox.sessions().behave(Habits { agent_version: Some("2.3.671.0".to_owned()), ..Habits::default() });
    let mut client = Client::begin(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let heard = words(&client.gather(SOON).await);
    assert!(
        heard.starts_with("closed: Plugin with name Port is not supported by this version of ssm agent"),
        "{heard}"
    );
}

#[tokio::test(start_paused = true)]
async fn streams_come_back_in_order_and_end() {
    let (_sandbox, mut client) = with_echo().await;
    client.say(3, b"one").await;
    client.say(5, b"two").await;
    client.frame(2, 99, b"nobody").await;
    client.frame(3, 0, b"").await;
    assert_eq!(sorted(&client.gather(SOON).await), ["push 3 one", "push 5 two"]);
    // What is still on its way back at a stream's end is lost, and so is what comes after it.
    client.frame(2, 3, b"three").await;
    client.frame(1, 3, b"").await;
    client.frame(2, 3, b"four").await;
    client.frame(2, 5, b"five").await;
    assert_eq!(sorted(&client.gather(SOON).await), ["fin 3", "push 5 five"]);
}

fn sorted(heard: &[Heard]) -> Vec<String> {
    let mut said = frames(&data(heard));
    said.sort();
    said
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_or_doubled_whatever_the_network_does() {
    let mischief = [
        trouble(Way::Output, Mischief::Duplicate),
        Trouble { every: 10, ..trouble(Way::Output, Mischief::Drop) },
        Trouble { every: 7, ..trouble(Way::Output, Mischief::HoldBack { messages: 3 }) },
        Trouble { every: 10, ..trouble(Way::Output, Mischief::WrongDigest) },
        Trouble { acknowledgements: true, every: 3, ..trouble(Way::Input, Mischief::Drop) },
    ];
    for order in mischief {
        let (sandbox, mut client) = with_echo().await;
        sandbox.sessions().trouble(vec![order.clone()]);
        client.say(3, &vec![7; 50_000]).await;
        let heard = client.gather(Duration::from_secs(5)).await;
        assert_eq!(echoed(&heard), 50_000, "{order:?}");
        let standing = sandbox.sessions().standing(&client.id).unwrap();
        assert_eq!((standing.unacknowledged, standing.held), (0, 0), "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn inputs_that_are_lost_are_sent_again_by_the_client_and_taken_once() {
    let (sandbox, mut client) = with_echo().await;
    sandbox.sessions().trouble(vec![Trouble {
        sequence: Some(2),
        times: Some(1),
        ..trouble(Way::Input, Mischief::Drop)
    }]);
    client.frame(0, 3, b"").await;
    let lost = client.frame(2, 3, b"a").await;
    let later = client.frame(2, 3, b"b").await;
    let heard = client.gather(SOON).await;
    assert!(heard.contains(&Heard::Acknowledged(later)) && !heard.contains(&Heard::Acknowledged(lost)), "{heard:?}");
    assert_eq!(words(&heard), "", "nothing passes the one that is missing");
    client.send_as(lost, DATA, &[1, 2, 1, 0, 3, 0, 0, 0, b'a']).await;
    client.send_as(lost, DATA, &[1, 2, 1, 0, 3, 0, 0, 0, b'a']).await;
    let said = frames(&data(&client.gather(SOON).await)).concat().replace("push 3 ", "");
    assert_eq!(said, "ab");
}

#[tokio::test(start_paused = true)]
async fn a_session_outlives_its_sockets() {
    for (what, code) in [(Mischief::Cut, None), (Mischief::CutAfter, None), (Mischief::Close, Some(1000))] {
        let (sandbox, mut client) = with_echo().await;
        sandbox.sessions().trouble(vec![Trouble { after: 20, times: Some(1), ..trouble(Way::Output, what) }]);
        client.say(3, &vec![7; 60_000]).await;
        let mut heard = client.gather(SOON).await;
        assert_eq!(heard.pop(), Some(Heard::End(code)), "{what:?}");
        assert!(!sandbox.sessions().standing(&client.id).unwrap().connected);
        client.resume(&sandbox).await;
        heard.extend(client.gather(SOON).await);
        assert_eq!(echoed(&heard), 60_000, "{what:?}");
        assert!(!heard.iter().any(|one| matches!(one, Heard::Output { content: REQUEST, .. })), "no second handshake");
        let next = sandbox.sessions().standing(&client.id).unwrap().next;
        assert!(next > 58, "numbers go on: {next}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_is_away_hears_nothing_and_comes_back() {
    let (sandbox, mut client) = with_echo().await;
    sandbox.sessions().act(&Act::Pause, Some(&client.id));
    assert_eq!(client.hear().await, Some(Heard::Pause));
    let lost = client.frame(0, 3, b"").await;
    assert_eq!(client.gather(Duration::from_mins(2)).await, []);
    sandbox.sessions().act(&Act::Start, None);
    assert_eq!(client.hear().await, Some(Heard::Start));
    client.send_as(lost, DATA, &[1, 0, 0, 0, 3, 0, 0, 0]).await;
    client.frame(2, 3, b"back").await;
    assert!(words(&client.gather(SOON).await).contains("push 3 back"));
}

#[tokio::test(start_paused = true)]
async fn data_that_comes_before_the_agent_is_ready_has_to_come_again() {
    let cloud = cloud().await;
    echoes(&cloud.sandbox);
    let not_ready = Duration::from_millis(300);
    cloud.sandbox.sessions().behave(Habits { not_ready, ..Habits::default() });
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let first = client.frame(0, 3, b"").await;
    let second = client.frame(2, 3, b"early").await;
    let heard = client.gather(not_ready).await;
    assert!(!heard.contains(&Heard::Acknowledged(first)) && heard.contains(&Heard::Acknowledged(second)), "{heard:?}");
    client.send_as(first, DATA, &[1, 0, 0, 0, 3, 0, 0, 0]).await;
    assert_eq!(words(&client.gather(SOON).await), "push 3 early");
}

#[tokio::test(start_paused = true)]
async fn messages_take_as_long_as_was_ordered() {
    let cloud = cloud().await;
    echoes(&cloud.sandbox);
    let (latency_in, latency_out) = (Duration::from_millis(40), Duration::from_millis(60));
    cloud.sandbox.sessions().behave(Habits { latency_in, latency_out, ..Habits::default() });
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    let began = tokio::time::Instant::now();
    client.say(3, b"there and back").await;
    while !matches!(client.hear().await, Some(Heard::Output { content: DATA, .. })) {}
    let took = began.elapsed();
    assert!((100..110).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_and_resumes_are_refused_on_order() {
    let (sandbox, mut client) = with_echo().await;
    let given = ask(&sandbox, "ResumeSession", &json!({"SessionId": client.id})).await.unwrap();
    sandbox.sessions().act(&Act::ExpireToken, None);
    let mut other = Client::open(&sandbox, &given).await;
    assert_eq!(other.gather(SOON).await, [Heard::End(Some(1008))]);
    let late = ask(&sandbox, "ResumeSession", &json!({"SessionId": client.id})).await.unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(Client::open(&sandbox, &late).await.gather(SOON).await, [Heard::End(Some(1008))]);
    sandbox.sessions().behave(Habits { resumes_without_token: true, ..Habits::default() });
    let ended = ask(&sandbox, "ResumeSession", &json!({"SessionId": client.id})).await.unwrap();
    assert_eq!(ended, json!({"SessionId": client.id}));
    sandbox.sessions().act(&Act::End { output: "maintenance".to_owned() }, None);
    assert_eq!(words(&client.gather(SOON).await), "closed: maintenance, end Some(1000)");
}

#[tokio::test(start_paused = true)]
async fn sessions_have_a_longest_time_and_machines_go_offline() {
    let cloud = cloud().await;
    let longest = Some(Duration::from_mins(5));
    cloud.sandbox.sessions().behave(Habits { longest, ..Habits::default() });
    let mut client = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    assert_eq!(words(&client.gather(Duration::from_mins(6)).await), "closed: , end Some(1000)");
    cloud.sandbox.sessions().behave(Habits { offline: vec![BASTION.to_owned()], ..Habits::default() });
    let started = super::client::code(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await;
    assert_eq!(started, "TargetNotConnected");
}

#[tokio::test(start_paused = true)]
async fn destinations_are_as_ordered() {
    let cloud = cloud().await;
    let order = json!({"habits": {"destinations": {"a:1": "unknown", "b:1": "hang"}, "dial": 5000.0}});
    let request = http::Request::post("http://localhost/_sandbox/sessions");
    let request = request.body(bytes::Bytes::from(order.to_string())).unwrap();
    assert_eq!(cloud.sandbox.respond(request).await.status(), 200);
    for (host, seconds) in [("a", 0), ("nowhere.example", 0), ("b", 5)] {
        let mut client = Client::start(&cloud.sandbox, &to(BASTION, host, 1)).await;
        let began = tokio::time::Instant::now();
        client.say(3, b"?").await;
        while !matches!(client.hear().await, Some(Heard::Output { content: FLAG, .. })) {}
        assert_eq!(began.elapsed().as_secs(), seconds, "{host}");
    }
    let nonsense =
        http::Request::post("http://localhost/_sandbox/sessions").body(bytes::Bytes::from("{\"x\": 1}")).unwrap();
    assert_eq!(cloud.sandbox.respond(nonsense).await.status(), 400);
}

#[tokio::test]
async fn in_process_a_listener_takes_the_sockets() {
    let sandbox = Sandbox::open(rds_encrypt::sandbox::Options::default()).unwrap();
    let given = ask(&sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await.unwrap();
    let address = sandbox.sessions().address().unwrap();
    assert!(given["StreamUrl"].as_str().unwrap().starts_with(&format!("ws://{address}/v1/data-channel/")));
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let error = tokio_tungstenite::client_async(given["StreamUrl"].as_str().unwrap(), stream).await.unwrap_err();
    assert!(error.to_string().contains("403"), "unsigned: {error}");
}
