//! One run owns a migration at a time, and the others are told who.

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};

use super::{StateError, file::io_error};

/// Who owns a migration: written into its lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// `user@host`
    pub who: String,
    /// Process id.
    pub process: u32,
    /// When it began, by the host's clock, RFC 3339.
    pub since: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.who.is_empty() {
            return f.write_str("another run, which is just starting");
        }
        write!(f, "{}, process {}, since {}", self.who, self.process, self.since)
    }
}

/// Holds a lock until it is dropped; the kernel frees it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
    who: String,
}

impl Lock {
    /// Takes the lock beside a state file. A file of its own, since a rename gives the state file a new inode.
    pub(super) fn take(state_file: &Path, who: &str) -> Result<Self, StateError> {
        let path = path_of(state_file);
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(0o600)
                .open(&path)
                .map_err(|source| io_error("open", &path, source))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StateError::Locked { path: state_file.to_owned(), owner: Box::new(owner(&mut file)) });
                }
                Err(TryLockError::Error(source)) => return Err(io_error("lock", &path, source)),
            }
            let mut lock = Self { file, path: path.clone(), who: who.to_owned() };
            // Removed between opening and locking, it would keep nobody out.
            if lock.is_in_place() {
                return match lock.sign() {
                    Ok(()) => Ok(lock),
                    Err(error) => {
                        lock.discard();
                        Err(error)
                    }
                };
            }
        }
    }

    /// Makes sure that the lock still keeps others out; one that somebody removed is taken anew.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run took it meanwhile.
    pub(super) fn hold(&mut self, state_file: &Path) -> Result<(), StateError> {
        if !self.is_in_place() {
            tracing::warn!(path = %self.path.display(), "somebody removed the lock; it is taken anew");
            *self = Self::take(state_file, &self.who)?;
        }
        Ok(())
    }

    /// Removes the lock's file. Safe while it is held: whoever opened it before sees that it isn't in place.
    pub(super) fn discard(self) {
        // One that stays binds nobody.
        drop(fs::remove_file(&self.path));
    }

    /// Whether the file that is locked is the one that others would open.
    fn is_in_place(&self) -> bool {
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match (self.file.metadata(), fs::metadata(&self.path)) {
            (Ok(ours), Ok(theirs)) => identity(ours) == identity(theirs),
            _ => false,
        }
    }

    /// Writes down who holds it.
    fn sign(&mut self) -> Result<(), StateError> {
        let now = jiff::Timestamp::now().to_string();
        let owner = Owner { who: self.who.clone(), process: process::id(), since: now };
        let text = serde_json::to_vec(&owner).unwrap_or_default();
        let signed = self.file.set_len(0).and_then(|()| self.file.rewind()).and_then(|()| self.file.write_all(&text));
        signed.map_err(|source| io_error("write", &self.path, source))
    }

    /// Who holds the lock right now, if anybody does.
    pub(super) fn holder(state_file: &Path) -> Option<Owner> {
        let mut file = OpenOptions::new().read(true).open(path_of(state_file)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(owner(&mut file)),
            _ => None,
        }
    }
}

fn path_of(state_file: &Path) -> PathBuf {
    state_file.with_extension("lock")
}

fn owner(file: &mut File) -> Owner {
    let mut text = String::new();
    drop(file.read_to_string(&mut text));
    serde_json::from_str(&text).unwrap_or_default()
}
