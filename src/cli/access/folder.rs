//! Saved answers of AWS, in a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    access::{Facts, saved},
    cli::Failure,
    model::DatabaseReference,
};

/// What is read of a folder: its files of JSON, nothing below.
const EXTENSION: &str = "json";

/// Reads what the folder's files say of a database's surroundings.
pub(super) fn facts(folder: &Path, database: &DatabaseReference) -> Result<Facts, Failure> {
    let files = files(folder).map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    if files.is_empty() {
        return Err(Failure::Usage(format!("{} holds no file that ends with .{EXTENSION}", folder.display())));
    }
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    saved::facts(texts, database).map_err(|error| Failure::Usage(error.to_string()))
}

/// Names and texts, in order of the names.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file());
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text =
            fs::read_to_string(path).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
        Ok((name, text))
    };
    paths.iter().map(read).collect()
}
