//! The state directory, and a migration that this run owns.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Identity, Moment, Owner, Phase, Record, StateError, file, lock::Lock, owned::Owned};
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
        let (path, who, next) = (self.path_of(&record), record.run.owner.clone(), record.command("migrate"));
        Owned::begin(path, record, &who, next, give_way).map(Migration)
    }

    /// Owns a migration that was begun earlier.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run owns it; others when its file can't be used.
    pub fn open(&self, path: &Path, who: &str) -> Result<Migration, StateError> {
        Owned::open(path, who, file::read).map(Migration)
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
pub struct Migration(Owned<Record>);

impl Migration {
    /// What its file holds.
    #[must_use]
    pub fn record(&self) -> &Record {
        self.0.record()
    }

    /// Where its file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Saves a call that is about to be sent; returns its number.
    pub fn intend(&mut self, generation: u32, step: Step, call: Call, now: AwsTime) -> Result<u32, StateError> {
        let mut record = self.record().clone();
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
        let mut record = self.record().clone();
        let call = record.journal.iter().find(|intent| intent.number == number).map(|intent| intent.call.to_string());
        record.conclude(number, outcome);
        record.summary.updated = now;
        self.save(record, Moment::Outcome(call.unwrap_or_default()))
    }

    /// Begins the next generation under names of its own; returns its number.
    pub fn next_generation(&mut self, now: AwsTime) -> Result<u32, StateError> {
        let n = self.record().generation().map_or(0, |generation| generation.n).saturating_add(1);
        let mut record = self.record().clone();
        record.generations.push(Generation { n, names: record.plan.names(n), rehearsal: true });
        record.summary.updated = now;
        self.save(record, Moment::Standing)?;
        Ok(n)
    }

    /// Saves where the migration stands, for people.
    pub fn stand(&mut self, phase: Phase, step: Step, stopped: Option<&Stop>, now: AwsTime) -> Result<(), StateError> {
        let mut record = self.record().clone();
        record.summary.phase = phase;
        record.summary.step = Some(step);
        record.summary.stop(stopped);
        if record.summary == self.record().summary {
            return Ok(());
        }
        if phase == Phase::Finished && record.summary.verified.is_none() {
            record.summary.verified = Some(now);
        }
        record.summary.updated = now;
        record.summary.next = record.command(phase.next_command());
        self.save(record, Moment::Standing)
    }

    fn save(&mut self, record: Record, moment: Moment) -> Result<(), StateError> {
        let next = |record: &Record| match record.summary.phase {
            Phase::Finished => record.command(Goal::DropSnapshots.command()),
            phase => record.command(phase.next_command()),
        };
        self.0.save(record, moment, next)
    }
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
