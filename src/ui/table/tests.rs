use std::path::PathBuf;

use insta::assert_snapshot;

use super::{
    super::{result, samples::*},
    *,
};
use crate::{
    state::{Phase, StateError},
    steps::Step,
};

fn holder() -> Owner {
    Owner { who: "ada@bastion".into(), process: 4711, since: "2026-11-25T06:03:44Z".into() }
}

fn entries() -> Vec<Entry> {
    let path =
        |name: &str| PathBuf::from(format!("/home/ada/.local/state/rds-encrypt/000000000000/eu-west-2/{name}.json"));
    let entry = |name: &str, phase, step, holder| {
        let mut record = record(phase, step);
        record.migration.name = name.into();
        record.summary.next = format!("rds-encrypt resume {name}");
        Entry { path: path(&format!("instance-{name}-k3v9q2xa")), record: Ok(Box::new(record)), holder }
    };
    let broken = path("instance-sales-abcd2345");
    vec![
        entry("billing", Phase::Underway, Step::EncryptCopy, Some(holder())),
        entry("catalogue", Phase::Underway, Step::Restore, None),
        entry("orders", Phase::Stopped, Step::Settle, None),
        entry("payments-production-eu", Phase::Different, Step::Verify, None),
        entry("reports", Phase::Finished, Step::Verify, None),
        Entry { path: broken.clone(), record: Err(StateError::Edited { path: broken }), holder: None },
    ]
}

#[test]
fn every_migration_is_a_row_and_so_is_a_broken_file() {
    assert_snapshot!(list(&entries(), WIDE), @"
    000000000000 eu-west-2
      DATABASE                STANDS                              UPDATED (UTC)
      billing                 running at encrypted copy           2026-11-25 07:15
      catalogue               interrupted at restore              2026-11-25 07:15
      orders                  stopped at settle                   2026-11-25 07:15
      payments-production-eu  encrypted, but a setting differs    2026-11-25 07:15
      reports                 finished: encrypted and verified    2026-11-25 07:15
      ?                       instance-sales-abcd2345.json was
                              edited: its plan doesn't match its
                              digest

    To go on
      rds-encrypt resume catalogue
      rds-encrypt resume orders
      rds-encrypt resume payments-production-eu
    ");
    assert_snapshot!(list(&entries(), NARROW), @"
    000000000000 eu-west-2
      DATABASE            STANDS              UPDATED (UTC)
      billing             running at          2026-11-25 07:15
                          encrypted copy
      catalogue           interrupted at      2026-11-25 07:15
                          restore
      orders              stopped at settle   2026-11-25 07:15
      payments-productio  encrypted, but a    2026-11-25 07:15
      n-eu                setting differs
      reports             finished:           2026-11-25 07:15
                          encrypted and
                          verified
      ?                   instance-sales-abc
                          d2345.json was
                          edited: its plan
                          doesn't match its
                          digest

    To go on
      rds-encrypt resume catalogue
      rds-encrypt resume orders
      rds-encrypt resume payments-production-eu
    ");
    assert_snapshot!(list(&[], WIDE), @"
    No migrations. Begin one: rds-encrypt migrate DB --kms-key KEY
    ");
}

#[test]
fn details_show_names_and_the_journal() {
    let mut record = record(Phase::Stopped, Step::Settle);
    record.summary.stopped = Some("the target is storage-full".into());
    ask(
        &mut record,
        Step::Settle,
        Outcome::Refused {
            code: "InvalidDBInstanceState".into(),
            message: "Database instance is not in available state.".into(),
            request_id: None,
        },
    );
    assert_snapshot!(details(&record, None, None, true, WIDE), @"
    orders: stopped at settle
      the target is storage-full

      source          orders
                      db-HJC7IKBO2ACTLNNZCM7EX66IHE
      where           000000000000 eu-west-2
      serves          orders
      key             arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
      snapshot        orders-ir3pkvta-g1
      encrypted copy  orders-ir3pkvta-g1-encrypted
      target          orders-ir3pkvta-g1
      begun           2026-11-25 06:03:44 UTC by ada@bastion
      updated         2026-11-25 07:15:44 UTC

    Made, and billed while it exists (by the journal; --refresh asks AWS)
      snapshot, not encrypted  orders-ir3pkvta-g1            made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted  made
      instance                 orders-ir3pkvta-g1            made

    Journal: what was asked of AWS
       1  11-25 06:03:44  accepted  CreateDBSnapshot orders-ir3pkvta-g1
       2  11-25 06:03:44  accepted  CopyDBSnapshot orders-ir3pkvta-g1-encrypted
       3  11-25 06:03:44  accepted  RestoreDBInstanceFromDBSnapshot
                                    orders-ir3pkvta-g1
       4  11-25 06:03:44  refused   ModifyDBInstance orders-ir3pkvta-g1
                                    (BackupRetentionPeriod=7)
                                    InvalidDBInstanceState: Database instance is not
                                    in available state.

    To go on
      rds-encrypt resume orders
    ");
    assert_snapshot!(details(&record, Some(&holder()), None, true, NARROW), @"
    orders: running at settle
      by ada@bastion, process 4711, since 2026-11-25T06:03:44Z

      source          orders
                      db-HJC7IKBO2ACTLNNZCM7EX66IHE
      where           000000000000 eu-west-2
      serves          orders
      key             arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
      snapshot        orders-ir3pkvta-g1
      encrypted copy  orders-ir3pkvta-g1-encrypted
      target          orders-ir3pkvta-g1
      begun           2026-11-25 06:03:44 UTC by ada@bastion
      updated         2026-11-25 07:15:44 UTC

    Made, and billed while it exists (by the journal; --refresh
    asks AWS)
      snapshot, not encrypted  orders-ir3pkvta-g1
                               made
      snapshot, encrypted      orders-ir3pkvta-g1-encrypted
                               made
      instance                 orders-ir3pkvta-g1
                               made

    Journal: what was asked of AWS
       1  06:03:44  accepted  CreateDBSnapshot
                              orders-ir3pkvta-g1
       2  06:03:44  accepted  CopyDBSnapshot
                              orders-ir3pkvta-g1-encrypted
       3  06:03:44  accepted  RestoreDBInstanceFromDBSnapshot
                              orders-ir3pkvta-g1
       4  06:03:44  refused   ModifyDBInstance
                              orders-ir3pkvta-g1
                              (BackupRetentionPeriod=7)
                              InvalidDBInstanceState: Database
                              instance is not in available
                              state.
    ");
}

#[test]
fn colour_changes_no_word_and_no_place() {
    let mut record = record(Phase::Stopped, Step::Settle);
    ask(&mut record, Step::Settle, Outcome::Sent);
    let colored = Page { color: true, ..WIDE };
    for (plain, painted) in [
        (list(&entries(), WIDE), list(&entries(), colored)),
        (details(&record, None, None, true, WIDE), details(&record, None, None, true, colored)),
        (result::interrupted(&record, WIDE), result::interrupted(&record, colored)),
    ] {
        assert!(painted.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), plain);
    }
}
