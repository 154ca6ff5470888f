//! What can be wrong with a state file, in sentences.

use std::{io, path::PathBuf};

use super::Owner;

/// Why a state file can't be used. The file is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk or its permissions.
    #[error("can't {what} {}", path.display())]
    Io {
        /// `read`, `write`, `create`, …
        what: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It isn't JSON, or not ours.
    #[error("{} is not a state file of rds-encrypt: {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The parser's words.
        why: String,
    },
    /// A later version wrote it.
    #[error("{} has format {found}; this program knows format {known} at most", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The format in it.
        found: u32,
        /// The newest format that we know.
        known: u32,
    },
    /// Its plan doesn't match its digest.
    #[error("{} was edited: its plan doesn't match its digest", path.display())]
    Edited {
        /// Which file.
        path: PathBuf,
    },
    /// Another run owns it.
    #[error("{} is in use by {owner}", path.display())]
    Locked {
        /// Which file.
        path: PathBuf,
        /// Who holds it.
        owner: Box<Owner>,
    },
    /// There is one already.
    #[error("{} exists already", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
}

impl StateError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io { .. } => {
                "free some space or mend the permissions, then run `rds-encrypt resume`; nothing in AWS is \
                                 lost by this"
                    .into()
            }
            Self::Unreadable { path, .. } => format!(
                "it was left as it is. Restore it from a backup, or move it away; what it stood for still exists in AWS \
                 under names with {} in them",
                // `<kind>-<name>-<id>.json`
                path.file_stem().unwrap_or_default().to_string_lossy().rsplit('-').next().unwrap_or_default()
            ),
            Self::Newer { .. } => {
                "it was left as it is; use the version of rds-encrypt that wrote it, or a newer one".into()
            }
            Self::Edited { .. } => {
                "it was left as it is. Put the file back as it was: a plan that was changed by hand proves nothing"
                    .into()
            }
            Self::Locked { .. } => "let that run end, or end it; `rds-encrypt status` shows where it stands".into(),
            Self::Exists { .. } => "go on with it: rds-encrypt resume".into(),
        }
    }
}
