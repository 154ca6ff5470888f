//! What a report makes of files, from decisions to the whole.

use std::path::PathBuf;

use super::{
    super::samples,
    About, Report, Sources,
    gantt::Axis,
    standing::{self, Group, Standing},
    timeline,
};
use crate::{
    model::{AwsTime, Outcome},
    plan::Severity,
    state::{
        BatchEntry, BatchItem, BatchRecord, BatchRun, Entry, FORMAT, Left, LeftItem, LeftOut, Noted, Owner, Phase,
        Record, StateError,
    },
    steps::{Step, schedule::Limits},
};

fn accepted() -> Outcome {
    Outcome::Accepted { request_id: Some("r-1".into()), resource_id: None }
}

fn owner() -> Owner {
    Owner { who: "ada@bastion".into(), process: 7, since: "2026-11-25T06:00:00Z".into() }
}

fn entry(record: Record) -> Entry {
    let path = PathBuf::from(format!(
        "/state/000000000000/eu-west-2/instance-{}-{}.json",
        record.migration.name, record.migration.id
    ));
    Entry { path, record: Ok(Box::new(record)), holder: None }
}

fn broken() -> Entry {
    let path = PathBuf::from("/state/000000000000/eu-west-2/instance-blog-abc.json");
    Entry {
        record: Err(StateError::Unreadable { path: path.clone(), why: "EOF while parsing".into() }),
        path,
        holder: None,
    }
}

/// A migration of another database than the sample's, as far as a report can tell.
fn named(name: &str, phase: Phase, last: Step) -> Record {
    let mut record = samples::record(phase, last);
    record.migration.name = name.into();
    record.migration.resource_id = format!("db-{}", name.to_uppercase());
    record.summary.serves = name.into();
    record.summary.next = format!("rds-encrypt resume {name}");
    samples::ask(&mut record, if last == Step::Verify { Step::Settle } else { last }, accepted());
    let times = ["06:03:50", "06:10:00", "06:40:00", "06:50:00"];
    for (intent, time) in record.journal.iter_mut().zip(times) {
        intent.sent_at = samples::at(time);
    }
    record
}

fn finished(name: &str) -> Record {
    let mut record = named(name, Phase::Finished, Step::Verify);
    record.summary.verified = Some(samples::at("07:00:00"));
    record.findings = Some(vec![Noted {
        severity: Severity::Warning,
        what: "its class is old".into(),
        remedy: "choose another".into(),
        rule: "R-CAT-1".into(),
    }]);
    record
}

fn item(name: &str) -> BatchItem {
    let resource_id = format!("db-{}", name.to_uppercase());
    BatchItem { name: name.into(), resource_id, gibibytes: 100, single_az: true }
}

fn batch(items: &[&str], left: &[(&str, Left, &str)]) -> BatchEntry {
    let left = left
        .iter()
        .map(|(name, how, why)| (format!("db-{}", name.to_uppercase()), LeftItem { how: *how, why: (*why).into() }));
    let run = BatchRun {
        owner: "bob@laptop".into(),
        ended: samples::at("08:00:00"),
        interrupted: false,
        held: None,
        left: left.collect(),
    };
    let record = BatchRecord {
        format: FORMAT,
        account: "000000000000".into(),
        region: "eu-west-2".into(),
        endpoint: Some("https://ada:secret@aws.example/x?token=secret".into()),
        profile: None,
        flags: "--sandbox".into(),
        owner: "ada@bastion".into(),
        begun: samples::at("06:00:00"),
        ended: None,
        kms_key: "alias/payments".into(),
        selection: "--created-before 2023-01-01".into(),
        choices: String::new(),
        canaries: vec![],
        limits: Limits { canary: 1, concurrency: 20, max_failures: 3, max_open: None, hours: None, ..LIMITS },
        drop_plain_snapshots: false,
        after_verify: crate::steps::schedule::AfterVerify::Keep,
        notify: Some("curl https://hooks.example/secret".into()),
        left_out: vec![LeftOut { name: "asleep".into(), why: "asleep is stopped".into() }],
        last_run: Some(run),
        items: items.iter().map(|name| item(name)).collect(),
    };
    BatchEntry {
        path: "/state/000000000000/eu-west-2/batches/20261125T060000Z.json".into(),
        record: Ok(record),
        holder: None,
    }
}

