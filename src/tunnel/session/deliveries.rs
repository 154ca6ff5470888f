//! The connections of a session, and what arrived for them since they were last woken.

use std::{collections::HashMap, sync::Arc};

use crate::tunnel::{
    failure::{Ended, StreamEnd},
    pipe::Pipe,
    smux::Sink,
};

struct Entry {
    pipe: Arc<Pipe>,
    /// Whether something arrived since.
    touched: bool,
}

/// Connections by number.
pub(super) struct Deliveries {
    entries: HashMap<u32, Entry>,
    touched: Vec<u32>,
    too_slow: Vec<u32>,
    largest_backlog: usize,
}

impl Deliveries {
    pub(super) fn new(largest_backlog: usize) -> Self {
        Self { entries: HashMap::new(), touched: Vec::new(), too_slow: Vec::new(), largest_backlog }
    }

    pub(super) fn add(&mut self, id: u32, pipe: Arc<Pipe>) {
        self.entries.insert(id, Entry { pipe, touched: false });
    }

    pub(super) fn get(&self, id: u32) -> Option<&Arc<Pipe>> {
        self.entries.get(&id).map(|entry| &entry.pipe)
    }

    /// Wakes those for whom something arrived: once for many messages.
    pub(super) fn wake(&mut self) {
        for id in self.touched.drain(..) {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.touched = false;
                entry.pipe.wake();
            }
        }
    }

    /// Ends the connections whose clients read too slowly, and names them.
    pub(super) fn end_too_slow(&mut self) -> Vec<u32> {
        let ids = std::mem::take(&mut self.too_slow);
        for id in &ids {
            self.end(*id, StreamEnd::TooSlow { bytes: self.largest_backlog });
        }
        ids
    }

    /// Ends all.
    pub(super) fn end_all(&mut self, ended: &Ended) {
        for (_, entry) in self.entries.drain() {
            entry.pipe.end(StreamEnd::SessionEnded(ended.clone()));
        }
    }
}

impl Sink for Deliveries {
    fn data(&mut self, stream: u32, bytes: &[u8]) {
        let Some(entry) = self.entries.get_mut(&stream) else { return };
        if entry.pipe.deliver(bytes) > self.largest_backlog && !self.too_slow.contains(&stream) {
            self.too_slow.push(stream);
        }
        if !entry.touched {
            entry.touched = true;
            self.touched.push(stream);
        }
    }

    fn end(&mut self, stream: u32, end: StreamEnd) {
        if let Some(entry) = self.entries.remove(&stream) {
            entry.pipe.end(end);
        }
    }
}
