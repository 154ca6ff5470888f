//! State files as runs would leave them, for what only reads them.

use std::{collections::BTreeMap, fs, path::Path};

use rds_encrypt::{
    model::{AwsTime, Call, DbInstance, KeyReference, Outcome, Setting, Value},
    plan::{Origin, Plan, Severity},
    state::{
        BatchItem, BatchRecord, BatchRun, FORMAT, Identity, Left, LeftItem, Migration, Noted, Phase, Record, Run,
        StateDirectory, Summary,
    },
    steps::{
        Generation, Step, Stop, StopKind,
        schedule::{AfterVerify, Limits},
    },
};

/// What must be told as a text, wherever it stands.
pub(super) const EVIL: &str = "<script>window.hacked=1</script><img src=x onerror=\"window.hacked=2\">";

const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7";

fn at(minutes: usize) -> AwsTime {
    let begun: AwsTime = "2026-11-25T06:03:44Z".parse().expect("a time");
    AwsTime::from_second(begun.as_second() + 60 * i64::try_from(minutes).expect("a number")).expect("a time")
}

/// Five of five kinds. The one that runs does as long as what is returned lives.
pub(super) fn five(root: &Path) -> Migration {
    let states = StateDirectory::new(root.to_owned());
    done(&states, "orders", 0);
    let mut billing = begun(&states, "billing", 5);
    ask(&mut billing, 3, 5);
    stop(&mut billing, StopKind::Failed { gone: None }, EVIL, 60);
    let mut ledger = begun(&states, "ledger", 9);
    stop(&mut ledger, StopKind::Quota { name: "ManualSnapshots".into() }, "AWS has no room for a snapshot", 10);
    let broken = begun(&states, "broken", 3).path().to_owned();
    fs::write(broken, "{").expect("a file");
    let mut shop = begun(&states, "shop", 12);
    ask(&mut shop, 2, 12);
    shop
}

/// A batch in which one in 25 failed; returns its name.
pub(super) fn batch_of(root: &Path, count: usize) -> String {
    let states = StateDirectory::new(root.to_owned());
    let names: Vec<String> = (0..count).map(|number| format!("team-{:02}-database-{number:03}", number % 17)).collect();
    let mut left = BTreeMap::new();
    for (number, name) in names.iter().enumerate() {
        match number % 50 {
            7 => {
                let mut migration = begun(&states, name, number);
                ask(&mut migration, 3, number);
                stop(&mut migration, StopKind::NeedsPerson, "the subnet group has no address left", number + 60);
            }
            19 => {
                let why = "its engine version is deprecated".to_owned();
                left.insert(identity(name), LeftItem { how: Left::Refused, why });
            }
            31 | 32 => {
                let why = "the account has no room: 100 of 100 ManualSnapshots".to_owned();
                left.insert(identity(name), LeftItem { how: Left::Parked, why });
            }
            _ => done(&states, name, number),
        }
    }
    let items = names.iter().map(|name| BatchItem {
        name: name.clone(),
        resource_id: identity(name),
        gibibytes: 100,
        single_az: true,
    });
    let mut owned = states.begin_batch(record(items.collect())).expect("a batch");
    let run = BatchRun { owner: "ada@bastion".into(), ended: at(count + 300), interrupted: false, held: None, left };
    owned.end(run, false).expect("saved");
    owned.path().file_stem().expect("a name").to_string_lossy().into_owned()
}

fn record(items: Vec<BatchItem>) -> BatchRecord {
    BatchRecord {
        format: FORMAT,
        account: "000000000000".into(),
        region: "eu-west-2".into(),
        endpoint: None,
        profile: None,
        flags: "--sandbox".into(),
        owner: "ada@bastion".into(),
        begun: at(0),
        ended: None,
        kms_key: "alias/databases".into(),
        selection: "--created-before 2023-01-01".into(),
        choices: String::new(),
        canaries: vec![],
        limits: Limits {
            canary: 1,
            concurrency: 20,
            max_failures: 30,
            max_open: None,
            hours: None,
            wait_for_room: std::time::Duration::from_mins(30),
        },
        drop_plain_snapshots: false,
        after_verify: AfterVerify::Keep,
        notify: None,
        left_out: vec![],
        last_run: None,
        items,
    }
}

fn identity(name: &str) -> String {
    let letters = name.bytes().map(|byte| char::from(byte.to_ascii_uppercase()));
    format!("db-{}", letters.filter(char::is_ascii_alphanumeric).collect::<String>())
}

