//! `CopyDBSnapshot`: the one way by which an RDS instance's data becomes encrypted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::groups::bound;
use super::input::Tags;
use super::{keys, names, quota, rules, snapshots, tags, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::snapshot::Snapshot;
use crate::sandbox::world::table::Index;

/// `CopyDBSnapshot`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Copy {
    #[serde(rename = "SourceDBSnapshotIdentifier")]
    source: String,
    #[serde(rename = "TargetDBSnapshotIdentifier")]
    target: String,
    kms_key_id: Option<String>,
    tags: Tags,
    #[serde(rename = "CopyTags", default)]
    with_tags: bool,
    option_group_name: Option<String>,
    // Presigning is the caller's affair; a sandbox that takes any signature has nothing to check in it.
    #[serde(rename = "PreSignedUrl")]
    _presigned: Option<String>,
}

/// `CopyDBSnapshot` (`R-COPY-1`): pending first (`R-COPY-4`), and full under another key (`R-COPY-6`).
pub(crate) fn copy(scene: &mut Scene<'_>, input: Copy) -> Result<Value, Fault> {
    let name = names::snapshot(scene.switches, "TargetDBSnapshotIdentifier", &input.target)?;
    let (source, from) = source(scene, &input.source)?;
    if scene.enforces("R-COPY-1") {
        snapshots::available(&source)?;
    }
    snapshots::free(scene, &name)?;
    quota::manual_snapshot(scene)?;
    if scene.enforces("R-COPY-7") {
        in_flight(scene, from.as_deref())?;
    }
    if let Some(group) = &input.option_group_name {
        rules::option_group(scene, group, &source.row.engine, &source.row.engine_version, None)?;
        bound::holds(scene, &source, group)?;
    }
    let key = key(scene, &input, &source, from.as_deref())?;
    let given = tags::given(scene.switches, input.tags, None)?;

    let full = scene.enforces("R-COPY-6") && (key != source.row.kms_key_id || from.is_some());
    let cheap = full && scene.switches.second_encrypting_copy_is_cheap && copied_before(scene, &source, key.as_ref());
    let seconds = if full && !cheap { pace::full_copy(source.row.allocated_storage) } else { pace::cheap_copy() };
    let begins = after(scene.now, pace::COPY_QUEUE).max(queue(scene, &source).unwrap_or(scene.now));
    let first = if scene.enforces("R-COPY-4") { "pending" } else { "creating" };
    let ends = after(begins, seconds);

    let mut copy = source.clone();
    copy.copy = true;
    copy.copied_from = from.is_none().then(|| source.row.name.clone());
    (copy.known_as, copy.frozen) = (None, None);
    (copy.begins, copy.ends) = (begins, ends);
    copy.shared_with = Vec::new();
    name.clone_into(&mut copy.row.name);
    first.clone_into(&mut copy.row.status);
    "manual".clone_into(&mut copy.row.snapshot_type);
    copy.row.snapshot_create_time = None;
    copy.row.encrypted = key.is_some();
    copy.row.storage_encryption_type = Some(if key.is_some() { "sse-kms" } else { "none" }.to_owned());
    copy.row.kms_key_id = key;
    copy.row.source = from.as_ref().map(|region| work::snapshot_arn(region, &source.row.name));
    copy.row.source_region = from;
    if let Some(group) = input.option_group_name {
        copy.row.option_group_name = group;
    }
    let tag_list = match given {
        Some(tags) => tags,
        None if input.with_tags => source.row.tag_list.clone(),
        None => Vec::new(),
    };
    copy.row.tag_list = tags::at_first(scene, &name, tag_list);
    let answer = json!({"DBSnapshot": view::snapshot(scene.region, scene.name, &copy, scene.now)});
    scene.region.snapshots.push(copy);
    let arn = work::snapshot_arn(scene.name, &name);
    scene.region.record(
        scene.now,
        &arn,
        &format!("Started copy of snapshot {name} in region {}", scene.name),
        &["notification"],
    );
    work::plan(scene.region, &name, begins, Effect::CopyBegins(scene.switches.copies_say_copying));
    work::plan(scene.region, &name, ends, Effect::SnapshotDone);
    Ok(answer)
}

/// The source, and its Region where that is another one.
fn source(scene: &Scene<'_>, name: &str) -> Result<(Snapshot, Option<String>), Fault> {
    let region = name.strip_prefix("arn:aws:rds:").and_then(|tail| tail.split(':').next());
    if let Some(region) = region.filter(|region| *region != scene.name && scene.split_arn(name).is_none()) {
        let plain = name.strip_prefix(&work::snapshot_arn(region, ""));
        let found = plain.and_then(|plain| scene.others.get(region)?.snapshot(plain));
        let found = found.ok_or_else(|| snapshots::not_found(name))?;
        return Ok((found.clone(), Some(region.to_owned())));
    }
    Ok((snapshots::find(scene, name)?.clone(), None))
}

/// The copy's key: the one given, else the source's own (`R-COPY-2`, `R-COPY-3`).
fn key(scene: &mut Scene<'_>, input: &Copy, source: &Snapshot, from: Option<&str>) -> Result<Option<String>, Fault> {
    match &input.kms_key_id {
        Some(key) => {
            let arn = keys::usable(scene, key)?;
            // Without the rule a copy is what its source is.
            Ok(if scene.enforces("R-COPY-2") { Some(arn) } else { source.row.kms_key_id.clone() })
        }
        None if !scene.enforces("R-COPY-3") => Ok(None),
        None if from.is_some() && source.row.encrypted => {
            Err(Fault::combination("KmsKeyId must be given to copy an encrypted snapshot from another Region."))
        }
        None => match source.row.kms_key_id.clone() {
            Some(own) => keys::usable(scene, &own).map(Some),
            None => Ok(None),
        },
    }
}

/// Copies in flight have a limit across Regions, and perhaps inside one (`R-COPY-7`).
fn in_flight(scene: &Scene<'_>, from: Option<&str>) -> Result<(), Fault> {
    let running = |where_to: &str| scene.region.snapshots.count(Index::Running, where_to);
    let exceeded = |message: String| Err(Fault::new("SnapshotQuotaExceeded", message));
    if from.is_some() {
        if running("across") >= quota::CROSS_REGION_COPIES {
            return exceeded(format!("Cannot copy more than {} snapshots across regions", quota::CROSS_REGION_COPIES));
        }
    } else if let Some(limit) = scene.switches.copies_in_region
        && running("inside") >= limit
    {
        return exceeded(format!("Cannot copy more than {limit} snapshots in the region"));
    }
    Ok(())
}

/// Copies of one instance's snapshots run one after another (`R-COPY-5`).
fn queue(scene: &Scene<'_>, source: &Snapshot) -> Option<jiff::Timestamp> {
    if !scene.enforces("R-COPY-5") {
        return None;
    }
    scene.region.snapshots.by(Index::CopyOf, &source.row.resource_id).map(|snapshot| snapshot.ends).max()
}

fn copied_before(scene: &Scene<'_>, source: &Snapshot, key: Option<&String>) -> bool {
    let mut others = scene.region.snapshots.by(Index::Id, &source.row.resource_id);
    others.any(|other| other.copy && other.is_available() && other.row.kms_key_id.as_ref() == key)
}
