//! Instance profiles: how a machine gets a role.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::{self, Named, role_mut, seen};
use super::{Desk, done, merged, missing, page};
use crate::sandbox::ACCOUNT;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;
use crate::sandbox::world::iam::Profile;

/// `CreateInstanceProfile`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    instance_profile_name: String,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Input that names a profile, and perhaps a role.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Of {
    instance_profile_name: String,
    #[serde(default)]
    role_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

fn not_found(name: &str) -> Fault {
    missing(format!("Instance Profile {name} cannot be found."))
}

fn profile_mut<'a>(desk: &'a mut Desk<'_>, name: &str) -> Result<&'a mut Profile, Fault> {
    desk.iam.profile_mut(name).ok_or_else(|| not_found(name))
}

fn row(desk: &Desk<'_>, profile: &Profile, tags: bool) -> Value {
    let role = profile.role.as_ref().and_then(|name| desk.iam.role(name));
    let Profile { name, path, id, created, .. } = profile;
    json!({
        "Path": path, "InstanceProfileName": name, "InstanceProfileId": id, "CreateDate": created,
        "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile{path}{name}"),
        "Roles": role.map(|role| vec![roles::row(desk, role, false)]).unwrap_or_default(),
        "Tags": if tags && !profile.tags.is_empty() { json!(profile.tags) } else { Value::Null }})
}

/// `CreateInstanceProfile`: a name is there once (`R-IAM-2`).
pub(super) fn create(desk: &mut Desk<'_>, input: Create) -> Result<Value, Fault> {
    let name = input.instance_profile_name;
    if desk.iam.profile(&name).is_some() && desk.enforces("R-IAM-2") {
        return Err(Fault::new("EntityAlreadyExists", format!("Instance Profile {name} already exists.")));
    }
    let (path, created) = (input.path.unwrap_or_else(|| "/".to_owned()), desk.now);
    let profile = Profile { id: desk.ids.principal("AIPA"), path, created, role: None, tags: input.tags, name };
    let shown = row(desk, &profile, true);
    desk.iam.profiles.push(profile);
    Ok(json!({"InstanceProfile": shown}))
}

/// `GetInstanceProfile`.
pub(super) fn get(desk: &Desk<'_>, input: &Of) -> Result<Value, Fault> {
    let name = &input.instance_profile_name;
    let profile = desk.iam.profile(name).ok_or_else(|| not_found(name))?;
    Ok(json!({"InstanceProfile": row(desk, profile, true)}))
}

/// `DeleteInstanceProfile`: not one with a role (`R-IAM-3`). Machines that have it aren't asked.
pub(super) fn delete(desk: &mut Desk<'_>, input: &Of) -> Result<Value, Fault> {
    let strict = desk.enforces("R-IAM-3");
    let profile = profile_mut(desk, &input.instance_profile_name)?.clone();
    if profile.role.is_some() && strict {
        let message = "Cannot delete entity, must remove roles from instance profile first.";
        return Err(Fault::new("DeleteConflict", message));
    }
    desk.iam.profiles.retain(|own| own.name != profile.name);
    Ok(done())
}

/// `TagInstanceProfile`.
pub(super) fn tag(desk: &mut Desk<'_>, input: &Of) -> Result<Value, Fault> {
    let profile = profile_mut(desk, &input.instance_profile_name)?;
    profile.tags = merged(std::mem::take(&mut profile.tags), &input.tags);
    Ok(done())
}

/// `AddRoleToInstanceProfile`: one role (`R-IAM-5`).
pub(super) fn add_role(desk: &mut Desk<'_>, input: &Of) -> Result<Value, Fault> {
    let strict = desk.enforces("R-IAM-5");
    let role = role_mut(desk, &input.role_name)?.name.clone();
    let profile = profile_mut(desk, &input.instance_profile_name)?;
    if profile.role.is_some() && strict {
        let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
        return Err(Fault::new("LimitExceeded", message));
    }
    profile.role = Some(role);
    Ok(done())
}

/// `RemoveRoleFromInstanceProfile`.
pub(super) fn remove_role(desk: &mut Desk<'_>, input: &Of) -> Result<Value, Fault> {
    let role = role_mut(desk, &input.role_name)?.name.clone();
    let profile = profile_mut(desk, &input.instance_profile_name)?;
    match profile.role.take() {
        Some(own) if own == role => Ok(done()),
        _ => Err(missing(format!("Role {role} in Instance Profile {} cannot be found.", input.instance_profile_name))),
    }
}

/// `ListInstanceProfiles`.
pub(super) fn list(desk: &Desk<'_>) -> Value {
    page("InstanceProfiles", &desk.iam.profiles.iter().map(|profile| row(desk, profile, false)).collect::<Vec<_>>())
}

/// `ListInstanceProfilesForRole`.
pub(super) fn of_role(desk: &Desk<'_>, input: &Named) -> Result<Value, Fault> {
    let role = seen(desk, &input.role_name)?;
    let own = desk.iam.profiles.iter().filter(|profile| profile.role.as_ref() == Some(&role.name));
    Ok(page("InstanceProfiles", &own.map(|profile| row(desk, profile, false)).collect::<Vec<_>>()))
}
