//! Whether the place that the copy is made in is there, and has room.

use std::collections::BTreeSet;

use super::{Around, Case, Surroundings, block, enter, warn};
use crate::{
    model::{GroupSubnet, SecurityGroup, Setting, Subnet},
    plan::{checks::Judgement, facts::Checked, finding::Finding},
};

/// With fewer free addresses, what others make meanwhile may take the last one.
const FEW: i32 = 4;

const RULE: &str = "R-GRP-5";

pub(super) fn judge(judgement: &mut Judgement, case: Case<'_>, surroundings: &Surroundings) {
    let around = Around { source: case.source, desired: case.desired, key: None, network: &case.facts.choices.network };
    if let Some(group) = around.subnet_group() {
        enter(judgement, "subnets", &surroundings.subnets, |subnets| zones(group, subnets));
        if let Checked::Known(subnets) = &surroundings.subnets {
            enter(judgement, "free addresses", &surroundings.room, |room| addresses(case, group, subnets, room));
        }
    }
    let wanted = around.security_groups();
    if !wanted.is_empty() {
        enter(judgement, "security groups", &surroundings.groups, |groups| listed_groups(case, &wanted, groups));
    }
}

/// AWS wants two zones. A group that never had two (Outposts, Local Zones) has its reasons.
fn zones(group: &str, subnets: &[GroupSubnet]) -> Vec<Finding> {
    let of = |subnets: &mut dyn Iterator<Item = &GroupSubnet>| -> BTreeSet<String> {
        subnets.filter_map(|subnet| subnet.zone.clone()).collect()
    };
    let is_live = |subnet: &&GroupSubnet| subnet.status.as_deref().is_none_or(|status| status == "Active");
    let all = of(&mut subnets.iter());
    let live = of(&mut subnets.iter().filter(is_live));
    let dead: Vec<&str> = subnets.iter().filter(|subnet| !is_live(subnet)).map(|subnet| subnet.id.as_str()).collect();
    if all.len() < 2 || live.len() >= 2 {
        return vec![];
    }
    vec![block(
        format!(
            "the subnet group {group} has live subnets in {} zone; AWS wants two ({} can't be used)",
            if live.is_empty() { "no" } else { "one" },
            dead.join(", ")
        ),
        "add subnets of another zone (`aws rds modify-db-subnet-group --db-subnet-group-name … --subnet-ids …`, all of them \
         named), or choose another group: --subnet-group NAME",
        RULE,
    )]
}

fn addresses(case: Case<'_>, group: &str, subnets: &[GroupSubnet], room: &[Subnet]) -> Vec<Finding> {
    if subnets.is_empty() {
        return vec![];
    }
    // Nothing said is not taken for none free.
    if room.is_empty() {
        return vec![warn(
            format!("EC2 shows none of the subnets of {group}: whether they have free addresses isn't known"),
            "look whether they are there (`aws ec2 describe-subnets`); a restore without an address is refused",
            RULE,
        )];
    }
    let usable: Vec<(&Subnet, i32)> = room
        .iter()
        .filter(|subnet| subnet.state.as_deref().is_none_or(|state| state == "available"))
        .filter_map(|subnet| Some((subnet, subnet.free?)))
        .collect();
    if usable.len() < room.len() && usable.is_empty() {
        return vec![];
    }
    let free: i32 = usable.iter().map(|(_, free)| *free).fold(0, i32::saturating_add);
    let zones: BTreeSet<Option<&String>> =
        usable.iter().filter(|(_, free)| *free > 0).map(|(subnet, _)| subnet.zone.as_ref()).collect();
    let remedy = "free some (unused network interfaces keep them), add subnets to the group, or choose another: \
                  --subnet-group NAME";
    if free == 0 {
        return vec![block(format!("no subnet of {group} has a free address for the copy"), remedy, RULE)];
    }
    if case.desired.multi_az == Some(true) && zones.len() < 2 {
        return vec![block(
            format!("the copy's standby needs an address in a second zone, and {group} has free ones in one alone"),
            remedy,
            RULE,
        )];
    }
    if free < FEW {
        return vec![warn(format!("the subnets of {group} have {free} free addresses left"), remedy, RULE)];
    }
    vec![]
}

/// A group that is gone would be refused hours later, or be AWS's default instead.
fn listed_groups(case: Case<'_>, wanted: &[String], found: &[SecurityGroup]) -> Vec<Finding> {
    let choices = &case.facts.choices;
    let vpc = case.facts.groups.vpc_of_copy(case.source);
    let own = case.source.subnet_group.as_ref().and_then(|group| group.vpc_id.clone());
    // Said already: the source's groups mean nothing in another VPC.
    let moves = vpc != own && !choices.overrides.contains_key(&Setting::VpcSecurityGroupIds);
    let one = |id: &String| {
        let Some(group) = found.iter().find(|group| group.id == *id) else {
            return Some(block(
                format!("the security group {id} doesn't exist any more"),
                "choose those that the copy is to have: --security-group SG (repeatable), or --network quarantine; `aws \
                 ec2 describe-security-groups` lists what is there",
                RULE,
            ));
        };
        let there = group.vpc_id.as_ref()?;
        (vpc.as_ref().is_some_and(|vpc| vpc != there) && !moves).then(|| {
            block(
                format!("the security group {id} is in {there}, the copy in {}", vpc.as_deref().unwrap_or_default()),
                "choose one of the copy's VPC: --security-group SG (repeatable), or --network quarantine",
                RULE,
            )
        })
    };
    wanted.iter().filter_map(one).collect()
}
