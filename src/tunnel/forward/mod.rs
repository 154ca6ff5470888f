//! The port on this machine: clients in, sessions below, and what is told about both.

mod client;
mod health;
mod listen;
mod policy;
mod pool;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use self::{client::serve, pool::Pool};
pub use self::{
    health::Health,
    policy::{Choice, Load, Sessions, choose},
};
use super::{
    event::{Event, Warning},
    failure::{Ended, Failure},
    service::Service,
    session::{Events, SessionSettings},
};

/// After an error of a listener (no file descriptors, mostly), it rests.
const REST: Duration = Duration::from_millis(100);
const TRAFFIC_EVERY: Duration = Duration::from_secs(1);

/// Where clients connect, and where they are taken.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The destination's host, as it is told to people.
    pub host: String,
    /// The destination's port.
    pub port: u16,
    /// Where clients connect; the same port at all of them.
    pub addresses: Vec<IpAddr>,
    /// The port on this machine; 0 for a free one.
    pub local_port: u16,
    /// How many sessions.
    pub sessions: Sessions,
    /// What each session is like.
    pub session: SessionSettings,
}

impl Settings {
    /// Loopback, a free port, one session that others follow when it is busy.
    #[must_use]
    pub fn to(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            addresses: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            local_port: 0,
            sessions: Sessions::default(),
            session: SessionSettings::default(),
        }
    }
}

/// Bytes so far, and clients now.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Bytes that clients sent.
    pub up: AtomicU64,
    /// Bytes that clients got.
    pub down: AtomicU64,
    /// Clients that are connected.
    pub clients: AtomicUsize,
}

/// A port that is open, and no session yet.
#[derive(Debug)]
pub struct Forward {
    settings: Settings,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl Forward {
    /// Opens the port. Before any session is started: where that fails, nothing has to be cleaned up.
    pub async fn bind(settings: Settings) -> Result<Self, Failure> {
        let listeners = listen::bind(&settings.addresses, settings.local_port).await?;
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        Ok(Self { settings, listeners, addresses })
    }

    /// Where clients connect.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The port on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// Opens the first session, then serves clients until `stop`. Then the listeners go, and all sessions are ended: says
    /// how.
    pub async fn run<S: Service>(
        self,
        service: Arc<S>,
        events: Events,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Vec<Ended>, Failure> {
        let traffic = Arc::new(Traffic::default());
        let pool = Arc::new(Pool::new(service, self.settings, events.clone()));
        let mut stop = std::pin::pin!(stop);
        // Interrupted while the first one starts: it is ended by whoever starts it.
        tokio::select! {
            opened = pool.open_first() => opened?,
            () = &mut stop => return Ok(pool.terminate().await),
        }
        // Where nobody listens, nobody is told.
        let _ = events.send(Event::Listening { addresses: self.addresses });
        let mut serving = JoinSet::new();
        for listener in self.listeners {
            serving.spawn(accept(listener, pool.clone(), traffic.clone()));
        }
        serving.spawn(tell_traffic(traffic, events));
        stop.await;
        // The listeners go with their tasks; clients end with their sessions.
        serving.shutdown().await;
        Ok(pool.terminate().await)
    }
}

async fn accept<S: Service>(listener: TcpListener, pool: Arc<Pool<S>>, traffic: Arc<Traffic>) {
    loop {
        match listener.accept().await {
            Ok((socket, from)) => {
                pool.attend(client(socket, from, pool.clone(), traffic.clone()));
            }
            Err(error) => {
                pool.tell(Event::Warning(Warning::Accept { why: error.to_string() }));
                tokio::time::sleep(REST).await;
            }
        }
    }
}

async fn client<S: Service>(socket: TcpStream, from: SocketAddr, pool: Arc<Pool<S>>, traffic: Arc<Traffic>) {
    traffic.clients.fetch_add(1, Ordering::Relaxed);
    serve(socket, from, &pool, &traffic).await;
    traffic.clients.fetch_sub(1, Ordering::Relaxed);
}

async fn tell_traffic(traffic: Arc<Traffic>, events: Events) {
    let mut every = interval(TRAFFIC_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = (0, 0, 0);
    loop {
        every.tick().await;
        let now = (
            traffic.clients.load(Ordering::Relaxed),
            traffic.up.load(Ordering::Relaxed),
            traffic.down.load(Ordering::Relaxed),
        );
        if now != told {
            told = now;
            let (clients, up, down) = now;
            // Where nobody listens, nobody is told.
            let _ = events.send(Event::Traffic { clients, up, down });
        }
    }
}
