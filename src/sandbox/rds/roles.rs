//! `AddRoleToDBInstance`, `RemoveRoleFromDBInstance`.

use serde::Deserialize;
use serde_json::Value;

use super::{rules, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::instance::Role;
use crate::sandbox::world::pace::after;

/// The input of both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct RoleInput {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    role_arn: String,
    feature_name: String,
}

/// How many roles an instance may have.
const MOST: usize = 5;

/// `AddRoleToDBInstance`: pending first, active after a minute (`R-ROLE-1`).
pub(crate) fn add(scene: &mut Scene<'_>, input: &RoleInput) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    rules::usable(scene.switches, instance)?;
    let roles = &instance.row.associated_roles;
    if roles.iter().any(|role| role.arn == input.role_arn && role.feature == input.feature_name) {
        let message = format!("The role {} is already associated.", input.role_arn);
        return Err(Fault::new("DBInstanceRoleAlreadyExists", message));
    }
    if roles.len() >= MOST {
        return Err(Fault::new("DBInstanceRoleQuotaExceeded", format!("An instance can have {MOST} roles.")));
    }
    let id = instance.row.resource_id.clone();
    let first = if scene.enforces("R-ROLE-1") { "PENDING" } else { "ACTIVE" };
    if let Some(instance) = scene.region.by_resource_id(&id) {
        instance.row.associated_roles.push(Role {
            arn: input.role_arn.clone(),
            feature: input.feature_name.clone(),
            status: first.to_owned(),
        });
    }
    work::plan(scene.region, &id, after(scene.now, 60), Effect::RolesActive);
    Ok(view::nothing())
}

/// `RemoveRoleFromDBInstance` (`R-ROLE-1`).
pub(crate) fn remove(scene: &mut Scene<'_>, input: &RoleInput) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    rules::usable(scene.switches, instance)?;
    let id = instance.row.resource_id.clone();
    let Some(instance) = scene.region.by_resource_id(&id) else {
        return Err(rules::not_found(&input.name));
    };
    let before = instance.row.associated_roles.len();
    instance.row.associated_roles.retain(|role| role.arn != input.role_arn || role.feature != input.feature_name);
    if instance.row.associated_roles.len() == before {
        return Err(Fault::new("DBInstanceRoleNotFound", format!("The role {} isn't associated.", input.role_arn)));
    }
    Ok(view::nothing())
}
