//! KMS keys and aliases.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Region, Tag};

/// A key, in KMS's own member names.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Key {
    #[serde(rename = "KeyId")]
    pub(crate) id: String,
    pub(crate) creation_date: Timestamp,
    pub(crate) description: String,
    #[serde(rename = "KeyUsage")]
    pub(crate) usage: String,
    #[serde(rename = "KeySpec")]
    pub(crate) spec: String,
    #[serde(rename = "KeyState")]
    pub(crate) state: String,
    #[serde(rename = "KeyManager")]
    pub(crate) manager: String,
    pub(crate) origin: String,
    pub(crate) multi_region: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deletion_date: Option<Timestamp>,
    /// When imported material expires (`R-KMS-8`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valid_to: Option<Timestamp>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// Its ARN in the account that it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known_as: Option<String>,
}

impl Key {
    /// Its ARN.
    pub(crate) fn arn(&self, region: &str) -> String {
        self.known_as.clone().unwrap_or_else(|| arn(region, &self.id))
    }
}

/// An alias, and the key that it names. Predefined ones may have none yet (`R-KMS-3`).
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Alias {
    #[serde(rename = "AliasName")]
    pub(crate) name: String,
    pub(crate) target_key_id: Option<String>,
    pub(crate) creation_date: Option<Timestamp>,
}

/// Aliases that AWS's services own; their keys are made at the first use.
pub(crate) const PREDEFINED: [&str; 6] = [
    "alias/aws/dynamodb",
    "alias/aws/ebs",
    "alias/aws/rds",
    "alias/aws/s3",
    "alias/aws/secretsmanager",
    "alias/aws/ssm",
];

impl Region {
    /// The key that an id, an ARN, an alias or an alias ARN names, here and in this Region (`R-KMS-1`).
    pub(crate) fn key(&self, name: &str, region: &str) -> Option<&Key> {
        if let Some(adopted) = self.keys.iter().find(|key| key.known_as.as_deref() == Some(name)) {
            return Some(adopted);
        }
        let id = self.key_id(name, region)?;
        self.keys.iter().find(|key| key.id == id)
    }

    fn key_id(&self, name: &str, region: &str) -> Option<String> {
        let local = local(name, region)?;
        match local.strip_prefix("key/") {
            Some(id) => Some(id.to_owned()),
            None if local.starts_with("alias/") => {
                self.aliases.iter().find(|alias| alias.name == local).and_then(|alias| alias.target_key_id.clone())
            }
            None => Some(local.to_owned()),
        }
    }
}

/// A name without its ARN's head; nothing where the ARN is of another Region or service.
pub(crate) fn local<'a>(name: &'a str, region: &str) -> Option<&'a str> {
    if !name.starts_with("arn:") {
        return Some(name);
    }
    name.strip_prefix(&format!("arn:aws:kms:{region}:{}:", crate::sandbox::ACCOUNT))
}

/// A key's ARN.
pub(crate) fn arn(region: &str, key_id: &str) -> String {
    format!("arn:aws:kms:{region}:{}:key/{key_id}", crate::sandbox::ACCOUNT)
}
