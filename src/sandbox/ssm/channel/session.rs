//! One session: the service's relay and the machine's agent at once.
//!
//! It outlives its sockets. Whatever happens to it happens under one lock: a message comes ([`Session::receive`]), a tenth
//! of a second passes ([`Session::keep`]), a stream has data (`many`, `one`), a person orders something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::carrier::Carrier;
use super::dial::{Dial, Network, Resolved, Servers, Wanted};
use super::habits::Habits;
use super::line::{Line, Out};
use super::message::{Content, Head, Id, Kind, Message, OUTPUT, SYN, decode, encode};
use super::sequence::{Incoming, Outgoing, Place};
use super::trouble::{Mischief, Troubles, Way};
use super::version::Version;
use super::{now_in_milliseconds, payload};

/// How often the agent looks for messages to send again, and the service for sessions to end.
const BEAT: Duration = Duration::from_millis(100);
/// The agent waits so long for acknowledgements before it ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// After its end a session's socket stays open for so long.
const LINGERS: Duration = Duration::from_secs(1);

/// What a session is about; it never changes.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) id: String,
    /// The machine, as it was asked for.
    pub(crate) target: String,
    /// Where the machine is.
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) agent_version: String,
    /// `Port`.
    pub(crate) kind: &'static str,
    /// The document's properties with the caller's parameters.
    pub(crate) properties: BTreeMap<String, String>,
    /// What the host stands for at the beginning; nothing where there is none.
    pub(crate) found: Option<Resolved>,
    /// The agent refuses to dial that host.
    pub(crate) forbidden: bool,
}

/// What all sessions share.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) servers: Arc<Mutex<Option<Arc<Servers>>>>,
    pub(crate) habits: Arc<Mutex<Arc<Habits>>>,
    pub(crate) troubles: Arc<Troubles>,
    /// Rules of the ledger that don't hold.
    pub(crate) without: Arc<BTreeSet<String>>,
}

impl Around {
    pub(crate) fn habits(&self) -> Arc<Habits> {
        Arc::clone(&self.habits.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn enforces(&self, rule: &str) -> bool {
        !self.without.contains(rule)
    }

    /// Where a destination is on this machine, if anybody knows.
    pub(super) fn server(&self, wanted: &Wanted<'_>) -> Option<Dial> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        servers.and_then(|servers| servers(wanted))
    }
}

/// A session.
pub(crate) struct Session {
    pub(crate) facts: Facts,
    pub(crate) around: Around,
    pub(super) state: Mutex<State>,
    /// There is something to send, or it may be sent again.
    pub(super) filled: Notify,
    /// Data has gone to its destination.
    pub(super) drained: Notify,
    pub(super) tasks: Mutex<JoinSet<()>>,
}

/// How far the agent is.
pub(super) enum Phase {
    /// Nobody has come yet.
    New,
    /// The handshake was asked for.
    Asked {
        since: Instant,
    },
    Open,
    /// Over as soon as all is acknowledged, or by then.
    Ending {
        until: Instant,
        output: String,
    },
    Ended {
        since: Instant,
    },
}

/// The token that the next socket has to bring.
pub(super) struct Token {
    pub(super) value: String,
    pub(super) until: Instant,
}

/// Messages that were held back, each with how many have to pass it.
type Held = Vec<(u64, Bytes)>;

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
    held_in: Held,
    held_out: Held,
}

impl Session {
    pub(crate) fn new(facts: Facts, around: Around) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            around: around.clone(),
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
            held_in: Vec::new(),
            held_out: Vec::new(),
        };
        let session = Arc::new(Self {
            facts,
            around,
            state: Mutex::new(state),
            filled: Notify::new(),
            drained: Notify::new(),
            tasks: Mutex::default(),
        });
        tokio::spawn(Arc::clone(&session).keep());
        session
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn version(&self) -> Version {
        Version::of(&self.facts.agent_version)
    }

    /// Lets something of the agent's run until the session's end.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Waits until the agent can take more: as long as one destination doesn't take what the agent holds for it, it reads
    /// nothing from anybody (`R-PORT-6`).
    pub(super) async fn room(&self) {
        loop {
            let drained = self.drained.notified();
            let full = {
                let state = self.state();
                let habits = self.around.habits();
                self.around.enforces("R-PORT-6") && state.carrier.holds() >= state.carrier.budget(&habits)
            };
            if !full {
                return;
            }
            drained.await;
        }
    }

