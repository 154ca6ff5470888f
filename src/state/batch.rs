//! A batch's own file: what was selected, under which limits, in which order. Written when it begins and once more at
//! the end of each run: how each database stands is in that one's own file, so that a change costs one small file
//! whatever the size of the batch. Only what no such file tells is added then: who was refused, and what the rest waits
//! for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Owner, StateDirectory, StateError, file, lock::Lock};
use crate::{
    model::AwsTime,
    steps::schedule::{AfterVerify, Limits},
};

/// Below an account's Region: no migration's file is in there.
const FOLDER: &str = "batches";

/// The lock of all batches of a Region: one runs at a time.
const LOCK: &str = "running";

/// A batch, as its file holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchRecord {
    /// [`FORMAT`](super::FORMAT)
    pub format: u32,
    /// Twelve digits.
    pub account: String,
    /// AWS's name of the Region.
    pub region: String,
    /// Where AWS was reached, if not at its own address.
    pub endpoint: Option<String>,
    /// The profile that was used, if one was named.
    pub profile: Option<String>,
    /// The flags without which a later command wouldn't find this batch.
    pub flags: String,
    /// `user@host`
    pub owner: String,
    /// AWS's time when it was begun.
    pub begun: AwsTime,
    /// AWS's time when nothing was left to do.
    #[serde(default)]
    pub ended: Option<AwsTime>,
    /// The key, in the person's words.
    pub kms_key: String,
    /// Which databases were meant, in words.
    pub selection: String,
    /// What was chosen for the copies, as flags.
    pub choices: String,
    /// Those that go first and alone, by name.
    pub canaries: Vec<String>,
    /// What a person allows.
    pub limits: Limits,
    /// Whether plain snapshots go once their copies are verified.
    pub drop_plain_snapshots: bool,
    /// What becomes of the encrypted instances.
    #[serde(default)]
    pub after_verify: AfterVerify,
    /// A command that is run when a person is needed.
    #[serde(default)]
    pub notify: Option<String>,
    /// Those that were meant and can't be migrated, each with why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// How its last run ended; nothing where none came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<BatchRun>,
    /// The databases, in the order in which they begin.
    pub items: Vec<BatchItem>,
}

/// A database that was meant and can't be migrated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why, in a sentence.
    pub why: String,
}

/// What a run left, as far as no migration's file tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRun {
    /// `user@host`
    pub owner: String,
    /// AWS's time at its end.
    pub ended: AwsTime,
    /// Whether a person or the system asked for that end.
    pub interrupted: bool,
    /// What kept others from beginning, in words.
    pub held: Option<String>,
    /// Those that aren't done, by their identities.
    pub left: BTreeMap<String, LeftItem>,
}

/// A database that a run left undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftItem {
    /// How.
    pub how: Left,
    /// Why, in a sentence.
    pub why: String,
}

/// How a run left a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// The checks refused it: nothing was made.
    Refused,
    /// There was nothing to do.
    Skipped,
    /// It stopped, and its own file says why.
    Stopped,
    /// It couldn't go on for a reason of this machine.
    Broken,
    /// It waits for room in the account.
    Parked,
    /// It never began, or waits for something else.
    Waiting,
}

/// A batch's file that was found, readable or not.
#[derive(Debug)]
pub struct BatchEntry {
    /// Where.
    pub path: PathBuf,
    /// What it holds, or what is wrong with it.
    pub record: Result<BatchRecord, StateError>,
    /// Who runs it right now.
    pub holder: Option<Owner>,
}

impl BatchEntry {
    /// How people name it: by when it began.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// One database of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub resource_id: String,
    /// `AllocatedStorage`
    pub gibibytes: i32,
    /// Whether it has no standby, so that a snapshot may hold its I/O up.
    pub single_az: bool,
}

/// A batch that this run owns.
#[derive(Debug)]
pub struct OwnedBatch {
    record: BatchRecord,
    path: PathBuf,
    _lock: Lock,
}

impl OwnedBatch {
    /// What its file holds.
    #[must_use]
    pub fn record(&self) -> &BatchRecord {
        &self.record
    }

    /// Where its file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves how a run ended, and whether nothing is left to do.
    pub fn end(&mut self, run: BatchRun, is_over: bool) -> Result<(), StateError> {
        self.record.ended = is_over.then_some(run.ended);
        self.record.last_run = Some(run);
        file::replace(&self.path, &self.record).map(drop)
    }
}

impl StateDirectory {
    /// Begins a batch: makes its file and owns it.
    ///
    /// # Errors
    /// [`StateError::Locked`] where another batch runs in this account and Region; others where the file can't be made.
    pub fn begin_batch(&self, record: BatchRecord) -> Result<OwnedBatch, StateError> {
        let folder = self.root().join(&record.account).join(&record.region).join(FOLDER);
        file::make_folder(&folder)?;
        let lock = Lock::take(&folder.join(LOCK), &record.owner)?;
        let name = record.begun.strftime("%Y%m%dT%H%M%SZ").to_string();
        // A batch may end within the second.
        let names = std::iter::once(name.clone()).chain((2..100).map(|number| format!("{name}-{number}")));
        let mut there = None;
        for name in names {
            let path = folder.join(format!("{name}.json"));
            match file::create(&path, &record) {
                Ok(_) => return Ok(OwnedBatch { record, path, _lock: lock }),
                Err(error @ StateError::Exists { .. }) => there = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(there.unwrap_or(StateError::Exists { path: folder }))
    }

    /// Owns a batch that was begun earlier.
    ///
    /// # Errors
    /// [`StateError::Locked`] where another batch runs in this account and Region; others where its file can't be used.
    pub fn open_batch(&self, path: &Path, who: &str) -> Result<OwnedBatch, StateError> {
        let folder = path.parent().unwrap_or(self.root());
        let lock = Lock::take(&folder.join(LOCK), who)?;
        let (record, _) = file::read_any::<BatchRecord>(path)?;
        Ok(OwnedBatch { record, path: path.to_owned(), _lock: lock })
    }

    /// All batches, oldest first, readable or not.
    #[must_use]
    pub fn batches(&self) -> Vec<(PathBuf, Result<BatchRecord, StateError>)> {
        let mut paths = self.files_in(FOLDER);
        paths.sort_by(|one, other| one.file_name().cmp(&other.file_name()).then_with(|| one.cmp(other)));
        paths.into_iter().map(|path| (path.clone(), file::read_any(&path).map(|(record, _)| record))).collect()
    }

    /// The same with who runs which: in each Region, only the newest can be running.
    #[must_use]
    pub fn batch_entries(&self) -> Vec<BatchEntry> {
        let all = self.batches();
        let newest: BTreeMap<Option<PathBuf>, PathBuf> =
            all.iter().map(|(path, _)| (path.parent().map(Path::to_owned), path.clone())).collect();
        let holder = |path: &PathBuf| {
            let folder = path.parent()?;
            let is_newest = newest.get(&Some(folder.to_owned())) == Some(path);
            is_newest.then(|| Lock::holder(&folder.join(LOCK))).flatten()
        };
        all.into_iter().map(|(path, record)| BatchEntry { holder: holder(&path), record, path }).collect()
    }
}
