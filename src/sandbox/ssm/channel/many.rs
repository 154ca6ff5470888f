//! Many connections in one session: streams of smux, each with a connection of its own.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, Semaphore, mpsc};

use super::carrier::{Carrier, Destination, Rest, cut};
use super::dial::{Connection, Halves};
use super::message::Content;
use super::session::Session;
use super::smux::{self, Command, HEAD, LARGEST, NoFrame};
use super::state::State;

/// What waits between the streams and the agent's loop: what a Unix socket of Linux holds.
const PIPE: usize = 212_992;
/// Data is written to a destination in parts of about this size.
const PART: usize = 64 << 10;
/// How many messages are made at once where the agent doesn't rest.
const AT_ONCE: usize = 64;
/// Tells the client that a connection was refused; it doesn't say which.
const REFUSED: [u8; 4] = 3_u32.to_be_bytes();

/// The streams of a session.
pub(super) struct Many {
    reader: smux::Reader,
    streams: HashMap<u32, Stream>,
    /// What destinations haven't taken yet, of all streams together.
    held: usize,
    frames: u64,
    accepts: mpsc::UnboundedSender<u32>,
    /// Frames on their way to the client.
    pipe: BytesMut,
    room: Arc<Semaphore>,
}

/// One stream.
#[derive(Default)]
struct Stream {
    arrived: Vec<Bytes>,
    /// The client sends no more.
    finished: bool,
    changed: Arc<Notify>,
}

/// Begins to carry connections to one destination.
pub(super) fn begin(session: &Arc<Session>, state: &mut State, to: Destination) {
    let (accepts, accepted) = mpsc::unbounded_channel();
    state.carrier = Carrier::Many(Many {
        reader: smux::Reader::default(),
        streams: HashMap::new(),
        held: 0,
        frames: 0,
        accepts,
        pipe: BytesMut::new(),
        room: Arc::new(Semaphore::new(PIPE)),
    });
    session.spawn(pump(Arc::clone(session)));
    session.spawn(accept(Arc::clone(session), accepted, to));
    if session.version().wants_life_of(state.client) && session.around.enforces("R-PORT-8") {
        session.spawn(live(Arc::clone(session)));
    }
}

impl Many {
    pub(super) fn holds(&self) -> usize {
        self.held
    }

    /// Takes data of the client's in.
    pub(super) fn take(&mut self, data: Bytes) -> Result<(), NoFrame> {
        self.reader.add(data);
        while let Some(frame) = self.reader.next()? {
            self.frames += 1;
            let stream = self.streams.get_mut(&frame.stream);
            match (frame.command, stream) {
                (Command::Syn, None) => {
                    self.streams.insert(frame.stream, Stream::default());
                    // Nobody listens any more only where the session ends.
                    let _ = self.accepts.send(frame.stream);
                }
                (Command::Fin, Some(stream)) => {
                    stream.finished = true;
                    stream.changed.notify_one();
                }
                (Command::Push, Some(stream)) => {
                    self.held += frame.data.iter().map(Bytes::len).sum::<usize>();
                    stream.arrived.extend(frame.data);
                    stream.changed.notify_one();
                }
                (Command::Nop, _) | (Command::Syn, Some(_)) | (_, None) => {}
            }
        }
        Ok(())
    }
}

/// The streams, as long as there are any.
fn with<T>(session: &Session, work: impl FnOnce(&mut Many) -> T) -> Option<T> {
    match &mut session.state().carrier {
        Carrier::Many(many) => Some(work(many)),
        _ => None,
    }
}

/// Cuts what streams send into messages, with a rest after each (`R-CHAN-8`): the one loop for all streams.
async fn pump(session: Arc<Session>) {
    let mut rest = Rest::new();
    loop {
        let (chunk, pause) = cut(&session);
        let most = if pause.is_zero() { AT_ONCE } else { 1 };
        let filled = session.filled.notified();
        let sent = {
            let mut state = session.state();
            let state = &mut *state;
            let mut sent = None;
            for _ in 0..most {
                if !state.may_send() {
                    break;
                }
                let Carrier::Many(many) = &mut state.carrier else { return };
                if many.pipe.is_empty() {
                    break;
                }
                let part = many.pipe.split_to(chunk.min(many.pipe.len())).freeze();
                many.room.add_permits(part.len());
                state.send(Content::Data, &part);
                sent = Some(state.line.as_ref().map(|(_, _, line)| Arc::clone(line)));
            }
            sent
        };
        let Some(line) = sent else {
            filled.await;
            continue;
        };
        if let Some(line) = line {
            line.room().await;
        }
        if !pause.is_zero() {
            rest.after_a_message(pause).await;
        }
    }
}

