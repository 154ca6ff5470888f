//! What Session Manager was told of all sessions, in its document `SSM-SessionManagerRunShell`.

use serde_json::Value;

/// The document that holds them.
pub const PREFERENCES: &str = "SSM-SessionManagerRunShell";

/// The preferences, observed. An empty one counts as absent, as AWS writes it so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPreferences {
    /// `s3BucketName`
    pub bucket: Option<String>,
    /// `cloudWatchLogGroupName`
    pub log_group: Option<String>,
    /// `kmsKeyId`: the key under which shells are encrypted.
    pub key: Option<String>,
}

impl SessionPreferences {
    /// Reads the document's content; nothing where it isn't JSON.
    #[must_use]
    pub fn of(content: &str) -> Option<Self> {
        let content: Value = serde_json::from_str(content).ok()?;
        let input = |name: &str| {
            let text = content.get("inputs")?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self { bucket: input("s3BucketName"), log_group: input("cloudWatchLogGroupName"), key: input("kmsKeyId") })
    }
}
