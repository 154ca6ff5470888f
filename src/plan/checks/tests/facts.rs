//! Facts of a database that can be migrated.

use crate::{
    model::{
        DbInstance, DbSnapshot, Encryption, KeyMetadata, KeyReference, StorageEncryptionType, Tags,
        name::generation_names,
    },
    plan::{Checked, Facts, KeyLookup, TakenNames},
};

pub(super) const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/1234abcd";
pub(super) const OTHER_KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/9999ffff";

pub(super) fn good() -> Facts {
    let source = DbInstance {
        identifier: "orders".into(),
        resource_id: Some("db-ORDERS".into()),
        status: Some("available".into()),
        engine: Some("postgres".into()),
        class: Some("db.m5.large".into()),
        encryption: Encryption { storage_encrypted: Some(false), ..Encryption::default() },
        tags: Some(Tags::new()),
        ..DbInstance::default()
    };
    let key = KeyMetadata {
        arn: Some(KEY.into()),
        state: Some("Enabled".into()),
        usage: Some("ENCRYPT_DECRYPT".into()),
        spec: Some("SYMMETRIC_DEFAULT".into()),
        origin: Some("AWS_KMS".into()),
        manager: Some("CUSTOMER".into()),
        ..KeyMetadata::default()
    };
    Facts {
        choices: crate::plan::Choices::default(),
        from: None,
        groups: crate::plan::ChosenGroups::default(),
        now: None,
        route: None,
        catalogue: None,
        certificates: Checked::Known(Vec::new()),
        asked: "orders".into(),
        region: "eu-west-2".into(),
        account: "000000000000".into(),
        source: Checked::Known(Some(source)),
        key_asked: Some(KeyReference::Alias("alias/payments".into())),
        key: Some(Checked::Known(KeyLookup::Found(key))),
        surroundings: None,
        names: Some(generation_names("orders", "db-ORDERS", 1, None)),
        taken: Checked::Known(TakenNames::default()),
    }
}

/// The same, of a source that `change` made another.
pub(super) fn with(change: impl FnOnce(&mut DbInstance)) -> Facts {
    let mut facts = good();
    let Checked::Known(Some(source)) = &mut facts.source else { panic!("a source") };
    change(source);
    facts
}

pub(super) fn under(key: &str) -> Encryption {
    Encryption {
        storage_encryption_type: Some(StorageEncryptionType::Kms),
        storage_encrypted: Some(true),
        kms_key_id: Some(key.into()),
    }
}

pub(super) fn many_tags(count: usize) -> Tags {
    (0..count).map(|number| (format!("tag-{number}"), String::new())).collect()
}

pub(super) fn snapshot_named(name: &str) -> DbSnapshot {
    DbSnapshot { identifier: name.into(), ..DbSnapshot::default() }
}
