//! What AWS's catalogue means for an order: one table a check.

mod offer;

use super::*;
use crate::model::{Range, UpgradeTarget};

const NOW: &str = "2026-09-14T09:00:00Z";

#[expect(clippy::unnecessary_wraps, reason = "AWS may leave each word out")]
fn word(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// `12.17!` is deprecated.
fn row(number: &str, major: &str, targets: &[(&str, bool)]) -> EngineVersion {
    EngineVersion {
        number: number.trim_end_matches('!').into(),
        major: word(major),
        status: word(if number.ends_with('!') { "deprecated" } else { "available" }),
        family: None,
        targets: targets
            .iter()
            .map(|(number, is_major)| UpgradeTarget { number: (*number).into(), is_major: *is_major })
            .collect(),
    }
}

fn major(number: &str, standard: &str, extended: &str) -> MajorVersion {
    let at = |day: &str| format!("{day}T23:59:59Z").parse().ok();
    MajorVersion { number: number.into(), standard_until: at(standard), extended_until: at(extended) }
}

fn option(version: &str, class: &str, storage: &str) -> OrderableOption {
    OrderableOption {
        version: word(version),
        class: word(class),
        license: word("license-included"),
        storage_type: word(storage),
        multi_az: Some(true),
        encryption: Some(true),
        storage: Range { least: Some(5), most: Some(3072) },
        iops: Range { least: Some(1000), most: Some(64000) },
    }
}

fn unasked<T>() -> Checked<T> {
    Checked::NotChecked { why: "AccessDenied: no".into(), permission: word("rds:DescribeDBEngineVersions") }
}

/// A good order of `postgres 15.7`, all of it answered.
fn good() -> Catalogue {
    let order = Order {
        engine: "postgres".into(),
        version: "15.7".into(),
        class: "db.m5.large".into(),
        storage_type: word("gp3"),
        storage: Some(100),
        ..Order::default()
    };
    Catalogue {
        order,
        now: NOW.parse().ok(),
        version: Checked::Known(Some(row("15.7", "15", &[]))),
        engine: None,
        majors: Some(Checked::Known(vec![
            major("1", "2000-01-01", "2001-01-01"),
            major("15", "2028-02-28", "2031-02-28"),
        ])),
        offer: Offer { exact: Checked::Known(vec![option("15.7", "db.m5.large", "gp3")]), wider: None },
    }
}

fn source() -> DbInstance {
    DbInstance { identifier: "orders".into(), ..DbInstance::default() }
}

fn judged(source: &DbInstance, catalogue: &Catalogue) -> Judgement {
    let mut judgement = Judgement::default();
    judge(&mut judgement, source, catalogue, false);
    judgement
}

/// What is found: how much it weighs, and words of it; and the checks that stayed open.
type Expected<'a> = (&'a [(Severity, &'a [&'a str])], &'a [&'a str]);

fn expect(case: &str, source: &DbInstance, catalogue: &Catalogue, (found, open): Expected<'_>) {
    let judgement = judged(source, catalogue);
    assert_eq!(judgement.findings.len(), found.len(), "{case}: {:#?}", judgement.findings);
    for ((severity, words), finding) in found.iter().zip(&judgement.findings) {
        let text = format!("{} | {}", finding.what, finding.remedy);
        assert_eq!(finding.severity, *severity, "{case}: {text}");
        assert!(words.iter().all(|word| text.contains(word)), "{case}: {words:?} in {text}");
    }
    let shown: Vec<&str> =
        judgement.checks.iter().filter(|(_, it)| matches!(it, Check::Open(..))).map(|(name, _)| *name).collect();
    assert_eq!(shown, open, "{case}: {:?}", judgement.checks);
    let blocks = found.iter().any(|(severity, _)| *severity == Blocker);
    assert_eq!(judgement.forbids(), blocks, "{case}: nothing that wasn't answered forbids");
}

use Severity::{Blocker, Warning};

