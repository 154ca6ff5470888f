//! AWS's own documents, as far as sessions are started with them.

use serde_json::{Value, json};

use super::super::channel::SessionType;

/// A document of AWS's that forwards a port.
pub(super) struct Forwarding {
    pub(super) name: &'static str,
    /// Parameters and what they are unless somebody says otherwise; without that they have to be given.
    pub(super) parameters: &'static [(&'static str, Option<&'static str>)],
    /// What it says of itself.
    pub(super) kind: Option<&'static str>,
}

/// Those that forward a port.
pub(super) const FORWARDING: [Forwarding; 3] = [
    Forwarding {
        name: "AWS-StartPortForwardingSessionToRemoteHost",
        parameters: &[("host", None), ("portNumber", Some("80")), ("localPortNumber", Some("0"))],
        kind: Some("LocalPortForwarding"),
    },
    Forwarding {
        name: "AWS-StartPortForwardingSession",
        parameters: &[("portNumber", Some("80")), ("localPortNumber", Some("0"))],
        kind: Some("LocalPortForwarding"),
    },
    Forwarding { name: "AWS-StartSSHSession", parameters: &[("portNumber", Some("22"))], kind: None },
];

/// The one that holds the account's preferences; a shell needs it whether anybody saved it or not.
pub(super) const PREFERENCES: &str = "SSM-SessionManagerRunShell";
/// Those that run something, and what kind of session they make.
pub(super) const RUNNING: [(&str, SessionType); 3] = [
    (PREFERENCES, SessionType::StandardStream),
    ("AWS-StartInteractiveCommand", SessionType::InteractiveCommands),
    ("AWS-StartNonInteractiveCommand", SessionType::NonInteractiveCommands),
];
/// The parameter of those that run a command.
pub(super) const COMMAND: &str = "command";
/// Where session documents run.
pub(super) const PLATFORMS: [&str; 3] = ["Windows", "Linux", "MacOS"];

impl Forwarding {
    /// The document of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FORWARDING.iter().find(|document| document.name == name)
    }

    /// What it says.
    pub(super) fn content(&self) -> Value {
        let parameters: serde_json::Map<String, Value> = self
            .parameters
            .iter()
            .map(|(name, usual)| ((*name).to_owned(), json!({"type": "String", "default": usual})))
            .collect();
        json!({
            "schemaVersion": "1.0", "sessionType": "Port", "parameters": parameters,
            "properties": {"type": self.kind}})
    }
}

/// Whether a document of this name is AWS's.
pub(super) fn owns(name: &str) -> bool {
    Forwarding::named(name).is_some() || RUNNING.iter().any(|(known, _)| *known == name && name != PREFERENCES)
}

/// Preferences as the console saves them, where nothing was chosen but a key.
pub(super) fn preferences(key: &str) -> Value {
    json!({
        "schemaVersion": "1.0", "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": {
            "s3BucketName": "", "s3KeyPrefix": "", "s3EncryptionEnabled": true,
            "cloudWatchLogGroupName": "", "cloudWatchEncryptionEnabled": true, "cloudWatchStreamingEnabled": true,
            "kmsKeyId": key, "runAsEnabled": false, "runAsDefaultUser": "", "idleSessionTimeout": "20",
            "maxSessionDuration": "", "shellProfile": {"windows": "", "linux": ""}}})
}
