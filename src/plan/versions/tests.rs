//! What AWS's catalogue means for an order: one table a check.

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
                        "exit code 7",
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
            (&[(Blocker, &["no Extended Support"]), (Warning, &["ended on 2021-01-31"])], &[]),
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
fn what_is_offered_is_looked_at_member_by_member() {
    let io1 = || OrderableOption { storage_type: word("io1"), ..option("15.7", "db.m5.large", "") };
    let of = |order: Order, rows: Vec<OrderableOption>| Catalogue {
        order,
        offer: Offer { exact: Checked::Known(rows), wider: None },
        ..good()
    };
    let order = || good().order;
    let small = |row| OrderableOption { encryption: Some(false), ..row };
    let alone = |row| OrderableOption { multi_az: Some(false), ..row };
    let gp3 = || option("15.7", "db.m5.large", "gp3");
    let silent = || OrderableOption {
        storage_type: None,
        encryption: None,
        multi_az: None,
        storage: Range::default(),
        iops: Range::default(),
        ..gp3()
    };
    let standby = || Order { multi_az: true, ..order() };
    let table: Vec<(&str, Catalogue, Expected<'_>)> = vec![
        ("all of it", of(standby(), vec![io1(), gp3()]), (&[], &[])),
        ("AWS leaves members out", of(standby(), vec![silent()]), (&[], &[])),
        ("another storage only", of(order(), vec![io1()]), (&[(Blocker, &["type gp3", "--storage-type: io1"])], &[])),
        (
            "not encrypted",
            of(order(), vec![small(gp3())]),
            (&[(Blocker, &["SupportsStorageEncryption", "--instance-class"])], &[]),
        ),
        ("not encrypted on other storage", of(order(), vec![small(io1()), gp3()]), (&[], &[])),
        (
            "no standby",
            of(standby(), vec![alone(gp3())]),
            (&[(Blocker, &["no standby for db.m5.large", "--multi-az"])], &[]),
        ),
        ("no standby wanted", of(order(), vec![alone(gp3())]), (&[], &[])),
        (
            "too large",
            of(Order { storage: Some(4000), ..order() }, vec![gp3()]),
            (&[(Warning, &["4000 GiB", "5 to 3072"])], &[]),
        ),
        (
            "too many",
            of(Order { iops: Some(80000), ..order() }, vec![gp3()]),
            (&[(Warning, &["80000 IOPS", "1000 to 64000"])], &[]),
        ),
    ];
    for (case, catalogue, expected) in &table {
        expect(case, &source(), catalogue, *expected);
    }
}

