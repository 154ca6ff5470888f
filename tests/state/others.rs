//! Others write, remove and lock under a run that owns a migration.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rds_encrypt::{
    model::Outcome,
    state::{Migration, Moment, StateDirectory, StateError},
    steps::Step,
};

use super::help::{OWNER, at, begin, names, on_disk, place, snapshot};

/// A migration whose first call is on disk and unanswered.
fn asked(state: &StateDirectory) -> (Migration, u32) {
    let mut migration = begin(state, "orders");
    let call = snapshot(migration.record());
    let number = migration.intend(1, Step::TakeSnapshot, call, at("06:00:01")).expect("saved");
    (migration, number)
}

fn accepted() -> Outcome {
    Outcome::Accepted { request_id: None, resource_id: None }
}

fn unsaved(error: StateError) -> (Moment, StateError) {
    match error {
        StateError::Unsaved { moment, why, .. } => (moment, *why),
        other => panic!("{other:?}"),
    }
}

fn kept(error: StateError) -> PathBuf {
    match unsaved(error).1 {
        StateError::Changed { kept: Some(kept), .. } => kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_others_wrote_stays_and_ours_is_put_beside_it() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    let path = migration.path().to_owned();
    fs::write(&path, "theirs").expect("written");

    let error = migration.conclude(number, accepted(), at("06:00:02")).expect_err("changed");
    let (text, hint) = (error.to_string(), error.hint());
    assert!(text.contains("was asked of AWS, but the answer couldn't be noted down"), "{text}");
    assert!(text.contains("was changed by somebody else"), "{text}");
    let kept = kept(error);
    assert!(hint.contains(&format!("mv {} {}", kept.display(), path.display())), "{hint}");
    assert_eq!(fs::read_to_string(&path).expect("there"), "theirs");
    drop(migration);

    assert_eq!(state.entries().len(), 1, "ours beside it is never read");
    fs::rename(kept, &path).expect("moved back");
    let migration = state.open(&path, OWNER).expect("usable again");
    assert_eq!(migration.record().journal[0].outcome, accepted(), "with the answer that couldn't be saved");
}

/// Read later as one that may have been sent, it would stop a reboot for good.
#[test]
fn a_call_that_was_not_sent_is_not_kept_as_sent() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    migration.conclude(number, accepted(), at("06:00:02")).expect("saved");
    let path = migration.path().to_owned();
    let text = fs::read_to_string(&path).expect("there").replace("\"orders\"", "\"others\"");
    fs::write(&path, text).expect("edited");
    let call = snapshot(migration.record());
    let kept = kept(migration.intend(1, Step::TakeSnapshot, call, at("06:00:03")).expect_err("changed"));
    fs::rename(kept, &path).expect("moved back");
    assert_eq!(on_disk(&state, &path).journal.len(), 1);
}

#[test]
fn a_file_that_was_removed_is_put_back() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    let path = migration.path().to_owned();
    fs::remove_file(&path).expect("removed");
    let error = migration.conclude(number, accepted(), at("06:00:02")).expect_err("removed");
    assert!(error.to_string().contains("was removed by somebody else"), "{error}");
    assert!(error.hint().contains("it was put back"), "{}", error.hint());
    let (moment, why) = unsaved(error);
    assert!(matches!(moment, Moment::Outcome(_)), "{moment:?}");
    assert!(matches!(why, StateError::Removed { is_back: true, .. }), "{why:?}");
    assert_eq!(on_disk(&state, &path).journal[0].outcome, accepted());
}

#[test]
fn the_same_words_in_another_file_change_nothing() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    let path = migration.path().to_owned();
    let bytes = fs::read(&path).expect("there");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, bytes).expect("restored");
    migration.conclude(number, accepted(), at("06:00:02")).expect("as it was");
}

#[test]
fn a_lock_that_was_removed_is_taken_anew() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    let path = migration.path().to_owned();
    fs::remove_file(path.with_extension("lock")).expect("removed");
    migration.conclude(number, accepted(), at("06:00:02")).expect("nobody was in the way");
    let error = state.open(&path, "eve@home").expect_err("owned again");
    assert!(error.is_locked() && error.to_string().contains(OWNER), "{error}");
}

#[test]
fn a_lock_that_another_run_took_is_theirs() {
    let (_folder, state) = place();
    let (mut migration, number) = asked(&state);
    let path = migration.path().to_owned();
    fs::remove_file(path.with_extension("lock")).expect("removed");
    let second = state.open(&path, "eve@home").expect("free, as it seems");
    let bytes = fs::read(&path).expect("there");
    let error = migration.conclude(number, accepted(), at("06:00:02")).expect_err("owned by another");
    assert!(error.is_locked() && error.to_string().contains("in use by eve@home, process"), "{error}");
    assert!(error.hint().contains("let that run end"), "{}", error.hint());
    assert_eq!(fs::read(&path).expect("there"), bytes);
    drop(second);
}

type Spoil = fn(&Path);

#[test]
fn what_could_not_be_begun_leaves_nothing() {
    let (folder, _) = place();
    let region = |state: &StateDirectory| {
        let path = state.path_of(&super::help::record("orders"));
        path.parent().expect("a folder").to_owned()
    };
    let table: [(&str, Spoil); 2] = [
        ("a file in place of a folder", |region| fs::write(region, "").expect("written")),
        ("a lock that is a folder", |region| {
            let record = super::help::record("orders");
            let id = &record.migration.id;
            fs::create_dir_all(region.join(format!("instance-orders-{id}.lock"))).expect("a folder");
        }),
    ];
    for (case, spoil) in table {
        let state = StateDirectory::new(folder.path().join(case));
        let region = region(&state);
        fs::create_dir_all(region.parent().expect("a folder")).expect("a folder");
        spoil(&region);
        let error = state.begin(super::help::record("orders")).expect_err(case);
        assert!(error.is_before_anything(), "{case}: {error:?}");
        assert!(error.to_string().starts_with("nothing was begun: can't"), "{case}: {error}");
        let hint = error.hint();
        assert!(hint.contains("move away what is in") && hint.contains("run the same again"), "{case}: {hint}");
        if region.is_dir() {
            assert_eq!(names(&region).len(), 1, "{case}: the folder that was there");
        }
    }
    let long = StateDirectory::new(folder.path().join("x".repeat(300)));
    let error = long.begin(super::help::record("orders")).expect_err("too long");
    assert!(error.hint().starts_with("choose a shorter --state-dir"), "{}: {}", error, error.hint());
}

/// A link to another disk is a person's choice.
#[test]
fn a_state_directory_may_be_a_link() {
    let (folder, _) = place();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&elsewhere, &link).expect("a link");
    let state = StateDirectory::new(link);
    let (mut migration, number) = asked(&state);
    migration.conclude(number, accepted(), at("06:00:02")).expect("saved");
    assert_eq!(StateDirectory::new(elsewhere).entries().len(), 1);
}
