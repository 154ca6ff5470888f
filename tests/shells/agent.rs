//! The agent: the data channel of one session, and a shell or a command behind it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use rds_encrypt::tunnel::message::{Head, MessageId, MessageType, decode, encode};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::mpsc, time::interval};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::{
    cipher::AgentCipher,
    other_end::{Habits, Seen},
    program::{Printed, Program},
};

pub(super) type Socket = WebSocketStream<TcpStream>;

/// What a test wants of it.
#[derive(Debug, PartialEq)]
pub(super) enum Order {
    /// The web socket goes, without a goodbye.
    Cut,
    /// The service ends the session with this text.
    Close(&'static str),
}

const CHALLENGE: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

pub(super) struct Agent {
    habits: Habits,
    seen: Arc<Mutex<Seen>>,
    cipher: Option<AgentCipher>,
    expected: u64,
    next: u64,
    unacknowledged: BTreeMap<u64, Vec<u8>>,
    outbox: Vec<Vec<u8>>,
    is_complete: bool,
    asked: Value,
    program: Option<Program>,
    printed: mpsc::UnboundedSender<Printed>,
    prints: Option<mpsc::UnboundedReceiver<Printed>>,
    over: Option<String>,
}

impl Agent {
    pub(super) fn new(habits: Habits, seen: Arc<Mutex<Seen>>) -> Self {
        let (printed, prints) = mpsc::unbounded_channel();
        Self {
            habits,
            seen,
            cipher: None,
            expected: 0,
            next: 0,
            unacknowledged: BTreeMap::new(),
            outbox: Vec::new(),
            is_complete: false,
            asked: Value::Null,
            program: None,
            printed,
            prints: Some(prints),
            over: None,
        }
    }

    pub(super) async fn run(
        mut self,
        mut begun: mpsc::UnboundedReceiver<Value>,
        mut sockets: mpsc::UnboundedReceiver<Socket>,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) {
        let Some(asked) = begun.recv().await else { return };
        self.asked = asked;
        let mut prints = self.prints.take().expect("once");
        let Some(mut socket) = sockets.recv().await else { return };
        // The opening.
        drop(socket.next().await);
        let mut socket = Some(socket);
        self.begin();
        let mut tick = interval(Duration::from_millis(100));
        loop {
            if let Some(open) = &mut socket {
                for message in self.outbox.drain(..) {
                    drop(open.send(Message::Binary(message.into())).await);
                }
                if let Some(text) = self.over.take() {
                    drop(open.send(Message::Binary(closed(&text).into())).await);
                    // What the client still sends is read: a socket that is closed before would take our last words along.
                    while let Some(Ok(_)) = open.next().await {}
                    return;
                }
            }
            tokio::select! {
                Some(mut new) = sockets.recv() => {
                    drop(new.next().await);
                    socket = Some(new);
                    self.outbox = self.unacknowledged.values().cloned().collect();
                }
                frame = frame(&mut socket) => match frame {
                    Some(bytes) => self.received(&bytes),
                    None => socket = None,
                },
                Some(printed) = prints.recv() => self.prints(printed),
                Some(order) = orders.recv() => match order {
                    Order::Cut => socket = None,
                    Order::Close(text) => self.over = Some(text.to_owned()),
                },
                _ = tick.tick() => self.outbox.extend(self.unacknowledged.values().next().cloned()),
            }
        }
    }

    fn session_type(&self) -> &'static str {
        match self.asked["DocumentName"].as_str() {
            Some("AWS-StartNonInteractiveCommand") => "NonInteractiveCommands",
            Some("AWS-StartInteractiveCommand") => "InteractiveCommands",
            _ => "Standard_Stream",
        }
    }

    fn begin(&mut self) {
        let kind = self.session_type();
        if !self.habits.encrypts && kind != "NonInteractiveCommands" {
            self.start();
            return;
        }
        let mut actions = vec![json!({"ActionType": "SessionType", "ActionParameters": {"SessionType": kind}})];
        if self.habits.encrypts {
            let mut parameters = json!({"KMSKeyId": "alias/shells"});
            if self.habits.challenges {
                parameters["Challenge"] = CHALLENGE.into();
            }
            actions.push(json!({"ActionType": "KMSEncryption", "ActionParameters": parameters}));
        }
        let request = json!({"AgentVersion": "3.3.987.0", "RequestedClientActions": actions}).to_string();
        self.say(5, request.as_bytes());
    }

    fn start(&mut self) {
        self.is_complete = true;
        let command = self.asked["Parameters"]["command"][0].as_str().map(str::to_owned);
        let printed = self.printed.clone();
        self.program = Some(match self.session_type() {
            "NonInteractiveCommands" => Program::command(&command.unwrap_or_default(), printed),
            _ => Program::shell(command.as_deref(), printed),
        });
    }

    fn prints(&mut self, printed: Printed) {
        match printed {
            Printed::Output(bytes) => self.encrypted(1, &bytes),
            Printed::Errors(bytes) => self.encrypted(if self.habits.separates { 11 } else { 1 }, &bytes),
            Printed::Exit(code) => {
                if let (true, Some(code)) = (self.habits.separates, code) {
                    self.encrypted(12, format!("EXIT_CODE: {code}").as_bytes());
                }
                self.over = Some(String::new());
            }
        }
    }

    fn encrypted(&mut self, payload_type: u32, plain: &[u8]) {
        for chunk in plain.chunks(1024) {
            let payload = match &mut self.cipher {
                Some(cipher) => cipher.seal(chunk),
                None => chunk.to_vec(),
            };
            self.say(payload_type, &payload);
        }
    }

