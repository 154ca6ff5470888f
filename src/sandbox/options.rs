//! How a sandbox is to be.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use super::misbehaviour::Misbehaviour;
use super::switches::Switches;
use super::{DEFAULT_REGION, DEFAULT_SPEED};

/// How a sandbox is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// World seconds in a real second (for worlds in memory: in a second of the runtime's clock).
    pub speed: f64,
    /// The home Region, which is seeded.
    pub region: String,
    /// Where the world lives.
    pub store: Store,
    /// The answers to what AWS leaves open.
    pub switches: Switches,
    /// When a new world begins: by default [`DEFAULT_START`](super::DEFAULT_START) in memory, the host's time in a
    /// file.
    pub start: Option<Timestamp>,
    /// A file of instances for a new world in place of the usual ones, or a folder of such files: what
    /// `aws rds describe-db-instances` prints, a list of such answers, or a recording of them. Snapshots and Aurora's
    /// clusters come along where it holds them. Printed rows of several Regions go to each its own; otherwise all are the
    /// home Region's. Opening a world that exists already fails then.
    pub seed: Option<PathBuf>,
    /// The same, as what was read already; both may be there. A world in memory lets go of it once it is filled.
    pub rows: Option<Value>,
    /// Rows of other accounts, by their numbers: see [`Sandbox`](super::Sandbox) on how to get there. An account that
    /// isn't named has nothing but what each account has.
    pub accounts: BTreeMap<String, Value>,
    /// Whether real PostgreSQL servers stand behind the instances of that engine.
    pub servers: Servers,
    /// Whether sessions may run real shells and commands on this machine.
    pub shells: Shells,
    /// What is to go wrong, in order; see also [`Sandbox::misbehave`](super::Sandbox::misbehave).
    pub faults: Vec<Misbehaviour>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            speed: DEFAULT_SPEED,
            region: DEFAULT_REGION.to_owned(),
            store: Store::Memory,
            switches: Switches::default(),
            start: None,
            seed: None,
            rows: None,
            accounts: BTreeMap::new(),
            servers: Servers::None,
            shells: Shells::default(),
            faults: Vec::new(),
        }
    }
}

/// Whether real servers stand behind instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Servers {
    /// There are none: what nobody else knows a server for is refused.
    #[default]
    None,
    /// Where PostgreSQL is installed.
    Found,
    /// There must be.
    Required,
}

/// Whether sessions run real shells and commands: on the machine that the sandbox runs on, and as its user.
///
/// Whoever may start a session then may do whatever that user may. A sandbox looks at nobody's signature; so a machine
/// with users that don't trust each other serves none with shells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shells {
    /// They don't: sessions for them are refused, unless [somebody plays them](super::Sessions::shells_by).
    None,
    /// Only for this process, as long as it doesn't serve the sandbox.
    InProcess,
    /// As long as the sandbox is served on loopback alone, if at all.
    #[default]
    Loopback,
}

/// Others in the account, who make things of their own (`R-QUOTA-2`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others {
    /// When, in world time; what is over already happens at once.
    pub at: Timestamp,
    /// Where; the home Region unless another is named.
    pub region: Option<String>,
    /// So many manual snapshots, as far as the quota goes.
    pub snapshots: usize,
    /// So many instances, as far as the quota goes.
    pub instances: usize,
    /// When they delete them again, if ever.
    pub gives_back: Option<Timestamp>,
}

/// Where a world lives.
#[derive(Clone, Debug)]
pub enum Store {
    /// In this process; it takes its time from the runtime's clock, which tests may pause.
    Memory,
    /// In a file that several processes may share; it goes on between them by the host's clock.
    File(PathBuf),
}
