//! A report in a file of its own, for people to keep and to send on.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

/// Why a report can't be written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Something else is in its place.
    #[error("{} is there already and is no report of this program; it is left as it is", .0.display())]
    There(PathBuf),
    /// The system doesn't let us.
    #[error("the report can't be written to {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Writes a report, readable by its owner only, whole or not at all. Only an earlier report gives way: a file that begins
/// with the same words.
///
/// # Errors
/// Where something else is in its place, or the file can't be written.
pub fn write_page(path: &Path, text: &str, begins: &str) -> Result<(), PageError> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::AlreadyExists => PageError::There(path.to_owned()),
        _ => PageError::Io { path: path.to_owned(), source },
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_there = match path.symlink_metadata() {
        // A link or a device would be replaced, not written to.
        Ok(found) if found.is_file() && begins_with(path, begins).map_err(failed)? => true,
        Ok(_) => return Err(PageError::There(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(failed(error)),
    };
    let mut made = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    made.write_all(text.as_bytes()).and_then(|()| made.as_file().sync_all()).map_err(failed)?;
    let put = if is_there { made.persist(path) } else { made.persist_noclobber(path) };
    put.map_err(|error| failed(error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn begins_with(path: &Path, words: &str) -> io::Result<bool> {
    let mut found = Vec::new();
    File::open(path)?.take(words.len() as u64).read_to_end(&mut found)?;
    Ok(found == words.as_bytes())
}
