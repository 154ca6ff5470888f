//! Subnets are made and deleted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::TagSpecification;
use super::{groups, look, rows, vpcs};
use crate::sandbox::rds::view;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::network::{Subnet, cidr, range};

/// `CreateSubnet`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Create {
    vpc_id: String,
    cidr_block: Option<String>,
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

/// `DeleteSubnet`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Delete {
    subnet_id: String,
    #[serde(rename = "DryRun")]
    _tried: Option<bool>,
}

pub(super) fn not_found(id: &str) -> Fault {
    Fault::new("InvalidSubnetID.NotFound", format!("The subnet ID '{id}' does not exist"))
}

/// `CreateSubnet`: a range of the VPC's (`R-SUB-2`) that no other subnet has (`R-SUB-1`), in a zone that there is
/// (`R-SUB-3`). Its routes are the main table's, its network ACL the VPC's own.
pub(super) fn create(scene: &mut Scene<'_>, input: &Create) -> Result<Value, Fault> {
    let network = &scene.region.network;
    let vpc = network.vpc(&input.vpc_id).ok_or_else(|| vpcs::not_found(&input.vpc_id))?;
    let asked = input.cidr_block.as_deref().unwrap_or_default();
    if asked.is_empty() {
        return Err(Fault::new("MissingParameter", "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided."));
    }
    let (first, size) = range(asked).ok_or_else(|| {
        Fault::value(format!("Value ({asked}) for parameter cidrBlock is invalid. This is not a valid CIDR block."))
    })?;
    // EC2 writes a range in its canonical form.
    let first = first - first % size.max(1);
    let (start, whole) = range(&vpc.cidr).unwrap_or_default();
    let inside = first >= start && first - start < whole && size <= whole;
    if (!inside || !(16..=65_536).contains(&size)) && scene.enforces("R-SUB-2") {
        return Err(Fault::new("InvalidSubnet.Range", format!("The CIDR '{asked}' is invalid.")));
    }
    let overlaps = |other: &Subnet| {
        let (other, its_size) = other.range();
        first < other.saturating_add(its_size) && other < first.saturating_add(size)
    };
    let taken = network.subnets.iter().any(|other| other.vpc == vpc.id && overlaps(other));
    if taken && scene.enforces("R-SUB-1") {
        return Err(Fault::new("InvalidSubnet.Conflict", format!("The CIDR '{asked}' conflicts with another subnet")));
    }
    let zone = zone(scene, input)?;
    let tags = groups::specified(scene, &input.tag_specifications, "subnet")?;
    let vpc = vpc.id.clone();
    let id = scene.ids.network("subnet");
    let subnet = Subnet { id, vpc, zone, cidr: cidr(first, size), used: 0, both: false, tags };
    let answer = json!({"Subnet": rows::subnet(scene, &subnet)});
    scene.region.network.subnets.push(subnet);
    Ok(answer)
}

/// The zone that was asked for, by name or by id; the first one where nobody asked.
fn zone(scene: &Scene<'_>, input: &Create) -> Result<String, Fault> {
    let zones = look::zone_names(scene);
    let asked = input.availability_zone.clone().or_else(|| {
        let id = input.availability_zone_id.as_ref()?;
        let found = zones.iter().find(|zone| rows::zone_id(scene.name, zone) == *id);
        Some(found.unwrap_or(id).clone())
    });
    let Some(asked) = asked else { return Ok(zones.into_iter().next().unwrap_or_default()) };
    if !zones.contains(&asked) && scene.enforces("R-SUB-3") {
        return Err(Fault::value(format!(
            "Value ({asked}) for parameter availabilityZone is invalid. Subnets can currently only be created in the \
             following availability zones: {}.",
            zones.join(", ")
        )));
    }
    Ok(asked)
}

/// `DeleteSubnet`: not one in which anything has an address (`R-SUB-4`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let id = input.subnet_id.as_str();
    scene.region.network.subnet(id).ok_or_else(|| not_found(id))?;
    if scene.region.is_inhabited(id, scene.name) && scene.enforces("R-SUB-4") {
        let message = format!("The subnet '{id}' has dependencies and cannot be deleted.");
        return Err(Fault::new("DependencyViolation", message));
    }
    let network = &mut scene.region.network;
    network.subnets.retain(|subnet| subnet.id != id);
    network.acl_associations.retain(|association| association.subnet != id);
    for table in &mut network.route_tables {
        table.associations.retain(|association| association.subnet != id);
    }
    Ok(view::nothing())
}
