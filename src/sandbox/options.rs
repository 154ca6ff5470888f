//! How a sandbox is to be.

use std::path::PathBuf;

use jiff::Timestamp;

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
    /// A file of instances for a new world's home Region in place of the usual ones: what
    /// `aws rds describe-db-instances` prints, or a recording of such answers. Snapshots and Aurora's clusters come
    /// along where it holds them. Opening a world that exists already fails then.
    pub seed: Option<PathBuf>,
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
            faults: Vec::new(),
        }
    }
}

/// Where a world lives.
#[derive(Clone, Debug)]
pub enum Store {
    /// In this process; it takes its time from the runtime's clock, which tests may pause.
    Memory,
    /// In a file that several processes may share; it goes on between them by the host's clock.
    File(PathBuf),
}
