//! The agent of the service in memory: keeps its state across web sockets, sends again what isn't acknowledged.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use rds_encrypt::tunnel::{
    message::{self, Head, MessageId, MessageType},
    smux::{Command, Decoder, Piece, frame::write_header},
};
use serde_json::Value;
use tokio::{
    io::DuplexStream,
    sync::mpsc,
    time::{Instant, interval, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{Data, OpCode},
            },
        },
    },
};

use super::fake::{Destination, Fake, Fate, Habits, Input, Order, Passing, head};

const PATIENCE: Duration = Duration::from_millis(200);
const BUDGET: usize = 4 << 20;

enum Way {
    ToAgent(Vec<u8>),
    ToClient(Bytes),
    /// Data of a destination for a stream, then perhaps its end.
    FromDestination(u32, Vec<u8>, bool),
    Complete,
}

pub(super) struct Agent {
    habits: Habits,
    fake: Fake,
    line: Option<WebSocketStream<DuplexStream>>,
    next: u64,
    pending: BTreeMap<u64, (Bytes, Instant)>,
    expected: u64,
    early: BTreeMap<u64, (u32, Vec<u8>)>,
    decoder: Decoder,
    streams: HashMap<u32, Vec<u8>>,
    passed: [u64; 2],
    under_way: BTreeMap<(Instant, u64), Way>,
    counter: u64,
    ready: Option<Instant>,
    paused: bool,
    /// Bytes that a stalled destination hasn't taken.
    stuck: usize,
    frozen: bool,
}

impl Agent {
    pub(super) fn new(habits: Habits, fake: Fake) -> Self {
        Self {
            habits,
            fake,
            line: None,
            next: 0,
            pending: BTreeMap::new(),
            expected: 0,
            early: BTreeMap::new(),
            decoder: Decoder::default(),
            streams: HashMap::new(),
            passed: [0; 2],
            under_way: BTreeMap::new(),
            counter: 0,
            ready: None,
            paused: false,
            stuck: 0,
            frozen: false,
        }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut tick = interval(Duration::from_millis(100));
        loop {
            let due = self.under_way.first_key_value().map(|((due, _), _)| *due);
            let reads = self.line.is_some() && self.stuck < BUDGET && !self.frozen;
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                frame = read(&mut self.line), if reads => self.frame(frame).await,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.arrive().await,
                _ = tick.tick() => self.again().await,
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Socket(mut line) => {
                self.frozen = false;
                if let Some(Ok(Message::Text(opening))) = line.next().await {
                    self.fake.seen().openings.push(serde_json::from_str(&opening).expect("JSON"));
                }
                self.line = Some(*line);
                self.paused = false;
                if self.next == 0 && !self.habits.mute {
                    let version = self.habits.version;
                    let port =
                        r#"{"SessionType":"Port","Properties":{"portNumber":"5432","type":"LocalPortForwarding"}}"#;
                    let request = format!(
                        r#"{{"AgentVersion":"{version}","RequestedClientActions":[{{"ActionType":"SessionType","ActionParameters":{port}}}]}}"#
                    );
                    self.output(5, request.as_bytes()).await;
                }
            }
            Order::Pause => {
                self.paused = true;
                self.unchecked(MessageType::PausePublication, b"").await;
            }
            Order::Start => {
                self.paused = false;
                self.unchecked(MessageType::StartPublication, b"").await;
            }
            Order::Cut => self.cut(),
            Order::Closed(output) => {
                let json = serde_json::json!({"Output": output}).to_string();
                self.unchecked(MessageType::ChannelClosed, json.as_bytes()).await;
            }
            Order::Frame(frame) => self.write(frame).await,
            Order::Output(payload_type, payload) => self.output(payload_type, &payload).await,
            Order::OddFrames(payload) => self.odd_frames(&payload).await,
            Order::Unstall => {
                self.stuck = 0;
                self.habits.destination = Destination::Silent;
            }
            Order::Freeze => self.frozen = true,
        }
    }

    fn cut(&mut self) {
        self.line = None;
        let on_wire = |way: &Way| matches!(way, Way::ToAgent(_) | Way::ToClient(_));
        self.under_way.retain(|_, way| !on_wire(way));
    }

    async fn write(&mut self, frame: Message) {
        if let Some(line) = &mut self.line
            && !self.frozen
        {
            // The client may be gone.
            let _ = line.send(frame).await;
        }
    }

