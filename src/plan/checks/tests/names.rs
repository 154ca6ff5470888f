//! The names that would be used, and who has them already.

use super::{
    Check, Found, Severity, expect,
    facts::{good, snapshot_named},
};
use crate::{
    model::{DbInstance, DbSnapshot, OWNER_TAG, RUN_TAG, Tags},
    plan::{Checked, Facts, TakenNames},
};

fn owned(run: Option<&str>) -> Tags {
    let mut tags = Tags::from([(OWNER_TAG.to_owned(), "abcdefgh.g1.db-ORDERS".to_owned())]);
    tags.extend(run.map(|run| (RUN_TAG.to_owned(), run.to_owned())));
    tags
}

fn snapshot(name: &str, tags: Option<Tags>) -> DbSnapshot {
    DbSnapshot { tags, ..snapshot_named(name) }
}

fn target(tags: Option<Tags>) -> TakenNames {
    let target = DbInstance { identifier: "t".into(), tags, ..DbInstance::default() };
    TakenNames { target: Some(target), ..TakenNames::default() }
}

fn source_as_target() -> TakenNames {
    let Checked::Known(source) = good().source else { panic!("the good facts have a source") };
    TakenNames { target: source, ..TakenNames::default() }
}

fn taken(taken: TakenNames) -> Facts {
    Facts { taken: Checked::Known(taken), ..good() }
}

#[test]
fn what_is_not_ours_blocks() {
    let strangers = Tags::from([("team".to_owned(), "a".to_owned())]);
    let table: Vec<(&str, TakenNames, &'static [&'static str])> = vec![
        (
            "snapshot, tags not shown",
            TakenNames { snapshot: Some(snapshot("s", None)), ..TakenNames::default() },
            &["DB snapshot named s", "left untouched", "remove it"],
        ),
        (
            "copy, other tags",
            TakenNames { copy: Some(snapshot("c", Some(strangers.clone()))), ..TakenNames::default() },
            &["DB snapshot named c"],
        ),
        (
            "target, no tags",
            target(Some(Tags::new())),
            &["DB instance named t", "another name with --target", "untouched"],
        ),
        ("target, the source itself", source_as_target(), &["the name of the source itself", "another name"]),
        ("target, other tags", target(Some(strangers)), &["DB instance named t"]),
        (
            "target, the run's tag alone",
            target(Some([(RUN_TAG.to_owned(), "n1 ada@bastion".to_owned())].into())),
            &["DB instance named t"],
        ),
    ];
    for (case, names, words) in table {
        let judgement = expect(case, &taken(names), &[(Severity::Blocker, words)]);
        assert_eq!(judgement.owned_elsewhere, None, "{case}");
        assert!(judgement.checks.contains(&("names", Check::Found)), "{case}");
    }
}

#[test]
fn all_three_are_named() {
    let three = TakenNames { snapshot: Some(snapshot("s", None)), copy: Some(snapshot("c", None)), ..target(None) };
    let expected: [Found; 3] = [
        (Severity::Blocker, &["snapshot named s"]),
        (Severity::Blocker, &["snapshot named c"]),
        (Severity::Blocker, &["instance named t"]),
    ];
    expect("three", &taken(three), &expected);
}

#[test]
fn another_run_of_ours_is_named_as_the_owner() {
    let run = || Some(owned(Some("n1 ada@bastion")));
    let table = [
        (
            "snapshot",
            TakenNames { snapshot: Some(snapshot("s", run())), ..TakenNames::default() },
            "snapshot s belongs to migration abcdefgh.g1.db-ORDERS, begun by run n1 ada@bastion",
        ),
        (
            "copy",
            TakenNames { copy: Some(snapshot("c", run())), ..TakenNames::default() },
            "snapshot c belongs to migration abcdefgh.g1.db-ORDERS, begun by run n1 ada@bastion",
        ),
        (
            "target, its run not shown",
            target(Some(owned(None))),
            "instance t belongs to migration abcdefgh.g1.db-ORDERS",
        ),
    ];
    for (case, names, owner) in table {
        let judgement = expect(case, &taken(names), &[]);
        assert_eq!(judgement.owned_elsewhere.as_deref(), Some(owner), "{case}");
        assert!(judgement.forbids(), "{case}");
    }
}

#[test]
fn one_of_ours_and_one_of_somebody_elses_are_both_said() {
    let names = TakenNames { snapshot: Some(snapshot("s", Some(owned(None)))), ..target(None) };
    let judgement = expect("both", &taken(names), &[(Severity::Blocker, &["instance named t"])]);
    assert!(judgement.owned_elsewhere.is_some());
}
