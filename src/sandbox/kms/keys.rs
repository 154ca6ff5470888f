//! Keys: their life and what KMS tells of them.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::rds::keyless;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::key::{self, Alias, Key};

/// `CreateKey`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    description: Option<String>,
    key_usage: Option<String>,
    key_spec: Option<String>,
    customer_master_key_spec: Option<String>,
    origin: Option<String>,
    multi_region: Option<bool>,
    tags: Option<Vec<KeyTag>>,
    // Policies are no part of this world: every caller may do everything.
    #[serde(rename = "Policy")]
    _policy: Option<String>,
    #[serde(rename = "BypassPolicyLockoutSafetyCheck")]
    _bypass: Option<bool>,
}

/// A tag in KMS's own member names.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyTag {
    tag_key: String,
    tag_value: String,
}

/// An operation on one key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct One {
    key_id: String,
    #[serde(rename = "GrantTokens")]
    _grant_tokens: Option<Vec<String>>,
    pending_window_in_days: Option<i64>,
    #[serde(rename = "Limit")]
    _limit: Option<i64>,
    #[serde(rename = "Marker")]
    _marker: Option<String>,
}

/// `ListKeys`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Page {
    pub(crate) key_id: Option<String>,
    pub(crate) limit: Option<i64>,
    pub(crate) marker: Option<String>,
}

/// `CreateGrant`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Grant {
    key_id: String,
    operations: Vec<String>,
    dry_run: Option<bool>,
}

/// `CreateKey` (`R-KMS-2`).
pub(crate) fn create(scene: &mut Scene<'_>, input: Create) -> Value {
    let spec = input.key_spec.or(input.customer_master_key_spec).unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned());
    let usage = input.key_usage.unwrap_or_else(|| "ENCRYPT_DECRYPT".to_owned());
    let key = Key {
        id: scene.ids.uuid(),
        creation_date: scene.now,
        description: input.description.unwrap_or_default(),
        usage,
        spec,
        state: if scene.enforces("R-KMS-2") { "Enabled" } else { "Disabled" }.to_owned(),
        manager: "CUSTOMER".to_owned(),
        origin: input.origin.unwrap_or_else(|| "AWS_KMS".to_owned()),
        multi_region: input.multi_region.unwrap_or(false),
        deletion_date: None,
        valid_to: None,
        known_as: None,
        tags: input
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| crate::sandbox::world::Tag { key: tag.tag_key, value: tag.tag_value })
            .collect(),
    };
    let answer = json!({"KeyMetadata": metadata(scene, &key)});
    scene.region.keys.push(key);
    answer
}

