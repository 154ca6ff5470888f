//! Everything that can end a command early: message, hint and exit code in one place.

use crate::{
    aws::{ConnectError, ReadError},
    engine::{EngineError, SurveyError},
    state::StateError,
    steps::{Stop, StopKind},
};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// AWS's configuration doesn't suffice.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// AWS can't be looked at.
    #[error("AWS can't be read: {0}")]
    Read(#[from] ReadError),
    /// AWS can't be looked at, before anything was made.
    #[error("AWS can't be read: {0}")]
    NothingBegun(ReadError),
    /// The account's Regions can't be listed.
    #[error("the Regions that the account has switched on can't be listed: {0}")]
    Regions(ReadError),
    /// Session Manager starts no session.
    #[error("no session can be started: {0}")]
    NoSession(ReadError),
    /// A person or the system asked for an end before anything was made.
    #[error("interrupted; nothing was made or changed")]
    Interrupted,
    /// What was made isn't what it was any more.
    #[error("{0}")]
    NeedsPerson(String),
    /// The state can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The run broke off.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Refused before anything was made.
    #[error("{0}")]
    Refused(String),
    /// Refused before anything was made, since AWS denies what it takes.
    #[error("{0}")]
    Denied(String),
    /// Other runs own what is meant.
    #[error("{0}")]
    Owned(String),
    /// What was asked for is unclear.
    #[error("{0}")]
    Usage(String),
    /// Our own fault.
    #[error("{0}")]
    Ours(String),
}

impl From<SurveyError> for Failure {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::Read(error) => Self::Read(error),
            SurveyError::Engine(error) => Self::Engine(error),
        }
    }
}

impl Failure {
    /// Message and hint, ready to be shown.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (self, self.hint()) {
            // It may stand behind a question and the terminal's own ^C.
            (Self::Interrupted, _) => format!("\n{self}\n"),
            (Self::NeedsPerson(_), _) => format!("{self}\n"),
            (_, Some(hint)) => format!("error: {self}\n  {hint}\n"),
            (_, None) => format!("error: {self}\n"),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(ConnectError::NoRegion) => Some("give --region, or set AWS_REGION".into()),
            Self::Read(error) | Self::NothingBegun(error) | Self::NoSession(error) => Some(read_hint(error)),
            Self::Regions(error) => {
                Some(format!("name the Regions instead, each with a --region; or {}", read_hint(error)))
            }
            Self::State(error) | Self::Engine(EngineError::State(error)) => Some(error.hint()),
            Self::Connect(_)
            | Self::Engine(_)
            | Self::Interrupted
            | Self::NeedsPerson(_)
            | Self::Refused(_)
            | Self::Denied(_)
            | Self::Owned(_)
            | Self::Usage(_)
            | Self::Ours(_) => None,
        }
    }

    /// The exit code that the README promises.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Connect(ConnectError::NoRegion) => 2,
            Self::Read(error) | Self::NothingBegun(error) | Self::NoSession(error) | Self::Regions(error)
                if error.error.is_denied() || error.error.is_about_credentials() =>
            {
                8
            }
            Self::Denied(_) => 8,
            Self::Interrupted => 5,
            Self::State(error) | Self::Engine(EngineError::State(error)) if error.is_locked() => 6,
            Self::Owned(_) => 6,
            Self::State(error) if error.is_before_anything() => 3,
            Self::Refused(_) | Self::NothingBegun(_) | Self::NoSession(_) | Self::Regions(_) => 3,
            Self::Read(_) | Self::NeedsPerson(_) | Self::State(_) | Self::Engine(_) => 4,
            Self::Connect(ConnectError::Name(_)) | Self::Ours(_) => 1,
        }
    }
}

/// The exit code of a run that stopped.
pub(super) fn exit_code_of(stop: &Stop) -> u8 {
    match stop.kind {
        StopKind::NeedsPerson | StopKind::Quota { .. } | StopKind::Failed { .. } => 4,
        StopKind::Foreign => 6,
        StopKind::Denied => 8,
        StopKind::Difference(_) => 7,
    }
}

fn read_hint(error: &ReadError) -> String {
    if error.error.is_about_credentials() {
        "renew the credentials (aws sso login), then run the same again; nothing was changed by this".into()
    } else if error.error.is_denied() {
        format!("{}; nothing was changed by this", error.how_to_allow())
    } else {
        "nothing was changed by this; run the same again".into()
    }
}
