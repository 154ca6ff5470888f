//! What a migration made, as rows: by its journal, or as AWS shows it.

use super::{Page, text::Text, words};
use crate::{
    model::{Encryption, ResourceKind},
    state::{Known, Record, Resource},
    steps::Item,
};

/// A resource as the journal knows it.
pub(super) fn by_journal(resource: &Resource<'_>) -> [String; 3] {
    let known = match resource.known {
        Known::Made => "made",
        Known::MayExist => "may exist",
        Known::Removed => "removed",
    };
    [kind(resource.kind).to_owned(), resource.name.to_owned(), known.to_owned()]
}

/// A resource as AWS shows it.
pub(super) fn by_look(item: &Item) -> [String; 3] {
    let size = item.allocated_storage.map(|gib| match item.kind {
        ResourceKind::Instance => format!("{gib} GiB"),
        _ => format!("up to {gib} GiB"),
    });
    let protected = item.protected.then(|| "deletion protection".to_owned());
    let parts = [Some(item.status.clone()), size, item.encryption.as_ref().map(Encryption::in_words), protected];
    [
        words::resource(item.kind).to_owned(),
        item.name.clone(),
        parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
    ]
}

/// `status`: what exists and is billed. `looked` is what AWS shows now, where it was asked.
pub(super) fn section(text: &mut Text, record: &Record, looked: Option<&[Item]>, page: Page) {
    let Some(items) = looked else {
        let resources = record.resources();
        let there: Vec<_> = resources.iter().filter(|resource| resource.known != Known::Removed).collect();
        if !there.is_empty() {
            text.heading("Made, and billed while it exists (by the journal; --refresh asks AWS)");
            text.rows(&there.into_iter().map(by_journal).collect::<Vec<_>>());
        }
        return;
    };
    let (ours, others): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.not_ours.is_none());
    if ours.is_empty() {
        text.heading("AWS shows nothing that this migration made: nothing of it is billed");
    } else {
        text.heading("AWS shows, and bills");
        text.rows(&ours.into_iter().map(by_look).collect::<Vec<_>>());
    }
    if !others.is_empty() {
        text.heading("Under its names, and not proven to be its own");
        not_ours(text, others, page);
    }
}

/// Each with the reason.
pub(super) fn not_ours<'a>(text: &mut Text, items: impl IntoIterator<Item = &'a Item>, page: Page) {
    for item in items {
        let why = item.not_ours.as_deref().unwrap_or_default();
        text.point(&page.warning("!"), &format!("the {} {}: {why}", words::resource(item.kind), item.name));
    }
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Snapshot => "snapshot, not encrypted",
        ResourceKind::EncryptedCopy => "snapshot, encrypted",
        ResourceKind::Instance => "instance",
        ResourceKind::SecurityGroup => "security group",
    }
}
