//! Subnet groups.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{GroupName, Groups};
use crate::sandbox::rds::input::Tags;
use crate::sandbox::rds::{names, page, rules, tags, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{Subnet, SubnetGroup};
/// `CreateDBSubnetGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
    #[serde(rename = "DBSubnetGroupDescription")]
    description: String,
    subnet_ids: Vec<String>,
    tags: Tags,
}

/// `CreateDBSubnetGroup`: two zones at least (`R-GRP-5`), in one VPC (`R-NET-6`).
pub(crate) fn create(scene: &mut Scene<'_>, input: Create) -> Result<Value, Fault> {
    let name = names::identifier(scene.switches, "DBSubnetGroupName", &input.name, 255)?;
    if scene.region.subnet_group(&name).is_some() {
        return Err(Fault::new("DBSubnetGroupAlreadyExists", format!("The DB subnet group '{name}' already exists.")));
    }
    let (vpc, subnets) = subnets(scene, &input.subnet_ids, None)?;
    let tags = tags::given(scene.switches, input.tags, None)?.unwrap_or_default();
    let group = SubnetGroup { name, description: input.description, vpc, subnets, tags };
    let answer = json!({"DBSubnetGroup": view::subnet_group(&group, &scene.arn("subgrp", &group.name))});
    scene.region.subnet_groups.push(group);
    Ok(answer)
}

/// `DescribeDBSubnetGroups`.
pub(crate) fn describe(scene: &mut Scene<'_>, input: &Groups) -> Result<Value, Fault> {
    if let Some(name) = &input.name {
        rules::subnet_group(scene, name)?;
    }
    let wanted = |group: &&SubnetGroup| input.name.as_ref().is_none_or(|name| group.name.eq_ignore_ascii_case(name));
    let rows = scene.region.subnet_groups.iter().filter(wanted);
    let rows = rows.map(|group| (group.name.clone(), view::subnet_group(group, &scene.arn("subgrp", &group.name))));
    page::cut("DBSubnetGroups", rows.collect(), input.max_records, input.marker.as_deref())
}

/// `DeleteDBSubnetGroup`: not one in use (`R-GRP-5`).
pub(crate) fn delete(scene: &mut Scene<'_>, input: &GroupName) -> Result<Value, Fault> {
    let name = rules::subnet_group(scene, &input.name)?;
    let used = scene.region.instances.iter().any(|instance| instance.subnet_group.as_deref() == Some(name.as_str()));
    if scene.enforces("R-GRP-5") && (used || name == "default") {
        return Err(Fault::new(
            "InvalidDBSubnetGroupStateFault",
            format!(
                "Cannot delete the subnet group '{name}' because it is the default one or at least one database instance is still using it."
            ),
        ));
    }
    scene.region.subnet_groups.retain(|group| group.name != name);
    Ok(view::nothing())
}

/// Known subnets of one VPC that cover two zones, and that VPC.
fn subnets(scene: &Scene<'_>, ids: &[String], vpc: Option<&str>) -> Result<(String, Vec<Subnet>), Fault> {
    let mut subnets: Vec<Subnet> = Vec::new();
    let mut vpc = vpc.map(str::to_owned);
    for id in ids {
        let found = scene.region.network.subnet(id);
        let found =
            found.ok_or_else(|| Fault::value(format!("Some input subnets in :[{}] are invalid.", ids.join(", "))))?;
        if *vpc.get_or_insert_with(|| found.vpc.clone()) != found.vpc && scene.enforces("R-NET-6") {
            let message = "The subnets are not all in a common VPC.";
            return Err(Fault::new("InvalidSubnet", message));
        }
        subnets.push(Subnet { id: id.clone(), zone: found.zone.clone(), both: found.both });
    }
    let vpc = vpc.unwrap_or_else(|| scene.region.network.vpc.clone());
    let mut zones: Vec<&str> = subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    if zones.len() < 2 && scene.enforces("R-GRP-5") {
        return Err(Fault::new(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.",
        ));
    }
    Ok((vpc, subnets))
}

/// `ModifyDBSubnetGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Modify {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
    #[serde(rename = "DBSubnetGroupDescription")]
    description: Option<String>,
    #[serde(rename = "SubnetIds")]
    subnet_ids: Vec<String>,
}

/// `ModifyDBSubnetGroup` (`R-GRP-5`).
pub(crate) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let name = rules::subnet_group(scene, &input.name)?;
    let vpc = scene.region.vpc_of_group(Some(&name)).to_owned();
    let (_, subnets) = subnets(scene, &input.subnet_ids, Some(&vpc))?;
    let arn = scene.arn("subgrp", &name);
    let group = scene.region.subnet_groups.iter_mut().find(|group| group.name == name);
    let group = group.ok_or_else(|| Fault::new("DBSubnetGroupNotFoundFault", name.clone()))?;
    group.subnets = subnets;
    if let Some(description) = &input.description {
        group.description.clone_from(description);
    }
    Ok(json!({"DBSubnetGroup": view::subnet_group(group, &arn)}))
}
