//! Isolate: a security group of the copy's own, which lets nothing out and nobody in but the bastion.
//!
//! Jobs inside a database run on its copy as well, as soon as that is up: in this group they reach nothing.

use std::collections::BTreeSet;

use super::{
    Decision, Evidence, Situation, Stop, Wait, ask,
    lineage::{self, Ours},
    snapshot,
};
use crate::{
    model::{Call, SecurityGroup, SecurityRule},
    plan::Network,
};

/// What the group has to let through.
pub(super) struct Walls {
    /// The VPC that it is in.
    vpc_id: String,
    /// What is let in.
    ingress: BTreeSet<SecurityRule>,
    /// What is let out.
    egress: BTreeSet<SecurityRule>,
}

impl Walls {
    /// Those that the plan wants; nothing where it wants no group of its own.
    pub(super) fn of(network: &Network) -> Option<Self> {
        let Network::Quarantine { bastion_group, vpc_id, port, egress } = network else { return None };
        let ingress = bastion_group.iter().map(|group| SecurityRule::from_group(group, *port)).collect();
        Some(Self { vpc_id: vpc_id.clone(), ingress, egress: egress.clone() })
    }

    /// What of a group isn't as it has to be; nothing where all is.
    pub(super) fn breach(&self, group: &SecurityGroup) -> Option<String> {
        let more = |shown: &BTreeSet<SecurityRule>, wanted: &BTreeSet<SecurityRule>| shown.difference(wanted).count();
        let (open_in, open_out) = (more(&group.ingress, &self.ingress), more(&group.egress, &self.egress));
        match (open_in, open_out) {
            (0, 0) if self.ingress == group.ingress && self.egress == group.egress => None,
            (0, 0) => Some("it lacks a way that it should have".into()),
            _ => Some(format!("it has {open_in} way(s) in and {open_out} way(s) out that it should not have")),
        }
    }
}

/// Decides the next move toward the group.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let Some(walls) = Walls::of(&situation.plan.choices.network) else { return Decision::Done(Evidence::Nothing) };
    let Some(group) = &situation.seen.security_group else {
        let name = situation.names().security_group.clone();
        let call = Call::CreateSecurityGroup { name, vpc_id: walls.vpc_id, tags: situation.own_tags() };
        return ask::for_create(situation, call);
    };
    match lineage::of_security_group(situation, group) {
        Ours::Yes => build(situation, group, &walls),
        Ours::NotYet(why) => Wait::because(why),
        Ours::No(why) => snapshot::not_ours("security group", &group.name, &why, Some(&group.tags)),
    }
}

/// A new group lets everything out. That goes first: the rest may be missing for a while, this may not be there.
fn build(situation: &Situation<'_>, group: &SecurityGroup, walls: &Walls) -> Decision {
    let (name, group_id) = (group.name.clone(), group.id.clone());
    let rules = |of: &BTreeSet<SecurityRule>, less: &BTreeSet<SecurityRule>| -> BTreeSet<SecurityRule> {
        of.difference(less).cloned().collect()
    };
    let strangers = rules(&group.ingress, &walls.ingress);
    if !strangers.is_empty() {
        return Stop::for_person(
            format!("somebody lets more into {name} ({group_id}) than the plan wants"),
            format!(
                "{}; take those rules out (aws ec2 revoke-security-group-ingress), then resume",
                situation.what_is_safe()
            ),
        );
    }
    let out = rules(&group.egress, &walls.egress);
    if !out.is_empty() {
        return ask::for_change(situation, Call::RevokeSecurityGroupEgress { name, group_id, rules: out }, true);
    }
    let missing = rules(&walls.egress, &group.egress);
    if !missing.is_empty() {
        return ask::for_change(situation, Call::AuthorizeSecurityGroupEgress { name, group_id, rules: missing }, true);
    }
    let missing = rules(&walls.ingress, &group.ingress);
    if !missing.is_empty() {
        return ask::for_change(
            situation,
            Call::AuthorizeSecurityGroupIngress { name, group_id, rules: missing },
            true,
        );
    }
    Decision::Done(Evidence::Isolated { name, id: group_id })
}
