//! One session: the service's relay and the machine's agent at once.
//!
//! It outlives its sockets. Whatever happens to it happens under one lock: a message comes ([`Session::receive`]), a tenth
//! of a second passes ([`Session::keep`]), a stream has data (`many`, `one`), a person orders something.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::carrier::Carrier;
use super::dial::{Dial, Network, Servers, Wanted};
use super::facts::Facts;
use super::habits::Habits;
use super::program::Players;
use super::sequence::{Incoming, Outgoing};
use super::state::State;
use super::trouble::Troubles;
use super::version::Version;
use super::{now_in_milliseconds, payload};

/// How often the agent looks for messages to send again, and the service for sessions to end.
const BEAT: Duration = Duration::from_millis(100);
/// The agent waits so long for acknowledgements before it ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// After its end a session's socket stays open for so long.
const LINGERS: Duration = Duration::from_secs(1);

/// What all sessions share.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) servers: Arc<Mutex<Option<Arc<Servers>>>>,
    pub(crate) players: Arc<Mutex<Option<Arc<Players>>>>,
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
    /// The client's data key is being decrypted.
    Decrypting {
        since: Instant,
    },
    /// The client is to show that it has the key.
    Challenged {
        began: Instant,
        since: Instant,
        expected: Box<[u8; 64]>,
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

impl Session {
    pub(crate) fn new(facts: Facts, around: Around) -> Arc<Self> {
        let state = Mutex::new(State::new(around.clone(), Instant::now()));
        let session = Arc::new(Self {
            facts,
            around,
            state,
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

    /// Ends the session once all is acknowledged, at the latest after two seconds.
    pub(super) fn end_soon(self: &Arc<Self>, state: &mut State, output: impl Into<String>, now: Instant) {
        if matches!(state.phase, Phase::Ending { .. } | Phase::Ended { .. }) {
            return;
        }
        state.phase = Phase::Ending { until: now + LAST_WORDS, output: output.into() };
        self.end_if_done(state, now);
    }

    pub(super) fn end_if_done(self: &Arc<Self>, state: &mut State, now: Instant) {
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

    /// The limits (`R-CHAN-4`, `R-CHAN-9`, `R-CHAN-10`), and what is resent (`R-CHAN-7`).
    fn beat(self: &Arc<Self>, state: &mut State, now: Instant) {
        let habits = self.around.habits();
        let enforces = |rule: &str| self.around.enforces(rule);
        if !state.paused && !state.away {
            let late = state.late(now);
            for bytes in late {
                state.transmit(bytes);
            }
        }
        if now >= state.ready && matches!(state.phase, Phase::Open) {
            self.go_on(state, now);
        }
        self.end_if_done(state, now);
        if let Phase::Asked { since } | Phase::Decrypting { since } | Phase::Challenged { since, .. } = state.phase
            && now.duration_since(since) >= habits.handshake
            && enforces("R-CHAN-4")
        {
            self.end_soon(state, super::handshake::LATE, now);
        }
        let (idle, longest) = habits.limits(&self.facts.preferences);
        let idle = now.duration_since(state.last_input) >= idle && enforces("R-CHAN-10");
        let long = longest.is_some_and(|longest| now.duration_since(state.begun) >= longest);
        if idle || long {
            self.finish(state, "", now);
        }
        let old = |since: Instant| habits.socket.is_some_and(|most| now.duration_since(since) >= most);
        if state.line.as_ref().is_some_and(|(_, since, _)| old(*since)) && enforces("R-CHAN-9") {
            state.hang_up("Bye");
        }
    }
}
