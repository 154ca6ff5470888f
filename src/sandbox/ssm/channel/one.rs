//! One connection in a session: old agents and clients, and the document for SSH.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::carrier::{Carrier, Destination, Rest, cut, deliver};
use super::message::Content;
use super::session::Session;
use super::state::State;

/// The connection of a session.
#[derive(Default)]
pub(super) struct One {
    arrived: Vec<Bytes>,
    held: usize,
    /// The client has lost its connection, and the destination is to lose its own.
    disconnected: bool,
    changed: Arc<Notify>,
}

impl One {
    pub(super) fn holds(&self) -> usize {
        self.held
    }

    pub(super) fn take(&mut self, data: Bytes) {
        self.held += data.len();
        self.arrived.push(data);
        self.changed.notify_one();
    }

    pub(super) fn disconnect(&mut self) {
        self.disconnected = true;
        self.changed.notify_one();
    }
}

/// Begins to carry one connection.
pub(super) fn begin(session: &Arc<Session>, state: &mut State, to: Destination, raw: bool) {
    let one = One::default();
    let changed = Arc::clone(&one.changed);
    state.carrier = Carrier::One(one);
    session.spawn(run(Arc::clone(session), changed, to, raw));
}

fn with<T>(session: &Session, work: impl FnOnce(&mut One) -> T) -> Option<T> {
    match &mut session.state().carrier {
        Carrier::One(one) => Some(work(one)),
        _ => None,
    }
}

type Writer = Box<dyn tokio::io::AsyncWrite + Send + Unpin>;

/// The destination is dialled at the session's beginning, and a failure ends the session (`R-PORT-11`); once it was lost, it
/// is dialled again when there is data for it.
async fn run(session: Arc<Session>, changed: Arc<Notify>, to: Destination, raw: bool) {
    let mut now: Option<(Writer, AbortHandle)> = match dial(&session, &to, raw).await {
        Ok(connected) => Some(connected),
        Err(error) if session.around.enforces("R-PORT-11") => {
            let mut state = session.state();
            return session.end_soon(
                &mut state,
                format!("Unable to connect to specified port: {error}"),
                Instant::now(),
            );
        }
        Err(_) => None,
    };
    loop {
        let taken = with(&session, |one| (std::mem::take(&mut one.arrived), std::mem::take(&mut one.disconnected)));
        let Some((arrived, disconnected)) = taken else { return };
        if now.as_ref().is_some_and(|(_, reads)| disconnected || reads.is_finished())
            && let Some((_, reads)) = now.take()
        {
            reads.abort();
        }
        if arrived.is_empty() {
            changed.notified().await;
            continue;
        }
        if now.is_none() {
            now = dial(&session, &to, raw).await.ok();
        }
        for piece in arrived {
            if let Some((writer, _)) = &mut now
                && writer.write_all(&piece).await.is_err()
            {
                now = None;
            }
            with(&session, |one| one.held = one.held.saturating_sub(piece.len()));
            session.drained.notify_waiters();
        }
    }
}

async fn dial(session: &Arc<Session>, to: &Destination, raw: bool) -> Result<(Writer, AbortHandle), String> {
    let (reader, writer) = to.dial(session).await?.split();
    let reads = {
        let mut tasks = session.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tasks.spawn(read(Arc::clone(session), reader, raw))
    };
    Ok((writer, reads))
}

/// From the destination to the client; its end ends a raw session, and any other only waits for the next data.
async fn read(session: Arc<Session>, mut reader: impl AsyncReadExt + Unpin, raw: bool) {
    let mut rest = Rest::new();
    loop {
        let (chunk, pause) = cut(&session);
        let mut buffer = vec![0; chunk];
        let read = reader.read(&mut buffer).await.unwrap_or(0);
        let Some(data) = buffer.get(..read).filter(|data| !data.is_empty()) else { break };
        deliver(&session, Content::Data, data).await;
        if !pause.is_zero() {
            rest.after_a_message(pause).await;
        }
    }
    if raw {
        let mut state = session.state();
        session.end_soon(&mut state, String::new(), Instant::now());
    } else {
        with(&session, |one| one.changed.notify_one());
    }
}