#[test]
fn where_nothing_fits_the_cause_is_named() {
    let known = Checked::Known::<Vec<OrderableOption>>;
    let of = |order: Order, of_version, of_class, of_sibling: Option<_>, of_engine: Option<_>| Catalogue {
        order,
        offer: Offer { exact: known(vec![]), wider: Some(Wider { of_version, of_class, of_sibling, of_engine }) },
        ..good()
    };
    let order = || good().order;
    let licensed = |license: &str| Order { license: word(license), ..order() };
    let here = |class: &str| option("15.7", class, "gp3");
    let elsewhere = |class: &str| option("16.1", class, "gp3");
    let none = || known(vec![]);
    let two = || known(vec![here("db.m6i.large"), here("db.r5.large"), here("db.m6i.xlarge")]);
    let table: Vec<(&str, Catalogue, Expected<'_>)> = vec![
        (
            "the class, for every version",
            of(order(), two(), none(), None, None),
            (
                &[(
                    Blocker,
                    &[
                        "class db.m5.large for no version of postgres",
                        "db.m6i.large; of the same size (large), db.r5.large",
                        "--instance-class",
                    ],
                )],
                &[],
            ),
        ),
        (
            "the class, for this version",
            of(order(), two(), known(vec![elsewhere("db.m5.large")]), None, None),
            (&[(Blocker, &["class db.m5.large for postgres 15.7"])], &[]),
        ),
        (
            "only classes that can't be used",
            of(
                order(),
                known(vec![OrderableOption { encryption: Some(false), ..here("db.m6i.large") }]),
                none(),
                None,
                None,
            ),
            (&[(Blocker, &["describe-orderable-db-instance-options --engine postgres"])], &[]),
        ),
        (
            "the licence",
            of(
                licensed("bring-your-own-license"),
                known(vec![here("db.m5.large")]),
                known(vec![here("db.m5.large")]),
                None,
                None,
            ),
            (&[(Blocker, &["under the licence bring-your-own-license", "it offers license-included"])], &[]),
        ),
        (
            "the version as a whole",
            of(order(), none(), known(vec![elsewhere("db.m5.large")]), None, None),
            (&[(Warning, &["offers postgres 15.7 with no class"])], &[]),
        ),
        (
            "version and class",
            of(order(), none(), none(), Some(known(vec![elsewhere("db.m6g.large")])), None),
            (
                &[(Warning, &["postgres 15.7 with no class"]), (Blocker, &["no version of postgres", "db.m6g.large"])],
                &[],
            ),
        ),
        (
            "version and licence",
            of(licensed("x"), none(), known(vec![elsewhere("db.m5.large")]), None, None),
            (&[(Warning, &["15.7"]), (Blocker, &["with any version under the licence x"])], &[]),
        ),
        (
            "version and storage",
            of(
                Order { storage_type: word("standard"), ..order() },
                none(),
                known(vec![elsewhere("db.m5.large")]),
                None,
                None,
            ),
            (&[(Warning, &["15.7"]), (Blocker, &["type standard", "gp3"])], &[]),
        ),
        ("the engine as a whole", of(order(), none(), none(), None, Some(none())), (&[], &["order"])),
        (
            "version and class, by the engine alone",
            of(order(), none(), none(), None, Some(known(vec![elsewhere("db.t3.micro")]))),
            (&[(Warning, &["15.7"]), (Blocker, &["no version"])], &[]),
        ),
        ("denied at last", of(order(), none(), none(), None, Some(unasked())), (&[], &["order"])),
        ("denied of the class", of(order(), two(), unasked(), None, None), (&[], &["order"])),
        ("denied of the version", of(order(), unasked(), none(), None, None), (&[], &["order"])),
    ];
    for (case, catalogue, expected) in &table {
        expect(case, &source(), catalogue, *expected);
    }
    let denied = Catalogue { offer: Offer { exact: unasked(), wider: None }, ..good() };
    expect("denied at once", &source(), &denied, (&[], &["order"]));
}

/// What says already why nothing can be ordered isn't said a second time.
#[test]
fn each_cause_is_named_once() {
    let empty = || Checked::Known(Vec::new());
    let elsewhere = || Checked::Known(vec![option("15.12", "db.m5.large", "gp3")]);
    let deprecated = Catalogue {
        version: Checked::Known(Some(row("15.7!", "15", &[]))),
        engine: Some(Checked::Known(vec![row("15.7!", "15", &[]), row("15.12", "15", &[])])),
        offer: Offer {
            exact: empty(),
            wider: Some(Wider {
                of_version: empty(),
                of_class: elsewhere(),
                of_sibling: Some(elsewhere()),
                of_engine: None,
            }),
        },
        ..good()
    };
    expect("a deprecated version", &source(), &deprecated, (&[(Warning, &["is deprecated"])], &[]));
    let mut judgement = Judgement::default();
    let wider = Wider { of_version: elsewhere(), of_class: empty(), of_sibling: None, of_engine: None };
    let class = Order { class: "db.t2.micro".into(), ..good().order };
    let old = Catalogue { order: class, offer: Offer { exact: empty(), wider: Some(wider) }, ..good() };
    judge(&mut judgement, &source(), &old, true);
    assert_eq!(judgement.findings, [], "a class that can't be encrypted anyway");
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
