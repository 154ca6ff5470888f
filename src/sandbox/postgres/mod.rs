//! Real PostgreSQL servers behind the instances of a sandbox: rows that a migration moves, and that a tunnel reaches.
//!
//! An instance's server is made when somebody first connects to it, so that a world in which nobody does costs nothing.
//! Until then its data is what every such instance begins with, and a snapshot of it says no more than that. From then
//! on a snapshot is a consistent copy of the data, and what is restored from it a server of its own.
//!
//! Servers listen on loopback, with TLS by the sandbox's own certificate authority (`ca.pem` in its home) for the
//! endpoint's name; the master user's password is [`PASSWORD`]. They run as an ordinary user, even where we are root. The
//! process that started one stops it when it ends; one whose process was killed is taken over by the next.
//!
//! | file | question it answers |
//! |---|---|
//! | `programs`, `user` | which programs, and as whom do they run? |
//! | `home` | where is everything, and who stops what? |
//! | `origin` | with what does a database begin? |
//! | `server` | how is one made, started, stopped and copied? |
//! | `certificates` | how does it prove its name? |
//! | `deeds` | what does a call to RDS mean for the data? |

mod certificates;
mod deeds;
mod home;
mod origin;
mod programs;
mod server;
mod user;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use deeds::{Deed, Where, deed};
use home::Home;
pub(crate) use origin::{DEFAULT_DATABASE, Origin};
use programs::Programs;
use server::Server;

use super::options::Store;

/// The password of each instance's master user.
pub const PASSWORD: &str = "sandbox";

/// Why there are no real servers.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The programs aren't there.
    #[error(
        "PostgreSQL's server programs (initdb, pg_ctl, pg_basebackup) aren't installed: install them (Debian: apt-get \
         install postgresql), or leave --postgres out"
    )]
    NotInstalled,
    /// They refuse root, and nobody else is there.
    #[error("PostgreSQL doesn't run as root, and this system has neither a user `postgres` nor a user `nobody`")]
    NobodyElse,
    /// One of them failed.
    #[error("{program} failed: {why}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said last.
        why: String,
    },
    /// A file or folder.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A certificate can't be made.
    #[error("a certificate can't be made: {0}")]
    Certificate(String),
}

/// The servers of a sandbox; clones are the same. Those that it started end with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Postgres(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    programs: Programs,
    /// Made when somebody first needs it.
    home: Mutex<Option<Arc<Home>>>,
}

impl Postgres {
    /// Finds the programs. Nothing is made yet.
    pub(crate) fn find(store: &Store) -> Result<Self, PostgresError> {
        let programs = Programs::find().ok_or(PostgresError::NotInstalled)?;
        Ok(Self(Arc::new(Inner { store: store.clone(), programs, home: Mutex::default() })))
    }

    /// The place of the data; made, if it isn't there.
    fn home(&self) -> Result<Arc<Home>, PostgresError> {
        let mut home = self.0.home.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = &*home {
            return Ok(Arc::clone(home));
        }
        let made = Arc::new(Home::open(&self.0.store, self.0.programs.clone())?);
        *home = Some(Arc::clone(&made));
        Ok(made)
    }

    /// The certificate authority that signs for all servers.
    pub(crate) fn authority(&self) -> Result<PathBuf, PostgresError> {
        let home = self.home()?;
        let _alone = home.lock()?;
        certificates::authority(&home)
    }

    /// Where the server of an instance listens: made and started, if it isn't there. Takes seconds at the first time.
    pub(crate) fn address(
        &self,
        resource_id: &str,
        endpoint: &str,
        origin: &Origin,
    ) -> Result<SocketAddr, PostgresError> {
        let home = self.home()?;
        let _alone = home.lock()?;
        let server = Server::of(&home, resource_id);
        server.make(origin)?;
        server.started(endpoint).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// Does to the data what a call did to the world. Where there is no data yet, that is nothing.
    pub(crate) fn carry_out(&self, deed: &Deed) -> Result<(), PostgresError> {
        let is_open = self.0.home.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if !is_open && !Home::is_there(&self.0.store) {
            return Ok(());
        }
        let home = self.home()?;
        let _alone = home.lock()?;
        deeds::carry_out(&home, deed)
    }
}

/// What a failed attempt at a file or folder is told as.
fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> PostgresError + '_ {
    move |source| PostgresError::Io { path: path.to_owned(), source }
}
