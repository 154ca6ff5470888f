//! What a session's machine reaches: databases of its VPC whose security groups let it in, and itself.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::channel::{Facts, Network, Resolved, Road};
use crate::sandbox::Sandbox;
use crate::sandbox::WeakSandbox;
use crate::sandbox::kms;
use crate::sandbox::rds::view;
use crate::sandbox::world::Region;
use crate::sandbox::world::network::range;

/// Addresses that the agent refuses to forward to: the machine's own services.
const FORBIDDEN: [&str; 9] = [
    "169.254.169.254",
    "169.254.169.253",
    "169.254.169.123",
    "169.254.169.250",
    "169.254.169.251",
    "fd00:ec2::254",
    "fd00:ec2::253",
    "fd00:ec2::123",
    "fd00:ec2::240",
];

/// What a host stands for: a database by its endpoint or its address, the machine itself, or another address. Any other
/// name is unknown.
pub(super) fn resolve(region: &Region, name: &str, host: &str) -> Option<Resolved> {
    let address: Option<IpAddr> = host.parse().ok();
    if host.is_empty() || host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return Some(Resolved::Name("localhost".to_owned()));
    }
    let mut instances = region.instances.iter().filter(|instance| instance.up);
    let found = instances.find(|instance| match address {
        Some(address) => region.address_of(instance, name).map(IpAddr::from) == Some(address),
        None => view::address(name, instance).eq_ignore_ascii_case(host.trim_end_matches('.')),
    });
    let found = found.map(|instance| Resolved::Database(instance.row.resource_id.clone()));
    found.or_else(|| address.map(|address| Resolved::Name(address.to_string())))
}

/// Whether the agent refuses to forward there (`R-PORT-5`): the machine's own services, and what VPCs keep for themselves.
pub(super) fn forbids(region: &Region, target: &str, host: &str) -> bool {
    if FORBIDDEN.contains(&host) {
        return true;
    }
    let Ok(IpAddr::V4(address)) = host.parse() else { return false };
    let vpc = region.network.machine(target).and_then(|machine| region.network.vpc_of_machine(machine));
    let own = vpc.and_then(|vpc| region.network.vpc(vpc)).and_then(|vpc| range(&vpc.cidr));
    own.is_some_and(|(first, size)| {
        let place = u32::from(address).wrapping_sub(first);
        place < 4 || place == size.saturating_sub(1)
    })
}

/// The network of a sandbox's world.
pub(crate) struct OfTheWorld(pub(crate) WeakSandbox);

impl OfTheWorld {
    fn look<T>(&self, from: &Facts, look: impl FnOnce(&Region) -> T) -> Option<T> {
        let sandbox: Sandbox = self.0.upgrade()?;
        sandbox.in_region(&from.account, &from.region, look).ok()
    }
}

impl Network for OfTheWorld {
    fn resolve(&self, from: &Facts, host: &str) -> Option<Resolved> {
        self.look(from, |region| resolve(region, &from.region, host)).flatten()
    }

    /// Security groups let through or swallow (`R-PORT-10`); a database listens on its own port.
    fn road(&self, from: &Facts, to: &Resolved, port: u16) -> Road {
        let found = self.look(from, |region| match to {
            Resolved::Name(name) if name == "localhost" => Road::Open,
            Resolved::Name(_) => Road::Hangs,
            Resolved::Database(id) => {
                let instance = region.of_resource_id(id).filter(|instance| instance.up);
                let Some((instance, machine)) = instance.zip(region.network.machine(&from.target)) else {
                    return Road::Hangs;
                };
                let open = region.lets_reach(machine, instance, port, &from.region);
                match (open || !region.enforces("R-PORT-10"), i64::from(port) == instance.port) {
                    (false, _) => Road::Hangs,
                    (true, false) => Road::Refused,
                    (true, true) => Road::Open,
                }
            }
        });
        found.unwrap_or(Road::Hangs)
    }

    fn decrypt(&self, from: &Facts, encrypted: &[u8], context: &BTreeMap<String, String>) -> Result<Vec<u8>, String> {
        let opened = self.look(from, |region| kms::opened(region, &from.region, encrypted, context));
        match opened {
            Some(Ok((plain, _))) => Ok(plain),
            Some(Err(fault)) => Err(format!("{}: {}", fault.code, fault.message)),
            None => Err("KMS is not there".to_owned()),
        }
    }
}
