//! Does a part stand? Judged from one look, never from what is remembered.

use super::{
    GroupReference, OwnGroup, Part, Recipe, Seen,
    part::{HTTPS, LOGS},
};
use crate::model::{DnsAttribute, PREFERENCES, Peer, SecurityGroup, SecurityRule};

/// All IPv4 addresses.
pub(super) const EVERYWHERE: &str = "0.0.0.0/0";

/// How a part stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It isn't there.
    Absent,
    /// It is on its way there, or away: AWS's word for it.
    Underway(String),
    /// It is there.
    There,
    /// Something is in its place that isn't ours.
    Foreign(String),
}

impl Part {
    /// Whether AWS shows it.
    #[must_use]
    pub fn standing(&self, recipe: &Recipe, seen: &Seen) -> Standing {
        match self {
            Self::DnsAttribute { attribute } => dns(*attribute, seen),
            Self::Subnet { cidr, .. } => match seen.with_cidr(cidr) {
                None => Standing::Absent,
                Some(found) if !recipe.owns(&found.tags) => foreign(&found.id),
                Some(found) => settled(found.state.as_deref(), "available"),
            },
            Self::RouteTable => is_there(seen.table(recipe).is_some()),
            Self::Association { cidr } => is_there(association(recipe, seen, cidr).is_some()),
            Self::SubnetGroup { .. } => match &seen.subnet_group {
                None => Standing::Absent,
                Some(tags) if recipe.owns(tags) => Standing::There,
                Some(_) => foreign(&recipe.name("private")),
            },
            Self::Group { group } => match seen.group_named(recipe, *group) {
                None => Standing::Absent,
                Some(found) if recipe.owns(&found.tags) => Standing::There,
                Some(found) => foreign(&found.id),
            },
            Self::NoEgress { group } => {
                let found = seen.group(recipe, &GroupReference::Own(*group));
                is_there(found.is_some_and(|group| everything_out(group).is_none()))
            }
            Self::Rule { group, egress, port, peer } => {
                let found = rule(recipe, seen, *port, peer).zip(seen.group(recipe, group));
                is_there(found.is_some_and(|(rule, group)| rules(group, *egress).contains(&rule)))
            }
            Self::Door { cidr } => {
                let group = seen.group(recipe, &GroupReference::Own(OwnGroup::Endpoints));
                is_there(group.is_some_and(|group| group.ingress.contains(&door(cidr))))
            }
            Self::AclEntry { acl_id, entry } => {
                let acl = seen.network_acls.iter().find(|acl| acl.id == *acl_id);
                let mut all = acl.into_iter().flat_map(|acl| &acl.entries);
                match all.find(|it| it.number == entry.number && it.egress == entry.egress) {
                    None => Standing::Absent,
                    Some(found) if found == entry => Standing::There,
                    Some(found) => foreign(&format!("{} of {acl_id}", found.in_words())),
                }
            }
            Self::Role => match &seen.role {
                None => Standing::Absent,
                Some(role) if recipe.owns(&role.tags) => Standing::There,
                Some(_) => foreign(&format!("the role {}", recipe.name("bastion"))),
            },
            Self::RolePolicy => {
                let policy = recipe.agents_policy();
                is_there(seen.own_role(recipe).is_some_and(|role| role.attached.contains(&policy)))
            }
            Self::LogPolicy { .. } => {
                let name = recipe.name(LOGS);
                is_there(seen.own_role(recipe).is_some_and(|role| role.inline.contains(&name)))
            }
            Self::Preferences { log_group } => match &seen.preferences {
                None => Standing::Absent,
                Some(document) if !recipe.owns(&document.tags) => foreign(PREFERENCES),
                Some(document) if document.is_as_made(log_group) => Standing::There,
                Some(_) => foreign(&format!("{PREFERENCES}, which somebody has changed since")),
            },
            Self::Profile => match &seen.profile {
                None => Standing::Absent,
                Some(profile) if recipe.owns(&profile.tags) => Standing::There,
                Some(profile) => foreign(&format!("the instance profile {}", profile.name)),
            },
            Self::ProfileRole => {
                let own = seen.profile.as_ref().filter(|profile| recipe.owns(&profile.tags));
                let role = own.and_then(|profile| profile.role.as_deref());
                is_there(role == Some(recipe.name("bastion").as_str()))
            }
            Self::Endpoint { service, .. } => match seen.endpoint(recipe, service) {
                None => Standing::Absent,
                Some(found) => settled(found.state.as_deref(), "available"),
            },
            Self::Bastion { .. } => match seen.bastion(recipe) {
                None => Standing::Absent,
                Some(found) => settled(found.state.as_deref(), "running"),
            },
            Self::Agent => agent(recipe, seen),
        }
    }
}

