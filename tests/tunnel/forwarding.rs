//! The port on this machine, over real sockets of loopback.

use std::sync::Arc;

use rds_encrypt::tunnel::{Ended, Event, Failure, Forward, Settings, StreamEnd};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::fake::{Destination, Fake, Habits};

struct Tunnel {
    port: u16,
    stop: oneshot::Sender<()>,
    run: JoinHandle<Result<Vec<Ended>, Failure>>,
    heard: mpsc::UnboundedReceiver<Event>,
}

async fn tunnel(fake: &Fake) -> Tunnel {
    let forward = Forward::bind(Settings::to("orders.internal", 5432)).await.expect("a free port");
    let (events, mut heard) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let port = forward.port();
    let run = tokio::spawn(forward.run(Arc::new(fake.clone()), events, async { drop(stopped.await) }));
    while !matches!(heard.recv().await, Some(Event::Listening { .. })) {}
    Tunnel { port, stop, run, heard }
}

impl Tunnel {
    async fn closed(&mut self) -> (StreamEnd, String, u64, u64) {
        loop {
            if let Event::ClientClosed { end, sentence, up, down, .. } = self.heard.recv().await.expect("an event") {
                return (end, sentence, up, down);
            }
        }
    }
}

/// Check 32: nothing is started where the port is taken.
#[tokio::test]
async fn a_busy_port_is_told_before_anything_is_started() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let fake = Fake::new(Habits::default());
    let mut settings = Settings::to("orders.internal", 5432);
    settings.local_port = taken.local_addr().expect("an address").port();
    let failure = Forward::bind(settings).await.expect_err("taken");
    assert!(matches!(failure, Failure::Port { .. }), "{failure}");
    assert!(fake.seen().calls.is_empty());
}

/// Check 32.
#[tokio::test]
async fn both_loopback_addresses_lead_to_the_destination() {
    let fake = Fake::new(Habits::default());
    let mut tunnel = tunnel(&fake).await;
    let mut addresses = vec!["127.0.0.1"];
    // Some machines have no IPv6.
    addresses.extend(TcpListener::bind("[::1]:0").await.is_ok().then_some("::1"));
    for address in addresses {
        let mut client = TcpStream::connect((address, tunnel.port)).await.expect(address);
        client.write_all(b"select 1").await.expect(address);
        let mut back = [0; 8];
        client.read_exact(&mut back).await.expect(address);
        assert_eq!(&back, b"select 1");
        drop(client);
        // The database says goodbye in real life; this one leaves us five seconds of silence.
        assert_eq!(tunnel.closed().await.2, 8);
    }
}

/// Check 29: the listener goes, clients are told, and the session is ended.
#[tokio::test]
async fn the_end_leaves_nothing() {
    let fake = Fake::new(Habits::default());
    let mut tunnel = tunnel(&fake).await;
    let mut client = TcpStream::connect(("127.0.0.1", tunnel.port)).await.expect("a tunnel");
    client.write_all(b"select 1").await.expect("a tunnel");
    client.read_exact(&mut [0; 8]).await.expect("an echo");
    tunnel.stop.send(()).expect("it runs");
    assert_eq!(tunnel.run.await.expect("no panic").expect("no failure"), [Ended::Terminated { api: None }]);
    assert!(client.read(&mut [0; 8]).await.is_err(), "a reset, so that nobody takes it for all there is");
    assert!(TcpStream::connect(("127.0.0.1", tunnel.port)).await.is_err());
    assert_eq!(fake.seen().calls, ["StartSession", "TerminateSession s-1"]);
    let mut closed = None;
    while let Ok(event) = tunnel.heard.try_recv() {
        if let Event::ClientClosed { sentence, .. } = event {
            closed = Some(sentence);
        }
    }
    assert_eq!(closed.as_deref(), Some("the session was ended"));
}

/// Check 19: all bytes arrive although the client never stops sending.
#[tokio::test]
async fn a_destination_that_closes_takes_nothing_away() {
    let fake = Fake::new(Habits { destination: Destination::Source(3_000_000), ..Habits::default() });
    let mut tunnel = tunnel(&fake).await;
    let mut client = TcpStream::connect(("127.0.0.1", tunnel.port)).await.expect("a tunnel");
    client.write_all(&[1; 500]).await.expect("a tunnel");
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.expect("all of it, then the end");
    assert_eq!(all.len(), 3_000_000);
    drop(client);
    let (end, sentence, up, down) = tunnel.closed().await;
    assert_eq!((end, up, down), (StreamEnd::Finished, 500, 3_000_000));
    assert_eq!(sentence, "orders.internal:5432 closed the connection");
}

/// Interrupted while the first session is opened: it is ended all the same.
#[tokio::test]
async fn an_interruption_at_the_beginning_leaves_nothing() {
    let fake = Fake::new(Habits { mute: true, ..Habits::default() });
    let forward = Forward::bind(Settings::to("orders.internal", 5432)).await.expect("a free port");
    let (events, _heard) = mpsc::unbounded_channel();
    let interruption = tokio::time::sleep(std::time::Duration::from_millis(300));
    let ended = forward.run(Arc::new(fake.clone()), events, interruption).await;
    assert_eq!(ended, Ok(Vec::new()));
    assert_eq!(fake.seen().calls, ["StartSession", "TerminateSession s-1"]);
}
