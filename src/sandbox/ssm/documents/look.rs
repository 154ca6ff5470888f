//! Which documents are there, and what is in them.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::channel::Habits;
use super::super::paged;
use super::amazon::{FORWARDING, Forwarding, PLATFORMS, PREFERENCES};
use super::content::Content;
use super::{missing, no_version, saved};
use crate::sandbox::ACCOUNT;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::document::{Document, Version};
use crate::sandbox::world::pace::after;

/// The most rows of a page.
const PAGE: usize = 50;

/// Input that names a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    name: String,
    document_version: Option<String>,
    version_name: Option<String>,
    document_format: Option<String>,
}

/// `ListDocuments`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Look {
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Filter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

/// When a version is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// In the answer of the call that made it.
    ItsBirth,
    /// Any time later.
    Last,
}

/// A document's name without the rest of its ARN.
fn bare(name: &str) -> &str {
    name.split_once(":document/").map_or(name, |(_, name)| name)
}

/// One version of a document: the default one, unless another is asked for (`R-DOC-6`).
pub(super) fn version<'a>(
    document: &'a Document,
    number: Option<&str>,
    name: Option<&str>,
) -> Result<&'a Version, Fault> {
    let wanted = match (number, name) {
        (None, Some(name)) => document.versions.iter().find(|version| version.name.as_deref() == Some(name)),
        (None | Some("$DEFAULT"), _) => document.version(document.default),
        (Some("$LATEST"), _) => document.latest(),
        (Some(number), _) => number.parse().ok().and_then(|number| document.version(number)),
    };
    wanted.ok_or_else(no_version)
}

/// One of AWS's documents; each has one version here.
fn of_aws(input: &Named) -> Result<&'static Forwarding, Fault> {
    let found = Forwarding::named(bare(&input.name)).ok_or_else(missing)?;
    let first = input.document_version.as_deref().is_none_or(|version| ["1", "$LATEST", "$DEFAULT"].contains(&version));
    if first && input.version_name.is_none() { Ok(found) } else { Err(no_version()) }
}

