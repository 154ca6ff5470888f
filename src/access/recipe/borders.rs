//! Rules of network ACLs that deny SSH and RDP before anything wide, and keep them inside of the VPC as they are.

use std::collections::BTreeSet;

use super::{Part, SubnetReference};
use crate::{
    access::{
        checks::{PORTS, wide},
        facts::Unknown,
        range::Range,
        scene::Scene,
    },
    model::{AclEntry, NetworkAcl},
};

/// A network ACL takes so many rules each way, unless somebody asked AWS for more.
const RULES: usize = 20;

/// What each ACL of the database's subnets and the bastion's lacks; what can't be made is told.
pub(super) fn denials(scene: &Scene<'_>, bastion: &SubnetReference) -> Result<(Vec<Part>, Vec<String>), Unknown> {
    let mut subnets = scene.database_subnets()?;
    if let SubnetReference::There(id) = bastion {
        subnets.push(id);
    }
    let mut acls: Vec<&NetworkAcl> = Vec::new();
    for subnet in subnets {
        let acl = scene.acl(subnet)?;
        if !acls.iter().any(|other| other.id == acl.id) {
            acls.push(acl);
        }
    }
    let (mut parts, mut notes) = (Vec::new(), Vec::new());
    for acl in acls {
        match of_one(acl, &scene.inside())? {
            Some(entries) if entries.is_empty() => {}
            Some(entries) => {
                notes.push(told(acl));
                let part = |entry| Part::AclEntry { acl_id: acl.id.clone(), entry };
                parts.extend(entries.into_iter().map(part));
            }
            None => notes.push(format!(
                "{} has no room for rules before its wide one: SSH and RDP stay as they are there (the audit says how)",
                acl.id
            )),
        }
    }
    Ok((parts, notes))
}

fn told(acl: &NetworkAcl) -> String {
    format!(
        "{} guards {}: SSH (22) and RDP (3389) from outside of the VPC end there, also over VPN and peering, and so do \
         answers to the port 3389 of a client inside",
        acl.id,
        acl.subnets.join(", ")
    )
}

/// For each port that a wide rule lets in: the VPC's own addresses stay let in, everybody else is denied. Nothing where
/// there is no room.
fn of_one(acl: &NetworkAcl, inside: &[Range]) -> Result<Option<Vec<AclEntry>>, Unknown> {
    let mut taken: BTreeSet<i32> = acl.entries.iter().filter(|it| !it.egress).map(|it| it.number).collect();
    let mut made = Vec::new();
    for everywhere in [Range::ANY_IPV4, Range::ANY_IPV6] {
        for port in PORTS {
            let Some(wide) = wide(acl, everywhere, port, inside)? else { continue };
            let own = inside.iter().filter(|own| own.is_v6() == everywhere.is_v6());
            // Numbers are given downwards: what is to decide first comes last.
            let rules = [(everywhere, false)].into_iter().chain(own.map(|own| (*own, true)));
            let mut before = wide;
            for (range, allows) in rules {
                let Some(number) = (1..before).rev().find(|number| !taken.contains(number)) else { return Ok(None) };
                taken.insert(number);
                before = number;
                made.push(AclEntry {
                    number,
                    egress: false,
                    protocol: "6".into(),
                    allows,
                    cidr: range.to_string(),
                    ports: Some((port, port)),
                });
            }
        }
    }
    // Whoever is inside is let in before everybody else is denied.
    made.sort_by_key(|entry| !entry.allows);
    // Those that deny the rest count.
    let there = acl.entries.iter().filter(|it| !it.egress).count();
    Ok((there + made.len() <= RULES).then_some(made))
}
