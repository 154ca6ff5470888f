//! The sessions of a tunnel.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::OnceCell,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    Settings,
    health::Health,
    policy::{Choice, Load, choose},
};
use crate::tunnel::{
    Moment,
    event::{Event, Warning},
    failure::{Ended, Failure},
    handshake::Mode,
    service::Service,
    session::{Events, Session, SessionSettings},
};

/// A session that exists, or is being opened.
#[derive(Debug)]
pub(super) struct Slot {
    session: OnceCell<Session>,
    pub(super) clients: AtomicUsize,
    pub(super) busy: AtomicUsize,
    health: Mutex<Health>,
}

impl Slot {
    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.session.get().is_some_and(|session| session.ended().is_some())
    }

    fn load(&self) -> Load {
        Load {
            clients: self.clients.load(Ordering::Relaxed),
            busy: self.busy.load(Ordering::Relaxed),
            single: self.session.get().is_some_and(|session| matches!(session.mode(), Mode::OneClient { .. })),
            doubtful: self.health().is_doubtful(),
        }
    }

    /// The session, once it is open.
    pub(super) fn session(&self) -> Option<&Session> {
        self.session.get()
    }
}

/// A client's place in a session, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat(pub(super) Arc<Slot>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All sessions.
pub(super) struct Pool<S> {
    service: Arc<S>,
    pub(super) settings: Settings,
    events: Events,
    slots: Mutex<Vec<Arc<Slot>>>,
    /// The tasks of the clients, and whether there will be no more.
    clients: Mutex<JoinSet<()>>,
    closed: AtomicBool,
    /// Every session's task has a copy: where ours is the only one, all are done.
    guard: Arc<()>,
    began: Instant,
    numbers: AtomicU64,
}

impl<S: Service> Pool<S> {
    pub(super) fn new(service: Arc<S>, settings: Settings, events: Events) -> Self {
        Self {
            service,
            settings,
            events,
            slots: Mutex::default(),
            clients: Mutex::default(),
            closed: AtomicBool::new(false),
            guard: Arc::new(()),
            began: Instant::now(),
            numbers: AtomicU64::new(1),
        }
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    /// A number for a client.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn now(&self) -> Moment {
        self.began.elapsed()
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the task of a client.
    pub(super) fn attend(&self, client: impl Future<Output = ()> + Send + 'static) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        while clients.try_join_next().is_some() {}
        clients.spawn(client);
    }

    /// Opens the first session.
    pub(super) async fn open_first(&self) -> Result<(), Failure> {
        let seat = self.take_seat();
        self.opened(&seat.0).await
    }

    /// A place in a session that is open.
    pub(super) async fn seat(&self) -> Result<Seat, Failure> {
        let seat = self.take_seat();
        let failure = match self.opened(&seat.0).await {
            Ok(()) => return Ok(seat),
            Err(failure) => failure,
        };
        // One session less is better than none.
        let Some(other) = self.sit_anywhere() else { return Err(failure) };
        self.tell(Event::Warning(Warning::NoFurtherSession { why: failure.to_string() }));
        Ok(other)
    }

    fn take_seat(&self) -> Seat {
        let now = self.now();
        let mut slots = self.slots();
        slots.retain(|slot| !slot.is_over());
        let loads: Vec<Load> = slots.iter().map(|slot| slot.load()).collect();
        let replaces = slots.iter().all(|slot| slot.health().may_be_replaced(now));
        let chosen = match choose(&loads, self.settings.sessions, replaces) {
            Choice::Use(place) => slots.get(place).cloned(),
            Choice::Open => None,
        };
        let slot = chosen.unwrap_or_else(|| {
            // The first one has nothing to learn from.
            let opened = if slots.is_empty() { Moment::ZERO } else { now };
            let slot = Arc::new(Slot {
                session: OnceCell::new(),
                clients: AtomicUsize::new(0),
                busy: AtomicUsize::new(0),
                health: Mutex::new(Health::new(opened)),
            });
            slots.push(slot.clone());
            slot
        });
        slot.clients.fetch_add(1, Ordering::Relaxed);
        Seat(slot)
    }

    fn sit_anywhere(&self) -> Option<Seat> {
        let slots = self.slots();
        let open = slots.iter().filter(|slot| slot.session.initialized() && !slot.is_over());
        let slot = open.min_by_key(|slot| slot.load().clients)?.clone();
        slot.clients.fetch_add(1, Ordering::Relaxed);
        Some(Seat(slot))
    }

    /// Waits until the slot's session is open; the first one who asks opens it.
    async fn opened(&self, slot: &Arc<Slot>) -> Result<(), Failure> {
        let milliseconds = u64::try_from(self.now().as_millis()).unwrap_or_default();
        let settings = SessionSettings {
            unix_milliseconds: self.settings.session.unix_milliseconds.saturating_add(milliseconds),
            ..self.settings.session.clone()
        };
        if self.closed.load(Ordering::Relaxed) {
            return Err(Failure::Ended(Ended::Terminated { api: None }));
        }
        let open = || Session::open(self.service.clone(), settings, self.events.clone(), self.guard.clone());
        let opened = slot.session.get_or_try_init(open).await;
        if opened.is_err() {
            self.slots().retain(|other| !Arc::ptr_eq(other, slot));
        }
        opened.map(|_| ())
    }

    /// Ends sessions that are avoided and carry nothing any more.
    pub(super) async fn tidy(&self) {
        let unused: Vec<Arc<Slot>> = {
            let mut slots = self.slots();
            let several = slots.len() > 1;
            let is_unused = |slot: &Arc<Slot>| several && slot.load().doubtful && slot.load().clients == 0;
            let unused = slots.iter().filter(|slot| is_unused(slot)).cloned().collect();
            slots.retain(|slot| !is_unused(slot));
            unused
        };
        for slot in unused {
            if let Some(session) = slot.session() {
                session.terminate().await;
            }
        }
    }

    /// Ends all sessions, at the same time, and those that are being opened.
    pub(super) async fn terminate(&self) -> Vec<Ended> {
        self.closed.store(true, Ordering::Relaxed);
        let slots = std::mem::take(&mut *self.slots());
        let mut ending = JoinSet::new();
        for slot in slots {
            ending.spawn(async move {
                match slot.session() {
                    Some(session) => Some(session.terminate().await),
                    None => None,
                }
            });
        }
        let ended = ending.join_all().await.into_iter().flatten().collect();
        let mut clients = std::mem::take(&mut *self.clients.lock().unwrap_or_else(PoisonError::into_inner));
        // Their connections are over, and most of them notice at once; the others are dropped.
        let _ = timeout(LAST_WORDS, async { while clients.join_next().await.is_some() {} }).await;
        drop(clients);
        self.wait_for_half_open().await;
        ended
    }

    async fn wait_for_half_open(&self) {
        let others = async {
            while Arc::strong_count(&self.guard) > 1 {
                sleep(POLL).await;
            }
        };
        // The service ends by itself what can't be ended in time.
        let _ = timeout(LONGEST_END, others).await;
    }
}

/// Clients have so long to notice that their connections are over.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// A session that was being opened has so long to be ended.
const LONGEST_END: Duration = Duration::from_secs(12);
const POLL: Duration = Duration::from_millis(20);

/// A connection that moved so much within [`BUSY_WITHIN`] is busy.
pub(super) const BUSY_BYTES: u64 = 512 << 10;
/// See [`BUSY_BYTES`].
pub(super) const BUSY_WITHIN: Duration = Duration::from_secs(2);
