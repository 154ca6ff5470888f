//! The independent peer as the other end: agent, service relay and a checker of the protocol.

use rds_encrypt::tunnel::{Ended, Event, Failure, StreamEnd, Warning};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::peer_process::{Peer, echoed};

const MIB: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn bytes_come_and_go_and_the_end_is_clean() {
    let Some(peer) = Peer::start(&["--no-throttle"]).await else { return };
    let tunnel = peer.tunnel(5432).await;
    echoed(tunnel.client().await, 1, 10 * MIB).await;
    assert_eq!(tunnel.end().await.0, [Ended::Terminated { api: None }]);
    peer.assert_no_violations().await;
}

/// Check 17.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_connections_at_once() {
    let Some(peer) = Peer::start(&["--no-throttle"]).await else { return };
    let tunnel = peer.tunnel(5432).await;
    let mut clients = tokio::task::JoinSet::new();
    for seed in 0..50 {
        clients.spawn(echoed(tunnel.client().await, seed, MIB / 4));
    }
    assert_eq!(clients.join_all().await.len(), 50);
    tunnel.end().await;
    peer.assert_no_violations().await;
}

/// The throttled agent: four sessions carry four times as much.
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_spread_over_sessions() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let wanted = rds_encrypt::tunnel::forward::Sessions { wanted: 4, most: 4 };
    let tunnel = peer.tunnel_by(5432, super::peer_process::REMOTE, |settings| settings.sessions = wanted).await;
    let mut clients = tokio::task::JoinSet::new();
    for seed in 0..8 {
        clients.spawn(echoed(tunnel.client().await, seed, MIB / 4));
    }
    clients.join_all().await;
    assert_eq!(tunnel.end().await.0.len(), 4);
    peer.assert_no_violations().await;
}

/// Check 21.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_host_is_named_and_the_session_lives() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(1).await;
    for _ in 0..3 {
        let mut client = tunnel.client().await;
        client.write_all(b"hello?").await.expect("the tunnel listens");
        assert!(matches!(client.read(&mut [0; 9]).await, Err(_) | Ok(0)));
        let closed = tunnel.event(|event| matches!(event, Event::ClientClosed { .. })).await;
        let Event::ClientClosed { end, sentence, .. } = closed else { unreachable!() };
        assert_eq!(end, StreamEnd::Refused);
        assert!(sentence.starts_with("the bastion can't connect to db.internal:1."), "{sentence}");
    }
    let (ended, events) = tunnel.end().await;
    assert_eq!(ended, [Ended::Terminated { api: None }]);
    assert!(!events.iter().any(|event| matches!(event, Event::SessionEnded { ended: Ended::Closed { .. }, .. })));
    peer.assert_no_violations().await;
}

/// Check 21: a host that drops packets blocks the agent; the next client gets a session of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_black_hole_is_told_and_avoided() {
    let Some(peer) = Peer::start(&[]).await else { return };
    let mut tunnel = peer.tunnel(2).await;
    let opened = |event: &Event| matches!(event, Event::SessionOpened { .. });
    tunnel.event(opened).await;
    let _first = tunnel.client().await;
    let warned = |event: &Event| matches!(event, Event::Warning(Warning::NoFirstByte { .. }));
    tunnel.event(warned).await;
    let _second = tunnel.client().await;
    tunnel.event(opened).await;
    tunnel.event(|event| matches!(event, Event::ClientAccepted { .. })).await;
    assert_eq!(tunnel.end().await.0.len(), 2);
    peer.assert_no_violations().await;
}

/// Checks 5 and 27.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_agent_carries_one_client_after_another() {
    let Some(peer) = Peer::start(&["--agent-version", "3.0.196.0", "--no-throttle"]).await else { return };
    let mut tunnel = peer.tunnel_by(5432, "AWS-StartPortForwardingSession", |_| ()).await;
    for seed in 0..3 {
        let client = tunnel.client().await;
        tunnel.event(|event| matches!(event, Event::ClientAccepted { .. })).await;
        // Refused so fast that connecting itself may say so.
        let second = tunnel.try_client().await;
        let refused = tunnel.event(|event| matches!(event, Event::ClientRefused { .. })).await;
        let Event::ClientRefused { why, .. } = refused else { unreachable!() };
        assert!(why.starts_with("the agent on the bastion carries one connection at a time"), "{why}");
        if let Ok(mut second) = second {
            assert!(matches!(second.read(&mut [0; 9]).await, Err(_) | Ok(0)));
        }
        echoed(client, seed, MIB / 2).await;
    }
    tunnel.end().await;
    peer.assert_no_violations().await;
}

/// Check 6: an old agent that ends a session in which it hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_with_keep_alive_is_kept_alive() {
    let Some(peer) = Peer::start(&["--agent-version", "3.1.1511.0"]).await else { return };
    // It waits for three beats: with a beat of 4 s it hears us, who speak every 10 s, just in time.
    peer.control(&json!({"set": {"smux_keepalive_s": 4}})).await;
    let tunnel = peer.tunnel(5432).await;
    let client = tunnel.client().await;
    tokio::time::sleep(std::time::Duration::from_secs(26)).await;
    echoed(client, 1, 10_000).await;
    tunnel.end().await;
    peer.assert_no_violations().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_would_reach_itself_is_refused() {
    let Some(peer) = Peer::start(&["--agent-version", "3.1.1100.0"]).await else { return };
    let failure = peer.tunnel(5432).await.failure().await;
    assert!(matches!(failure, Failure::AgentTooOld { .. }), "{failure}");
}

/// Check 3.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_handshake_asks_in_vain_is_told() {
    let table = [("kms", "KMS key"), ("unknown_action", "which this client doesn't know")];
    for (setting, words) in table {
        let Some(peer) = Peer::start(&[]).await else { return };
        peer.control(&json!({"set": {setting: true}})).await;
        let failure = peer.tunnel(5432).await.failure().await.to_string();
        assert!(failure.contains(words), "{failure}");
    }
}
