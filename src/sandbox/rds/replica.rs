//! `CreateDBInstanceReadReplica`, `PromoteReadReplica`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::create::usual_storage;
use super::input::{TagSpecification, Tags};
use super::{keys, names, placing, quota, rules, secrets, tags, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::changes::{Changes, Prompt};
use crate::sandbox::world::instance::{Instance, InstanceRow, ParameterGroupStatus};
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::windows;

/// `CreateDBInstanceReadReplica`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Replica {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    #[serde(rename = "SourceDBInstanceIdentifier")]
    source: Option<String>,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    availability_zone: Option<String>,
    port: Option<i64>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    iops: Option<i64>,
    storage_throughput: Option<i64>,
    storage_type: Option<String>,
    #[serde(rename = "DBParameterGroupName")]
    parameter_group: Option<String>,
    vpc_security_group_ids: Option<Vec<String>>,
    publicly_accessible: Option<bool>,
    copy_tags_to_snapshot: Option<bool>,
    kms_key_id: Option<String>,
    deletion_protection: Option<bool>,
    tags: Tags,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// `PromoteReadReplica`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Promote {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    backup_retention_period: Option<i64>,
    preferred_backup_window: Option<String>,
}

/// How many replicas a source may have.
const MOST: usize = 15;

/// `CreateDBInstanceReadReplica` in the same Region (`R-REPL-1`, `R-REPL-2`).
pub(crate) fn create(scene: &mut Scene<'_>, input: &Replica) -> Result<Value, Fault> {
    let name = names::instance(scene.switches, &input.name)?;
    rules::free(scene, &name)?;
    let source = input.source.as_deref().ok_or_else(|| Fault::not_imitated("replicas of clusters"))?;
    let source = rules::find(scene, source)?.clone();
    rules::usable(scene.switches, &source)?;
    if source.row.backup_retention_period == 0 && source.row.replica_of.is_none() && scene.enforces("R-REPL-1") {
        let message = "Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.";
        return Err(Fault::new("InvalidDBInstanceState", message));
    }
    if source.row.replicas.len() >= MOST {
        return Err(Fault::new("InstanceQuotaExceeded", format!("A source can have {MOST} read replicas.")));
    }
    secrets::replicable(scene.switches, &source)?;
    let key = key(scene, input, &source)?;
    let class = input.class.clone().unwrap_or_else(|| source.row.class.clone());
    rules::class(scene, &class)?;
    if key.is_some() {
        keys::class_can_encrypt(scene.switches, &class)?;
    }
    quota::instance(scene, source.row.allocated_storage)?;
    let storage = input.storage_type.clone().unwrap_or_else(|| usual_storage(input.iops).to_owned());
    let (engine, gibibytes) = (source.row.engine.as_str(), source.row.allocated_storage);
    rules::storage(scene.switches, engine, &storage, gibibytes, input.iops, input.storage_throughput)?;
    rules::port(scene.switches, input.port)?;
    let vpc = scene.region.vpc_of(&source).to_owned();
    let security_groups = rules::security_groups(scene, input.vpc_security_group_ids.as_ref(), &vpc)?;
    let parameter_groups = parameter_groups(scene, input, &source)?;
    let given = tags::given(scene.switches, input.tags.clone(), None)?.unwrap_or_default();
    let mut row = row(scene, input, &source);
    (row.name, row.class, row.storage_type) = (name.clone(), class, storage);
    (row.vpc_security_groups, row.parameter_groups) = (security_groups, parameter_groups);
    (row.storage_encrypted, row.kms_key_id) = (key.is_some(), key);
    let usual = rules::baseline(scene.switches, &row.engine, &row.storage_type, gibibytes).unzip();
    (row.iops, row.storage_throughput) = (input.iops.or(usual.0), input.storage_throughput.or(usual.1));
    let resource_id = row.resource_id.clone();
    row.tag_list = tags::at_first(scene, &resource_id, given);
    let group = source.subnet_group.as_deref().unwrap_or("default");
    let zone = input.availability_zone.as_ref();
    let place = placing::place(scene, group, zone, row.multi_az, &resource_id)?;
    let replica = Instance {
        port: input.port.unwrap_or(source.port),
        subnet_group: source.subnet_group.clone(),
        asked_zone: place.zone,
        backup_tags: tags::for_backup(scene.switches, &input.tag_specifications)?,
        row,
        ..Instance::default()
    };
    let answer = json!({"DBInstance": view::instance(scene.region, scene.name, &replica, scene.now)});
    scene.region.instances.push(replica);
    if let Some(source) = scene.region.by_resource_id(&source.row.resource_id) {
        source.row.replicas.push(name);
    }
    let up = after(scene.now, pace::restore(gibibytes));
    work::plan(scene.region, &resource_id, up, Effect::Up);
    work::plan_event(scene.region, &resource_id, up, "Read replica created", "read replica");
    work::plan_status(scene.region, &resource_id, up, "available");
    placing::without_room(scene, &resource_id, place.full, up);
    Ok(answer)
}

