//! One client: its bytes each way, and how its connection ends.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval_at, sleep, timeout},
};

use super::{
    Traffic,
    health::FIRST_BYTE,
    pool::{BUSY_BYTES, BUSY_WITHIN, Pool, Seat, Slot},
};
use crate::tunnel::{
    event::{Event, Warning},
    failure::StreamEnd,
    pipe::Received,
    service::Service,
    session::{NoStream, Stream},
};

/// So much is read from a client at once.
const CHUNK: usize = 64 << 10;
/// After the end of a connection the client has so long to take what is left.
const LINGER: Duration = Duration::from_secs(5);

/// Bytes of one client.
#[derive(Debug, Default)]
struct Moved {
    up: AtomicU64,
    down: AtomicU64,
}

impl Moved {
    fn total(&self) -> u64 {
        self.up.load(Ordering::Relaxed).saturating_add(self.down.load(Ordering::Relaxed))
    }
}

/// Serves a client from its arrival to its end.
pub(super) async fn serve<S: Service>(socket: TcpStream, from: SocketAddr, pool: &Pool<S>, traffic: &Traffic) {
    let client = pool.number();
    let (seat, stream) = match enter(pool).await {
        Ok(entered) => entered,
        Err(why) => {
            // A reset rather than an end of data: the client must not take it for an answer.
            let _ = socket.set_zero_linger();
            pool.tell(Event::ClientRefused { client, from, why });
            return;
        }
    };
    let session = seat.0.session().map(|session| session.id().to_owned()).unwrap_or_default();
    pool.tell(Event::ClientAccepted { client, from, session });
    // A question and its answer mustn't wait for each other.
    let _ = socket.set_nodelay(true);
    let moved = Moved::default();
    let end = tokio::select! {
        end = carry(socket, &stream, traffic, &moved) => end,
        () = watch_first_byte(pool, &seat.0, &stream) => StreamEnd::ByClient,
        () = watch_load(&seat.0, &moved) => StreamEnd::ByClient,
    };
    judge(pool, &seat.0, &stream, &end);
    drop((stream, seat));
    let sentence = end.sentence(&pool.settings.host, pool.settings.port);
    let (up, down) = (moved.up.load(Ordering::Relaxed), moved.down.load(Ordering::Relaxed));
    pool.tell(Event::ClientClosed { client, end, sentence, up, down });
    pool.tidy().await;
}

/// A stream in some session. A session can end just when it is chosen: then the next one is.
async fn enter<S: Service>(pool: &Pool<S>) -> Result<(Seat, Stream), String> {
    const ATTEMPTS: usize = 6;
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let seat = pool.seat().await.map_err(|failure| failure.to_string())?;
        let Some(session) = seat.0.session() else { continue };
        match session.stream().await {
            Ok(stream) => return Ok((seat, stream)),
            // The client before may have left just now, which is noticed a moment later.
            Err(NoStream::Occupied) => {
                why = NoStream::Occupied.to_string();
                sleep(Duration::from_millis(30)).await;
            }
            Err(ended) => why = ended.to_string(),
        }
    }
    Err(why)
}

/// What the end of a connection says of its session.
fn judge<S: Service>(pool: &Pool<S>, slot: &Slot, stream: &Stream, end: &StreamEnd) {
    if stream.received() > 0 {
        slot.health().succeeded();
    } else if *end == StreamEnd::Refused && slot.health().refused() {
        let (host, port) = (pool.settings.host.clone(), pool.settings.port);
        pool.tell(Event::Warning(Warning::Stale { host, port }));
    }
}

/// Says so where nothing comes, and notes it when something does. Never ends.
async fn watch_first_byte<S: Service>(pool: &Pool<S>, slot: &Slot, stream: &Stream) {
    sleep(FIRST_BYTE).await;
    if stream.received() == 0 {
        slot.health().stalled();
        let (host, port) = (pool.settings.host.clone(), pool.settings.port);
        pool.tell(Event::Warning(Warning::NoFirstByte { host, port, seconds: FIRST_BYTE.as_secs() }));
        while stream.received() == 0 {
            sleep(Duration::from_secs(1)).await;
        }
    }
    slot.health().succeeded();
    std::future::pending::<()>().await;
}

