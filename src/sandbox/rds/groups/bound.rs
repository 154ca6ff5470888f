//! To what option groups are bound: to a VPC, and instances to their lasting options.

use super::kinds;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Region;
use crate::sandbox::world::groups::OptionGroup;
use crate::sandbox::world::snapshot::Snapshot;
use crate::sandbox::world::table::Index;

/// The VPC to which a group of a person's is bound: that of the instances and snapshots that have it (`R-OPT-1`).
pub(crate) fn vpc_of<'a>(region: &'a Region, group: &OptionGroup) -> Option<&'a str> {
    if group.name.starts_with("default:") {
        return None;
    }
    let name = group.name.to_ascii_lowercase();
    let snapshot = || region.snapshots.find(Index::OptionGroup, &name);
    let instance = region.instances.find(Index::OptionGroup, &name);
    instance
        .map(|instance| region.vpc_of(instance))
        .or_else(|| snapshot().map(|snapshot| snapshot.row.vpc_id.as_str()))
        .filter(|vpc| !vpc.is_empty())
}

/// A group of a person's goes with instances of one VPC only (`R-OPT-1`).
pub(crate) fn fits_vpc(scene: &Scene<'_>, group: &OptionGroup, vpc: &str) -> Result<(), Fault> {
    match vpc_of(scene.region, group) {
        Some(own) if own != vpc && scene.enforces("R-OPT-1") => Err(Fault::combination(format!(
            "The option group {} is associated with a different VPC than the request.",
            group.name
        ))),
        _ => Ok(()),
    }
}

/// What a snapshot's data needs of the group that its copy or restore gets (`R-OPT-2`).
pub(crate) fn holds(scene: &Scene<'_>, snapshot: &Snapshot, group: &str) -> Result<(), Fault> {
    let options = |name: &str| scene.region.option_group(name).map(|group| kinds::lasting(&group)).unwrap_or_default();
    let had = options(&snapshot.row.option_group_name);
    let has = options(group);
    let missing: Vec<&str> = had.into_iter().filter(|name| !has.contains(name)).collect();
    if missing.is_empty() || !scene.enforces("R-OPT-2") {
        return Ok(());
    }
    Err(Fault::combination(format!(
        "The snapshot requires a target option group with the following options: {}",
        missing.join(", ")
    )))
}

/// The group of a restore that names none, where the snapshot's has lasting options: that one, in worlds where it is
/// kept (`R-OPT-2`).
pub(crate) fn kept(scene: &Scene<'_>, snapshot: &Snapshot) -> Option<String> {
    let group = scene.region.option_group(&snapshot.row.option_group_name)?;
    let lasts = !kinds::lasting(&group).is_empty() && scene.switches.lasting_options_keep_group;
    (lasts && scene.enforces("R-OPT-2")).then_some(group.name)
}

/// A group with permanent options isn't taken from its instance for one without them (`R-OPT-4`).
pub(crate) fn stays(scene: &Scene<'_>, from: Option<&str>, to: &str) -> Result<(), Fault> {
    let group = from.and_then(|name| scene.region.option_group(name));
    let next = scene.region.option_group(to);
    let has = |name: &str| next.as_ref().is_some_and(|next| next.options.iter().any(|own| own == name));
    let lost = group.iter().flat_map(kinds::of_group).find(|kind| kind.permanent && !has(kind.name));
    match lost.filter(|_| scene.enforces("R-OPT-4")) {
        Some(kind) => {
            Err(Fault::combination(format!("The permanent option {} can't be removed from the instance.", kind.name)))
        }
        None => Ok(()),
    }
}