    /// A message has come over a socket; orders to go wrong have their say.
    pub(crate) async fn arrive(self: &Arc<Self>, line: u64, bytes: Bytes) {
        let mischief = self.around.troubles.judge(Way::Input, &bytes);
        let mut come = Vec::new();
        {
            let mut state = self.state();
            let mut cut = false;
            match mischief {
                None | Some(Mischief::WrongDigest) => come.push(bytes),
                Some(Mischief::Drop) => {}
                Some(Mischief::Duplicate) => come.extend([bytes.clone(), bytes]),
                Some(Mischief::HoldBack { messages }) => state.held_in.push((messages.saturating_add(1), bytes)),
                Some(Mischief::Cut) => cut = true,
                Some(Mischief::CutAfter) => {
                    come.push(bytes);
                    cut = true;
                }
                Some(Mischief::Close) => {
                    come.push(bytes);
                    state.hang_up("Bye");
                }
            }
            passed(&mut state.held_in, &mut come);
            if cut {
                let now = Instant::now();
                for bytes in come.drain(..) {
                    self.receive(&mut state, &bytes, now);
                }
                state.cut();
            }
        }
        for bytes in come {
            if bytes.get(4..9) == Some(b"input") {
                self.room().await;
            }
            let mut state = self.state();
            if state.line.as_ref().is_some_and(|(number, ..)| *number == line) {
                self.receive(&mut state, &bytes, Instant::now());
            }
        }
    }

    /// The agent's receiver.
    fn receive(self: &Arc<Self>, state: &mut State, bytes: &Bytes, now: Instant) {
        let Some(message) = decode(bytes) else { return };
        if state.away || matches!(state.phase, Phase::Ended { .. }) {
            return;
        }
        match message.kind {
            Kind::Acknowledge => {
                if let Some(number) = payload::number_of(&message.payload) {
                    state.out.acknowledged(number, now);
                }
                self.wake(state);
                self.end_if_done(state, now);
            }
            Kind::Input => {
                state.last_input = now;
                self.wake(state);
                self.input(state, &message, now);
            }
            _ => {}
        }
    }

    /// Any sign of the client's lifts a pause.
    pub(super) fn wake(&self, state: &mut State) {
        if std::mem::take(&mut state.paused) {
            self.filled.notify_one();
        }
    }

    /// Inputs are taken in the order of their numbers; what comes early is kept, what comes again is acknowledged again
    /// (`R-CHAN-6`); what the agent isn't ready for is as if it hadn't come.
    fn input(self: &Arc<Self>, state: &mut State, message: &Message, now: Instant) {
        match state.incoming.place(message) {
            Place::Again if !self.around.enforces("R-CHAN-6") => {}
            Place::Again | Place::Later => state.acknowledge(message),
            Place::Nowhere => {}
            Place::Now => {
                let late = self.around.habits().late_acknowledgement;
                let first = message.content == Content::HandshakeResponse && !late;
                if first {
                    state.acknowledge(message);
                }
                if !self.process(state, message, now) {
                    return;
                }
                if !first {
                    state.acknowledge(message);
                }
                state.incoming.advance();
                self.go_on(state, now);
            }
        }
    }

    /// Takes in what came before its time and whose time has come.
    fn go_on(self: &Arc<Self>, state: &mut State, now: Instant) {
        while let Some(next) = state.incoming.waiting().cloned() {
            if !self.process(state, &next, now) {
                return;
            }
            state.incoming.advance();
        }
    }

    /// What an input does; false where the agent isn't ready for it. Data before the end of the handshake is taken in and
    /// thrown away (`R-CHAN-5`).
    fn process(self: &Arc<Self>, state: &mut State, message: &Message, now: Instant) -> bool {
        let open = matches!(state.phase, Phase::Open);
        match message.content {
            Content::HandshakeResponse => {
                self.answered(state, &message.payload, now);
                true
            }
            Content::Data if !open => self.around.enforces("R-CHAN-5") || matches!(state.phase, Phase::Ending { .. }),
            Content::Data if now < state.ready => false,
            Content::Data => {
                self.carry(state, message.payload.clone(), now);
                true
            }
            Content::Flag if open => {
                self.flag(state, &message.payload, now);
                true
            }
            _ => true,
        }
    }

