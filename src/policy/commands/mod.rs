//! Which rows each command needs.
//!
//! `sts:GetCallerIdentity`, which most commands ask, is in none: any credentials that hold may ask it, and no policy can take
//! that away.

mod access;
mod batch;
mod migration;
mod reads;
mod sessions;
mod setup;

use std::{fmt, str::FromStr};

use super::{option::With, permission::Permission};

/// A command that asks AWS for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `scan`
    Scan,
    /// `plan`
    Plan,
    /// `migrate`
    Migrate,
    /// `batch`
    Batch,
    /// `resume`
    Resume,
    /// `status --refresh`
    Status,
    /// `verify`
    Verify,
    /// `cleanup`
    Cleanup,
    /// `tunnel`
    Tunnel,
    /// `access audit`
    AccessAudit,
    /// `access setup`
    AccessSetup,
    /// `access teardown`
    AccessTeardown,
    /// `access shell`
    AccessShell,
    /// `access sessions`
    AccessSessions,
}

/// Each, its words, and the tables of its rows.
const ALL: [(Command, &str, &[&[Permission]]); 14] = [
    (Command::Scan, "scan", &[reads::SCAN]),
    (
        Command::Plan,
        "plan",
        &[reads::DATABASE, reads::KEY, reads::KEYS, reads::BEFORE, reads::GROUPS, reads::QUARANTINE],
    ),
    (
        Command::Migrate,
        "migrate",
        &[
            reads::DATABASE,
            reads::KEY,
            reads::KEYS,
            reads::LIST_OF_KEYS,
            reads::BEFORE,
            reads::GROUPS,
            reads::QUARANTINE,
            reads::TROUBLE,
            migration::ALL,
            migration::OF_ONE,
        ],
    ),
    (
        Command::Batch,
        "batch",
        &[
            reads::DATABASE,
            reads::KEY,
            reads::KEYS,
            reads::BEFORE,
            reads::QUARANTINE,
            reads::ACCOUNT,
            reads::TROUBLE,
            migration::ALL,
            batch::AFTERWARDS,
        ],
    ),
    (
        Command::Resume,
        "resume",
        &[
            reads::DATABASE,
            reads::KEY,
            reads::REBUILD,
            reads::QUARANTINE,
            reads::TROUBLE,
            migration::ALL,
            migration::OF_ONE,
            batch::AFTERWARDS,
        ],
    ),
    (Command::Status, "status", &[reads::DATABASE, reads::QUARANTINE]),
    (Command::Verify, "verify", &[reads::DATABASE, reads::QUARANTINE]),
    (Command::Cleanup, "cleanup", &[reads::DATABASE, reads::QUARANTINE, migration::REMOVAL]),
    (Command::Tunnel, "tunnel", &[sessions::TUNNEL, sessions::OWN]),
    (Command::AccessAudit, "access audit", &[access::NETWORK, access::REST]),
    (Command::AccessSetup, "access setup", &[setup::LOOK, access::REST, setup::MAKE]),
    (Command::AccessTeardown, "access teardown", &[setup::LOOK, setup::REMOVE]),
    (Command::AccessShell, "access shell", &[sessions::SHELL, sessions::OWN]),
    (Command::AccessSessions, "access sessions", &[sessions::RECORDS]),
];

impl Command {
    /// All of them, in their order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ALL.iter().map(|(command, ..)| *command).collect()
    }

    fn row(self) -> (&'static str, &'static [&'static [Permission]]) {
        let row = ALL.iter().find(|(command, ..)| *command == self);
        row.map_or(("", &[]), |(_, words, tables)| (words, tables))
    }

    /// Its words on the command line.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.row().0
    }

    /// All of its rows.
    pub(super) fn permissions(self) -> impl Iterator<Item = &'static Permission> {
        self.row().1.iter().copied().flatten()
    }

    /// What some of its runs need beyond the plain form.
    #[must_use]
    pub fn options(self) -> Vec<With> {
        let mut all: Vec<With> = self.permissions().filter_map(|row| row.when).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl FromStr for Command {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = ALL.iter().find(|(_, words, _)| *words == text);
        found.map(|(command, ..)| *command).ok_or_else(|| {
            let all: Vec<&str> = ALL.iter().map(|(_, words, _)| *words).collect();
            format!("`{text}` is no command that asks AWS for something; those are: {}", all.join(", "))
        })
    }
}
