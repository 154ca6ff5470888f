use insta::assert_snapshot;

use super::{super::samples::*, *};
use crate::plan::Severity;

const PLACE: Place<'_> = Place { account: "000000000000", region: "eu-west-2", endpoint: None };

#[test]
fn everything_that_matters_is_said_before_the_question() {
    let plan = plan("postgres", false);
    assert_snapshot!(text(&plan, &plan.names(1), PLACE, &[], WIDE), @"
    Encrypt orders (postgres 14.9) in eu-west-2 of account 000000000000

    Made, and billed until you remove it
      snapshot  orders-ir3pkvta-g1            up to 100 GiB, not encrypted
      snapshot  orders-ir3pkvta-g1-encrypted  up to 100 GiB, encrypted
      instance  orders-ir3pkvta-g1            db.m5.large, 100 GiB gp3

    Encrypted under this key, for good: a database's key can't be changed later
      alias/payments
      arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab

    What it means
      - orders keeps serving and is never changed. Applications go on using it.
      - orders-ir3pkvta-g1 will hold the data as of the moment of the snapshot. What
        orders writes after that is not in it.
      - orders has no standby: its I/O stops when the snapshot starts, for seconds
        up to minutes.
      - No automated backup of orders runs while the snapshot is copied.
      - orders-ir3pkvta-g1 has no public address, though orders has one. It gets the
        security groups of orders (sg-0a1b2c3d).
      - Jobs and schedulers inside the database will run in orders-ir3pkvta-g1, too:
        a second time, on real data. Whatever they reach, they reach twice.

    Other than the source, on purpose
      PubliclyAccessible  yes → no
                          no second public address, unless --public asks for it
    ");
}

#[test]
fn a_standby_counts_twice_and_findings_come_along() {
    let plan = plan("sqlserver-se", true);
    let warning = Finding {
        severity: Severity::Warning,
        what: "orders has read replicas: orders-r1, orders-r2".into(),
        remedy: "they stay with the source; the encrypted copy begins without any".into(),
        rule: "R-REPL-2",
    };
    let place = Place { endpoint: Some("http://127.0.0.1:4566"), ..PLACE };
    assert_snapshot!(text(&plan, &plan.names(1), place, &[warning], NARROW), @"
    Encrypt orders (sqlserver-se 14.9) in eu-west-2 of account
    000000000000
    AWS is reached at http://127.0.0.1:4566

    Made, and billed until you remove it
      snapshot  orders-ir3pkvta-g1
                up to 100 GiB, not encrypted
      snapshot  orders-ir3pkvta-g1-encrypted
                up to 100 GiB, encrypted
      instance  orders-ir3pkvta-g1
                db.m5.large, 100 GiB gp3, Multi-AZ (billed
                twice)

    Encrypted under this key, for good: a database's key can't
    be changed later
      alias/payments
      arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab

    What it means
      - orders keeps serving and is never changed. Applications
        go on using it.
      - orders-ir3pkvta-g1 will hold the data as of the moment
        of the snapshot. What orders writes after that is not in
        it.
      - I/O of orders stops briefly when the snapshot starts:
        SQL Server does so even with a standby.
      - No automated backup of orders runs while the snapshot is
        copied.
      - orders-ir3pkvta-g1 has no public address, though orders
        has one. It gets the security groups of orders
        (sg-0a1b2c3d).
      - Jobs and schedulers inside the database will run in
        orders-ir3pkvta-g1, too: a second time, on real data.
        Whatever they reach, they reach twice.

    Other than the source, on purpose
      PubliclyAccessible  yes → no
                          no second public address, unless
                          --public asks for it

    Found by the checks
      ! orders has read replicas: orders-r1, orders-r2
          they stay with the source; the encrypted copy begins
          without any
    ");
}

#[test]
fn the_pause_depends_on_engine_and_standby() {
    let table = [
        ("postgres", false, "no standby"),
        ("sqlserver-se", false, "no standby"),
        ("postgres", true, "goes on"),
        ("mysql", true, "goes on"),
        ("mariadb", true, "goes on"),
        ("oracle-ee", true, "goes on"),
        ("db2-se", true, "goes on"),
        ("sqlserver-se", true, "briefly"),
    ];
    for (engine, multi_az, expected) in table {
        let said = pause(&plan(engine, multi_az));
        assert!(said.contains(expected), "{engine} {multi_az}: {said}");
    }
}