/// Puts a frame into the pipe, in turn.
async fn frame(session: &Session, command: Command, stream: u32, data: &[u8]) {
    let Some(room) = with(session, |many| Arc::clone(&many.room)) else { return };
    let length = u32::try_from(HEAD + data.len()).unwrap_or(u32::MAX);
    let Ok(permit) = room.acquire_many(length).await else { return };
    permit.forget();
    with(session, |many| smux::write(&mut many.pipe, command, stream, data));
    session.filled.notify_one();
}

/// Dials for each new stream, one after another: where nobody answers, all later streams wait (`R-PORT-2`).
async fn accept(session: Arc<Session>, mut accepted: mpsc::UnboundedReceiver<u32>, to: Destination) {
    while let Some(stream) = accepted.recv().await {
        let open = open(Arc::clone(&session), stream, to.clone());
        if session.around.habits().serial_dials && session.around.enforces("R-PORT-2") {
            open.await;
        } else {
            session.spawn(open);
        }
    }
}

/// Dials; a refusal is told by a flag, which doesn't name the stream, and the stream's end (`R-PORT-4`).
async fn open(session: Arc<Session>, stream: u32, to: Destination) {
    match to.dial(&session).await {
        Ok(connection) => session.spawn(carry(Arc::clone(&session), stream, connection)),
        Err(error) => {
            tracing::debug!(session = session.facts.id, %error, "a destination was not reached");
            if session.around.enforces("R-PORT-4") {
                session.state().send(Content::Flag, &REFUSED);
            }
            close(&session, stream).await;
        }
    }
}

/// Carries bytes both ways. The first end of either ends both: nothing is ever half closed (`R-PORT-7`).
async fn carry(session: Arc<Session>, stream: u32, connection: Connection) {
    let (reader, writer): Halves = connection.split();
    let (down, up) = (down(&session, stream, reader), up(&session, stream, writer));
    if session.around.enforces("R-PORT-7") {
        tokio::select! {
            () = down => {}
            () = up => {}
        }
    } else {
        tokio::join!(down, up);
    }
    close(&session, stream).await;
}

/// From the destination to the client.
async fn down(session: &Session, stream: u32, mut reader: impl AsyncReadExt + Unpin) {
    let mut buffer = vec![0; LARGEST];
    while let Ok(read) = reader.read(&mut buffer).await
        && let Some(data) = buffer.get(..read).filter(|data| !data.is_empty())
    {
        frame(session, Command::Push, stream, data).await;
    }
}

/// From the client to the destination, until it has all that came before the stream's end.
async fn up(session: &Session, stream: u32, mut writer: impl AsyncWriteExt + Unpin) {
    let Some(Some(changed)) = with(session, |many| many.streams.get(&stream).map(|own| Arc::clone(&own.changed)))
    else {
        return;
    };
    let mut part = Vec::with_capacity(PART);
    loop {
        let taken = with(session, |many| {
            let own = many.streams.get_mut(&stream)?;
            Some((std::mem::take(&mut own.arrived), own.finished))
        });
        let Some(Some((arrived, finished))) = taken else { return };
        if arrived.is_empty() {
            if finished {
                let _ = writer.shutdown().await;
                return;
            }
            changed.notified().await;
            continue;
        }
        let mut left = arrived.into_iter().peekable();
        while let Some(piece) = left.next() {
            part.extend_from_slice(&piece);
            if part.len() < PART && left.peek().is_some() {
                continue;
            }
            let written = writer.write_all(&part).await;
            with(session, |many| many.held = many.held.saturating_sub(part.len()));
            session.drained.notify_waiters();
            part.clear();
            if written.is_err() {
                with(session, |many| many.held -= left.map(|piece| piece.len()).sum::<usize>().min(many.held));
                return;
            }
        }
        let _ = writer.flush().await;
    }
}

/// Ends a stream: what came for it and wasn't written is lost.
async fn close(session: &Session, stream: u32) {
    with(session, |many| {
        if let Some(own) = many.streams.remove(&stream) {
            let lost: usize = own.arrived.iter().map(Bytes::len).sum();
            many.held = many.held.saturating_sub(lost);
        }
    });
    session.drained.notify_waiters();
    frame(session, Command::Fin, stream, b"").await;
}

/// Signs of life: shown every ten seconds, and wanted within thirty; without them the streams are dead, and the session
/// with them (`R-PORT-8`).
async fn live(session: Arc<Session>) {
    let beat = session.around.habits().keepalive;
    let mut seen = 0;
    loop {
        for _ in 0..3 {
            tokio::time::sleep(beat).await;
            frame(&session, Command::Nop, 0, b"").await;
        }
        let Some(frames) = with(&session, |many| many.frames) else { return };
        if frames == seen {
            let mut state = session.state();
            return session.end_soon(&mut state, String::new(), tokio::time::Instant::now());
        }
        seen = frames;
    }
}