/// `GetDocument`: as it was saved.
pub(super) fn content(scene: &Scene<'_>, habits: &Habits, input: &Named) -> Result<Value, Fault> {
    if let Some(other) = input.document_format.as_ref().filter(|format| *format != "JSON") {
        return Err(Fault::not_imitated(&format!("documents in {other}")));
    }
    let shown = |name: &str, version: &str, content: &str| {
        json!({
            "Name": name, "DocumentVersion": version, "Content": content, "DocumentType": "Session",
            "DocumentFormat": "JSON", "Status": "Active"})
    };
    let Some(document) = saved(scene, habits, bare(&input.name)) else {
        let document = of_aws(input)?;
        return Ok(shown(document.name, "1", &document.content().to_string()));
    };
    let version = version(&document, input.document_version.as_deref(), input.version_name.as_deref())?;
    let mut answer = shown(&document.name, &version.number.to_string(), &version.content);
    let more = [
        ("VersionName", json!(version.name)),
        ("CreatedDate", json!(version.created)),
        ("Status", json!(status(scene, version, At::Last))),
    ];
    if let Some(answer) = answer.as_object_mut() {
        answer.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    Ok(answer)
}

/// `DescribeDocument`.
pub(super) fn describe(scene: &Scene<'_>, habits: &Habits, input: &Named) -> Result<Value, Fault> {
    if let Some(document) = saved(scene, habits, bare(&input.name)) {
        let version = version(&document, input.document_version.as_deref(), input.version_name.as_deref())?;
        return Ok(json!({"Document": described(scene, &document, version, At::Last)}));
    }
    let document = of_aws(input)?;
    Ok(json!({"Document": {
        "Name": document.name, "Owner": "Amazon", "Status": "Active", "DocumentVersion": "1", "LatestVersion": "1",
        "DefaultVersion": "1", "DocumentType": "Session", "DocumentFormat": "JSON", "SchemaVersion": "1.0",
        "PlatformTypes": PLATFORMS}}))
}

/// How far a version is: the call that makes it says that it isn't there yet (`R-DOC-14`).
fn status(scene: &Scene<'_>, version: &Version, at: At) -> &'static str {
    let young = scene.now < after(version.created, scene.switches.documents_active_after);
    match version.number {
        _ if !scene.enforces("R-DOC-14") || (at == At::Last && !young) => "Active",
        1 => "Creating",
        _ => "Updating",
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

/// A parameter's value as text.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A version as descriptions show it; its hash is that of its content (`R-DOC-17`).
pub(super) fn described(scene: &Scene<'_>, document: &Document, version: &Version, at: At) -> Value {
    let content = Content::of(&version.content);
    let parameters: Vec<Value> = content
        .parameters
        .iter()
        .map(|(name, parameter)| {
            json!({
                "Name": name, "Type": parameter.kind, "Description": parameter.description,
                "DefaultValue": parameter.default.as_ref().map(shown)})
        })
        .collect();
    let hash = scene.enforces("R-DOC-17").then(|| hash(&version.content));
    json!({
        "Hash": hash, "HashType": hash.as_ref().map(|_| "Sha256"), "Name": document.name,
        "VersionName": version.name, "Owner": ACCOUNT, "CreatedDate": version.created,
        "Status": status(scene, version, at), "DocumentVersion": version.number.to_string(),
        "Description": content.description, "Parameters": parameters, "PlatformTypes": PLATFORMS,
        "DocumentType": "Session", "SchemaVersion": content.schema_version,
        "LatestVersion": document.latest().map(|version| version.number.to_string()),
        "DefaultVersion": document.default.to_string(), "DocumentFormat": "JSON", "Tags": document.tags})
}

/// `ListDocuments`: AWS's and one's own that all filters let through (`R-DOC-11`), in pages (`R-DOC-12`).
pub(super) fn list(scene: &Scene<'_>, habits: &Habits, input: &Look) -> Result<Value, Fault> {
    let amazons = FORWARDING.iter().map(|document| {
        json!({
            "Name": document.name, "Owner": "Amazon", "PlatformTypes": PLATFORMS, "DocumentVersion": "1",
            "DocumentType": "Session", "SchemaVersion": "1.0", "DocumentFormat": "JSON", "Tags": []})
    });
    let of_a_habit = saved(scene, habits, PREFERENCES).filter(|_| scene.region.document(PREFERENCES).is_none());
    let own = scene.region.documents.iter().chain(of_a_habit.as_deref()).map(row);
    let mut rows = Vec::new();
    for row in amazons.chain(own) {
        let mut fits = true;
        for filter in &input.filters {
            fits &= fitting(&row, filter)?;
        }
        if fits || !scene.enforces("R-DOC-11") {
            rows.push(row);
        }
    }
    let most = input.max_results.filter(|_| scene.enforces("R-DOC-12")).unwrap_or(PAGE);
    let (page, next) = paged(rows, input.next_token.as_deref(), most)?;
    Ok(json!({"DocumentIdentifiers": page, "NextToken": next}))
}

/// A document as lists show it: its default version.
fn row(document: &Document) -> Value {
    let version = document.version(document.default);
    let content = version.map(|version| Content::of(&version.content)).unwrap_or_default();
    json!({
        "Name": document.name, "CreatedDate": version.map(|version| version.created), "Owner": ACCOUNT,
        "VersionName": version.and_then(|version| version.name.as_ref()), "PlatformTypes": PLATFORMS,
        "DocumentVersion": document.default.to_string(), "DocumentType": "Session",
        "SchemaVersion": content.schema_version, "DocumentFormat": "JSON", "Tags": document.tags})
}

/// Whether one of a filter's values fits; names by how they begin.
fn fitting(row: &Value, filter: &Filter) -> Result<bool, Fault> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let any = |fits: &dyn Fn(&str) -> bool| filter.values.iter().any(|value| fits(value));
    let listed = |name: &str| row.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(match filter.key.as_str() {
        "Name" => any(&|value| text("Name").starts_with(value)),
        "DocumentType" => any(&|value| text("DocumentType") == value),
        "PlatformTypes" => any(&|value| listed("PlatformTypes").iter().any(|known| known == value)),
        "Owner" => match filter.values.first().map(String::as_str) {
            Some("Self") => text("Owner") == ACCOUNT,
            Some("Amazon") => text("Owner") == "Amazon",
            other => {
                let other = other.unwrap_or_default();
                return Err(Fault::not_imitated(&format!("the owner {other} of ListDocuments")));
            }
        },
        key => match key.strip_prefix("tag:") {
            Some(tag) => listed("Tags").iter().any(|own| {
                own.get("Key").and_then(Value::as_str) == Some(tag)
                    && any(&|value| own.get("Value").and_then(Value::as_str) == Some(value))
            }),
            None if ["TargetType", "CloudProviders", "SearchKeyword"].contains(&key) => {
                return Err(Fault::not_imitated(&format!("the filter {key} of ListDocuments")));
            }
            None => return Err(Fault::new("InvalidFilterKey", "The specified key isn't valid.")),
        },
    })
}