#[test]
fn a_version_is_judged_with_its_major() {
    let of = |version: EngineVersion, engine: Vec<EngineVersion>| Catalogue {
        order: Order { version: version.number.clone(), ..good().order },
        version: Checked::Known(Some(version)),
        engine: Some(Checked::Known(engine)),
        majors: None,
        ..good()
    };
    let minor = row("12.17!", "12", &[("12.18", false), ("12.22", false), ("12.23", false), ("13.20", true)]);
    let others =
        || vec![row("12.17!", "12", &[]), row("12.22", "12", &[]), row("12.23!", "12", &[]), row("13.20", "13", &[])];
    let old = row("9.6.24!", "9.6", &[("10.23", true), ("11.1", true), ("11.22", true), ("12.22", true)]);
    let gone = || {
        vec![
            row("9.6.24!", "9.6", &[]),
            row("10.23!", "10", &[]),
            row("11.1", "11", &[]),
            row("11.22", "11", &[]),
            row("12.22", "12", &[]),
        ]
    };
    let support = |majors: Checked<Vec<MajorVersion>>| Catalogue { majors: Some(majors), ..of(old.clone(), gone()) };
    let covered = || Checked::Known(vec![major("9.6", "2026-01-31", "2028-01-31")]);
    let over = || Checked::Known(vec![major("9.6", "2021-01-31", "2024-01-31")]);
    let without_status = EngineVersion { status: None, ..row("15.7", "15", &[]) };
    let strange = EngineVersion { status: word("polishing"), ..row("15.7", "15", &[]) };
    let no_major = |number: &str| EngineVersion { major: None, ..row(number, "", &[]) };
    let table: Vec<(&str, Catalogue, Expected<'_>)> = vec![
        ("available", of(row("15.7", "15", &[]), vec![]), (&[], &[])),
        (
            "a minor one",
            of(minor, others()),
            (
                &[(
                    Warning,
                    &[
                        "postgres 12.17 is deprecated",
                        "refused",
                        "at once",
                        "window",
                        "as soon as that shows",
                        "--upgrade-snapshot 12.22",
                    ],
                )],
                &[],
            ),
        ),
        (
            "all of its major",
            of(old.clone(), gone()),
            (&[(Blocker, &["all of postgres 9.6", "--upgrade-snapshot VERSION", "each major: 11.22, 12.22"])], &[]),
        ),
        (
            "in Extended Support",
            support(covered()),
            (&[(Warning, &["still covers it"]), (Warning, &["billed for Extended Support"])], &[]),
        ),
        (
            "past Extended Support",
            support(over()),
            (
                &[
                    (Blocker, &["no Extended Support"]),
                    (Warning, &["Extended Support of postgres 9.6 ended on 2024-01-31"]),
                ],
                &[],
            ),
        ),
        (
            "of an unlisted major",
            support(Checked::Known(vec![major("15", "2028-02-28", "2031-02-28")])),
            (&[(Blocker, &["all of postgres 9.6"])], &["support"]),
        ),
        (
            "dates unknown",
            support(unasked()),
            (&[(Warning, &["all of postgres 9.6", "--upgrade-snapshot VERSION"])], &["version", "support"]),
        ),
        (
            "AWS shows no majors",
            of(no_major("12.17!"), vec![no_major("12.22")]),
            (&[(Warning, &["12.17 is deprecated"])], &[]),
        ),
        ("no status", of(without_status, vec![]), (&[], &["version"])),
        ("another status", of(strange, vec![]), (&[], &["version"])),
    ];
    for (case, catalogue, expected) in &table {
        expect(case, &source(), catalogue, *expected);
    }
}

#[test]
fn an_unanswered_version_is_not_checked() {
    let absent = || Checked::Known(None);
    let of = |version, engine| Catalogue { version, engine, majors: None, ..good() };
    let deprecated = || Checked::Known(Some(row("15.7!", "15", &[])));
    let table: Vec<(&str, Catalogue, Expected<'_>)> = vec![
        ("denied", of(unasked(), None), (&[], &["version"])),
        ("no version of the engine", of(absent(), Some(Checked::Known(vec![]))), (&[], &["version"])),
        ("and nobody asked on", of(absent(), None), (&[], &["version"])),
        ("the rest denied", of(absent(), Some(unasked())), (&[], &["version"])),
        (
            "only this one isn't listed",
            of(absent(), Some(Checked::Known(vec![row("15.12", "15", &[]), row("17.4!", "17", &[])]))),
            (&[(Warning, &["doesn't list postgres 15.7", "its newest: 15.12"])], &[]),
        ),
        (
            "deprecated, and the rest denied",
            of(deprecated(), Some(unasked())),
            (&[(Warning, &["15.7 is deprecated"])], &["version"]),
        ),
    ];
    for (case, catalogue, expected) in &table {
        expect(case, &source(), catalogue, *expected);
    }
}