fn is_there(is: bool) -> Standing {
    if is { Standing::There } else { Standing::Absent }
}

fn foreign(what: &str) -> Standing {
    Standing::Foreign(what.to_owned())
}

/// AWS writes some states in both cases.
fn settled(state: Option<&str>, wanted: &str) -> Standing {
    match state {
        Some(state) if state.eq_ignore_ascii_case(wanted) => Standing::There,
        state => Standing::Underway(state.unwrap_or("in an unknown state").to_ascii_lowercase()),
    }
}

fn dns(attribute: DnsAttribute, seen: &Seen) -> Standing {
    let vpc = seen.vpc.as_ref();
    let is_on = match attribute {
        DnsAttribute::Support => vpc.and_then(|vpc| vpc.dns_support),
        DnsAttribute::Hostnames => vpc.and_then(|vpc| vpc.dns_hostnames),
    };
    is_there(is_on == Some(true))
}

/// The id of the association between our table and a subnet of ours.
pub(super) fn association(recipe: &Recipe, seen: &Seen, cidr: &str) -> Option<String> {
    let subnet = seen.with_cidr(cidr)?;
    let all = &seen.table(recipe)?.associations;
    all.iter().find(|it| it.subnet_id == subnet.id).map(|it| it.id.clone())
}

/// One of the rules with which each new group begins: where the VPC has IPv6 addresses there are two.
pub(super) fn everything_out(group: &SecurityGroup) -> Option<&SecurityRule> {
    everything_to(group, EVERYWHERE).or_else(|| everything_to(group, "::/0"))
}

/// The rule that lets everything out to all addresses of a kind.
pub(super) fn everything_to<'a>(group: &'a SecurityGroup, everywhere: &str) -> Option<&'a SecurityRule> {
    group.egress.iter().find(|rule| rule.protocol == "-1" && rule.peer.to_string() == everywhere)
}

/// The rule that lets addresses of the VPC in at the endpoints.
pub(super) fn door(cidr: &str) -> SecurityRule {
    let peer = if cidr.contains(':') { Peer::Ipv6(cidr.to_owned()) } else { Peer::Ipv4(cidr.to_owned()) };
    SecurityRule { protocol: "tcp".into(), ports: Some((HTTPS, HTTPS)), peer }
}

/// A rule, once the group at its other end is there.
pub(super) fn rule(recipe: &Recipe, seen: &Seen, port: i32, peer: &GroupReference) -> Option<SecurityRule> {
    let peer = Peer::Group(seen.group(recipe, peer)?.id.clone());
    Some(SecurityRule { protocol: "tcp".into(), ports: Some((port, port)), peer })
}

fn rules(group: &SecurityGroup, egress: bool) -> &std::collections::BTreeSet<SecurityRule> {
    if egress { &group.egress } else { &group.ingress }
}

fn agent(recipe: &Recipe, seen: &Seen) -> Standing {
    let Some(bastion) = seen.bastion(recipe) else { return Standing::Absent };
    match seen.agents.as_ref().map(|agents| agents.get(&bastion.id)) {
        Ok(Some(agent)) if agent.ping == "Online" => Standing::There,
        Ok(Some(agent)) => Standing::Underway(format!("its agent's ping is {}", agent.ping)),
        Ok(None) => Standing::Underway("its agent has not registered yet".into()),
        Err(why) => Standing::Underway(format!("whether its agent is online can't be read ({why})")),
    }
}
