//! Aliases.

use serde::Deserialize;
use serde_json::{Value, json};

use super::keys::{self, Page};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::key::Alias;

/// `CreateAlias`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    alias_name: String,
    target_key_id: String,
}

/// `DeleteAlias`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Delete {
    alias_name: String,
}

/// `CreateAlias` (`R-KMS-7`).
pub(crate) fn create(scene: &mut Scene<'_>, input: &Create) -> Result<Value, Fault> {
    let name = &input.alias_name;
    let tail = name.strip_prefix("alias/").unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte);
    let alias_holds = scene.enforces("R-KMS-7");
    if alias_holds && (tail.is_empty() || !tail.bytes().all(allowed) || tail.starts_with("aws/")) {
        return Err(Fault::new("InvalidAliasNameException", format!("{name} is not a name that an alias can have.")));
    }
    if alias_holds && scene.region.aliases.iter().any(|alias| alias.name == *name) {
        let arn = format!("arn:aws:kms:{}:{}:{name}", scene.name, crate::sandbox::ACCOUNT);
        return Err(Fault::new("AlreadyExistsException", format!("An alias with the name {arn} already exists")));
    }
    let key = keys::find(scene, &input.target_key_id)?;
    if key.state == "PendingDeletion" {
        return Err(Fault::new("KMSInvalidStateException", format!("key/{} is pending deletion.", key.id)));
    }
    scene.region.aliases.push(Alias {
        name: name.clone(),
        target_key_id: Some(key.id),
        creation_date: Some(scene.now),
    });
    Ok(json!({}))
}

/// `DeleteAlias`.
pub(crate) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let before = scene.region.aliases.len();
    scene.region.aliases.retain(|alias| alias.name != input.alias_name || alias.name.starts_with("alias/aws/"));
    if scene.region.aliases.len() == before {
        let arn = format!("arn:aws:kms:{}:{}:{}", scene.name, crate::sandbox::ACCOUNT, input.alias_name);
        return Err(Fault::new("NotFoundException", format!("Alias {arn} is not found.")));
    }
    Ok(json!({}))
}

/// `ListAliases`: predefined ones show no key until it has been made (`R-KMS-3`).
pub(crate) fn list(scene: &mut Scene<'_>, input: &Page) -> Result<Value, Fault> {
    let only = match &input.key_id {
        Some(key) => Some(keys::find(scene, key)?.id),
        None => None,
    };
    let wanted = |alias: &&Alias| only.as_ref().is_none_or(|key| alias.target_key_id.as_ref() == Some(key));
    let rows = scene.region.aliases.iter().filter(wanted).map(|alias| {
        let arn = format!("arn:aws:kms:{}:{}:{}", scene.name, crate::sandbox::ACCOUNT, alias.name);
        let row = json!({
            "AliasName": alias.name, "AliasArn": arn, "TargetKeyId": alias.target_key_id,
            "CreationDate": alias.creation_date, "LastUpdatedDate": alias.creation_date});
        (alias.name.clone(), row)
    });
    keys::page("Aliases", rows.collect(), input, 100)
}
