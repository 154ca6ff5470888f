//! A small client of sessions: the calls as JSON, the data channel over a pipe in memory, so that the paused clock holds.
//! It knows the protocol by itself, and nothing of the sandbox's own code.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::Request;
use rds_encrypt::sandbox::{Sandbox, serve_connection};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

pub(crate) const BASTION: &str = "i-0a7c3e91d5b2f8460";
pub(crate) const STAGING: &str = "i-0923f6c5d8a1b7e40";
pub(crate) const ORDERS: &str = "orders.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com";
const REMOTE: &str = "AWS-StartPortForwardingSessionToRemoteHost";
pub(crate) const OWN: &str = "AWS-StartPortForwardingSession";
const SIGNATURE: &str = "4149ec90f596bdcf0d3baa6616c54f2fdfc992d7431fb6429a08d9a37d25fc4b";

pub(crate) const DATA: u32 = 1;
pub(crate) const SIZE: u32 = 3;
pub(crate) const REQUEST: u32 = 5;
pub(crate) const RESPONSE: u32 = 6;
pub(crate) const COMPLETE: u32 = 7;
pub(crate) const CHALLENGE: u32 = 8;
pub(crate) const PROOF: u32 = 9;
pub(crate) const FLAG: u32 = 10;
pub(crate) const ERRORS: u32 = 11;
pub(crate) const EXIT: u32 = 12;

/// One call of Systems Manager: its answer, or the refusal's code.
pub(crate) async fn ask(sandbox: &Sandbox, operation: &str, input: &Value) -> Result<Value, String> {
    ask_of(sandbox, ["ssm", "AmazonSSM"], operation, input).await
}

/// One call of a service, which has a name and a word before its operations.
pub(crate) async fn ask_of(
    sandbox: &Sandbox,
    [service, prefix]: [&str; 2],
    operation: &str,
    input: &Value,
) -> Result<Value, String> {
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/{service}/aws4_request, Signature=00");
    let request = Request::post("http://localhost/")
        .header("authorization", scope)
        .header("x-amz-target", format!("{prefix}.{operation}"));
    let request = request.body(Bytes::from(input.to_string())).unwrap();
    let (parts, body) = sandbox.respond(request).await.into_parts();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    if parts.status.is_success() { Ok(body) } else { Err(body["__type"].as_str().unwrap().to_owned()) }
}

/// The code of what becomes of a call.
pub(crate) async fn code(sandbox: &Sandbox, operation: &str, input: &Value) -> String {
    ask(sandbox, operation, input).await.err().unwrap_or_else(|| "accepted".to_owned())
}

/// `StartSession`'s input for a port of a host.
pub(crate) fn to(target: &str, host: &str, port: u16) -> Value {
    json!({"Target": target, "DocumentName": REMOTE, "Parameters": {"host": [host], "portNumber": [port.to_string()]}})
}

/// What a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Output {
        number: i64,
        content: u32,
        payload: Vec<u8>,
    },
    Acknowledged(i64),
    Closed(String),
    Pause,
    Start,
    /// The socket has ended, with this code if with any.
    End(Option<u16>),
}

/// A client of one session.
pub(crate) struct Client {
    pub(crate) id: String,
    socket: WebSocketStream<DuplexStream>,
    pub(crate) next: i64,
    /// Whether outputs are acknowledged as they come.
    pub(crate) acknowledges: bool,
    pub(crate) version: &'static str,
}

/// A web socket of a session, over a pipe.
pub(crate) async fn socket(
    sandbox: &Sandbox,
    given: &Value,
    signed: bool,
) -> Result<WebSocketStream<DuplexStream>, String> {
    socket_with(sandbox, given, signed, None).await
}

/// The same as a page in a browser asks for it.
pub(crate) async fn socket_from(
    sandbox: &Sandbox,
    given: &Value,
    page: Option<&'static str>,
) -> Result<WebSocketStream<DuplexStream>, String> {
    socket_with(sandbox, given, true, page).await
}

