//! What a session is about; it never changes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dial::Resolved;

/// What a session is about; it never changes.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) id: String,
    /// The machine, as it was asked for.
    pub(crate) target: String,
    /// Where the machine is.
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) agent_version: String,
    pub(crate) kind: SessionType,
    /// The document's properties with the caller's parameters, of a port.
    pub(crate) properties: BTreeMap<String, String>,
    /// What runs, where it isn't a port.
    pub(crate) runs: Runs,
    /// What documents say of it; habits that were changed come first.
    pub(crate) preferences: Preferences,
    /// What the host stands for at the beginning; nothing where there is none.
    pub(crate) found: Option<Resolved>,
    /// The agent refuses to dial that host.
    pub(crate) forbidden: bool,
}

impl Facts {
    /// Whether the session is for a port, and runs nothing.
    pub(crate) fn is_port(&self) -> bool {
        self.kind == SessionType::Port
    }
}

/// The kinds of sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionType {
    /// Bytes for a port.
    Port,
    /// A shell.
    #[serde(rename = "Standard_Stream")]
    StandardStream,
    /// A command in a terminal.
    InteractiveCommands,
    /// A command without one.
    #[default]
    NonInteractiveCommands,
}

impl SessionType {
    /// AWS's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Port => "Port",
            Self::StandardStream => "Standard_Stream",
            Self::InteractiveCommands => "InteractiveCommands",
            Self::NonInteractiveCommands => "NonInteractiveCommands",
        }
    }

    /// Whether it runs in a terminal.
    pub(crate) fn has_terminal(self) -> bool {
        matches!(self, Self::StandardStream | Self::InteractiveCommands)
    }
}

/// What a session runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs {
    /// Without a command a shell.
    pub(crate) command: Option<String>,
    /// Both outputs apart, and the exit code.
    pub(crate) apart: bool,
    /// What the lines of both outputs begin with.
    pub(crate) prefixes: [String; 2],
}

/// What documents say of how a session is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// The key of KMS that a shell is encrypted with.
    pub(crate) kms: Option<String>,
    /// How long it may be without input.
    pub(crate) idle: Option<Duration>,
    /// How long it may be at all.
    pub(crate) longest: Option<Duration>,
}
