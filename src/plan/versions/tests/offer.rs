//! What can be ordered, and which member is the cause where it can't.

use super::*;

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