/// The replica's key: none of an unencrypted source, else the one given or the source's.
fn key(scene: &mut Scene<'_>, input: &Replica, source: &Instance) -> Result<Option<String>, Fault> {
    Ok(match (&input.kms_key_id, &source.row.kms_key_id) {
        (Some(_), None) if scene.enforces("R-REPL-2") => {
            return Err(Fault::combination("Cannot create an encrypted read replica from an unencrypted DB instance."));
        }
        (Some(given), _) => Some(keys::usable(scene, given)?),
        (None, own) => own.clone(),
    })
}

/// The source's parameter groups, or the one given.
fn parameter_groups(scene: &Scene<'_>, input: &Replica, source: &Instance) -> Result<Vec<ParameterGroupStatus>, Fault> {
    let mut parameter_groups = source.row.parameter_groups.clone();
    if let Some(group) = &input.parameter_group {
        let group = rules::parameter_group(scene, group, &source.row.engine, &source.row.engine_version)?;
        for place in &mut parameter_groups {
            place.name.clone_from(&group);
        }
    }
    for group in &mut parameter_groups {
        "in-sync".clone_into(&mut group.status);
    }
    Ok(parameter_groups)
}

/// The source's row with what a replica doesn't share.
fn row(scene: &mut Scene<'_>, input: &Replica, source: &Instance) -> InstanceRow {
    let (backup_window, maintenance_window) = windows::random(scene.ids);
    InstanceRow {
        status: "creating".to_owned(),
        instance_create_time: None,
        preferred_backup_window: backup_window,
        preferred_maintenance_window: maintenance_window,
        backup_retention_period: 0,
        availability_zone: None,
        secondary_availability_zone: None,
        multi_az: input.multi_az.unwrap_or(false),
        auto_minor_version_upgrade: input.auto_minor_version_upgrade.unwrap_or(true),
        replica_of: Some(source.row.name.clone()),
        replicas: Vec::new(),
        publicly_accessible: input.publicly_accessible.unwrap_or(false),
        copy_tags_to_snapshot: input.copy_tags_to_snapshot.unwrap_or(false),
        monitoring_interval: 0,
        monitoring_role_arn: None,
        iam_authentication: false,
        performance_insights_enabled: false,
        performance_insights_key: None,
        performance_insights_retention_period: None,
        enabled_cloudwatch_logs_exports: Vec::new(),
        deletion_protection: input.deletion_protection.unwrap_or(false),
        max_allocated_storage: None,
        resource_id: scene.resource_id(),
        associated_roles: Vec::new(),
        domain_memberships: Vec::new(),
        master_user_secret: None,
        ..source.row.clone()
    }
}

/// `PromoteReadReplica` (`R-REPL-3`).
pub(crate) fn promote(scene: &mut Scene<'_>, input: &Promote) -> Result<Value, Fault> {
    let replica = rules::find(scene, &input.name)?.clone();
    let Some(source) = replica.row.replica_of.clone() else {
        return Err(Fault::new("InvalidDBInstanceState", "The DB instance is not a read replica."));
    };
    rules::usable(scene.switches, &replica)?;
    rules::retention(scene.switches, input.backup_retention_period)?;
    let window = input.preferred_backup_window.as_ref().unwrap_or(&replica.row.preferred_backup_window);
    rules::windows_fit(scene.switches, window, &replica.row.preferred_maintenance_window)?;
    let id = replica.row.resource_id.clone();
    let answer = json!({"DBInstance": view::instance(scene.region, scene.name, &replica, scene.now)});
    if let Some(instance) = scene.region.by_resource_id(&id) {
        instance.row.replica_of = None;
    }
    if let Some(source) = scene.region.instance_mut(&source) {
        source.row.replicas.retain(|name| *name != replica.row.name);
    }
    let changes = Changes {
        retention: input.backup_retention_period.or(scene.enforces("R-REPL-3").then_some(1)),
        prompt: Prompt { backup_window: input.preferred_backup_window.clone(), ..Prompt::default() },
        ..Changes::default()
    };
    work::carry_out(scene.region, &id, &changes, scene.now);
    Ok(answer)
}
