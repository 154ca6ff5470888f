//! What somebody would be denied: `SimulatePrincipalPolicy`.
//!
//! Nobody's policies are evaluated here: everybody may do everything, except what an order denies. A simulation says the
//! same of each action as its next call would (`R-SIM-2`), and no statement stands behind a decision.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::policies::document;
use super::{Desk, missing, roles};
use crate::sandbox::ACCOUNT;
use crate::sandbox::account::bearer;
use crate::sandbox::misbehaviour::Denial;
use crate::sandbox::sts::OPERATOR;
use crate::sandbox::wire::fault::Fault;

/// Results on a page unless the request says otherwise.
const USUAL: usize = 100;

/// `SimulatePrincipalPolicy`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Asked {
    policy_source_arn: String,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    #[serde(default)]
    policy_input_list: Vec<String>,
    // Only conditions ask for them, and there are none.
    #[serde(rename = "ContextEntries")]
    _context: Option<Value>,
    max_items: Option<usize>,
    marker: Option<String>,
    // What would ask for an evaluation of policies.
    permissions_boundary_policy_input_list: Option<Value>,
    policy_exclusion_list: Option<Value>,
    resource_policy: Option<Value>,
    resource_owner: Option<Value>,
    caller_arn: Option<Value>,
    resource_handling_option: Option<Value>,
}

/// Answers it.
pub(super) fn answer(desk: &Desk<'_>, asked: &Asked) -> Result<Value, Fault> {
    imitated(asked)?;
    principal(desk, &asked.policy_source_arn)?;
    resources(desk, &asked.resource_arns)?;
    let mut results = Vec::new();
    for action in &asked.action_names {
        let denial = denied(desk, action)?;
        results.extend(results_of(desk, action, &asked.resource_arns, denial));
    }
    page(desk, &results, asked)
}

/// What needs policies to be evaluated isn't there. More policies can't allow more than everything; but they can deny.
fn imitated(asked: &Asked) -> Result<(), Fault> {
    let evaluated = [
        ("PermissionsBoundaryPolicyInputList", &asked.permissions_boundary_policy_input_list),
        ("PolicyExclusionList", &asked.policy_exclusion_list),
        ("ResourcePolicy", &asked.resource_policy),
        ("ResourceOwner", &asked.resource_owner),
        ("CallerArn", &asked.caller_arn),
        ("ResourceHandlingOption", &asked.resource_handling_option),
    ];
    if let Some((name, _)) = evaluated.iter().find(|(_, given)| given.is_some()) {
        return Err(Fault::not_imitated(&format!("simulation with {name}")));
    }
    for policy in &asked.policy_input_list {
        document(policy).map_err(|fault| invalid(fault.message))?;
        if policy.contains("\"Deny\"") {
            return Err(Fault::not_imitated("simulation of a policy that denies"));
        }
    }
    Ok(())
}

fn invalid(message: String) -> Fault {
    Fault::new("InvalidInput", message)
}

