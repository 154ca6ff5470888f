//! Tables fit the width that there is, and names stay whole.

use super::{
    grid::{Header, Row, laid_out},
    words,
};
use crate::{
    model::{Encryption, StorageEncryptionType},
    ui::Page,
};

fn header() -> Header {
    Header { name: "DATABASE", others: vec!["ENCRYPTED", "ENGINE", "AGE", "SIZE", "CLASS"], elastic: 1 }
}

fn row(name: &str, engine: &str) -> Row {
    let cells = ["none", engine, "7.2 y", "100 GiB", "db.m5.2xlarge"].map(str::to_owned).to_vec();
    Row { name: name.to_owned(), cells, alarming: true, notes: "can be migrated; public; replicas: one, two".into() }
}

#[test]
fn tables_fit_every_width() {
    let long = "a-name-that-is-far-longer-than-any-column";
    let rows = [row("orders", "postgres 15.7"), row(long, "oracle-se2 19.0.0.0.ru-…"), row("x", "")];
    for width in 44..140 {
        let plain = laid_out(&header(), &rows, Page { width, color: false });
        for line in plain.lines() {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
            assert_eq!(line, line.trim_end(), "{width}");
        }
        for name in ["orders", long, "x"] {
            assert!(plain.lines().any(|line| line.split_whitespace().next() == Some(name)), "{width}: {plain}");
        }
        // Colour takes no room.
        let painted = laid_out(&header(), &rows, Page { width, color: true });
        assert_ne!(painted, plain);
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), plain, "{width}");
    }
}

#[test]
fn columns_give_way_one_by_one() {
    let rows = [row("orders-of-the-north", "sqlserver-se 15.00.4430…")];
    let first = |width| {
        let text = laid_out(&header(), &rows, Page { width, color: false });
        text.lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(first(100), "  orders-of-the-north  none       sqlserver-se 15.00.4430…  7.2 y  100 GiB  db.m5.2xlarge");
    assert_eq!(first(80), "  orders-of-the-north  none       sqlserver-se 1…  7.2 y  100 GiB  db.m5.2xlarge");
    assert_eq!(first(76), "  orders-of-the-north");
    assert_eq!(first(60), "    none, sqlserver-se 15.00.4430…, 7.2 y, 100 GiB,");
}

#[test]
fn encryption_has_a_word() {
    use StorageEncryptionType::{Kms, Other, ServiceOwned, Unencrypted};
    let key = || Some("arn:aws:kms:eu-west-2:111122223333:key/1".to_owned());
    for (kind, flag, kms_key_id, word) in [
        (Some(Unencrypted), Some(true), None, "none"),
        (None, Some(false), None, "none"),
        (None, None, key(), "unknown"),
        (Some(Other("sse-new".into())), Some(false), None, "unknown"),
        (Some(ServiceOwned), Some(false), None, "sse-rds"),
        (Some(Kms), None, key(), "sse-kms"),
        (Some(Kms), None, None, "sse-kms"),
        (None, Some(true), key(), "sse-kms"),
        (None, Some(true), None, "encrypted"),
        (Some(Other("sse-new".into())), Some(true), key(), "encrypted"),
    ] {
        let encryption = Encryption { storage_encryption_type: kind, storage_encrypted: flag, kms_key_id };
        assert_eq!(words::encryption(&encryption), word, "{encryption:?}");
    }
}

#[test]
fn ages_are_said_by_what_matters() {
    for (days, said) in [(0, "0 d"), (99, "99 d"), (100, "0.2 y"), (365, "1.0 y"), (2650, "7.2 y")] {
        assert_eq!(words::age(days), said);
    }
}