async fn socket_with(
    sandbox: &Sandbox,
    given: &Value,
    signed: bool,
    page: Option<&'static str>,
) -> Result<WebSocketStream<DuplexStream>, String> {
    let (near, far) = tokio::io::duplex(1 << 20);
    tokio::spawn(serve_connection(sandbox.clone(), far));
    let mut request = given["StreamUrl"].as_str().unwrap().into_client_request().unwrap();
    if let Some(page) = page {
        request.headers_mut().insert("origin", page.parse().unwrap());
    }
    if signed {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/ssmmessages/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"
        );
        request.headers_mut().insert("authorization", scope.parse().unwrap());
        request.headers_mut().insert("x-amz-date", "20260914T091200Z".parse().unwrap());
    }
    tokio_tungstenite::client_async(request, near).await.map(|(socket, _)| socket).map_err(|error| error.to_string())
}

impl Client {
    /// A new session and its socket, before the handshake.
    pub(crate) async fn begin(sandbox: &Sandbox, input: &Value) -> Self {
        let given = ask(sandbox, "StartSession", input).await.unwrap();
        Self::open(sandbox, &given).await
    }

    /// A session whose handshake is done.
    pub(crate) async fn start(sandbox: &Sandbox, input: &Value) -> Self {
        let mut client = Self::begin(sandbox, input).await;
        client.shake_hands().await;
        client
    }

    /// A command without a terminal, which runs.
    pub(crate) async fn start_command(sandbox: &Sandbox, text: &str) -> Self {
        Self::start(sandbox, &super::players::command("NonInteractive", text)).await
    }

    /// The socket for an answer of `StartSession` or `ResumeSession`.
    pub(crate) async fn open(sandbox: &Sandbox, given: &Value) -> Self {
        let mut socket = socket(sandbox, given, true).await.unwrap();
        let opening = json!({
            "MessageSchemaVersion": "1.0", "RequestId": "r", "TokenValue": given["TokenValue"], "ClientId": "c",
            "ClientVersion": "1.2.764.0"});
        socket.send(Message::text(opening.to_string())).await.unwrap();
        let id = given["SessionId"].as_str().unwrap().to_owned();
        Self { id, socket, next: 0, acknowledges: true, version: "1.2.764.0" }
    }

    /// Goes on with a new socket.
    pub(crate) async fn resume(&mut self, sandbox: &Sandbox) {
        let given = ask(sandbox, "ResumeSession", &json!({"SessionId": self.id})).await.unwrap();
        self.socket = Self::open(sandbox, &given).await.socket;
    }

    pub(crate) async fn shake_hands(&mut self) {
        self.answer(1, "").await;
        while !matches!(self.hear().await, Some(Heard::Output { content: COMPLETE, .. })) {}
    }

    /// Waits for the agent's handshake and answers it.
    pub(crate) async fn answer(&mut self, status: u32, error: &str) {
        while !matches!(self.hear().await, Some(Heard::Output { content: REQUEST, .. })) {}
        let answer = json!({
            "ClientVersion": self.version, "Errors": null, "ProcessedClientActions": [
                {"ActionType": "SessionType", "ActionStatus": status, "ActionResult": null, "Error": error}]});
        self.send(RESPONSE, answer.to_string().as_bytes()).await;
    }

    /// The next that it hears within a minute.
    pub(crate) async fn hear(&mut self) -> Option<Heard> {
        self.hear_within(Duration::from_mins(1)).await
    }