const LIMITS: Limits = Limits {
    canary: 1,
    concurrency: 20,
    max_failures: 3,
    max_open: None,
    hours: None,
    wait_for_room: std::time::Duration::from_mins(30),
};

fn report(about: About<'_>, entries: &[Entry], batches: &[BatchEntry]) -> Report {
    let written: AwsTime = samples::at("09:00:00");
    Report::of(&Sources { about, entries, batches, looked: None, flags: "", written })
}

#[test]
fn how_a_migration_stands() {
    use Phase::{Abandoned, Abandoning, Different, Finished, Stopped, Underway};
    let table = [
        (Underway, false, None, Standing::Interrupted, Group::Waiting),
        (Underway, true, None, Standing::Running, Group::Running),
        (Stopped, false, None, Standing::Failed, Group::Failed),
        (Stopped, true, None, Standing::Running, Group::Running),
        (Stopped, false, Some("ManualSnapshots"), Standing::Parked, Group::Parked),
        (Different, false, None, Standing::Differs, Group::Failed),
        (Finished, false, None, Standing::Done, Group::Done),
        (Finished, true, None, Standing::Done, Group::Done),
        (Abandoning, false, None, Standing::GivenUp, Group::Skipped),
        (Abandoned, false, None, Standing::GivenUp, Group::Skipped),
    ];
    for (phase, held, quota, expected, group) in table {
        let mut record = samples::record(phase, Step::Settle);
        record.summary.quota = quota.map(str::to_owned);
        record.summary.stopped = Some("why".into());
        let entry = Entry { holder: held.then(owner), ..entry(record) };
        let found = standing::of_entry(&entry, None);
        assert_eq!((found.standing, found.standing.group()), (expected, group), "{phase:?} {held} {quota:?}");
    }
    assert_eq!(standing::of_entry(&broken(), None).standing, Standing::Unreadable);
}

/// What a run of a batch said counts until the migration's own file says something newer.
#[test]
fn how_what_a_batch_left_stands() {
    let (before, after) = ("07:15:44", "08:30:00");
    let table = [
        (Phase::Underway, before, Left::Refused, Standing::Refused),
        (Phase::Underway, before, Left::Broken, Standing::Failed),
        (Phase::Underway, before, Left::Parked, Standing::Parked),
        (Phase::Underway, before, Left::Waiting, Standing::Interrupted),
        (Phase::Stopped, before, Left::Stopped, Standing::Failed),
        (Phase::Underway, after, Left::Refused, Standing::Interrupted),
        (Phase::Finished, before, Left::Refused, Standing::Done),
    ];
    for (phase, updated, how, expected) in table {
        let mut record = named("shop", phase, Step::Settle);
        record.summary.updated = samples::at(updated);
        let report =
            report(About::Batch("20261125T060000Z"), &[entry(record)], &[batch(&["shop"], &[("shop", how, "w")])]);
        assert_eq!(report.databases[0].standing, expected, "{phase:?} {updated} {how:?}");
    }
    for (how, running, expected) in [
        (Left::Refused, false, Standing::Refused),
        (Left::Refused, true, Standing::Waiting),
        (Left::Skipped, true, Standing::Skipped),
        (Left::Parked, false, Standing::Parked),
        (Left::Waiting, false, Standing::Waiting),
    ] {
        let left = LeftItem { how, why: "why".into() };
        assert_eq!(standing::of_none(Some(&left), running).standing, expected, "{how:?} {running}");
    }
    assert_eq!(standing::of_none(None, false).standing, Standing::Waiting);
}

