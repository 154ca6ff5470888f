//! What the facts of a migration mean, one table a check, and all of them at once.

mod facts;
mod names;
mod source;

use super::{Check, Finding, Judgement, Severity, judge};
use crate::model::DbInstance;
use crate::plan::{Checked, Facts, KeyLookup, TakenNames};
use facts::{OTHER_KEY, good, many_tags, snapshot_named, under, with};

/// What is found: how much it weighs, and words of what is so and of what to do.
type Found = (Severity, &'static [&'static str]);

/// Checks that `facts` give exactly these findings, in any order.
fn expect(case: &str, facts: &Facts, expected: &[Found]) -> Judgement {
    let judgement = judge(facts);
    let findings = &judgement.findings;
    assert_eq!(findings.len(), expected.len(), "{case}: {findings:?}");
    for (severity, words) in expected {
        let fits = |finding: &&Finding| {
            let text = format!("{} | {}", finding.what, finding.remedy);
            finding.severity == *severity && words.iter().all(|word| text.contains(word))
        };
        assert!(findings.iter().any(|finding| fits(&finding)), "{case}: {severity:?} {words:?} in {findings:?}");
    }
    for finding in findings {
        assert!(!finding.remedy.is_empty() && finding.rule.starts_with("R-"), "{case}: {finding:?}");
    }
    let blocked = expected.iter().any(|(severity, _)| *severity == Severity::Blocker);
    let unchecked = judgement.checks.iter().any(|(_, check)| matches!(check, Check::NotChecked(..)));
    assert_eq!(judgement.forbids(), blocked || unchecked || judgement.owned_elsewhere.is_some(), "{case}");
    judgement
}

#[test]
fn nothing_speaks_against_a_good_one() {
    let judgement = expect("good", &good(), &[]);
    let names: Vec<&str> = judgement.checks.iter().map(|(name, _)| *name).collect();
    let all = [
        "source",
        "status",
        "encryption",
        "engine",
        "class",
        "relations",
        "pending changes",
        "tags",
        "certificate",
        "attachments",
        "key",
        "names",
    ];
    assert_eq!(names, all);
    assert!(judgement.checks.iter().all(|(_, check)| *check == Check::Ok));
    assert_eq!((judgement.nothing_to_do, judgement.owned_elsewhere), (None, None));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut facts = with(|source| {
        source.resource_id = None;
        source.status = Some("storage-full".into());
        source.encryption = under(OTHER_KEY);
        source.engine = Some("aurora-postgresql".into());
        source.class = Some("db.m1.large".into());
        source.cluster_identifier = Some("trade".into());
        source.replica_source = Some("ledger".into());
        source.pending_modified_values = vec!["MultiAZ".into()];
        source.tags = Some(many_tags(49));
        source.ca_certificate_identifier = Some("rds-ca-2015".into());
    });
    facts.key = Some(Checked::Known(KeyLookup::NotFound("Alias not found.".into())));
    facts.taken = Checked::Known(TakenNames { snapshot: Some(snapshot_named("s")), ..TakenNames::default() });
    let judgement = expect(
        "everything",
        &facts,
        &[
            (Severity::Blocker, &["no DbiResourceId"]),
            (Severity::Blocker, &["orders is storage-full"]),
            (Severity::Blocker, &["encrypted already, under arn:", OTHER_KEY]),
            (Severity::Blocker, &["engine aurora-postgresql"]),
            (Severity::Blocker, &["class db.m1.large"]),
            (Severity::Blocker, &["member of cluster trade"]),
            (Severity::Blocker, &["read replica of ledger"]),
            (Severity::Warning, &["MultiAZ"]),
            (Severity::Blocker, &["49 tags"]),
            (Severity::Warning, &["rds-ca-2015 is retired"]),
            (Severity::Blocker, &["no key alias/payments", "Alias not found."]),
            (Severity::Blocker, &["snapshot named s"]),
        ],
    );
    let found = |(name, check): &(&str, Check)| *check == Check::Found || *name == "attachments" || *name == "tags";
    assert!(judgement.checks.iter().all(found), "{:?}", judgement.checks);
}

