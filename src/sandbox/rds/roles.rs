//! `AddRoleToDBInstance`, `RemoveRoleFromDBInstance`.

use serde::Deserialize;
use serde_json::Value;

use super::{features, rules, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::instance::{Instance, Role};
use crate::sandbox::world::pace::{self, after};

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
    available(scene, instance)?;
    known(scene, instance, &input.feature_name)?;
    free(scene, instance, input)?;
    let id = instance.row.resource_id.clone();
    let first = if scene.enforces("R-ROLE-1") { "PENDING" } else { "ACTIVE" };
    if let Some(instance) = scene.region.by_resource_id(&id) {
        instance.row.associated_roles.push(Role {
            arn: input.role_arn.clone(),
            feature: input.feature_name.clone(),
            status: first.to_owned(),
        });
    }
    let settles = Effect::RoleSettles { feature: input.feature_name.clone(), status: "ACTIVE".to_owned() };
    work::plan(scene.region, &id, after(scene.now, pace::ROLE), settles);
    Ok(view::nothing())
}

/// Available, and nothing else: a volume being optimized won't do (`R-ROLE-6`).
fn available(scene: &Scene<'_>, instance: &Instance) -> Result<(), Fault> {
    rules::usable(scene.switches, instance)?;
    if instance.status() == "storage-optimization" && scene.enforces("R-ROLE-6") {
        return Err(Fault::new(
            "InvalidDBInstanceState",
            format!("Instance {} is not in available state, it is {}.", instance.row.name, instance.status()),
        ));
    }
    Ok(())
}

/// A feature that the engine version has (`R-ROLE-4`).
fn known(scene: &Scene<'_>, instance: &Instance, feature: &str) -> Result<(), Fault> {
    let row = &instance.row;
    let has = features::features(&row.engine, &row.engine_version).contains(&feature);
    if has || !scene.switches.foreign_features_refused || !scene.enforces("R-ROLE-4") {
        return Ok(());
    }
    Err(Fault::value(format!("The feature {feature} isn't valid for {} {}.", row.engine, row.engine_version)))
}

/// One role a feature (`R-ROLE-3`), and not more than five (`R-ROLE-2`).
fn free(scene: &Scene<'_>, instance: &Instance, input: &RoleInput) -> Result<(), Fault> {
    let roles = &instance.row.associated_roles;
    let taken = |role: &Role| {
        let same_role = role.arn == input.role_arn;
        let same_feature = role.feature == input.feature_name;
        same_role && same_feature
            || scene.enforces("R-ROLE-3")
                && (same_feature || same_role && !scene.switches.one_role_serves_many_features)
    };
    if roles.iter().any(taken) {
        let message = format!("The role {} or its feature is already associated.", input.role_arn);
        return Err(Fault::new("DBInstanceRoleAlreadyExists", message));
    }
    if roles.len() >= MOST && scene.enforces("R-ROLE-2") {
        return Err(Fault::new("DBInstanceRoleQuotaExceeded", format!("An instance can have {MOST} roles.")));
    }
    Ok(())
}

/// `RemoveRoleFromDBInstance`: the role shows for a while yet (`R-ROLE-7`).
pub(crate) fn remove(scene: &mut Scene<'_>, input: &RoleInput) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    rules::usable(scene.switches, instance)?;
    let id = instance.row.resource_id.clone();
    let waits = scene.enforces("R-ROLE-7");
    let now = scene.now;
    let Some(instance) = scene.region.by_resource_id(&id) else {
        return Err(rules::not_found(&input.name));
    };
    let named = |role: &Role| role.arn == input.role_arn && role.feature == input.feature_name;
    let Some(place) = instance.row.associated_roles.iter().position(named) else {
        return Err(Fault::new("DBInstanceRoleNotFound", format!("The role {} isn't associated.", input.role_arn)));
    };
    if !waits {
        instance.row.associated_roles.remove(place);
        return Ok(view::nothing());
    }
    if let Some(role) = instance.row.associated_roles.get_mut(place) {
        "PENDING".clone_into(&mut role.status);
    }
    // What was still to become of it doesn't.
    let settles =
        |effect: &Effect| matches!(effect, Effect::RoleSettles { feature, .. } if *feature == input.feature_name);
    scene.region.agenda.keep_of(&id, |step| !settles(&step.effect));
    work::plan(scene.region, &id, after(now, pace::ROLE), Effect::RoleGone(input.feature_name.clone()));
    Ok(view::nothing())
}
