//! Networks: VPCs, subnets and security groups, and which instance has which address in them.
//!
//! | file | question it answers |
//! |---|---|
//! | `rules`, `acls`, `routes` | what may pass, and where does it go? |
//! | `machines`, `endpoints` | who else has addresses? |
//! | `reach` | what does a machine reach? |
//! | `turns` | what happens to them by itself? |
//! | `made_up` | what is there that nobody described? |

pub(crate) mod acls;
pub(crate) mod endpoints;
pub(crate) mod machines;
pub(crate) mod made_up;
mod reach;
pub(crate) mod routes;
pub(crate) mod rules;
pub(crate) mod turns;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::groups::SubnetGroup;
use super::instance::{Instance, place};
use super::table::Index;
use super::{Region, Tag};
use acls::{Acl, AclAssociation};
use endpoints::{Endpoint, Interface};
use machines::Machine;
use routes::{Gateway, RouteTable};
use rules::Rule;

/// The networks of a Region.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Network {
    /// The default VPC that every Region is born with (`R-GRP-1`).
    pub(crate) vpc: String,
    pub(crate) default_security_group: String,
    #[serde(default)]
    pub(crate) vpcs: Vec<Vpc>,
    #[serde(default)]
    pub(crate) subnets: Vec<Subnet>,
    #[serde(default)]
    pub(crate) security_groups: Vec<SecurityGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) machines: Vec<Machine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) route_tables: Vec<RouteTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) internet_gateways: Vec<Gateway>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) nat_gateways: Vec<Gateway>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acls: Vec<Acl>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acl_associations: Vec<AclAssociation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) endpoints: Vec<Endpoint>,
    /// Those of endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) interfaces: Vec<Interface>,
}

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    /// Its IPv4 addresses, as a /16.
    pub(crate) cidr: String,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// AWS's resolver answers in it.
    #[serde(default = "yes")]
    pub(crate) dns_support: bool,
    /// What is in it has names; of a VPC that somebody made only if it was asked for (`R-VPC-1`).
    #[serde(default)]
    pub(crate) dns_hostnames: bool,
}

fn yes() -> bool {
    true
}

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) zone: String,
    pub(crate) cidr: String,
    /// Addresses that others than databases have.
    #[serde(default)]
    pub(crate) used: i64,
    /// True where it has IPv6 addresses too.
    #[serde(default)]
    pub(crate) both: bool,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// A security group.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct SecurityGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) vpc: String,
    pub(crate) ingress: Vec<Rule>,
    pub(crate) egress: Vec<Rule>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// An address that an instance has in a subnet; of Multi-AZ instances the second is the standby's.
pub(crate) struct Address<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) subnet: &'a Subnet,
    pub(crate) standby: bool,
}

