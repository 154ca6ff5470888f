//! Session Manager in memory, with an agent that misbehaves by rule. Its time is tokio's, so it can be virtual.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use rds_encrypt::tunnel::{
    Event, Service,
    message::{Head, MessageId, MessageType},
    service::{Entrance, Kind, Secret, ServiceFailure, Started},
    session::{Session, SessionSettings},
    socket::{Carrier, WebSocket, configuration},
};
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use super::fake_agent::Agent;

/// A message on its way.
pub(super) struct Passing {
    /// Counts from 1, for each direction.
    pub(super) nth: u64,
    pub(super) kind: MessageType,
    pub(super) sequence: u64,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    Pass,
    Drop,
    Twice,
    Later(Duration),
    /// It is lost together with the web socket.
    Cut,
    /// It is lost, and the web socket is closed as the service does every hour.
    Close1000,
}

pub(super) type Rule = Box<dyn FnMut(&Passing) -> Fate + Send>;

/// What is behind the agent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Destination {
    /// Sends back what it gets.
    Echo,
    /// Says this much when it hears something, then closes.
    Source(usize),
    /// Answers what it got after a while, then closes.
    Late(Duration),
    /// Can't be reached.
    Refuse,
    /// Is connected, and says nothing.
    Silent,
    /// Reads nothing.
    Stalled,
}

/// How this agent is.
pub(super) struct Habits {
    pub(super) version: &'static str,
    pub(super) destination: Destination,
    /// Each way.
    pub(super) latency: Duration,
    pub(super) to_agent: Rule,
    pub(super) to_client: Rule,
    /// How long data isn't taken after the handshake.
    pub(super) not_ready: Duration,
    /// How long the last word of the handshake takes; `None`: it never comes.
    pub(super) handshake: Option<Duration>,
    /// Whether anything is said at all.
    pub(super) mute: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            version: "3.3.987.0",
            destination: Destination::Echo,
            latency: Duration::ZERO,
            to_agent: Box::new(|_| Fate::Pass),
            to_client: Box::new(|_| Fate::Pass),
            not_ready: Duration::ZERO,
            handshake: Some(Duration::ZERO),
            mute: false,
        }
    }
}

/// A message of the client, as the agent got it.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) at: Duration,
    pub(super) sequence: u64,
    pub(super) payload_type: u32,
    pub(super) payload: Vec<u8>,
}

/// What is seen of the client.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) calls: Vec<String>,
    pub(super) urls: Vec<String>,
    pub(super) openings: Vec<Value>,
    pub(super) inputs: Vec<Input>,
    /// Numbers of the output messages that were acknowledged.
    pub(super) acknowledged: Vec<u64>,
    pub(super) pings: Vec<Duration>,
    pub(super) closes: Vec<u16>,
    /// Times at which web sockets were opened.
    pub(super) sockets: Vec<Duration>,
}

impl Seen {
    /// The client's numbers in the order of their first arrival.
    pub(super) fn first_numbers(&self) -> Vec<u64> {
        let mut seen = std::collections::HashSet::new();
        self.inputs.iter().map(|input| input.sequence).filter(|number| seen.insert(*number)).collect()
    }

    /// Types of all payloads of the client.
    pub(super) fn payload_types(&self) -> Vec<u32> {
        self.inputs.iter().map(|input| input.payload_type).collect()
    }
}

/// What the agent is told by a test.
pub(super) enum Order {
    Socket(Box<WebSocketStream<tokio::io::DuplexStream>>),
    Pause,
    Start,
    Cut,
    /// `channel_closed`, with this text.
    Closed(&'static str),
    /// A frame of whatever kind.
    Frame(Message),
    /// One payload in sequence, of this type.
    Output(u32, Vec<u8>),
    /// One message in sequence, in a text frame or split over three frames.
    OddFrames(Vec<u8>),
    /// A destination that read nothing reads again.
    Unstall,
    /// The network is gone, and nobody is told.
    Freeze,
}

/// What `ResumeSession` answers, in turn; then it works.
pub(super) enum Resume {
    Fails(Kind),
    /// The session has ended.
    Empty,
}

struct Shared {
    began: Instant,
    seen: Mutex<Seen>,
    orders: mpsc::UnboundedSender<Order>,
    resumes: Mutex<VecDeque<Resume>>,
    terminate_fails: bool,
    connections_fail: Mutex<u32>,
}

/// The service, the relay and the agent.
#[derive(Clone)]
pub(super) struct Fake(Arc<Shared>);

impl Fake {
    pub(super) fn new(habits: Habits) -> Self {
        Self::with(habits, [], false)
    }

