//! The state file's content.

use serde::{Deserialize, Serialize};

use super::{Known, Noted};
use crate::{
    model::{AwsTime, Call, DatabaseReference, Intent, Outcome, ResourceKind, digest, name::short_id},
    plan::Plan,
    steps::{Generation, Goal, Step, Stop, StopKind},
};

/// The format that this program writes. A newer one is refused and never rewritten.
pub const FORMAT: u32 = 1;

/// A migration, as its file holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`]
    pub format: u32,
    /// For people: where it stands.
    pub summary: Summary,
    /// Twelve digits.
    pub account: String,
    /// AWS's name of the Region.
    pub region: String,
    /// Where AWS was reached, if not at its own address.
    pub endpoint: Option<String>,
    /// The profile that was used, if one was named.
    pub profile: Option<String>,
    /// The flags without which a later command wouldn't find this migration: `--sandbox`, `--state-dir …`.
    pub flags: String,
    /// What is migrated.
    pub migration: Identity,
    /// Who began it; goes into the tags of what it makes.
    pub run: Run,
    /// What is to be reached. Never changed.
    pub plan: Plan,
    /// The plan's digest: a file whose plan has another was edited.
    pub plan_digest: String,
    /// The attempts, each with its own names.
    pub generations: Vec<Generation>,
    /// What the checks found before it began; nothing where that wasn't kept, as by earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Noted>>,
    /// Every mutating call that was asked for, and what became of it.
    pub journal: Vec<Intent>,
}

/// What is migrated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The short id that goes into names.
    pub id: String,
    /// `instance`
    pub kind: String,
    /// The source's name.
    pub name: String,
    /// The source's identity.
    pub resource_id: String,
}

impl Identity {
    /// Of a DB instance.
    #[must_use]
    pub fn of_instance(name: &str, resource_id: &str) -> Self {
        Self {
            id: short_id(resource_id),
            kind: "instance".into(),
            name: name.to_owned(),
            resource_id: resource_id.to_owned(),
        }
    }
}

/// Who began a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Made afresh for each migration.
    pub nonce: String,
    /// `user@host`
    pub owner: String,
}

impl Run {
    /// The value of the run's tag.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{} {}", self.nonce, self.owner)
    }
}

/// Where a migration stands, for people. Never read to decide what is done in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Where it stands.
    pub phase: Phase,
    /// The step that was worked on last.
    pub step: Option<Step>,
    /// Why it stopped, if it did.
    pub stopped: Option<String>,
    /// What that means, and what a person is to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Whether what was made is of no use, so that only a new attempt helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_no_use: bool,
    /// AWS's name of the quota that it waits for, if it stopped for want of room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
    /// The instance that applications use.
    pub serves: String,
    /// The command that goes on.
    pub next: String,
    /// AWS's time of the last change of this file.
    pub updated: AwsTime,
    /// AWS's time when it was begun.
    pub begun: AwsTime,
    /// AWS's time when its copy was verified for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<AwsTime>,
}

impl Summary {
    /// Notes why it stopped, or that it didn't.
    pub(super) fn stop(&mut self, stop: Option<&Stop>) {
        self.stopped = stop.map(|stop| stop.reason.clone());
        self.remedy = stop.map(|stop| stop.remedy.clone()).filter(|remedy| !remedy.is_empty());
        self.of_no_use = stop.is_some_and(|stop| stop.kind.is_failed());
        self.quota = stop.and_then(|stop| match &stop.kind {
            StopKind::Quota { name } => Some(name.clone()),
            _ => None,
        });
    }
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Begun, and not at an end: running, or interrupted.
    Underway,
    /// A person is needed.
    Stopped,
    /// Verified.
    Finished,
    /// Encrypted as asked, but a setting differs.
    Different,
    /// A person gave it up, and what it made is being removed.
    Abandoning,
    /// A person gave it up, and what it made is removed.
    Abandoned,
}

