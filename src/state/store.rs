//! The state directory, and a migration that this run owns.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    Identity, Moment, Owner, Phase, Record, StateError,
    file::{self, Mark},
    lock::Lock,
};
use crate::{
    model::{AwsTime, Call, Outcome},
    steps::{Generation, Goal, Step, Stop},
};

/// Where state files live: `<root>/<account>/<region>/<kind>-<name>-<id>.json`.
#[derive(Clone, Debug)]
pub struct StateDirectory {
    root: PathBuf,
}

/// A state file that was found, readable or not.
#[derive(Debug)]
pub struct Entry {
    /// Where.
    pub path: PathBuf,
    /// What it holds, or what is wrong with it.
    pub record: Result<Box<Record>, StateError>,
    /// Who owns it right now.
    pub holder: Option<Owner>,
}

impl Entry {
    /// Whether it was given up, and all that it made is removed.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.record.as_ref().is_ok_and(|record| record.summary.phase == Phase::Abandoned)
    }
}

impl StateDirectory {
    /// The state under `root`. Nothing is made until something is written.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder that everything is in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// How many files of state this process wrote so far, and how many bytes.
    #[must_use]
    pub fn written(&self) -> (u64, u64) {
        file::written()
    }

    /// Where a migration's file belongs.
    #[must_use]
    pub fn path_of(&self, record: &Record) -> PathBuf {
        self.path_for(&record.account, &record.region, &record.migration)
    }

    /// The same before there is a record.
    #[must_use]
    pub fn path_for(&self, account: &str, region: &str, migration: &Identity) -> PathBuf {
        let Identity { kind, name, id, .. } = migration;
        self.root.join(account).join(region).join(format!("{kind}-{name}-{id}.json"))
    }

    /// All migrations, sorted by path, and what can't be looked into. Those of the sandbox are in a folder of their own
    /// and not among them.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut hidden = Vec::new();
        let mut children = |parent: &Path| {
            children(parent).unwrap_or_else(|source| {
                hidden.push(Entry {
                    path: parent.to_owned(),
                    record: Err(file::io_error("read", parent, source)),
                    holder: None,
                });
                Vec::new()
            })
        };
        let mut accounts = children(&self.root);
        accounts.retain(|path| path.is_dir() && path.file_name().is_some_and(|name| name != "sandbox"));
        let mut regions: Vec<PathBuf> = accounts.iter().flat_map(|account| children(account)).collect();
        regions.retain(|path| path.is_dir());
        let mut files: Vec<PathBuf> = regions.iter().flat_map(|region| children(region)).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        let found = files.into_iter().map(|path| Entry {
            record: file::read(&path).map(|(record, _)| Box::new(record)),
            holder: Lock::holder(&path),
            path,
        });
        let mut all: Vec<Entry> = found.chain(hidden).collect();
        all.sort_by(|one, other| one.path.cmp(&other.path));
        all
    }

    /// The JSON files in a folder of this name below each account's Regions, sorted. The sandbox's are not among them.
    pub(super) fn files_in(&self, folder: &str) -> Vec<PathBuf> {
        let inside = |folder: PathBuf| children(&folder).unwrap_or_default();
        let mut accounts = inside(self.root.clone());
        accounts.retain(|path| path.file_name().is_some_and(|name| name != "sandbox"));
        let regions = accounts.into_iter().flat_map(inside);
        let mut files: Vec<PathBuf> = regions.flat_map(|region| inside(region.join(folder))).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files
    }

    /// Begins a migration: makes its file and owns it. The file of an abandoned one gives way: it is kept beside it,
    /// under the number of its last generation.
    ///
    /// # Errors
    /// [`StateError::Exists`] when there is another one already; it is left as it is.
    pub fn begin(&self, record: Record) -> Result<Migration, StateError> {
        let path = self.path_of(&record);
        match self.begin_at(&path, &record) {
            Ok((lock, mark)) => Ok(Migration { record, path, lock, mark }),
            Err(why @ StateError::Io { .. }) => Err(StateError::Unsaved {
                moment: Moment::Beginning,
                next: record.command("migrate"),
                why: Box::new(why),
            }),
            Err(other) => Err(other),
        }
    }

    fn begin_at(&self, path: &Path, record: &Record) -> Result<(Lock, Mark), StateError> {
        file::make_folder(path.parent().unwrap_or(&self.root))?;
        let lock = Lock::take(path, &record.run.owner)?;
        give_way(path)?;
        match file::create(path, record) {
            Ok(mark) => Ok((lock, mark)),
            Err(error) => {
                if !matches!(error, StateError::Exists { .. }) {
                    lock.discard();
                }
                Err(error)
            }
        }
    }

    /// Owns a migration that was begun earlier.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run owns it; others when its file can't be used.
    pub fn open(&self, path: &Path, who: &str) -> Result<Migration, StateError> {
        // What is no state file gets no lock beside it.
        file::read(path)?;
        let lock = Lock::take(path, who)?;
        let (record, mark) = file::read(path)?;
        file::sweep(path.parent().unwrap_or(&self.root));
        Ok(Migration { record, path: path.to_owned(), lock, mark })
    }
}

