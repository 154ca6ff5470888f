//! How a database stands: by its migration's file, by who holds that, and by what a batch left.

use serde::Serialize;

use super::super::words;
use crate::state::{BatchRun, Entry, Left, LeftItem, Phase, Record};

/// How a database stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It stopped, and a person is needed.
    Failed,
    /// The checks refused it: nothing was made.
    Refused,
    /// Encrypted as asked, but a setting differs.
    Differs,
    /// Its file can't be used.
    Unreadable,
    /// It waits for room in the account's quotas.
    Parked,
    /// Somebody is at it.
    Running,
    /// Begun, and nobody is at it.
    Interrupted,
    /// Not begun.
    Waiting,
    /// Encrypted and verified.
    Done,
    /// There was nothing to do.
    Skipped,
    /// A person gave it up.
    GivenUp,
}

/// What a standing counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Encrypted and verified.
    Done,
    /// Somebody is at it.
    Running,
    /// A person is needed.
    Failed,
    /// It waits for room.
    Parked,
    /// Not begun, or interrupted: a command goes on with it.
    Waiting,
    /// Nothing is to be done any more.
    Skipped,
}

/// A standing with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) standing: Standing,
    pub(super) words: String,
    pub(super) why: Option<String>,
    pub(super) remedy: Option<String>,
}

impl Standing {
    /// What it counts as.
    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Self::Done => Group::Done,
            Self::Running => Group::Running,
            Self::Failed | Self::Refused | Self::Differs | Self::Unreadable => Group::Failed,
            Self::Parked => Group::Parked,
            Self::Interrupted | Self::Waiting => Group::Waiting,
            Self::Skipped | Self::GivenUp => Group::Skipped,
        }
    }
}

impl Group {
    /// All of them, what needs a person first.
    pub const ALL: [Self; 6] = [Self::Failed, Self::Parked, Self::Running, Self::Waiting, Self::Done, Self::Skipped];

    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Parked => "parked",
            Self::Waiting => "waiting",
            Self::Skipped => "skipped",
        }
    }

    /// A sign that tells it apart without any colour.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Running => "▸",
            Self::Failed => "✗",
            Self::Parked => "P",
            Self::Waiting => "…",
            Self::Skipped => "–",
        }
    }
}

impl Judged {
    fn new(standing: Standing, words: impl Into<String>) -> Self {
        Self { standing, words: words.into(), why: None, remedy: None }
    }

    fn since(self, why: Option<&String>, remedy: Option<&String>) -> Self {
        Self { why: why.cloned(), remedy: remedy.cloned(), ..self }
    }
}

/// How a database stands that has a migration's file.
pub(super) fn of_entry(entry: &Entry, run: Option<(&BatchRun, Option<&LeftItem>)>) -> Judged {
    match &entry.record {
        Ok(record) => of_record(entry, record, run),
        Err(error) => Judged {
            standing: Standing::Unreadable,
            words: "its file can't be used".into(),
            why: Some(error.to_string()),
            remedy: Some(error.hint()),
        },
    }
}

fn of_record(entry: &Entry, record: &Record, run: Option<(&BatchRun, Option<&LeftItem>)>) -> Judged {
    let summary = &record.summary;
    let (why, remedy) = (summary.stopped.as_ref(), summary.remedy.as_ref());
    let word = words::standing(summary, entry.holder.as_ref());
    match summary.phase {
        Phase::Finished => return Judged::new(Standing::Done, "encrypted and verified").since(why, remedy),
        Phase::Abandoned | Phase::Abandoning => return Judged::new(Standing::GivenUp, word).since(why, remedy),
        _ if entry.holder.is_some() => return Judged::new(Standing::Running, word),
        _ => {}
    }
    // What a run said of it is older than what its file says, unless nothing came after.
    let left = run.filter(|(run, _)| summary.updated <= run.ended).and_then(|(_, left)| left);
    match (left.map(|left| (left.how, left)), summary.phase) {
        (Some((Left::Refused | Left::Skipped | Left::Broken, left)), _) => of_left(left),
        (_, Phase::Stopped) if summary.quota.is_some() => {
            Judged::new(Standing::Parked, "parked: the account has no room").since(why, remedy)
        }
        (_, Phase::Stopped) => Judged::new(Standing::Failed, word.replacen("stopped", "failed", 1)).since(why, remedy),
        (_, Phase::Different) => Judged::new(Standing::Differs, word).since(why, remedy),
        (Some((Left::Parked, left)), _) => of_left(left),
        _ => Judged::new(Standing::Interrupted, word),
    }
}

/// How a database of a batch stands that has no file.
pub(super) fn of_none(left: Option<&LeftItem>, is_running: bool) -> Judged {
    match left {
        // What the last run left is the present one's to take up.
        Some(left) if !is_running || matches!(left.how, Left::Skipped) => of_left(left),
        _ => Judged::new(Standing::Waiting, "not begun"),
    }
}

fn of_left(left: &LeftItem) -> Judged {
    let (standing, words) = match left.how {
        Left::Refused => (Standing::Refused, "refused by the checks; nothing was made"),
        Left::Skipped => (Standing::Skipped, "nothing to do"),
        Left::Stopped | Left::Broken => (Standing::Failed, "it couldn't go on"),
        Left::Parked => (Standing::Parked, "parked: the account has no room"),
        Left::Waiting => (Standing::Waiting, "not begun"),
    };
    Judged::new(standing, words).since(Some(&left.why), None)
}
