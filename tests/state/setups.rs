//! The file of a setup: others write and remove it under a run that owns it, and who asks sees what stands.

use std::{fs, path::PathBuf};

use rds_encrypt::{
    access::recipe::{Part, Recipe},
    model::{AccessCall, Outcome, Tags},
    state::{Access, AccessPhase, AccessRecord, Run, StateDirectory, StateError},
};

use super::help::{OWNER, at, place};

const ACCOUNT: &str = "123456789012";

fn begin(state: &StateDirectory, database: &str) -> Access {
    let recipe = Recipe {
        database: database.into(),
        resource_id: format!("db-{database}"),
        vpc_id: "vpc-1".into(),
        region: "eu-west-2".into(),
        parts: vec![Part::RouteTable],
    };
    let run = Run { nonce: format!("nonce-{database}"), owner: OWNER.into() };
    state.begin_access(AccessRecord::begun(recipe, ACCOUNT, run, at("06:00:00"))).expect("begun")
}

fn call(access: &Access) -> AccessCall {
    AccessCall::CreateRouteTable { vpc_id: access.record().recipe.vpc_id.clone(), tags: Tags::new() }
}

fn accepted() -> Outcome {
    Outcome::Accepted { request_id: None, resource_id: Some("rtb-1".into()) }
}

fn kept(error: StateError) -> PathBuf {
    let StateError::Unsaved { why, next, .. } = error else { panic!("{error:?}") };
    assert_eq!(next, "rds-encrypt access setup bare");
    match *why {
        StateError::Changed { kept: Some(kept), .. } => kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_others_wrote_stays_and_ours_is_put_beside_it() {
    let (_folder, state) = place();
    let mut access = begin(&state, "bare");
    let number = access.intend(0, call(&access), at("06:00:01")).expect("saved");
    let path = access.path().to_owned();
    fs::write(&path, "theirs").expect("written");
    let kept = kept(access.conclude(number, accepted(), at("06:00:02")).expect_err("changed"));
    assert_eq!(fs::read_to_string(&path).expect("there"), "theirs");
    drop(access);
    assert_eq!(state.access_entries().len(), 1, "ours beside it is never read");
    fs::rename(kept, &path).expect("moved back");
    let access = state.open_access(&path, OWNER).expect("usable again");
    assert_eq!(access.record().journal[0].outcome, accepted(), "with the answer that couldn't be saved");
}

#[test]
fn a_call_that_was_not_sent_is_not_kept_as_sent() {
    let (_folder, state) = place();
    let mut access = begin(&state, "bare");
    let path = access.path().to_owned();
    fs::write(&path, "theirs").expect("written");
    let kept = kept(access.intend(0, call(&access), at("06:00:01")).expect_err("changed"));
    drop(access);
    fs::rename(kept, &path).expect("moved back");
    let access = state.open_access(&path, OWNER).expect("usable again");
    assert!(access.record().journal.is_empty());
}

#[test]
fn a_file_that_was_removed_is_put_back() {
    let (_folder, state) = place();
    let mut access = begin(&state, "bare");
    let number = access.intend(0, call(&access), at("06:00:01")).expect("saved");
    let path = access.path().to_owned();
    fs::remove_file(&path).expect("removed");
    let error = access.conclude(number, accepted(), at("06:00:02")).expect_err("removed");
    assert!(error.hint().contains("it was put back"), "{}", error.hint());
    drop(access);
    let access = state.open_access(&path, OWNER).expect("usable again");
    assert_eq!(access.record().journal[0].outcome, accepted());
}

#[test]
fn those_that_are_not_removed_are_listed_with_who_is_at_them() {
    let (_folder, state) = place();
    let at_work = begin(&state, "bare");
    let mut removed = begin(&state, "gone");
    removed.stand(AccessPhase::Removed, None, at("06:00:01")).expect("saved");
    let broken = begin(&state, "odd").path().to_owned();
    fs::write(&broken, "{").expect("written");
    drop(removed);
    let listed = state.access_entries();
    let named = |name: &str| listed.iter().find(|it| it.record.as_ref().is_ok_and(|it| it.recipe.database == name));
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(named("bare").expect("listed").holder.is_some(), "{listed:?}");
    assert!(listed.iter().any(|it| it.path == broken && it.record.is_err() && it.holder.is_none()), "{listed:?}");
    assert!(state.entries().is_empty(), "they are no migrations");
    drop(at_work);
}
