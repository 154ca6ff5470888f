//! A migration to look at, for tests.

use std::time::Duration;

use super::Page;
use crate::{
    engine::event::{Begun, Event, Progress},
    model::{AwsTime, Call, DbInstance, GroupMembership, KeyReference, Outcome, SubnetGroup, Value},
    plan::Plan,
    state::{FORMAT, Identity, Phase, Record, Run, Summary},
    steps::{Evidence, Generation, Step},
};

pub(super) const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const RESOURCE_ID: &str = "db-HJC7IKBO2ACTLNNZCM7EX66IHE";

pub(super) const WIDE: Page = Page { width: 80, color: false };
pub(super) const NARROW: Page = Page { width: 60, color: false };

pub(super) fn at(time: &str) -> AwsTime {
    format!("2026-11-25T{time}Z").parse().unwrap()
}

pub(super) fn source(engine: &str, multi_az: bool) -> DbInstance {
    let word = |text: &str| Some(text.to_owned());
    DbInstance {
        identifier: "orders".into(),
        resource_id: word(RESOURCE_ID),
        engine: word(engine),
        engine_version: word("14.9"),
        class: word("db.m5.large"),
        allocated_storage: Some(100),
        storage_type: word("gp3"),
        multi_az: Some(multi_az),
        publicly_accessible: Some(true),
        backup_retention_period: Some(7),
        security_groups: Some(vec![GroupMembership { name: "sg-0a1b2c3d".into(), status: None }]),
        subnet_group: Some(SubnetGroup { name: word("private"), vpc_id: None }),
        ..DbInstance::default()
    }
}

pub(super) fn plan(engine: &str, multi_az: bool) -> Plan {
    let asked = KeyReference::Alias("alias/payments".into());
    Plan::new(&crate::plan::Origin::of(&source(engine, multi_az)), &asked, KEY.into(), None).unwrap()
}

pub(super) fn record(phase: Phase, step: Step) -> Record {
    let plan = plan("postgres", false);
    let digest = plan.digest();
    Record {
        format: FORMAT,
        summary: Summary {
            phase,
            step: Some(step),
            stopped: None,
            remedy: None,
            of_no_use: false,
            quota: None,
            serves: "orders".into(),
            next: "rds-encrypt resume orders".into(),
            updated: at("07:15:44"),
            begun: at("06:03:44"),
            verified: None,
        },
        account: "000000000000".into(),
        region: "eu-west-2".into(),
        endpoint: None,
        profile: None,
        flags: String::new(),
        migration: Identity {
            id: "orders".into(),
            kind: "instance".into(),
            name: "orders".into(),
            resource_id: RESOURCE_ID.into(),
        },
        run: Run { nonce: "n1".into(), owner: "ada@bastion".into() },
        generations: vec![Generation { n: 1, names: plan.names(1), rehearsal: true }],
        plan,
        plan_digest: digest,
        findings: None,
        journal: vec![],
    }
}

/// Enters calls up to and with `last`, the last of them with `outcome`.
pub(super) fn ask(record: &mut Record, last: Step, outcome: Outcome) {
    let names = record.generation().unwrap().names.clone();
    let calls = [
        Call::CreateDBSnapshot {
            instance: "orders".into(),
            resource_id: RESOURCE_ID.into(),
            snapshot: names.snapshot.clone(),
            tags: [].into(),
        },
        Call::CopyDBSnapshot {
            source: names.snapshot.clone(),
            target: names.copy.clone(),
            kms_key_id: KEY.into(),
            tags: [].into(),
        },
        Call::RestoreDBInstanceFromDBSnapshot {
            snapshot: names.copy.clone(),
            target: names.target.clone(),
            settings: [].into(),
        },
        Call::ModifyDBInstance {
            instance: names.target.clone(),
            resource_id: "db-TARGET".into(),
            settings: [(crate::model::Setting::BackupRetentionPeriod, Value::Number(7))].into(),
        },
    ];
    let accepted = || Outcome::Accepted { request_id: Some("r".into()), resource_id: None };
    let steps = [Step::TakeSnapshot, Step::EncryptCopy, Step::Restore, Step::Settle];
    let count = steps.iter().position(|step| *step == last).unwrap() + 1;
    for call in calls.into_iter().take(count) {
        let number = record.enter(1, call, at("06:03:44"));
        record.conclude(number, accepted());
    }
    let number = u32::try_from(record.journal.len()).unwrap();
    record.conclude(number, outcome);
}

