//! What Session Manager was told of all sessions, in its document `SSM-SessionManagerRunShell`.

use serde_json::{Value, json};

use super::Tags;

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

/// The document itself, as its newest version has it.
#[derive(Clone, Debug, PartialEq)]
pub struct PreferencesDocument {
    /// What it says; `null` where that isn't JSON.
    pub content: Value,
    /// The number of that version.
    pub version: String,
    /// Its tags.
    pub tags: Tags,
}

impl PreferencesDocument {
    /// The document that a setup makes.
    #[must_use]
    pub fn made(log_group: &str, tags: Tags) -> Self {
        let content = SessionPreferences::content(log_group);
        Self { content: serde_json::from_str(&content).unwrap_or_default(), version: "1".to_owned(), tags }
    }

    /// Whether nobody has changed it since, in any member.
    #[must_use]
    pub fn is_as_made(&self, log_group: &str) -> bool {
        *self == Self::made(log_group, self.tags.clone())
    }
}

impl SessionPreferences {
    /// The document's content with nothing chosen but a log group, as the console would save it. The log group needn't be
    /// encrypted: where that is asked for and it isn't, no session begins.
    #[must_use]
    pub fn content(log_group: &str) -> String {
        json!({
            "schemaVersion": "1.0",
            "description": "Document to hold regional settings for Session Manager",
            "sessionType": "Standard_Stream",
            "inputs": {
                "s3BucketName": "", "s3KeyPrefix": "", "s3EncryptionEnabled": true,
                "cloudWatchLogGroupName": log_group, "cloudWatchEncryptionEnabled": false,
                "cloudWatchStreamingEnabled": true, "kmsKeyId": "", "runAsEnabled": false, "runAsDefaultUser": "",
                "idleSessionTimeout": "20", "maxSessionDuration": "", "shellProfile": {"windows": "", "linux": ""},
            },
        })
        .to_string()
    }

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
