//! The peer as a process of its own, and an echo behind it.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use rds_encrypt::tunnel::{Ended, Event, Failure, Forward, Settings};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::peer_service::{CREDENTIALS, PeerService, http};

/// The document that reaches other hosts.
pub(super) const REMOTE: &str = "AWS-StartPortForwardingSessionToRemoteHost";

/// The peer at work. It is killed on drop.
pub(super) struct Peer {
    address: String,
    _process: Child,
}

impl Peer {
    /// Starts it, with an echo as `db.internal:5432`; `None`, and loud words, where there is no peer.
    pub(super) async fn start(arguments: &[&str]) -> Option<Self> {
        let folder = PathBuf::from(found()?);
        let echo = echo().await;
        let mut process = Command::new(python(&folder))
            .args(["-m", "ssm_peer", "serve", "--credentials", &format!("{}:{}", CREDENTIALS.0, CREDENTIALS.1)])
            .args(["--destination", &format!("db.internal:5432={echo}"), "--destination", "db.internal:2=hang"])
            .args(["--destination", &format!("localhost:5432={echo}")])
            .args(arguments)
            .current_dir(&folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the peer starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let url = lines.next_line().await.expect("a line").expect("the peer needs Python with `websockets`");
        let address = url.trim_start_matches("http://").to_owned();
        Some(Self { address, _process: process })
    }

    /// Where it serves Session Manager.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what it does.
    pub(super) async fn control(&self, order: &Value) {
        let (status, answer) = http(&self.address, "POST", "/control", "", &order.to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub(super) async fn ask(&self, path: &str) -> Value {
        http(&self.address, "GET", path, "", "").await.1
    }

    /// What it says of us at the end: nothing, if all is well.
    pub(super) async fn assert_no_violations(&self) {
        let violations = self.ask("/violations?final=1").await;
        let summary = self.ask("/summary").await;
        let violations = violations.as_array().expect("a list");
        let some = &violations[..violations.len().min(5)];
        assert!(violations.is_empty(), "{} violations, such as {some:#?}; {summary}", violations.len());
    }

    /// A tunnel to a port of `db.internal`.
    pub(super) async fn tunnel(&self, port: u16) -> Tunnel {
        self.tunnel_by(port, REMOTE, |_| ()).await
    }

    /// A tunnel by another document, or with other settings.
    pub(super) async fn tunnel_by(
        &self,
        port: u16,
        document: &'static str,
        change: impl FnOnce(&mut Settings),
    ) -> Tunnel {
        let service = PeerService { address: self.address.clone(), document, host: "db.internal", port };
        let mut settings = Settings::to("db.internal", port);
        settings.session.unix_milliseconds = unix_milliseconds();
        settings.session.reaches_other_host = document == REMOTE;
        change(&mut settings);
        let forward = Forward::bind(settings).await.expect("a free port");
        let (events, heard) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let port = forward.port();
        let run = tokio::spawn(forward.run(Arc::new(service), events, async { drop(stopped.await) }));
        Tunnel { port, stop, run, heard }
    }
}

/// A tunnel that runs.
pub(super) struct Tunnel {
    port: u16,
    stop: oneshot::Sender<()>,
    run: JoinHandle<Result<Vec<Ended>, Failure>>,
    heard: mpsc::UnboundedReceiver<Event>,
}

impl Tunnel {
    pub(super) async fn client(&self) -> TcpStream {
        self.try_client().await.expect("the tunnel listens")
    }

    pub(super) async fn try_client(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.port)).await
    }

    /// Waits for an event.
    pub(super) async fn event(&mut self, what: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = self.heard.recv().await.expect("the tunnel lives");
            if what(&event) {
                return event;
            }
        }
    }

    /// Waits for the tunnel to fail by itself.
    pub(super) async fn failure(self) -> Failure {
        self.run.await.expect("no panic").expect_err("a failure")
    }

    /// Ends it; gives how its sessions ended, and what was told meanwhile.
    pub(super) async fn end(mut self) -> (Vec<Ended>, Vec<Event>) {
        self.stop.send(()).expect("the tunnel lives");
        let ended = self.run.await.expect("no panic").expect("no failure");
        let mut events = Vec::new();
        while let Ok(event) = self.heard.try_recv() {
            events.push(event);
        }
        (ended, events)
    }
}

/// Sends bytes through an echo and compares what comes back.
pub(super) async fn echoed(client: TcpStream, seed: u64, bytes: usize) {
    let (mut reader, mut writer) = client.into_split();
    let made = |seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        move |buffer: &mut [u8]| random.fill(buffer)
    };
    let sending = tokio::spawn(async move {
        let (mut fill, mut left, mut buffer) = (made(seed), bytes, vec![0; 8192]);
        while left > 0 {
            fill(&mut buffer);
            let part = buffer.len().min(left);
            writer.write_all(&buffer[..part]).await.expect("the tunnel takes it");
            left -= part;
        }
        writer
    });
    let (mut fill, mut left, mut expected, mut found) = (made(seed), bytes, vec![0; 8192], vec![0; 8192]);
    while left > 0 {
        let part = found.len().min(left);
        fill(&mut expected);
        reader.read_exact(&mut found[..part]).await.unwrap_or_else(|error| panic!("{left} bytes missing: {error}"));
        assert!(found[..part] == expected[..part], "other bytes, {left} before the end");
        left -= part;
    }
    drop(sending.await.expect("no panic"));
}

/// The peer judges dates by its own clock.
fn unix_milliseconds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "nothing is compared with AWS's time")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(now.as_millis()).expect("before the end of time")
}

/// A server that sends back what it gets.
pub(super) async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = client.split();
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
            });
        }
    });
    address
}

/// Where the peer is, or loud words that it isn't.
fn found() -> Option<String> {
    let folder = env::var("RDS_ENCRYPT_SSM_PEER").ok().filter(|folder| Path::new(folder).is_dir());
    if folder.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let notice = format!("\n******** SKIPPED {test}: RDS_ENCRYPT_SSM_PEER names no folder ********\n");
        std::io::stderr().write_all(notice.as_bytes()).expect("stderr");
    }
    folder
}

/// A Python with `websockets`: beside the peer, else among the strangers, else on `PATH`.
fn python(folder: &Path) -> PathBuf {
    let strangers = env::var_os("RDS_ENCRYPT_STRANGERS").map(|venv| Path::new(&venv).join("bin/python3"));
    let candidates = [Some(folder.join(".venv/bin/python3")), strangers];
    candidates.into_iter().flatten().find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("python3"))
}
