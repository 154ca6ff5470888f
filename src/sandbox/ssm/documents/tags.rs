//! Tags of documents.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;

/// A resource, and what is to become of its tags.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Tagging {
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

/// Tags with others added: a key that exists gets the new value.
fn merge(tags: &mut Vec<Tag>, more: &[Tag]) {
    for tag in more {
        match tags.iter_mut().find(|old| old.key == tag.key) {
            Some(old) => old.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
}

fn is_a_document(input: &Tagging) -> Result<(), Fault> {
    match input.resource_type.as_str() {
        "Document" => Ok(()),
        other => Err(Fault::not_imitated(&format!("tags of a {other}"))),
    }
}

/// The tags of a document that is there (`R-DOC-13`).
fn change(scene: &mut Scene<'_>, input: &Tagging, change: impl FnOnce(&mut Vec<Tag>)) -> Result<Value, Fault> {
    is_a_document(input)?;
    let strict = scene.enforces("R-DOC-13");
    match scene.region.document_mut(&input.resource_id) {
        Some(document) => change(&mut document.tags),
        None if strict => return Err(unknown()),
        None => {}
    }
    Ok(json!({}))
}

fn unknown() -> Fault {
    Fault::new(
        "InvalidResourceId",
        "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    )
}

/// `AddTagsToResource`.
pub(super) fn add(scene: &mut Scene<'_>, input: &Tagging) -> Result<Value, Fault> {
    change(scene, input, |tags| merge(tags, &input.tags))
}

/// `RemoveTagsFromResource`: a key that isn't there isn't missed.
pub(super) fn remove(scene: &mut Scene<'_>, input: &Tagging) -> Result<Value, Fault> {
    change(scene, input, |tags| tags.retain(|tag| !input.tag_keys.contains(&tag.key)))
}

/// `ListTagsForResource`.
pub(super) fn list(scene: &Scene<'_>, input: &Tagging) -> Result<Value, Fault> {
    is_a_document(input)?;
    match scene.region.document(&input.resource_id) {
        Some(document) => Ok(json!({"TagList": document.tags})),
        None if scene.enforces("R-DOC-13") => Err(unknown()),
        None => Ok(json!({"TagList": []})),
    }
}