    fn say(&mut self, payload_type: u32, payload: &[u8]) {
        let flags = u64::from(self.next == 0);
        let id = MessageId::random();
        let head = Head { kind: MessageType::Output, created: 1, sequence: self.next, flags, id, payload_type };
        let message = encode(&head, payload).to_vec();
        self.unacknowledged.insert(self.next, message.clone());
        self.outbox.push(message);
        self.next += 1;
    }

    fn received(&mut self, bytes: &[u8]) {
        let message = match decode(bytes) {
            Ok(message) => message,
            Err(error) => return self.trouble(error.to_string()),
        };
        let sequence = message.head.sequence;
        match message.head.kind {
            MessageType::Acknowledge => {
                let acknowledged: Value = serde_json::from_slice(message.payload).unwrap_or_default();
                let sequence = acknowledged["AcknowledgedMessageSequenceNumber"].as_u64().unwrap_or(u64::MAX);
                self.unacknowledged.remove(&sequence);
            }
            MessageType::Input if sequence <= self.expected => {
                self.acknowledge(message.head.id, sequence);
                if sequence == self.expected {
                    self.expected += 1;
                    self.input(message.head.payload_type, message.payload);
                }
            }
            MessageType::Input => {}
            other => self.trouble(format!("{other:?}")),
        }
    }

    fn acknowledge(&mut self, id: MessageId, sequence: u64) {
        let payload = json!({
            "AcknowledgedMessageType": "input_stream_data", "AcknowledgedMessageId": id.to_string(),
            "AcknowledgedMessageSequenceNumber": sequence, "IsSequentialMessage": true});
        let (id, kind) = (MessageId::random(), MessageType::Acknowledge);
        let head = Head { kind, created: 1, sequence: 0, flags: 3, id, payload_type: 0 };
        self.outbox.push(encode(&head, payload.to_string().as_bytes()).to_vec());
    }

    fn input(&mut self, payload_type: u32, payload: &[u8]) {
        match payload_type {
            6 => self.answered(payload),
            9 => self.proved(payload),
            _ if !self.is_complete => self.trouble(format!("type {payload_type} before the handshake's end")),
            1 => self.typed(payload),
            3 => {
                let size: Value = serde_json::from_slice(payload).unwrap_or_default();
                if let Some(program) = &self.program {
                    program.resize(&size);
                }
                self.seen.lock().expect("no panic").sizes.push(size);
            }
            10 if payload == [0, 0, 0, 2] => self.over = Some(String::new()),
            other => self.trouble(format!("type {other}")),
        }
    }

    fn answered(&mut self, payload: &[u8]) {
        let answer: Value = serde_json::from_slice(payload).unwrap_or_default();
        let actions = answer["ProcessedClientActions"].as_array().cloned().unwrap_or_default();
        if let Some(failed) = actions.iter().find(|action| action["ActionStatus"] != 1) {
            let why = failed["Error"].as_str().unwrap_or_default();
            self.over = Some(format!("----------ERROR-------\n{why}"));
        } else if self.habits.encrypts {
            let result = &actions[1]["ActionResult"];
            let acknowledged = result["ChallengeAcknowledgement"] == true;
            if result["KMSCipherTextKey"] != BASE64_STANDARD.encode("blob") || acknowledged != self.habits.challenges {
                self.trouble(result.to_string());
            }
            let mut cipher = AgentCipher::new();
            let challenge = json!({"Challenge": BASE64_STANDARD.encode(cipher.seal(&[9; 64]))}).to_string();
            self.cipher = Some(cipher);
            self.say(8, challenge.as_bytes());
        } else {
            self.complete("");
        }
    }

    fn proved(&mut self, payload: &[u8]) {
        let answer: Value = serde_json::from_slice(payload).unwrap_or_default();
        let proof = BASE64_STANDARD.decode(answer["Challenge"].as_str().unwrap_or_default()).unwrap_or_default();
        match self.cipher.as_mut().and_then(|cipher| cipher.open(&proof)) {
            Some(proof) if proof == [9; 64] => self.complete("This session is encrypted using AWS KMS."),
            other => self.trouble(format!("{other:?} is no proof")),
        }
    }

    fn complete(&mut self, message: &str) {
        let complete = json!({"HandshakeTimeToComplete": 1, "CustomerMessage": message}).to_string();
        self.say(7, complete.as_bytes());
        self.start();
    }

    fn typed(&mut self, payload: &[u8]) {
        self.seen.lock().expect("no panic").inputs.push(payload.to_vec());
        let plain = match &mut self.cipher {
            Some(cipher) => cipher.open(payload),
            None => Some(payload.to_vec()),
        };
        match (plain, &mut self.program) {
            (Some(plain), Some(program)) => program.typed(&plain),
            _ => self.trouble("input that can't be read".into()),
        }
    }

    fn trouble(&self, text: String) {
        self.seen.lock().expect("no panic").trouble.push(text);
    }
}

async fn frame(socket: &mut Option<Socket>) -> Option<Vec<u8>> {
    loop {
        match socket {
            None => std::future::pending().await,
            Some(open) => match open.next().await {
                Some(Ok(Message::Binary(bytes))) => return Some(bytes.to_vec()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            },
        }
    }
}

fn closed(output: &str) -> Vec<u8> {
    let id = MessageId::random();
    let head = Head { kind: MessageType::ChannelClosed, created: 1, sequence: 0, flags: 0, id, payload_type: 0 };
    encode(&head, json!({"MessageType": "channel_closed", "SessionId": "s-1", "Output": output}).to_string().as_bytes())
        .to_vec()
}