#[test]
fn snapshots_of_sql_server_and_db2_are_not_upgraded() {
    for (engine, can) in [("oracle-ee", true), ("mariadb", true), ("sqlserver-se", false), ("db2-se", false)] {
        let order = Order { engine: engine.into(), ..good().order };
        let version = || row("15.7!", "15", &[("16.1", true)]);
        let table = [
            ("minor", vec![version(), row("15.9", "15", &[])], row("15.7!", "15", &[("15.9", false)])),
            ("major", vec![version(), row("16.1", "16", &[])], version()),
        ];
        for (case, engine_rows, version) in table {
            let catalogue = Catalogue {
                order: order.clone(),
                version: Checked::Known(Some(version)),
                engine: Some(Checked::Known(engine_rows)),
                majors: None,
                ..good()
            };
            let judgement = judged(&source(), &catalogue);
            let remedy = &judgement.findings[0].remedy;
            assert_eq!(remedy.contains("--upgrade-snapshot"), can, "{engine} {case}: {remedy}");
            assert!(remedy.contains("upgrade orders"), "{engine} {case}: {remedy}");
        }
    }
}

#[test]
fn support_that_costs_is_told() {
    let left = DbInstance { engine_lifecycle_support: word("open-source-rds-extended-support-disabled"), ..source() };
    let with = |majors, now: &str| Catalogue { majors, now: now.parse().ok(), ..good() };
    let dates = || Some(Checked::Known(vec![major("15", "2028-02-28", "2031-02-28")]));
    let table: Vec<(&str, &DbInstance, Catalogue, Expected<'_>)> = vec![
        ("in standard support", &left, with(dates(), NOW), (&[], &[])),
        ("on its last day", &left, with(dates(), "2028-02-28T20:00:00Z"), (&[], &[])),
        (
            "past it",
            &left,
            with(dates(), "2028-02-29T00:00:00Z"),
            (&[(Warning, &["isn't enrolled", "will be", "by vCPU", "decide at the cutover"])], &[]),
        ),
    ];
    for (case, source, catalogue, expected) in &table {
        expect(case, source, catalogue, *expected);
        let in_support = catalogue.major_in_standard_support();
        assert_eq!(in_support, Some(expected.0.is_empty()), "{case}");
    }
    let enrolled = source();
    let paid: Expected<'_> = (&[(Warning, &["2028-02-28", "as orders is", "twice", "until 2031-02-28"])], &[]);
    expect("enrolled and past it", &enrolled, &with(dates(), "2029-01-01T00:00:00Z"), paid);
    let open: Expected<'_> = (&[(Warning, &["isn't enrolled", "extended-support-disabled"])], &["support"]);
    expect("left, dates denied", &left, &with(Some(unasked()), NOW), open);
    expect(
        "left, no dates",
        &left,
        &with(Some(Checked::Known(vec![major("1", "2020-01-01", "2020-01-01")])), NOW),
        open,
    );
    expect("enrolled, dates denied", &enrolled, &with(Some(unasked()), NOW), (&[], &["support"]));
    expect("an engine without it", &left, &with(None, NOW), (&[], &[]));
}

#[test]
fn the_nearest_version_is_of_the_same_major() {
    let all = [row("11.1", "11", &[]), row("12.22", "12", &[]), row("12.23", "12", &[]), row("12.24!", "12", &[])];
    let table = [
        ("the newest of its major", Some(row("12.17!", "12", &[("11.1", true)])), Some("12.23")),
        ("else the first to reach", Some(row("9.6!", "9.6", &[("10.1", true), ("12.22", true)])), Some("12.22")),
        ("none", Some(row("9.6!", "9.6", &[])), None),
        ("unlisted", None, None),
    ];
    for (case, version, expected) in table {
        let found = sibling(version.as_ref(), &all).map(|version| version.number.as_str());
        assert_eq!(found, expected, "{case}");
    }
}
