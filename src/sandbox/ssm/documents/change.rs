//! Documents come, change and go.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::channel::Habits;
use super::amazon;
use super::content::check;
use super::look::{At, described};
use super::{missing, no_version, saved};
use crate::sandbox::rds::input::Tags;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::document::{Document, Version};

/// How names begin that are AWS's.
const RESERVED: [&str; 3] = ["aws", "amazon", "amzn"];
const NEWEST: &str = "$LATEST";

/// `CreateDocument`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    name: String,
    content: String,
    document_type: Option<String>,
    document_format: Option<String>,
    version_name: Option<String>,
    #[serde(default)]
    tags: Tags,
}

/// `UpdateDocument`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Update {
    name: String,
    content: String,
    document_version: Option<String>,
    document_format: Option<String>,
    version_name: Option<String>,
}

/// `UpdateDocumentDefaultVersion`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Choice {
    name: String,
    document_version: String,
}

/// `DeleteDocument`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Delete {
    name: String,
    document_version: Option<String>,
    version_name: Option<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
}

fn only_json(format: Option<&String>) -> Result<(), Fault> {
    match format.map(String::as_str) {
        None | Some("JSON") => Ok(()),
        Some(other) => Err(Fault::not_imitated(&format!("documents in {other}"))),
    }
}

/// `CreateDocument`: a name that is free (`R-DOC-1`) and isn't like AWS's (`R-DOC-5`).
pub(super) fn create(scene: &mut Scene<'_>, habits: &Habits, input: Create) -> Result<Value, Fault> {
    let name = input.name.as_str();
    if input.document_type.as_deref() != Some("Session") {
        return Err(Fault::not_imitated("documents that are no session documents"));
    }
    only_json(input.document_format.as_ref())?;
    let lower = name.to_ascii_lowercase();
    if RESERVED.iter().any(|reserved| lower.starts_with(reserved)) && scene.enforces("R-DOC-5") {
        return Err(Fault::new(
            "ValidationException",
            format!("Invalid document name {name}: its prefix is reserved."),
        ));
    }
    if saved(scene, habits, name).is_some() && scene.enforces("R-DOC-1") {
        return Err(Fault::new("DocumentAlreadyExists", format!("Document with same name {name} already exists")));
    }
    check(scene, &input.content)?;
    let mut document = Document::new(name, &input.content, scene.now);
    document.tags = input.tags.unwrap_or_default();
    if let Some(first) = document.versions.first_mut() {
        first.name = input.version_name;
    }
    let told = document.latest().map(|version| described(scene, &document, version, At::ItsBirth));
    scene.region.documents.retain(|other| other.name != document.name);
    scene.region.documents.push(document);
    Ok(json!({"DocumentDescription": told}))
}

/// A document of the account's that is to be changed; AWS's own are nobody's (`R-DOC-10`).
fn own(scene: &mut Scene<'_>, habits: &Habits, operation: &str, name: &str) -> Result<Document, Fault> {
    if amazon::owns(name) && scene.enforces("R-DOC-10") {
        return Err(of_aws(scene, operation, name));
    }
    saved(scene, habits, name).map(std::borrow::Cow::into_owned).ok_or_else(missing)
}

fn of_aws(scene: &Scene<'_>, operation: &str, name: &str) -> Fault {
    if !scene.switches.aws_documents_are_denied {
        return missing();
    }
    let on = format!("arn:aws:ssm:{}::document/{name}", scene.name);
    Fault::new("AccessDeniedException", format!("Not authorized to perform: ssm:{operation} on resource: {on}"))
}

/// Puts a changed document in the place of what it was.
fn put(scene: &mut Scene<'_>, document: Document) {
    match scene.region.document_mut(&document.name) {
        Some(old) => *old = document,
        None => scene.region.documents.push(document),
    }
}

/// `UpdateDocument`: only of the newest version (`R-DOC-7`), and only where something changes (`R-DOC-8`). The new version
/// isn't the default one yet (`R-DOC-6`).
pub(super) fn update(scene: &mut Scene<'_>, habits: &Habits, input: Update) -> Result<Value, Fault> {
    only_json(input.document_format.as_ref())?;
    let mut document = own(scene, habits, "UpdateDocument", &input.name)?;
    let newest = document.latest().map_or(0, |version| version.number);
    let right = match input.document_version.as_deref() {
        Some(version) => version == NEWEST || version == newest.to_string(),
        None => !scene.switches.updates_without_version_refused,
    };
    if !right && scene.enforces("R-DOC-7") {
        return Err(no_version());
    }
    check(scene, &input.content)?;
    let old = scene.switches.old_contents_are_duplicates;
    let same = |version: &Version| version.content == input.content && (old || version.number == newest);
    if document.versions.iter().any(same) && scene.enforces("R-DOC-8") {
        return Err(Fault::new(
            "DuplicateDocumentContent",
            "The content of the association document matches another document. Change the content of the document and \
             try again.",
        ));
    }
    let named = |version: &Version| version.name.is_some() && version.name == input.version_name;
    if document.versions.iter().any(named) {
        return Err(Fault::new(
            "DuplicateDocumentVersionName",
            "The version name has already been used in this document.",
        ));
    }
    let number = newest + 1;
    document.versions.push(Version { number, name: input.version_name, content: input.content, created: scene.now });
    if !scene.enforces("R-DOC-6") {
        document.default = number;
    }
    let told = document.latest().map(|version| described(scene, &document, version, At::ItsBirth));
    put(scene, document);
    Ok(json!({"DocumentDescription": told}))
}

/// `UpdateDocumentDefaultVersion`: a version that is there.
pub(super) fn set_default(scene: &mut Scene<'_>, habits: &Habits, input: &Choice) -> Result<Value, Fault> {
    let mut document = own(scene, habits, "UpdateDocumentDefaultVersion", &input.name)?;
    let number = input.document_version.parse().ok().filter(|number| document.version(*number).is_some());
    document.default = number.ok_or_else(no_version)?;
    let name = document.version(document.default).and_then(|version| version.name.clone());
    let told =
        json!({"Name": document.name, "DefaultVersion": document.default.to_string(), "DefaultVersionName": name});
    put(scene, document);
    Ok(json!({"Description": told}))
}

/// `DeleteDocument`: all of it, or a version that isn't the default one (`R-DOC-9`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let name = input.name.as_str();
    if amazon::owns(name) && scene.enforces("R-DOC-10") {
        return Err(of_aws(scene, "DeleteDocument", name));
    }
    let document = scene.region.document(name).ok_or_else(missing)?;
    if input.document_version.is_none() && input.version_name.is_none() {
        scene.region.documents.retain(|document| document.name != name);
        return Ok(json!({}));
    }
    let version = super::look::version(document, input.document_version.as_deref(), input.version_name.as_deref())?;
    if version.number == document.default && scene.enforces("R-DOC-9") {
        return Err(Fault::new("InvalidDocumentOperation", "Default version of the document can't be deleted."));
    }
    let number = version.number;
    if let Some(document) = scene.region.document_mut(name) {
        document.versions.retain(|version| version.number != number);
    }
    scene.region.documents.retain(|document| !document.versions.is_empty());
    Ok(json!({}))
}
