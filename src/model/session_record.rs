//! A session of Session Manager, as AWS remembers it.

use super::AwsTime;

/// A session that is there, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionRecord {
    /// `SessionId`
    pub id: String,
    /// `Target`: the machine.
    pub target: Option<String>,
    /// `DocumentName`
    pub document: Option<String>,
    /// `Owner`: the ARN of who began it.
    pub owner: Option<String>,
    /// `Reason`, as given by who began it.
    pub reason: Option<String>,
    /// `Status`: `Connected`, `Terminated` and others.
    pub status: Option<String>,
    /// `StartDate`
    pub started: Option<AwsTime>,
    /// `EndDate`
    pub ended: Option<AwsTime>,
}
