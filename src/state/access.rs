//! A setup's own file: what is to be made around a database, and every call that was asked for. Kept as a migration's is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    FORMAT, Moment, Owner, Run, StateDirectory, StateError, file, file::Mark, lock::Lock, owned::Owned, with_flags,
};
use crate::{
    access::recipe::Recipe,
    model::{AccessCall, AccessIntent, AwsTime, DatabaseReference, Outcome, digest, name::short_id},
};

/// Below an account's Region: no migration's file is in there.
const FOLDER: &str = "access";

/// A setup, as its file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// [`FORMAT`]
    pub format: u32,
    /// Where it stands, for people. Never read to decide what is done in AWS.
    pub phase: AccessPhase,
    /// Why it stopped, if it did.
    pub stopped: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// AWS's name of the Region.
    pub region: String,
    /// The flags without which a later command wouldn't find this setup: `--profile …`, `--state-dir …`.
    pub flags: String,
    /// Who began it; goes into the tags of what it makes.
    pub run: Run,
    /// AWS's time when it was begun.
    pub begun: AwsTime,
    /// AWS's time of the last change of this file.
    pub updated: AwsTime,
    /// What is to be made. Never changed.
    pub recipe: Recipe,
    /// The recipe's digest: a file whose recipe has another was edited.
    pub recipe_digest: String,
    /// Every mutating call that was asked for, and what became of it.
    pub journal: Vec<AccessIntent>,
}

/// Where a setup stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessPhase {
    /// Parts are being made.
    Making,
    /// All parts stand.
    Made,
    /// They are being removed.
    Removing,
    /// All that it made is gone.
    Removed,
}

impl AccessPhase {
    /// The command under `access` that goes on from there.
    #[must_use]
    pub fn next_command(self) -> &'static str {
        match self {
            Self::Making | Self::Made => "setup",
            Self::Removing | Self::Removed => "teardown",
        }
    }
}

impl AccessRecord {
    /// A setup that begins now.
    #[must_use]
    pub fn begun(recipe: Recipe, account: &str, run: Run, now: AwsTime) -> Self {
        Self {
            format: FORMAT,
            phase: AccessPhase::Making,
            stopped: None,
            account: account.to_owned(),
            region: recipe.region.clone(),
            flags: String::new(),
            run,
            begun: now,
            updated: now,
            recipe_digest: digest(&recipe),
            recipe,
            journal: Vec::new(),
        }
    }

    /// Whether something of it may be there: it isn't removed to its end.
    #[must_use]
    pub fn is_standing(&self) -> bool {
        self.phase != AccessPhase::Removed
    }

    /// Whether a person means it.
    #[must_use]
    pub fn is_meant_by(&self, reference: &DatabaseReference) -> bool {
        reference.means(&self.account, &self.region, &self.recipe.database, &self.recipe.resource_id)
    }

    /// A command on this setup that a person can paste.
    #[must_use]
    pub fn command(&self, verb: &str) -> String {
        with_flags(&format!("rds-encrypt access {verb} {}", self.recipe.database), &self.flags)
    }
}

/// The file of a setup that was found, readable or not.
#[derive(Debug)]
pub struct AccessEntry {
    /// Where.
    pub path: PathBuf,
    /// What it holds, or what is wrong with it.
    pub record: Result<Box<AccessRecord>, StateError>,
    /// Who owns it right now.
    pub holder: Option<Owner>,
}

impl AccessEntry {
    /// Whether a person means it. What can't be read might be the one.
    #[must_use]
    pub fn is_meant_by(&self, reference: &DatabaseReference) -> bool {
        self.record.as_ref().map_or(true, |record| record.is_meant_by(reference))
    }
}

/// A setup that this run owns. Every change is on disk before the method returns.
#[derive(Debug)]
pub struct Access(Owned<AccessRecord>);

impl Access {
    /// What its file holds.
    #[must_use]
    pub fn record(&self) -> &AccessRecord {
        self.0.record()
    }

    /// Where its file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Saves a call that is about to be sent; returns its number.
    pub fn intend(&mut self, part: usize, call: AccessCall, now: AwsTime) -> Result<u32, StateError> {
        let mut record = self.record().clone();
        let moment = Moment::Intent(call.to_string());
        let number = u32::try_from(record.journal.len()).unwrap_or(u32::MAX).saturating_add(1);
        record.journal.push(AccessIntent { number, part, sent_at: now, outcome: Outcome::Sent, call });
        record.updated = now;
        self.save(record, moment)?;
        Ok(number)
    }

    /// Saves what became of a call.
    pub fn conclude(&mut self, number: u32, outcome: Outcome, now: AwsTime) -> Result<(), StateError> {
        let mut record = self.record().clone();
        let mut call = String::new();
        if let Some(intent) = record.journal.iter_mut().find(|intent| intent.number == number) {
            call = intent.call.to_string();
            intent.outcome = outcome;
        }
        record.updated = now;
        self.save(record, Moment::Outcome(call))
    }

