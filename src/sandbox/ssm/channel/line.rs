//! What is on its way to a client: the queue of one web socket.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

/// So many messages may wait before whoever can waits with the next.
const ROOM: usize = 256;

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    Message(Bytes),
    /// A close frame, and then the end.
    Close {
        code: u16,
        reason: &'static str,
    },
    /// The end without a word.
    Cut,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Option<Instant>, Out)>,
    over: bool,
}

/// The queue of one socket.
#[derive(Default)]
pub(crate) struct Line {
    queue: Mutex<Queue>,
    filled: Notify,
    drained: Notify,
}

impl Line {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends; messages may have a time before which they don't go.
    pub(crate) fn push(&self, out: Out, due: Option<Instant>) {
        let mut queue = self.queue();
        if queue.over {
            return;
        }
        queue.over = !matches!(out, Out::Message(_));
        queue.waiting.push_back((due, out));
        drop(queue);
        self.filled.notify_one();
        self.drained.notify_waiters();
    }

    /// Breaks off; what waits is lost.
    pub(crate) fn cut(&self) {
        self.queue().waiting.clear();
        self.push(Out::Cut, None);
    }

    /// When the last one goes.
    pub(crate) fn last_due(&self) -> Option<Instant> {
        self.queue().waiting.back().and_then(|(due, _)| *due)
    }

    /// Waits until there is room, or until nobody reads any more.
    pub(crate) async fn room(&self) {
        loop {
            let drained = self.drained.notified();
            {
                let queue = self.queue();
                if queue.over || queue.waiting.len() < ROOM {
                    return;
                }
            }
            drained.await;
        }
    }

    /// What can go now, in order; waits for the first.
    pub(crate) async fn take(&self, into: &mut Vec<Out>, most: usize) {
        loop {
            let filled = self.filled.notified();
            let due = {
                let mut queue = self.queue();
                let now = Instant::now();
                while into.len() < most
                    && queue.waiting.front().is_some_and(|(due, _)| due.is_none_or(|due| due <= now))
                    && let Some((_, out)) = queue.waiting.pop_front()
                {
                    into.push(out);
                }
                if !into.is_empty() {
                    drop(queue);
                    self.drained.notify_waiters();
                    return;
                }
                queue.waiting.front().and_then(|(due, _)| *due)
            };
            match due {
                Some(due) => tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    () = filled => {}
                },
                None => filled.await,
            }
        }
    }

    /// The socket is gone: nothing that waits will ever go.
    pub(crate) fn end(&self) {
        let mut queue = self.queue();
        queue.over = true;
        queue.waiting.clear();
        drop(queue);
        self.drained.notify_waiters();
    }

    /// How many messages wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }
}
