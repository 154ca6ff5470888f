//! What roles allow: policies of AWS's own, and those that are a role's alone.

use serde::Deserialize;
use serde_json::{Value, json};

use super::roles::{Named, role_mut, seen};
use super::{Desk, done, encoded, missing, page};
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::iam::{CORE, CORE_ACTIONS};
use crate::sandbox::world::network::id_of;

/// Policies of AWS's that roles of machines have.
const MANAGED: [&str; 4] =
    ["AmazonSSMManagedInstanceCore", "AmazonSSMPatchAssociation", "CloudWatchAgentServerPolicy", "AdministratorAccess"];

/// A role and a managed policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Attachment {
    role_name: String,
    policy_arn: String,
}

/// A role and a policy of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Inline {
    role_name: String,
    policy_name: String,
    #[serde(default)]
    policy_document: String,
}

/// A managed policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Managed {
    policy_arn: String,
    version_id: Option<String>,
}

/// A policy has to be JSON with statements.
pub(super) fn document(text: &str) -> Result<(), Fault> {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    match parsed {
        Some(parsed) if parsed.get("Statement").is_some() => Ok(()),
        Some(_) => Err(Fault::new("MalformedPolicyDocument", "Syntax errors in policy.")),
        None => Err(Fault::new("MalformedPolicyDocument", "This policy contains invalid Json")),
    }
}

fn is_managed(arn: &str) -> bool {
    let name = arn.strip_prefix("arn:aws:iam::aws:policy/");
    name.is_some_and(|name| MANAGED.contains(&name))
}

/// `AttachRolePolicy`: a policy that exists (`R-IAM-4`); twice is once.
pub(super) fn attach(desk: &mut Desk<'_>, input: &Attachment) -> Result<Value, Fault> {
    let arn = &input.policy_arn;
    let strict = desk.enforces("R-IAM-4");
    let role = role_mut(desk, &input.role_name)?;
    if !is_managed(arn) && strict {
        return Err(missing(format!("Policy {arn} does not exist or is not attachable.")));
    }
    if !role.attached.contains(arn) {
        role.attached.push(arn.clone());
    }
    Ok(done())
}

/// `DetachRolePolicy`: one that is attached (`R-IAM-4`).
pub(super) fn detach(desk: &mut Desk<'_>, input: &Attachment) -> Result<Value, Fault> {
    let arn = &input.policy_arn;
    let strict = desk.enforces("R-IAM-4");
    let role = role_mut(desk, &input.role_name)?;
    if !role.attached.contains(arn) && strict {
        return Err(missing(format!("Policy {arn} was not found.")));
    }
    role.attached.retain(|own| own != arn);
    Ok(done())
}

/// `ListAttachedRolePolicies`.
pub(super) fn attached(desk: &Desk<'_>, input: &Named) -> Result<Value, Fault> {
    let role = seen(desk, &input.role_name)?;
    let row = |arn: &String| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn});
    Ok(page("AttachedPolicies", &role.attached.iter().map(row).collect::<Vec<_>>()))
}

/// `PutRolePolicy`: the same name again replaces it.
pub(super) fn put(desk: &mut Desk<'_>, input: &Inline) -> Result<Value, Fault> {
    document(&input.policy_document)?;
    let role = role_mut(desk, &input.role_name)?;
    role.inline.retain(|(name, _)| *name != input.policy_name);
    role.inline.push((input.policy_name.clone(), input.policy_document.clone()));
    Ok(done())
}

fn no_inline(name: &str) -> Fault {
    missing(format!("The role policy with name {name} cannot be found."))
}

/// `GetRolePolicy`.
pub(super) fn inline(desk: &Desk<'_>, input: &Inline) -> Result<Value, Fault> {
    let role = seen(desk, &input.role_name)?;
    let found = role.inline.iter().find(|(name, _)| *name == input.policy_name);
    let (name, text) = found.ok_or_else(|| no_inline(&input.policy_name))?;
    Ok(json!({"RoleName": role.name, "PolicyName": name, "PolicyDocument": encoded(desk, text)}))
}

/// `ListRolePolicies`.
pub(super) fn inlines(desk: &Desk<'_>, input: &Named) -> Result<Value, Fault> {
    let role = seen(desk, &input.role_name)?;
    Ok(page("PolicyNames", &role.inline.iter().map(|(name, _)| json!(name)).collect::<Vec<_>>()))
}

/// `DeleteRolePolicy`.
pub(super) fn remove(desk: &mut Desk<'_>, input: &Inline) -> Result<Value, Fault> {
    let role = role_mut(desk, &input.role_name)?;
    let before = role.inline.len();
    role.inline.retain(|(name, _)| *name != input.policy_name);
    if role.inline.len() == before { Err(no_inline(&input.policy_name)) } else { Ok(done()) }
}

fn known(arn: &str) -> Result<(), Fault> {
    if is_managed(arn) { Ok(()) } else { Err(missing(format!("Policy {arn} was not found."))) }
}

/// `GetPolicy`.
pub(super) fn managed(input: &Managed) -> Result<Value, Fault> {
    let arn = &input.policy_arn;
    known(arn)?;
    let id: String = id_of("ANPA", arn).to_uppercase().replace('-', "");
    Ok(json!({"Policy": {
        "PolicyName": arn.rsplit('/').next(), "PolicyId": id, "Arn": arn, "Path": "/", "DefaultVersionId": "v2",
        "AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
        "CreateDate": "2019-03-15T17:22:12Z", "UpdateDate": "2019-05-23T16:54:21Z"}}))
}

/// `GetPolicyVersion`: what AWS's policy for machines allows (`R-IAM-6`).
pub(super) fn version(desk: &Desk<'_>, input: &Managed) -> Result<Value, Fault> {
    let arn = &input.policy_arn;
    known(arn)?;
    let version = input.version_id.as_deref().unwrap_or("v2");
    if version != "v2" {
        return Err(missing(format!("Policy {arn} version {version} does not exist or is not attachable.")));
    }
    let of = |service: &str| -> Vec<&&str> {
        CORE_ACTIONS.iter().filter(|action| action.split(':').next() == Some(service)).collect()
    };
    let allow = |actions: Value| json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let statements = match arn.as_str() {
        CORE if !desk.enforces("R-IAM-6") => json!([]),
        CORE => json!([allow(json!(of("ssm"))), allow(json!(of("ssmmessages"))), allow(json!(of("ec2messages")))]),
        own if own.ends_with("/AdministratorAccess") => json!([allow(json!("*"))]),
        other => return Err(Fault::not_imitated(&format!("the document of {other}"))),
    };
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let text: String = form_urlencoded::byte_serialize(document.as_bytes()).collect();
    Ok(json!({"PolicyVersion": {
        "Document": text.replace('+', "%20").replace('*', "%2A"), "VersionId": version, "IsDefaultVersion": true,
        "CreateDate": "2019-05-23T16:54:21Z"}}))
}
