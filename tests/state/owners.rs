//! One run owns a migration at a time.

use std::{fs, process};

use rds_encrypt::state::{Owner, StateError};

use super::help::{OWNER, begin, begun, place, record};

#[test]
fn a_second_run_is_told_who_owns_it() {
    let (_folder, state) = place();
    let migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let bytes = fs::read(&path).expect("a file");
    let second = [
        ("open", state.open(&path, "eve@home").expect_err("owned")),
        ("begin", state.begin(record("orders")).expect_err("owned")),
    ];
    for (case, error) in second {
        let text = error.to_string();
        assert!(text.contains(&format!("in use by {OWNER}, process {}, since 20", process::id())), "{case}: {text}");
        assert!(error.hint().contains("let that run end"), "{case}");
        let StateError::Locked { path: locked, owner } = error else { panic!("{case}: {error:?}") };
        assert_eq!((locked, owner.who.as_str()), (path.clone(), OWNER), "{case}");
    }
    assert_eq!(fs::read(&path).expect("still there"), bytes);
}

#[test]
fn looking_shows_who_owns_it_and_takes_nothing() {
    let (_folder, state) = place();
    let migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let holder = || state.entries().into_iter().next().expect("one").holder;
    assert_eq!(holder().map(|owner| (owner.who, owner.process)), Some((OWNER.to_owned(), process::id())));
    drop(migration);
    assert_eq!(holder(), None);
    let migration = state.open(&path, "eve@home").expect("free again");
    assert_eq!(holder().map(|owner| owner.who).as_deref(), Some("eve@home"));
    drop(migration);
}

#[test]
fn the_lock_of_a_run_that_ended_binds_nobody() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    let lock = path.with_extension("lock");
    assert!(fs::read_to_string(&lock).expect("a lock").contains(OWNER), "the file stays, the lock doesn't");
    state.open(&path, "a").expect("free");
    let text = fs::read_to_string(&lock).expect("a lock");
    assert!(text.contains(r#""who":"a""#) && !text.contains(OWNER), "{text}");
}

#[test]
fn migrations_are_owned_one_by_one() {
    let (_folder, state) = place();
    let orders = begin(&state, "orders");
    let billing = begin(&state, "billing");
    assert_ne!(orders.path(), billing.path());
    assert!(state.entries().iter().all(|entry| entry.holder.is_some()));
}

#[test]
fn an_owner_who_is_just_starting_has_no_name_yet() {
    assert_eq!(Owner::default().to_string(), "another run, which is just starting");
}

#[test]
fn a_migration_is_begun_once() {
    let (_folder, state) = place();
    let path = begun(&state, "orders");
    let bytes = fs::read(&path).expect("a file");
    let mut other = record("orders");
    other.run.nonce = "n2".into();
    let error = state.begin(other).expect_err("there is one");
    assert!(matches!(&error, StateError::Exists { path: there } if *there == path), "{error:?}");
    assert!(error.hint().contains("rds-encrypt resume"), "{}", error.hint());
    assert_eq!(fs::read(&path).expect("still there"), bytes);
    state.open(&path, OWNER).expect("the refused one doesn't keep the lock");
}
