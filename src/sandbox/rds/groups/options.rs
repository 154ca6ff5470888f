//! Option groups.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{GroupName, Groups};
use crate::sandbox::rds::input::Tags;
use crate::sandbox::rds::{catalogue, names, page, tags, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{OptionGroup, default_option_group, major_version};
/// `CreateOptionGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    option_group_name: String,
    engine_name: String,
    major_engine_version: String,
    option_group_description: String,
    tags: Tags,
}

fn row(scene: &Scene<'_>, group: &OptionGroup) -> Value {
    json!({
        "OptionGroupName": group.name, "OptionGroupDescription": group.description, "EngineName": group.engine,
        "MajorEngineVersion": group.major_version, "Options": [], "AllowsVpcAndNonVpcInstanceMemberships": true,
        "OptionGroupArn": scene.arn("og", &group.name)})
}

/// `CreateOptionGroup` (`R-GRP-7`).
pub(crate) fn create(scene: &mut Scene<'_>, input: Create) -> Result<Value, Fault> {
    let name = names::identifier(scene.switches, "OptionGroupName", &input.option_group_name, 255)?;
    if scene.region.option_group(&name).is_some() {
        return Err(Fault::new(
            "OptionGroupAlreadyExistsFault",
            format!("An option group named {name} already exists."),
        ));
    }
    let known = catalogue::versions(&input.engine_name)
        .any(|version| major_version(&input.engine_name, version.number) == input.major_engine_version);
    if !known {
        return Err(Fault::value(format!(
            "Invalid engine or version: {} {}",
            input.engine_name, input.major_engine_version
        )));
    }
    let group = OptionGroup {
        name,
        engine: input.engine_name,
        major_version: input.major_engine_version,
        description: input.option_group_description,
        tags: tags::given(scene.switches, input.tags, None)?.unwrap_or_default(),
    };
    let answer = json!({"OptionGroup": row(scene, &group)});
    scene.region.option_groups.push(group);
    Ok(answer)
}

/// `DescribeOptionGroups`: those made by people, and the default ones of all engines.
pub(crate) fn describe(scene: &mut Scene<'_>, input: &Groups) -> Result<Value, Fault> {
    let groups = if let Some(name) = &input.name {
        vec![find(scene, name)?]
    } else {
        let mut names: Vec<String> =
            catalogue::VERSIONS.iter().map(|version| default_option_group(version.engine, version.number)).collect();
        names.sort();
        names.dedup();
        let defaults = names.iter().filter_map(|name| scene.region.option_group(name));
        scene.region.option_groups.iter().cloned().chain(defaults).collect()
    };
    let rows = groups.iter().filter(|group| {
        input.engine_name.as_ref().is_none_or(|engine| group.engine == *engine)
            && input.major_engine_version.as_ref().is_none_or(|version| group.major_version == *version)
    });
    let rows = rows.map(|group| (group.name.clone(), row(scene, group))).collect();
    page::cut("OptionGroupsList", rows, input.max_records, input.marker.as_deref())
}

fn find(scene: &Scene<'_>, name: &str) -> Result<OptionGroup, Fault> {
    let found = scene.region.option_group(name);
    found.ok_or_else(|| Fault::new("OptionGroupNotFoundFault", format!("Specified OptionGroupName: {name} not found.")))
}

/// `DeleteOptionGroup`: not a default one, not one in use (`R-GRP-7`).
pub(crate) fn delete(scene: &mut Scene<'_>, input: &GroupName) -> Result<Value, Fault> {
    let name = find(scene, &input.name)?.name;
    let used =
        scene.region.instances.iter().any(|instance| instance.row.option_groups.iter().any(|group| group.name == name))
            || scene.region.snapshots.iter().any(|snapshot| snapshot.row.option_group_name == name);
    if scene.enforces("R-GRP-7") && (used || name.starts_with("default:")) {
        return Err(Fault::new(
            "InvalidOptionGroupStateFault",
            format!("The option group {name} is a default one or still in use."),
        ));
    }
    scene.region.option_groups.retain(|group| group.name != name);
    Ok(view::nothing())
}
