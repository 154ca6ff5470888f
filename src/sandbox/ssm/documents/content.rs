//! What a session document says, and whether AWS would save it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::channel::SessionType;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;

/// The most bytes of a document.
const MOST: usize = 64 << 10;
/// What every session document has to say.
const REQUIRED: [&str; 2] = ["schemaVersion", "sessionType"];
/// The only schema of session documents.
const SCHEMA: &str = "1.0";

/// A session document's content, as far as it is understood here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) schema_version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) session_type: Option<String>,
    /// Preferences of the sessions that are started with it.
    pub(super) inputs: Option<Map<String, Value>>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) properties: Value,
}

/// A parameter that it takes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Parameter {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) description: Option<String>,
    pub(super) default: Option<Value>,
}

impl Content {
    /// What a saved document says; nothing where it isn't understood, which a world without `R-DOC-2` allows.
    pub(super) fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The kind of sessions that it makes.
    pub(super) fn kind(&self) -> Option<SessionType> {
        let name = self.session_type.clone()?;
        serde_json::from_value(Value::String(name)).ok()
    }
}

/// Refuses what AWS wouldn't save: what is too long (`R-DOC-4`), what is no JSON or says too little (`R-DOC-2`), and other
/// schemas than 1.0 (`R-DOC-3`).
pub(super) fn check(scene: &Scene<'_>, text: &str) -> Result<(), Fault> {
    if text.len() > MOST && scene.enforces("R-DOC-4") {
        return Err(Fault::new("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB."));
    }
    let read = understood(text);
    let content = match read {
        Ok(content) => content,
        Err(why) if scene.enforces("R-DOC-2") => return Err(Fault::new("InvalidDocumentContent", why)),
        Err(_) => Content::default(),
    };
    let strange = content.schema_version.filter(|version| version != SCHEMA);
    match strange.filter(|_| scene.enforces("R-DOC-3")) {
        Some(version) => Err(Fault::new(
            "InvalidDocumentSchemaVersion",
            format!("{version} is not a valid schema version for Session document type"),
        )),
        None => Ok(()),
    }
}

/// A text as a session document, or what is wrong with it.
fn understood(text: &str) -> Result<Content, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("JSON not well-formed. at Line: {}, Column: {}", error.line(), error.column()))?;
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| value.get(name).is_none()).collect();
    if !missing.is_empty() {
        let missing = missing.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
        return Err(format!("[message: \"object has missing required properties ([{missing}])\" - parent node: /]"));
    }
    let content: Content = serde_json::from_value(value).map_err(|error| format!("[message: \"{error}\"]"))?;
    match (content.kind(), &content.session_type) {
        (None, Some(other)) => Err(format!("[message: \"{other} is no session type\" - parent node: /sessionType]")),
        _ => Ok(content),
    }
}
