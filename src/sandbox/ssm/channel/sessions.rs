//! All sessions of a sandbox that are under way in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::dial::{Dial, Network, Servers, Wanted};
use super::facts::Facts;
use super::habits::Habits;
use super::message::{ALONE, Head, PAUSE, START, encode};
use super::now_in_milliseconds;
use super::program::{Played, Players, WantedShell};
use super::session::{Around, Phase, Session};
use super::state::Token;
use super::trouble::{Trouble, Troubles};
use crate::sandbox::options::Shells;

/// Where a session's socket is asked for.
pub(super) const PATH: &str = "/v1/data-channel/";

/// The sessions of Session Manager that a sandbox serves; clones are the same.
///
/// Orders can also be posted on a sandbox that is served, as JSON to `/_sandbox/sessions`: an object with any of
/// `habits` (members of [`Habits`] to be changed), `troubles` (a list of [`Trouble`] in place of all earlier ones) and
/// `do` (an [`Act`]), which `session` confines to one.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    live: Mutex<BTreeMap<String, Arc<Session>>>,
    habits: Arc<Mutex<Arc<Habits>>>,
    troubles: Arc<Troubles>,
    without: Arc<BTreeSet<String>>,
    network: OnceLock<Arc<dyn Network>>,
    servers: Arc<Mutex<Option<Arc<Servers>>>>,
    players: Arc<Mutex<Option<Arc<Players>>>>,
    shells: Shells,
    /// Every token and every cell number that was given, for tests that look for them where they mustn't be.
    secrets: Mutex<Vec<String>>,
    /// Where sockets are taken, and in process the task that takes them.
    address: Mutex<Option<(SocketAddr, Option<JoinHandle<()>>)>>,
}

/// What a client gets to open a session's socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) token: String,
    pub(crate) url: String,
}

/// What comes of asking for a session again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resumed {
    Again(Given),
    /// It is over.
    Ended,
    /// Nobody here knows it.
    Unknown,
}

/// Something that is done to sessions on order.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The socket breaks.
    Cut,
    /// The service closes the socket with 1000.
    Close,
    /// The agent is away: the client hears `pause_publication`.
    Pause,
    /// The agent is back: the client hears `start_publication`.
    Start,
    /// The token that was given isn't good any more.
    ExpireToken,
    /// The session ends; its last message has this text.
    End {
        /// What the client is told; nothing for a plain end.
        #[serde(default)]
        output: String,
    },
}

/// How far a session is, for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// A client is there.
    pub connected: bool,
    /// It is over.
    pub ended: bool,
    /// The number of the next input.
    pub expected: i64,
    /// The number of the next output.
    pub next: i64,
    /// Outputs without an acknowledgement.
    pub unacknowledged: usize,
    /// How many outputs were sent again.
    pub resent: u64,
    /// Bytes that destinations haven't taken.
    pub held: usize,
    /// Messages that the socket hasn't taken.
    pub waiting: usize,
}

impl Drop for Inner {
    /// The sessions end with the sandbox, and with them what they run.
    fn drop(&mut self) {
        for session in self.live.get_mut().unwrap_or_else(PoisonError::into_inner).values() {
            session.finish(&mut session.state(), "", Instant::now());
        }
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.debug_struct("Sessions").field("live", &self.live().len()).finish_non_exhaustive()
    }
}

