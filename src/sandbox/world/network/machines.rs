//! Machines of EC2, as far as somebody looks for a way to a database through one.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::endpoints::Token;
use super::rules::{Peer, Rule};
use super::{Network, SecurityGroup, made_up, range};
use crate::sandbox::world::Tag;
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::{Region, network::Address};

/// A machine.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) class: String,
    /// `pending`, `running`, `stopped`, `shutting-down` or `terminated`.
    pub(crate) state: String,
    pub(crate) launched: Timestamp,
    pub(crate) subnet: String,
    /// Its private address.
    pub(crate) address: Ipv4Addr,
    pub(crate) groups: Vec<String>,
    /// The name of its instance profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// AWS's agent on it, where that has registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<Agent>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// How it was started, of one that somebody started in this world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) launch: Option<Launch>,
}

/// How a machine was started.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Launch {
    pub(crate) image: String,
    pub(crate) architecture: String,
    pub(crate) reservation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Token>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// Its public address, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<Ipv4Addr>,
    /// `optional` or `required`, and how far answers may go.
    pub(crate) metadata_tokens: String,
    pub(crate) metadata_hops: i64,
    pub(crate) metadata: String,
    pub(crate) monitoring: bool,
    /// Its root volume is encrypted.
    #[serde(default)]
    pub(crate) encrypted: bool,
}

/// AWS's agent on a machine.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) version: String,
    /// `Online`, `ConnectionLost` or `Inactive`.
    pub(crate) ping: String,
    /// When it was last heard of, unless it is online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) heard: Option<Timestamp>,
    #[serde(default)]
    pub(crate) latest: bool,
    pub(crate) platform: String,
    pub(crate) platform_version: String,
}

/// A machine of a new world.
#[derive(Deserialize)]
pub(crate) struct Seed {
    id: String,
    name: String,
    class: String,
    state: String,
    launched: Timestamp,
    subnet: String,
    groups: Vec<String>,
    profile: Option<String>,
    agent: Option<Agent>,
}

impl Agent {
    /// That of a new Amazon Linux 2023.
    pub(crate) fn new() -> Self {
        Self {
            version: "3.3.3572.0".to_owned(),
            ping: "Online".to_owned(),
            heard: None,
            latest: true,
            platform: "Amazon Linux".to_owned(),
            platform_version: "2023".to_owned(),
        }
    }
}

impl Machine {
    /// Whether it still has its place: a terminated machine is only remembered.
    pub(crate) fn is_there(&self) -> bool {
        self.state != "terminated"
    }

    /// Whether it has a public address.
    pub(crate) fn is_public(&self) -> bool {
        self.launch.as_ref().is_some_and(|launch| launch.public.is_some())
    }
}

/// Places machines into their subnets, where each has an address: the last ones, for databases have the first.
pub(crate) fn place(region: &mut Region, seeds: Vec<Seed>) {
    for seed in seeds {
        let before = region.network.machines.iter().filter(|machine| machine.subnet == seed.subnet).count();
        let Some(subnet) = region.network.subnets.iter_mut().find(|subnet| subnet.id == seed.subnet) else { continue };
        let (first, size) = subnet.range();
        // A subnet that says how many others have addresses has counted them.
        subnet.used = subnet.used.max(i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1));
        let last = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(2);
        let machine = Machine {
            id: seed.id,
            class: seed.class,
            state: seed.state,
            launched: seed.launched,
            subnet: seed.subnet,
            address: first.saturating_add(size.saturating_sub(last)).into(),
            groups: seed.groups,
            profile: seed.profile,
            agent: seed.agent,
            tags: made_up::named(&seed.name),
            launch: None,
        };
        region.network.machines.push(machine);
    }
}

impl Network {
    pub(crate) fn machine(&self, id: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.id == id)
    }

    /// The VPC that a machine is in.
    pub(crate) fn vpc_of_machine(&self, machine: &Machine) -> Option<&str> {
        self.subnet(&machine.subnet).map(|subnet| subnet.vpc.as_str())
    }
}

impl Address<'_> {
    /// The address itself: so many in the same subnet come before it, and the first four are EC2's.
    pub(crate) fn ip(&self, before: usize) -> Ipv4Addr {
        let (first, size) = self.subnet.range();
        let host = u32::try_from(before).unwrap_or(u32::MAX) % size.saturating_sub(5).max(1);
        Ipv4Addr::from(first.saturating_add(4).saturating_add(host))
    }
}

