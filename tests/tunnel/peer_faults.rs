//! The independent peer, with faults on the way.

use std::time::Duration;

use rds_encrypt::tunnel::{Ended, Event};
use serde_json::{Value, json};

use super::peer_process::{Peer, Tunnel, echoed};

const MIB: usize = 1 << 20;

async fn survived(rules: Value, bytes: usize, arguments: &[&str]) {
    let Some(peer) = Peer::start(arguments).await else { return };
    let tunnel = peer.tunnel(5432).await;
    peer.control(&json!({"seed": 7, "rules": rules})).await;
    echoed(tunnel.client().await, 2, bytes).await;
    peer.control(&json!({"rules": []})).await;
    assert_eq!(tunnel.end().await.0, [Ended::Terminated { api: None }]);
    peer.assert_no_violations().await;
}

/// Checks 7, 8 and 9: data lost, doubled and out of order on both ways, and acknowledgements, too.
#[tokio::test(flavor = "multi_thread")]
async fn ten_mebibytes_each_way_survive_loss_doubling_and_disorder() {
    let rules = json!([
        {"dir": "in", "type": "input_stream_data", "every": 10, "action": "drop"},
        {"dir": "in", "type": "acknowledge", "every": 50, "action": "drop"},
        {"dir": "in", "every": 7, "action": "duplicate"},
        {"dir": "in", "every": 13, "action": "reorder", "hold": 9},
        {"dir": "out", "type": "output_stream_data", "every": 500, "action": "drop"},
        {"dir": "out", "type": "acknowledge", "every": 10, "action": "drop"},
        {"dir": "out", "every": 7, "action": "duplicate"},
        {"dir": "out", "every": 13, "action": "reorder", "hold": 9},
    ]);
    survived(rules, 10 * MIB, &["--no-throttle"]).await;
}

/// Checks 12 and 13: the socket is cut in either direction, within frames, and closed as the service does every hour.
#[tokio::test(flavor = "multi_thread")]
async fn ten_mebibytes_each_way_survive_cut_sockets() {
    let rules = json!([
        {"dir": "in", "type": "input_stream_data", "every": 1500, "action": "cut"},
        {"dir": "out", "type": "output_stream_data", "every": 2300, "action": "close1000"},
        {"dir": "out", "at_byte": 1_000_003, "action": "cut"},
    ]);
    survived(rules, 10 * MIB, &[]).await;
}

/// Check 33.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_understands_is_ignored() {
    let rules = json!([
        {"dir": "out", "every": 10, "action": "garbage"},
        {"dir": "out", "every": 11, "action": "text"},
        {"dir": "out", "every": 12, "action": "unknown_type"},
        {"dir": "out", "type": "output_stream_data", "every": 200, "action": "wrong_digest"},
    ]);
    survived(rules, MIB, &["--no-throttle"]).await;
}

async fn lost(tunnel: &mut Tunnel) {
    tunnel.event(|event| matches!(event, Event::SessionResumed { .. })).await;
}

/// Check 13.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_comes_back_again_and_again_and_after_refusals() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(5432).await;
    let client = tunnel.client().await;
    tunnel.event(|event| matches!(event, Event::ClientAccepted { .. })).await;
    let transfer = tokio::spawn(echoed(client, 3, MIB));
    for (refusals, order) in [(0, "close1000"), (0, "cut"), (5, "cut")] {
        peer.control(&json!({"set": {"refuse_resume": refusals}, "do": order})).await;
        lost(&mut tunnel).await;
    }
    transfer.await.expect("all bytes");
    tunnel.end().await;
    peer.assert_no_violations().await;
}

/// Check 13: resumed in vain; the next client gets a new session.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_told_and_replaced() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(5432).await;
    echoed(tunnel.client().await, 3, 10_000).await;
    peer.control(&json!({"set": {"resume_empty": true}, "do": "cut"})).await;
    let ended = tunnel.event(|event| matches!(event, Event::SessionEnded { .. })).await;
    assert!(matches!(ended, Event::SessionEnded { ended: Ended::Gone, .. }), "{ended:?}");
    peer.control(&json!({"set": {"resume_empty": false}})).await;
    echoed(tunnel.client().await, 4, 10_000).await;
    tunnel.end().await;
}

/// Check 15.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_says_at_the_end_is_told() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(5432).await;
    echoed(tunnel.client().await, 3, 10_000).await;
    peer.control(&json!({"do": "channel_closed", "output": "\nout of office\n"})).await;
    let ended = tunnel.event(|event| matches!(event, Event::SessionEnded { .. })).await;
    let Event::SessionEnded { ended, .. } = ended else { unreachable!() };
    assert_eq!(ended.to_string(), "Session Manager has closed the session: out of office");
    echoed(tunnel.client().await, 4, 10_000).await;
    tunnel.end().await;
    peer.assert_no_violations().await;
}

/// Check 16.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_away_is_waited_for() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(5432).await;
    let client = tunnel.client().await;
    tunnel.event(|event| matches!(event, Event::ClientAccepted { .. })).await;
    peer.control(&json!({"do": "pause"})).await;
    let transfer = tokio::spawn(echoed(client, 5, MIB / 2));
    tokio::time::sleep(Duration::from_secs(3)).await;
    peer.control(&json!({"do": "start"})).await;
    transfer.await.expect("all bytes");
    tunnel.end().await;
    peer.assert_no_violations().await;
}

/// Check 11: the agent's side isn't ready when the first data comes.
#[tokio::test(flavor = "multi_thread")]
async fn data_that_comes_too_early_is_sent_again() {
    let Some(peer) = Peer::start(&[]).await else { return };
    peer.control(&json!({"set": {"not_ready_ms": 300}})).await;
    let tunnel = peer.tunnel(5432).await;
    echoed(tunnel.client().await, 6, 100_000).await;
    tunnel.end().await;
    peer.assert_no_violations().await;
}
