//! A plan in a file of its own: to be read and approved by people, and carried out exactly as it is.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::file;
use crate::plan::Plan;

/// The format of plan files that this version reads and writes.
const FORMAT: u32 = 1;

/// A plan, and where it is to be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    format: u32,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The generation whose names it uses.
    pub generation: u32,
    /// The plan.
    pub plan: Plan,
    /// Its digest: a file whose plan has another was edited.
    pub plan_digest: String,
}

/// Why a plan's file can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// There is one already.
    #[error("{0} is there already, and is left as it is: choose another name, or remove it")]
    There(PathBuf),
    /// The system doesn't let us.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{path} is no plan: {why}")]
    NoPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It was changed by hand.
    #[error("{0} was edited after it was made: its plan hasn't the digest that it names. Plan again")]
    Edited(PathBuf),
}

impl PlanFile {
    /// A plan for this place.
    #[must_use]
    pub fn new(account: &str, region: &str, generation: u32, plan: Plan) -> Self {
        let plan_digest = plan.digest();
        Self { format: FORMAT, account: account.to_owned(), region: region.to_owned(), generation, plan, plan_digest }
    }

    /// Writes it, readable by its owner only. What is there already is never replaced.
    ///
    /// # Errors
    /// Where the file is there, or can't be written.
    pub fn write(&self, path: &Path) -> Result<(), PlanFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => PlanFileError::There(path.to_owned()),
            _ => PlanFileError::Io { path: path.to_owned(), source },
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Made for its owner only; under its name once it is whole.
        let mut made = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let text = serde_json::to_string_pretty(self).map_err(io::Error::from).map_err(failed)?;
        writeln!(made, "{text}").and_then(|()| made.as_file().sync_all()).map_err(failed)?;
        made.persist_noclobber(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Reads one that is whole and as it was made.
    ///
    /// # Errors
    /// Where it can't be read, is something else, is newer than this version, or was edited.
    pub fn read(path: &Path) -> Result<Self, PlanFileError> {
        let no_plan = |why: String| PlanFileError::NoPlan { path: path.to_owned(), why };
        let bytes = file::content(path).map_err(|error| no_plan(error.to_string()))?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| no_plan(error.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format > u64::from(FORMAT) => {
                return Err(no_plan(format!("its format is {format}; this version reads up to {FORMAT}")));
            }
            _ => {}
        }
        let found: Self = serde_json::from_value(value).map_err(|error| no_plan(error.to_string()))?;
        if found.plan.digest() == found.plan_digest { Ok(found) } else { Err(PlanFileError::Edited(path.to_owned())) }
    }
}
