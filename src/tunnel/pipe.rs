//! What lies between a local connection and its session: bytes each way, bounded, and how they end.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::{Bytes, BytesMut};
use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use super::failure::StreamEnd;

/// The local client waits where so much of its data isn't taken.
const LARGEST_UP: usize = 256 << 10;

/// What the client's side did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalEnd {
    /// No more data.
    Finished,
    /// The client is gone.
    Reset,
}

#[derive(Debug, Default)]
struct State {
    up: VecDeque<Bytes>,
    up_bytes: usize,
    up_end: Option<LocalEnd>,
    down: BytesMut,
    down_total: u64,
    end: Option<StreamEnd>,
    /// Whether the session was told already.
    announced: bool,
}

impl State {
    /// Whether the session is to be told.
    fn announce(&mut self) -> bool {
        !std::mem::replace(&mut self.announced, true)
    }
}

/// Wakes a session when a connection has something for it.
#[derive(Debug, Default)]
pub(super) struct Ready {
    waker: AtomicWaker,
    ids: Mutex<Vec<u32>>,
}

impl Ready {
    pub(super) fn register(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }

    pub(super) fn wake(&self) {
        self.waker.wake();
    }

    pub(super) fn take(&self) -> Vec<u32> {
        std::mem::take(&mut locked(&self.ids))
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Pipe {
    id: u32,
    ready: Arc<Ready>,
    state: Mutex<State>,
    room: Notify,
    arrived: Notify,
    /// Says that the connection's end isn't a clean one.
    broken: Notify,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is consistent between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the local side gets.
#[derive(Debug, PartialEq)]
pub enum Received {
    /// Bytes.
    Data(Bytes),
    /// Nothing more.
    End(StreamEnd),
}

impl Pipe {
    pub(super) fn new(id: u32, ready: Arc<Ready>) -> Self {
        Self { id, ready, state: Mutex::default(), room: Notify::new(), arrived: Notify::new(), broken: Notify::new() }
    }

    // The session's side.

    /// The next chunk of the client.
    pub(super) fn take_up(&self) -> Option<Bytes> {
        let mut state = locked(&self.state);
        state.announced = false;
        let was_full = state.up_bytes >= LARGEST_UP;
        let chunk = state.up.pop_front()?;
        state.up_bytes = state.up_bytes.saturating_sub(chunk.len());
        if was_full && state.up_bytes < LARGEST_UP {
            self.room.notify_one();
        }
        Some(chunk)
    }

    /// The client's end, once all of its data was taken; a reset at once.
    pub(super) fn local_end(&self) -> Option<LocalEnd> {
        let state = locked(&self.state);
        state.up_end.filter(|end| *end == LocalEnd::Reset || state.up.is_empty())
    }

    /// Whether the client has data that wasn't taken.
    pub(super) fn has_more(&self) -> bool {
        !locked(&self.state).up.is_empty()
    }

    /// Adds arrived bytes, without waking anyone; says how many wait now.
    pub(super) fn deliver(&self, bytes: &[u8]) -> usize {
        let mut state = locked(&self.state);
        state.down.extend_from_slice(bytes);
        state.down_total = state.down_total.saturating_add(bytes.len() as u64);
        state.down.len()
    }

    /// Wakes the client's side for what was delivered.
    pub(super) fn wake(&self) {
        self.arrived.notify_one();
    }

    /// Ends the connection; the first reason counts.
    pub(super) fn end(&self, end: StreamEnd) {
        let mut state = locked(&self.state);
        let is_clean = end.is_clean();
        if matches!(end, StreamEnd::TooSlow { .. }) {
            state.down = BytesMut::new();
        }
        state.end.get_or_insert(end);
        state.up.clear();
        state.up_bytes = 0;
        drop(state);
        self.arrived.notify_one();
        self.room.notify_one();
        if !is_clean {
            self.broken.notify_one();
        }
    }

    // The client's side.

    fn tell_session(&self, first: bool) {
        if first {
            locked(&self.ready.ids).push(self.id);
            self.ready.waker.wake();
        }
    }

    /// Hands over data; waits where the session takes none. `false`: the connection has ended.
    pub(super) async fn send(&self, data: Bytes) -> bool {
        loop {
            let first = {
                let mut state = locked(&self.state);
                if state.end.is_some() {
                    return false;
                }
                if state.up_bytes < LARGEST_UP {
                    state.up_bytes = state.up_bytes.saturating_add(data.len());
                    state.up.push_back(data.clone());
                    Some(state.announce())
                } else {
                    None
                }
            };
            if let Some(first) = first {
                self.tell_session(first);
                return true;
            }
            self.room.notified().await;
        }
    }

    pub(super) fn local(&self, end: LocalEnd) {
        let mut state = locked(&self.state);
        if state.up_end != Some(LocalEnd::Reset) {
            state.up_end = Some(end);
        }
        let first = state.announce();
        drop(state);
        self.tell_session(first);
    }

    /// Waits for bytes or the end.
    pub(super) async fn receive(&self) -> Received {
        loop {
            {
                let mut state = locked(&self.state);
                if !state.down.is_empty() {
                    return Received::Data(state.down.split().freeze());
                }
                if let Some(end) = &state.end {
                    return Received::End(end.clone());
                }
            }
            self.arrived.notified().await;
        }
    }

    /// How the connection ended, if it did.
    pub(super) fn ended(&self) -> Option<StreamEnd> {
        locked(&self.state).end.clone()
    }

    /// Waits until the connection is broken.
    pub(super) async fn broken(&self) -> StreamEnd {
        loop {
            if let Some(end) = self.ended().filter(|end| !end.is_clean()) {
                return end;
            }
            self.broken.notified().await;
        }
    }

    /// How many bytes came.
    pub(super) fn received(&self) -> u64 {
        locked(&self.state).down_total
    }
}
