//! One file: read strictly, written so that a cut leaves the old one or the new one.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use serde::Deserialize;

use super::{FORMAT, Record, StateError};

/// How temporary files begin, so that leftovers are known for ours.
const TEMPORARY: &str = ".rds-encrypt-";

/// The format alone: a newer file may hold anything else.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// Reads a state file. Whatever is wrong with it, it is left as it is.
pub(super) fn read(path: &Path) -> Result<Record, StateError> {
    let text = fs::read(path).map_err(|source| io_error("read", path, source))?;
    let unreadable =
        |error: serde_json::Error| StateError::Unreadable { path: path.to_owned(), why: error.to_string() };
    let Format { format: found } = serde_json::from_slice(&text).map_err(unreadable)?;
    if found > FORMAT {
        return Err(StateError::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    let record: Record = serde_json::from_slice(&text).map_err(unreadable)?;
    if record.plan.digest() != record.plan_digest {
        return Err(StateError::Edited { path: path.to_owned() });
    }
    if record.generations.is_empty() {
        return Err(StateError::Unreadable { path: path.to_owned(), why: "it holds no generation".into() });
    }
    Ok(record)
}

/// Writes a state file: temporary file, sync, rename, sync of the folder. Mode 0600.
pub(super) fn write(path: &Path, record: &Record) -> Result<(), StateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let text = serde_json::to_vec_pretty(record)
        .map_err(|error| StateError::Unreadable { path: path.to_owned(), why: error.to_string() })?;
    write_bytes(folder, path, &text).map_err(|source| io_error("write", path, source))
}

fn write_bytes(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
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
