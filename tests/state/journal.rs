//! The journal: every call is on disk before it is sent.

use rds_encrypt::{
    model::{Call, Outcome, digest},
    state::Phase,
    steps::{Generation, Step},
};

use super::help::{OWNER, at, begin, on_disk, place, snapshot, stop};

#[test]
fn an_intent_is_saved_before_its_outcome() {
    let (_folder, state) = place();
    let mut migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    migration.stand(Phase::Stopped, Step::Settle, Some(&stop("why")), at("06:00:01")).expect("saved");
    let call = snapshot(migration.record());

    let number = migration.intend(1, Step::TakeSnapshot, call.clone(), at("06:00:02")).expect("saved");
    let record = on_disk(&state, &path);
    let [intent] = record.journal.as_slice() else { panic!("{:?}", record.journal) };
    assert_eq!((intent.number, intent.attempt, intent.generation), (number, 1, 1));
    assert_eq!((&intent.outcome, intent.sent_at), (&Outcome::Sent, at("06:00:02")));
    assert_eq!((&intent.call, &intent.digest), (&call, &digest(&call)));
    let summary = record.summary;
    assert_eq!((summary.phase, summary.step, summary.stopped), (Phase::Stopped, Some(Step::TakeSnapshot), None));
    assert_eq!(summary.updated, at("06:00:02"));

    let accepted = Outcome::Accepted { request_id: Some("r-1".into()), resource_id: None };
    migration.conclude(number, accepted.clone(), at("06:00:03")).expect("saved");
    let record = on_disk(&state, &path);
    assert_eq!(record.journal[0].outcome, accepted);
    assert_eq!(record.summary.updated, at("06:00:03"));
    assert_eq!(&record, migration.record());
}

#[test]
fn a_run_that_ends_in_between_leaves_a_call_that_may_have_acted() {
    let (_folder, state) = place();
    let mut migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let call = snapshot(migration.record());
    migration.intend(1, Step::TakeSnapshot, call, at("06:00:02")).expect("saved");
    drop(migration);
    let migration = state.open(&path, OWNER).expect("opened");
    let outcome = &migration.record().journal[0].outcome;
    assert!(outcome.is_unknown() && outcome.may_have_acted(), "{outcome:?}");
}

#[test]
fn attempts_are_counted_by_call_and_numbers_by_migration() {
    let (_folder, state) = place();
    let mut migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let first = snapshot(migration.record());
    let other = Call::RebootDBInstance { instance: "orders".into(), resource_id: "db-ORDERS".into() };
    let refused = Outcome::Refused { code: "Busy".into(), message: "later".into(), request_id: None };
    for call in [&first, &first, &other] {
        let number = migration.intend(1, Step::TakeSnapshot, call.clone(), at("06:00:02")).expect("saved");
        migration.conclude(number, refused.clone(), at("06:00:03")).expect("saved");
    }
    drop(migration);
    let mut migration = state.open(&path, OWNER).expect("opened");
    migration.intend(1, Step::TakeSnapshot, first, at("06:10:00")).expect("saved");
    let journal = on_disk(&state, &path).journal;
    let counted: Vec<_> = journal.iter().map(|intent| (intent.number, intent.attempt)).collect();
    assert_eq!(counted, [(1, 1), (2, 2), (3, 1), (4, 3)]);
    assert_eq!(journal.iter().filter(|intent| intent.outcome == Outcome::Sent).count(), 1);
}

#[test]
fn an_intent_belongs_to_its_generation() {
    let (_folder, state) = place();
    let mut record = super::help::record("orders");
    let names = record.plan.names(2);
    record.generations.push(Generation { n: 2, names: names.clone(), rehearsal: true });
    let mut migration = state.begin(record).expect("begun");
    assert_eq!(migration.record().generation().map(|generation| &generation.names), Some(&names));
    let call = snapshot(migration.record());
    migration.intend(2, Step::TakeSnapshot, call, at("06:00:02")).expect("saved");
    assert_eq!(on_disk(&state, migration.path()).journal[0].generation, 2);
    assert_eq!(migration.next_generation(at("06:00:03")).expect("saved"), 3);
    assert_eq!(on_disk(&state, migration.path()).generations.len(), 3);
}

#[test]
fn every_outcome_comes_back_as_it_was_saved() {
    let (_folder, state) = place();
    let mut migration = begin(&state, "orders");
    let path = migration.path().to_owned();
    let word = |text: &str| text.to_owned();
    let outcomes = [
        Outcome::Sent,
        Outcome::Accepted { request_id: None, resource_id: Some(word("db-T")) },
        Outcome::Refused { code: word("C"), message: word("\"M\"\n"), request_id: Some(word("r")) },
        Outcome::Unknown { why: word("cut") },
        Outcome::Found { resource_id: None },
        Outcome::NotSent { why: word("throttled") },
    ];
    for outcome in outcomes.clone() {
        let call = snapshot(migration.record());
        let number = migration.intend(1, Step::TakeSnapshot, call, at("06:00:02")).expect("saved");
        migration.conclude(number, outcome, at("06:00:03")).expect("saved");
    }
    let saved: Vec<Outcome> = on_disk(&state, &path).journal.into_iter().map(|intent| intent.outcome).collect();
    assert_eq!(saved, outcomes);
}
