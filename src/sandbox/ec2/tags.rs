//! `CreateTags`, `DeleteTags`.

use serde_json::Value;

use super::groups;
use super::input::Tagging;
use crate::sandbox::rds::view;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;

/// How many tags a thing may have.
const MOST: usize = 50;

/// `CreateTags`: a key that exists gets the new value.
pub(super) fn create(scene: &mut Scene<'_>, input: &Tagging) -> Result<Value, Fault> {
    let given: Vec<Tag> = input
        .tags
        .iter()
        .map(|tag| Tag { key: tag.key.clone().unwrap_or_default(), value: tag.value.clone().unwrap_or_default() })
        .collect();
    for id in &input.resources {
        let now = of(scene, id)?.clone();
        let merged = merged(scene, now, &given)?;
        *of(scene, id)? = merged;
    }
    Ok(view::nothing())
}

/// `DeleteTags`: by key, by key and value, or all.
pub(super) fn delete(scene: &mut Scene<'_>, input: &Tagging) -> Result<Value, Fault> {
    for id in &input.resources {
        let named = |tag: &Tag| {
            input.tags.iter().any(|given| {
                given.key.as_deref() == Some(tag.key.as_str())
                    && given.value.as_ref().is_none_or(|value| *value == tag.value)
            })
        };
        of(scene, id)?.retain(|tag| !input.tags.is_empty() && !named(tag));
    }
    Ok(view::nothing())
}

/// Tags with others added: 50 at most, and none that look like AWS's (`R-EC2-11`).
pub(super) fn merged(scene: &Scene<'_>, mut tags: Vec<Tag>, more: &[Tag]) -> Result<Vec<Tag>, Fault> {
    for tag in more {
        if scene.enforces("R-EC2-11") {
            if tag.key.to_lowercase().starts_with("aws:") {
                return Err(Fault::value("Tag keys starting with 'aws:' are reserved for internal use"));
            }
            if tag.key.is_empty() || tag.key.chars().count() > 127 {
                return Err(Fault::value("Tag key must be between 1 and 127 characters long."));
            }
            if tag.value.chars().count() > 255 {
                return Err(Fault::value("Tag value exceeds the maximum length of 255 characters"));
            }
        }
        match tags.iter_mut().find(|old| old.key == tag.key) {
            Some(old) => old.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
    if tags.len() > MOST && scene.enforces("R-EC2-11") {
        return Err(Fault::value(format!("A resource can have {MOST} tags at most.")));
    }
    Ok(tags)
}

/// The tags of what an id names.
fn of<'a>(scene: &'a mut Scene<'_>, id: &str) -> Result<&'a mut Vec<Tag>, Fault> {
    let missing = |code: &str, word: &str| Fault::new(code, format!("The {word} ID '{id}' does not exist"));
    let network = &mut *scene.region.network;
    let (found, code, word) = match id.split('-').next() {
        Some("sg") => {
            let found = network.security_group_mut(id).map(|group| &mut group.tags);
            return found.ok_or_else(|| groups::not_found(id));
        }
        Some("subnet") => {
            let found = network.subnets.iter_mut().find(|subnet| subnet.id == id);
            (found.map(|subnet| &mut subnet.tags), "InvalidSubnetID.NotFound", "subnet")
        }
        Some("vpc") => {
            let found = network.vpcs.iter_mut().find(|vpc| vpc.id == id);
            (found.map(|vpc| &mut vpc.tags), "InvalidVpcID.NotFound", "vpc")
        }
        Some("i") => {
            let found = network.machines.iter_mut().find(|machine| machine.id == id);
            (found.map(|machine| &mut machine.tags), "InvalidInstanceID.NotFound", "instance")
        }
        Some("vpce") => {
            let found = network.endpoint_mut(id).map(|endpoint| &mut endpoint.tags);
            (found, "InvalidVpcEndpointId.NotFound", "vpcEndpoint")
        }
        Some("rtb") => {
            let found = network.route_tables.iter_mut().find(|table| table.id == id);
            (found.map(|table| &mut table.tags), "InvalidRouteTableID.NotFound", "routeTable")
        }
        Some("acl") => {
            let found = network.acls.iter_mut().find(|acl| acl.id == id);
            (found.map(|acl| &mut acl.tags), "InvalidNetworkAclID.NotFound", "networkAcl")
        }
        Some("igw") => {
            let found = network.internet_gateways.iter_mut().find(|gateway| gateway.id == id);
            (found.map(|gateway| &mut gateway.tags), "InvalidInternetGatewayID.NotFound", "internetGateway")
        }
        Some("sgr") => {
            let found = network.security_groups.iter_mut().find_map(|group| group.rule_mut(id));
            (found.map(|rule| &mut rule.tags), "InvalidSecurityGroupRuleId.NotFound", "security group rule")
        }
        _ => return Err(Fault::not_imitated(&format!("tags of {id}"))),
    };
    found.ok_or_else(|| missing(code, word))
}
