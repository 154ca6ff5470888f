//! The documents that a session can be started with, and what they take.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::channel::{Document, Habits, Runs, SessionType};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// A document of AWS's that forwards a port.
struct Forwarding {
    name: &'static str,
    /// Parameters and what they are unless somebody says otherwise; without that they have to be given.
    parameters: &'static [(&'static str, Option<&'static str>)],
    /// What it says of itself.
    kind: Option<&'static str>,
}

const DOCUMENTS: [Forwarding; 3] = [
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

/// Documents of AWS's that run something, and what kind of session they make.
const RUNNING: [(&str, SessionType); 3] = [
    ("SSM-SessionManagerRunShell", SessionType::StandardStream),
    ("AWS-StartInteractiveCommand", SessionType::InteractiveCommands),
    ("AWS-StartNonInteractiveCommand", SessionType::NonInteractiveCommands),
];
/// The one that holds the account's preferences.
const PREFERENCES: &str = RUNNING[0].0;
/// The parameter of those that run a command.
const COMMAND: &str = "command";

/// What a session does.
pub(super) struct Plan {
    pub(super) kind: SessionType,
    /// Of a port.
    pub(super) properties: BTreeMap<String, String>,
    pub(super) runs: Runs,
}

/// A caller's parameters.
type Given = serde_json::Map<String, Value>;

/// Input that names a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    name: String,
    #[serde(rename = "DocumentVersion")]
    _version: Option<String>,
    #[serde(rename = "VersionName")]
    _version_name: Option<String>,
    #[serde(rename = "DocumentFormat")]
    _format: Option<String>,
}

fn named(name: &str) -> Result<&'static Forwarding, Fault> {
    DOCUMENTS
        .iter()
        .find(|document| document.name == name)
        .ok_or_else(|| Fault::new("InvalidDocument", format!("Document with name {name} does not exist.")))
}

/// `GetDocument`. The preferences of an account are a document that is there once somebody has saved them (`R-SHELL-11`).
pub(super) fn content(habits: &Habits, input: &Named) -> Result<Value, Fault> {
    if let (PREFERENCES, Some(key)) = (input.name.as_str(), &habits.kms) {
        return Ok(shown(PREFERENCES, &preferences(key)));
    }
    let document = named(&input.name)?;
    let parameters: serde_json::Map<String, Value> = document
        .parameters
        .iter()
        .map(|(name, usual)| ((*name).to_owned(), json!({"type": "String", "default": usual})))
        .collect();
    let content = json!({
        "schemaVersion": "1.0", "sessionType": "Port", "parameters": parameters,
        "properties": {"type": document.kind}});
    Ok(shown(document.name, &content))
}

fn shown(name: &str, content: &Value) -> Value {
    json!({
        "Name": name, "DocumentVersion": "1", "Status": "Active", "Content": content.to_string(),
        "DocumentType": "Session", "DocumentFormat": "JSON"})
}

/// As the console saves them, where nothing was chosen but a key.
fn preferences(key: &str) -> Value {
    json!({
        "schemaVersion": "1.0", "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": {
            "s3BucketName": "", "s3KeyPrefix": "", "s3EncryptionEnabled": true,
            "cloudWatchLogGroupName": "", "cloudWatchEncryptionEnabled": true, "cloudWatchStreamingEnabled": true,
            "kmsKeyId": key, "runAsEnabled": false, "runAsDefaultUser": "", "idleSessionTimeout": "20",
            "maxSessionDuration": "", "shellProfile": {"windows": "", "linux": ""}}})
}

/// `DescribeDocument`.
pub(super) fn describe(input: &Named) -> Result<Value, Fault> {
    let document = named(&input.name)?;
    Ok(json!({"Document": {
        "Name": document.name, "Owner": "Amazon", "Status": "Active", "DocumentVersion": "1", "LatestVersion": "1",
        "DefaultVersion": "1", "DocumentType": "Session", "DocumentFormat": "JSON", "SchemaVersion": "1.0",
        "PlatformTypes": ["Windows", "Linux", "MacOS"]}}))
}

