//! Parameter groups.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{GroupName, Groups};
use crate::sandbox::rds::input::Tags;
use crate::sandbox::rds::{catalogue, names, page, tags, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{Parameter, ParameterGroup};
/// `CreateDBParameterGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    #[serde(rename = "DBParameterGroupName")]
    name: String,
    #[serde(rename = "DBParameterGroupFamily")]
    family: String,
    description: String,
    tags: Tags,
}

/// `ModifyDBParameterGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Modify {
    #[serde(rename = "DBParameterGroupName")]
    name: String,
    parameters: Vec<GivenParameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenParameter {
    parameter_name: Option<String>,
    parameter_value: Option<String>,
    apply_method: Option<String>,
}

fn row(scene: &Scene<'_>, group: &ParameterGroup) -> Value {
    json!({
        "DBParameterGroupName": group.name, "DBParameterGroupFamily": group.family, "Description": group.description,
        "DBParameterGroupArn": scene.arn("pg", &group.name)})
}

/// `CreateDBParameterGroup` (`R-GRP-6`).
pub(crate) fn create(scene: &mut Scene<'_>, input: Create) -> Result<Value, Fault> {
    let name = names::identifier(scene.switches, "DBParameterGroupName", &input.name, 255)?;
    if scene.region.parameter_group(&name).is_some() {
        return Err(Fault::new("DBParameterGroupAlreadyExists", format!("Parameter group {name} already exists")));
    }
    if !catalogue::is_family(&input.family) {
        return Err(Fault::value(format!(
            "ParameterGroupFamily {} is not a valid parameter group family",
            input.family
        )));
    }
    let group = ParameterGroup {
        name,
        family: input.family,
        description: input.description,
        parameters: Vec::new(),
        tags: tags::given(scene.switches, input.tags, None)?.unwrap_or_default(),
    };
    let answer = json!({"DBParameterGroup": row(scene, &group)});
    scene.region.parameter_groups.push(group);
    Ok(answer)
}

/// `DescribeDBParameterGroups`: those made by people, and the default ones that are in use.
pub(crate) fn describe(scene: &mut Scene<'_>, input: &Groups) -> Result<Value, Fault> {
    let groups = if let Some(name) = &input.name {
        vec![find(scene, name)?]
    } else {
        let mut groups = scene.region.parameter_groups.to_vec();
        for instance in scene.region.instances.iter() {
            for used in &instance.row.parameter_groups {
                if groups.iter().all(|group| group.name != used.name) {
                    groups.extend(scene.region.parameter_group(&used.name));
                }
            }
        }
        groups
    };
    let rows = groups.iter().map(|group| (group.name.clone(), row(scene, group))).collect();
    page::cut("DBParameterGroups", rows, input.max_records, input.marker.as_deref())
}

fn find(scene: &Scene<'_>, name: &str) -> Result<ParameterGroup, Fault> {
    let plain = names::from_arn(name, "pg", scene);
    plain
        .and_then(|plain| scene.region.parameter_group(&plain))
        .ok_or_else(|| Fault::new("DBParameterGroupNotFound", format!("DBParameterGroup not found: {name}")))
}

/// `DeleteDBParameterGroup`: not a default one, not one in use (`R-GRP-6`).
pub(crate) fn delete(scene: &mut Scene<'_>, input: &GroupName) -> Result<Value, Fault> {
    let name = find(scene, &input.name)?.name;
    let used = scene
        .region
        .instances
        .iter()
        .any(|instance| instance.row.parameter_groups.iter().any(|group| group.name == name));
    if scene.enforces("R-GRP-6") && (used || name.starts_with("default.")) {
        let why = if used {
            "One or more database instances are still members of this parameter group"
        } else {
            "Default parameter groups can't be deleted:"
        };
        return Err(Fault::new("InvalidDBParameterGroupState", format!("{why} {name}")));
    }
    scene.region.parameter_groups.retain(|group| group.name != name);
    Ok(view::nothing())
}

/// `ModifyDBParameterGroup` (`R-GRP-6`).
pub(crate) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let name = find(scene, &input.name)?.name;
    let Some(group) = scene.region.parameter_groups.iter_mut().find(|group| group.name == name) else {
        return Err(Fault::new(
            "InvalidDBParameterGroupState",
            format!("The parameter group {name} cannot be modified."),
        ));
    };
    for given in &input.parameters {
        let (Some(parameter), Some(value)) = (&given.parameter_name, &given.parameter_value) else {
            return Err(Fault::combination("The parameters ParameterName and ParameterValue must be provided."));
        };
        let apply_method = given.apply_method.clone().unwrap_or_else(|| "immediate".to_owned());
        group.parameters.retain(|old| old.name != *parameter);
        group.parameters.push(Parameter { name: parameter.clone(), value: value.clone(), apply_method });
    }
    Ok(json!({"DBParameterGroupName": name}))
}

/// `DescribeDBParameters`: what people have set, and a few of the engine's own (`R-GRP-6`).
pub(crate) fn list(scene: &mut Scene<'_>, input: &Groups) -> Result<Value, Fault> {
    let Some(name) = &input.name else {
        return Err(Fault::new("MissingParameter", "The request must contain the parameter DBParameterGroupName"));
    };
    let group = find(scene, name)?;
    let own = [
        ("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", "static"),
        ("shared_buffers", "{DBInstanceClassMemory/32768}", "static"),
        ("log_min_duration_statement", "-1", "dynamic"),
        ("event_scheduler", "OFF", "dynamic"),
    ];
    let user = group.parameters.iter().map(|parameter| {
        (
            parameter.name.clone(),
            json!({
            "ParameterName": parameter.name, "ParameterValue": parameter.value, "Source": "user",
            "ApplyMethod": parameter.apply_method, "ApplyType": "dynamic", "DataType": "string", "IsModifiable": true}),
        )
    });
    let usual = own.iter().filter(|(name, _, _)| group.parameters.iter().all(|parameter| parameter.name != *name)).map(
        |(name, value, kind)| {
            (
                (*name).to_owned(),
                json!({
                "ParameterName": name, "ParameterValue": value, "Source": "engine-default", "ApplyType": kind,
                "ApplyMethod": "pending-reboot", "DataType": "string", "IsModifiable": true}),
            )
        },
    );
    let rows = user.chain(usual).filter(|(_, row)| {
        input.source.as_ref().is_none_or(|source| row.get("Source").and_then(Value::as_str) == Some(source))
    });
    page::cut("Parameters", rows.collect(), input.max_records, input.marker.as_deref())
}

/// `CopyDBParameterGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Copy {
    #[serde(rename = "SourceDBParameterGroupIdentifier")]
    source: String,
    #[serde(rename = "TargetDBParameterGroupIdentifier")]
    target: String,
    #[serde(rename = "TargetDBParameterGroupDescription")]
    description: String,
    #[serde(rename = "Tags")]
    tags: Tags,
}

/// `CopyDBParameterGroup`: not of a default group (`R-GRP-6`).
pub(crate) fn copy(scene: &mut Scene<'_>, input: Copy) -> Result<Value, Fault> {
    let source = find(scene, &input.source)?;
    if source.name.starts_with("default.") {
        return Err(Fault::combination("A default parameter group can't be copied: create a new one instead."));
    }
    let given = Create { name: input.target, family: source.family, description: input.description, tags: input.tags };
    let answer = create(scene, given)?;
    if let Some(made) = scene.region.parameter_groups.last_mut() {
        made.parameters = source.parameters;
    }
    Ok(answer)
}
