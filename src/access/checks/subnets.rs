//! Are the database's subnets private, and in two zones?

use std::collections::BTreeSet;

use crate::{
    access::{
        check::{Judged, Judgement, Remedy, all, aws},
        facts::Unknown,
        range::Range,
        route::{Leads, carrying, leads},
        scene::Scene,
    },
    model::{Route, RouteTable, SubnetAssociation, quoted},
};

pub(super) fn private(scene: &Scene<'_>) -> Judgement {
    all(scene.database_subnets()?.into_iter().map(|subnet| one(scene, subnet)))
}

/// Whether nothing in a subnet is reached from the internet, whatever its addresses. Ways to other networks are told.
pub(super) fn one(scene: &Scene<'_>, subnet: &str) -> Judgement {
    let (table, association) = scene.table(subnet)?;
    let followed = if association.is_some() { "" } else { ", the main one" };
    let (mut open, mut told) = (Vec::new(), Vec::new());
    for route in carrying(table, &scene.lists()) {
        let seen = format!("{subnet}: {} in {}{followed}", route.in_words(), table.id);
        match leads(route) {
            Leads::Public => open.push(seen),
            Leads::OutOnly => told.push(format!("{seen}, which lets nothing in")),
            Leads::Elsewhere => match entrance(scene, subnet, route)? {
                Some(entrance) => open.push(format!("{seen}, and {entrance}")),
                None => told.push(format!("{seen}: whoever is there may reach the subnet")),
            },
            Leads::Inside => {}
        }
    }
    if !open.is_empty() {
        return Ok(Judged::Wrong(open, apart(table, association, subnet)));
    }
    if told.is_empty() {
        told.push(format!("{subnet}: no route of {}{followed} leaves the VPC", table.id));
    }
    Ok(Judged::Fine(told))
}

/// The route by which an internet gateway brings in what is for this subnet, through the very thing that the subnet's own
/// route leads to: a firewall between doesn't make the subnet private.
fn entrance(scene: &Scene<'_>, subnet: &str, way_out: &Route) -> Result<Option<String>, Unknown> {
    let is_public = |table: &&RouteTable| table.gateways.iter().any(|gateway| gateway.starts_with("igw-"));
    for table in scene.facts.route_tables.known()?.iter().filter(is_public) {
        let back = |route: &&Route| route.target.is_some() && route.target == way_out.target && !route.is_blackhole();
        for route in table.routes.iter().filter(back) {
            let mut own = scene.subnet(subnet)?.cidrs.iter().filter_map(|text| Range::read(text));
            // What can't be read may be the subnet's.
            let is_for_it = |own: Range| Range::read(&route.destination).is_none_or(|to| to.common(own).is_some());
            if own.any(is_for_it) {
                let gateways = table.gateways.join(", ");
                return Ok(Some(format!("{} in {}, which {gateways} follows", route.in_words(), table.id)));
            }
        }
    }
    Ok(None)
}

/// A table of its own for a subnet, without any way out: other subnets that follow the old one keep theirs.
fn apart(table: &RouteTable, association: Option<&SubnetAssociation>, subnet: &str) -> Remedy {
    let words = "gives the subnet a route table of its own, with no route out; what else is in the subnet loses its ways out, too";
    let Some(vpc) = &table.vpc_id else { return Remedy::words(words) };
    let made =
        aws(&["ec2", "create-route-table", "--vpc-id", vpc, "--query", "RouteTable.RouteTableId", "--output", "text"]);
    let command = match association {
        Some(association) => format!(
            "aws ec2 replace-route-table-association --association-id {} --route-table-id \"$({made})\"",
            quoted(&association.id)
        ),
        None => {
            format!("aws ec2 associate-route-table --subnet-id {} --route-table-id \"$({made})\"", quoted(subnet))
        }
    };
    Remedy { words: words.into(), commands: vec![command] }
}

pub(super) fn two_zones(scene: &Scene<'_>) -> Judgement {
    let subnets = scene.facts.group_subnets.known()?;
    let alive: BTreeSet<&str> = subnets
        .iter()
        .filter(|subnet| subnet.status.as_deref() == Some("Active"))
        .filter_map(|subnet| subnet.zone.as_deref())
        .collect();
    let seen = match alive.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => "no subnet is Active".to_owned(),
        zones => format!("Active subnets in {}", zones.join(", ")),
    };
    if alive.len() > 1 {
        return Ok(Judged::fine(seen));
    }
    if subnets.is_empty() || subnets.iter().any(|subnet| subnet.status.is_none() || subnet.zone.is_none()) {
        return Err(Unknown("AWS doesn't show zone and status of each of its subnets".into()));
    }
    Ok(Judged::wrong(seen, another_zone(scene, &alive)))
}

/// A private subnet of another zone, where there is one.
fn another_zone(scene: &Scene<'_>, alive: &BTreeSet<&str>) -> Remedy {
    let words = "add a private subnet of another zone to the subnet group";
    let find = || {
        let (vpc, own) = (scene.vpc().ok()?, scene.database_subnets().ok()?);
        let group = scene.facts.database.subnet_group.as_ref()?.name.as_deref()?;
        let all = scene.facts.subnets.known().ok()?;
        let other = all.iter().find(|subnet| {
            subnet.vpc_id.as_deref() == Some(vpc)
                && subnet.state.as_deref() == Some("available")
                && subnet.zone.as_deref().is_some_and(|zone| !alive.contains(zone))
                && matches!(one(scene, &subnet.id), Ok(Judged::Fine(_)))
        })?;
        let mut command = vec!["rds", "modify-db-subnet-group", "--db-subnet-group-name", group, "--subnet-ids"];
        command.extend(own);
        command.push(&other.id);
        Some(Remedy::new(words, &command))
    };
    find().unwrap_or_else(|| Remedy::words(words))
}
