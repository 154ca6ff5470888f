//! What is left to do with a database, and by whom.

use serde::Serialize;

use super::{super::time, standing::Standing};
use crate::{
    model::{Call, ResourceKind},
    state::{Known, Record},
    steps::Goal,
};

/// Something that is left to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remains {
    /// In a few words.
    pub short: &'static str,
    /// What.
    pub what: String,
    /// The command that does it; nothing where it isn't this program's to do.
    pub command: Option<String>,
}

impl Remains {
    pub(super) fn new(short: &'static str, what: impl Into<String>, command: Option<String>) -> Self {
        Self { short, what: what.into(), command }
    }
}

/// What is left to do with a migration that stands so.
pub(super) fn of(record: &Record, standing: Standing) -> Vec<Remains> {
    let next = || Some(record.summary.next.clone());
    match standing {
        Standing::Done => when_done(record),
        Standing::Running => Vec::new(),
        Standing::Interrupted => vec![Remains::new("go on", "go on with it: nobody is at it", next())],
        Standing::Failed if record.summary.of_no_use => vec![
            Remains::new("mend, then go on", "once it is mended, look again", next()),
            Remains::new(
                "or begin afresh",
                "or begin afresh, under new names; what failed stays until somebody removes it",
                Some(record.command("resume --retry")),
            ),
        ],
        Standing::Failed => vec![Remains::new("mend, then go on", "mend what it met, then go on", next())],
        Standing::Differs => {
            vec![Remains::new("set what differs", "set by hand what differs, if it matters, then verify again", next())]
        }
        Standing::Parked => vec![Remains::new("make room, then go on", "make room in the account, then go on", next())],
        Standing::GivenUp if !record.is_finished() => {
            vec![Remains::new(
                "remove the rest",
                "remove the rest of what it made",
                Some(record.command(Goal::Abandon.command())),
            )]
        }
        Standing::GivenUp | Standing::Skipped => Vec::new(),
        Standing::Refused | Standing::Unreadable | Standing::Waiting => Vec::new(),
    }
}

fn when_done(record: &Record) -> Vec<Remains> {
    let mut left = Vec::new();
    let Some(names) = record.generation().map(|generation| &generation.names) else { return left };
    let serves = &record.summary.serves;
    if let Some(why) = &record.summary.stopped {
        left.push(Remains::new("see why it wasn't all done", format!("what was to follow wasn't done: {why}"), None));
    }
    if record.is_done_with(Goal::DropInstance) {
        left.push(Remains::new(
            "make the instance again",
            format!(
                "{serves} serves still, and is not encrypted: the encrypted instance was removed once it was verified; \
                 its encrypted snapshot {} stays",
                names.copy
            ),
            None,
        ));
    } else {
        left.push(Remains::new(
            "move applications",
            format!(
                "move the applications to {}, a decision of its own: they use {serves} still, which is not encrypted. \
                 The copy holds the data {} and nothing that was written later",
                names.target,
                data_as_of(record)
            ),
            None,
        ));
    }
    if plain_snapshot(record).is_some() {
        left.push(Remains::new(
            "drop plain snapshot",
            format!("remove the snapshot {}, which is itself not encrypted", names.snapshot),
            Some(record.command(Goal::DropSnapshots.command())),
        ));
    }
    left
}

/// The plain snapshot that this migration made, while it stands by the journal.
pub(super) fn plain_snapshot(record: &Record) -> Option<String> {
    let resources = record.resources();
    let there = resources.iter().find(|it| it.kind == ResourceKind::Snapshot && it.known != Known::Removed);
    there.map(|it| it.name.to_owned())
}

/// The snapshot's own time isn't kept; when it was asked for is.
fn data_as_of(record: &Record) -> String {
    let generation = record.generation().map(|generation| generation.n);
    let asked =
        record.journal.iter().rev().find(|intent| {
            Some(intent.generation) == generation && matches!(intent.call, Call::CreateDBSnapshot { .. })
        });
    match asked {
        Some(intent) => format!("of the snapshot that was asked for at {} UTC", time::minute(intent.sent_at)),
        None => "of its snapshot".to_owned(),
    }
}
