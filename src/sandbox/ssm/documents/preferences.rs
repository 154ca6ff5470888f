//! What documents say of how sessions are: the account's preferences, and those of a document of one's own.

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::channel::Preferences;
use super::amazon::PREFERENCES;
use super::content::Content;
use crate::sandbox::scene::Scene;
use crate::sandbox::world::document::{Document, Version};

/// The version of a document that sessions go by: the default one, or the newest (`R-DOC-15`).
pub(super) fn holds<'a>(scene: &Scene<'_>, document: &'a Document) -> Option<&'a Version> {
    if scene.switches.newest_session_documents_hold { document.latest() } else { document.version(document.default) }
}

/// The preferences of a session: those of its own document where it has any, else the account's.
pub(super) fn of(scene: &Scene<'_>, own: Option<&Content>) -> Preferences {
    if let Some(inputs) = own.and_then(|content| content.inputs.as_ref()) {
        return read(scene, inputs);
    }
    let account = scene.region.document(PREFERENCES).and_then(|document| holds(scene, document));
    let content = account.map(|version| Content::of(&version.content));
    content.and_then(|content| content.inputs).map(|inputs| read(scene, &inputs)).unwrap_or_default()
}

/// Key (`R-DOC-15`) and limits in minutes (`R-DOC-16`); an empty text is none.
fn read(scene: &Scene<'_>, inputs: &Map<String, Value>) -> Preferences {
    let text = |name: &str| inputs.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let minutes = |name: &str| {
        let count: u64 = text(name).filter(|_| scene.enforces("R-DOC-16"))?.parse().ok()?;
        (1..=1440).contains(&count).then(|| Duration::from_mins(count))
    };
    Preferences {
        kms: text("kmsKeyId").filter(|_| scene.enforces("R-DOC-15")).map(str::to_owned),
        idle: minutes("idleSessionTimeout"),
        longest: minutes("maxSessionDuration"),
    }
}
