//! `CreateDBSnapshot` and sharing.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::Tags;
use super::{names, quota, rules, streams, tags, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::groups::default_option_group;
use crate::sandbox::world::instance::{Instance, InstanceRow};
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::snapshot::{Forgotten, Inside, Snapshot, SnapshotRow};

/// `CreateDBSnapshot`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Create {
    #[serde(rename = "DBSnapshotIdentifier")]
    name: String,
    #[serde(rename = "DBInstanceIdentifier")]
    instance: String,
    #[serde(rename = "Tags")]
    tags: Tags,
}

/// A snapshot's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Name {
    #[serde(rename = "DBSnapshotIdentifier")]
    pub(super) name: String,
}

/// `ModifyDBSnapshotAttribute`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Share {
    #[serde(rename = "DBSnapshotIdentifier")]
    name: String,
    attribute_name: String,
    #[serde(default)]
    values_to_add: Vec<String>,
    #[serde(default)]
    values_to_remove: Vec<String>,
}

/// `CreateDBSnapshot` (`R-SNAP-1`, `R-SNAP-2`).
pub(crate) fn create(scene: &mut Scene<'_>, input: Create) -> Result<Value, Fault> {
    let name = names::snapshot(scene.switches, "DBSnapshotIdentifier", &input.name)?;
    let instance = rules::find(scene, &input.instance)?.clone();
    if scene.enforces("R-ENG-2") {
        member_of_cluster(&instance)?;
    }
    free(scene, &name)?;
    quota::manual_snapshot(scene)?;
    let begins = rules::usable_after_backup(scene, &instance, scene.switches.snapshot_waits_for_backup)?;
    let id = instance.row.resource_id.clone();
    let ends = after(begins, pace::snapshot(instance.row.allocated_storage));
    let mut snapshot = of(&instance, &name, "manual", scene.region.vpc_of(&instance), begins, ends);
    let tag_list = match tags::given(scene.switches, input.tags, None)? {
        Some(tags) => tags,
        None if instance.row.copy_tags_to_snapshot || !scene.enforces("R-SNAP-2") => instance.row.tag_list.clone(),
        None => Vec::new(),
    };
    snapshot.row.tag_list = tags::at_first(scene, &name, tag_list);
    if !scene.enforces("R-ENC-2") {
        (snapshot.row.encrypted, snapshot.row.kms_key_id) = (false, None);
    }
    let answer = json!({"DBSnapshot": view::snapshot(scene.region, scene.name, &snapshot, scene.now)});
    scene.region.snapshots.push(snapshot);
    if begins > scene.now {
        work::plan_status(scene.region, &id, begins, "backing-up");
    }
    begin(scene, &id, &name, ends);
    Ok(answer)
}

/// A snapshot of an instance that is about to be stopped, and when it is complete (`R-STOP-4`).
pub(crate) fn before_stop(scene: &mut Scene<'_>, id: &str, name: &str) -> Result<Timestamp, Fault> {
    let name = names::snapshot(scene.switches, "DBSnapshotIdentifier", name)?;
    free(scene, &name)?;
    quota::manual_snapshot(scene)?;
    let Some(instance) = scene.region.of_resource_id(id).cloned() else {
        return Ok(scene.now);
    };
    let ends = after(scene.now, pace::snapshot(instance.row.allocated_storage));
    let mut snapshot = of(&instance, &name, "manual", scene.region.vpc_of(&instance), scene.now, ends);
    if instance.row.copy_tags_to_snapshot {
        snapshot.row.tag_list.clone_from(&instance.row.tag_list);
    }
    scene.region.snapshots.push(snapshot);
    let arn = work::snapshot_arn(scene.name, &name);
    scene.region.record(scene.now, &arn, "Creating manual snapshot", &["creation"]);
    work::plan(scene.region, &name, ends, Effect::SnapshotDone);
    Ok(ends)
}

/// The instance shows `backing-up` while its snapshot is taken.
pub(crate) fn begin(scene: &mut Scene<'_>, id: &str, name: &str, ends: Timestamp) {
    let arn = work::snapshot_arn(scene.name, name);
    scene.region.record(scene.now, &arn, "Creating manual snapshot", &["creation"]);
    let backing_up = scene.enforces("R-SNAP-1");
    if let Some(instance) = scene.region.by_resource_id(id).filter(|_| backing_up) {
        "backing-up".clone_into(&mut instance.row.status);
    }
    work::plan(scene.region, name, ends, Effect::SnapshotDone);
    work::plan_status(scene.region, id, ends, "available");
}

/// A cluster's member is backed up with its cluster (`R-ENG-2`).
fn member_of_cluster(instance: &Instance) -> Result<(), Fault> {
    match &instance.row.cluster {
        Some(cluster) => Err(Fault::value(format!(
            "The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the \
             CreateDBClusterSnapshot API instead. ({cluster})"
        ))),
        None => Ok(()),
    }
}

/// No snapshot of this name yet (`R-NAME-3`).
pub(crate) fn free(scene: &Scene<'_>, name: &str) -> Result<(), Fault> {
    if scene.enforces("R-NAME-3") && scene.region.snapshot(name).is_some() {
        return Err(Fault::new(
            "DBSnapshotAlreadyExists",
            format!("Cannot create the snapshot because a snapshot with the identifier {name} already exists."),
        ));
    }
    Ok(())
}

/// The snapshot, by name or ARN, or `DBSnapshotNotFound`.
pub(crate) fn find<'a>(scene: &'a Scene<'_>, name: &str) -> Result<&'a Snapshot, Fault> {
    let plain = names::from_arn(name, "snapshot", scene);
    plain.and_then(|plain| scene.region.snapshot(&plain)).ok_or_else(|| not_found(name))
}

