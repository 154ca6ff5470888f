//! What a migration made, by its journal.

use rds_encrypt::{
    model::{Call, Outcome, ResourceKind, Tags},
    state::{Known, Record},
};

use crate::help::record;

fn enter(record: &mut Record, call: Call, outcome: Outcome) {
    let number = record.enter(1, call, record.summary.begun);
    record.conclude(number, outcome);
}

#[test]
fn what_is_removed_is_told_from_what_is_not() {
    let mut record = record("orders");
    let accepted = || Outcome::Accepted { request_id: None, resource_id: None };
    let refused = || Outcome::Refused { code: "x".into(), message: String::new(), request_id: None };
    let create = Call::CreateDBSnapshot {
        instance: "orders".into(),
        resource_id: "db-1".into(),
        snapshot: "orders-g1".into(),
        tags: Tags::new(),
    };
    let copy = Call::CopyDBSnapshot {
        source: "orders-g1".into(),
        target: "orders-g1-encrypted".into(),
        kms_key_id: "key".into(),
        tags: Tags::new(),
    };
    enter(&mut record, create.clone(), refused());
    assert_eq!(record.resources(), []);
    enter(&mut record, create, accepted());
    enter(&mut record, copy, Outcome::Sent);
    enter(&mut record, Call::DeleteDBSnapshot { snapshot: "orders-g1".into(), created: None }, accepted());
    let known: Vec<_> = record.resources().into_iter().map(|it| (it.kind, it.name.to_owned(), it.known)).collect();
    assert_eq!(
        known,
        [
            (ResourceKind::Snapshot, "orders-g1".to_owned(), Known::Removed),
            (ResourceKind::EncryptedCopy, "orders-g1-encrypted".to_owned(), Known::MayExist),
        ]
    );
}
