//! After a refusal: what is asked again, what is waited for, and what a person is told, by the class of AWS's code.

use super::{
    Expect, World, check,
    world::{KEY, refused},
};
use crate::{
    model::{AccountQuota, Answer, Call, DbInstance, GrantCheck, Inquiry, KeyAccess, KeyMetadata, Outcome},
    steps::Step,
};

const ACT: Expect = Expect::Act(&[]);

/// The copy was refused so many times in a row in this run, the last time so many seconds ago.
fn copy_refused(code: &str, times: usize, seconds: u64) -> World {
    let call = World::snapshotted().due();
    (0..times).fold(World::snapshotted(), |world, _| world.asked(&call, refused(code), seconds))
}

fn denied(message: &str) -> World {
    let outcome = Outcome::Refused { code: "AccessDenied".into(), message: message.into(), request_id: None };
    World::snapshotted().asked(&World::snapshotted().due(), outcome, 0)
}

fn quotas(used: i64) -> Answer {
    Answer::Quotas(vec![AccountQuota { name: "ManualSnapshots".into(), used, max: 100 }])
}

fn key(state: &str, grant: GrantCheck) -> Answer {
    let key = KeyMetadata { state: Some(state.into()), ..KeyMetadata::default() };
    Answer::Key(KeyAccess { key: Some(key), grant })
}

fn play(table: Vec<(&str, World, Expect)>) {
    for (case, world, expected) in table {
        check(case, &world, Step::EncryptCopy, expected);
    }
}

#[test]
fn what_passes_is_asked_again_with_patience() {
    play(vec![
        ("busy: the status is shown", copy_refused("InvalidDBSnapshotState", 1, 5), Expect::Wait(&["available"])),
        ("busy for long", copy_refused("InvalidDBSnapshotState", 40, 15), ACT),
        ("not found, though shown", copy_refused("DBSnapshotNotFound", 9, 15), ACT),
        ("not found ten times", copy_refused("DBSnapshotNotFound", 10, 15), Expect::Stop(&["10 times in a row"])),
        (
            "no capacity 4:59 ago",
            copy_refused("InsufficientDBInstanceCapacity", 1, 299),
            Expect::Wait(&["Insufficient"]),
        ),
        ("no capacity 5:00 ago", copy_refused("InsufficientDBInstanceCapacity", 1, 300), ACT),
        (
            "no capacity ten times",
            copy_refused("InsufficientDBInstanceCapacity", 10, 300),
            Expect::Stop(&["no capacity", "snapshot orders-", "is kept"]),
        ),
        ("credentials expired, looks go through again", copy_refused("ExpiredToken", 1, 15), ACT),
        ("credentials expired ten times", copy_refused("ExpiredToken", 10, 15), Expect::Denied(&["aws sso login"])),
    ]);
}

#[test]
fn snapshot_quota_exceeded_has_two_meanings() {
    let world = |seconds| copy_refused("SnapshotQuotaExceeded", 1, seconds);
    play(vec![
        (
            "room left: too many copies are under way",
            world(59).told(Inquiry::Quotas, quotas(12)),
            Expect::Wait(&["for a slot", "12 of 100"]),
        ),
        ("a minute later", world(60).told(Inquiry::Quotas, quotas(12)), ACT),
        (
            "used up",
            world(60).told(Inquiry::Quotas, quotas(100)),
            Expect::Stop(&["100 of 100", "L-272F1212", "snapshot orders-"]),
        ),
        ("counts not readable", world(60), Expect::Stop(&["which, couldn't be told (denied)", "request-7"])),
    ]);
}

#[test]
fn a_key_that_rds_cannot_use_is_explained_by_elimination() {
    let world = |times| copy_refused("KMSKeyNotAccessibleFault", times, 60);
    let gone = Answer::Key(KeyAccess { key: None, grant: GrantCheck::NotChecked("no key".into()) });
    let told = |answer| world(1).told(Inquiry::Key, answer);
    play(vec![
        ("gone", told(gone), Expect::Stop(&["knows no such key", KEY])),
        ("disabled", told(key("Disabled", GrantCheck::Allowed)), Expect::Stop(&["is Disabled", "enable-key"])),
        ("doomed", told(key("PendingDeletion", GrantCheck::Allowed)), Expect::Stop(&["cancel-key-deletion"])),
        (
            "no grant",
            told(key("Enabled", GrantCheck::Denied("AccessDenied".into()))),
            Expect::Stop(&["a grant is denied", "kms:CreateGrant"]),
        ),
        ("all is well by now", told(key("Enabled", GrantCheck::Allowed)), ACT),
        (
            "all is well, and yet",
            world(3).told(Inquiry::Key, key("Enabled", GrantCheck::Allowed)),
            Expect::Stop(&["exists and is enabled", "kms:ViaService", "request-7"]),
        ),
        ("not readable", world(1), Expect::Stop(&["couldn't be looked at (denied)", "kms:DescribeKey"])),
    ]);
}

#[test]
fn a_denial_names_the_action_and_who_denies() {
    let user = "User: arn:aws:iam::0:user/a is not authorized to perform:";
    let tags = format!("{user} rds:AddTagsToResource because no identity-based policy allows it");
    let organization = format!("{user} rds:CopyDBSnapshot with an explicit deny in a service control policy");
    play(vec![
        ("another action than ours", denied(&tags), Expect::Denied(&["allow rds:AddTagsToResource"])),
        (
            "the organization's",
            denied(&organization),
            Expect::Denied(&["organization's policy", "snapshot orders-", "is kept", "orders was not changed"]),
        ),
        ("no sentence", denied(""), Expect::Denied(&["allow rds:CopyDBSnapshot"])),
    ]);
}

#[test]
fn what_was_renamed_is_named() {
    let renamed = |id: &str, name: &str| {
        let instance = DbInstance { identifier: name.into(), resource_id: Some(id.into()), ..DbInstance::default() };
        (Inquiry::Instance { resource_id: id.into() }, Answer::Instance(Some(Box::new(instance))))
    };
    let (inquiry, answer) = renamed("db-SOURCE", "orders-old");
    let world = World::new().with_seen(|seen| seen.source = None).told(inquiry, answer);
    check("source", &world, Step::TakeSnapshot, Expect::Stop(&["orders is called orders-old now"]));
    let (inquiry, answer) = renamed("db-TARGET", "theirs");
    let world = World::settled().with_seen(|seen| seen.target = None).told(inquiry, answer);
    check("target", &world, Step::Restore, Expect::Stop(&["is called theirs now", "Give it its name back"]));
    assert!(matches!(World::restored().due(), Call::ModifyDBInstance { .. }));
}
