//! The state directory, and a migration that this run owns.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Owner, Phase, Record, StateError, file, lock::Lock};
use crate::{
    model::{AwsTime, Call, Outcome},
    steps::{Generation, Step},
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

    /// Where a migration's file belongs.
    #[must_use]
    pub fn path_of(&self, record: &Record) -> PathBuf {
        let migration = &record.migration;
        self.root
            .join(&record.account)
            .join(&record.region)
            .join(format!("{}-{}-{}.json", migration.kind, migration.name, migration.id))
    }

    /// All migrations, sorted by path. Those of the sandbox are in a folder of their own and not among them.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut paths: Vec<PathBuf> = folders(&self.root)
            .into_iter()
            .filter(|folder| folder.file_name().is_some_and(|name| name != "sandbox"))
            .flat_map(|account| folders(&account))
            .flat_map(|region| files(&region))
            .collect();
        paths.sort();
        paths
            .into_iter()
            .map(|path| Entry { record: file::read(&path).map(Box::new), holder: Lock::holder(&path), path })
            .collect()
    }

    /// Begins a migration: makes its file and owns it. The file of an abandoned one gives way: it is kept beside it,
    /// under the number of its last generation.
    ///
    /// # Errors
    /// [`StateError::Exists`] when there is another one already; it is left as it is.
    pub fn begin(&self, record: Record) -> Result<Migration, StateError> {
        let path = self.path_of(&record);
        file::make_folder(path.parent().unwrap_or(&self.root))?;
        let lock = Lock::take(&path, &record.run.owner)?;
        if path.exists()
            && let earlier = file::read(&path)?
            && earlier.summary.phase == Phase::Abandoned
        {
            let last = earlier.generation().map_or(0, |generation| generation.n);
            let kept = path.with_extension(format!("g{last}.json"));
            fs::rename(&path, &kept).map_err(|source| file::io_error("rename", &path, source))?;
        }
        if path.exists() {
            return Err(StateError::Exists { path });
        }
        let migration = Migration { record, path, _lock: lock };
        migration.save()?;
        Ok(migration)
    }

    /// Owns a migration that was begun earlier.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run owns it; others when its file can't be used.
    pub fn open(&self, path: &Path, who: &str) -> Result<Migration, StateError> {
        let lock = Lock::take(path, who)?;
        let record = file::read(path)?;
        file::sweep(path.parent().unwrap_or(&self.root));
        Ok(Migration { record, path: path.to_owned(), _lock: lock })
    }
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    children(parent).into_iter().filter(|path| path.is_dir()).collect()
}

fn files(parent: &Path) -> Vec<PathBuf> {
    children(parent).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

fn children(parent: &Path) -> Vec<PathBuf> {
    fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// A migration that this run owns. Every change is on disk before the method returns.
#[derive(Debug)]
pub struct Migration {
    record: Record,
    path: PathBuf,
    _lock: Lock,
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
        let number = self.record.enter(generation, call, now);
        self.record.summary.step = Some(step);
        self.record.summary.stopped = None;
        self.record.summary.updated = now;
        self.save()?;
        Ok(number)
    }

    /// Saves what became of a call.
    pub fn conclude(&mut self, number: u32, outcome: Outcome, now: AwsTime) -> Result<(), StateError> {
        self.record.conclude(number, outcome);
        self.record.summary.updated = now;
        self.save()
    }

    /// Begins the next generation under names of its own; returns its number.
    pub fn next_generation(&mut self, now: AwsTime) -> Result<u32, StateError> {
        let n = self.record.generation().map_or(0, |generation| generation.n).saturating_add(1);
        let names = self.record.plan.names(n);
        self.record.generations.push(Generation { n, names, rehearsal: true });
        self.record.summary.updated = now;
        self.save()?;
        Ok(n)
    }

    /// Saves where the migration stands, for people.
    pub fn stand(&mut self, phase: Phase, step: Step, stopped: Option<String>, now: AwsTime) -> Result<(), StateError> {
        let summary = &mut self.record.summary;
        if summary.phase == phase && summary.step == Some(step) && summary.stopped == stopped {
            return Ok(());
        }
        summary.phase = phase;
        summary.step = Some(step);
        summary.stopped = stopped;
        summary.updated = now;
        self.record.summary.next = self.record.command(phase.next_command());
        self.save()
    }

    fn save(&self) -> Result<(), StateError> {
        file::write(&self.path, &self.record)
    }
}
