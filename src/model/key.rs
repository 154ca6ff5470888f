//! KMS keys and their aliases.

/// A KMS key as `DescribeKey` showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMetadata {
    /// `Arn`
    pub arn: Option<String>,
    /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion` and others.
    pub state: Option<String>,
    /// `KeyUsage`: `ENCRYPT_DECRYPT` for a key that RDS can use.
    pub usage: Option<String>,
    /// `KeySpec`: `SYMMETRIC_DEFAULT` for a key that RDS can use.
    pub spec: Option<String>,
    /// `Origin`: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: Option<String>,
    /// `KeyManager`: `CUSTOMER` or `AWS`.
    pub manager: Option<String>,
    /// `ExpirationModel`: `KEY_MATERIAL_EXPIRES` for imported material that expires.
    pub expiration_model: Option<String>,
    /// `DeletionDate`, present when it is to be deleted.
    pub deletion_date: Option<super::AwsTime>,
}

/// An alias as `ListAliases` showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAlias {
    /// `alias/…`
    pub name: String,
    /// `TargetKeyId`; a predefined alias has none until its key is made.
    pub key_id: Option<String>,
}
