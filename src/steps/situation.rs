//! All that a decision may rest on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    model::{
        Answers, AwsTime, CHOICES_TAG, DbInstance, DbSnapshot, Intent, OWNER_TAG, RUN_TAG, ResourceKind, SecurityGroup,
        Tags, Value, name::GenerationNames, name::short_id,
    },
    plan::{Plan, PlannedSetting, Reason},
};

/// One attempt from snapshot to instance. Each has its own names (rule 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Counts from 1.
    pub n: u32,
    /// The names of what it makes.
    #[serde(flatten)]
    pub names: GenerationNames,
    /// Taken from a database that serves: it proves the settings and is never promoted.
    pub rehearsal: bool,
}

/// What AWS showed in one look. What was not found is nothing.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The source, by name.
    pub source: Option<DbInstance>,
    /// The plain snapshot.
    pub snapshot: Option<DbSnapshot>,
    /// Its encrypted copy.
    pub copy: Option<DbSnapshot>,
    /// The encrypted instance.
    pub target: Option<DbInstance>,
    /// Its own security group, where it is kept apart.
    pub security_group: Option<SecurityGroup>,
}

/// For how long each resource has been shown with the same identity, or not been shown at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steadiness {
    /// The source.
    pub source: Duration,
    /// The plain snapshot.
    pub snapshot: Duration,
    /// Its encrypted copy.
    pub copy: Duration,
    /// The encrypted instance.
    pub target: Duration,
    /// Its own security group.
    pub security_group: Duration,
}

impl Steadiness {
    pub(super) fn of(&self, kind: ResourceKind) -> Duration {
        match kind {
            ResourceKind::Snapshot => self.snapshot,
            ResourceKind::EncryptedCopy => self.copy,
            ResourceKind::Instance => self.target,
            ResourceKind::SecurityGroup => self.security_group,
        }
    }
}

/// An intent and how long ago it was.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What we asked for.
    pub intent: &'a Intent,
    /// How long ago, by a monotonic clock; for an earlier process's intent by AWS's time.
    pub age: Duration,
    /// Whether this process asked.
    pub this_run: bool,
}

/// All that a decision may rest on.
pub struct Situation<'a> {
    /// What is to be reached.
    pub plan: &'a Plan,
    /// The generation that is worked on.
    pub generation: &'a Generation,
    /// This migration's run: nonce and owner, for the tag.
    pub run: &'a str,
    /// What AWS shows.
    pub seen: &'a Seen,
    /// What we asked for in this generation, oldest first.
    pub journal: &'a [Asked<'a>],
    /// What AWS was asked beyond the look in this turn.
    pub answers: &'a Answers,
    /// For how long each of the four resources has been shown, or not been shown.
    pub steady_for: Steadiness,
    /// For how long the target has looked exactly like this.
    pub target_steady_for: Duration,
    /// AWS's time.
    pub now: AwsTime,
}

/// A planned value, with the identity of the copy's own group where that is what was planned.
pub(super) fn wanted(planned: &PlannedSetting, value: &Value, group: Option<&SecurityGroup>) -> Option<Value> {
    match planned.reason {
        Some(Reason::Quarantined) => group.map(|group| Value::List(vec![group.id.clone()])),
        _ => Some(value.clone()),
    }
}

impl<'a> Situation<'a> {
    pub(super) fn names(&self) -> &'a GenerationNames {
        &self.generation.names
    }

    /// Our intents of one action on one resource, oldest first.
    pub(super) fn asked(&self, action: &str, resource: &str) -> impl Iterator<Item = Asked<'a>> {
        self.journal
            .iter()
            .copied()
            .filter(move |asked| asked.intent.call.action() == action && asked.intent.call.resource() == resource)
    }

    /// Whether the target has looked the same in two looks that are far enough apart.
    pub(super) fn is_target_steady(&self) -> bool {
        self.target_steady_for >= super::ask::SECOND_LOOK
    }

    /// Our intents to make something, oldest first.
    pub(super) fn asked_to_make(&self, kind: ResourceKind, name: &str) -> impl Iterator<Item = Asked<'a>> {
        self.journal
            .iter()
            .copied()
            .filter(move |asked| asked.intent.call.makes() == Some(kind) && asked.intent.call.resource() == name)
    }

    /// When something of this name was first asked for; now, where it never was.
    pub(super) fn asked_first(&self, resource: &str) -> AwsTime {
        let first = self.journal.iter().find(|asked| asked.intent.call.resource() == resource);
        first.map_or(self.now, |asked| asked.intent.sent_at)
    }

    /// What is kept whatever happens next, as a sentence: the source, and the copy if there is one.
    pub(super) fn what_is_safe(&self) -> String {
        let source = &self.plan.source.identifier;
        let serves = match &self.seen.source {
            Some(_) => format!("{source} was not changed"),
            None => format!("AWS doesn't show {source}"),
        };
        match (&self.seen.copy, &self.seen.snapshot) {
            (Some(copy), _) => format!("{serves}, and the encrypted copy {} is kept", copy.identifier),
            (None, Some(snapshot)) => format!("{serves}, and the snapshot {} is kept", snapshot.identifier),
            (None, None) => serves,
        }
    }

    /// What a setting must show at the end. A group of its own is known once it is made; nothing before that.
    pub(super) fn wanted(&self, planned: &PlannedSetting) -> Option<Value> {
        wanted(planned, &planned.wanted, self.seen.security_group.as_ref())
    }

    /// What a setting is restored with; nothing where it isn't passed.
    pub(super) fn at_restore(&self, planned: &PlannedSetting) -> Option<Value> {
        wanted(planned, planned.at_restore.as_ref()?, self.seen.security_group.as_ref())
    }

    /// The tags on everything that we make.
    pub(super) fn own_tags(&self) -> Tags {
        let resource_id = &self.plan.source.resource_id;
        let owner = format!("{}.g{}.{resource_id}", short_id(resource_id), self.generation.n);
        let mut tags = self.plan.choices.tags.clone();
        if !self.plan.choices.is_default() {
            tags.insert(CHOICES_TAG.to_owned(), self.plan.choices.in_words());
        }
        tags.extend([(OWNER_TAG.to_owned(), owner), (RUN_TAG.to_owned(), self.run.to_owned())]);
        tags
    }
}
