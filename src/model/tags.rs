//! Tags: pairs of words on a resource.

use std::collections::BTreeMap;

/// Key to value.
pub type Tags = BTreeMap<String, String>;

/// The tag that says which migration a resource belongs to: `<id>.g<n>.<resource id>`.
pub const OWNER_TAG: &str = "rds-encrypt";

/// The tag that says which database's setup a resource belongs to: `<short id>.<resource id>`.
pub const ACCESS_TAG: &str = "rds-encrypt-access";

/// The tag that says which run made a resource: its nonce and `user@host`.
pub const RUN_TAG: &str = "rds-encrypt-run";

/// The tag that says what was chosen for a copy beyond its key: a lost state file can't be rebuilt without it.
pub const CHOICES_TAG: &str = "rds-encrypt-choices";

/// How many tags a resource can hold (R-TAG-1).
pub const MAXIMUM_TAGS: usize = 50;

/// Whether only AWS may set a tag with this key; such tags can't be passed in a call (R-TAG-1).
#[must_use]
pub fn is_reserved(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.starts_with("aws:") || lower.starts_with("rds:")
}
