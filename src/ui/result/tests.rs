use insta::assert_snapshot;

use super::{super::samples::*, *};
use crate::{
    model::Outcome,
    model::{Setting, Value},
    state::Phase,
    steps::{Difference, Step},
};

fn accepted() -> Outcome {
    Outcome::Accepted { request_id: None, resource_id: None }
}

fn stop(kind: StopKind, reason: &str, remedy: &str) -> Stop {
    Stop { kind, reason: reason.into(), remedy: remedy.into() }
}

#[test]
fn success_says_what_there_is_and_what_it_is_not() {
    let record = record(Phase::Finished, Step::Verify);
    let made = Made {
        raised: &[],
        secret_arn: None,
        source: SourceNow::There(&[]),
        record: &record,
        endpoint: Some("orders-g1.abc123.eu-west-2.rds.amazonaws.com:5432"),
        snapshot_time: Some(at("06:04:12")),
        compared: Some(22),
    };
    assert_snapshot!(finished(&made, WIDE), @"
    ✓ Encrypted and verified in 1 h 12 min: orders → orders-ir3pkvta-g1

      instance  orders-ir3pkvta-g1
        at      orders-g1.abc123.eu-west-2.rds.amazonaws.com:5432
      snapshot  orders-ir3pkvta-g1-encrypted  encrypted
      snapshot  orders-ir3pkvta-g1            not encrypted
      key       arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
                alias/payments

    What it is
      - It holds the data of orders as of 2026-11-25 06:04:12 UTC, and nothing that
        was written later.
      - Encryption, key and 22 settings were read back and are as planned.
      - Applications still use orders, which was not changed and is still not
        encrypted.
      - Its blocks load from the snapshot when first touched: first reads are slow.
        Don't judge its speed yet.
      - Jobs and schedulers inside the database now run a second time, in
        orders-ir3pkvta-g1.

    Other than the source, on purpose
      PubliclyAccessible  yes → no
                          no second public address, unless --public asks for it

    Billed from now on, until you remove it
      - the instance orders-ir3pkvta-g1
      - the encrypted snapshot orders-ir3pkvta-g1-encrypted
      - the snapshot orders-ir3pkvta-g1, which is itself not encrypted

    To remove that snapshot, since it is not encrypted and fails audits
      rds-encrypt cleanup orders --snapshots

    To look into the copy, in a private subnet too
      rds-encrypt tunnel orders --copy
    ");
    let unseen = Made { endpoint: None, snapshot_time: None, compared: None, ..made };
    assert_snapshot!(finished(&unseen, NARROW), @"
    ✓ Encrypted and verified in 1 h 12 min: orders →
      orders-ir3pkvta-g1

      instance  orders-ir3pkvta-g1
      snapshot  orders-ir3pkvta-g1-encrypted  encrypted
      snapshot  orders-ir3pkvta-g1            not encrypted
      key       arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
                alias/payments

    What it is
      - It holds the data of orders as of the moment of its
        snapshot, and nothing that was written later.
      - Encryption, key and settings were read back and are as
        planned.
      - Applications still use orders, which was not changed and
        is still not encrypted.
      - Its blocks load from the snapshot when first touched:
        first reads are slow. Don't judge its speed yet.
      - Jobs and schedulers inside the database now run a second
        time, in orders-ir3pkvta-g1.

    Other than the source, on purpose
      PubliclyAccessible  yes → no
                          no second public address, unless
                          --public asks for it

    Billed from now on, until you remove it
      - the instance orders-ir3pkvta-g1
      - the encrypted snapshot orders-ir3pkvta-g1-encrypted
      - the snapshot orders-ir3pkvta-g1, which is itself not
        encrypted

    To remove that snapshot, since it is not encrypted and fails
    audits
      rds-encrypt cleanup orders --snapshots
    ");
}

#[test]
fn a_stop_says_what_was_seen_and_how_to_go_on() {
    let mut record = record(Phase::Stopped, Step::Restore);
    ask(&mut record, Step::Restore, accepted());
    let stop = stop(
        StopKind::NeedsPerson,
        "the target is incompatible-parameters, which does not pass by itself",
        "the source serves on, unchanged; bring the target back to available, then resume",
    );
    assert_snapshot!(stopped(&record, &stop, WIDE), @"
    ✗ Stopped at restore: this needs a person

    What was seen
      the target is incompatible-parameters, which does not pass by itself

    What it means, and what to do
      the source serves on, unchanged; bring the target back to available, then
      resume

    Asked for so far; what exists of it is billed until you remove it
      snapshot, not encrypted  orders-ir3pkvta-g1            made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted  made
      instance                 orders-ir3pkvta-g1            made

    To go on
      rds-encrypt resume orders
    ");
}

#[test]
fn a_difference_is_a_table() {
    let mut record = record(Phase::Different, Step::Verify);
    ask(&mut record, Step::Settle, accepted());
    let found = vec![
        Difference { setting: Setting::Iops, wanted: Value::Number(12000), shown: Some(Value::Number(3000)) },
        Difference { setting: Setting::DBParameterGroupName, wanted: Value::Text("orders-pg".into()), shown: None },
    ];
    let stop = stop(StopKind::Difference(found), "", "set these by hand if they matter, then resume to verify again");
    assert_snapshot!(stopped(&record, &stop, WIDE), @"
    ✗ Encrypted under the key, but 2 settings are not as planned

      SETTING               WANTED     SHOWN
      Iops                  12000      3000
      DBParameterGroupName  orders-pg  (AWS shows nothing)

    What it means, and what to do
      set these by hand if they matter, then resume to verify again

    Asked for so far; what exists of it is billed until you remove it
      snapshot, not encrypted  orders-ir3pkvta-g1            made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted  made
      instance                 orders-ir3pkvta-g1            made

    To go on
      rds-encrypt resume orders
    ");
}

#[test]
fn an_interruption_says_what_exists_as_far_as_we_know() {
    let mut record = record(Phase::Underway, Step::EncryptCopy);
    assert_snapshot!(interrupted(&record, WIDE), @"
    ‖ Interrupted at encrypted copy

    Nothing further is asked of AWS; what AWS has begun goes on by itself. orders
    was not changed.

    So far nothing was made

    To go on
      rds-encrypt resume orders
    ");
    ask(&mut record, Step::EncryptCopy, Outcome::Unknown { why: "timed out".into() });
    assert_snapshot!(interrupted(&record, WIDE), @"
    ‖ Interrupted at encrypted copy

    Nothing further is asked of AWS; what AWS has begun goes on by itself. orders
    was not changed.

    Asked for so far; what exists of it is billed until you remove it
      snapshot, not encrypted  orders-ir3pkvta-g1            made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted  may exist
      ! AWS's answer to one call was lost: the next run looks for what it made first

    To go on
      rds-encrypt resume orders
    ");
    assert_snapshot!(interrupted(&record, NARROW), @"
    ‖ Interrupted at encrypted copy

    Nothing further is asked of AWS; what AWS has begun goes on
    by itself. orders was not changed.

    Asked for so far; what exists of it is billed until you
    remove it
      snapshot, not encrypted  orders-ir3pkvta-g1
                               made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted
                               may exist
      ! AWS's answer to one call was lost: the next run looks
        for what it made first

    To go on
      rds-encrypt resume orders
    ");
}
