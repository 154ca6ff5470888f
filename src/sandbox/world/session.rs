//! A session of Session Manager, as its history shows it. Its bytes are no part of the world.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A session's row.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) target: String,
    pub(crate) document: String,
    /// The ARN of whoever began it.
    pub(crate) owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) started: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Timestamp>,
    /// When it is over at the latest, where the process that it was in has gone and can't tell.
    pub(crate) expires: Timestamp,
}