pub(crate) fn not_found(name: &str) -> Fault {
    Fault::new("DBSnapshotNotFound", format!("DBSnapshot {} not found.", name.to_ascii_lowercase()))
}

pub(crate) fn available(snapshot: &Snapshot) -> Result<(), Fault> {
    if snapshot.is_available() {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidDBSnapshotState",
        format!("Cannot use the snapshot {} because it is not in available state.", snapshot.row.name),
    ))
}

/// A snapshot of an instance as it stands; encryption and key are the instance's (`R-ENC-2`).
pub(crate) fn of(
    instance: &Instance,
    name: &str,
    kind: &str,
    vpc: &str,
    begins: Timestamp,
    ends: Timestamp,
) -> Snapshot {
    let row = &instance.row;
    let option_group = row.option_groups.first().map(|group| group.name.clone());
    Snapshot {
        row: SnapshotRow {
            name: name.to_owned(),
            instance_name: row.name.clone(),
            resource_id: row.resource_id.clone(),
            snapshot_create_time: None,
            original_snapshot_create_time: None,
            engine: row.engine.clone(),
            engine_version: row.engine_version.clone(),
            allocated_storage: row.allocated_storage,
            status: "creating".to_owned(),
            port: instance.port,
            availability_zone: row.availability_zone.clone(),
            vpc_id: vpc.to_owned(),
            instance_create_time: row.instance_create_time,
            master_username: row.master_username.clone(),
            license_model: row.license_model.clone(),
            snapshot_type: kind.to_owned(),
            iops: row.iops,
            storage_throughput: row.storage_throughput,
            option_group_name: option_group.unwrap_or_else(|| default_option_group(&row.engine, &row.engine_version)),
            storage_type: row.storage_type.clone(),
            encrypted: row.storage_encrypted,
            storage_encryption_type: row.storage_encryption_type.clone(),
            kms_key_id: row.kms_key_id.clone(),
            iam_authentication: row.iam_authentication,
            source_region: None,
            source: None,
            timezone: row.timezone.clone(),
            snapshot_target: "region".to_owned(),
            dedicated_log_volume: row.dedicated_log_volume,
            system_id: row.system_id.clone(),
            multi_tenant: row.multi_tenant,
            processor_features: row.processor_features.clone(),
            tag_list: Vec::new(),
        },
        inside: inside(row).into(),
        begins,
        ends,
        copy: false,
        copied_from: None,
        shared_with: Vec::new(),
        known_as: None,
        frozen: None,
    }
}

/// What of an instance its snapshots keep to themselves.
pub(crate) fn inside(row: &InstanceRow) -> Inside {
    Inside {
        class: row.class.clone(),
        retention: row.backup_retention_period,
        db_name: row.db_name.clone(),
        backup_window: row.preferred_backup_window.clone(),
        publicly_accessible: row.publicly_accessible,
        auto_minor_version_upgrade: row.auto_minor_version_upgrade,
        copy_tags: row.copy_tags_to_snapshot,
        tags: row.tag_list.clone(),
        character_set: row.character_set_name.clone(),
        national_character_set: row.nchar_character_set_name.clone(),
        forgotten: Forgotten {
            roles: row.associated_roles.clone(),
            secret: row.master_user_secret.clone(),
            domains: row.domain_memberships.clone(),
            stream: streams::of(&row.others),
            network_type: row.network_type.clone(),
        },
    }
}

/// `DescribeDBSnapshotAttributes` (`R-SNAP-7`).
pub(crate) fn attributes(scene: &mut Scene<'_>, input: &Name) -> Result<Value, Fault> {
    let snapshot = find(scene, &input.name)?;
    Ok(json!({"DBSnapshotAttributesResult": shared(snapshot)}))
}

/// `ModifyDBSnapshotAttribute` (`R-SNAP-7`, `R-KMS-9`).
pub(crate) fn share(scene: &mut Scene<'_>, input: &Share) -> Result<Value, Fault> {
    let snapshot = find(scene, &input.name)?;
    if input.attribute_name != "restore" {
        return Err(Fault::value(format!("Invalid attribute name: {}", input.attribute_name)));
    }
    available(snapshot)?;
    let managed = snapshot.row.kms_key_id.as_ref().and_then(|arn| scene.region.key(arn, scene.name));
    if managed.is_some_and(|key| key.manager == "AWS") && scene.enforces("R-KMS-9") && !input.values_to_add.is_empty() {
        return Err(Fault::new(
            "InvalidDBSnapshotState",
            "Snapshots that are encrypted with the default KMS key can't be shared.",
        ));
    }
    if scene.enforces("R-SNAP-7")
        && snapshot.row.encrypted
        && input.values_to_add.iter().any(|account| account == "all")
    {
        return Err(Fault::value("Encrypted snapshots can't be shared as public."));
    }
    let name = snapshot.row.name.clone();
    let snapshot = scene.region.snapshot_mut(&name).ok_or_else(|| not_found(&name))?;
    snapshot.shared_with.retain(|account| !input.values_to_remove.contains(account));
    for account in &input.values_to_add {
        if !snapshot.shared_with.contains(account) {
            snapshot.shared_with.push(account.clone());
        }
    }
    Ok(json!({"DBSnapshotAttributesResult": shared(snapshot)}))
}

fn shared(snapshot: &Snapshot) -> Value {
    json!({
        "DBSnapshotIdentifier": snapshot.row.name,
        "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": snapshot.shared_with}]})
}
