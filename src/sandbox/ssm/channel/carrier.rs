//! What the agent does with the session's bytes: it carries many connections, or one.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::dial::{Connection, Dial, Resolved, Road, Wanted, connect};
use super::habits::Habits;
use super::many::Many;
use super::message::Content;
use super::one::One;
use super::session::Session;
use super::shell::Shell;
use super::state::State;

/// What one connection alone may hold: about what a socket does.
const ALONE: usize = 256 << 10;

/// The carrier of a session.
pub(super) enum Carrier {
    None,
    Many(Many),
    One(One),
    Shell(Shell),
}

impl Carrier {
    /// How much it holds that its destinations haven't taken.
    pub(super) fn holds(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Many(many) => many.holds(),
            Self::One(one) => one.holds(),
            Self::Shell(shell) => shell.holds(),
        }
    }

    /// How much it may hold.
    pub(super) fn budget(&self, habits: &Habits) -> usize {
        if matches!(self, Self::Many(_)) { habits.budget } else { ALONE }
    }

    /// Whether it takes data: a shell only when its terminal is there.
    pub(super) fn is_up(&self) -> bool {
        !matches!(self, Self::Shell(shell) if !shell.is_up())
    }

    /// The client's terminal has another size.
    pub(super) fn resize(&mut self, size: &[u8]) {
        if let Self::Shell(shell) = self {
            shell.resize(size);
        }
    }

    /// The client has lost its one connection; a carrier of many doesn't care.
    pub(super) fn disconnect(&mut self) {
        if let Self::One(one) = self {
            one.disconnect();
        }
    }
}

impl Session {
    /// Data has come from the client.
    pub(super) fn carry(self: &Arc<Self>, state: &mut State, data: Bytes, now: Instant) {
        match &mut state.carrier {
            Carrier::None => {}
            Carrier::One(one) => one.take(data),
            Carrier::Shell(shell) => shell.take(data),
            Carrier::Many(many) => {
                if many.take(data).is_err() {
                    // Bytes that are no frames are the end of all streams.
                    self.end_soon(state, String::new(), now);
                }
            }
        }
    }
}

/// What a host stood for.
#[derive(Clone)]
enum Found {
    /// When the session began; nothing where there was none of this name.
    Once(Option<Resolved>),
    /// It is looked up for each connection.
    EachTime,
}

/// Where the connections of a session go.
#[derive(Clone)]
pub(super) struct Destination {
    host: String,
    port: u16,
    /// What the host stood for at the session's beginning, for agents that look it up only then.
    found: Found,
}

impl Destination {
    /// A host is looked up once in a session, whatever becomes of it later (`R-PORT-3`).
    pub(super) fn new(session: &Session, host: &str, port: u16) -> Self {
        let around = &session.around;
        let once = session.version().resolves_once() && around.enforces("R-PORT-3");
        let found = if once { Found::Once(session.facts.found.clone()) } else { Found::EachTime };
        Self { host: host.to_owned(), port, found }
    }

    /// Dials it: where it is ordered to be, or where the network and whoever knows its servers say.
    pub(super) async fn dial(&self, session: &Session) -> Result<Connection, String> {
        let habits = session.around.habits();
        let dial = habits.destination(&self.host, self.port).map_or_else(|| self.find(session), Dial::from);
        connect(dial, &format!("{}:{}", self.host, self.port), habits.dial).await
    }

    fn find(&self, session: &Session) -> Dial {
        let (facts, around) = (&session.facts, &session.around);
        let found = match &self.found {
            Found::Once(found) => found.clone(),
            Found::EachTime => around.network.resolve(facts, &self.host),
        };
        let Some(found) = found else { return Dial::Unknown };
        match around.network.road(facts, &found, self.port) {
            Road::Hangs => Dial::Hang,
            Road::Refused => Dial::Refused,
            Road::Open => {
                let database = match &found {
                    Resolved::Database(id) => Some(id.as_str()),
                    Resolved::Name(_) => None,
                };
                let wanted = Wanted { machine: &facts.target, host: &self.host, database, port: self.port };
                around.server(&wanted).unwrap_or(Dial::Refused)
            }
        }
    }
}

/// Sends data as soon as the agent may, and waits until the client's socket has room for more.
pub(super) async fn deliver(session: &Session, content: Content, data: &[u8]) {
    let line = loop {
        let filled = session.filled.notified();
        {
            let mut state = session.state();
            if state.may_send() {
                state.send(content, data);
                break state.line.as_ref().map(|(_, _, line)| Arc::clone(line));
            }
        }
        filled.await;
    };
    if let Some(line) = line {
        line.room().await;
    }
}

/// The agent's rest after each message: on average as long as asked for, however late the clock wakes it.
pub(super) struct Rest {
    due: Instant,
}

impl Rest {
    pub(super) fn new() -> Self {
        Self { due: Instant::now() }
    }

    /// Rests (`R-CHAN-8`).
    pub(super) async fn after_a_message(&mut self, pause: Duration) {
        let now = Instant::now();
        if now > self.due + pause * 4 {
            self.due = now;
        }
        self.due += pause;
        tokio::time::sleep_until(self.due).await;
    }
}

/// How the agent cuts its data (`R-CHAN-8`): bytes in a message, and the rest after each.
pub(super) fn cut(session: &Session) -> (usize, Duration) {
    let habits = session.around.habits();
    if session.around.enforces("R-CHAN-8") { (habits.chunk.max(1), habits.pause) } else { (32_768, Duration::ZERO) }
}