/// What is in a folder; nothing where it doesn't exist.
fn children(parent: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(parent) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A migration that this run owns. Every change is on disk before the method returns.
#[derive(Debug)]
pub struct Migration {
    record: Record,
    path: PathBuf,
    lock: Lock,
    mark: Mark,
}

impl Migration {
    /// What its file holds.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Where its file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves a call that is about to be sent; returns its number.
    pub fn intend(&mut self, generation: u32, step: Step, call: Call, now: AwsTime) -> Result<u32, StateError> {
        let mut record = self.record.clone();
        let moment = Moment::Intent(call.to_string());
        let number = record.enter(generation, call, now);
        record.summary.step = Some(step);
        record.summary.stop(None);
        record.summary.updated = now;
        self.save(record, moment)?;
        Ok(number)
    }

    /// Saves what became of a call.
    pub fn conclude(&mut self, number: u32, outcome: Outcome, now: AwsTime) -> Result<(), StateError> {
        let mut record = self.record.clone();
        let call = record.journal.iter().find(|intent| intent.number == number).map(|intent| intent.call.to_string());
        record.conclude(number, outcome);
        record.summary.updated = now;
        self.save(record, Moment::Outcome(call.unwrap_or_default()))
    }

    /// Begins the next generation under names of its own; returns its number.
    pub fn next_generation(&mut self, now: AwsTime) -> Result<u32, StateError> {
        let n = self.record.generation().map_or(0, |generation| generation.n).saturating_add(1);
        let mut record = self.record.clone();
        record.generations.push(Generation { n, names: record.plan.names(n), rehearsal: true });
        record.summary.updated = now;
        self.save(record, Moment::Standing)?;
        Ok(n)
    }

    /// Saves where the migration stands, for people.
    pub fn stand(&mut self, phase: Phase, step: Step, stopped: Option<&Stop>, now: AwsTime) -> Result<(), StateError> {
        let mut record = self.record.clone();
        record.summary.phase = phase;
        record.summary.step = Some(step);
        record.summary.stop(stopped);
        if record.summary == self.record.summary {
            return Ok(());
        }
        if phase == Phase::Finished && record.summary.verified.is_none() {
            record.summary.verified = Some(now);
        }
        record.summary.updated = now;
        record.summary.next = record.command(phase.next_command());
        self.save(record, Moment::Standing)
    }

    /// Replaces the file and then what is in memory, so that the two are the same whatever happens.
    fn save(&mut self, record: Record, moment: Moment) -> Result<(), StateError> {
        match replace_ours(&self.path, &mut self.lock, self.mark, &record) {
            Ok(mark) => {
                self.mark = mark;
                self.record = record;
                Ok(())
            }
            Err(why) => {
                // A call that wasn't sent must not be remembered as one that may have been.
                let known = if matches!(moment, Moment::Intent(_)) { &self.record } else { &record };
                let why = Box::new(rescue(known, why));
                let next = match self.record.summary.phase {
                    Phase::Finished => Goal::DropSnapshots.command(),
                    phase => phase.next_command(),
                };
                Err(StateError::Unsaved { moment, next: self.record.command(next), why })
            }
        }
    }
}

/// Replaces a file under its lock, if it is ours still: nobody else's words are overwritten.
pub(super) fn replace_ours<T: Serialize>(
    path: &Path,
    lock: &mut Lock,
    mark: Mark,
    record: &T,
) -> Result<Mark, StateError> {
    file::has_folder(path)?;
    lock.hold(path)?;
    file::is_as_marked(path, mark)?;
    file::replace(path, record)
}

/// The file of an abandoned migration is kept under the number of its last generation.
fn give_way(path: &Path) -> Result<(), StateError> {
    // What can't be read isn't known to be abandoned: it stays, and is in the way.
    let Ok((earlier, _)) = file::read(path) else { return Ok(()) };
    if earlier.summary.phase != Phase::Abandoned {
        return Ok(());
    }
    let last = earlier.generation().map_or(0, |generation| generation.n);
    let kept = path.with_extension(format!("g{last}.json"));
    fs::rename(path, kept).map_err(|source| file::io_error("rename", path, source))
}

/// Puts what a run knows where it harms nobody: back where its file is gone, beside it where that is another's.
pub(super) fn rescue<T: Serialize>(known: &T, why: StateError) -> StateError {
    match why {
        StateError::Removed { path, .. } => StateError::Removed { is_back: file::create(&path, known).is_ok(), path },
        StateError::Changed { path, .. } => StateError::Changed { kept: file::keep_beside(&path, known), path },
        other => other,
    }
}