    async fn unchecked(&mut self, kind: MessageType, payload: &[u8]) {
        let bytes = message::encode(&head(kind, 0, 0), payload);
        self.write(Message::Binary(bytes)).await;
    }

    async fn odd_frames(&mut self, payload: &[u8]) {
        let whole = self.number(1, payload);
        let (front, rest) = whole.split_at(50);
        let (middle, back) = rest.split_at(7);
        let parts = [(front, OpCode::Data(Data::Binary), false), (middle, OpCode::Data(Data::Continue), false)];
        for (part, code, last) in parts.into_iter().chain([(back, OpCode::Data(Data::Continue), true)]) {
            self.write(Message::Frame(Frame::message(part.to_vec(), code, last))).await;
        }
    }

    fn number(&mut self, payload_type: u32, payload: &[u8]) -> Bytes {
        let bytes = message::encode(&head(MessageType::Output, self.next, payload_type), payload);
        self.pending.insert(self.next, (bytes.clone(), Instant::now()));
        self.next += 1;
        bytes
    }

    async fn output(&mut self, payload_type: u32, payload: &[u8]) {
        let bytes = self.number(payload_type, payload);
        self.send(bytes).await;
    }

    /// Sends by the rules.
    async fn send(&mut self, bytes: Bytes) {
        let fate = self.fate(1, &bytes);
        self.follow(fate, Way::ToClient(bytes)).await;
    }

    fn fate(&mut self, way: usize, bytes: &[u8]) -> Fate {
        let Ok(message) = message::decode(bytes) else { return Fate::Pass };
        self.passed[way] += 1;
        let passing = Passing { nth: self.passed[way], kind: message.head.kind, sequence: message.head.sequence };
        let rule = if way == 0 { &mut self.habits.to_agent } else { &mut self.habits.to_client };
        rule(&passing)
    }

    async fn follow(&mut self, fate: Fate, way: Way) {
        let latency = self.habits.latency;
        match fate {
            Fate::Drop => {}
            Fate::Cut => self.cut(),
            Fate::Close1000 => {
                self.write(Message::Close(Some(CloseFrame { code: 1000.into(), reason: "Bye".into() }))).await;
                self.cut();
            }
            Fate::Later(more) => self.later(latency + more, way),
            Fate::Pass | Fate::Twice => {
                if fate == Fate::Twice {
                    let copy = match &way {
                        Way::ToAgent(bytes) => Way::ToAgent(bytes.clone()),
                        Way::ToClient(bytes) => Way::ToClient(bytes.clone()),
                        _ => return,
                    };
                    self.hand_over(latency, copy).await;
                }
                self.hand_over(latency, way).await;
            }
        }
    }

    async fn hand_over(&mut self, latency: Duration, way: Way) {
        match way {
            way if !latency.is_zero() => self.later(latency, way),
            Way::ToClient(bytes) => self.write(Message::Binary(bytes)).await,
            Way::ToAgent(bytes) => Box::pin(self.message(&bytes)).await,
            _ => {}
        }
    }

    fn later(&mut self, wait: Duration, way: Way) {
        self.counter += 1;
        self.under_way.insert((Instant::now() + wait, self.counter), way);
    }