pub(super) fn begun(resumed: bool, pace: u32) -> Event {
    let plan = plan("postgres", false);
    let target = plan.names(1).target;
    Event::Begun(Begun {
        steps: crate::steps::Goal::Migrate.pipeline(&plan),
        goal: crate::steps::Goal::Migrate,
        database: "orders".into(),
        target,
        key_arn: KEY.into(),
        resumed,
        pace,
    })
}

pub(super) fn looked(step: Step, status: &str, percent: Option<u8>, why: &str, elapsed: u64, now: &str) -> Event {
    Event::Progress(Progress {
        step,
        status: (!status.is_empty()).then(|| status.to_owned()),
        percent,
        why: why.into(),
        for_a_slot: false,
        elapsed: Duration::from_secs(elapsed),
        now: at(now),
    })
}

pub(super) fn tick(elapsed: u64) -> Event {
    Event::Tick { elapsed: Duration::from_secs(elapsed) }
}

pub(super) fn asked(step: Step, call: &str) -> [Event; 2] {
    let call = call.to_owned();
    let asking = Event::Asking { step, call: call.clone(), attempt: 1 };
    [asking, Event::Asked { step, call, outcome: "accepted".into(), accepted: true }]
}

pub(super) fn done(step: Step, evidence: Evidence, seconds: u64) -> Event {
    Event::StepDone { step, evidence, took: Some(Duration::from_secs(seconds)) }
}

/// A whole run, one list a step.
pub(super) fn whole_run() -> Vec<Vec<Event>> {
    let names = plan("postgres", false).names(1);
    let started = |step| Event::StepStarted { step };
    let mut snapshot = vec![begun(false, 600), started(Step::TakeSnapshot)];
    snapshot.extend(asked(Step::TakeSnapshot, &format!("CreateDBSnapshot {}", names.snapshot)));
    snapshot.push(looked(Step::TakeSnapshot, "creating", Some(0), "", 10, "06:00:10"));
    snapshot.push(looked(Step::TakeSnapshot, "creating", Some(55), "", 130, "06:02:10"));
    snapshot.push(done(Step::TakeSnapshot, Evidence::Snapshot { name: names.snapshot.clone() }, 250));
    let mut copy = vec![started(Step::EncryptCopy)];
    copy.extend(asked(Step::EncryptCopy, &format!("CopyDBSnapshot {}", names.copy)));
    copy.push(looked(Step::EncryptCopy, "copying", Some(10), "", 190, "06:07:20"));
    copy.push(looked(Step::EncryptCopy, "copying", Some(15), "", 280, "06:08:50"));
    copy.push(looked(Step::EncryptCopy, "copying", Some(42), "", 760, "06:16:50"));
    copy.push(tick(765));
    let mut restore = vec![
        done(Step::EncryptCopy, Evidence::EncryptedCopy { name: names.copy.clone() }, 1800),
        started(Step::Restore),
    ];
    restore.extend(asked(Step::Restore, &format!("RestoreDBInstanceFromDBSnapshot {}", names.target)));
    restore.push(looked(Step::Restore, "creating", None, "", 400, "06:40:50"));
    let mut settle = vec![
        done(Step::Restore, Evidence::Restored { name: names.target.clone(), resource_id: "db-T".into() }, 540),
        started(Step::Settle),
    ];
    settle.extend(asked(Step::Settle, &format!("ModifyDBInstance {} (BackupRetentionPeriod=7)", names.target)));
    settle.push(looked(Step::Settle, "available", None, "applying BackupRetentionPeriod", 30, "06:43:40"));
    settle.push(looked(Step::Settle, "backing-up", None, "everything is in place; looking once more", 90, "06:44:40"));
    settle.push(tick(95));
    let end = vec![
        done(Step::Settle, Evidence::Settled, 110),
        started(Step::Verify),
        done(Step::Verify, Evidence::Verified { compared: 22 }, 2),
        Event::Finished,
    ];
    vec![snapshot, copy, restore, settle, end]
}
