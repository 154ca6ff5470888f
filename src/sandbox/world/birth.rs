//! How a world begins: the home Region with its seed, every other Region with what each Region has.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::dependents::{self, Dependents};
use super::groups::{OptionGroup, Parameter, ParameterGroup, Subnet, SubnetGroup};
use super::ids::Ids;
use super::instance::{Instance, InstanceRow, SecurityGroup};
use super::key::{Alias, Key, PREDEFINED};
use super::network::rules::Rule;
use super::network::{self, Network, machines, made_up};
use super::shared::Shared;
use super::{FORMAT, Region, World};
use crate::sandbox::Switches;
use crate::sandbox::rds::{automated, snapshots, view};

const SEED: &str = include_str!("../../../fixtures/sandbox/seed.json");

/// The seed's file: rows as AWS prints them, and what AWS prints elsewhere.
#[derive(Deserialize)]
struct Seed {
    network: SeedNetwork,
    parameter_groups: Vec<SeedParameterGroup>,
    option_groups: Vec<SeedOptionGroup>,
    subnet_groups: Vec<SeedSubnetGroup>,
    keys: Vec<Key>,
    aliases: Vec<SeedAlias>,
    instances: Vec<SeedInstance>,
    snapshots: Vec<SeedSnapshot>,
    #[serde(default)]
    dependents: Value,
}

#[derive(Deserialize)]
struct SeedNetwork {
    vpc: String,
    default_security_group: String,
    subnets: Vec<String>,
    #[serde(default)]
    vpcs: Vec<network::Vpc>,
    #[serde(default)]
    security_groups: Vec<SeedSecurityGroup>,
    #[serde(default)]
    machines: Vec<machines::Seed>,
}

#[derive(Deserialize)]
struct SeedSecurityGroup {
    id: String,
    name: String,
    description: String,
    /// The default VPC unless it names another.
    vpc: Option<String>,
    #[serde(default)]
    ingress: Vec<Rule>,
}

#[derive(Deserialize)]
struct SeedParameterGroup {
    name: String,
    family: String,
    description: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct SeedOptionGroup {
    name: String,
    engine: String,
    major_version: String,
    description: String,
    #[serde(default)]
    options: Vec<String>,
}

#[derive(Deserialize)]
struct SeedSubnetGroup {
    name: String,
    /// IPv4 and IPv6.
    #[serde(default)]
    both: bool,
    description: String,
    subnets: Vec<String>,
    /// The default VPC unless it names another.
    vpc: Option<String>,
    /// Addresses of each subnet, and how many of them are taken, unless that is as usual.
    addresses: Option<(u32, i64)>,
}

#[derive(Deserialize)]
struct SeedAlias {
    name: String,
    key: String,
}

#[derive(Deserialize)]
pub(super) struct SeedInstance {
    /// `default` unless the row names another.
    subnet_group: Option<String>,
    port: Option<i64>,
    /// Changes that wait for the maintenance window.
    #[serde(default)]
    queued: super::changes::Changes,
    row: InstanceRow,
}

#[derive(Deserialize)]
struct SeedSnapshot {
    name: String,
    instance: String,
    taken: Timestamp,
}

impl World {
    /// A new world at this time: `home` is seeded (`R-WORLD-1`).
    pub(crate) fn born(home: &str, time: Timestamp, seed: u64) -> Result<Self, String> {
        let mut world = Self {
            format: FORMAT,
            time,
            ids: Ids::new(seed),
            regions: BTreeMap::new(),
            iam: None,
            accounts: BTreeMap::new(),
        };
        let seed: Seed = serde_json::from_str(SEED).map_err(|error| format!("the seed can't be read: {error}"))?;
        world.regions.insert(home.to_owned(), seeded(home, seed, time)?);
        world.iam();
        Ok(world)
    }

    /// The world of an account, made if nobody has looked at it before (`R-ACCT-1`).
    pub(crate) fn of_account(&mut self, account: &str) -> &mut Self {
        if account == crate::sandbox::ACCOUNT {
            return self;
        }
        let seed = account.bytes().fold(self.ids.seed, |sum, digit| sum.wrapping_mul(31).wrapping_add(digit.into()));
        let (format, time) = (self.format, self.time);
        let (regions, accounts) = (BTreeMap::new(), BTreeMap::new());
        let new = || Self { format, time, ids: Ids::new(seed), regions, iam: None, accounts };
        self.accounts.entry(account.to_owned()).or_insert_with(new)
    }

    /// The Region as it is at this time, taken out of the world.
    pub(crate) fn caught_up(&mut self, name: &str, now: Timestamp, switches: &Arc<Switches>) -> Region {
        let mut region = self.take_region(name, switches);
        if switches.daily_backups {
            automated::daily(&mut region, self.time, now);
        }
        region.advance(name, now);
        region
    }