/// An identifier that follows from what it is for, so that the same world always has the same.
pub(crate) fn id_of(prefix: &str, of: &str) -> String {
    let digest = Sha256::digest(of.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{prefix}-0{number:016x}")
}

impl Subnet {
    /// First address and number of addresses.
    pub(crate) fn range(&self) -> (u32, u32) {
        range(&self.cidr).unwrap_or_default()
    }
}

/// First address and number of addresses of an IPv4 range.
pub(crate) fn range(cidr: &str) -> Option<(u32, u32)> {
    let (address, prefix) = cidr.split_once('/')?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let size = 1_u64.checked_shl(32 - prefix).map_or(u32::MAX, |size| u32::try_from(size).unwrap_or(u32::MAX));
    Some((u32::from(address), size))
}

/// An IPv4 range in words.
pub(crate) fn cidr(first: u32, size: u32) -> String {
    format!("{}/{}", std::net::Ipv4Addr::from(first), 32 - size.max(1).trailing_zeros())
}

impl Network {
    pub(crate) fn vpc(&self, id: &str) -> Option<&Vpc> {
        self.vpcs.iter().find(|vpc| vpc.id == id)
    }

    pub(crate) fn subnet(&self, id: &str) -> Option<&Subnet> {
        self.subnets.iter().find(|subnet| subnet.id == id)
    }

    pub(crate) fn security_group(&self, id: &str) -> Option<&SecurityGroup> {
        self.security_groups.iter().find(|group| group.id == id)
    }

    pub(crate) fn security_group_mut(&mut self, id: &str) -> Option<&mut SecurityGroup> {
        self.security_groups.iter_mut().find(|group| group.id == id)
    }

    /// The id of a VPC's own security group.
    pub(crate) fn default_group_of(&self, vpc: &str) -> Option<&str> {
        if vpc == self.vpc {
            return Some(&self.default_security_group);
        }
        let own = |group: &&SecurityGroup| group.vpc == vpc && group.name == "default";
        self.security_groups.iter().find(own).map(|group| group.id.as_str())
    }
}

impl Region {
    /// The VPC of a subnet group; the default one where there is no such group.
    pub(crate) fn vpc_of_group(&self, group: Option<&str>) -> &str {
        group.and_then(|name| self.subnet_group(name)).map_or(&self.network.vpc, |group| &group.vpc)
    }

    /// The VPC that an instance is in.
    pub(crate) fn vpc_of(&self, instance: &Instance) -> &str {
        self.vpc_of_group(instance.subnet_group.as_deref())
    }

    /// All addresses of instances: one each, two with a standby (`R-NET-4`).
    pub(crate) fn addresses(&self, region: &str) -> Vec<Address<'_>> {
        let mut addresses = Vec::new();
        if !self.enforces("R-NET-4") {
            return addresses;
        }
        for instance in self.instances.iter() {
            let group = instance.subnet_group.as_deref().and_then(|name| self.subnet_group(name));
            let row = &instance.row;
            let first = row.availability_zone.clone().or_else(|| instance.asked_zone.clone());
            let first = first.unwrap_or_else(|| self.zones_for(&row.resource_id, region).0);
            let second = row.multi_az.then(|| {
                let second = row.secondary_availability_zone.clone();
                second.unwrap_or_else(|| self.zones_for(&row.resource_id, region).1)
            });
            for (zone, standby) in [(Some(first), false), (second, true)] {
                let found =
                    group.and_then(|group| group.subnets.iter().find(|subnet| Some(&subnet.zone) == zone.as_ref()));
                if let Some(subnet) = found.and_then(|subnet| self.network.subnet(&subnet.id)) {
                    addresses.push(Address { instance, subnet, standby });
                }
            }
        }
        addresses
    }

    /// How many addresses of a subnet are free; EC2 keeps five of each for itself (`R-NET-4`).
    pub(crate) fn free_addresses(&self, subnet: &Subnet, region: &str) -> i64 {
        let taken = if self.enforces("R-NET-4") { self.taken_addresses(subnet, region) } else { 0 };
        let all = i64::from(subnet.range().1) - 5 - subnet.used;
        (all - i64::try_from(taken).unwrap_or(i64::MAX)).max(0)
    }
}

impl Region {
    /// How many addresses of a subnet instances have: they are counted by subnet group and zone, and where an instance's
    /// zone isn't settled yet it is asked for.
    fn taken_addresses(&self, subnet: &Subnet, region: &str) -> usize {
        let is_first = |group: &&SubnetGroup| {
            group.subnets.iter().find(|other| other.zone == subnet.zone).is_some_and(|first| first.id == subnet.id)
        };
        let groups = self.subnet_groups.iter().filter(is_first);
        groups.map(|group| self.addresses_in(&group.name, &subnet.zone, region)).sum()
    }

    fn addresses_in(&self, group: &str, zone: &str, region: &str) -> usize {
        let settled = self.instances.count(Index::Place, &place(group, zone));
        let unsettled = self.instances.by(Index::Place, &place(group, "")).map(|instance| {
            let row = &instance.row;
            let usual = self.zones_for(&row.resource_id, region);
            let first = row.availability_zone.is_none() && instance.asked_zone.is_none() && usual.0 == zone;
            let second = row.multi_az && row.secondary_availability_zone.is_none() && usual.1 == zone;
            usize::from(first) + usize::from(second)
        });
        settled + unsettled.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_written() {
        assert_eq!(range("10.20.0.16/28"), Some((0x0a14_0010, 16)));
        assert_eq!(cidr(0x0a14_0010, 16), "10.20.0.16/28");
        assert_eq!(range("0.0.0.0/0"), Some((0, u32::MAX)));
        for wrong in ["", "10.0.0.0", "10.0.0/8", "10.0.0.0/33", "::/0"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_follow_from_what_they_are_for() {
        assert_eq!(id_of("eni", "a"), id_of("eni", "a"));
        assert_ne!(id_of("eni", "a"), id_of("eni", "b"));
        assert_eq!(id_of("eni", "a").len(), "eni-".len() + 17);
    }
}