    pub(crate) async fn hear_within(&mut self, patience: Duration) -> Option<Heard> {
        loop {
            let frame = tokio::time::timeout(patience, self.socket.next()).await.ok()?;
            let bytes = match frame {
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Close(frame))) => return Some(Heard::End(frame.map(|frame| frame.code.into()))),
                Some(Ok(_)) => continue,
                _ => return Some(Heard::End(None)),
            };
            let kind = String::from_utf8_lossy(&bytes[4..36]).trim_end().to_owned();
            let number = i64::from_be_bytes(bytes[48..56].try_into().unwrap());
            let content = u32::from_be_bytes(bytes[112..116].try_into().unwrap());
            let payload = bytes[120..].to_vec();
            if Sha256::digest(&payload).as_slice() != &bytes[80..112] {
                continue;
            }
            let said = || serde_json::from_slice::<Value>(&payload).unwrap();
            return Some(match kind.as_str() {
                "acknowledge" => Heard::Acknowledged(said()["AcknowledgedMessageSequenceNumber"].as_i64().unwrap()),
                "channel_closed" => Heard::Closed(said()["Output"].as_str().unwrap().to_owned()),
                "pause_publication" => Heard::Pause,
                "start_publication" => Heard::Start,
                _ => {
                    if self.acknowledges {
                        self.acknowledge(number).await;
                    }
                    Heard::Output { number, content, payload }
                }
            });
        }
    }

    /// All that it hears until nothing comes for so long, or the socket ends.
    pub(crate) async fn gather(&mut self, patience: Duration) -> Vec<Heard> {
        let mut all = Vec::new();
        while let Some(heard) = self.hear_within(patience).await {
            let end = matches!(heard, Heard::End(_));
            all.push(heard);
            if end {
                break;
            }
        }
        all
    }

    pub(crate) async fn acknowledge(&mut self, number: i64) {
        let body = json!({
            "AcknowledgedMessageType": "output_stream_data", "AcknowledgedMessageId": "00112233-4455-4677-8899-aabbccddeeff",
            "AcknowledgedMessageSequenceNumber": number, "IsSequentialMessage": true});
        let _ = self.socket.send(Message::binary(message("acknowledge", 0, 3, 0, body.to_string().as_bytes()))).await;
    }

    /// Sends the next input; its number.
    pub(crate) async fn send(&mut self, content: u32, payload: &[u8]) -> i64 {
        let number = self.next;
        self.next += 1;
        self.send_as(number, content, payload).await;
        number
    }

    /// Sends an input with this number.
    pub(crate) async fn send_as(&mut self, number: i64, content: u32, payload: &[u8]) {
        let _ = self.socket.send(Message::binary(message("input_stream_data", number, 0, content, payload))).await;
    }

    /// Sends a frame of a stream, whole.
    pub(crate) async fn frame(&mut self, command: u8, stream: u32, data: &[u8]) -> i64 {
        let mut frame = vec![1, command];
        frame.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        frame.extend(stream.to_le_bytes());
        frame.extend(data);
        self.send(DATA, &frame).await
    }

    /// Opens a stream and says something on it.
    pub(crate) async fn say(&mut self, stream: u32, data: &[u8]) {
        self.frame(0, stream, b"").await;
        self.frame(2, stream, data).await;
    }
}

fn message(kind: &str, number: i64, flags: u64, content: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = 116_u32.to_be_bytes().to_vec();
    bytes.extend(format!("{kind:<32}").bytes());
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(1_700_000_000_000_u64.to_be_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.extend(flags.to_be_bytes());
    bytes.extend(0x8899_aabb_ccdd_eeff_0011_2233_4455_4677_u128.to_be_bytes());
    bytes.extend(Sha256::digest(payload));
    bytes.extend(content.to_be_bytes());
    bytes.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The data that was heard, in the order of its numbers, each once.
pub(crate) fn data(heard: &[Heard]) -> Vec<u8> {
    let mut parts: Vec<(i64, &[u8])> = Vec::new();
    for one in heard {
        if let Heard::Output { number, content: DATA, payload } = one
            && parts.iter().all(|(known, _)| known != number)
        {
            parts.push((*number, payload));
        }
    }
    parts.sort_by_key(|(number, _)| *number);
    parts.into_iter().flat_map(|(_, part)| part.to_vec()).collect()
}

/// What frames say, as words: `push 3 ping`.
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    while let [_, command, low, high, a, b, c, d, rest @ ..] = bytes {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let name = ["syn", "fin", "push", "nop"].get(usize::from(*command)).copied().unwrap_or("?");
        let stream = u32::from_le_bytes([*a, *b, *c, *d]);
        let (data, after) = rest.split_at(length.min(rest.len()));
        words.push(format!("{name} {stream} {}", String::from_utf8_lossy(data)).trim_end().to_owned());
        bytes = after;
    }
    words
}

/// The words for what was heard but acknowledgements and the handshake.
pub(crate) fn words(heard: &[Heard]) -> String {
    let mut words: Vec<String> = frames(&data(heard));
    for one in heard {
        match one {
            Heard::Output { content: FLAG, payload, .. } => words.push(format!("flag {payload:?}")),
            Heard::Closed(text) => words.push(format!("closed: {text}")),
            Heard::End(code) => words.push(format!("end {code:?}")),
            _ => {}
        }
    }
    words.join(", ")
}
