//! All that a report tells, as data: the page shows it, `status --output json` prints it.

use serde::Serialize;

use super::{
    calls::CallRow,
    remains::Remains,
    settings::SettingRow,
    standing::{Group, Standing},
    timeline::Span,
};
use crate::{
    model::{AwsTime, ResourceKind},
    state::{LeftOut, Noted},
};

/// The format of the JSON: it rises when a member changes its meaning or goes.
pub(super) const FORMAT: u32 = 1;

/// A report on migrations, as far as their files tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`FORMAT`]
    pub format: u32,
    /// What it is about.
    pub title: String,
    /// The program that made it.
    pub program: &'static str,
    /// When it was made, by this machine's clock.
    pub written: AwsTime,
    /// AWS's time of the newest change in any of the files that it rests on.
    pub as_of: Option<AwsTime>,
    /// Whether AWS was asked what exists now.
    pub refreshed: bool,
    /// Accounts and Regions.
    pub places: Vec<Place>,
    /// Who began any of it: `user@host`.
    pub owners: Vec<String>,
    /// How many stand how.
    pub counts: Counts,
    /// The same in plain sentences.
    pub summary: Vec<String>,
    /// What needs a person, and what to do.
    pub needs: Vec<Need>,
    /// The batches that it is about.
    pub batches: Vec<BatchPart>,
    /// Each database.
    pub databases: Vec<Database>,
}

/// An account and a Region, and where AWS was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// AWS's name of it.
    pub region: String,
    /// Where AWS was reached, if not at its own address.
    pub endpoint: Option<String>,
    /// Whether it was the sandbox: no account of AWS's.
    pub sandbox: bool,
}

/// How many stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub all: usize,
    /// Encrypted and verified.
    pub done: usize,
    /// Somebody is at it.
    pub running: usize,
    /// A person is needed.
    pub failed: usize,
    /// Waiting for room in the account's quotas.
    pub parked: usize,
    /// Not begun, or interrupted.
    pub waiting: usize,
    /// Nothing is to be done any more.
    pub skipped: usize,
}

/// What needs a person; those of which the same was seen share one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Whom it is about: their places in the list.
    #[serde(skip)]
    pub places: Vec<usize>,
    /// Whom it is about, by name.
    pub databases: Vec<String>,
    /// How they stand.
    pub standing: Standing,
    /// What was seen.
    pub why: Option<String>,
    /// What it means, and what to do.
    pub remedy: Option<String>,
    /// The commands that go on then.
    pub commands: Vec<String>,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchPart {
    /// How `status` takes it.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Why its file can't be used, if it can't.
    pub error: Option<String>,
    /// All else; nothing where its file can't be used.
    #[serde(flatten)]
    pub facts: Option<BatchFacts>,
}

/// What is known of a batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchFacts {
    /// Twelve digits.
    pub account: String,
    /// AWS's name of the Region.
    pub region: String,
    /// Where it stands, in words.
    pub stands: String,
    /// Who began it.
    pub owner: String,
    /// Who runs it right now.
    pub running: Option<String>,
    /// AWS's time when it was begun.
    pub begun: AwsTime,
    /// AWS's time when nothing was left to do.
    pub ended: Option<AwsTime>,
    /// AWS's time at the end of its last run.
    pub last_run_ended: Option<AwsTime>,
    /// What kept others from beginning then.
    pub held: Option<String>,
    /// The key, in the person's words.
    pub kms_key: String,
    /// Which databases were meant.
    pub selection: String,
    /// What was chosen for the copies.
    pub choices: String,
    /// Those that go first and alone.
    pub canaries: Vec<String>,
    /// What a person allows, in words.
    pub limits: String,
    /// What follows for each once it is verified.
    pub afterwards: String,
    /// Those that were meant and can't be migrated, each with why.
    pub left_out: Vec<LeftOut>,
    /// How many stand how.
    pub counts: Counts,
    /// The command that goes on with all of it.
    pub next: Option<String>,
}

