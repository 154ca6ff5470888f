//! The key that is read back: of the copy before it is restored, of the target as soon as it appears.

use super::{
    Expect, World, check,
    world::{KEY, OTHER_KEY, plain, under},
};
use crate::{
    model::{Encryption, StorageEncryptionType},
    steps::Step,
};

fn by_the_service() -> Encryption {
    Encryption {
        storage_encryption_type: Some(StorageEncryptionType::ServiceOwned),
        storage_encrypted: Some(true),
        kms_key_id: None,
    }
}

fn encrypted_without_a_key() -> Encryption {
    Encryption { storage_encrypted: Some(true), ..Encryption::default() }
}

/// The type says no where the boolean says yes.
fn contradicted() -> Encryption {
    Encryption { storage_encryption_type: Some(StorageEncryptionType::Unencrypted), ..under(KEY) }
}

#[test]
fn a_copy_that_is_not_encrypted_as_asked_is_never_restored() {
    let table = [
        ("under the key", under(KEY), Step::Restore, Expect::Act(&[])),
        ("under the key, of unnamed type", without_type(KEY), Step::Restore, Expect::Act(&[])),
        ("not encrypted", plain(), Step::EncryptCopy, Expect::Failed(&["not encrypted", KEY, "nothing was restored"])),
        ("under another key", under(OTHER_KEY), Step::EncryptCopy, Expect::Failed(&[OTHER_KEY, KEY])),
        ("silent", Encryption::default(), Step::EncryptCopy, Expect::Failed(&["unknown encryption"])),
        ("under a key of the service's", by_the_service(), Step::EncryptCopy, Expect::Failed(&["doesn't name"])),
        ("encrypted, key not named", encrypted_without_a_key(), Step::EncryptCopy, Expect::Failed(&["doesn't name"])),
        ("type none, boolean true", contradicted(), Step::EncryptCopy, Expect::Failed(&["not encrypted"])),
    ];
    for (case, encryption, step, expected) in table {
        check(case, &World::copied().with_copy(|copy| copy.encryption = encryption), step, expected);
    }
}

fn without_type(key: &str) -> Encryption {
    Encryption { storage_encryption_type: None, ..under(key) }
}

#[test]
fn a_copy_that_is_made_shows_no_key_yet() {
    let world = World::copied().with_copy(|copy| {
        copy.status = Some("copying".into());
        copy.encryption = Encryption::default();
    });
    check("copying", &world, Step::EncryptCopy, Expect::Wait(&["copying"]));
}

#[test]
fn a_target_that_is_not_encrypted_as_asked_stops_at_once() {
    let stop = Expect::Failed(&["asked was", KEY, "don't use it"]);
    let table = [
        ("under the key, still made", "creating", under(KEY), Step::Restore, Expect::Wait(&["creating"])),
        ("under the key", "available", under(KEY), Step::Settle, Expect::Act(&[])),
        ("not encrypted, still made", "creating", plain(), Step::Restore, stop),
        ("not encrypted", "available", plain(), Step::Restore, stop),
        ("under another key, still made", "creating", under(OTHER_KEY), Step::Restore, stop),
        ("under another key", "available", under(OTHER_KEY), Step::Restore, stop),
        ("silent, still made", "creating", Encryption::default(), Step::Restore, Expect::Wait(&["its key"])),
        (
            "silent, in a word nobody knows",
            "polishing",
            Encryption::default(),
            Step::Restore,
            Expect::Wait(&["its key"]),
        ),
        (
            "silent and failed",
            "incompatible-network",
            Encryption::default(),
            Step::Restore,
            Expect::Failed(&["incompatible-network"]),
        ),
        ("key not named, still made", "creating", encrypted_without_a_key(), Step::Restore, Expect::Wait(&["its key"])),
        ("silent", "available", Encryption::default(), Step::Restore, stop),
        ("under a key of the service's", "available", by_the_service(), Step::Restore, stop),
        ("type none, boolean true", "available", contradicted(), Step::Restore, stop),
    ];
    for (case, status, encryption, step, expected) in table {
        let world = World::restored().with_target(|target| {
            target.status = Some(status.into());
            target.encryption = encryption;
        });
        check(case, &world, step, expected);
    }
}
