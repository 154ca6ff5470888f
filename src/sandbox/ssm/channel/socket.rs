//! A client's web socket: who may open one, and what goes over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use super::line::{Line, Out};
use super::payload::Opening;
use super::session::{Phase, Session};
use super::sessions::{PATH, Sessions};
use super::state::State;

type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// The first message has to come within this time.
const OPENING: Duration = Duration::from_secs(20);
/// The answer to a close frame is awaited so long.
const FAREWELL: Duration = Duration::from_secs(1);
/// So many frames are read before what they led to is written.
const TURN: usize = 64;

/// Whether a request is for a session's socket.
pub(crate) fn is_channel<B>(request: &Request<B>) -> bool {
    request.uri().path().starts_with(PATH)
}

/// Answers a request for a session's socket, and serves it once it is there.
pub(crate) fn upgrade<B>(sessions: &Sessions, request: &mut Request<B>) -> Response<Full<Bytes>> {
    let refuse = |status, why: &str| {
        let mut response = Response::new(Full::new(Bytes::from(format!("{why}\n"))));
        *response.status_mut() = status;
        response
    };
    let headers = request.headers();
    let is = |name: header::HeaderName, word: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| {
        is(header::UPGRADE, "websocket") && is(header::CONNECTION, "upgrade") && is(header::SEC_WEBSOCKET_VERSION, "13")
    });
    if headers.contains_key(header::ORIGIN) {
        // Only browsers say where they come from: a page that somebody looks at mustn't get at a session.
        return refuse(StatusCode::FORBIDDEN, "no page may open a session's web socket");
    }
    let Some(key) = key else { return refuse(StatusCode::BAD_REQUEST, "this is no request for a web socket") };
    // Whether the service wants the signature nobody has shown; since 2025 the official client signs.
    if sessions.enforces("R-CHAN-1") && !is_signed(headers, request.uri().query()) {
        return refuse(StatusCode::FORBIDDEN, "the request isn't signed for ssmmessages (`R-CHAN-1`)");
    }
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()));
    let Ok(accept) = accept else { return refuse(StatusCode::BAD_REQUEST, "the key of the web socket is no key") };
    let id = request.uri().path().strip_prefix(PATH).unwrap_or_default().to_owned();
    let (sessions, upgrading) = (sessions.clone(), hyper::upgrade::on(request));
    tokio::spawn(async move {
        match upgrading.await {
            Ok(upgraded) => {
                let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
                let io = TokioIo::new(upgraded);
                serve(&sessions, &id, WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await).await;
            }
            Err(error) => tracing::debug!(%error, "a web socket ended before it began"),
        }
    });
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// Whether a request has the form of a signed one, in its headers or in its address; any signature will do.
fn is_signed(headers: &HeaderMap, query: Option<&str>) -> bool {
    let asked = query.unwrap_or_default();
    if form_urlencoded::parse(asked.as_bytes()).any(|(name, _)| name.starts_with("X-Amz-")) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(rest) = text("authorization").strip_prefix("AWS4-HMAC-SHA256 ") else { return false };
    let part = |name: &str| rest.split(',').find_map(|part| part.trim().strip_prefix(name)).unwrap_or_default();
    let scope: Vec<&str> = part("Credential=").split('/').collect();
    let [key, date, region, "ssmmessages", "aws4_request"] = scope.as_slice() else { return false };
    let signed: Vec<&str> = part("SignedHeaders=").split(';').collect();
    let signature = part("Signature=");
    let when = text("x-amz-date");
    let token = headers.contains_key("x-amz-security-token");
    ![key, region].iter().any(|part| part.is_empty())
        && date.len() == 8
        && when.starts_with(*date)
        && when.len() == 16
        && signed.contains(&"host")
        && signed.contains(&"x-amz-date")
        && (!token || signed.contains(&"x-amz-security-token"))
        && signature.len() == 64
        && signature.bytes().all(|letter| letter.is_ascii_hexdigit())
}

/// The first frame says who comes; then messages go both ways.
async fn serve(sessions: &Sessions, id: &str, mut socket: Socket) {
    let first = loop {
        match tokio::time::timeout(OPENING, socket.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => break Bytes::from(text),
            Ok(Some(Ok(Message::Binary(bytes)))) => break bytes,
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            _ => return,
        }
    };
    let session = sessions.find(id);
    let opening: Option<Opening> = serde_json::from_slice(&first).ok();
    let attached = session.as_ref().zip(opening).and_then(|(session, opening)| session.attach(&opening));
    let (Some((number, line)), Some(session)) = (attached, session) else {
        // How the service refuses a token nobody has shown.
        let frame = CloseFrame { code: CloseCode::Policy, reason: "invalid token".into() };
        if socket.close(Some(frame)).await.is_ok() {
            let _ = tokio::time::timeout(FAREWELL, async { while let Some(Ok(_)) = socket.next().await {} }).await;
        }
        return;
    };
    let (mut writing, mut reading) = socket.split();
    let closed = tokio::select! {
        closed = write(&line, &mut writing) => closed,
        () = read(&session, number, &mut reading) => false,
    };
    line.end();
    session.state().gone(number);
    if closed {
        let _ = tokio::time::timeout(FAREWELL, async { while let Some(Ok(_)) = reading.next().await {} }).await;
    }
}

