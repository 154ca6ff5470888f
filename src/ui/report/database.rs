//! One database of a report: what its migration's file tells.

use super::{
    super::{existing, words},
    Looked, calls,
    model::{Database, EncryptionPart, ExistsRow, MadeRow, Migration},
    remains, settings,
    standing::{Judged, Standing},
    timeline,
};
use crate::{
    model::{Call, ResourceKind},
    state::{BatchItem, Entry, Known, Record},
    steps::Goal,
};

/// From a migration's file.
pub(super) fn of_entry(entry: &Entry, judged: Judged, looked: Option<Looked<'_>>) -> Database {
    let file = Some(entry.path.display().to_string());
    let Ok(record) = &entry.record else {
        let folder = |up: usize| {
            let folder = entry.path.ancestors().nth(up).and_then(|folder| folder.file_name());
            folder.unwrap_or_default().to_string_lossy().into_owned()
        };
        return Database { name: name_of(entry), account: folder(2), region: folder(1), file, ..bare(judged) };
    };
    let remains = remains::of(record, judged.standing);
    let next = remains.iter().find_map(|it| it.command.clone());
    Database {
        name: record.migration.name.clone(),
        resource_id: Some(record.migration.resource_id.clone()),
        account: record.account.clone(),
        region: record.region.clone(),
        gibibytes: record.plan.source.allocated_storage,
        remains,
        next: next.filter(|_| !matches!(judged.standing, Standing::Done | Standing::Running)),
        file,
        migration: Some(Box::new(migration(entry, record, looked))),
        ..bare(judged)
    }
}

/// Of a batch that knows it only by name: no migration's file is there.
pub(super) fn of_item(item: &BatchItem, account: &str, region: &str, judged: Judged) -> Database {
    Database {
        name: item.name.clone(),
        resource_id: Some(item.resource_id.clone()),
        account: account.to_owned(),
        region: region.to_owned(),
        gibibytes: Some(item.gibibytes),
        ..bare(judged)
    }
}

fn bare(judged: Judged) -> Database {
    Database {
        name: String::new(),
        standing: judged.standing,
        stands: judged.words,
        counts_as: judged.standing.group(),
        why: judged.why,
        remedy: judged.remedy,
        remains: Vec::new(),
        next: None,
        batch: None,
        resource_id: None,
        account: String::new(),
        region: String::new(),
        gibibytes: None,
        file: None,
        migration: None,
    }
}

/// A file that can't be read still has a name: `instance-<name>-<id>.json`.
fn name_of(entry: &Entry) -> String {
    let stem = entry.path.file_stem().unwrap_or_default().to_string_lossy();
    let named = stem.strip_prefix("instance-").and_then(|rest| rest.rsplit_once('-')).map(|(name, _)| name.to_owned());
    named.unwrap_or_else(|| entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

fn migration(entry: &Entry, record: &Record, looked: Option<Looked<'_>>) -> Migration {
    let source = &record.plan.source;
    let there = |kind: ResourceKind| {
        let resources = record.resources();
        let of_kind = resources.iter().rev().find(|it| it.kind == kind && it.known != Known::Removed);
        of_kind.map(|it| it.name.to_owned())
    };
    Migration {
        serves: record.summary.serves.clone(),
        encrypted_instance: there(ResourceKind::Instance),
        encrypted_snapshot: there(ResourceKind::EncryptedCopy),
        engine: [source.engine.as_str(), source.engine_version.as_deref().unwrap_or_default()].join(" ").trim().into(),
        class: source.class.clone(),
        encryption: encryption(record),
        owner: record.run.owner.clone(),
        profile: record.profile.clone(),
        running: entry.holder.as_ref().map(ToString::to_string),
        begun: record.summary.begun,
        updated: record.summary.updated,
        verified: record.summary.verified,
        generation: record.generation().map_or(0, |generation| generation.n),
        timeline: timeline::spans(record),
        settings: settings::rows(&record.plan),
        findings: record.findings.clone(),
        calls: calls::rows(record),
        made: made(record),
        exists: looked
            .filter(|looked| looked.path == entry.path)
            .map(|looked| looked.items.iter().map(exists).collect()),
    }
}

/// What was read back, and nothing more: a restore is asked for only once its snapshot shows the key.
fn encryption(record: &Record) -> EncryptionPart {
    use crate::state::Phase::{Different, Finished};
    let key = &record.plan.key_arn;
    let generation = record.generation().map(|generation| generation.n);
    let restores = record.journal.iter().any(|intent| {
        Some(intent.generation) == generation && matches!(intent.call, Call::RestoreDBInstanceFromDBSnapshot { .. })
    });
    let phase = record.summary.phase;
    let after = match phase {
        Finished if record.is_done_with(Goal::DropInstance) => {
            "encrypted and verified; the instance was removed since, its encrypted snapshot stays".to_owned()
        }
        Finished => "encrypted; key and settings were read back and are as planned".to_owned(),
        Different => "encrypted under the key; settings differ from the plan".to_owned(),
        _ if restores => "the snapshot's copy is encrypted under the key; the instance isn't verified".to_owned(),
        _ => "nothing is encrypted yet".to_owned(),
    };
    EncryptionPart {
        before: "not encrypted",
        after,
        verified: phase == Finished,
        kms_key_asked: record.plan.key_asked.clone(),
        kms_key_arn: key.clone(),
    }
}

fn made(record: &Record) -> Vec<MadeRow> {
    let resources = record.resources();
    let row = |resource: &crate::state::Resource<'_>| {
        let [words, name, known] = existing::by_journal(resource);
        MadeRow { kind: resource.kind, words, name, known }
    };
    resources.iter().map(row).collect()
}

fn exists(item: &crate::steps::Item) -> ExistsRow {
    let [_, name, shown] = existing::by_look(item);
    ExistsRow {
        kind: item.kind,
        words: words::resource(item.kind).to_owned(),
        name,
        shown,
        not_ours: item.not_ours.clone(),
    }
}