/// What a session does with a document and its parameters (`R-SSM-2`, `R-SSM-3`).
pub(super) fn plan(scene: &Scene<'_>, habits: &Habits, name: &str, given: &Given) -> Result<Plan, Fault> {
    if let Some(document) = habits.documents.get(name) {
        return own(scene, document, given);
    }
    if let Some((_, kind)) = RUNNING.iter().find(|(known, _)| *known == name) {
        let wanted: &[_] = if *kind == SessionType::StandardStream { &[] } else { &[(COMMAND, None)] };
        let command = values(scene, wanted, given)?.remove(COMMAND);
        return Ok(Plan { kind: *kind, properties: BTreeMap::new(), runs: Runs { command, ..Runs::default() } });
    }
    let found = DOCUMENTS.iter().find(|document| document.name == name);
    let found = found.or_else(|| DOCUMENTS.first().filter(|_| !scene.enforces("R-SSM-2")));
    let document =
        found.ok_or_else(|| Fault::new("InvalidDocument", format!("Document with name {name} does not exist.")))?;
    let mut properties = values(scene, document.parameters, given)?;
    for (name, value) in properties.iter().filter(|(name, _)| name.ends_with("Number")) {
        if scene.enforces("R-SSM-3") && value.parse::<u16>().is_err() {
            return Err(bad(format!("The value {value} of the parameter {name} is no port.")));
        }
    }
    if let Some(kind) = document.kind {
        properties.insert("type".to_owned(), kind.to_owned());
    }
    Ok(Plan { kind: SessionType::Port, properties, runs: Runs::default() })
}

/// What a document of one's own does: parameters stand in its commands in braces.
fn own(scene: &Scene<'_>, document: &Document, given: &Given) -> Result<Plan, Fault> {
    let text = document.commands.as_deref();
    let names: Vec<&str> = text.map(parameters).unwrap_or_default();
    let wanted: Vec<_> = names.iter().map(|name| (*name, None)).collect();
    let values = values(scene, &wanted, given)?;
    let command = text.map(|text| {
        names.iter().fold(text.to_owned(), |text, name| {
            let value = values.get(*name).map(String::as_str).unwrap_or_default();
            text.replace(&format!("{{{{{name}}}}}"), value)
        })
    });
    let prefixes = [document.output_prefix.clone(), document.errors_prefix.clone()];
    let apart = document.separate_output_stream && document.session_type == SessionType::NonInteractiveCommands;
    Ok(Plan { kind: document.session_type, properties: BTreeMap::new(), runs: Runs { command, apart, prefixes } })
}

/// The names in double braces.
fn parameters(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name).collect()
}

/// The values of a document's parameters (`R-SSM-3`).
fn values(
    scene: &Scene<'_>,
    wanted: &[(&str, Option<&str>)],
    given: &Given,
) -> Result<BTreeMap<String, String>, Fault> {
    let strange = given.keys().find(|name| wanted.iter().all(|(known, _)| known != name));
    if let Some(strange) = strange.filter(|_| scene.enforces("R-SSM-3")) {
        return Err(bad(format!("Parameter {strange} is not defined in the document.")));
    }
    let mut values = BTreeMap::new();
    for (name, usual) in wanted {
        let value = match given.get(*name) {
            Some(value) => one(name, value)?,
            None => usual.map(str::to_owned).ok_or_else(|| bad(format!("Parameter {name} is required.")))?,
        };
        values.insert((*name).to_owned(), value);
    }
    Ok(values)
}

fn bad(why: String) -> Fault {
    Fault::new("InvalidParameters", why)
}

/// Parameters are lists, here of one.
fn one(name: &str, value: &Value) -> Result<String, Fault> {
    let only = value.as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    let text = only.and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Fault::new("ValidationException", format!("Parameters.{name} is no list of one string")))
}
