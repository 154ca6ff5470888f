//! Rows in AWS's own form, as `aws … --output json` prints them: read into the model, and written from it.
//!
//! A member of a strange type is as one that was left out, and is named; a row is never lost over it.

mod attached;
mod cluster;
mod instance;
mod snapshot;

pub use cluster::{cluster_of, cluster_row};
pub use instance::{instance_of, instance_row};
pub use snapshot::{cluster_snapshot_of, cluster_snapshot_row, snapshot_of, snapshot_row};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::model::{Encryption, Tags};

/// A row of AWS's, and what in it can't be read.
pub struct Row<'a> {
    members: &'a Value,
    /// The members of a strange type.
    pub strange: Vec<String>,
}

impl<'a> Row<'a> {
    /// A row that is about to be read.
    #[must_use]
    pub fn new(members: &'a Value) -> Self {
        Self { members, strange: Vec::new() }
    }

    /// A member, or one below it (`Endpoint.Port`). Null is as left out.
    fn member<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let held = name.split('.').try_fold(self.members, |value, part| value.get(part))?;
        if held.is_null() {
            return None;
        }
        let read = serde_json::from_value(held.clone());
        if read.is_err() {
            self.strange.push(name.to_owned());
        }
        read.ok()
    }

    /// Each element of a list, read by its own members.
    fn list<T>(&mut self, name: &str, mut read: impl FnMut(&mut Row<'a>) -> T) -> Option<Vec<T>> {
        let held = self.members.get(name).filter(|held| !held.is_null())?;
        let Some(elements) = held.as_array() else {
            self.strange.push(name.to_owned());
            return None;
        };
        let mut all = Vec::new();
        for element in elements {
            let mut row = Row::new(element);
            all.push(read(&mut row));
            self.strange.extend(row.strange.into_iter().map(|member| format!("{name}.{member}")));
        }
        Some(all)
    }

    fn tags(&mut self, name: &str) -> Option<Tags> {
        let pairs = self.list(name, |tag| {
            let key: Option<String> = tag.member("Key");
            let value: Option<String> = tag.member("Value");
            key.map(|key| (key, value.unwrap_or_default()))
        })?;
        Some(pairs.into_iter().flatten().collect())
    }

    fn encryption(&mut self, boolean: &str) -> Encryption {
        Encryption {
            storage_encryption_type: self.member("StorageEncryptionType"),
            storage_encrypted: self.member(boolean),
            kms_key_id: self.member("KmsKeyId"),
        }
    }
}

/// A row that is written. What AWS left out stays out.
#[derive(Default)]
struct Writer(Map<String, Value>);

impl Writer {
    fn set<T: Serialize>(&mut self, name: &str, value: Option<T>) {
        // What the model holds can always be written; if not, it is left out.
        if let Some(Ok(value)) = value.map(serde_json::to_value) {
            self.0.insert(name.to_owned(), value);
        }
    }

    fn tags(&mut self, name: &str, tags: Option<&Tags>) {
        let pairs =
            tags.map(|tags| tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect::<Vec<_>>());
        self.set(name, pairs);
    }

    fn encryption(&mut self, boolean: &str, encryption: &Encryption) {
        self.set("StorageEncryptionType", encryption.storage_encryption_type.as_ref());
        self.set(boolean, encryption.storage_encrypted);
        self.set("KmsKeyId", encryption.kms_key_id.as_ref());
    }

    fn finish(self) -> Value {
        Value::Object(self.0)
    }
}

/// Members that are held as they are shown: one list for both directions.
macro_rules! plain_members {
    ($model:ident { $($field:ident: $name:literal),+ $(,)? }) => {
        fn read_plain(row: &mut super::Row<'_>, into: &mut $model) {
            $( into.$field = row.member($name); )+
        }

        fn write_plain(from: &$model, row: &mut super::Writer) {
            $( row.set($name, from.$field.as_ref()); )+
        }
    };
}
use plain_members;
