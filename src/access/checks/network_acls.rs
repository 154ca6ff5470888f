//! Are the ports of SSH and RDP denied before anything wide?

use std::collections::BTreeSet;

use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all, aws},
        facts::Unknown,
        network_acl::{Decided, Way, decide},
        range::{Flow, Range},
        scene::Scene,
    },
    model::{AclEntry, NetworkAcl},
};

/// Those of SSH and RDP.
pub(in crate::access) const PORTS: [i32; 2] = [22, 3389];

pub(super) fn judge(scene: &Scene<'_>) -> Judgement {
    let mut subnets = scene.database_subnets()?;
    // Its own subnet counts as soon as there is one.
    let bastion = scene.bastion_if_any();
    subnets.extend(bastion.iter().flatten().filter_map(|bastion| bastion.subnet_id.as_deref()));
    subnets.extend(bastion.iter().flatten().flat_map(|bastion| &bastion.other_subnets).map(String::as_str));
    let inside = scene.inside();
    let (mut judged, mut seen) = (Vec::new(), BTreeSet::new());
    for subnet in subnets {
        match scene.acl(subnet) {
            Ok(acl) if seen.insert(acl.id.as_str()) => judged.push(one(acl, &inside)),
            Ok(_) => {}
            Err(unknown) => judged.push(Err(unknown)),
        }
    }
    judged.extend(bastion.err().map(Err));
    all(judged)
}

/// Wide is what reaches beyond private addresses and the VPC's own.
fn widest<'a, 'b>(decided: &'b [Decided<'a>], inside: &[Range]) -> Option<&'b Decided<'a>> {
    let is_narrow = |range: Range| range.is_private() || inside.iter().any(|own| own.covers(range));
    decided.iter().find(|part| part.is_allowed() && !is_narrow(part.flow.range))
}

/// The number of the rule that lets a port in widely, if one does.
pub(in crate::access) fn wide(
    acl: &NetworkAcl,
    everywhere: Range,
    port: i32,
    inside: &[Range],
) -> Result<Option<i32>, Unknown> {
    let decided = decide(acl, Way::In, Flow::on(everywhere, port))?;
    Ok(widest(&decided, inside).and_then(|part| part.entry).map(|entry| entry.number))
}

fn one(acl: &NetworkAcl, inside: &[Range]) -> Judgement {
    let (mut wrong, mut fine, mut commands) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken: BTreeSet<i32> = acl.entries.iter().filter(|entry| !entry.egress).map(|entry| entry.number).collect();
    for everywhere in [Range::ANY_IPV4, Range::ANY_IPV6] {
        for port in PORTS {
            let decided = decide(acl, Way::In, Flow::on(everywhere, port))?;
            let Some(wide) = widest(&decided, inside) else {
                let denied = decided.iter().find(|part| !part.is_allowed());
                let by = denied.map_or_else(|| "nothing".to_owned(), Decided::in_words);
                fine.push(format!("{}: {port} from {everywhere} is decided by {by}", acl.id));
                continue;
            };
            wrong.push(format!("{}: {port} from {} is let in by {}", acl.id, wide.flow.range, wide.in_words()));
            let before = wide.entry.map(|entry| entry.number).unwrap_or_default();
            let Some(free) = (1..before).rev().find(|number| !taken.contains(number)) else { continue };
            taken.insert(free);
            commands.push(entry_command(
                &acl.id,
                &AclEntry {
                    number: free,
                    egress: false,
                    protocol: "tcp".into(),
                    allows: false,
                    cidr: everywhere.to_string(),
                    ports: Some((port, port)),
                },
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(Judged::Fine(fine));
    }
    let words = if commands.len() == wrong.len() {
        "denies them in free numbers before the wide rule; rules before keep deciding"
    } else {
        "no number is free before the wide rule: give that one a higher number, then deny them before it"
    };
    Ok(Judged::Wrong(wrong, Remedy { words: words.into(), commands }))
}

/// The command that makes a rule.
pub(super) fn entry_command(acl_id: &str, entry: &AclEntry) -> String {
    let (first, last) = entry.ports.unwrap_or((0, 65535));
    aws(&[
        "ec2",
        "create-network-acl-entry",
        "--network-acl-id",
        acl_id,
        if entry.egress { "--egress" } else { "--ingress" },
        "--rule-number",
        &entry.number.to_string(),
        "--protocol",
        &entry.protocol,
        "--port-range",
        &format!("From={first},To={last}"),
        if entry.cidr.contains(':') { "--ipv6-cidr-block" } else { "--cidr-block" },
        &entry.cidr,
        "--rule-action",
        if entry.allows { "allow" } else { "deny" },
    ])
}