impl Region {
    /// The address of a database.
    pub(crate) fn address_of(&self, instance: &Instance, region: &str) -> Option<Ipv4Addr> {
        let addresses = self.addresses(region);
        let own = |address: &Address<'_>| address.instance.row.resource_id == instance.row.resource_id;
        let place = addresses.iter().position(own)?;
        let found = addresses.get(place)?;
        let before = addresses.iter().take(place).filter(|other| other.subnet.id == found.subnet.id).count();
        Some(found.ip(before))
    }

    /// Whether the security groups of both let a machine reach a database's port (`R-PORT-10`).
    pub(crate) fn lets_reach(&self, machine: &Machine, instance: &Instance, port: u16, region: &str) -> bool {
        if self.network.vpc_of_machine(machine) != Some(self.vpc_of(instance)) {
            return false;
        }
        let database: Vec<&str> = instance
            .row
            .vpc_security_groups
            .iter()
            .filter(|group| group.status != "adding")
            .map(|group| group.vpc_security_group_id.as_str())
            .collect();
        let machine_groups: Vec<&str> = machine.groups.iter().map(String::as_str).collect();
        let address = self.address_of(instance, region);
        let acls = self.acls_let(machine, instance, address, port, region) || !self.enforces("R-ACL-5");
        let out = self.lets(&machine_groups, true, port, address, &database);
        acls && out && self.lets(&database, false, port, Some(machine.address), &machine_groups)
    }

    /// Whether the ACLs of both subnets let a machine reach a database (`R-ACL-5`).
    fn acls_let(
        &self,
        machine: &Machine,
        instance: &Instance,
        address: Option<Ipv4Addr>,
        port: u16,
        region: &str,
    ) -> bool {
        let addresses = self.addresses(region);
        let own = |own: &&Address<'_>| own.instance.row.resource_id == instance.row.resource_id && !own.standby;
        let there = addresses.iter().find(own).map(|own| own.subnet);
        match (self.network.subnet(&machine.subnet), there.zip(address)) {
            (Some(here), Some(there)) => self.network.acls_let((here, machine.address), there, port),
            _ => true,
        }
    }

    /// Whether one of these groups lets a peer through that has this address and these groups.
    pub(super) fn lets(&self, own: &[&str], egress: bool, port: u16, address: Option<Ipv4Addr>, peer: &[&str]) -> bool {
        let groups = own.iter().filter_map(|id| self.network.security_group(id));
        let mut rules = groups.flat_map(|group: &SecurityGroup| group.rules(egress));
        rules.any(|rule| is_for(rule, port) && speaks_of(&rule.peer, address, peer))
    }
}

fn is_for(rule: &Rule, port: u16) -> bool {
    let port = i64::from(port);
    let within = rule.from.unwrap_or(0) <= port && port <= rule.to.unwrap_or(65_535);
    rule.protocol == "-1" || (matches!(rule.protocol.as_str(), "tcp" | "6") && within)
}

fn speaks_of(peer: &Peer, address: Option<Ipv4Addr>, groups: &[&str]) -> bool {
    match peer {
        Peer::Group(id) => groups.contains(&id.as_str()),
        Peer::Cidr(cidr) => range(cidr).zip(address).is_some_and(|((first, size), address)| {
            let address = u32::from(address);
            size == u32::MAX || (address >= first && address - first < size)
        }),
        Peer::Cidr6(_) | Peer::Prefixes(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_for_ports_and_peers() {
        let rule =
            |protocol: &str, from, to| Rule { from, to, ..Rule::of(protocol, None, Peer::Group("sg-1".to_owned())) };
        assert!(is_for(&rule("tcp", Some(5000), Some(6000)), 5432));
        assert!(!is_for(&rule("tcp", Some(5433), Some(5433)), 5432));
        assert!(!is_for(&rule("udp", Some(5432), Some(5432)), 5432));
        assert!(is_for(&rule("-1", None, None), 1));
        let address = Some(Ipv4Addr::new(172, 31, 0, 9));
        let cidr = |text: &str| Peer::Cidr(text.to_owned());
        assert!(speaks_of(&cidr("172.31.0.0/16"), address, &[]));
        assert!(speaks_of(&cidr("0.0.0.0/0"), address, &[]));
        assert!(speaks_of(&cidr("172.31.0.9/32"), address, &[]));
        assert!(!speaks_of(&cidr("172.31.0.8/32"), address, &[]));
        assert!(!speaks_of(&cidr("10.0.0.0/8"), None, &[]));
        assert!(speaks_of(&Peer::Group("sg-1".to_owned()), None, &["sg-0", "sg-1"]));
        assert!(!speaks_of(&Peer::Group("sg-2".to_owned()), None, &["sg-1"]));
    }
}
