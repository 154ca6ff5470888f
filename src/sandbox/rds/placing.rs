//! Where a new instance gets its addresses: in a subnet of its group, and with a standby in a second zone's too.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::{Effect, Step};

/// Where a new instance is to be.
pub(crate) struct Place {
    /// The zone to keep for it.
    pub(crate) zone: Option<String>,
    /// True where there is no address for it and nobody has said so (`R-NET-7`).
    pub(crate) full: bool,
}

/// The zone of a new instance, which has to have an address for it; a standby needs one in another zone (`R-NET-7`).
pub(crate) fn place(
    scene: &Scene<'_>,
    group: &str,
    asked: Option<&String>,
    multi_az: bool,
    id: &str,
) -> Result<Place, Fault> {
    let subnets = scene.region.subnet_group(group).map(|group| group.subnets.clone()).unwrap_or_default();
    let has_room = |id: &str| {
        let subnet = scene.region.network.subnet(id);
        subnet.is_none_or(|subnet| scene.region.free_addresses(subnet, scene.name) > 0)
    };
    let room: BTreeSet<&str> =
        subnets.iter().filter(|subnet| has_room(&subnet.id)).map(|subnet| subnet.zone.as_str()).collect();
    let fits = asked.is_none_or(|zone| room.contains(zone.as_str())) && room.len() > usize::from(multi_az);
    if !fits && scene.enforces("R-NET-7") {
        if scene.switches.full_subnets_refused {
            return Err(Fault::new(
                "InvalidVPCNetworkStateFault",
                format!("The subnets of the DB subnet group {group} don't have enough free IP addresses."),
            ));
        }
        return Ok(Place { zone: asked.cloned(), full: true });
    }
    let zones: Vec<&str> = subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
    let picked = id.bytes().map(usize::from).sum::<usize>() % zones.len().max(1);
    let usual = zones.get(picked).copied();
    let zone = usual.filter(|zone| room.contains(zone)).or(room.first().copied()).or(usual);
    Ok(Place { zone: asked.cloned().or(zone.map(str::to_owned)), full: false })
}

/// An instance for which there was no address ends in `incompatible-network` (`R-NET-7`).
pub(crate) fn without_room(scene: &mut Scene<'_>, id: &str, full: bool, at: Timestamp) {
    if full {
        scene.region.agenda.keep_of(id, |step| step.at < at);
        let effect = Effect::Status("incompatible-network".to_owned());
        scene.region.schedule(Step { at, of: id.to_owned(), effect });
    }
}
