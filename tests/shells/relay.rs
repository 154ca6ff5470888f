//! The service: calls and web sockets at one port.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{
    agent::{Agent, Order, Socket},
    cipher::data_key,
    other_end::{Habits, Seen},
};

pub(super) async fn serve(
    listener: TcpListener,
    habits: Habits,
    seen: Arc<Mutex<Seen>>,
    orders: mpsc::UnboundedReceiver<Order>,
) {
    let address = listener.local_addr().expect("an address").to_string();
    let (sockets, received) = mpsc::unbounded_channel();
    let (begin, asked) = mpsc::unbounded_channel();
    tokio::spawn(Agent::new(habits.clone(), seen.clone()).run(asked, received, orders));
    let relay = Arc::new(Served { address, habits, seen, sockets, begin, lost: AtomicU32::new(0) });
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(relay.clone().one(stream));
    }
}

struct Served {
    address: String,
    habits: Habits,
    seen: Arc<Mutex<Seen>>,
    sockets: mpsc::UnboundedSender<Socket>,
    begin: mpsc::UnboundedSender<Value>,
    lost: AtomicU32,
}

impl Served {
    async fn one(self: Arc<Self>, mut stream: TcpStream) {
        let mut front = [0; 4];
        if stream.peek(&mut front).await.is_ok() && front.starts_with(b"GET") {
            if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
                drop(self.sockets.send(socket));
            }
            return;
        }
        let mut request = Vec::new();
        let (name, input) = loop {
            let mut buffer = [0; 8192];
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                _ => return,
            }
            if let Some(whole) = whole(&request) {
                break whole;
            }
        };
        let (status, answer) = self.answer(&name, &input);
        let hangs = self.habits.never_ends && name == "TerminateSession";
        self.seen.lock().expect("no panic").calls.push((name, input));
        if hangs {
            std::future::pending::<()>().await;
        }
        let body = answer.to_string();
        let text = format!(
            "HTTP/1.1 {status} OK\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\nContent-Length: \
             {}\r\n\r\n{body}",
            body.len()
        );
        drop(stream.write_all(text.as_bytes()).await);
    }

    fn answer(&self, name: &str, input: &Value) -> (u16, Value) {
        let entrance = |token: &str| {
            let url = format!("ws://{}/v1/data-channel/s-1?role=publish_subscribe", self.address);
            json!({"SessionId": "s-1", "TokenValue": token, "StreamUrl": url})
        };
        match name {
            "StartSession" => {
                drop(self.begin.send(input.clone()));
                (200, entrance("first"))
            }
            "ResumeSession" if self.habits.gone_when_lost => (200, json!({"SessionId": "s-1"})),
            "ResumeSession" if self.habits.refuses_resume => (500, json!({"__type": "InternalServerError"})),
            "ResumeSession" => (200, entrance(&format!("t{}", self.lost.fetch_add(1, Ordering::Relaxed)))),
            "TerminateSession" => (200, json!({"SessionId": "s-1"})),
            "GetConnectionStatus" => {
                let status = if self.habits.away { "notconnected" } else { "connected" };
                (200, json!({"Target": input["Target"], "Status": status}))
            }
            "GetDocument" => match self.habits.preferences {
                Some(key) => {
                    let content = json!({"schemaVersion": "1.0", "inputs": {"kmsKeyId": key}}).to_string();
                    (200, json!({"Name": input["Name"], "Content": content, "DocumentFormat": "JSON"}))
                }
                None => (400, json!({"__type": "InvalidDocument", "Message": "no such document"})),
            },
            "GenerateDataKey" if self.habits.key_denied => {
                let message = "User: arn:aws:iam::1:user/x is not authorized to perform: kms:GenerateDataKey";
                (400, json!({"__type": "AccessDeniedException", "message": message}))
            }
            "GenerateDataKey" => {
                let plain = BASE64_STANDARD.encode(data_key());
                (200, json!({"KeyId": "k", "Plaintext": plain, "CiphertextBlob": BASE64_STANDARD.encode("blob")}))
            }
            other => (400, json!({"__type": "NotImitated", "Message": other})),
        }
    }
}

/// The call's name and input, once all of it is there.
fn whole(request: &[u8]) -> Option<(String, Value)> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let name = header("x-amz-target").unwrap_or_default();
    (body.len() >= length).then(|| {
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        (name, serde_json::from_str(body).unwrap_or_default())
    })
}
