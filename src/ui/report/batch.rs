//! The batches of a report, and which file belongs to which of their databases.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    super::batch::{afterwards_in_words, limits_in_words},
    model::{BatchFacts, BatchPart, Counts, Database},
};
use crate::{
    engine::batch::After,
    state::{BatchEntry, BatchItem, BatchRecord, Entry, Identity, Phase, with_flags},
};

/// Account, Region, and a database's identity there.
type Key = (String, String, String);

/// Which file belongs to which database, and which database to which batch.
pub(super) struct Items<'a> {
    entries: BTreeMap<Key, &'a Entry>,
    /// The newest batch of each.
    batches: BTreeMap<Key, String>,
    files: BTreeSet<&'a Path>,
    /// Those that can't be read, by the last parts of their paths.
    broken: BTreeMap<Key, &'a Entry>,
}

impl<'a> Items<'a> {
    pub(super) fn of(entries: &'a [Entry], batches: &[&BatchEntry]) -> Self {
        let mut found = Self {
            entries: BTreeMap::new(),
            batches: BTreeMap::new(),
            files: BTreeSet::new(),
            broken: BTreeMap::new(),
        };
        for entry in entries {
            let Ok(record) = &entry.record else {
                found.broken.insert(key_of_path(&entry.path), entry);
                continue;
            };
            let key = (record.account.clone(), record.region.clone(), record.migration.resource_id.clone());
            // One that was given up speaks only where there is no other.
            let earlier = found.entries.get(&key).is_some_and(|earlier| !earlier.is_abandoned());
            if !(earlier && entry.is_abandoned()) {
                found.entries.insert(key, entry);
            }
        }
        for batch in batches {
            let Ok(record) = &batch.record else { continue };
            for item in &record.items {
                found.batches.insert(key_of(item, record), batch.name());
                if let Some(entry) = found.entry(item, record) {
                    found.files.insert(&entry.path);
                }
            }
        }
        found
    }

    /// The file of a database of a batch. One that was given up before that batch began is another story.
    pub(super) fn entry(&self, item: &BatchItem, batch: &BatchRecord) -> Option<&'a Entry> {
        let Some(entry) = self.entries.get(&key_of(item, batch)).copied() else {
            let Identity { kind, name, id, .. } = Identity::of_instance(&item.name, &item.resource_id);
            let key = (batch.account.clone(), batch.region.clone(), format!("{kind}-{name}-{id}"));
            return self.broken.get(&key).copied();
        };
        let is_older = entry
            .record
            .as_ref()
            .is_ok_and(|record| record.summary.phase == Phase::Abandoned && record.summary.updated < batch.begun);
        (!is_older).then_some(entry)
    }

    /// Whether a database is this batch's: where several have it, the newest.
    pub(super) fn belongs(&self, item: &BatchItem, batch: &BatchRecord, name: &str) -> bool {
        self.batches.get(&key_of(item, batch)).is_some_and(|newest| newest == name)
    }

    /// Whether a file is that of a database of some batch.
    pub(super) fn contain(&self, entry: &Entry) -> bool {
        self.files.contains(entry.path.as_path())
    }
}

/// Account and Region are the folders that a file is in, and its name begins with the database's.
fn key_of_path(path: &Path) -> Key {
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let folder = |up: usize| part(path.ancestors().nth(up).and_then(Path::file_name));
    (folder(2), folder(1), part(path.file_stem()))
}

fn key_of(item: &BatchItem, batch: &BatchRecord) -> Key {
    (batch.account.clone(), batch.region.clone(), item.resource_id.clone())
}

/// A batch of a report.
pub(super) fn part(entry: &BatchEntry, databases: &[Database]) -> BatchPart {
    let name = entry.name();
    let (error, facts) = match &entry.record {
        Ok(record) => {
            let is_its = |it: &&Database| {
                it.batch.as_ref() == Some(&name) && it.account == record.account && it.region == record.region
            };
            (None, Some(facts(entry, record, Counts::of(databases.iter().filter(is_its)))))
        }
        Err(error) => (Some(error.to_string()), None),
    };
    BatchPart { name, file: entry.path.display().to_string(), error, facts }
}

fn facts(entry: &BatchEntry, record: &BatchRecord, counts: Counts) -> BatchFacts {
    let run = record.last_run.as_ref();
    let is_over = record.ended.is_some();
    let stands = match (&entry.holder, record.ended, run) {
        (Some(_), _, _) => "running",
        (None, Some(_), _) => "at its end",
        (None, None, Some(run)) if run.interrupted => "interrupted",
        (None, None, Some(_)) => "not at its end",
        (None, None, None) => "broken off",
    };
    let after = After { drop_plain_snapshots: record.drop_plain_snapshots, then: record.after_verify };
    BatchFacts {
        account: record.account.clone(),
        region: record.region.clone(),
        stands: stands.to_owned(),
        owner: record.owner.clone(),
        running: entry.holder.as_ref().map(ToString::to_string),
        begun: record.begun,
        ended: record.ended,
        last_run_ended: run.map(|run| run.ended),
        held: run.and_then(|run| run.held.clone()),
        kms_key: record.kms_key.clone(),
        selection: record.selection.clone(),
        choices: record.choices.clone(),
        canaries: record.canaries.clone(),
        limits: limits_in_words(&record.limits),
        afterwards: afterwards_in_words(after).join("; "),
        left_out: record.left_out.clone(),
        counts,
        next: (!is_over && entry.holder.is_none()).then(|| with_flags("rds-encrypt resume --all", &record.flags)),
    }
}
