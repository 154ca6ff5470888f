use std::path::PathBuf;

use insta::assert_snapshot;

use super::{super::samples::*, *};
use crate::{
    state::{Phase, StateError},
    steps::Step,
};

fn holder() -> Owner {
    Owner { who: "ada@bastion".into(), process: 4711, since: "2026-11-25T06:03:44Z".into() }
}

fn entries() -> Vec<Entry> {
    let path = |name: &str| PathBuf::from(format!("/home/ada/.local/state/rds-encrypt/000000000000/eu-west-2/{name}.json"));
    let entry = |phase, step, holder| Entry {
        path: path("instance-orders-k3v9q2xa"),
        record: Ok(Box::new(record(phase, step))),
        holder,
    };
    let broken = path("instance-sales-abcd2345");
    vec![
        entry(Phase::Underway, Step::EncryptCopy, Some(holder())),
        entry(Phase::Underway, Step::Restore, None),
        entry(Phase::Stopped, Step::Settle, None),
        entry(Phase::Different, Step::Verify, None),
        entry(Phase::Finished, Step::Verify, None),
        Entry { path: broken.clone(), record: Err(StateError::Edited { path: broken }), holder: None },
    ]
}

#[test]
fn every_migration_is_a_row_and_so_is_a_broken_file() {
    assert_snapshot!(list(&entries(), WIDE), @"
    DATABASE                WHERE         STANDS                  UPDATED (UTC)
    orders                  000000000000  running at encrypted    2026-11-25 07:15
                            eu-west-2     copy
    orders                  000000000000  interrupted at          2026-11-25 07:15
                            eu-west-2     restore; rds-encrypt
                                          resume orders
    orders                  000000000000  stopped at settle;      2026-11-25 07:15
                            eu-west-2     rds-encrypt resume
                                          orders
    orders                  000000000000  encrypted, but a        2026-11-25 07:15
                            eu-west-2     setting differs;
                                          rds-encrypt resume
                                          orders
    orders                  000000000000  finished: encrypted     2026-11-25 07:15
                            eu-west-2     and verified
    instance-sales-abcd234                unusable: /home/ada/.l
    5                                     ocal/state/rds-encrypt
                                          /000000000000/eu-west-
                                          2/instance-sales-abcd2
                                          345.json was edited:
                                          its plan doesn't match
                                          its digest
    ");
    assert_snapshot!(list(&entries(), NARROW), @"
    DATABASE       WHERE          STANDS         UPDATED (UTC)
    orders         000000000000   running at     2026-11-25
                   eu-west-2      encrypted      07:15
                                  copy
    orders         000000000000   interrupted    2026-11-25
                   eu-west-2      at restore;    07:15
                                  rds-encrypt
                                  resume orders
    orders         000000000000   stopped at     2026-11-25
                   eu-west-2      settle;        07:15
                                  rds-encrypt
                                  resume orders
    orders         000000000000   encrypted,     2026-11-25
                   eu-west-2      but a setting  07:15
                                  differs;
                                  rds-encrypt
                                  resume orders
    orders         000000000000   finished:      2026-11-25
                   eu-west-2      encrypted and  07:15
                                  verified
    instance-sale                 unusable: /ho
    s-abcd2345                    me/ada/.local
                                  /state/rds-en
                                  crypt/0000000
                                  00000/eu-west
                                  -2/instance-s
                                  ales-abcd2345
                                  .json was
                                  edited: its
                                  plan doesn't
                                  match its
                                  digest
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
    assert_snapshot!(details(&record, None, WIDE), @"
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

    Journal: what was asked of AWS
     #  SENT (UTC)      CALL                           OUTCOME
     1  11-25 06:03:44  CreateDBSnapshot               accepted
                        orders-ir3pkvta-g1
     2  11-25 06:03:44  CopyDBSnapshot                 accepted
                        orders-ir3pkvta-g1-encrypted
     3  11-25 06:03:44  RestoreDBInstanceFromDBSnapsh  accepted
                        ot orders-ir3pkvta-g1
     4  11-25 06:03:44  ModifyDBInstance               refused:
                        orders-ir3pkvta-g1             InvalidDBInstanceState:
                        (BackupRetentionPeriod=7)      Database instance is not in
                                                       available state.

    To go on
      rds-encrypt resume orders
    ");
    assert_snapshot!(details(&record, Some(&holder()), NARROW), @"
    orders: running at settle
    the target is storage-full
    owned by ada@bastion, process 4711, since
    2026-11-25T06:03:44Z

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

    Journal: what was asked of AWS
     #  SENT (UTC)      CALL                 OUTCOME
     1  11-25 06:03:44  CreateDBSnapshot     accepted
                        orders-ir3pkvta-g1
     2  11-25 06:03:44  CopyDBSnapshot orde  accepted
                        rs-ir3pkvta-g1-encr
                        ypted
     3  11-25 06:03:44  RestoreDBInstanceFr  accepted
                        omDBSnapshot
                        orders-ir3pkvta-g1
     4  11-25 06:03:44  ModifyDBInstance     refused: InvalidDB
                        orders-ir3pkvta-g1   InstanceState:
                        (BackupRetentionPer  Database instance
                        iod=7)               is not in
                                             available state.
    ");
}
