//! Where a world lives: in memory, or in a file that several processes share.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::host;
use super::options::Options;
use super::world::shared::Shared;
use super::world::{FORMAT, World};

/// What can be wrong with a world, in sentences for people.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The file is no world: damaged, or something else.
    #[error("the sandbox's world {} can't be read ({why}); remove the file to start afresh", path.display())]
    Unreadable {
        /// The world's file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer program wrote it.
    #[error("the sandbox's world {} has format {format}, made by a newer version of this program; use that version, or remove the file to start afresh", path.display())]
    Newer {
        /// The world's file.
        path: PathBuf,
        /// Its format.
        format: u64,
    },
    /// It can't be locked, read or written.
    #[error("the sandbox's world {} can't be used: {source}; look at the folder's permissions and free space", path.display())]
    Io {
        /// The world's file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Real servers were asked for, and can't be had.
    #[error("the sandbox's PostgreSQL servers can't be used: {0}")]
    Servers(#[from] super::postgres::PostgresError),
    /// The file of instances for a new world is no such file.
    #[error("the file {} doesn't hold what `aws rds describe-db-instances --output json` prints, nor a recording of it: {why}", path.display())]
    Seed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The rows for a new world are no such rows.
    #[error(
        "the rows for the sandbox's world aren't what `aws rds describe-db-instances --output json` prints, nor a recording of it: {0}"
    )]
    Rows(String),
    /// A new world was to begin with rows of a file or a bare VPC, and there is one already.
    #[error("the sandbox's world {} exists already and isn't filled again; remove it to begin with {flags}, or leave {flags} out", path.display())]
    NotNew {
        /// The world's file.
        path: PathBuf,
        /// The flags that ask for it.
        flags: &'static str,
    },
    /// The world that is built into the program can't be made.
    #[error("the sandbox's world can't be made: {0}")]
    Birth(String),
}

/// A world's file: the world, and when the host last saw it.
#[derive(Serialize, Deserialize)]
struct OnDisk {
    format: u32,
    /// For people who open the file.
    what: String,
    host_time: Timestamp,
    world: World,
}

/// A gap between two looks at a file world counts for at most this much world time (`R-TIME-3`).
const LONGEST_GAP: SignedDuration = SignedDuration::from_hours(24);
/// Looks alone move a file's clock on only after so much world time, so that reading doesn't write each time.
const UNWRITTEN: SignedDuration = SignedDuration::from_mins(30);

/// A world in memory: its time follows the runtime's clock, which tests may pause.
#[derive(Debug)]
pub(crate) struct InMemory {
    pub(crate) world: World,
    started: Instant,
    start: Timestamp,
}

impl InMemory {
    pub(crate) fn new(world: World) -> Self {
        let start = world.time;
        Self { world, started: Instant::now(), start }
    }

    /// World time: the start, and the elapsed time at this speed (`R-TIME-1`).
    pub(crate) fn now(&self, speed: f64) -> Timestamp {
        moved(self.start, self.started.elapsed().as_secs_f64() * speed)
    }
}

/// A time so many seconds later, to the millisecond as AWS writes times.
fn moved(time: Timestamp, seconds: f64) -> Timestamp {
    let span = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
    let time = time.checked_add(span).unwrap_or(time);
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// A file world, locked for as long as this lives.
pub(crate) struct Locked {
    path: PathBuf,
    _lock: File,
    pub(crate) world: World,
    /// World time at this look.
    pub(crate) now: Timestamp,
    read: World,
}

impl Locked {
    /// Locks and reads the file, or makes a new world if there is none.
    pub(crate) fn open(
        path: &Path,
        options: &Options,
        born: impl FnOnce() -> Result<World, SandboxError>,
    ) -> Result<Self, SandboxError> {
        let io = |source| SandboxError::Io { path: path.to_owned(), source };
        let lock = lock(path).map_err(io)?;
        let host_now = host::now();
        let (world, now) = match std::fs::read(path) {
            Ok(bytes) => {
                let found = parse(path, &bytes)?;
                let gap = host_now.duration_since(found.host_time).max(SignedDuration::ZERO);
                let gap = gap.as_secs_f64() * options.speed;
                let capped = options.switches.enforces("R-TIME-3");
                let longest = if capped { LONGEST_GAP.as_secs_f64() } else { f64::MAX };
                let now = moved(found.world.time, gap.min(longest));
                (found.world, now)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let world = born()?;
                let now = world.time;
                write(path, &world).map_err(io)?;
                (world, now)
            }
            Err(error) => return Err(io(error)),
        };
        Ok(Self { path: path.to_owned(), _lock: lock, read: world.clone(), world, now })
    }

    /// Writes the world back if it changed, or if its clock has to move on.
    pub(crate) fn close(mut self) -> Result<(), SandboxError> {
        // The switches are whoever's who asks, and no change of the world.
        without_borrowed(&mut self.world);
        let changed = self.world != self.read;
        let waited = self.now.duration_since(self.read.time) >= UNWRITTEN;
        if !changed && !waited {
            return Ok(());
        }
        self.world.time = self.now;
        let path = self.path;
        write(&path, &self.world).map_err(|source| SandboxError::Io { path, source })
    }
}

/// A world without what its Regions only borrow: the switches, and the account's roles.
fn without_borrowed(world: &mut World) {
    for region in world.regions.values_mut() {
        region.switches = Arc::default();
        region.iam = Shared::default();
    }
    world.accounts.values_mut().for_each(without_borrowed);
}

fn lock(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // The world's file is replaced at each change, so the lock is a sibling that stays.
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(PathBuf::from(name))?;
    file.lock()?;
    Ok(file)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<OnDisk, SandboxError> {
    let unreadable = |why: String| SandboxError::Unreadable { path: path.to_owned(), why };
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    let format = format.ok_or_else(|| unreadable("it has no format".to_owned()))?;
    if format > u64::from(FORMAT) {
        return Err(SandboxError::Newer { path: path.to_owned(), format });
    }
    serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))
}

fn write(path: &Path, world: &World) -> std::io::Result<()> {
    let what = "The world of a sandbox that imitates AWS. Remove this file to start afresh.".to_owned();
    let content = OnDisk { format: FORMAT, what, host_time: host::now(), world: world.clone() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, &content)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}
