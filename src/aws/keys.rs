//! KMS keys: looked up, and listed for a person to choose from.

use aws_sdk_kms::{error::ProvideErrorMetadata, types};

use super::{Aws, CallError, ReadError, read::timestamp};
use crate::{
    model::{KeyAlias, KeyMetadata},
    plan::KeyLookup,
};

const DESCRIBE: &str = "kms:DescribeKey";
const LIST: &str = "kms:ListAliases";

impl Aws {
    /// Looks a key up by id, ARN or alias.
    ///
    /// Describing a predefined alias (`alias/aws/…`) makes its key where the account has none yet: see
    /// [`Aws::aliases`] first (R-KMS-3).
    pub async fn key(&self, key: &str) -> Result<KeyLookup, ReadError> {
        match self.kms.describe_key().key_id(key).send().await {
            Ok(answer) => match answer.key_metadata {
                Some(row) => Ok(KeyLookup::Found(metadata(&row))),
                None => Ok(KeyLookup::NotFound("an empty answer".into())),
            },
            Err(error) if error.code() == Some("NotFoundException") => {
                Ok(KeyLookup::NotFound(error.message().unwrap_or("not found").to_owned()))
            }
            Err(error) => Err(ReadError { action: DESCRIBE, error: CallError::of(&error) }),
        }
    }

    /// Lists the aliases of this account and Region.
    pub async fn aliases(&self) -> Result<Vec<KeyAlias>, ReadError> {
        let mut pages = self.kms.list_aliases().into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ReadError { action: LIST, error: CallError::of(&error) })?;
            found.extend(
                page.aliases
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|alias| Some(KeyAlias { name: alias.alias_name?, key_id: alias.target_key_id })),
            );
        }
        Ok(found)
    }
}

fn metadata(row: &types::KeyMetadata) -> KeyMetadata {
    KeyMetadata {
        arn: row.arn.clone(),
        state: row.key_state.as_ref().map(|word| word.as_str().to_owned()),
        usage: row.key_usage.as_ref().map(|word| word.as_str().to_owned()),
        spec: row.key_spec.as_ref().map(|word| word.as_str().to_owned()),
        origin: row.origin.as_ref().map(|word| word.as_str().to_owned()),
        manager: row.key_manager.as_ref().map(|word| word.as_str().to_owned()),
        expiration_model: row.expiration_model.as_ref().map(|word| word.as_str().to_owned()),
        deletion_date: row.deletion_date.and_then(timestamp),
    }
}
