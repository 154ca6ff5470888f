//! Words for what was found.

use crate::model::{Encryption, StorageEncryptionType, Verdict};

/// How something is encrypted, in AWS's word where it has one.
pub(super) fn encryption(encryption: &Encryption) -> &'static str {
    match (encryption.verdict(), &encryption.storage_encryption_type) {
        (Verdict::NotEncrypted, _) => "none",
        (Verdict::Unknown, _) => "unknown",
        (_, Some(StorageEncryptionType::ServiceOwned)) => "sse-rds",
        (_, Some(StorageEncryptionType::Kms)) | (Verdict::UnderKey(_), None) => "sse-kms",
        // Encrypted, by a word that we don't know, or before AWS had words.
        (Verdict::UnderKey(_) | Verdict::WithoutNamedKey, _) => "encrypted",
    }
}

/// The key's ARN.
pub(super) fn key(encryption: &Encryption) -> Option<String> {
    match encryption.verdict() {
        Verdict::UnderKey(arn) => Some(arn),
        Verdict::WithoutNamedKey | Verdict::NotEncrypted | Verdict::Unknown => None,
    }
}

/// `12 d`, `0.4 y`, `7.2 y`.
pub(super) fn age(days: i64) -> String {
    let tenths = days * 10 / 365;
    if days < 100 { format!("{days} d") } else { format!("{}.{} y", tenths / 10, tenths % 10) }
}

/// `1 database`, `3 databases`.
pub(super) fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