impl Session {
    /// Takes a socket whose token is the right one, once and in time (`R-CHAN-2`). It replaces an older one (`R-CHAN-3`);
    /// the session goes on where it was, and only the first one begins it.
    fn attach(self: &Arc<Self>, opening: &Opening) -> Option<(u64, Arc<Line>)> {
        let now = Instant::now();
        let strict = self.around.enforces("R-CHAN-2");
        let mut state = self.state();
        let state: &mut State = &mut state;
        let good = state.token.as_ref().is_some_and(|token| token.value == opening.token_value && now <= token.until);
        if (strict && !good) || matches!(state.phase, Phase::Ended { .. }) {
            return None;
        }
        if state.line.is_some() && !self.around.enforces("R-CHAN-3") {
            return None;
        }
        if strict {
            state.token = None;
        }
        state.hang_up("replaced");
        state.sockets += 1;
        let line = Arc::new(Line::default());
        let number = state.sockets;
        state.line = Some((number, now, Arc::clone(&line)));
        state.last_input = now;
        self.wake(state);
        if matches!(state.phase, Phase::New) {
            self.begin(state, now);
        }
        Some((number, line))
    }
}

/// Writes what comes into the line, many messages at a time; true where it ended with a close frame.
async fn write(line: &Line, socket: &mut futures_util::stream::SplitSink<Socket, Message>) -> bool {
    let mut batch = Vec::new();
    loop {
        line.take(&mut batch, TURN).await;
        for out in batch.drain(..) {
            let written = match out {
                Out::Message(bytes) => socket.feed(Message::Binary(bytes)).await,
                Out::Close { code, reason } => {
                    let frame = CloseFrame { code: code.into(), reason: reason.into() };
                    return socket.send(Message::Close(Some(frame))).await.is_ok();
                }
                Out::Cut => {
                    let _ = socket.flush().await;
                    return false;
                }
            };
            if written.is_err() {
                return false;
            }
        }
        if socket.flush().await.is_err() {
            return false;
        }
    }
}

/// Reads until the socket ends. Where messages take a while they wait in a queue of their own.
async fn read(session: &Arc<Session>, number: u64, socket: &mut futures_util::stream::SplitStream<Socket>) {
    let (later, mut sooner) = mpsc::unbounded_channel::<(Instant, Bytes)>();
    let waiting = AtomicUsize::new(0);
    let reads = async {
        let (mut last, mut turn) = (Instant::now(), 0_usize);
        while let Some(Ok(frame)) = socket.next().await {
            let bytes = match frame {
                Message::Binary(bytes) => bytes,
                Message::Text(text) => Bytes::from(text),
                Message::Close(_) => return,
                _ => continue,
            };
            let habits = session.around.habits();
            if habits.latency_in.is_zero() && waiting.load(Ordering::Acquire) == 0 {
                session.arrive(number, bytes).await;
            } else {
                let due = Instant::now() + habits.latency_in + habits.jitter.mul_f64(fastrand::f64());
                last = last.max(due);
                waiting.fetch_add(1, Ordering::AcqRel);
                let _ = later.send((last, bytes));
            }
            turn += 1;
            if turn.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
    };
    let arrives = async {
        while let Some((due, bytes)) = sooner.recv().await {
            tokio::time::sleep_until(due).await;
            session.arrive(number, bytes).await;
            waiting.fetch_sub(1, Ordering::AcqRel);
        }
    };
    tokio::select! {
        () = reads => {}
        () = arrives => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/ssmmessages/aws4_request, \
                         SignedHeaders=host;x-amz-date, \
                         Signature=4149ec90f596bdcf0d3baa6616c54f2fdfc992d7431fb6429a08d9a37d25fc4b";

    #[test]
    fn signatures_have_a_form() {
        let signed = |authorization: &str, date: &str, token: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", authorization.parse().unwrap());
            headers.insert("x-amz-date", date.parse().unwrap());
            if token {
                headers.insert("x-amz-security-token", HeaderValue::from_static("t"));
            }
            is_signed(&headers, Some("role=publish_subscribe"))
        };
        assert!(signed(WHOLE, "20260914T091200Z", false));
        assert!(!signed(WHOLE, "20260914T091200Z", true), "a token that isn't signed");
        assert!(!signed(WHOLE, "20260915T091200Z", false), "another day");
        assert!(!signed(&WHOLE.replace("ssmmessages", "ssm"), "20260914T091200Z", false));
        assert!(!signed(&WHOLE.replace("host;", ""), "20260914T091200Z", false));
        assert!(!signed(&WHOLE.replace("Signature=4", "Signature="), "20260914T091200Z", false));
        assert!(!signed("Bearer x", "20260914T091200Z", false));
        assert!(!is_signed(&HeaderMap::new(), None));
        assert!(is_signed(&HeaderMap::new(), Some("role=x&X-Amz-Signature=00")), "in the address");
    }
}
