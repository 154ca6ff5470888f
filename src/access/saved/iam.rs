//! Rows of IAM: instance profiles, and what roles may do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    answers::{Answer, Answers, latest},
    row::{each, list, tags, text, texts},
};
use crate::{
    access::Read,
    model::{InstanceProfile, RolePolicies, Simulated},
};

pub(super) fn profiles(answers: &Answers) -> Read<Vec<InstanceProfile>> {
    let mut rows: Vec<&Value> = answers.with("InstanceProfile").filter_map(|it| it.get("InstanceProfile")).collect();
    let details = answers.with("RoleDetailList").flat_map(|answer| list(answer, "RoleDetailList"));
    rows.extend(details.flat_map(|role| list(role, "InstanceProfileList")));
    match answers.list("InstanceProfiles", "iam list-instance-profiles") {
        Ok(listed) => rows.extend(listed),
        Err(why) if rows.is_empty() => return Read::NotRead(why),
        Err(_) => {}
    }
    Read::Known(latest(rows.into_iter().filter_map(profile)))
}

fn profile(row: &Value) -> Option<(String, InstanceProfile)> {
    let name = text(row, "InstanceProfileName")?;
    let role = each(row, "Roles", "RoleName").into_iter().next();
    Some((name.clone(), InstanceProfile { name, arn: text(row, "Arn"), role, tags: tags(row) }))
}

/// What the files say of roles: `get-account-authorization-details` says all; the others a part each.
pub(super) fn roles(answers: &Answers) -> Read<BTreeMap<String, RolePolicies>> {
    let mut roles = BTreeMap::new();
    let managed = managed(answers);
    for row in answers.with("RoleDetailList").flat_map(|answer| list(answer, "RoleDetailList")) {
        let Some(name) = text(row, "RoleName") else { continue };
        let mut role = RolePolicies { attached: Some(arns(row, "AttachedManagedPolicies")), ..RolePolicies::default() };
        for policy in list(row, "RolePolicyList") {
            role.add_policy(&text(policy, "PolicyName").unwrap_or_default(), policy.get("PolicyDocument"));
        }
        of_attached(&mut role, &managed);
        roles.insert(name, role);
    }
    for (name, attached) in attached(answers) {
        let mut role = RolePolicies { attached: Some(attached), ..RolePolicies::default() };
        of_attached(&mut role, &managed);
        inline(answers, &name, &mut role);
        roles.entry(name).or_insert(role);
    }
    if roles.is_empty() {
        let why = "no file holds policies of roles: aws iam list-attached-role-policies --role-name ROLE, into a file \
                   whose name ends with the role's";
        return Read::NotRead(why.into());
    }
    Read::Known(roles)
}

/// What IAM's simulation said that somebody may do.
pub(super) fn permitted(answers: &Answers) -> Read<Vec<Simulated>> {
    match answers.list("EvaluationResults", "iam simulate-principal-policy") {
        Ok(rows) => Read::Known(rows.into_iter().filter_map(simulated).collect()),
        Err(why) => Read::NotRead(why),
    }
}

fn simulated(row: &Value) -> Option<Simulated> {
    // Where a resource was named, IAM tells what it had no values for with the resource, and not with the action.
    let results = list(row, "ResourceSpecificResults").chain([row]);
    let missing: BTreeSet<String> = results.flat_map(|result| texts(result, "MissingContextValues")).collect();
    Some(Simulated {
        action: text(row, "EvalActionName")?,
        resource: text(row, "EvalResourceName").unwrap_or_else(|| "*".to_owned()),
        decision: text(row, "EvalDecision")?,
        missing: missing.into_iter().collect(),
    })
}

/// The policies that are attached to each role. The answer doesn't name its role, the file's name does.
fn attached(answers: &Answers) -> Vec<(String, BTreeSet<String>)> {
    let known: Vec<String> = match profiles(answers) {
        Read::Known(profiles) => profiles.into_iter().filter_map(|profile| profile.role).collect(),
        Read::NotRead(_) => Vec::new(),
    };
    let name_of = |answer: &Answer| {
        let stem = answer.file.strip_suffix(".json").unwrap_or(&answer.file);
        // Of roles of which one's name ends with another's, the longest.
        known.iter().filter(|role| stem.ends_with(role.as_str())).max_by_key(|role| role.len()).cloned()
    };
    let answers = answers.iter().filter(|answer| answer.value.get("AttachedPolicies").is_some());
    answers.filter_map(|answer| Some((name_of(answer)?, arns(&answer.value, "AttachedPolicies")))).collect()
}

fn arns(row: &Value, name: &str) -> BTreeSet<String> {
    each(row, name, "PolicyArn").into_iter().collect()
}

/// The texts of managed policies, by ARN.
fn managed(answers: &Answers) -> BTreeMap<String, &Value> {
    let rows = answers.with("Policies").flat_map(|answer| list(answer, "Policies"));
    let text_of = |row| {
        let versions = list(row, "PolicyVersionList");
        let default = versions.filter(|it| it.get("IsDefaultVersion").and_then(Value::as_bool) == Some(true)).last()?;
        Some((text(row, "Arn")?, default.get("Document")?))
    };
    rows.filter_map(text_of).collect()
}

fn of_attached(role: &mut RolePolicies, managed: &BTreeMap<String, &Value>) {
    for arn in role.attached.clone().unwrap_or_default() {
        role.add_policy(&arn, managed.get(&arn).copied());
    }
}

/// A role's own policies: their names, and the text of each.
fn inline(answers: &Answers, name: &str, role: &mut RolePolicies) {
    let texts_of: Vec<&Value> =
        answers.with("PolicyDocument").filter(|answer| text(answer, "RoleName").as_deref() == Some(name)).collect();
    let of_file = |answer: &&Answer| {
        let stem = answer.file.strip_suffix(".json").unwrap_or(&answer.file);
        answer.value.get("PolicyNames").is_some() && stem.ends_with(name)
    };
    let Some(listed) = answers.iter().filter(of_file).last() else {
        role.unread.insert("its own policies (aws iam list-role-policies)".into());
        return;
    };
    for policy in texts(&listed.value, "PolicyNames") {
        let found = texts_of.iter().find(|answer| text(answer, "PolicyName").as_ref() == Some(&policy));
        role.add_policy(&policy, found.and_then(|answer| answer.get("PolicyDocument")));
    }
}
