//! Roles.

use serde::Deserialize;
use serde_json::{Value, json};

use super::policies::document;
use super::{Desk, done, encoded, merged, missing};
use crate::sandbox::ACCOUNT;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;
use crate::sandbox::world::iam::Role;
use crate::sandbox::world::pace::after;

/// `CreateRole`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    path: Option<String>,
    role_name: String,
    assume_role_policy_document: String,
    description: Option<String>,
    max_session_duration: Option<i64>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Input that names a role.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Named {
    pub(super) role_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
    // Lists are one page long.
    #[serde(rename = "PathPrefix")]
    _prefix: Option<String>,
    #[serde(rename = "MaxItems")]
    _most: Option<i64>,
    #[serde(rename = "Marker")]
    _marker: Option<String>,
}

pub(super) fn not_found(name: &str) -> Fault {
    missing(format!("The role with name {name} cannot be found."))
}

/// The role of this name.
pub(super) fn role_mut<'a>(desk: &'a mut Desk<'_>, name: &str) -> Result<&'a mut Role, Fault> {
    desk.iam.role_mut(name).ok_or_else(|| not_found(name))
}

/// The role of this name, once it can be seen: IAM is eventually consistent (`R-IAM-8`).
pub(super) fn seen<'a>(desk: &'a Desk<'_>, name: &str) -> Result<&'a Role, Fault> {
    let shows = |role: &&Role| after(role.created, desk.switches.roles_show_after) <= desk.now;
    desk.iam.role(name).filter(|role| shows(role) || !desk.enforces("R-IAM-8")).ok_or_else(|| not_found(name))
}

/// A role's ARN.
pub(super) fn arn(role: &Role) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role{}{}", role.path, role.name)
}

/// A role's row; as part of another thing it is shorter.
pub(super) fn row(desk: &Desk<'_>, role: &Role, whole: bool) -> Value {
    let mut row = json!({
        "Path": role.path, "RoleName": role.name, "RoleId": role.id, "Arn": arn(role), "CreateDate": role.created,
        "AssumeRolePolicyDocument": encoded(desk, &role.trust)});
    if let Some(members) = row.as_object_mut().filter(|_| whole) {
        members.insert("Description".to_owned(), json!(role.description));
        members.insert("MaxSessionDuration".to_owned(), json!(role.longest_session));
        members.insert("Tags".to_owned(), if role.tags.is_empty() { Value::Null } else { json!(role.tags) });
        members.insert("RoleLastUsed".to_owned(), json!({}));
    }
    row
}

/// `CreateRole`: a name is there once, whatever the case of its letters (`R-IAM-2`).
pub(super) fn create(desk: &mut Desk<'_>, input: Create) -> Result<Value, Fault> {
    let name = input.role_name;
    if desk.iam.role(&name).is_some() && desk.enforces("R-IAM-2") {
        return Err(Fault::new("EntityAlreadyExists", format!("Role with name {name} already exists.")));
    }
    document(&input.assume_role_policy_document)?;
    let role = Role {
        id: desk.ids.principal("AROA"),
        path: input.path.unwrap_or_else(|| "/".to_owned()),
        trust: input.assume_role_policy_document,
        description: input.description,
        longest_session: input.max_session_duration.unwrap_or(3600),
        created: desk.now,
        attached: Vec::new(),
        inline: Vec::new(),
        tags: input.tags,
        name,
    };
    let mut shown = row(desk, &role, true);
    if let Some(members) = shown.as_object_mut() {
        members.remove("RoleLastUsed");
    }
    desk.iam.roles.push(role);
    Ok(json!({"Role": shown}))
}

/// `GetRole`.
pub(super) fn get(desk: &Desk<'_>, input: &Named) -> Result<Value, Fault> {
    Ok(json!({"Role": row(desk, seen(desk, &input.role_name)?, true)}))
}

/// `DeleteRole`: not one with policies, or in a profile (`R-IAM-3`).
pub(super) fn delete(desk: &mut Desk<'_>, input: &Named) -> Result<Value, Fault> {
    let name = input.role_name.as_str();
    let role = role_mut(desk, name)?.clone();
    let in_profile =
        desk.iam.profiles.iter().any(|profile| profile.role.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)));
    let first = match () {
        () if in_profile => Some("remove roles from instance profile"),
        () if !role.attached.is_empty() => Some("detach all policies"),
        () if !role.inline.is_empty() => Some("delete policies"),
        () => None,
    };
    if let Some(first) = first.filter(|_| desk.enforces("R-IAM-3")) {
        return Err(Fault::new("DeleteConflict", format!("Cannot delete entity, must {first} first.")));
    }
    desk.iam.roles.retain(|own| own.name != role.name);
    Ok(done())
}

/// `TagRole`.
pub(super) fn tag(desk: &mut Desk<'_>, input: &Named) -> Result<Value, Fault> {
    let role = role_mut(desk, &input.role_name)?;
    role.tags = merged(std::mem::take(&mut role.tags), &input.tags);
    Ok(done())
}