impl Phase {
    /// The phase while a goal is worked toward.
    #[must_use]
    pub fn during(goal: Goal) -> Self {
        match goal {
            Goal::Migrate => Self::Underway,
            Goal::Abandon => Self::Abandoning,
            Goal::DropSnapshots | Goal::StopInstance | Goal::DropInstance => Self::Finished,
        }
    }

    /// The phase once it is reached. Abandoning has more generations than one: who asked for it says when all are
    /// gone.
    #[must_use]
    pub fn after(goal: Goal) -> Self {
        match goal {
            Goal::Migrate | Goal::DropSnapshots | Goal::StopInstance | Goal::DropInstance => Self::Finished,
            Goal::Abandon => Self::Abandoning,
        }
    }

    /// The command that goes on from here.
    #[must_use]
    pub fn next_command(self) -> &'static str {
        match self {
            Self::Underway | Self::Stopped | Self::Different => Goal::Migrate.command(),
            Self::Abandoning => Goal::Abandon.command(),
            Self::Finished | Self::Abandoned => "status",
        }
    }
}

impl Record {
    /// The generation that is worked on.
    #[must_use]
    pub fn generation(&self) -> Option<&Generation> {
        self.generations.last()
    }

    /// A generation by its number.
    #[must_use]
    pub fn generation_of(&self, n: u32) -> Option<&Generation> {
        self.generations.iter().find(|generation| generation.n == n)
    }

    /// A command on this migration that a person can paste: `rds-encrypt resume orders --sandbox`.
    #[must_use]
    pub fn command(&self, verb: &str) -> String {
        let (verb, options) = verb.split_once(' ').unwrap_or((verb, ""));
        let command = with_flags(&format!("rds-encrypt {verb} {}", self.migration.name), options);
        with_flags(&command, &self.flags)
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.summary.phase, Phase::Finished | Phase::Abandoned)
    }

    /// Whether what follows the verification was asked of AWS already, and taken.
    #[must_use]
    pub fn is_done_with(&self, goal: Goal) -> bool {
        let gone = |kind: ResourceKind| {
            let of_kind = self.resources().into_iter().filter(move |resource| resource.kind == kind);
            of_kind.into_iter().all(|resource| resource.known == Known::Removed)
        };
        match goal {
            Goal::DropSnapshots => gone(ResourceKind::Snapshot),
            Goal::DropInstance => gone(ResourceKind::Instance),
            Goal::StopInstance => self
                .journal
                .iter()
                .any(|intent| matches!(intent.call, Call::StopDBInstance { .. }) && intent.outcome.is_accepted()),
            Goal::Migrate | Goal::Abandon => self.is_finished(),
        }
    }

    /// Whether a person means this migration.
    #[must_use]
    pub fn is_meant_by(&self, reference: &DatabaseReference) -> bool {
        reference.means(&self.account, &self.region, &self.migration.name, &self.migration.resource_id)
    }

    /// Enters a call that is about to be sent; returns its number.
    pub fn enter(&mut self, generation: u32, call: Call, now: AwsTime) -> u32 {
        let wanted = digest(&call);
        let earlier = self.journal.iter().filter(|intent| intent.digest == wanted).count();
        let number = u32::try_from(self.journal.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.journal.push(Intent {
            number,
            generation,
            attempt: u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1),
            digest: wanted,
            sent_at: now,
            outcome: Outcome::Sent,
            call,
        });
        number
    }

    /// Enters what became of a call.
    pub fn conclude(&mut self, number: u32, outcome: Outcome) {
        if let Some(intent) = self.journal.iter_mut().find(|intent| intent.number == number) {
            intent.outcome = outcome;
        }
    }
}

/// A command with the flags that it needs, to be pasted.
#[must_use]
pub fn with_flags(command: &str, flags: &str) -> String {
    if flags.is_empty() { command.to_owned() } else { format!("{command} {flags}") }
}