    /// Ends the session once all is acknowledged, at the latest after two seconds.
    pub(super) fn end_soon(self: &Arc<Self>, state: &mut State, output: impl Into<String>, now: Instant) {
        if matches!(state.phase, Phase::Ending { .. } | Phase::Ended { .. }) {
            return;
        }
        state.phase = Phase::Ending { until: now + LAST_WORDS, output: output.into() };
        self.end_if_done(state, now);
    }

    fn end_if_done(self: &Arc<Self>, state: &mut State, now: Instant) {
        let Phase::Ending { until, output } = &mut state.phase else { return };
        if now >= *until || state.out.unacknowledged() == 0 {
            let output = std::mem::take(output);
            self.finish(state, &output, now);
        }
    }

    /// Ends the session now: the client is told, and a second later the socket goes.
    pub(super) fn finish(&self, state: &mut State, output: &str, now: Instant) {
        if matches!(state.phase, Phase::Ended { .. }) {
            return;
        }
        let last = payload::closed(&self.facts.id, &self.facts.target, output, now_in_milliseconds());
        state.transmit(last);
        state.phase = Phase::Ended { since: now };
        state.token = None;
        state.carrier = Carrier::None;
        (state.out, state.incoming) = (Outgoing::new(), Incoming::new());
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
        self.drained.notify_waiters();
    }

    /// Ten times a second: resends, and looks at the limits.
    async fn keep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(BEAT).await;
            let now = Instant::now();
            let mut state = self.state();
            if let Phase::Ended { since } = state.phase {
                if now >= since + LINGERS {
                    state.hang_up("");
                    return;
                }
                continue;
            }
            self.beat(&mut state, now);
        }
    }

    /// The limits (`R-CHAN-4`, `R-CHAN-10`, `R-CHAN-11`), and what is resent (`R-CHAN-7`).
    fn beat(self: &Arc<Self>, state: &mut State, now: Instant) {
        let habits = self.around.habits();
        let enforces = |rule: &str| self.around.enforces(rule);
        if !state.paused && !state.away {
            let late = state.late(now);
            late.into_iter().for_each(|bytes| state.transmit(bytes));
        }
        if now >= state.ready && matches!(state.phase, Phase::Open) {
            self.go_on(state, now);
        }
        self.end_if_done(state, now);
        if let Phase::Asked { since } = state.phase
            && now.duration_since(since) >= habits.handshake
            && enforces("R-CHAN-4")
        {
            self.end_soon(state, super::handshake::LATE, now);
        }
        let idle = now.duration_since(state.last_input) >= habits.idle && enforces("R-CHAN-11");
        let long = habits.longest.is_some_and(|longest| now.duration_since(state.begun) >= longest);
        if idle || long {
            self.finish(state, "", now);
        }
        let old = |since: Instant| habits.socket.is_some_and(|most| now.duration_since(since) >= most);
        if state.line.as_ref().is_some_and(|(_, since, _)| old(*since)) && enforces("R-CHAN-10") {
            state.hang_up("Bye");
        }
    }
}

/// Adds to what comes now what was held back until now.
fn passed(held: &mut Held, now: &mut Vec<Bytes>) {
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
    /// Whether the agent sends data just now.
    pub(super) fn may_send(&self) -> bool {
        !self.paused && !matches!(self.phase, Phase::Ended { .. })
    }

    /// What is sent again: the oldest alone, if it is late (`R-CHAN-7`).
    fn late(&mut self, now: Instant) -> Vec<Bytes> {
        if self.around.enforces("R-CHAN-7") { self.out.late(now).into_iter().collect() } else { self.out.all_late(now) }
    }

    /// Sends a numbered message, and keeps it until it is acknowledged.
    pub(super) fn send(&mut self, content: Content, payload: &[u8]) {
        let sequence = self.out.next();
        let flags = if sequence == 0 { SYN } else { 0 };
        let (id, created) = (Id::random(), now_in_milliseconds());
        let bytes = encode(&Head { kind: OUTPUT, sequence, flags, id, created, content }, payload);
        self.out.keep(bytes.clone(), Instant::now());
        self.transmit(bytes);
    }

    fn acknowledge(&mut self, message: &Message) {
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
        go.into_iter().for_each(|bytes| self.push(&line, bytes));
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
