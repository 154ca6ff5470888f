//! Option groups.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{GroupName, Groups, bound, kinds};
use crate::sandbox::rds::input::{Filter, Tags};
use crate::sandbox::rds::{catalogue, names, page, tags, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{OptionGroup, default_option_group, major_version};
use crate::sandbox::world::table::Index;
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

/// A group with its options, and the VPC that it is bound to (`R-OPT-1`).
fn row(scene: &Scene<'_>, group: &OptionGroup) -> Value {
    let vpc = bound::vpc_of(scene.region, group);
    let options: Vec<Value> = kinds::of_group(group)
        .map(|kind| {
            json!({
                "OptionName": kind.name, "OptionDescription": kind.description, "Persistent": kind.persistent,
                "Permanent": kind.permanent, "OptionSettings": [], "DBSecurityGroupMemberships": [],
                "VpcSecurityGroupMemberships": []})
        })
        .collect();
    json!({
        "OptionGroupName": group.name, "OptionGroupDescription": group.description, "EngineName": group.engine,
        "MajorEngineVersion": group.major_version, "Options": options, "VpcId": vpc,
        "AllowsVpcAndNonVpcInstanceMemberships": vpc.is_none(), "OptionGroupArn": scene.arn("og", &group.name)})
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
        options: Vec::new(),
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
    let key = name.to_ascii_lowercase();
    let used = scene.region.instances.count(Index::OptionGroup, &key) > 0
        || scene.region.snapshots.count(Index::OptionGroup, &key) > 0;
    if scene.enforces("R-GRP-7") && (used || name.starts_with("default:")) {
        return Err(Fault::new(
            "InvalidOptionGroupStateFault",
            format!("The option group {name} is a default one or still in use."),
        ));
    }
    scene.region.option_groups.retain(|group| group.name != name);
    Ok(view::nothing())
}

/// `ModifyOptionGroup`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Modify {
    option_group_name: String,
    #[serde(default)]
    options_to_include: Vec<Included>,
    #[serde(default)]
    options_to_remove: Vec<String>,
    // Options are in their group at once.
    #[serde(rename = "ApplyImmediately")]
    _at_once: Option<bool>,
}

/// An option to put into a group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Included {
    option_name: String,
}

/// `ModifyOptionGroup`: permanent options stay for good, persistent ones while an instance has the group (`R-OPT-3`).
pub(crate) fn modify(scene: &mut Scene<'_>, input: &Modify) -> Result<Value, Fault> {
    let mut group = find(scene, &input.option_group_name)?;
    let state = |why: String| Fault::new("InvalidOptionGroupStateFault", why);
    if group.name.starts_with("default:") {
        return Err(state(format!("The default option group {} can't be changed.", group.name)));
    }
    let used = scene.region.instances.count(Index::OptionGroup, &group.name.to_ascii_lowercase()) > 0;
    for name in &input.options_to_remove {
        let kind = kinds::of_group(&group).find(|kind| kind.name == name);
        let kind = kind.ok_or_else(|| Fault::value(format!("The option group has no option {name}.")))?;
        if (kind.permanent || kind.persistent && used) && scene.enforces("R-OPT-3") {
            return Err(state(format!("The option {name} can't be removed from the option group {}.", group.name)));
        }
        group.options.retain(|own| own != name);
    }
    for Included { option_name: name } in &input.options_to_include {
        if kinds::of_engine(&group.engine).all(|kind| kind.name != name) {
            return Err(Fault::value(format!("Option {name} isn't one of {} {}.", group.engine, group.major_version)));
        }
        if !group.options.contains(name) {
            group.options.push(name.clone());
        }
    }
    let answer = json!({"OptionGroup": row(scene, &group)});
    if let Some(place) = scene.region.option_groups.iter_mut().find(|place| place.name == group.name) {
        *place = group;
    }
    Ok(answer)
}

/// `DescribeOptionGroupOptions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Possible {
    engine_name: String,
    major_engine_version: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeOptionGroupOptions` (`R-OPT-3`).
pub(crate) fn possible(input: &Possible) -> Result<Value, Fault> {
    let mut majors: Vec<String> = catalogue::versions(&input.engine_name)
        .map(|version| major_version(&input.engine_name, version.number))
        .filter(|major| input.major_engine_version.as_ref().is_none_or(|asked| asked == major))
        .collect();
    majors.dedup();
    let rows = kinds::of_engine(&input.engine_name).flat_map(|kind| {
        majors.iter().map(move |major| {
            let row = json!({
                "Name": kind.name, "Description": kind.description, "EngineName": input.engine_name,
                "MajorEngineVersion": major, "PortRequired": false, "Persistent": kind.persistent,
                "Permanent": kind.permanent, "RequiresAutoMinorEngineVersionUpgrade": false, "VpcOnly": false,
                "OptionsDependedOn": [], "OptionsConflictsWith": [], "OptionGroupOptionSettings": []});
            (format!("{} {major:0>6}", kind.name), row)
        })
    });
    page::cut("OptionGroupOptions", rows.collect(), input.max_records, input.marker.as_deref())
}
