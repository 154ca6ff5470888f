//! Tags (`R-TAG-1`, `R-TAG-2`).

use serde::Deserialize;
use serde_json::{Value, json};

use super::input::TagSpecification;
use super::{rules, snapshots, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Tag;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::pace::after;

/// `ListTagsForResource`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct List {
    resource_name: String,
}

/// `AddTagsToResource`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Add {
    resource_name: String,
    tags: Vec<Tag>,
}

/// `RemoveTagsFromResource`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Remove {
    resource_name: String,
    tag_keys: Vec<String>,
}

const MOST: usize = 50;

/// `ListTagsForResource`.
pub(crate) fn list(scene: &mut Scene<'_>, input: &List) -> Result<Value, Fault> {
    Ok(json!({"TagList": tags_of(scene, &input.resource_name)?}))
}

/// `AddTagsToResource`: a key that exists gets the new value.
pub(crate) fn add(scene: &mut Scene<'_>, input: &Add) -> Result<Value, Fault> {
    let switches = scene.switches;
    let place = tags_of(scene, &input.resource_name)?;
    let merged = merge(switches, place.clone(), &input.tags)?;
    *place = merged;
    Ok(view::nothing())
}

/// `RemoveTagsFromResource`.
pub(crate) fn remove(scene: &mut Scene<'_>, input: &Remove) -> Result<Value, Fault> {
    tags_of(scene, &input.resource_name)?.retain(|tag| !input.tag_keys.contains(&tag.key));
    Ok(view::nothing())
}

/// Tags given when something is made, checked; nothing where none were given.
pub(crate) fn given(
    switches: &Switches,
    tags: Option<Vec<Tag>>,
    usual: Option<&[Tag]>,
) -> Result<Option<Vec<Tag>>, Fault> {
    match tags {
        Some(tags) if !tags.is_empty() => merge(switches, Vec::new(), &tags).map(Some),
        _ => Ok(usual.map(<[Tag]>::to_vec)),
    }
}

/// Tags for an instance's automated backup: the one kind of thing beside the instance that can be tagged along with it
/// (`R-TAG-5`).
pub(crate) fn for_backup(switches: &Switches, specifications: &[TagSpecification]) -> Result<Vec<Tag>, Fault> {
    let mut found = Vec::new();
    for TagSpecification { resource_type, tags } in specifications {
        if resource_type.as_deref() != Some("auto-backup") && switches.enforces("R-TAG-5") {
            let other = resource_type.as_deref().unwrap_or_default();
            return Err(Fault::value(format!("Invalid resource type for TagSpecifications: '{other}'")));
        }
        found.extend(tags.iter().cloned());
    }
    merge(switches, Vec::new(), &found)
}

/// Tags of something new, which may show later than the thing itself (`R-TAG-4`): what shows at once is returned.
pub(crate) fn at_first(scene: &mut Scene<'_>, of: &str, tags: Vec<Tag>) -> Vec<Tag> {
    let seconds = scene.switches.tags_show_after;
    if seconds == 0 || !scene.enforces("R-TAG-4") || tags.is_empty() {
        return tags;
    }
    work::plan(scene.region, of, after(scene.now, seconds), Effect::Tags(tags));
    Vec::new()
}

fn merge(switches: &Switches, mut tags: Vec<Tag>, more: &[Tag]) -> Result<Vec<Tag>, Fault> {
    for tag in more {
        check(switches, tag)?;
        match tags.iter_mut().find(|old| old.key == tag.key) {
            Some(old) => old.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
    if tags.len() > MOST && switches.enforces("R-TAG-1") {
        return Err(Fault::value(format!(
            "Invalid number of tags: {}. The maximum is {MOST} tags per resource.",
            tags.len()
        )));
    }
    Ok(tags)
}

fn check(switches: &Switches, tag: &Tag) -> Result<(), Fault> {
    let allowed = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/=+-@".contains(letter);
    let fine = tag.key.chars().all(allowed) && tag.value.chars().all(allowed);
    if !fine && switches.enforces("R-TAG-2") {
        return Err(Fault::value(format!("Tag {} contains characters that tags can't hold", tag.key)));
    }
    if !switches.enforces("R-TAG-1") {
        return Ok(());
    }
    let lower = tag.key.to_lowercase();
    if lower.starts_with("aws:") || lower.starts_with("rds:") {
        return Err(Fault::value(format!("Tag keys can't be prefixed with aws: or rds: ({})", tag.key)));
    }
    let length = tag.key.chars().count();
    if length == 0 || length > 128 {
        return Err(Fault::value(format!("Tag key length must be between 1 and 128 characters: {length}")));
    }
    if tag.value.chars().count() > 256 {
        return Err(Fault::value(format!("Tag value of {} must be at most 256 characters long", tag.key)));
    }
    Ok(())
}

/// The tags of what an ARN names (`R-TAG-3`).
fn tags_of<'a>(scene: &'a mut Scene<'_>, arn: &str) -> Result<&'a mut Vec<Tag>, Fault> {
    let any_region = || arn.splitn(6, ':').nth(5)?.split_once(':').filter(|_| !scene.enforces("R-TAG-3"));
    let Some((kind, name)) = scene.split_arn(arn).or_else(any_region) else {
        return Err(Fault::value(format!(
            "The specified resource name does not match an RDS resource in this region: {arn}"
        )));
    };
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    match kind {
        "db" => {
            let found = scene.region.instance_mut(name).map(|instance| &mut instance.row.tag_list);
            found.ok_or_else(|| rules::not_found(name))
        }
        "snapshot" => {
            let found = scene.region.snapshot_mut(name).map(|snapshot| &mut snapshot.row.tag_list);
            found.ok_or_else(|| snapshots::not_found(name))
        }
        "pg" => {
            let found = scene.region.parameter_groups.iter_mut().find(|group| same(&group.name));
            found
                .map(|group| &mut group.tags)
                .ok_or_else(|| Fault::new("DBParameterGroupNotFound", format!("DBParameterGroup not found: {name}")))
        }
        "og" => {
            let found = scene.region.option_groups.iter_mut().find(|group| same(&group.name));
            found
                .map(|group| &mut group.tags)
                .ok_or_else(|| Fault::new("OptionGroupNotFoundFault", format!("OptionGroup not found: {name}")))
        }
        "subgrp" => {
            let found = scene.region.subnet_groups.iter_mut().find(|group| same(&group.name));
            found
                .map(|group| &mut group.tags)
                .ok_or_else(|| Fault::new("DBSubnetGroupNotFoundFault", format!("DBSubnetGroup not found: {name}")))
        }
        other => Err(Fault::not_imitated(&format!("tags of the kind of resource {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_rds_refuses() {
        let (long, longer) = ("k".repeat(129), "v".repeat(257));
        let table = [
            ("aws:a", "x"),
            ("RDS:a", "x"),
            ("", "x"),
            (&long, "x"),
            ("a", &longer),
            ("a", "b,c"),
            ("a", "(b)"),
            ("a", "{}"),
        ];
        for (key, value) in table {
            let tag = Tag { key: key.to_owned(), value: value.to_owned() };
            assert_eq!(
                merge(&Switches::default(), Vec::new(), &[tag]).unwrap_err().code,
                "InvalidParameterValue",
                "{key}={value}"
            );
        }
        let fine = Tag { key: "cost-center".to_owned(), value: "a/b=c+d-e@f: ü_.".to_owned() };
        assert!(merge(&Switches::default(), Vec::new(), &[fine]).is_ok());
    }
}
