//! `CreateSecurityGroup`, `DeleteSecurityGroup`.

use serde_json::{Value, json};

use super::input::{Create, Delete, TagSpecification};
use super::{rows, tags};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;
use crate::sandbox::world::network::SecurityGroup;
use crate::sandbox::world::network::rules::Rule;

/// How long a name or a description may be.
const LONGEST: usize = 255;

pub(super) fn not_found(id: &str) -> Fault {
    Fault::new("InvalidGroup.NotFound", format!("The security group '{id}' does not exist"))
}

/// The group that a call names: by its id, or by its name in the default VPC.
pub(super) fn named(scene: &Scene<'_>, id: Option<&String>, name: Option<&String>) -> Result<SecurityGroup, Fault> {
    let network = &scene.region.network;
    match (id, name) {
        (Some(id), _) => network.security_group(id).cloned().ok_or_else(|| not_found(id)),
        (None, Some(name)) => {
            let found = network.security_groups.iter().find(|group| group.name == *name && group.vpc == network.vpc);
            found.cloned().ok_or_else(|| not_found(name))
        }
        (None, None) => {
            Err(Fault::new("MissingParameter", "The request must contain the parameter groupName or groupId"))
        }
    }
}

/// `CreateSecurityGroup`: it lets everything out and nothing in (`R-EC2-2`).
pub(super) fn create(scene: &mut Scene<'_>, input: &Create) -> Result<Value, Fault> {
    words(scene, "GroupName", &input.group_name)?;
    words(scene, "GroupDescription", &input.description)?;
    let network = &scene.region.network;
    let vpc = input.vpc_id.clone().unwrap_or_else(|| network.vpc.clone());
    if network.vpc(&vpc).is_none() {
        return Err(Fault::new("InvalidVpcID.NotFound", format!("The vpc ID '{vpc}' does not exist")));
    }
    let same = |group: &SecurityGroup| group.vpc == vpc && group.name.eq_ignore_ascii_case(&input.group_name);
    // A name is there once in a VPC (`R-EC2-3`).
    if network.security_groups.iter().any(same) && scene.enforces("R-EC2-3") {
        return Err(Fault::new(
            "InvalidGroup.Duplicate",
            format!("The security group '{}' already exists for VPC '{vpc}'", input.group_name),
        ));
    }
    let tags = specified(scene, &input.tag_specifications, "security-group")?;
    let egress = if scene.enforces("R-EC2-2") { vec![Rule::everything()] } else { Vec::new() };
    let group = SecurityGroup {
        id: scene.ids.network("sg"),
        name: input.group_name.clone(),
        description: input.description.clone(),
        vpc,
        ingress: Vec::new(),
        egress,
        tags,
    };
    let answer = json!({
        "GroupId": group.id, "Tags": group.tags, "SecurityGroupArn": rows::group_arn(scene, &group.id)});
    scene.region.network.security_groups.push(group);
    Ok(answer)
}

/// A name or a description that EC2 takes (`R-EC2-4`).
fn words(scene: &Scene<'_>, parameter: &str, text: &str) -> Result<(), Fault> {
    if !scene.enforces("R-EC2-4") {
        return Ok(());
    }
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(letter);
    let bad = |why: &str| Fault::value(format!("Value ({text}) for parameter {parameter} is invalid. {why}"));
    if text.is_empty() {
        return Err(Fault::new("MissingParameter", format!("The request must contain the parameter {parameter}")));
    }
    if text.chars().count() > LONGEST {
        return Err(bad(&format!("It can't be longer than {LONGEST} characters.")));
    }
    if !text.chars().all(allowed) {
        return Err(bad("Character sets beyond ASCII are not supported."));
    }
    if parameter == "GroupName" && text.starts_with("sg-") {
        return Err(bad("Group names may not be in the format sg-*."));
    }
    if parameter == "GroupName" && text.eq_ignore_ascii_case("default") {
        return Err(Fault::value("Cannot use reserved security group name: default"));
    }
    Ok(())
}

/// Tags for what is being made; those for other kinds of things are refused.
pub(super) fn specified(scene: &Scene<'_>, specifications: &[TagSpecification], kind: &str) -> Result<Vec<Tag>, Fault> {
    let mut found = Vec::new();
    for specification in specifications {
        if specification.resource_type.as_deref() != Some(kind) {
            let other = specification.resource_type.as_deref().unwrap_or_default();
            return Err(Fault::value(format!("'{other}' is not a valid taggable resource type for this operation.")));
        }
        found.extend(specification.tags.iter().cloned());
    }
    tags::merged(scene, Vec::new(), &found)
}

/// `DeleteSecurityGroup`: not one that something uses (`R-EC2-5`), and no VPC's own (`R-EC2-6`).
pub(super) fn delete(scene: &mut Scene<'_>, input: &Delete) -> Result<Value, Fault> {
    let group = named(scene, input.group_id.as_ref(), input.group_name.as_ref())?;
    let id = group.id.as_str();
    let region = &scene.region;
    if group.name == "default" && scene.enforces("R-EC2-6") {
        let message = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(Fault::new("CannotDelete", message));
    }
    let by_instance = region
        .instances
        .iter()
        .any(|instance| instance.row.vpc_security_groups.iter().any(|own| own.vpc_security_group_id == id));
    let by_group = region.network.security_groups.iter().any(|other| other.id != id && other.speaks_of(id));
    let by_proxy = region.dependents.proxies.iter().any(|proxy| {
        let ids = proxy.get("VpcSecurityGroupIds").and_then(Value::as_array);
        ids.into_iter().flatten().any(|own| own.as_str() == Some(id))
    });
    let by_machine = region.network.machines.iter().any(|machine| machine.groups.iter().any(|own| own == id));
    let by_endpoint = region.network.interfaces.iter().any(|interface| interface.groups.iter().any(|own| own == id));
    if (by_instance || by_group || by_proxy || by_machine || by_endpoint) && scene.enforces("R-EC2-5") {
        return Err(Fault::new("DependencyViolation", format!("resource {id} has a dependent object")));
    }
    scene.region.network.security_groups.retain(|other| other.id != id);
    Ok(json!({"Return": true, "GroupId": id}))
}