/// Whose policies are simulated: a user's, a group's or a role's (`R-SIM-4`), who has to be there (`R-SIM-5`).
fn principal(desk: &Desk<'_>, arn: &str) -> Result<(), Fault> {
    let Some((kind, path, name)) = entity(arn) else {
        let unclear = || invalid(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."));
        return if desk.enforces("R-SIM-4") { Err(unclear()) } else { Ok(()) };
    };
    let there = match kind {
        "role" => role(desk, path, name),
        "user" => name == OPERATOR && path == "/",
        _ => false,
    };
    if there || !desk.enforces("R-SIM-5") {
        return Ok(());
    }
    Err(match kind {
        "role" => roles::not_found(name),
        kind => missing(format!("The {kind} with name {name} cannot be found.")),
    })
}

/// Kind, path and name of an entity of IAM in this account.
fn entity(arn: &str) -> Option<(&str, &str, &str)> {
    let resource = arn.strip_prefix("arn:aws:iam::")?.strip_prefix(ACCOUNT)?.strip_prefix(':')?;
    let (kind, rest) = resource.split_at_checked(resource.find('/')?)?;
    let (path, name) = rest.split_at_checked(rest.rfind('/')? + 1)?;
    (["user", "group", "role"].contains(&kind) && !name.is_empty()).then_some((kind, path, name))
}

/// A role that IAM shows, under its own path; or the caller's, whose path nobody remembers.
fn role(desk: &Desk<'_>, path: &str, name: &str) -> bool {
    match roles::seen(desk, name) {
        Ok(role) => role.path == path || desk.switches.simulated_paths_are_passed_over,
        Err(_) => desk.call.token.as_deref().and_then(bearer).is_some_and(|(own, _)| own == name),
    }
}

/// Resources are ARNs, or all of them (`R-SIM-6`).
fn resources(desk: &Desk<'_>, arns: &[String]) -> Result<(), Fault> {
    let is_arn = |text: &str| text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
    match arns.iter().find(|arn| *arn != "*" && !is_arn(arn)) {
        Some(wrong) if desk.enforces("R-SIM-6") => {
            Err(invalid(format!("ResourceNames are not in a valid ARN format: {wrong}.")))
        }
        _ => Ok(()),
    }
}

/// What the next call of an action would be denied by (`R-SIM-2`); an action has a service (`R-SIM-7`).
fn denied(desk: &Desk<'_>, action: &str) -> Result<Option<Denial>, Fault> {
    let operation = match action.split_once(':') {
        Some((service, operation)) if !service.is_empty() && !operation.is_empty() => operation,
        _ if desk.enforces("R-SIM-7") => return Err(invalid(format!("{action} is not a valid action name."))),
        _ => action,
    };
    let denial = desk.orders.would_deny(operation, desk.now);
    let holds = |denial: &Denial| denial.rule().is_none_or(|rule| desk.enforces(rule));
    Ok(denial.filter(holds).filter(|_| desk.enforces("R-SIM-2")))
}

/// The word for a decision; an organization's denial was seen as an implicit one (`R-SIM-3`).
fn word(desk: &Desk<'_>, denial: Option<Denial>) -> &'static str {
    match denial {
        None => "allowed",
        Some(Denial::Organization) if desk.switches.organizations_deny_explicitly => "explicitDeny",
        Some(Denial::Unallowed | Denial::Organization) => "implicitDeny",
        Some(Denial::Explicit) => "explicitDeny",
    }
}

/// One result for an action, with that of each resource in it; before, one for each resource (`R-SIM-1`).
fn results_of(desk: &Desk<'_>, action: &str, arns: &[String], denial: Option<Denial>) -> Vec<Value> {
    let every = ["*".to_owned()];
    let one_each = desk.switches.simulations_repeat || !desk.enforces("R-SIM-1");
    let result = |name: &str, arns: &[String]| {
        let mut result = decided(desk, "EvalDecision", denial);
        result.insert("EvalActionName".to_owned(), json!(action));
        result.insert("EvalResourceName".to_owned(), json!(name));
        // Who names no resource gets no results of resources; and there were none where the organization ended it all.
        let named = arns.iter().any(|arn| arn != "*");
        let ended = denial == Some(Denial::Organization);
        if named && !ended {
            // Nothing is in it unless two accounts have a say.
            result.insert("EvalDecisionDetails".to_owned(), json!({}));
        }
        if named && !(ended && one_each) {
            let row = |arn: &String| {
                let mut row = decided(desk, "EvalResourceDecision", denial);
                row.insert("EvalResourceName".to_owned(), json!(arn));
                Value::Object(row)
            };
            result.insert("ResourceSpecificResults".to_owned(), arns.iter().map(row).collect());
        }
        if denial == Some(Denial::Organization) && desk.enforces("R-SIM-3") {
            result.insert("OrganizationsDecisionDetail".to_owned(), json!({"AllowedByOrganizations": false}));
        }
        Value::Object(result)
    };
    match arns.first() {
        _ if one_each => {
            let arns = if arns.is_empty() { &every } else { arns };
            arns.iter().map(|arn| result(arn, std::slice::from_ref(arn))).collect()
        }
        Some(first) => vec![result(&template(first), arns)],
        None => vec![result("*", arns)],
    }
}

/// A decision. No statement of a policy made it, and none waits for a value of its context.
fn decided(desk: &Desk<'_>, member: &str, denial: Option<Denial>) -> Map<String, Value> {
    let decision = json!({member: word(desk, denial), "MatchedStatements": [], "MissingContextValues": []});
    decision.as_object().cloned().unwrap_or_default()
}

/// What the ARNs of such a resource look like: AWS names the kind, not the one that was asked for. What it calls the
/// variable at the end differs by service.
fn template(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service, region, account, resource] = parts.as_slice() else { return "*".to_owned() };
    let region = if region.is_empty() { "" } else { "${Region}" };
    let account = if account.is_empty() { "" } else { "${Account}" };
    let kind = resource.find([':', '/']).and_then(|end| resource.get(..=end)).unwrap_or_default();
    format!("arn:${{Partition}}:{service}:{region}:{account}:{kind}${{ResourceName}}")
}

/// A page of results; the marker says how many were before (`R-SIM-8`).
fn page(desk: &Desk<'_>, results: &[Value], asked: &Asked) -> Result<Value, Fault> {
    if !desk.enforces("R-SIM-8") {
        return Ok(json!({"EvaluationResults": results, "IsTruncated": false}));
    }
    let wrong = || invalid("Invalid marker.".to_owned());
    let begins = match &asked.marker {
        Some(marker) => marker.strip_prefix(MARKER).and_then(|from| from.parse().ok()).ok_or_else(wrong)?,
        None => 0_usize,
    };
    let ends = begins.saturating_add(asked.max_items.unwrap_or(USUAL)).min(results.len());
    let rows = results.get(begins..ends).filter(|rows| !rows.is_empty() || begins == 0).ok_or_else(wrong)?;
    let more = ends < results.len();
    let marker = more.then(|| format!("{MARKER}{ends}"));
    Ok(json!({"EvaluationResults": rows, "IsTruncated": more, "Marker": marker}))
}

/// How markers begin.
const MARKER: &str = "after-";