impl Sessions {
    pub(crate) fn new(habits: Habits, without: BTreeSet<String>, shells: Shells) -> Self {
        Self(Arc::new(Inner {
            live: Mutex::default(),
            habits: Arc::new(Mutex::new(Arc::new(habits))),
            troubles: Arc::default(),
            without: Arc::new(without),
            network: OnceLock::new(),
            servers: Arc::default(),
            players: Arc::default(),
            shells,
            secrets: Mutex::default(),
            address: Mutex::new(None),
        }))
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Session>>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which network the machines are in; the first word counts.
    pub(crate) fn in_network(&self, network: Arc<dyn Network>) {
        let _ = self.0.network.set(network);
    }

    /// Says where destinations that the network lets through are on this machine: an RDS instance's server, for example.
    /// What nobody knows is refused.
    pub fn served_by(&self, servers: impl Fn(&Wanted<'_>) -> Option<Dial> + Send + Sync + 'static) {
        *self.0.servers.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(servers));
    }

    /// Lets somebody in this process play shells and commands instead of real ones.
    pub fn shells_by(&self, players: impl Fn(&WantedShell<'_>) -> Result<Played, String> + Send + Sync + 'static) {
        *self.0.players.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(players));
    }

    /// Whether sessions may run shells and commands here.
    pub(crate) fn may_run(&self) -> bool {
        let played = self.0.players.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let address = self.0.address.lock().unwrap_or_else(PoisonError::into_inner);
        let served = address.as_ref().is_some_and(|(_, task)| task.is_none());
        let near = address.as_ref().is_none_or(|(address, _)| address.ip().is_loopback());
        let real = match self.0.shells {
            Shells::None => false,
            Shells::InProcess => near && !served,
            Shells::Loopback => near,
        };
        played || real
    }

    /// How sessions behave now.
    #[must_use]
    pub fn habits(&self) -> Arc<Habits> {
        Arc::clone(&self.0.habits.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes how sessions behave, those under way included.
    pub fn behave(&self, habits: Habits) {
        *self.0.habits.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(habits);
    }

    /// Orders messages to go wrong, in place of all earlier orders.
    pub fn trouble(&self, orders: Vec<Trouble>) {
        self.0.troubles.replace(orders);
    }

    /// Where sockets are taken; nothing where nobody takes them yet.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        let address = self.0.address.lock().unwrap_or_else(PoisonError::into_inner);
        let (address, task) = address.as_ref()?;
        (!task.as_ref().is_some_and(JoinHandle::is_finished)).then_some(*address)
    }

    /// From now on sockets are taken there.
    pub(crate) fn listens(&self, address: SocketAddr, task: Option<JoinHandle<()>>) {
        *self.0.address.lock().unwrap_or_else(PoisonError::into_inner) = Some((address, task));
    }

    pub(super) fn enforces(&self, rule: &str) -> bool {
        !self.0.without.contains(rule)
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.live().get(id).cloned()
    }

    /// A new session; nothing where the sandbox has no network.
    pub(crate) fn start(&self, facts: Facts) -> Option<Given> {
        let around = Around {
            network: Arc::clone(self.0.network.get()?),
            servers: Arc::clone(&self.0.servers),
            players: Arc::clone(&self.0.players),
            habits: Arc::clone(&self.0.habits),
            troubles: Arc::clone(&self.0.troubles),
            without: Arc::clone(&self.0.without),
        };
        let id = facts.id.clone();
        let session = Session::new(facts, around);
        let given = self.give(&session);
        self.live().insert(id, session);
        given
    }

    /// A new token for a session (`R-SSM-4`). Asking for it keeps the session from being idle.
    pub(crate) fn resume(&self, id: &str) -> Resumed {
        let Some(session) = self.find(id) else { return Resumed::Unknown };
        if session.ended().is_some() {
            return Resumed::Ended;
        }
        session.state().last_input = Instant::now();
        self.give(&session).map_or(Resumed::Ended, Resumed::Again)
    }

    fn give(&self, session: &Session) -> Option<Given> {
        let address = self.address()?;
        let secret: String = (0..6).fold(String::new(), |mut text, _| {
            let _ = write!(text, "{:016x}", fastrand::u64(..));
            text
        });
        let until = Instant::now() + self.habits().token;
        let id = &session.facts.id;
        session.state().token = Some(Token { value: secret.clone(), until });
        let cell = format!("AAEAA{:012x}%3D", fastrand::u64(..) >> 16);
        let mut secrets = self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.extend([secret.clone(), cell.trim_end_matches("%3D").to_owned()]);
        let url = format!("ws://{address}{PATH}{id}?role=publish_subscribe&cell-number={cell}");
        Some(Given { token: secret, url })
    }

    /// Every token and every cell number that clients were given so far: what nobody else may see.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends a session; nothing happens where there is none, or no more.
    pub(crate) fn end(&self, id: &str, output: &str) {
        if let Some(session) = self.find(id) {
            session.finish(&mut session.state(), output, Instant::now());
        }
    }

    /// How long a session of this process has been over.
    pub(crate) fn over(&self, id: &str) -> Option<Duration> {
        self.find(id)?.ended()
    }

    /// Nobody asks for this session again.
    pub(crate) fn forget(&self, id: &str) {
        self.live().remove(id);
    }

    /// Whether a session is under way here.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.find(id).is_some_and(|session| session.ended().is_none())
    }

    /// Does something to a session, or to all of them.
    pub fn act(&self, act: &Act, only: Option<&str>) {
        let sessions: Vec<Arc<Session>> = self.live().values().cloned().collect();
        for session in sessions.iter().filter(|session| only.is_none_or(|id| id == session.facts.id)) {
            session.act(act);
        }
    }

    /// How far a session is.
    #[must_use]
    pub fn standing(&self, id: &str) -> Option<Standing> {
        Some(self.find(id)?.standing())
    }

    /// Carries out an order that was posted.
    pub(crate) fn order(&self, body: &[u8]) -> Result<(), String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Order {
            #[serde(default)]
            habits: serde_json::Map<String, Value>,
            troubles: Option<Vec<Trouble>>,
            #[serde(rename = "do")]
            act: Option<Act>,
            session: Option<String>,
        }
        let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        self.behave(self.habits().changed(&order.habits)?);
        if let Some(troubles) = order.troubles {
            self.trouble(troubles);
        }
        if let Some(act) = order.act {
            self.act(&act, order.session.as_deref());
        }
        Ok(())
    }
}

impl Session {
    /// Since when it is over.
    fn ended(&self) -> Option<Duration> {
        match self.state().phase {
            Phase::Ended { since } => Some(since.elapsed()),
            _ => None,
        }
    }

    fn act(&self, act: &Act) {
        let mut state = self.state();
        let unnumbered = |kind| encode(&Head::unnumbered(kind, ALONE, now_in_milliseconds()), b"");
        match act {
            Act::Cut => state.cut(),
            Act::Close => state.hang_up("Bye"),
            Act::Pause => {
                state.transmit(unnumbered(PAUSE));
                state.away = true;
                state.paused = true;
            }
            Act::Start => {
                state.away = false;
                state.transmit(unnumbered(START));
                self.wake(&mut state);
            }
            Act::ExpireToken => state.token = None,
            Act::End { output } => self.finish(&mut state, output, Instant::now()),
        }
    }

    fn standing(&self) -> Standing {
        let state = self.state();
        Standing {
            connected: state.line.is_some(),
            ended: matches!(state.phase, Phase::Ended { .. }),
            expected: state.incoming.expected(),
            next: state.out.next(),
            unacknowledged: state.out.unacknowledged(),
            resent: state.out.resent(),
            held: state.carrier.holds(),
            waiting: state.line.as_ref().map_or(0, |(_, _, line)| line.waiting()),
        }
    }
}
