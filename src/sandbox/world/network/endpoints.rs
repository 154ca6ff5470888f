//! VPC endpoints, and the network interfaces that they have in subnets.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Network, Subnet};
use crate::sandbox::world::{Region, Tag};

/// A VPC endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) vpc: String,
    /// The whole name of the service.
    pub(crate) service: String,
    /// `Interface` or `Gateway`.
    pub(crate) kind: String,
    /// `pending`, `available` or `deleting`; a deleted one isn't there.
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) subnets: Vec<String>,
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    #[serde(default)]
    pub(crate) route_tables: Vec<String>,
    #[serde(default)]
    pub(crate) private_dns: bool,
    pub(crate) policy: String,
    pub(crate) created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Token>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

/// A client's token, and what was asked for with it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) asked: String,
}

/// A network interface of an endpoint. It may outlive that for a while (`R-VPCE-5`).
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) endpoint: String,
    pub(crate) subnet: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) groups: Vec<String>,
    /// True once its endpoint is gone, or has left the subnet.
    #[serde(default)]
    pub(crate) left: bool,
}

impl Endpoint {
    /// The service's short name, e.g. `ssm`.
    pub(crate) fn short(&self) -> &str {
        self.service.splitn(4, '.').nth(3).unwrap_or(&self.service)
    }
}

impl Network {
    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn endpoint_mut(&mut self, id: &str) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.id == id)
    }

    /// The interfaces that an endpoint has now.
    pub(crate) fn interfaces_of(&self, endpoint: &str) -> impl Iterator<Item = &Interface> {
        self.interfaces.iter().filter(move |interface| interface.endpoint == endpoint && !interface.left)
    }

    /// The last address of a subnet that nobody has; databases have the first ones.
    pub(crate) fn free_address(&self, subnet: &Subnet) -> Ipv4Addr {
        let (first, size) = subnet.range();
        let machines = self.machines.iter().filter(|machine| machine.subnet == subnet.id && machine.is_there());
        let interfaces = self.interfaces.iter().filter(|interface| interface.subnet == subnet.id);
        let taken: Vec<u32> = machines
            .map(|machine| machine.address)
            .chain(interfaces.map(|interface| interface.address))
            .map(u32::from)
            .collect();
        // The very last address is the VPC's own.
        let last = first.saturating_add(size.saturating_sub(2));
        (first..=last).rev().find(|address| !taken.contains(address)).unwrap_or(last).into()
    }

    /// Somebody else than a database takes an address of a subnet, or gives it back.
    pub(crate) fn count_address(&mut self, subnet: &str, more: i64) {
        if let Some(subnet) = self.subnets.iter_mut().find(|own| own.id == subnet) {
            subnet.used = subnet.used.saturating_add(more).max(0);
        }
    }

    /// An endpoint gets an interface in a subnet.
    pub(crate) fn add_interface(&mut self, id: String, endpoint: &str, subnet: &str, groups: &[String]) {
        let Some(place) = self.subnet(subnet) else { return };
        let address = self.free_address(place);
        let (endpoint, subnet) = (endpoint.to_owned(), subnet.to_owned());
        self.count_address(&subnet, 1);
        self.interfaces.push(Interface { id, endpoint, subnet, address, groups: groups.to_vec(), left: false });
    }
}

impl Region {
    /// Whether anything has an address in a subnet: databases, machines, endpoints (`R-SUB-4`).
    pub(crate) fn is_inhabited(&self, subnet: &str, region: &str) -> bool {
        let network = &self.network;
        let machine = network.machines.iter().any(|machine| machine.subnet == subnet && machine.is_there());
        let interface = network.interfaces.iter().any(|interface| interface.subnet == subnet);
        let gateway = network.nat_gateways.iter().any(|gateway| gateway.place == subnet);
        let database = || self.addresses(region).iter().any(|address| address.subnet.id == subnet);
        machine || interface || gateway || database()
    }
}