fn metadata(scene: &Scene<'_>, key: &Key) -> Value {
    let algorithms = match (key.usage.as_str(), key.spec.as_str()) {
        ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") => Some(vec!["SYMMETRIC_DEFAULT"]),
        ("ENCRYPT_DECRYPT", _) => Some(vec!["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        _ => None,
    };
    json!({
        "AWSAccountId": crate::sandbox::ACCOUNT,
        "KeyId": key.id,
        "Arn": key.arn(scene.name),
        "CreationDate": key.creation_date,
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "DeletionDate": key.deletion_date,
        "Origin": key.origin,
        "KeyManager": key.manager,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "EncryptionAlgorithms": algorithms,
        "MultiRegion": key.multi_region,
        "ValidTo": key.valid_to,
        "ExpirationModel": key.valid_to.map(|_| "KEY_MATERIAL_EXPIRES"),
    })
}

/// Makes the key of `alias/aws/rds` when it is first described or used (`R-KMS-3`).
pub(crate) fn make_managed_key(scene: &mut Scene<'_>, name: &str) {
    let predefined = |name: &&str| key::PREDEFINED.contains(name) && scene.enforces("R-KMS-3");
    let Some(alias) = key::local(name, scene.name).filter(predefined) else {
        return;
    };
    let target = scene.region.aliases.iter().find(|known| known.name == alias);
    if target.is_none_or(|known| known.target_key_id.is_some()) {
        return;
    }
    let service = alias.trim_start_matches("alias/aws/");
    let made = Key {
        id: scene.ids.uuid(),
        creation_date: scene.now,
        description: format!(
            "Default key that protects my {} data when no other key is defined",
            service.to_uppercase()
        ),
        usage: "ENCRYPT_DECRYPT".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        state: "Enabled".to_owned(),
        manager: "AWS".to_owned(),
        origin: "AWS_KMS".to_owned(),
        multi_region: false,
        deletion_date: None,
        valid_to: None,
        known_as: None,
        tags: Vec::new(),
    };
    let known = scene.region.aliases.iter_mut().find(|known| known.name == alias);
    if let Some(Alias { target_key_id, creation_date, .. }) = known {
        *target_key_id = Some(made.id.clone());
        *creation_date = Some(scene.now);
    }
    scene.region.keys.push(made);
}

/// The key, or `NotFoundException` in KMS's words (`R-KMS-1`).
pub(crate) fn find(scene: &mut Scene<'_>, name: &str) -> Result<Key, Fault> {
    make_managed_key(scene, name);
    let named = scene.enforces("R-KMS-1") || uuid(name);
    scene.region.key(name, scene.name).filter(|_| named).cloned().ok_or_else(|| {
        let local = key::local(name, scene.name).unwrap_or(name);
        let arn = |tail: &str| format!("arn:aws:kms:{}:{}:{tail}", scene.name, crate::sandbox::ACCOUNT);
        let message = if local.starts_with("alias/") {
            format!("Alias {} is not found.", arn(local))
        } else if uuid(local.trim_start_matches("key/")) {
            format!("Key '{}' does not exist", arn(&format!("key/{}", local.trim_start_matches("key/"))))
        } else {
            format!("Invalid keyId '{name}'")
        };
        Fault::new("NotFoundException", message)
    })
}

fn uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// `DescribeKey`.
pub(crate) fn describe(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    let key = find(scene, &input.key_id)?;
    Ok(json!({"KeyMetadata": metadata(scene, &key)}))
}

/// `ListKeys`.
pub(crate) fn list(scene: &mut Scene<'_>, input: &Page) -> Result<Value, Fault> {
    let rows =
        scene.region.keys.iter().map(|key| (key.id.clone(), json!({"KeyId": key.id, "KeyArn": key.arn(scene.name)})));
    page("Keys", rows.collect(), input, 1000)
}

/// One page of a list of KMS: at most `Limit` rows, and the last one's name as the marker.
pub(crate) fn page(member: &str, mut rows: Vec<(String, Value)>, input: &Page, longest: i64) -> Result<Value, Fault> {
    let limit = input.limit.unwrap_or(100);
    if !(1..=longest).contains(&limit) {
        return Err(Fault::new("ValidationException", format!("Limit must be between 1 and {longest}, not {limit}")));
    }
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    if let Some(marker) = &input.marker {
        rows.retain(|(name, _)| name > marker);
    }
    let limit = usize::try_from(limit).unwrap_or(100);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(name, _)| name.clone());
    let page: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(json!({member: page, "NextMarker": next, "Truncated": more}))
}

/// The key, to change; AWS's own keys can't be (`R-KMS-4`).
fn change<'a>(scene: &'a mut Scene<'_>, name: &str) -> Result<&'a mut Key, Fault> {
    let found = find(scene, name)?;
    let arn = found.arn(scene.name);
    if found.manager == "AWS" && scene.enforces("R-KMS-4") {
        return Err(Fault::new("AccessDeniedException", format!("{arn} is managed by AWS and can't be changed.")));
    }
    let key = scene.region.keys.iter_mut().find(|key| key.id == found.id);
    key.ok_or_else(|| Fault::new("NotFoundException", format!("Key '{arn}' does not exist")))
}

fn invalid_state(key: &Key) -> Fault {
    let state = if key.state == "PendingDeletion" { "pending deletion" } else { "disabled" };
    Fault::new("KMSInvalidStateException", format!("key/{} is {state}.", key.id))
}

/// `EnableKey` (`R-KMS-4`).
pub(crate) fn enable(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    turn(scene, input, "Enabled")
}

/// `DisableKey` (`R-KMS-4`).
pub(crate) fn disable(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    turn(scene, input, "Disabled")
}

fn turn(scene: &mut Scene<'_>, input: &One, state: &str) -> Result<Value, Fault> {
    let fixed = scene.enforces("R-KMS-4");
    let key = change(scene, &input.key_id)?;
    if key.state == "PendingDeletion" && fixed {
        return Err(invalid_state(key));
    }
    state.clone_into(&mut key.state);
    unusable(scene, &input.key_id);
    Ok(json!({}))
}

/// Databases under a key that can't be used any more suffer from it (`R-ENC-7`).
fn unusable(scene: &mut Scene<'_>, name: &str) {
    let lost = scene.region.key(name, scene.name).filter(|key| key.state != "Enabled");
    if let Some(arn) = lost.map(|key| key.arn(scene.name)) {
        keyless::key_lost(scene.region, &arn, scene.now);
    }
}

/// `ImportKeyMaterial`'s input; what the material is doesn't matter here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Import {
    key_id: String,
    /// Seconds of the epoch, as this wire has times.
    valid_to: Option<f64>,
}

