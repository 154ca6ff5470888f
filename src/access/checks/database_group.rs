//! What do the database's security groups open, and to whom?

use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all, aws},
        facts::Unknown,
        scene::Scene,
        security_rule::{Deciding, End, in_words, ingress, is_for, through},
    },
    model::{Peer, SecurityRule},
};

pub(super) fn ports(scene: &Scene<'_>) -> Judgement {
    let port = scene.port()?;
    let groups = scene.groups(&scene.database_groups()?)?;
    let rules = ingress(&groups);
    if rules.is_empty() {
        return Ok(Judged::fine("they let nothing in"));
    }
    all(rules.iter().map(|deciding| {
        let (group, rule) = *deciding;
        let seen = in_words(*deciding, "in");
        if matches!(rule.protocol.as_str(), "tcp" | "6") && rule.ports == Some((port, port)) {
            return Ok(Judged::fine(seen));
        }
        let mut remedy = Remedy::words("revokes what is wider than the port");
        if is_for(rule, port) && matches!(rule.peer, Peer::Group(_)) {
            let narrow = SecurityRule { protocol: "tcp".into(), ports: Some((port, port)), ..rule.clone() };
            // EC2 refuses a rule that is there already.
            if !rules.contains(&(group, &narrow)) {
                remedy.commands.push(authorize(group, &narrow));
                remedy.words = "lets the same group in at the port, then revokes what is wider".into();
            }
        }
        if let Some(first) = let_in_first(scene, &rules, *deciding) {
            remedy.commands.push(first);
            remedy.words = "lets the bastion's group in at the port, then revokes what is wider".into();
        }
        remedy.commands.push(revoke((group, rule)));
        Ok(Judged::wrong(seen, remedy))
    }))
}

pub(super) fn peers(scene: &Scene<'_>) -> Judgement {
    let groups = scene.groups(&scene.database_groups()?)?;
    let rules = ingress(&groups);
    if rules.is_empty() {
        return Ok(Judged::fine("they let nobody in"));
    }
    all(rules.iter().map(|deciding| peer(scene, &rules, *deciding)))
}

/// The command that lets the bastion's group in, where it is let in by addresses alone, and by this rule.
fn let_in_first(scene: &Scene<'_>, rules: &[Deciding<'_>], (group, rule): Deciding<'_>) -> Option<String> {
    let (bastion, port) = (scene.chosen()?, scene.port().ok()?);
    let (own, end) = (bastion.groups.first()?, End::of(bastion));
    let is_by_group = |rule: &SecurityRule| matches!(&rule.peer, Peer::Group(id) if end.groups.contains(id));
    let has_its_own = rules.iter().any(|(_, rule)| is_for(rule, port) && is_by_group(rule));
    let ways = through([(group, rule)], port, &end, &scene.facts.prefix_lists);
    // What isn't known of a prefix list may be the bastion's address.
    if has_its_own || ways.is_ok_and(|ways| ways.is_empty()) {
        return None;
    }
    let peer = Peer::Group(own.clone());
    Some(authorize(group, &SecurityRule { protocol: "tcp".into(), ports: Some((port, port)), peer }))
}

/// The bastion's group and named ones; where a person named none, every group counts as named.
fn peer(scene: &Scene<'_>, rules: &[Deciding<'_>], deciding: Deciding<'_>) -> Judgement {
    let named = &scene.facts.named_groups;
    let seen = in_words(deciding, "in");
    let is_fine = match &deciding.1.peer {
        Peer::Group(id) if named.is_empty() || named.contains(id) => true,
        Peer::Group(id) => scene.bastion_if_any()?.is_some_and(|bastion| bastion.groups.contains(id)),
        Peer::Ipv4(_) | Peer::Ipv6(_) | Peer::PrefixList(_) => false,
    };
    if is_fine {
        return Ok(Judged::fine(seen));
    }
    let first = let_in_first(scene, rules, deciding);
    let words = match first {
        Some(_) => {
            "lets the bastion's group in, then revokes it; whoever else needs it gets a group that is let in, too"
        }
        None => "whoever needs it gets a security group that is let in instead",
    };
    let commands = first.into_iter().chain([revoke(deciding)]).collect();
    Ok(Judged::wrong(seen, Remedy { words: words.into(), commands }))
}

/// The command that takes a rule for what comes in away.
pub(super) fn revoke((group, rule): Deciding<'_>) -> String {
    aws(&["ec2", "revoke-security-group-ingress", "--group-id", group, "--ip-permissions", &permission(rule)])
}

/// The command that lets something in.
pub(super) fn authorize(group: &str, rule: &SecurityRule) -> String {
    aws(&["ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions", &permission(rule)])
}

/// The command that lets something out.
pub(super) fn authorize_out(group: &str, rule: &SecurityRule) -> String {
    aws(&["ec2", "authorize-security-group-egress", "--group-id", group, "--ip-permissions", &permission(rule)])
}

/// A rule as `--ip-permissions` takes it.
fn permission(rule: &SecurityRule) -> String {
    let ports = rule.ports.map(|(first, last)| format!("FromPort={first},ToPort={last},")).unwrap_or_default();
    let peer = match &rule.peer {
        Peer::Group(id) => format!("UserIdGroupPairs=[{{GroupId={id}}}]"),
        Peer::Ipv4(cidr) => format!("IpRanges=[{{CidrIp={cidr}}}]"),
        Peer::Ipv6(cidr) => format!("Ipv6Ranges=[{{CidrIpv6={cidr}}}]"),
        Peer::PrefixList(id) => format!("PrefixListIds=[{{PrefixListId={id}}}]"),
    };
    format!("IpProtocol={},{ports}{peer}", rule.protocol)
}

/// The database's first group and its port, for a rule that lets one more in.
pub(super) fn door(scene: &Scene<'_>) -> Result<(String, i32), Unknown> {
    let groups = scene.database_groups()?;
    let first = groups.into_iter().next().ok_or_else(|| Unknown("the database has no security group".into()))?;
    Ok((first, scene.port()?))
}