    /// The Region, made if nobody has looked at it before.
    pub(crate) fn take_region(&mut self, name: &str, switches: &Arc<Switches>) -> Region {
        let iam = if switches.enforces("R-IAM-1") { self.iam() } else { Shared::default() };
        let mut region = self.regions.remove(name).unwrap_or_else(|| {
            let seed = (!switches.enforces("R-WORLD-1")).then(|| serde_json::from_str(SEED).ok()).flatten();
            let seeded = seed.and_then(|seed| seeded(name, seed, self.time).ok());
            let mut region = seeded.unwrap_or_else(|| plain(name, &mut self.ids));
            if !switches.enforces("R-GRP-1") {
                region.subnet_groups.retain(|group| group.name != "default");
            }
            region
        });
        if region.network.vpcs.is_empty() {
            // From a file of before there were networks.
            made_up::complete(&mut region);
        }
        // And those of before there were routes.
        if region.network.is_bare() {
            region.network.furnish();
        }
        // All Regions have the same (`R-IAM-1`).
        region.iam = iam;
        region.switches = Arc::clone(switches);
        region
    }
}

fn aliases() -> Vec<Alias> {
    let alias = |name: &&str| Alias { name: (*name).to_owned(), target_key_id: None, creation_date: None };
    PREDEFINED.iter().map(alias).collect()
}

/// A Region with a default VPC and nothing else (`R-GRP-1`).
fn plain(name: &str, ids: &mut Ids) -> Region {
    let (vpc, default_security_group) = (ids.network("vpc"), ids.network("sg"));
    let network = Network { vpc, default_security_group, ..Network::default() };
    let subnets: Vec<String> = (0..3).map(|_| ids.network("subnet")).collect();
    let group = default_subnet_group(name, &network, &subnets);
    Region {
        network: network.into(),
        subnet_groups: vec![group].into(),
        aliases: aliases().into(),
        ..Region::default()
    }
}

fn default_subnet_group(region: &str, network: &Network, subnets: &[String]) -> SubnetGroup {
    SubnetGroup {
        name: "default".to_owned(),
        description: "default".to_owned(),
        vpc: network.vpc.clone(),
        subnets: zoned(region, subnets, false),
        tags: Vec::new(),
    }
}

fn zoned(region: &str, subnets: &[String], both: bool) -> Vec<Subnet> {
    let subnet = |(id, letter): (&String, char)| Subnet { id: id.clone(), zone: format!("{region}{letter}"), both };
    subnets.iter().zip('a'..).map(subnet).collect()
}

fn seeded(name: &str, mut seed: Seed, time: Timestamp) -> Result<Region, String> {
    let machines = std::mem::take(&mut seed.network.machines);
    let mut region = Region {
        parameter_groups: seed.parameter_groups.into_iter().map(parameter_group).collect::<Vec<_>>().into(),
        option_groups: seed.option_groups.into_iter().map(option_group).collect::<Vec<_>>().into(),
        keys: seed.keys.into(),
        aliases: aliases().into(),
        dependents: serde_json::from_value::<Dependents>(dependents::at_home(seed.dependents, name))
            .map_err(|error| format!("the seed's dependents can't be read: {error}"))?
            .into(),
        ..Region::default()
    };
    networks(&mut region, name, seed.network, seed.subnet_groups);
    region.aliases.extend(seed.aliases.into_iter().map(|alias| Alias {
        name: alias.name,
        target_key_id: Some(alias.key),
        creation_date: Some(time),
    }));
    for instance in seed.instances {
        region.instances.push(instance_of(instance, name, &region, time));
    }
    made_up::complete(&mut region);
    machines::place(&mut region, machines);
    region.furnish(name, time);
    backups(&mut region, name, time);
    for snapshot in seed.snapshots {
        let instance = region.instance(&snapshot.instance);
        let instance = instance.ok_or_else(|| format!("the seed has no instance {}", snapshot.instance))?;
        let (taken, vpc) = (snapshot.taken, region.vpc_of(instance).to_owned());
        let mut made = snapshots::of(instance, &snapshot.name, "manual", &vpc, taken, taken);
        "available".clone_into(&mut made.row.status);
        made.row.snapshot_create_time = Some(taken);
        made.row.original_snapshot_create_time = Some(taken);
        region.snapshots.push(made);
    }
    region.events.clear();
    Ok(region)
}

/// The seed's networks; what it only names is made up.
fn networks(region: &mut Region, name: &str, seed: SeedNetwork, groups: Vec<SeedSubnetGroup>) {
    let SeedNetwork { vpc, default_security_group, subnets, vpcs, security_groups, .. } = seed;
    region.network = Network { vpc, default_security_group, vpcs, ..Network::default() }.into();
    region.subnet_groups.push(default_subnet_group(name, &region.network, &subnets));
    made_up::complete(region);
    for group in groups {
        let vpc = group.vpc.unwrap_or_else(|| region.network.vpc.clone());
        let subnets = zoned(name, &group.subnets, group.both);
        for subnet in subnets.iter().filter(|_| group.addresses.is_some()) {
            let (size, used) = group.addresses.unwrap_or_default();
            let cidr = made_up::next_range(region, &vpc, size);
            region.network.subnets.push(network::Subnet {
                id: subnet.id.clone(),
                vpc: vpc.clone(),
                zone: subnet.zone.clone(),
                cidr,
                used,
                both: group.both,
                tags: made_up::named(&group.name),
            });
        }
        let (name, description) = (group.name, group.description);
        region.subnet_groups.push(SubnetGroup { name, description, vpc, subnets, tags: Vec::new() });
    }
    let usual = region.network.vpc.clone();
    region.network.security_groups.extend(security_groups.into_iter().map(|group| network::SecurityGroup {
        vpc: group.vpc.unwrap_or_else(|| usual.clone()),
        id: group.id,
        name: group.name,
        description: group.description,
        ingress: group.ingress,
        egress: vec![Rule::everything()],
        tags: Vec::new(),
    }));
}

fn parameter_group(group: SeedParameterGroup) -> ParameterGroup {
    ParameterGroup {
        name: group.name,
        family: group.family,
        description: group.description,
        parameters: group.parameters,
        tags: Vec::new(),
    }
}

fn option_group(group: SeedOptionGroup) -> OptionGroup {
    OptionGroup {
        name: group.name,
        engine: group.engine,
        major_version: group.major_version,
        description: group.description,
        tags: Vec::new(),
        options: group.options,
    }
}

/// A seeded instance; Region names in it are the home Region's, whatever that is.
pub(super) fn instance_of(seed: SeedInstance, region: &str, home: &Region, time: Timestamp) -> Instance {
    let mut row = seed.row;
    if let Some(key) = &mut row.kms_key_id {
        *key = super::key::arn(region, key);
    }
    if let Some(key) = &mut row.performance_insights_key {
        *key = super::key::arn(region, key);
    }
    if let Some(secret) = &mut row.master_user_secret {
        secret.arn = format!("arn:aws:secretsmanager:{region}:{}:{}", crate::sandbox::ACCOUNT, secret.arn);
        secret.kms_key_id = secret.kms_key_id.as_ref().map(|key| super::key::arn(region, key));
    }
    for zone in [&mut row.availability_zone, &mut row.secondary_availability_zone].into_iter().flatten() {
        *zone = format!("{region}{zone}");
    }
    if row.vpc_security_groups.is_empty() {
        let id = home.network.default_security_group.clone();
        row.vpc_security_groups.push(SecurityGroup { vpc_security_group_id: id, status: "active".to_owned() });
    }
    let starts = (row.status == "stopped").then(|| super::pace::after(time, 4 * 24 * 3600));
    let mut instance = Instance {
        port: seed.port.unwrap_or_else(|| view::usual_port(&row.engine)),
        subnet_group: Some(seed.subnet_group.unwrap_or_else(|| "default".to_owned())),
        up: true,
        starts_itself: starts,
        row,
        ..Instance::default()
    };
    if !seed.queued.is_empty() {
        instance.queue(&seed.queued, time);
    }
    instance
}

/// The automated snapshots that an account with these retentions has.
fn backups(region: &mut Region, name: &str, time: Timestamp) {
    let kept = region.instances.iter().filter(|instance| instance.row.cluster.is_none());
    let kept: Vec<(String, String, i64)> = kept
        .map(|instance| {
            let row = &instance.row;
            (row.resource_id.clone(), row.preferred_backup_window.clone(), row.backup_retention_period)
        })
        .collect();
    for (id, window, days) in kept {
        for day in (1..=days).rev() {
            let before = super::pace::after(time, -day * 24 * 3600);
            let opens = super::windows::next_daily(&window, before);
            if let Some(at) = opens {
                automated::take(region, name, &id, super::pace::after(at, 307));
            }
        }
    }
    region.agenda.clear();
    let stopped: Vec<_> = region
        .instances
        .iter()
        .filter_map(|instance| Some((instance.starts_itself?, instance.row.resource_id.clone())))
        .collect();
    for (at, of) in stopped {
        region.schedule(super::agenda::Step { at, of, effect: super::agenda::Effect::StartsItself });
    }
}