fn begun(states: &StateDirectory, name: &str, minutes: usize) -> Migration {
    let word = |text: &str| Some(text.to_owned());
    let source = DbInstance {
        identifier: name.into(),
        resource_id: Some(identity(name)),
        engine: word("postgres"),
        engine_version: word("15.7"),
        class: word("db.m5.large"),
        allocated_storage: Some(100),
        storage_type: word("gp3"),
        multi_az: Some(true),
        publicly_accessible: Some(true),
        backup_retention_period: Some(7),
        tags: Some([("note".to_owned(), EVIL.to_owned())].into()),
        ..DbInstance::default()
    };
    let asked = KeyReference::Alias("alias/databases".into());
    let plan = Plan::new(&Origin::of(&source), &asked, KEY.into(), None).expect("a plan");
    let findings = vec![Noted {
        severity: Severity::Warning,
        what: EVIL.into(),
        remedy: "look at it".into(),
        rule: "R-REST-1".into(),
    }];
    let record = Record {
        format: FORMAT,
        summary: Summary {
            phase: Phase::Underway,
            step: None,
            stopped: None,
            remedy: None,
            of_no_use: false,
            quota: None,
            serves: name.into(),
            next: format!("rds-encrypt resume {name} --sandbox"),
            updated: at(minutes),
            begun: at(minutes),
            verified: None,
        },
        account: "000000000000".into(),
        region: "eu-west-2".into(),
        endpoint: None,
        profile: None,
        flags: "--sandbox".into(),
        migration: Identity::of_instance(name, &identity(name)),
        run: Run { nonce: "n1".into(), owner: "ada@bastion".into() },
        generations: vec![Generation { n: 1, names: plan.names(1), rehearsal: true }],
        plan_digest: plan.digest(),
        plan,
        findings: Some(findings),
        journal: vec![],
    };
    states.begin(record).expect("begun")
}

/// Asks for the first calls of the way.
fn ask(migration: &mut Migration, count: usize, minutes: usize) {
    let record = migration.record();
    let names = record.generations[0].names.clone();
    let (instance, resource_id) = (record.migration.name.clone(), record.migration.resource_id.clone());
    let target = names.target.clone();
    let tags = [("note".to_owned(), EVIL.to_owned())].into();
    let modify = |setting, value| Call::ModifyDBInstance {
        instance: target.clone(),
        resource_id: "db-TARGET".into(),
        settings: [(setting, value)].into(),
    };
    let calls = [
        (Step::TakeSnapshot, Call::CreateDBSnapshot { instance, resource_id, snapshot: names.snapshot.clone(), tags }),
        (
            Step::EncryptCopy,
            Call::CopyDBSnapshot {
                source: names.snapshot.clone(),
                target: names.copy.clone(),
                kms_key_id: KEY.into(),
                tags: [].into(),
            },
        ),
        (
            Step::Restore,
            Call::RestoreDBInstanceFromDBSnapshot {
                snapshot: names.copy.clone(),
                target: names.target.clone(),
                settings: [].into(),
            },
        ),
        (Step::Settle, modify(Setting::Tags, Value::Text(EVIL.into()))),
        (Step::Settle, modify(Setting::BackupRetentionPeriod, Value::Number(7))),
    ];
    for (number, (step, call)) in calls.into_iter().take(count).enumerate() {
        let sent = at(minutes + 1 + 15 * number);
        let entered = migration.intend(1, step, call, sent).expect("saved");
        let outcome =
            Outcome::Accepted { request_id: Some("b21cd598-45bb-4e20-a600-2daec0d05cb8".into()), resource_id: None };
        migration.conclude(entered, outcome, sent).expect("saved");
    }
}

fn stop(migration: &mut Migration, kind: StopKind, reason: &str, minutes: usize) {
    let stop =
        Stop { kind, reason: reason.into(), remedy: "the source was not changed; mend that, then resume".into() };
    let at_step = migration.record().summary.step.unwrap_or(Step::TakeSnapshot);
    migration.stand(Phase::Stopped, at_step, Some(&stop), at(minutes)).expect("saved");
}

fn done(states: &StateDirectory, name: &str, minutes: usize) {
    let mut migration = begun(states, name, minutes);
    ask(&mut migration, 5, minutes);
    migration.stand(Phase::Finished, Step::Verify, None, at(minutes + 80)).expect("saved");
}
