//! Where the data of a world is, and which servers end with this process.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::programs::Programs;
use super::server::Server;
use super::user::User;
use super::{PostgresError, io};
use crate::sandbox::options::Store;

/// The file beside a world that says where its data is, if that is elsewhere.
const POINTER: &str = "postgres.home";

/// The folder beside a world, where it is there.
const BESIDE: &str = "postgres";

/// Where everything is.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) folder: PathBuf,
    pub(super) programs: Programs,
    pub(super) user: User,
    /// Ids of instances whose servers this process stops at its end.
    started: Mutex<BTreeSet<String>>,
    /// Goes with a world in memory.
    _temporary: Option<tempfile::TempDir>,
}

impl Home {
    pub(super) fn open(store: &Store, programs: Programs) -> Result<Self, PostgresError> {
        let user = User::find()?;
        let (folder, temporary) = place(store, user)?;
        // Others may pass through to their own folder, and see nothing of the rest.
        let mode = if user.is_another() { 0o711 } else { 0o700 };
        fs::set_permissions(&folder, Permissions::from_mode(mode)).map_err(io(&folder))?;
        let home = Self { folder, programs, user, started: Mutex::default(), _temporary: temporary };
        for part in ["instances", "snapshots"] {
            let part = home.folder.join(part);
            DirBuilder::new().recursive(true).mode(mode).create(&part).map_err(io(&part))?;
        }
        Ok(home)
    }

    /// Whether a world has one already, of this process or another.
    pub(super) fn is_there(store: &Store) -> bool {
        let Store::File(world) = store else { return false };
        let beside = world.parent().unwrap_or(Path::new("."));
        beside.join(POINTER).is_file() || beside.join(BESIDE).is_dir()
    }

    /// The only one in this home, among all processes, for as long as the file is held.
    pub(super) fn lock(&self) -> Result<File, PostgresError> {
        let path = self.folder.join("lock");
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(io(&path))?;
        file.lock().map_err(io(&path))?;
        Ok(file)
    }

    /// A folder of the servers' user's own.
    pub(super) fn make(&self, folder: &Path) -> Result<(), PostgresError> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        self.user.own(folder)
    }

    /// From now on this process stops the server of this instance.
    pub(super) fn owns(&self, resource_id: &str) {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).insert(resource_id.to_owned());
    }

    pub(super) fn instance(&self, resource_id: &str) -> PathBuf {
        self.folder.join("instances").join(resource_id)
    }

    pub(super) fn snapshot(&self, name: &str) -> PathBuf {
        self.folder.join("snapshots").join(name)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let started = std::mem::take(self.started.get_mut().unwrap_or_else(PoisonError::into_inner));
        for resource_id in started {
            if let Err(error) = Server::of(self, &resource_id).stop() {
                tracing::warn!(%error, resource_id, "a sandbox's server goes on");
            }
        }
    }
}

/// Beside the world, where the servers' user is ourselves; where it isn't, it wouldn't reach a folder below ours, and the
/// data goes to the system's place for temporary things that outlive a restart.
fn place(store: &Store, user: User) -> Result<(PathBuf, Option<tempfile::TempDir>), PostgresError> {
    let shared = if user.is_another() { PathBuf::from("/var/tmp") } else { std::env::temp_dir() };
    let new = || tempfile::Builder::new().prefix("rds-encrypt-sandbox-").tempdir_in(&shared).map_err(io(&shared));
    let Store::File(world) = store else {
        let temporary = new()?;
        return Ok((temporary.path().to_owned(), Some(temporary)));
    };
    let beside = world.parent().unwrap_or(Path::new("."));
    if !user.is_another() {
        let folder = beside.join(BESIDE);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(io(&folder))?;
        return Ok((folder, None));
    }
    let pointer = beside.join(POINTER);
    if let Some(folder) = fs::read_to_string(&pointer).ok().map(PathBuf::from).filter(|folder| is_ours(folder)) {
        return Ok((folder, None));
    }
    let folder = new()?.keep();
    fs::write(&pointer, folder.to_string_lossy().as_bytes()).map_err(io(&pointer))?;
    Ok((folder, None))
}

/// Others may write to that place: a folder of another's isn't ours.
fn is_ours(folder: &Path) -> bool {
    let own = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && found.uid() == own)
}
