//! Rules are added to security groups and taken back.

use serde_json::{Value, json};

use super::input::Change;
use super::{groups, permissions};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::SecurityGroup;
use crate::sandbox::world::network::rules::{Peer, Rule};

/// How many rules a group may have in one direction.
const MOST: usize = 60;

/// `AuthorizeSecurityGroupIngress`, `AuthorizeSecurityGroupEgress`: all rules or none.
pub(super) fn authorize(scene: &mut Scene<'_>, input: &Change, egress: bool) -> Result<Value, Fault> {
    let group = groups::named(scene, input.group_id.as_ref(), input.group_name.as_ref())?;
    let mut rules = permissions::asked(scene, input)?;
    let tags = groups::specified(scene, &input.tag_specifications, "security-group-rule")?;
    for rule in &mut rules {
        rule.tags.clone_from(&tags);
    }
    if rules.is_empty() {
        let message = "The request must contain the parameter ipPermissions";
        return Err(Fault::new("MissingParameter", message));
    }
    for rule in &rules {
        same_network(scene, &group, rule)?;
    }
    let known = group.rules(egress);
    // A rule is there once (`R-EC2-7`).
    let twice = rules.iter().find(|rule| known.iter().any(|own| own.same(rule)));
    if let Some(rule) = twice.filter(|_| scene.enforces("R-EC2-7")) {
        let message = format!("the specified rule \"{}\" already exists", words(rule));
        return Err(Fault::new("InvalidPermission.Duplicate", message));
    }
    // And a group has only so many (`R-EC2-8`).
    if known.len() + rules.len() > MOST && scene.enforces("R-EC2-8") {
        return Err(Fault::new(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
        ));
    }
    let shown: Vec<Value> = rules.iter().map(|rule| permissions::row(rule, &group.id, egress)).collect();
    if let Some(group) = scene.region.network.security_group_mut(&group.id) {
        group.rules_mut(egress).extend(rules);
    }
    Ok(json!({"Return": true, "SecurityGroupRules": shown}))
}

/// A group speaks only of groups of its own VPC: there is no peering here.
fn same_network(scene: &Scene<'_>, group: &SecurityGroup, rule: &Rule) -> Result<(), Fault> {
    let Peer::Group(other) = &rule.peer else { return Ok(()) };
    let other = scene.region.network.security_group(other);
    if other.is_some_and(|other| other.vpc != group.vpc) {
        let message = "You have specified two resources that belong to different networks.";
        return Err(Fault::new("InvalidGroup.NotFound", message));
    }
    Ok(())
}

/// A rule in EC2's words.
fn words(rule: &Rule) -> String {
    let peer = rule.peer.text();
    match (rule.protocol.as_str(), rule.from, rule.to) {
        ("-1", ..) => format!("peer: {peer}, ALL, ALLOW"),
        (protocol, Some(from), Some(to)) => {
            format!("peer: {peer}, {}, from port: {from}, to port: {to}, ALLOW", protocol.to_uppercase())
        }
        (protocol, ..) => format!("peer: {peer}, {}, ALLOW", protocol.to_uppercase()),
    }
}

/// `RevokeSecurityGroupIngress`, `RevokeSecurityGroupEgress`: a rule that isn't there is refused, but in the default
/// VPC it is only listed (`R-EC2-9`).
pub(super) fn revoke(scene: &mut Scene<'_>, input: &Change, egress: bool) -> Result<Value, Fault> {
    let group = groups::named(scene, input.group_id.as_ref(), input.group_name.as_ref())?;
    let known = group.rules(egress);
    let mut wanted = permissions::asked(scene, input)?;
    for id in &input.security_group_rule_ids {
        let found = known.iter().find(|rule| rule.id(&group.id, egress) == *id);
        let message = format!("The security group rule ID '{id}' does not exist");
        wanted.push(found.cloned().ok_or_else(|| Fault::new("InvalidSecurityGroupRuleId.NotFound", message))?);
    }
    let (there, unknown): (Vec<Rule>, Vec<Rule>) =
        wanted.into_iter().partition(|rule| known.iter().any(|own| own.same(rule)));
    let strict = group.vpc != scene.region.network.vpc;
    if !unknown.is_empty() && strict && scene.enforces("R-EC2-9") {
        let message = "The specified rule does not exist in this security group.";
        return Err(Fault::new("InvalidPermission.NotFound", message));
    }
    let gone: Vec<Value> = there.iter().map(|rule| permissions::revoked_row(rule, &group.id, egress)).collect();
    if let Some(group) = scene.region.network.security_group_mut(&group.id) {
        group.rules_mut(egress).retain(|own| there.iter().all(|rule| !rule.same(own)));
    }
    Ok(json!({
        "Return": true, "UnknownIpPermissions": permissions::shown(&unknown), "RevokedSecurityGroupRules": gone}))
}
