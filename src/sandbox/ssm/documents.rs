//! The documents that a session can be started with, and what they take.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// A document of AWS's that forwards a port.
struct Document {
    name: &'static str,
    /// Parameters and what they are unless somebody says otherwise; without that they have to be given.
    parameters: &'static [(&'static str, Option<&'static str>)],
    /// What it says of itself.
    kind: Option<&'static str>,
}

const DOCUMENTS: [Document; 3] = [
    Document {
        name: "AWS-StartPortForwardingSessionToRemoteHost",
        parameters: &[("host", None), ("portNumber", Some("80")), ("localPortNumber", Some("0"))],
        kind: Some("LocalPortForwarding"),
    },
    Document {
        name: "AWS-StartPortForwardingSession",
        parameters: &[("portNumber", Some("80")), ("localPortNumber", Some("0"))],
        kind: Some("LocalPortForwarding"),
    },
    Document { name: "AWS-StartSSHSession", parameters: &[("portNumber", Some("22"))], kind: None },
];

/// Documents that AWS has, too, and the sandbox has no shell for.
const SHELLS: [&str; 3] =
    ["SSM-SessionManagerRunShell", "AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand"];

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

/// The preferences of an account are a document that is there once somebody has saved them: nobody has here.
fn named(name: &str) -> Result<&'static Document, Fault> {
    DOCUMENTS
        .iter()
        .find(|document| document.name == name)
        .ok_or_else(|| Fault::new("InvalidDocument", format!("Document with name {name} does not exist.")))
}

/// `GetDocument`.
pub(super) fn content(input: &Named) -> Result<Value, Fault> {
    let document = named(&input.name)?;
    let parameters: serde_json::Map<String, Value> = document
        .parameters
        .iter()
        .map(|(name, usual)| ((*name).to_owned(), json!({"type": "String", "default": usual})))
        .collect();
    let content = json!({
        "schemaVersion": "1.0", "sessionType": "Port", "parameters": parameters,
        "properties": {"type": document.kind}});
    Ok(json!({
        "Name": document.name, "DocumentVersion": "1", "Status": "Active", "Content": content.to_string(),
        "DocumentType": "Session", "DocumentFormat": "JSON"}))
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
pub(super) fn properties(
    scene: &Scene<'_>,
    name: &str,
    given: &serde_json::Map<String, Value>,
) -> Result<BTreeMap<String, String>, Fault> {
    if SHELLS.contains(&name) {
        return Err(Fault::not_imitated(&format!("sessions of the document {name}")));
    }
    let found = DOCUMENTS.iter().find(|document| document.name == name);
    let found = found.or_else(|| DOCUMENTS.first().filter(|_| !scene.enforces("R-SSM-2")));
    let document =
        found.ok_or_else(|| Fault::new("InvalidDocument", format!("Document with name {name} does not exist.")))?;
    let strict = scene.enforces("R-SSM-3");
    let bad = |why: String| Fault::new("InvalidParameters", why);
    let strange = given.keys().find(|name| document.parameters.iter().all(|(known, _)| known != name));
    if let Some(strange) = strange.filter(|_| strict) {
        return Err(bad(format!("Parameter {strange} is not defined in the document.")));
    }
    let mut properties = BTreeMap::new();
    for (name, usual) in document.parameters {
        let value = match given.get(*name) {
            Some(value) => one(name, value)?,
            None => usual.map(str::to_owned).ok_or_else(|| bad(format!("Parameter {name} is required.")))?,
        };
        if name.ends_with("Number") && strict && value.parse::<u16>().is_err() {
            return Err(bad(format!("The value {value} of the parameter {name} is no port.")));
        }
        properties.insert((*name).to_owned(), value);
    }
    if let Some(kind) = document.kind {
        properties.insert("type".to_owned(), kind.to_owned());
    }
    Ok(properties)
}

/// Parameters are lists, here of one.
fn one(name: &str, value: &Value) -> Result<String, Fault> {
    let only = value.as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    let text = only.and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Fault::new("ValidationException", format!("Parameters.{name} is no list of one string")))
}
