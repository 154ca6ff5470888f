//! What can be wrong with a state file, in sentences.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::Owner;

/// Why a state file can't be used or written. What others put there is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk or its permissions.
    #[error("can't {what} {}: {source}", path.display())]
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
    /// Somebody else wrote it while a run owned it.
    #[error("{} was changed by somebody else while this run worked on it", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
        /// Where what this run knew was put, if it could be.
        kept: Option<PathBuf>,
    },
    /// Somebody else removed it while a run owned it.
    #[error("{} was removed by somebody else while this run worked on it", path.display())]
    Removed {
        /// Which file.
        path: PathBuf,
        /// Whether it could be put back.
        is_back: bool,
    },
    /// A run couldn't write what it had to write before it goes on.
    #[error("{moment}{why}")]
    Unsaved {
        /// What was to be saved.
        moment: Moment,
        /// The command that goes on.
        next: String,
        /// What was in the way.
        why: Box<Self>,
    },
}

/// What a run was about to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The migration itself, before anything else.
    Beginning,
    /// A call that was to be sent.
    Intent(String),
    /// What came of a call that was sent.
    Outcome(String),
    /// Where the migration stands.
    Standing,
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Beginning => f.write_str("nothing was begun: "),
            Self::Intent(call) => write!(f, "{call} wasn't asked of AWS, since that couldn't be noted down first: "),
            Self::Outcome(call) => write!(f, "{call} was asked of AWS, but the answer couldn't be noted down: "),
            Self::Standing => Ok(()),
        }
    }
}

impl StateError {
    /// Whether another run is in the way.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        match self {
            Self::Locked { .. } => true,
            Self::Unsaved { why, .. } => why.is_locked(),
            _ => false,
        }
    }

    /// Whether it came before anything was made, so that there is nothing to resume.
    #[must_use]
    pub fn is_before_anything(&self) -> bool {
        matches!(self, Self::Unsaved { moment: Moment::Beginning, .. })
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io { .. } => {
                format!("{}, then run the same again; nothing in AWS is changed or lost by this", self.remedy())
            }
            Self::Unsaved { moment, next, why } => after_mending(moment, next, why),
            _ => self.remedy(),
        }
    }

    /// What mends it, without what comes after that.
    fn remedy(&self) -> String {
        match self {
            Self::Io { path, source, .. } => mend(source.kind(), path),
            Self::Unreadable { path, .. } => format!(
                "it was left as it is. Restore it from a backup, or move it away; what it stood for still exists in AWS{}",
                in_names_of(path)
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
            Self::Changed { path, kept: Some(kept) } => format!(
                "it was left as it is, and what this run knew is in {}. Find out who wrote there; unless theirs is right, \
                 move ours back: mv {} {}",
                kept.display(),
                kept.display(),
                path.display()
            ),
            Self::Changed { kept: None, .. } => {
                "it was left as it is. Find out who wrote there, and put it back as this run wrote it".into()
            }
            Self::Removed { is_back: true, .. } => {
                "it was put back as this run knew it. Find out who removes files there".into()
            }
            Self::Removed { is_back: false, .. } => "it couldn't be put back. Restore it from a backup".into(),
            Self::Unsaved { why, .. } => why.remedy(),
        }
    }
}

/// How to find what a state file stood for: `<kind>-<name>-<id>.json`, and the id is in all of the names.
fn in_names_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit_once('-').map(|(_, id)| format!(" under names with {id} in them")).unwrap_or_default()
}

/// What to do about a run that stopped, by what it couldn't save.
fn after_mending(moment: &Moment, next: &str, why: &StateError) -> String {
    let remedy = why.remedy();
    match (moment, why) {
        (_, StateError::Locked { .. }) => remedy,
        (Moment::Beginning, _) => format!("{remedy}, then run the same again; nothing was made in AWS"),
        (Moment::Outcome(_), _) => format!(
            "{remedy}, then go on: {next}\n  It looks up in AWS what came of that call before it asks for anything. \
             Nothing in AWS is lost by this"
        ),
        (Moment::Intent(_) | Moment::Standing, _) => {
            format!("{remedy}, then go on: {next}\n  Nothing in AWS is lost by this; what runs there goes on by itself")
        }
    }
}

/// What a person can do about a disk.
fn mend(kind: ErrorKind, path: &Path) -> String {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space there".into(),
        ErrorKind::FileTooLarge => "raise the limit on the size of files (ulimit -f)".into(),
        ErrorKind::PermissionDenied => "let this user write there".into(),
        ErrorKind::ReadOnlyFilesystem => "make that disk writable".into(),
        ErrorKind::InvalidFilename => "choose a shorter --state-dir".into(),
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            "move away what is in the place of a file or folder of ours".into()
        }
        ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path).display();
            format!("bring {folder} back as it was (is its disk there?)")
        }
        _ => "mend the disk or its permissions".into(),
    }
}
