//! What changes in a session, and how messages leave it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::carrier::Carrier;
use super::cipher::Cipher;
use super::encryption::Wish;
use super::line::{Line, Out};
use super::message::{Content, Head, Id, Message, OUTPUT, SYN, encode};
use super::sequence::{Incoming, Outgoing};
use super::session::{Around, Phase};
use super::trouble::{Mischief, Way};
use super::version::Version;
use super::{now_in_milliseconds, payload};

/// The token that the next socket has to bring.
pub(super) struct Token {
    pub(super) value: String,
    pub(super) until: Instant,
}

/// Messages that were held back, each with how many have to pass it.
pub(super) type Held = Vec<(u64, Bytes)>;

/// What changes.
pub(super) struct State {
    pub(super) around: Around,
    pub(super) token: Option<Token>,
    /// The live socket: its number, since when, and its queue.
    pub(super) line: Option<(u64, Instant, Arc<Line>)>,
    pub(super) sockets: u64,
    pub(super) out: Outgoing,
    pub(super) incoming: Incoming,
    pub(super) phase: Phase,
    /// The agent was told that nobody listens.
    pub(super) paused: bool,
    /// The agent is away on order: nothing reaches it, and nothing comes from it.
    pub(super) away: bool,
    pub(super) begun: Instant,
    pub(super) last_input: Instant,
    pub(super) client: Version,
    /// From when on the agent takes data.
    pub(super) ready: Instant,
    pub(super) carrier: Carrier,
    /// What the agent asked for in the handshake.
    pub(super) wish: Option<Wish>,
    /// What data is encrypted with, once both ends have the key.
    pub(super) cipher: Option<Cipher>,
    pub(super) held_in: Held,
    pub(super) held_out: Held,
}

/// Adds to what comes now what was held back until now.
pub(super) fn passed(held: &mut Held, now: &mut Vec<Bytes>) {
    if held.is_empty() {
        return;
    }
    for (missing, _) in held.iter_mut() {
        *missing = missing.saturating_sub(1);
    }
    let over = |(missing, _): &mut (u64, Bytes)| *missing == 0;
    now.extend(held.extract_if(.., over).map(|(_, bytes)| bytes));
}

impl State {
    /// A session that nobody has come to yet.
    pub(super) fn new(around: Around, now: Instant) -> Self {
        Self {
            around,
            token: None,
            line: None,
            sockets: 0,
            out: Outgoing::new(),
            incoming: Incoming::new(),
            phase: Phase::New,
            paused: true,
            away: false,
            begun: now,
            last_input: now,
            client: Version::default(),
            ready: now,
            carrier: Carrier::None,
            wish: None,
            cipher: None,
            held_in: Vec::new(),
            held_out: Vec::new(),
        }
    }

    /// Whether the agent sends data just now.
    pub(super) fn may_send(&self) -> bool {
        !self.paused && !matches!(self.phase, Phase::Ended { .. })
    }

    /// What is sent again: the oldest alone, if it is late (`R-CHAN-7`).
    pub(super) fn late(&mut self, now: Instant) -> Vec<Bytes> {
        if self.around.enforces("R-CHAN-7") { self.out.late(now).into_iter().collect() } else { self.out.all_late(now) }
    }

    /// What goes over the wire: all that a program says is encrypted where the session is (`R-SHELL-15`).
    fn covered<'a>(&mut self, content: Content, payload: &'a [u8]) -> Cow<'a, [u8]> {
        let secret = matches!(content, Content::Data | Content::Errors | Content::ExitCode);
        let secret = secret && self.around.enforces("R-SHELL-15");
        let sealed = self.cipher.as_mut().filter(|_| secret).map(|cipher| cipher.seal(payload));
        // What can't be encrypted is never sent as it is.
        sealed.map_or(Cow::Borrowed(payload), |sealed| Cow::Owned(sealed.unwrap_or_default()))
    }

    /// Sends a numbered message, and keeps it until it is acknowledged.
    pub(super) fn send(&mut self, content: Content, payload: &[u8]) {
        let payload = &self.covered(content, payload);
        let sequence = self.out.next();
        let flags = if sequence == 0 { SYN } else { 0 };
        let (id, created) = (Id::random(), now_in_milliseconds());
        let bytes = encode(&Head { kind: OUTPUT, sequence, flags, id, created, content }, payload);
        self.out.keep(bytes.clone(), Instant::now());
        self.transmit(bytes);
    }

    pub(super) fn acknowledge(&mut self, message: &Message) {
        self.transmit(payload::acknowledgement(message, now_in_milliseconds()));
    }

    /// Gives a message to the socket; without one it is lost.
    pub(super) fn transmit(&mut self, bytes: Bytes) {
        let Some((_, _, line)) = self.line.clone().filter(|_| !self.away) else { return };
        let mut go = Vec::new();
        match self.around.troubles.judge(Way::Output, &bytes) {
            None if self.held_out.is_empty() => return self.push(&line, bytes),
            None => go.push(bytes),
            Some(Mischief::Drop) => {}
            Some(Mischief::Duplicate) => go.extend([bytes.clone(), bytes]),
            Some(Mischief::HoldBack { messages }) => self.held_out.push((messages.saturating_add(1), bytes)),
            Some(Mischief::WrongDigest) => go.push(damaged(&bytes)),
            Some(Mischief::Cut) => return self.cut(),
            Some(Mischief::CutAfter) => {
                self.push(&line, bytes);
                line.push(Out::Cut, line.last_due());
                return self.lost();
            }
            Some(Mischief::Close) => {
                self.push(&line, bytes);
                return self.hang_up("Bye");
            }
        }
        passed(&mut self.held_out, &mut go);
        for bytes in go {
            self.push(&line, bytes);
        }
    }

    fn push(&self, line: &Line, bytes: Bytes) {
        let habits = self.around.habits();
        let due = (!habits.latency_out.is_zero()).then(|| {
            let due = Instant::now() + habits.latency_out + habits.jitter.mul_f64(fastrand::f64());
            line.last_due().map_or(due, |last| last.max(due))
        });
        line.push(Out::Message(bytes), due);
    }

    /// Breaks the socket without a word.
    pub(super) fn cut(&mut self) {
        if let Some((_, _, line)) = &self.line {
            line.cut();
        }
        self.lost();
    }

    /// Closes the socket with 1000, which isn't the session's end.
    pub(super) fn hang_up(&mut self, reason: &'static str) {
        if let Some((_, _, line)) = &self.line {
            line.push(Out::Close { code: 1000, reason }, line.last_due());
        }
        self.lost();
    }

    /// Nobody listens any more: the service tells the agent so.
    fn lost(&mut self) {
        self.line = None;
        self.paused = true;
        self.held_in.clear();
        self.held_out.clear();
    }

    /// A socket has gone by itself.
    pub(super) fn gone(&mut self, number: u64) {
        if self.line.as_ref().is_some_and(|(own, ..)| *own == number) {
            self.lost();
        }
    }
}

/// A message whose digest isn't its own.
fn damaged(bytes: &Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(80) {
        *byte ^= 1;
    }
    Bytes::from(bytes)
}