    async fn arrive(&mut self) {
        while let Some(entry) = self.under_way.first_entry()
            && entry.key().0 <= Instant::now()
        {
            match entry.remove() {
                Way::ToClient(bytes) => self.write(Message::Binary(bytes)).await,
                Way::ToAgent(bytes) => self.message(&bytes).await,
                Way::FromDestination(id, bytes, end) => self.answer(id, &bytes, end).await,
                Way::Complete => {
                    self.output(7, br#"{"HandshakeTimeToComplete":1,"CustomerMessage":"hello"}"#).await;
                    self.ready = Some(Instant::now() + self.habits.not_ready);
                }
            }
        }
    }

    async fn again(&mut self) {
        if self.line.is_none() || self.paused {
            return;
        }
        let now = Instant::now();
        let late = self.pending.values_mut().filter(|(_, sent)| *sent + PATIENCE <= now);
        let late: Vec<Bytes> = late
            .map(|(bytes, sent)| {
                *sent = now;
                bytes.clone()
            })
            .collect();
        for bytes in late {
            self.send(bytes).await;
        }
    }

    async fn frame(&mut self, frame: Option<Message>) {
        let now = self.fake.now();
        match frame {
            Some(Message::Binary(bytes)) if !self.paused => {
                let fate = self.fate(0, &bytes);
                self.follow(fate, Way::ToAgent(bytes.to_vec())).await;
            }
            Some(Message::Ping(_)) => self.fake.seen().pings.push(now),
            Some(Message::Close(frame)) => {
                let code = frame.map_or(1005, |frame| frame.code.into());
                self.fake.seen().closes.push(code);
            }
            Some(_) => {}
            None => self.cut(),
        }
    }

    async fn message(&mut self, bytes: &[u8]) {
        let message = message::decode(bytes).expect("the client sends right messages");
        let Head { sequence, payload_type, kind, .. } = message.head;
        if kind == MessageType::Acknowledge {
            let json: Value = serde_json::from_slice(message.payload).expect("JSON");
            let number = json["AcknowledgedMessageSequenceNumber"].as_u64().expect("a number");
            self.pending.remove(&number);
            self.fake.seen().acknowledged.push(number);
            return;
        }
        assert_eq!(kind, MessageType::Input);
        let input = Input { at: self.fake.now(), sequence, payload_type, payload: message.payload.to_vec() };
        self.fake.seen().inputs.push(input);
        let is_ready = payload_type != 1 || self.ready.is_some_and(|ready| ready <= Instant::now());
        if !is_ready {
            return;
        }
        self.acknowledge(sequence).await;
        if sequence > self.expected {
            self.early.insert(sequence, (payload_type, message.payload.to_vec()));
        } else if sequence == self.expected {
            self.early.insert(sequence, (payload_type, message.payload.to_vec()));
            while let Some((payload_type, payload)) = self.early.remove(&self.expected) {
                self.expected += 1;
                self.payload(payload_type, &payload).await;
            }
        }
    }

    async fn acknowledge(&mut self, sequence: u64) {
        let json = serde_json::json!({
            "AcknowledgedMessageType": "input_stream_data", "AcknowledgedMessageId": MessageId::random().to_string(),
            "AcknowledgedMessageSequenceNumber": sequence, "IsSequentialMessage": true,
        });
        let head = Head { flags: 3, ..head(MessageType::Acknowledge, 0, 0) };
        self.send(message::encode(&head, json.to_string().as_bytes())).await;
    }

    async fn payload(&mut self, payload_type: u32, payload: &[u8]) {
        match payload_type {
            6 => {
                if let Some(wait) = self.habits.handshake {
                    self.later(wait, Way::Complete);
                }
            }
            1 if self.habits.version < "3.0.197.0" => self.data(0, payload).await,
            1 => self.frames(payload).await,
            _ => {}
        }
    }

    async fn frames(&mut self, mut payload: &[u8]) {
        let mut pieces = Vec::new();
        while let Some(piece) = self.decoder.next(&mut payload).expect("right frames") {
            pieces.push(match piece {
                Piece::Data(id, data) => (id, Some(data.to_vec())),
                Piece::End(id) => (id, None),
                Piece::Other => continue,
            });
        }
        for (id, data) in pieces {
            match data {
                Some(data) => self.data(id, &data).await,
                None => {
                    self.streams.remove(&id);
                }
            }
        }
    }

    async fn data(&mut self, id: u32, data: &[u8]) {
        let first = !self.streams.contains_key(&id);
        self.streams.entry(id).or_default().extend_from_slice(data);
        match self.habits.destination {
            Destination::Echo if id == 0 => self.output(1, data).await,
            Destination::Echo => self.answer(id, data, false).await,
            Destination::Source(bytes) if first => self.answer(id, &vec![b'r'; bytes], true).await,
            Destination::Late(wait) if first => self.later(wait, Way::FromDestination(id, data.to_vec(), true)),
            Destination::Refuse if first => {
                self.output(10, &[0, 0, 0, 3]).await;
                self.answer(id, b"", true).await;
            }
            Destination::Stalled => self.stuck += data.len(),
            _ => {}
        }
    }

    async fn answer(&mut self, id: u32, data: &[u8], end: bool) {
        let mut frames = BytesMut::new();
        for part in data.chunks(32768) {
            write_header(&mut frames, Command::Push, u16::try_from(part.len()).expect("short"), id);
            frames.extend_from_slice(part);
        }
        if end {
            write_header(&mut frames, Command::End, 0, id);
        }
        for chunk in frames.chunks(1024) {
            self.output(1, chunk).await;
        }
    }
}

async fn read(line: &mut Option<WebSocketStream<DuplexStream>>) -> Option<Message> {
    match line {
        Some(line) => line.next().await.and_then(Result::ok),
        None => std::future::pending().await,
    }
}