    pub(super) fn with(habits: Habits, resumes: impl IntoIterator<Item = Resume>, terminate_fails: bool) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let fake = Self(Arc::new(Shared {
            began: Instant::now(),
            seen: Mutex::default(),
            orders,
            resumes: Mutex::new(resumes.into_iter().collect()),
            terminate_fails,
            connections_fail: Mutex::new(0),
        }));
        tokio::spawn(Agent::new(habits, fake.clone()).run(received));
        fake
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().expect("no panic")
    }

    pub(super) fn now(&self) -> Duration {
        self.0.began.elapsed()
    }

    pub(super) fn since(&self, before: Duration) -> Duration {
        self.now().saturating_sub(before)
    }

    pub(super) fn order(&self, order: Order) {
        assert!(self.0.orders.send(order).is_ok(), "the agent lives");
    }

    pub(super) fn fail_connections(&self, count: u32) {
        *self.0.connections_fail.lock().expect("no panic") = count;
    }

    /// A session to it, and what is told of it.
    pub(super) async fn session(&self) -> (Session, mpsc::UnboundedReceiver<Event>) {
        let (opened, heard) = self.try_session(SessionSettings::default()).await;
        (opened.expect("a session"), heard)
    }

    pub(super) async fn try_session(
        &self,
        settings: SessionSettings,
    ) -> (Result<Session, rds_encrypt::tunnel::Failure>, mpsc::UnboundedReceiver<Event>) {
        let (events, heard) = mpsc::unbounded_channel();
        (Session::open(Arc::new(self.clone()), settings, events, ()).await, heard)
    }

    fn call(&self, name: &str) -> usize {
        let mut seen = self.seen();
        seen.calls.push(name.to_owned());
        seen.calls.len()
    }
}

/// The head of a message from the agent.
pub(super) fn head(kind: MessageType, sequence: u64, payload_type: u32) -> Head {
    Head { kind, created: 1, sequence, flags: 0, id: MessageId::random(), payload_type }
}

/// Each answer has its own token and address.
fn entrance(number: usize) -> Entrance {
    let url = format!("wss://ssmmessages.example/v1/data-channel/s-1?cell-number=secret-cell-{number}%2B=");
    Entrance { token: Secret::new(format!("secret-token-{number}")), stream_url: Secret::new(url) }
}

impl Service for Fake {
    async fn start(&self) -> Result<Started, ServiceFailure> {
        let number = self.call("StartSession");
        Ok(Started { session_id: "s-1".into(), entrance: entrance(number) })
    }

    async fn resume(&self, session_id: &str) -> Result<Option<Entrance>, ServiceFailure> {
        let number = self.call(&format!("ResumeSession {session_id}"));
        match self.0.resumes.lock().expect("no panic").pop_front() {
            Some(Resume::Empty) => Ok(None),
            Some(Resume::Fails(kind)) => Err(ServiceFailure { text: "the token is expired".into(), kind }),
            None => Ok(Some(entrance(number))),
        }
    }

    async fn terminate(&self, session_id: &str) -> Result<(), ServiceFailure> {
        self.call(&format!("TerminateSession {session_id}"));
        if self.0.terminate_fails {
            return Err(ServiceFailure { text: "no permission to end it".into(), kind: Kind::Final });
        }
        Ok(())
    }

    async fn connect(&self, stream_url: &Secret) -> Result<WebSocket, ServiceFailure> {
        self.seen().urls.push(stream_url.reveal().to_owned());
        sleep(Duration::from_millis(1)).await;
        {
            let mut failing = self.0.connections_fail.lock().expect("no panic");
            if let Some(fewer) = failing.checked_sub(1) {
                *failing = fewer;
                return Err(ServiceFailure { text: "no way there".into(), kind: Kind::Transient });
            }
        }
        let (ours, theirs) = tokio::io::duplex(4 << 20);
        let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        let now = self.now();
        self.seen().sockets.push(now);
        self.order(Order::Socket(Box::new(server)));
        let carrier: std::pin::Pin<Box<dyn Carrier>> = Box::pin(ours);
        Ok(WebSocketStream::from_raw_socket(carrier, Role::Client, Some(configuration())).await)
    }
}
