//! Networks that nobody described: made up so that whatever the rest of a Region names is there.

use std::collections::HashSet;

use serde_json::Value;

use super::rules::{Peer, Rule};
use super::{SecurityGroup, Subnet, Vpc, cidr, id_of, range};
use crate::sandbox::world::{Region, Tag};

/// Sizes of subnets: those of the default VPC's own, and others.
const LARGE: u32 = 4096;
const USUAL: u32 = 256;

/// A tag `Name`.
pub(crate) fn named(name: &str) -> Vec<Tag> {
    vec![Tag { key: "Name".to_owned(), value: name.to_owned() }]
}

/// Makes VPCs, subnets and security groups up that something in the Region names and that aren't there yet.
pub(crate) fn complete(region: &mut Region) {
    let mut vpcs = vec![region.network.vpc.clone()];
    vpcs.extend(region.subnet_groups.iter().map(|group| group.vpc.clone()));
    for vpc in vpcs {
        self::vpc(region, &vpc);
    }
    subnets(region);
    for (id, vpc, port, of) in missing_groups(region) {
        security_group(region, &id, &vpc, port, &of);
    }
    region.network.furnish();
}

fn vpc(region: &mut Region, id: &str) {
    let usual = id == region.network.vpc;
    if region.network.vpc(id).is_none() {
        let number = region.network.vpcs.len();
        let cidr = if usual { "172.31.0.0/16".to_owned() } else { format!("10.{}.0.0/16", number % 256) };
        region.network.vpcs.push(Vpc {
            id: id.to_owned(),
            cidr,
            tags: Vec::new(),
            dns_support: true,
            dns_hostnames: usual,
        });
    }
    if region.network.default_group_of(id).is_none_or(|own| region.network.security_group(own).is_none()) {
        let own = if usual { region.network.default_security_group.clone() } else { id_of("sg", id) };
        region.network.security_groups.push(SecurityGroup {
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            vpc: id.to_owned(),
            ingress: vec![Rule::of("-1", None, Peer::Group(own.clone()))],
            egress: vec![Rule::everything()],
            tags: Vec::new(),
            id: own,
        });
    }
}

/// Subnets of subnet groups, each with the next free range of its VPC.
fn subnets(region: &mut Region) {
    let groups = region.subnet_groups.clone();
    for group in groups.iter() {
        for subnet in group.subnets.iter().filter(|subnet| !subnet.id.is_empty()) {
            if region.network.subnet(&subnet.id).is_none() {
                let large = group.name == "default" && group.vpc == region.network.vpc;
                let letter = subnet.zone.chars().last().unwrap_or('a');
                let subnet = Subnet {
                    id: subnet.id.clone(),
                    vpc: group.vpc.clone(),
                    zone: subnet.zone.clone(),
                    cidr: next_range(region, &group.vpc, if large { LARGE } else { USUAL }),
                    used: 0,
                    both: subnet.both,
                    tags: named(&format!("{}-{letter}", group.name)),
                };
                region.network.subnets.push(subnet);
            }
        }
    }
}

/// The next free range of a VPC.
pub(crate) fn next_range(region: &Region, vpc: &str, size: u32) -> String {
    let own = region.network.vpc(vpc).and_then(|vpc| range(&vpc.cidr)).map_or(0, |(first, _)| first);
    let ends = region.network.subnets.iter().filter(|subnet| subnet.vpc == vpc).map(|subnet| {
        let (first, size) = subnet.range();
        first.saturating_add(size)
    });
    let first = ends.max().unwrap_or(own);
    cidr(first.div_ceil(size).saturating_mul(size), size)
}

/// Groups that are named and not there: id, VPC, port, and by what they are named.
fn missing_groups(region: &Region) -> Vec<(String, String, i64, String)> {
    let mut found: Vec<(String, String, i64, String)> = Vec::new();
    for instance in region.instances.iter() {
        for group in &instance.row.vpc_security_groups {
            let vpc = region.vpc_of(instance).to_owned();
            found.push((group.vpc_security_group_id.clone(), vpc, instance.port, instance.row.name.clone()));
        }
    }
    let text = |row: &Value, member: &str| row.get(member).and_then(Value::as_str).map(str::to_owned);
    for proxy in &region.dependents.proxies {
        let vpc = text(proxy, "VpcId").unwrap_or_else(|| region.network.vpc.clone());
        let ids = proxy.get("VpcSecurityGroupIds").and_then(Value::as_array).into_iter().flatten();
        for id in ids.filter_map(Value::as_str) {
            found.push((id.to_owned(), vpc.clone(), 0, text(proxy, "DBProxyName").unwrap_or_default()));
        }
    }
    for cluster in region.clusters.iter() {
        let vpc = region.vpc_of_group(text(cluster, "DBSubnetGroup").as_deref()).to_owned();
        let port = cluster.get("Port").and_then(Value::as_i64).unwrap_or(0);
        let rows = cluster.get("VpcSecurityGroups").and_then(Value::as_array).into_iter().flatten();
        for id in rows.filter_map(|row| text(row, "VpcSecurityGroupId")) {
            found.push((id, vpc.clone(), port, text(cluster, "DBClusterIdentifier").unwrap_or_default()));
        }
    }
    let known: HashSet<&str> = region.network.security_groups.iter().map(|group| group.id.as_str()).collect();
    let mut named: HashSet<String> = HashSet::new();
    found.retain(|(id, ..)| !known.contains(id.as_str()) && named.insert(id.clone()));
    found
}

/// A group that lets the VPC reach a database.
fn security_group(region: &mut Region, id: &str, vpc: &str, port: i64, of: &str) {
    let tail = id.get(id.len().saturating_sub(6)..).unwrap_or(id);
    let peer = Peer::Cidr(region.network.vpc(vpc).map(|vpc| vpc.cidr.clone()).unwrap_or_default());
    region.network.security_groups.push(SecurityGroup {
        id: id.to_owned(),
        name: format!("{of}-{tail}"),
        description: format!("Named by {of}"),
        vpc: vpc.to_owned(),
        ingress: if port > 0 { vec![Rule::of("tcp", Some(port), peer)] } else { Vec::new() },
        egress: vec![Rule::everything()],
        tags: Vec::new(),
    });
}
