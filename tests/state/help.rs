//! A migration to keep, and a place to keep it in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rds_encrypt::{
    model::{AwsTime, Call, DbInstance, KeyReference, name::short_id},
    plan::Plan,
    state::{FORMAT, Identity, Migration, Phase, Record, Run, StateDirectory, Summary},
    steps::{Generation, Stop, StopKind},
};
use tempfile::TempDir;

pub(crate) const OWNER: &str = "ada@bastion";

pub(crate) fn at(time: &str) -> AwsTime {
    format!("2026-11-25T{time}Z").parse().expect("a time")
}

/// A state directory that doesn't exist yet, in a folder that goes away with the first of the pair.
pub(crate) fn place() -> (TempDir, StateDirectory) {
    let folder = tempfile::tempdir().expect("a folder");
    let state = StateDirectory::new(folder.path().join("deep/state"));
    (folder, state)
}

pub(crate) fn record(name: &str) -> Record {
    let resource_id = format!("db-{}", name.to_uppercase());
    let source = DbInstance {
        identifier: name.into(),
        resource_id: Some(resource_id.clone()),
        engine: Some("postgres".into()),
        backup_retention_period: Some(7),
        ..DbInstance::default()
    };
    let asked = KeyReference::Alias("alias/payments".into());
    let key = "arn:aws:kms:eu-west-2:000000000000:key/1234abcd".to_owned();
    let plan = Plan::new(&rds_encrypt::plan::Origin::of(&source), &asked, key, None).expect("a plan");
    Record {
        format: FORMAT,
        summary: Summary {
            phase: Phase::Underway,
            step: None,
            stopped: None,
            remedy: None,
            of_no_use: false,
            quota: None,
            serves: name.into(),
            next: format!("rds-encrypt resume {name}"),
            updated: at("06:00:00"),
            begun: at("06:00:00"),
            verified: None,
        },
        account: "000000000000".into(),
        region: "eu-west-2".into(),
        endpoint: None,
        profile: None,
        flags: String::new(),
        migration: Identity { id: short_id(&resource_id), kind: "instance".into(), name: name.into(), resource_id },
        run: Run { nonce: "n1".into(), owner: OWNER.into() },
        generations: vec![Generation { n: 1, names: plan.names(1), rehearsal: true }],
        plan_digest: plan.digest(),
        plan,
        findings: None,
        journal: vec![],
    }
}

pub(crate) fn snapshot(record: &Record) -> Call {
    Call::CreateDBSnapshot {
        instance: record.migration.name.clone(),
        resource_id: record.migration.resource_id.clone(),
        snapshot: record.generations[0].names.snapshot.clone(),
        tags: [].into(),
    }
}

/// A stop for a person.
pub(crate) fn stop(why: &str) -> Stop {
    Stop { kind: StopKind::NeedsPerson, reason: why.into(), remedy: "mend it".into() }
}

pub(crate) fn begin(state: &StateDirectory, name: &str) -> Migration {
    state.begin(record(name)).expect("begun")
}

/// Begins a migration, ends the run, and tells where its file is.
pub(crate) fn begun(state: &StateDirectory, name: &str) -> PathBuf {
    begin(state, name).path().to_owned()
}

/// What a later process would read.
pub(crate) fn on_disk(state: &StateDirectory, path: &Path) -> Record {
    let entry = state.entries().into_iter().find(|entry| entry.path == path).expect("listed");
    *entry.record.expect("readable")
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