#[test]
fn steps_last_until_the_next_ones() {
    let spans = |record: &Record| {
        let at = |time: AwsTime| time.strftime("%H:%M").to_string();
        let of = timeline::spans(record);
        of.iter().map(|it| (it.words, at(it.began), it.ended.map(at).unwrap_or_default())).collect::<Vec<_>>()
    };
    let row = |words: &'static str, began: &str, ended: &str| (words, began.to_owned(), ended.to_owned());
    let three =
        [row("snapshot", "06:03", "06:10"), row("encrypted copy", "06:10", "06:40"), row("restore", "06:40", "06:50")];
    let with = |last| three.iter().cloned().chain([last]).collect::<Vec<_>>();
    assert_eq!(spans(&finished("shop")), with(row("settle and verify", "06:50", "07:00")));
    // Begun by a version that didn't note when it was verified: the last change is that.
    let mut older = finished("shop");
    older.summary.verified = None;
    assert_eq!(spans(&older), with(row("settle and verify", "06:50", "07:15")));
    let running = named("shop", Phase::Underway, Step::EncryptCopy);
    assert_eq!(spans(&running), [row("snapshot", "06:03", "06:10"), row("encrypted copy", "06:10", "")]);
    let stopped = named("shop", Phase::Stopped, Step::EncryptCopy);
    assert_eq!(spans(&stopped)[1], row("encrypted copy", "06:10", "07:15"));
    assert!(timeline::spans(&stopped)[1].stopped);
    // What is removed days later is no part of the way.
    let mut cleaned = finished("shop");
    let snapshot = cleaned.generations[0].names.snapshot.clone();
    let number = cleaned.enter(
        1,
        crate::model::Call::DeleteDBSnapshot { snapshot, created: None },
        "2026-12-01T09:00:00Z".parse().unwrap(),
    );
    cleaned.conclude(number, accepted());
    cleaned.summary.updated = "2026-12-01T09:01:00Z".parse().unwrap();
    let mut expected = with(row("settle and verify", "06:50", "07:00"));
    expected.push(row("remove the snapshot", "09:00", "09:01"));
    assert_eq!(spans(&cleaned), expected);
    let axis = Axis::of(&timeline::spans(&cleaned), cleaned.summary.updated).unwrap();
    assert_eq!(axis.to, samples::at("07:00:00"));
    assert_eq!(timeline::spans(&cleaned).iter().filter(|span| axis.bar(span).is_some()).count(), 4);
}

#[test]
fn ticks_are_round_and_few() {
    let axis = |from: &str, to: &str| Axis { from: from.parse().unwrap(), to: to.parse().unwrap() };
    let table = [
        ("2026-11-25T06:03:44Z", "2026-11-25T07:15:44Z", "06:15 06:30 06:45 07:00 07:15", "25 Nov 2026"),
        ("2026-11-25T06:03:44Z", "2026-11-25T06:03:45Z", "", "25 Nov 2026"),
        (
            "2026-11-25T20:00:00Z",
            "2026-11-26T08:00:00Z",
            "20:00 22:00 26 Nov 02:00 04:00 06:00 08:00",
            "25 to 26 Nov 2026",
        ),
        (
            "2026-11-25T20:00:00Z",
            "2026-12-08T08:00:00Z",
            "27 Nov 29 Nov 1 Dec 3 Dec 5 Dec 7 Dec",
            "25 Nov to 8 Dec 2026",
        ),
        ("2025-12-31T20:00:00Z", "2026-01-01T00:30:00Z", "20:00 21:00 22:00 23:00 1 Jan", "31 Dec 2025 to 1 Jan 2026"),
    ];
    for (from, to, expected, days) in table {
        let axis = axis(from, to);
        let ticks = axis.ticks(6);
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels.join(" "), expected, "{from} {to}");
        assert!(ticks.iter().all(|tick| (0.0..=100.0).contains(&tick.x.0)), "{ticks:?}");
        assert_eq!(axis.days(), days);
    }
}

