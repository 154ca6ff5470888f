//! Encryption at rest, as three members of AWS's answers tell it.

use serde::{Deserialize, Serialize};

/// `StorageEncryptionType`: how the storage is encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageEncryptionType {
    /// `none`.
    #[serde(rename = "none")]
    Unencrypted,
    /// `sse-kms`: under a KMS key of the account.
    #[serde(rename = "sse-kms")]
    Kms,
    /// `sse-rds`: under a key that the service owns.
    #[serde(rename = "sse-rds")]
    ServiceOwned,
    /// A word that we don't know.
    #[serde(untagged)]
    Other(String),
}

/// What AWS said about a resource's encryption. What it left out stays out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `StorageEncryptionType`; younger answers have it.
    pub storage_encryption_type: Option<StorageEncryptionType>,
    /// `StorageEncrypted` of an instance, `Encrypted` of a snapshot.
    pub storage_encrypted: Option<bool>,
    /// `KmsKeyId`: the key's ARN.
    pub kms_key_id: Option<String>,
}

/// What follows from an [`Encryption`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Encrypted under this KMS key.
    UnderKey(String),
    /// Encrypted, by a key that the service owns or that AWS doesn't name.
    WithoutNamedKey,
    /// AWS says that it is not encrypted.
    NotEncrypted,
    /// AWS said nothing, or a word that we don't know.
    Unknown,
}

impl Encryption {
    /// Judges by the type first and the boolean second, since a database under a service-owned key
    /// was seen to answer `sse-rds` together with `false`; nothing said is not "no" (R-ENC-4).
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let under_key = || match &self.kms_key_id {
            Some(arn) => Verdict::UnderKey(arn.clone()),
            None => Verdict::WithoutNamedKey,
        };
        match (&self.storage_encryption_type, self.storage_encrypted) {
            (Some(StorageEncryptionType::Unencrypted), _) => Verdict::NotEncrypted,
            (Some(StorageEncryptionType::Kms), _) => under_key(),
            (Some(StorageEncryptionType::ServiceOwned), _) => Verdict::WithoutNamedKey,
            (Some(StorageEncryptionType::Other(_)) | None, Some(true)) => under_key(),
            (None, Some(false)) => Verdict::NotEncrypted,
            (Some(StorageEncryptionType::Other(_)), Some(false)) | (_, None) => Verdict::Unknown,
        }
    }

    /// Says in a few words what AWS showed, for messages.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.verdict() {
            Verdict::UnderKey(arn) => format!("encrypted under {arn}"),
            Verdict::WithoutNamedKey => "encrypted under a key that AWS doesn't name".into(),
            Verdict::NotEncrypted => "not encrypted".into(),
            Verdict::Unknown => "of unknown encryption (AWS didn't say)".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_outranks_the_boolean_and_silence_is_not_no() {
        use StorageEncryptionType::{Kms, Other, ServiceOwned, Unencrypted};
        let table = [
            (Some(Unencrypted), Some(true), Verdict::NotEncrypted),
            (Some(ServiceOwned), Some(false), Verdict::WithoutNamedKey),
            (Some(Kms), Some(false), Verdict::UnderKey("arn:key".into())),
            (None, Some(true), Verdict::UnderKey("arn:key".into())),
            (None, Some(false), Verdict::NotEncrypted),
            (None, None, Verdict::Unknown),
            (Some(Other("sse-new".into())), Some(false), Verdict::Unknown),
        ];
        for (storage_encryption_type, storage_encrypted, expected) in table {
            let seen = Encryption { storage_encryption_type, storage_encrypted, kms_key_id: Some("arn:key".into()) };
            assert_eq!(seen.verdict(), expected, "{seen:?}");
        }
    }
}
