//! What Session Manager was told of all sessions, in its document `SSM-SessionManagerRunShell`.

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