/// A batch of all kinds.
fn all_kinds() -> (Vec<Entry>, Vec<BatchEntry>) {
    let mut failed = named("billing", Phase::Stopped, Step::Restore);
    failed.summary.stopped = Some("billing-g1 is incompatible-network".into());
    failed.summary.remedy = Some("mend the subnet group".into());
    let mut parked = named("ledger", Phase::Stopped, Step::TakeSnapshot);
    parked.journal.clear();
    parked.summary.stopped = Some("AWS refuses another snapshot".into());
    parked.summary.quota = Some("ManualSnapshots".into());
    let running = Entry { holder: Some(owner()), ..entry(named("shop", Phase::Underway, Step::EncryptCopy)) };
    let entries = vec![entry(finished("orders")), entry(failed), entry(parked), running, broken()];
    let why = "postgres 9.6 is deprecated";
    let left = [("legacy", Left::Refused, why), ("museum", Left::Refused, why), ("wiki", Left::Waiting, "3 failed")];
    (entries, vec![batch(&["orders", "billing", "ledger", "shop", "legacy", "museum", "wiki"], &left)])
}

#[test]
fn a_batch_in_plain_sentences() {
    let (entries, batches) = all_kinds();
    let report = report(About::Batch("20261125T060000Z"), &entries, &batches);
    let counts = report.counts;
    assert_eq!(
        (counts.all, counts.done, counts.running, counts.failed, counts.parked, counts.waiting, counts.skipped),
        (7, 1, 1, 3, 1, 1, 0)
    );
    insta::assert_snapshot!("sentences", report.summary.join("\n"));
    let needs = report.needs.iter().map(|need| (need.databases.join(" "), need.commands.join(" ")));
    let row = |name: &str, command: &str| (name.to_owned(), command.to_owned());
    let expected = [
        row("billing", "rds-encrypt resume billing"),
        row("legacy museum", "rds-encrypt plan legacy --sandbox rds-encrypt plan museum --sandbox"),
        row("ledger", "rds-encrypt resume ledger"),
    ];
    assert_eq!(needs.collect::<Vec<_>>(), expected, "the same of several is said once");
}

#[test]
fn the_same_as_json() {
    let (entries, batches) = all_kinds();
    let whole = report(About::Everything("/state".as_ref()), &entries, &batches);
    assert_eq!(whole.databases.len(), 8, "a broken file costs one row");
    let small = report(About::Batch("20261125T060000Z"), &entries[..1], &batches);
    insta::assert_json_snapshot!("report", small, { ".program" => "[program]" });
}

/// Names, tags and sentences are others', and may hold anything; addresses and commands of a person's may hold secrets.
#[test]
fn nothing_of_others_runs_and_nothing_secret_is_told() {
    let (mut entries, batches) = all_kinds();
    let evil = "<script>window.hacked=1</script>\"'><img src=x onerror=alert(1)>";
    for entry in &mut entries {
        let Ok(record) = &mut entry.record else { continue };
        record.summary.stopped = Some(evil.into());
        record.summary.serves = evil.into();
        record.run.owner = evil.into();
        record.plan.settings[0].wanted = crate::model::Value::Tags([("<script>".to_owned(), evil.to_owned())].into());
        record.plan.settings[0].reason = Some(crate::plan::Reason::Asked);
        record.findings =
            Some(vec![Noted { severity: Severity::Note, what: evil.into(), remedy: evil.into(), rule: evil.into() }]);
        for intent in &mut record.journal {
            intent.outcome =
                Outcome::Refused { code: evil.into(), message: evil.into(), request_id: Some(evil.into()) };
        }
    }
    let report = report(About::Everything("/state".as_ref()), &entries, &batches);
    let page = super::html(&report).unwrap();
    assert!(page.starts_with(super::BEGINS));
    assert!(page.contains("window.hacked"), "it is told");
    for wrong in ["<script", "<img", "onerror=alert(1)>", "http:", "https:", "url(", "@import", "src=\"", "javascript:"]
    {
        let found = page.find(wrong).map(|at| &page[at.saturating_sub(80)..(at + 80).min(page.len())]);
        // The endpoint is told, as a text.
        assert!(found.is_none_or(|found| found.contains("https://aws.example/x")), "{wrong}: {found:?}");
    }
    let json = serde_json::to_string(&report).unwrap();
    for text in [&page, &json] {
        assert!(!text.contains("secret"), "a secret is told");
    }
}
