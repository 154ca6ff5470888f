//! What a machine reaches: AWS's services from where it is.

use std::net::Ipv4Addr;

use super::machines::Machine;
use super::routes::RouteTable;
use super::{Network, Subnet};
use crate::sandbox::world::Region;

/// An address that stands for the services' public ones.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(52, 94, 48, 10);
const HTTPS: u16 = 443;

impl Region {
    /// Whether a machine reaches a service: through an endpoint of its VPC that has the service's name there, or, where
    /// there is none, through the internet (`R-BOOT-3`).
    pub(crate) fn reaches_service(&self, machine: &Machine, service: &str) -> bool {
        let network = &self.network;
        let Some(subnet) = network.subnet(&machine.subnet) else { return false };
        let Some(vpc) = network.vpc(&subnet.vpc) else { return false };
        if !vpc.dns_support {
            // Without the VPC's own resolver no name of AWS's is known.
            return false;
        }
        let named = network.endpoints.iter().find(|endpoint| {
            endpoint.vpc == vpc.id
                && endpoint.short() == service
                && endpoint.private_dns
                && endpoint.state != "deleting"
        });
        match named.filter(|_| vpc.dns_hostnames) {
            // The name leads to the endpoint, whether that works or not.
            Some(endpoint) => endpoint.state == "available" && self.reaches_endpoint(machine, subnet, &endpoint.id),
            None => self.reaches_internet(machine, subnet),
        }
    }

    fn reaches_endpoint(&self, machine: &Machine, subnet: &Subnet, endpoint: &str) -> bool {
        let own: Vec<&str> = machine.groups.iter().map(String::as_str).collect();
        let network = &self.network;
        network.interfaces_of(endpoint).any(|interface| {
            let groups: Vec<&str> = interface.groups.iter().map(String::as_str).collect();
            let Some(place) = network.subnet(&interface.subnet) else { return false };
            let acls = network.acls_let((subnet, machine.address), (place, interface.address), HTTPS);
            self.lets(&own, true, HTTPS, Some(interface.address), &groups)
                && self.lets(&groups, false, HTTPS, Some(machine.address), &own)
                && (acls || !self.enforces("R-ACL-5"))
        })
    }

    fn reaches_internet(&self, machine: &Machine, subnet: &Subnet) -> bool {
        let own: Vec<&str> = machine.groups.iter().map(String::as_str).collect();
        let network = &self.network;
        let way = network.table_of(&subnet.id).and_then(|table| table.way_out());
        let out = match way {
            Some(("NatGatewayId", id)) => network.nat_gateways.iter().any(|gateway| {
                let table = network.table_of(&gateway.place);
                gateway.id == id && table.is_some_and(|table| network.leads_outside(table))
            }),
            Some(("GatewayId", id)) => machine.is_public() && network.is_internet_gateway(id),
            _ => false,
        };
        out && self.lets(&own, true, HTTPS, Some(OUTSIDE), &[])
            && (network.lets_out(subnet, OUTSIDE, HTTPS) || !self.enforces("R-ACL-5"))
    }

    /// Whether Systems Manager hears of a machine: it runs, may speak (`R-BOOT-2`), and reaches `ssm` (`R-BOOT-3`).
    pub(crate) fn agent_reaches(&self, machine: &Machine) -> bool {
        machine.state == "running"
            && (self.may(machine, "ssm:UpdateInstanceInformation") || !self.enforces("R-BOOT-2"))
            && (self.reaches_service(machine, "ssm") || !self.enforces("R-BOOT-3"))
    }

    /// Whether sessions come through to a machine: it also reaches `ssmmessages` (`R-BOOT-4`).
    pub(crate) fn sessions_reach(&self, machine: &Machine) -> bool {
        let open = self.may(machine, "ssmmessages:OpenDataChannel") && self.reaches_service(machine, "ssmmessages");
        self.agent_reaches(machine) && (open || !self.enforces("R-BOOT-4"))
    }

    /// Whether the role of a machine's profile allows an action.
    fn may(&self, machine: &Machine, action: &str) -> bool {
        let role = machine.profile.as_ref().and_then(|name| self.iam.profile(name)).and_then(|it| it.role.as_ref());
        role.is_some_and(|role| self.iam.allows(role, action))
    }
}

impl RouteTable {
    /// Where IPv4 goes that nothing else is said of: the kind of the target, and the target.
    fn way_out(&self) -> Option<(&str, &str)> {
        let route = self.routes.iter().find(|route| route.destination == "0.0.0.0/0")?;
        Some((route.member.as_str(), route.target.as_str()))
    }
}

impl Network {
    fn is_internet_gateway(&self, id: &str) -> bool {
        self.internet_gateways.iter().any(|gateway| gateway.id == id)
    }

    fn leads_outside(&self, table: &RouteTable) -> bool {
        table.way_out().is_some_and(|(member, id)| member == "GatewayId" && self.is_internet_gateway(id))
    }
}