    /// Saves where the setup stands, for people.
    pub fn stand(&mut self, phase: AccessPhase, stopped: Option<&str>, now: AwsTime) -> Result<(), StateError> {
        let mut record = self.record().clone();
        record.phase = phase;
        record.stopped = stopped.map(str::to_owned);
        if record == *self.record() {
            return Ok(());
        }
        record.updated = now;
        self.save(record, Moment::Standing)
    }

    fn save(&mut self, record: AccessRecord, moment: Moment) -> Result<(), StateError> {
        self.0.save(record, moment, |record| record.command(record.phase.next_command()))
    }
}

impl StateDirectory {
    /// Where the setup of a database belongs.
    #[must_use]
    pub fn access_path(&self, account: &str, region: &str, database: &str, resource_id: &str) -> PathBuf {
        let name = format!("{database}-{}.json", short_id(resource_id));
        self.root().join(account).join(region).join(FOLDER).join(name)
    }

    /// The setup that is kept there, unless there is none or it is removed.
    ///
    /// # Errors
    /// When its file can't be used.
    pub fn access_record(&self, path: &Path) -> Result<Option<AccessRecord>, StateError> {
        if !path.exists() {
            return Ok(None);
        }
        let (record, _) = read(path)?;
        Ok(Some(record).filter(AccessRecord::is_standing))
    }

    /// Setups that aren't removed of databases that a person may mean, whatever has become of them: of the one with this
    /// identity, under whatever name; else of all that had the name.
    #[must_use]
    pub fn access_paths(
        &self,
        account: &str,
        region: &str,
        reference: &DatabaseReference,
        resource_id: Option<&str>,
    ) -> Vec<PathBuf> {
        let folder = self.root().join(account).join(region).join(FOLDER);
        let readable = self.access_entries().into_iter().filter(|entry| entry.path.starts_with(&folder));
        let all: Vec<(PathBuf, Box<AccessRecord>)> =
            readable.filter_map(|entry| Some((entry.path, entry.record.ok()?))).collect();
        let has_id = |record: &AccessRecord| resource_id.is_some_and(|id| record.recipe.resource_id == id);
        let is_known = all.iter().any(|(_, record)| has_id(record));
        let is_meant = |record: &AccessRecord| if is_known { has_id(record) } else { record.is_meant_by(reference) };
        all.into_iter().filter(|(_, record)| is_meant(record)).map(|(path, _)| path).collect()
    }

    /// All setups that aren't removed, sorted by path, readable or not.
    #[must_use]
    pub fn access_entries(&self) -> Vec<AccessEntry> {
        let entry = |path: PathBuf| AccessEntry {
            record: read(&path).map(|(record, _)| Box::new(record)),
            holder: Lock::holder(&path),
            path,
        };
        // What can't be read isn't known to be removed.
        let may_stand = |it: &AccessEntry| it.record.as_ref().map_or(true, |record| record.is_standing());
        self.files_in(FOLDER).into_iter().map(entry).filter(may_stand).collect()
    }

    /// Begins a setup: makes its file and owns it. The file of one that is removed gives way, and is kept beside it.
    ///
    /// # Errors
    /// [`StateError::Exists`] when there is another one already; it is left as it is.
    pub fn begin_access(&self, record: AccessRecord) -> Result<Access, StateError> {
        let AccessRecord { account, recipe, .. } = &record;
        let path = self.access_path(account, &recipe.region, &recipe.database, &recipe.resource_id);
        let (who, next) = (record.run.owner.clone(), record.command("setup"));
        Owned::begin(path, record, &who, next, give_way).map(Access)
    }

    /// Owns a setup that was begun earlier.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another run owns it; others when its file can't be used.
    pub fn open_access(&self, path: &Path, who: &str) -> Result<Access, StateError> {
        Owned::open(path, who, read).map(Access)
    }
}

/// The file of a setup that is removed is kept under the name of its run.
fn give_way(path: &Path) -> Result<(), StateError> {
    // What can't be read isn't known to be removed: it stays, and is in the way.
    let Ok((earlier, _)) = read(path) else { return Ok(()) };
    if earlier.is_standing() {
        return Ok(());
    }
    let kept = path.with_extension(format!("{}.json", earlier.run.nonce));
    fs::rename(path, kept).map_err(|source| file::io_error("rename", path, source))
}

fn read(path: &Path) -> Result<(AccessRecord, Mark), StateError> {
    let (record, mark) = file::read_any::<AccessRecord>(path)?;
    if digest(&record.recipe) != record.recipe_digest {
        return Err(StateError::Edited { path: path.to_owned() });
    }
    Ok((record, mark))
}