/// Counts the client among the busy ones while it is. Never ends.
async fn watch_load(slot: &Slot, moved: &Moved) {
    let mut busy = Busy { slot, is: false };
    let mut every = interval_at(Instant::now() + BUSY_WITHIN, BUSY_WITHIN);
    let mut before = moved.total();
    loop {
        every.tick().await;
        let now = moved.total();
        busy.set(now.saturating_sub(before) >= BUSY_BYTES);
        before = now;
    }
}

struct Busy<'a> {
    slot: &'a Slot,
    is: bool,
}

impl Busy<'_> {
    fn set(&mut self, is: bool) {
        match (self.is, is) {
            (false, true) => drop(self.slot.busy.fetch_add(1, Ordering::Relaxed)),
            (true, false) => drop(self.slot.busy.fetch_sub(1, Ordering::Relaxed)),
            _ => {}
        }
        self.is = is;
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.set(false);
    }
}

/// Carries bytes both ways until the connection ends.
async fn carry(mut socket: TcpStream, stream: &Stream, traffic: &Traffic, moved: &Moved) -> StreamEnd {
    let (reader, mut writer) = socket.split();
    let up = up(reader, stream, traffic, moved);
    let down = down(&mut writer, stream, traffic, moved);
    let end = {
        let mut down = std::pin::pin!(down);
        tokio::select! {
            end = &mut down => end,
            () = up => down.await,
        }
    };
    if end.is_clean() {
        let _ = writer.shutdown().await;
        // What the client still sends has nowhere to go; closing with it unread would reset the connection, and take
        // away what the client hasn't read.
        let _ = timeout(LINGER, drain(&mut socket)).await;
    } else {
        let _ = socket.set_zero_linger();
    }
    end
}

/// From the client to the session. Ends with the client's data.
async fn up(mut reader: impl AsyncRead + Unpin, stream: &Stream, traffic: &Traffic, moved: &Moved) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(CHUNK);
        match reader.read_buf(&mut buffer).await {
            Ok(0) => return stream.finish(),
            Ok(count) => {
                let count = count as u64;
                moved.up.fetch_add(count, Ordering::Relaxed);
                traffic.up.fetch_add(count, Ordering::Relaxed);
                if !stream.send(buffer.split().freeze()).await {
                    return;
                }
            }
            Err(_) => return stream.reset(),
        }
    }
}

/// From the session to the client. Ends with the connection.
async fn down(writer: &mut (impl AsyncWrite + Unpin), stream: &Stream, traffic: &Traffic, moved: &Moved) -> StreamEnd {
    loop {
        let bytes = match stream.receive().await {
            Received::Data(bytes) => bytes,
            Received::End(end) => return end,
        };
        let count = bytes.len() as u64;
        let mut rest = bytes;
        let written = tokio::select! {
            written = writer.write_all_buf(&mut rest) => written.is_ok(),
            () = broken_for_long(stream) => false,
        };
        if written {
            moved.down.fetch_add(count, Ordering::Relaxed);
            traffic.down.fetch_add(count, Ordering::Relaxed);
        } else {
            stream.reset();
            return stream.ended().unwrap_or(StreamEnd::ByClient);
        }
    }
}

/// A client that takes nothing keeps a broken connection only for a while, and not at all where that is why it broke.
async fn broken_for_long(stream: &Stream) {
    if !matches!(stream.broken().await, StreamEnd::TooSlow { .. }) {
        sleep(LINGER).await;
    }
}

async fn drain(socket: &mut TcpStream) {
    let mut nowhere = [0; 4096];
    while matches!(socket.read(&mut nowhere).await, Ok(1..)) {}
}
