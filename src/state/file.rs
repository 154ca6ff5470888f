//! One file: read strictly, written so that a cut leaves the old one or the new one, and nobody else's is replaced.

use std::{
    fs::{self, DirBuilder, File, FileType},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{FORMAT, Record, StateError};

/// How temporary files begin, so that leftovers are known for ours.
const TEMPORARY: &str = ".rds-encrypt-";

/// How many files of state this process wrote, and how many bytes.
static WRITTEN: (AtomicU64, AtomicU64) = (AtomicU64::new(0), AtomicU64::new(0));

/// How many files of state this process wrote so far, and how many bytes: for benchmarks.
pub(super) fn written() -> (u64, u64) {
    (WRITTEN.0.load(Ordering::Relaxed), WRITTEN.1.load(Ordering::Relaxed))
}

/// No migration fills a file of this size; what is larger isn't ours.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The format alone: a newer file may hold anything else.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// What a file held when we read or wrote it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark([u8; 32]);

impl Mark {
    fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Reads a state file. Whatever is wrong with it, it is left as it is.
pub(super) fn read(path: &Path) -> Result<(Record, Mark), StateError> {
    let (record, mark) = read_any::<Record>(path)?;
    if record.plan.digest() != record.plan_digest {
        return Err(StateError::Edited { path: path.to_owned() });
    }
    if record.generations.is_empty() {
        return Err(StateError::Unreadable { path: path.to_owned(), why: "it holds no generation".into() });
    }
    Ok((record, mark))
}

/// Reads a file of ours whose format this program knows.
pub(super) fn read_any<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<(T, Mark), StateError> {
    let text = content(path)?;
    let unreadable =
        |error: serde_json::Error| StateError::Unreadable { path: path.to_owned(), why: error.to_string() };
    let Format { format: found } = serde_json::from_slice(&text).map_err(unreadable)?;
    if found > FORMAT {
        return Err(StateError::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    Ok((serde_json::from_slice(&text).map_err(unreadable)?, Mark::of(&text)))
}

/// The bytes of an ordinary file: a pipe would never end, and a write would replace a link instead of its target.
pub(super) fn content(path: &Path) -> Result<Vec<u8>, StateError> {
    let io = |source| io_error("read", path, source);
    let unreadable = |why: &str| StateError::Unreadable { path: path.to_owned(), why: why.to_owned() };
    let found = fs::symlink_metadata(path).map_err(io)?;
    if !found.is_file() {
        return Err(unreadable(in_words(found.file_type())));
    }
    if found.len() > LARGEST {
        return Err(unreadable("it is far too large"));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(io)?.take(LARGEST).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

fn in_words(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "it is a folder"
    } else if kind.is_symlink() {
        "it is a symbolic link (a link to the whole state directory is fine)"
    } else {
        "it is no ordinary file"
    }
}

/// Whether the file still holds what it held when it was marked.
///
/// # Errors
/// [`StateError::Removed`] and [`StateError::Changed`] where it doesn't, and others where that can't be seen.
pub(super) fn is_as_marked(path: &Path, mark: Mark) -> Result<(), StateError> {
    let changed = || StateError::Changed { path: path.to_owned(), kept: None };
    match content(path) {
        Ok(bytes) if Mark::of(&bytes) == mark => Ok(()),
        Ok(_) | Err(StateError::Unreadable { .. }) => Err(changed()),
        Err(StateError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Err(StateError::Removed { path: path.to_owned(), is_back: false })
        }
        Err(error) => Err(error),
    }
}

/// Replaces a state file: temporary file, sync, rename, sync of the folder. Mode 0600.
pub(super) fn replace<T: Serialize>(path: &Path, record: &T) -> Result<Mark, StateError> {
    let written = write(path, record, |temporary| temporary.persist(path).map_err(|error| error.error));
    written.map_err(|source| io_error("write", path, source))
}

/// Writes a state file where nothing is, in the same way.
///
/// # Errors
/// [`StateError::Exists`] when something is there.
pub(super) fn create<T: Serialize>(path: &Path, record: &T) -> Result<Mark, StateError> {
    let exists = |source: &io::Error| source.kind() == ErrorKind::AlreadyExists;
    let written = write(path, record, |temporary| temporary.persist_noclobber(path).map_err(|error| error.error));
    written.map_err(|source| match source {
        source if exists(&source) => StateError::Exists { path: path.to_owned() },
        source => io_error("write", path, source),
    })
}

/// Puts a record beside its state file, under a name that is never read, and returns that.
pub(super) fn keep_beside<T: Serialize>(path: &Path, record: &T) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_string_lossy();
    let mut beside = tempfile::Builder::new().prefix(&format!("{stem}.kept-")).tempfile_in(folder_of(path)).ok()?;
    beside.write_all(&bytes_of(record).ok()?).ok()?;
    beside.as_file().sync_all().ok()?;
    beside.keep().ok().map(|(_, path)| path)
}

fn write<T: Serialize>(
    path: &Path,
    record: &T,
    put: impl FnOnce(tempfile::NamedTempFile) -> io::Result<File>,
) -> io::Result<Mark> {
    let (folder, bytes) = (folder_of(path), bytes_of(record)?);
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
    temporary.write_all(&bytes)?;
    temporary.as_file().sync_all()?;
    put(temporary)?;
    File::open(folder)?.sync_all()?;
    WRITTEN.0.fetch_add(1, Ordering::Relaxed);
    WRITTEN.1.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    Ok(Mark::of(&bytes))
}

fn bytes_of<T: Serialize>(record: &T) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(record)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// That the folder of a state file is there.
pub(super) fn has_folder(path: &Path) -> Result<(), StateError> {
    match fs::metadata(folder_of(path)) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(io_error("write", path, ErrorKind::NotADirectory.into())),
        Err(source) => Err(io_error("write", path, source)),
    }
}

/// Removes what a cut write of this file's owner left behind. Only under the file's lock.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|time| time.elapsed().is_ok_and(|age| age.as_secs() > 3600));
        if ours && old {
            // A leftover that can't be removed harms nobody.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Makes a folder and those above it, 0700.
pub fn make_folder(path: &Path) -> Result<(), StateError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| io_error("create", path, source))
}

pub(super) fn io_error(what: &'static str, path: &Path, source: io::Error) -> StateError {
    StateError::Io { what, path: path.to_owned(), source }
}
