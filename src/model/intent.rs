//! What we asked AWS for: the only thing that we remember of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AwsTime, Call};

/// A mutating call and what became of it. Saved and synced before the call is sent (rule 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Counts from 1 within a migration.
    pub number: u32,
    /// The generation that it serves.
    pub generation: u32,
    /// Counts from 1 for each digest.
    pub attempt: u32,
    /// SHA-256 of the call's arguments, in hex.
    pub digest: String,
    /// AWS's time when it was about to be sent.
    pub sent_at: AwsTime,
    /// What became of it.
    pub outcome: Outcome,
    /// The call itself.
    pub call: Call,
}

/// What became of a mutating call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Saved, and perhaps sent. In a file that nobody owns it means the same as [`Outcome::Unknown`].
    Sent,
    /// AWS took it.
    Accepted {
        /// AWS's id for the request.
        request_id: Option<String>,
        /// The `DbiResourceId` in the answer, for instances.
        resource_id: Option<String>,
    },
    /// AWS refused it: nothing was changed.
    Refused {
        /// AWS's code.
        code: String,
        /// AWS's sentence.
        message: String,
        /// AWS's id for the request.
        request_id: Option<String>,
    },
    /// It may have happened: a lost answer, a time-out, or an answer of 5xx.
    Unknown {
        /// What was seen instead of an answer.
        why: String,
    },
    /// The answer was lost, but what it made was found and proven ours.
    Found {
        /// The `DbiResourceId` that was found, for instances.
        resource_id: Option<String>,
    },
    /// It was made, and AWS shows it no more: whatever has its name later isn't it.
    Gone {
        /// The `DbiResourceId` that it had, for instances.
        resource_id: Option<String>,
    },
    /// It can't have happened: it never left this machine, or AWS throttled it.
    NotSent {
        /// What kept it.
        why: String,
    },
}

impl Outcome {
    /// Whether the call may have acted, or has.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::NotSent { .. })
    }

    /// Whether AWS is known to have taken it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Found { .. } | Self::Gone { .. })
    }

    /// The `DbiResourceId` of what it made or changed, where that is known.
    #[must_use]
    pub fn resource_id(&self) -> Option<&String> {
        match self {
            Self::Accepted { resource_id, .. } | Self::Found { resource_id } | Self::Gone { resource_id } => {
                resource_id.as_ref()
            }
            Self::Sent | Self::Refused { .. } | Self::Unknown { .. } | Self::NotSent { .. } => None,
        }
    }

    /// Whether nobody knows.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Sent | Self::Unknown { .. })
    }
}

/// The digest of a call's arguments: the same for the same call, in every process.
#[must_use]
pub fn digest<T: Serialize>(value: &T) -> String {
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
