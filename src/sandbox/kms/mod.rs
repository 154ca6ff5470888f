//! KMS: as much of it as RDS and its callers look at.

mod aliases;
mod data;
mod keys;

use serde_json::Value;

use super::rds::input::read;
use super::scene::Scene;
use super::wire::fault::Fault;

pub(crate) use data::opened;
pub(crate) use keys::make_managed_key;

/// Answers one operation of KMS.
pub(crate) fn answer(scene: &mut Scene<'_>, operation: &str, input: Value) -> Result<Value, Fault> {
    match operation {
        "CreateKey" => Ok(keys::create(scene, read(input)?)),
        "DescribeKey" => keys::describe(scene, &read(input)?),
        "ListKeys" => keys::list(scene, &read(input)?),
        "EnableKey" => keys::enable(scene, &read(input)?),
        "DisableKey" => keys::disable(scene, &read(input)?),
        "ScheduleKeyDeletion" => keys::schedule_deletion(scene, &read(input)?),
        "CancelKeyDeletion" => keys::cancel_deletion(scene, &read(input)?),
        "CreateGrant" => keys::create_grant(scene, &read(input)?),
        "GenerateDataKey" => data::generate(scene, &read(input)?),
        "Decrypt" => data::decrypt(scene, &read(input)?),
        "ImportKeyMaterial" => keys::import(scene, &read(input)?),
        "ListResourceTags" => keys::tags(scene, &read(input)?),
        "CreateAlias" => aliases::create(scene, &read(input)?),
        "DeleteAlias" => aliases::delete(scene, &read(input)?),
        "ListAliases" => aliases::list(scene, &read(input)?),
        other => Err(Fault::not_imitated(&format!("the operation {other} of KMS"))),
    }
}
