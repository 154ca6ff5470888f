//! `--kms-key`: an id, an ARN or an alias.

use std::{fmt, str::FromStr};

/// How a person named a KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyReference {
    /// A key id of this account and Region.
    Id(String),
    /// The ARN of a key or of an alias; the only way to name a key of another account.
    Arn {
        /// As given.
        arn: String,
        /// The Region in it.
        region: String,
        /// The account in it.
        account: String,
    },
    /// `alias/…` of this account and Region.
    Alias(String),
}

/// Why something names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyReferenceError {
    /// Nothing, or blanks: an unset variable of a script, most likely.
    #[error("the key is empty; give an id, an ARN or alias/NAME")]
    Empty,
    /// A word that stands where a key should.
    #[error("`{0}` is a placeholder, not a key; give an id, an ARN or alias/NAME")]
    Placeholder(String),
    /// Anything else.
    #[error("`{0}` is no KMS key: give its id, its ARN (arn:aws:kms:…) or alias/NAME")]
    Shape(String),
}

/// What scripts and guides leave where a key belongs.
const PLACEHOLDERS: [&str; 22] = [
    "none",
    "null",
    "nil",
    "undefined",
    "default",
    "todo",
    "tbd",
    "changeme",
    "change-me",
    "replace-me",
    "replaceme",
    "placeholder",
    "example",
    "key",
    "kms-key",
    "key-id",
    "keyid",
    "kms-key-id",
    "your-key",
    "your-key-id",
    "my-key",
    "test",
];

impl FromStr for KeyReference {
    type Err = KeyReferenceError;

    fn from_str(text: &str) -> Result<Self, KeyReferenceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyReferenceError::Empty);
        }
        if is_placeholder(text) {
            return Err(KeyReferenceError::Placeholder(text.to_owned()));
        }
        if text.starts_with("arn:") {
            return from_arn(text);
        }
        if let Some(name) = text.strip_prefix("alias/") {
            let valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte));
            return if valid && !name.is_empty() {
                Ok(Self::Alias(text.to_owned()))
            } else {
                Err(KeyReferenceError::Shape(text.to_owned()))
            };
        }
        if is_key_id(text) { Ok(Self::Id(text.to_owned())) } else { Err(KeyReferenceError::Shape(text.to_owned())) }
    }
}

fn is_placeholder(text: &str) -> bool {
    let word = text.strip_prefix("alias/").unwrap_or(text);
    let bare = word.to_ascii_lowercase().replace('_', "-");
    let all_x = !bare.is_empty() && bare.bytes().all(|byte| byte == b'x' || byte == b'-' || byte == b'.');
    let bare_word = word.len() == text.len();
    (bare_word && all_x)
        || word.starts_with(['<', '$', '{', '['])
        || (bare_word && PLACEHOLDERS.contains(&bare.as_str()))
}

/// A key id is a UUID, or `mrk-` and 32 hex digits for a multi-Region key.
fn is_key_id(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(rest) = text.strip_prefix("mrk-") {
        return rest.len() == 32 && hex(rest);
    }
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.split('-').all(hex)
}

fn from_arn(arn: &str) -> Result<KeyReference, KeyReferenceError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "kms", region, account, resource]
            if resource.starts_with("key/") || resource.starts_with("alias/") =>
        {
            Ok(KeyReference::Arn { arn: arn.to_owned(), region: (*region).to_owned(), account: (*account).to_owned() })
        }
        _ => Err(KeyReferenceError::Shape(arn.to_owned())),
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text) | Self::Arn { arn: text, .. } | Self::Alias(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_told_apart() {
        let table = [
            ("", "Empty"),
            ("   ", "Empty"),
            ("None", "Placeholder"),
            ("<your-key-id>", "Placeholder"),
            ("$KMS_KEY", "Placeholder"),
            ("YOUR_KEY_ID", "Placeholder"),
            ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "Placeholder"),
            ("alias/<name>", "Placeholder"),
            ("payments", "Shape"),
            ("alias/", "Shape"),
            ("alias/a b", "Shape"),
            ("arn:aws:s3:::bucket", "Shape"),
        ];
        for (text, expected) in table {
            let error = text.parse::<KeyReference>().expect_err(text);
            assert!(format!("{error:?}").starts_with(expected), "{text}: {error:?}");
        }
    }

    #[test]
    fn each_way_to_name_a_key_is_read() {
        for good in [
            "alias/payments",
            "alias/aws/rds",
            "alias/test",
            "alias/x",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "arn:aws:kms:eu-west-2:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:eu-west-2:000000000000:alias/payments",
        ] {
            assert!(good.parse::<KeyReference>().is_ok(), "{good}");
        }
    }
}