/// `ImportKeyMaterial`: the key is enabled, until the material expires (`R-KMS-8`).
pub(crate) fn import(scene: &mut Scene<'_>, input: &Import) -> Result<Value, Fault> {
    let region = scene.name;
    let key = change(scene, &input.key_id)?;
    if key.origin != "EXTERNAL" {
        return Err(Fault::new("UnsupportedOperationException", "The key's origin isn't EXTERNAL."));
    }
    let time = |seconds: f64| Timestamp::UNIX_EPOCH.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok();
    key.valid_to = input.valid_to.and_then(time);
    "Enabled".clone_into(&mut key.state);
    Ok(json!({"KeyId": key.arn(region)}))
}

/// `ScheduleKeyDeletion`: 7 to 30 days (`R-KMS-5`).
pub(crate) fn schedule_deletion(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    let days = input.pending_window_in_days.unwrap_or(30);
    if !(7..=30).contains(&days) && scene.enforces("R-KMS-5") {
        return Err(Fault::new(
            "ValidationException",
            format!("PendingWindowInDays must be between 7 and 30, not {days}"),
        ));
    }
    let (now, region) = (scene.now, scene.name);
    let key = change(scene, &input.key_id)?;
    if key.state == "PendingDeletion" {
        return Err(invalid_state(key));
    }
    let date = now + SignedDuration::from_hours(days * 24);
    "PendingDeletion".clone_into(&mut key.state);
    key.deletion_date = Some(date);
    let arn = key.arn(region);
    unusable(scene, &input.key_id);
    Ok(json!({
        "KeyId": arn, "DeletionDate": date, "KeyState": "PendingDeletion",
        "PendingWindowInDays": days}))
}

/// `CancelKeyDeletion`: the key is disabled afterwards (`R-KMS-5`).
pub(crate) fn cancel_deletion(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    let region = scene.name;
    let key = change(scene, &input.key_id)?;
    if key.state != "PendingDeletion" {
        return Err(Fault::new("KMSInvalidStateException", format!("key/{} is not pending deletion.", key.id)));
    }
    "Disabled".clone_into(&mut key.state);
    key.deletion_date = None;
    Ok(json!({"KeyId": key.arn(region)}))
}

/// `CreateGrant`: a dry run that would succeed is answered by `DryRunOperationException` (`R-KMS-6`).
pub(crate) fn create_grant(scene: &mut Scene<'_>, input: &Grant) -> Result<Value, Fault> {
    let key = find(scene, &input.key_id)?;
    if key.state == "Disabled" {
        let arn = key.arn(scene.name);
        return Err(Fault::new("DisabledException", format!("{arn} is disabled.")));
    }
    if key.state != "Enabled" {
        return Err(invalid_state(&key));
    }
    if input.operations.is_empty() {
        return Err(Fault::new("ValidationException", "A grant needs at least one operation."));
    }
    if input.dry_run == Some(true) && scene.enforces("R-KMS-6") {
        return Err(Fault::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    let id = format!("{}{}", scene.ids.uuid(), scene.ids.uuid()).replace('-', "");
    Ok(json!({"GrantToken": format!("AQpA{id}"), "GrantId": id}))
}

/// `ListResourceTags`.
pub(crate) fn tags(scene: &mut Scene<'_>, input: &One) -> Result<Value, Fault> {
    let key = find(scene, &input.key_id)?;
    let tags: Vec<Value> = key.tags.iter().map(|tag| json!({"TagKey": tag.key, "TagValue": tag.value})).collect();
    Ok(json!({"Tags": tags, "Truncated": false}))
}