/// A database.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// The same in words.
    pub stands: String,
    /// What it counts as.
    pub counts_as: Group,
    /// Why it stopped or doesn't begin.
    pub why: Option<String>,
    /// What that means, and what to do.
    pub remedy: Option<String>,
    /// What is left to do, in order.
    pub remains: Vec<Remains>,
    /// The command that goes on.
    pub next: Option<String>,
    /// The newest batch that it belongs to.
    pub batch: Option<String>,
    /// Its identity.
    pub resource_id: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// AWS's name of the Region.
    pub region: String,
    /// `AllocatedStorage`, when it was looked at.
    pub gibibytes: Option<i32>,
    /// Its migration's file.
    pub file: Option<String>,
    /// The migration; nothing where none was begun or its file can't be used.
    pub migration: Option<Box<Migration>>,
}

/// A migration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Migration {
    /// The instance that applications use.
    pub serves: String,
    /// The encrypted instance; nothing where none was asked for yet, or it was removed.
    pub encrypted_instance: Option<String>,
    /// The encrypted snapshot; nothing where none was asked for yet, or it was removed.
    pub encrypted_snapshot: Option<String>,
    /// Its engine and version.
    pub engine: String,
    /// Its class.
    pub class: Option<String>,
    /// Encryption before and after.
    pub encryption: EncryptionPart,
    /// Who began it: `user@host`.
    pub owner: String,
    /// The profile of AWS's configuration, if one was named.
    pub profile: Option<String>,
    /// Who is at it right now.
    pub running: Option<String>,
    /// AWS's time when it was begun.
    pub begun: AwsTime,
    /// AWS's time of the last change of its file.
    pub updated: AwsTime,
    /// AWS's time when its copy was verified.
    pub verified: Option<AwsTime>,
    /// The attempt that it is at.
    pub generation: u32,
    /// When which step went on.
    pub timeline: Vec<Span>,
    /// Each setting, and how it was carried or will be.
    pub settings: Vec<SettingRow>,
    /// What the checks found before it began; nothing where that wasn't kept.
    pub findings: Option<Vec<Noted>>,
    /// Every call that could change something.
    pub calls: Vec<CallRow>,
    /// What it made, by its journal.
    pub made: Vec<MadeRow>,
    /// What AWS showed of it when this report was made; nothing where it wasn't asked.
    pub exists: Option<Vec<ExistsRow>>,
}

/// Encryption before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EncryptionPart {
    /// The source's.
    pub before: &'static str,
    /// The copy's, as far as it was read back.
    pub after: String,
    /// Whether encryption, key and settings of the instance were read back and are as planned.
    pub verified: bool,
    /// The key, in the person's words.
    pub kms_key_asked: String,
    /// The key.
    pub kms_key_arn: String,
}

/// Something that a migration made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeRow {
    /// Of which kind.
    pub kind: ResourceKind,
    /// In words.
    pub words: String,
    /// Its name.
    pub name: String,
    /// What the journal knows of it.
    pub known: String,
}

/// Something that AWS shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExistsRow {
    /// Of which kind.
    pub kind: ResourceKind,
    /// In words.
    pub words: String,
    /// Its name.
    pub name: String,
    /// Status, size and encryption.
    pub shown: String,
    /// Why it isn't proven to be this migration's; nothing where it is.
    pub not_ours: Option<String>,
}

impl Counts {
    /// Counts databases.
    #[must_use]
    pub fn of<'a>(databases: impl IntoIterator<Item = &'a Database>) -> Self {
        let mut counts = Self::default();
        for database in databases {
            counts.all += 1;
            *counts.of_group(database.counts_as) += 1;
        }
        counts
    }

    fn of_group(&mut self, group: Group) -> &mut usize {
        match group {
            Group::Done => &mut self.done,
            Group::Running => &mut self.running,
            Group::Failed => &mut self.failed,
            Group::Parked => &mut self.parked,
            Group::Waiting => &mut self.waiting,
            Group::Skipped => &mut self.skipped,
        }
    }

    /// How many there are of one group.
    #[must_use]
    pub fn count(mut self, group: Group) -> usize {
        *self.of_group(group)
    }
}