#[test]
fn what_is_not_carried_is_told_where_anything_is() {
    let change = |source: &mut DbInstance| source.attached.tde_credential_arn = Some("arn:hsm".into());
    expect("carried", &with(change), &[(Severity::Blocker, &["arn:hsm"])]);
    let replica = with(|source| {
        change(source);
        source.replica_source = Some("ledger".into());
    });
    expect("a replica", &replica, &[(Severity::Blocker, &["read replica of ledger"])]);
}

#[test]
fn a_warning_or_a_note_forbids_nothing() {
    let pending = with(|source| source.pending_modified_values = vec!["MultiAZ".into()]);
    assert!(!judge(&pending).forbids());
    let replicas = with(|source| source.replicas = Some(vec!["orders-r1".into()]));
    assert!(!judge(&replicas).forbids());
}

#[test]
fn what_could_not_be_looked_at_is_never_taken_for_fine() {
    let why = || "AccessDenied: not allowed".to_owned();
    let denied = |action: &str| Some(format!("rds:{action}"));
    let mut source = good();
    source.source = Checked::NotChecked { why: why(), permission: denied("DescribeDBInstances") };
    let mut key = good();
    key.key = Some(Checked::NotChecked { why: why(), permission: Some("kms:DescribeKey".into()) });
    let mut taken = good();
    taken.taken = Checked::NotChecked { why: why(), permission: denied("DescribeDBSnapshots") };
    let mut unreached = good();
    unreached.key = Some(Checked::NotChecked { why: "timed out".into(), permission: None });
    let table = vec![
        ("source", source, "source", why(), denied("DescribeDBInstances")),
        ("key", key, "key", why(), Some("kms:DescribeKey".to_owned())),
        ("names", taken, "names", why(), denied("DescribeDBSnapshots")),
        ("key, network", unreached, "key", "timed out".to_owned(), None),
    ];
    for (case, facts, check, why, permission) in table {
        let judgement = expect(case, &facts, &[]);
        assert!(judgement.forbids(), "{case}");
        assert_eq!(facts.is_denied(), permission.is_some(), "{case}");
        let expected = Check::NotChecked(why, permission);
        let unchecked: Vec<_> = judgement.checks.iter().filter(|(_, it)| matches!(it, Check::NotChecked(..))).collect();
        assert_eq!(unchecked, [&(check, expected)], "{case}");
    }
}

#[test]
fn what_was_looked_at_is_said_beside_what_was_not() {
    let mut facts = with(|source| source.status = Some("stopped".into()));
    facts.key = Some(Checked::NotChecked { why: "timed out".into(), permission: None });
    facts.taken = Checked::NotChecked { why: "timed out".into(), permission: None };
    let judgement = expect("both", &facts, &[(Severity::Blocker, &["orders is stopped"])]);
    let unchecked = judgement.checks.iter().filter(|(_, it)| matches!(it, Check::NotChecked(..))).count();
    assert_eq!(unchecked, 2);
}

#[test]
fn a_retired_certificate_authority_is_told_before() {
    let offered = || Checked::Known(vec!["rds-ca-rsa2048-g1".to_owned(), "rds-ca-ecc384-g1".to_owned()]);
    let under = |authority: &str, certificates| Facts {
        certificates,
        ..with(|source| source.ca_certificate_identifier = Some(authority.into()))
    };
    expect("offered", &under("rds-ca-rsa2048-g1", offered()), &[]);
    let retired: [Found; 1] = [(Severity::Warning, &["rds-ca-2019 is retired", "rds-ca-rsa2048-g1, rds-ca-ecc384-g1"])];
    expect("retired", &under("rds-ca-2019", offered()), &retired);
    let denied =
        Checked::NotChecked { why: "AccessDenied".into(), permission: Some("rds:DescribeCertificates".into()) };
    let unknown: [Found; 1] = [(Severity::Note, &["not checked whether rds-ca-2019", "AccessDenied"])];
    assert!(!expect("not checked", &under("rds-ca-2019", denied), &unknown).forbids());
}
