//! `RestoreDBInstanceFromDBSnapshot`, with all that it forgets.

use serde::Deserialize;
use serde_json::{Value, json};

use super::create::{CERTIFICATE, lifecycle, usual_storage};
use super::domain::{self, Directory};
use super::groups::bound;
use super::input::{TagSpecification, Tags};
use super::restored::{self, Accepted};
use super::secrets::{self, Asked};
use super::{catalogue, keys, names, placing, processor, quota, rules, settings, snapshots, tags, upkeep, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::{DeprecatedVersion, Switches};
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::groups::{default_option_group, family};
use crate::sandbox::world::instance::{Instance, InstanceRow, OptionGroupMembership, ParameterGroupStatus, Secret};
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::settings::ProcessorFeature;
use crate::sandbox::world::snapshot::Snapshot;
use crate::sandbox::world::windows;

/// `RestoreDBInstanceFromDBSnapshot`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Restore {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    #[serde(rename = "DBSnapshotIdentifier")]
    snapshot: Option<String>,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    port: Option<i64>,
    availability_zone: Option<String>,
    #[serde(rename = "DBSubnetGroupName")]
    subnet_group: Option<String>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    publicly_accessible: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    license_model: Option<String>,
    #[serde(rename = "DBName")]
    db_name: Option<String>,
    engine: Option<String>,
    iops: Option<i64>,
    storage_throughput: Option<i64>,
    option_group_name: Option<String>,
    tags: Tags,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
    storage_type: Option<String>,
    vpc_security_group_ids: Option<Vec<String>>,
    copy_tags_to_snapshot: Option<bool>,
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    iam_authentication: Option<bool>,
    enable_cloudwatch_logs_exports: Option<Vec<String>>,
    #[serde(rename = "DBParameterGroupName")]
    parameter_group: Option<String>,
    deletion_protection: Option<bool>,
    network_type: Option<String>,
    backup_target: Option<String>,
    allocated_storage: Option<i64>,
    backup_retention_period: Option<i64>,
    preferred_backup_window: Option<String>,
    dedicated_log_volume: Option<bool>,
    #[serde(rename = "CACertificateIdentifier")]
    ca_certificate_identifier: Option<String>,
    engine_lifecycle_support: Option<String>,
    use_default_processor_features: Option<bool>,
    manage_master_user_password: Option<bool>,
    master_user_secret_kms_key_id: Option<String>,
    domain: Option<String>,
    #[serde(rename = "DomainIAMRoleName")]
    domain_role: Option<String>,
    domain_fqdn: Option<String>,
    domain_ou: Option<String>,
    domain_auth_secret_arn: Option<String>,
    domain_dns_ips: Option<Vec<String>>,
    processor_features: Option<Vec<ProcessorFeature>>,
}

impl Restore {
    /// What it says of a directory.
    fn directory(&self) -> Directory {
        Directory {
            domain: self.domain.clone(),
            role: self.domain_role.clone(),
            name: self.domain_fqdn.clone(),
            unit: self.domain_ou.clone(),
            secret: self.domain_auth_secret_arn.clone(),
            addresses: self.domain_dns_ips.clone(),
        }
    }
}

/// What a restore settles before anything is made.
struct Settled {
    class: String,
    gibibytes: i64,
    storage_type: String,
    parameter_group: String,
    option_group: String,
}

/// `RestoreDBInstanceFromDBSnapshot` (`R-REST-1`, `R-REST-9`).
pub(crate) fn restore(scene: &mut Scene<'_>, input: &Restore) -> Result<Value, Fault> {
    let name = names::instance(scene.switches, &input.name)?;
    rules::free(scene, &name)?;
    let Some(from) = &input.snapshot else {
        return Err(Fault::not_imitated("a restore from a cluster snapshot"));
    };
    let snapshot = snapshots::find(scene, from)?.clone();
    snapshots::available(&snapshot)?;
    let settled = settle(scene, input, &snapshot)?;
    let subnet_group = rules::subnet_group(scene, input.subnet_group.as_deref().unwrap_or("default"))?;
    let vpc = scene.region.vpc_of_group(Some(&subnet_group)).to_owned();
    let security_groups = rules::security_groups(scene, input.vpc_security_group_ids.as_ref(), &vpc)?;
    settings::network(scene, input.network_type.as_ref(), &subnet_group)?;
    let membership = domain::asked(scene.switches, &snapshot.row.engine, &input.directory())?;
    let secret = secret(scene, input, &snapshot)?;
    let (backup_window, maintenance_window) = windows(scene, input, &snapshot.inside.backup_window)?;
    let inherited = Some(snapshot.inside.tags.as_slice()).filter(|_| scene.enforces("R-REST-9"));
    let tag_list = tags::given(scene.switches, input.tags.clone(), inherited)?.unwrap_or_default();

    let mut row = row(scene, input, &snapshot, &settled);
    row.name = name;
    remember(scene.switches, &mut row, &snapshot);
    row.domain_memberships.extend(membership);
    row.master_user_secret = secret.or(row.master_user_secret);
    let usual = rules::baseline(scene.switches, &row.engine, &row.storage_type, row.allocated_storage).unzip();
    (row.iops, row.storage_throughput) = (row.iops.or(usual.0), row.storage_throughput.or(usual.1));
    row.vpc_security_groups = security_groups;
    (row.preferred_backup_window, row.preferred_maintenance_window) = (backup_window, maintenance_window);
    row.tag_list = tags::at_first(scene, &row.resource_id, tag_list);
    let zone = input.availability_zone.as_ref();
    let place = placing::place(scene, &subnet_group, zone, row.multi_az, &row.resource_id)?;
    let instance = Instance {
        port: input.port.unwrap_or(snapshot.row.port),
        asked_zone: place.zone,
        backup_tags: tags::for_backup(scene.switches, &input.tag_specifications)?,
        subnet_group: Some(subnet_group),
        restored_from: Some(snapshot.row.name.clone()),
        row,
        ..Instance::default()
    };
    let instance = work::awaiting(scene.switches, instance);
    let answer = json!({"DBInstance": view::instance(scene.region, scene.name, &instance, scene.now)});
    let arn = work::snapshot_arn(scene.name, &snapshot.row.name);
    let message = format!("Restored from snapshot {}", snapshot.row.name);
    let id = instance.row.resource_id.clone();
    let custom = input.parameter_group.as_deref().is_some_and(|group| !group.starts_with("default."));
    scene.region.instances.push(instance);
    let (id, message, gibibytes) = (id.as_str(), message.as_str(), settled.gibibytes);
    restored::schedule(scene, &Accepted { id, snapshot: &snapshot, gibibytes, custom, message });
    placing::without_room(scene, id, place.full, after(scene.now, pace::restore(gibibytes)));
    scene.region.record(scene.now, &arn, &format!("Restoring into {}", input.name), &["restoration"]);
    Ok(answer)
}

/// A secret of its own, where one is asked for (`R-SECRET-3`).
fn secret(scene: &mut Scene<'_>, input: &Restore, snapshot: &Snapshot) -> Result<Option<Secret>, Fault> {
    let key = input.master_user_secret_kms_key_id.as_ref();
    let asked = Asked { managed: input.manage_master_user_password, password: None, key };
    secrets::fits_restore(scene.switches, &asked, &snapshot.row.engine)?;
    if asked.managed == Some(true) { secrets::new(scene, key).map(Some) } else { Ok(None) }
}

/// A restore forgets roles, directories, the secret and the activity stream (`R-ROLE-5`, `R-DOM-6`, `R-SECRET-3`,
/// `R-STREAM-3`); worlds without those rules bring them back.
fn remember(switches: &Switches, row: &mut InstanceRow, snapshot: &Snapshot) {
    let had = &snapshot.inside.forgotten;
    if !switches.enforces("R-ROLE-5") {
        row.associated_roles.clone_from(&had.roles);
    }
    if !switches.enforces("R-DOM-6") {
        row.domain_memberships.clone_from(&had.domains);
    }
    if !switches.enforces("R-STREAM-3") {
        row.others.extend(had.stream.clone());
    }
    if !switches.enforces("R-SECRET-3") {
        row.master_user_secret.clone_from(&had.secret);
    }
}

/// What some engines have and others don't.
fn engines_own(scene: &Scene<'_>, input: &Restore, engine: &str, storage: &str, class: &str) -> Result<(), Fault> {
    let switches = scene.switches;
    settings::license(switches, engine, input.license_model.as_ref())?;
    settings::lifecycle(switches, engine, input.engine_lifecycle_support.as_ref())?;
    settings::log_volume(switches, storage, input.dedicated_log_volume)?;
    let usual = input.use_default_processor_features;
    processor::fit(switches, engine, class, input.processor_features.as_ref(), usual)
}

/// What the call says and leaves out, against the rules (`R-STOR-6`, `R-REST-5`, `R-REST-6`, `R-REST-12`).
fn settle(scene: &mut Scene<'_>, input: &Restore, snapshot: &Snapshot) -> Result<Settled, Fault> {
    let row = &snapshot.row;
    let (engine, version) = (row.engine.as_str(), row.engine_version.as_str());
    let class = input.class.clone().unwrap_or_else(|| snapshot.inside.class.clone());
    rules::class(scene, &class)?;
    if row.encrypted {
        keys::class_can_encrypt(scene.switches, &class)?;
        // The copy's key must still be usable (`R-ENC-3`).
        keys::usable(scene, row.kms_key_id.as_deref().unwrap_or_default())?;
    }
    // Retired classes can't be ordered any more (`R-INST-8`).
    if catalogue::standing(&class) == Some(false) && scene.enforces("R-INST-8") {
        return Err(Fault::combination(format!(
            "RDS does not support creating a DB instance with the following combination: DBInstanceClass={class}, \
             Engine={engine}, EngineVersion={version}."
        )));
    }
    if input.engine.as_deref().is_some_and(|asked| asked != engine) {
        return Err(Fault::combination(format!("The snapshot is of engine {engine}.")));
    }
    if scene.region.is_deprecated(engine, version) && deprecated(scene) == DeprecatedVersion::Refused {
        return Err(Fault::combination(format!(
            "Cannot upgrade {engine} from {version}: upgrade the snapshot's engine version first."
        )));
    }
    if input.allocated_storage.is_some() && engine.starts_with("sqlserver") && scene.enforces("R-STOR-6") {
        return Err(Fault::combination("AllocatedStorage isn't valid for SQL Server at restore."));
    }
    let gibibytes = input.allocated_storage.unwrap_or(row.allocated_storage);
    if gibibytes < row.allocated_storage {
        return Err(Fault::combination(format!(
            "Allocated storage must be at least the snapshot's {} GiB.",
            row.allocated_storage
        )));
    }
    quota::instance(scene, gibibytes)?;
    let usual = if scene.enforces("R-REST-5") { usual_storage(input.iops) } else { &row.storage_type };
    let storage_type = input.storage_type.clone().unwrap_or_else(|| usual.to_owned());
    rules::storage(scene.switches, engine, &storage_type, gibibytes, input.iops, input.storage_throughput)?;
    rules::port(scene.switches, input.port)?;
    rules::retention(scene.switches, input.backup_retention_period)?;
    rules::logs(scene.switches, engine, input.enable_cloudwatch_logs_exports.as_ref())?;
    upkeep::certificate(scene.switches, input.ca_certificate_identifier.as_deref())?;
    engines_own(scene, input, engine, &storage_type, &class)?;
    let multi_az = input.multi_az == Some(true);
    if multi_az && input.availability_zone.is_some() {
        return Err(Fault::combination("Requesting a specific availability zone is not valid for Multi-AZ instances."));
    }
    let retention = input.backup_retention_period.unwrap_or(snapshot.inside.retention);
    if multi_az && engine.starts_with("sqlserver") && retention == 0 && scene.enforces("R-REST-12") {
        return Err(Fault::combination("Mirroring cannot be applied to instances with backup retention set to zero."));
    }
    if let Some(zone) = &input.availability_zone {
        let group = input.subnet_group.as_deref().unwrap_or("default");
        let known = scene
            .region
            .subnet_group(group)
            .is_some_and(|group| group.subnets.iter().any(|subnet| subnet.zone == *zone));
        if scene.region.subnet_group(group).is_some() && !known {
            return Err(Fault::new(
                "InvalidVPCNetworkStateFault",
                format!("DB subnet group {group} has no subnet in {zone}."),
            ));
        }
    }
    let parameter_group = match &input.parameter_group {
        Some(group) => rules::parameter_group(scene, group, engine, version)?,
        None => format!("default.{}", family(engine, version)),
    };
    let option_group = match &input.option_group_name {
        Some(group) => group.clone(),
        None if scene.switches.restore_keeps_option_group || !scene.enforces("R-REST-6") => {
            row.option_group_name.clone()
        }
        None => bound::kept(scene, snapshot).unwrap_or_else(|| default_option_group(engine, version)),
    };
    let vpc = scene.region.vpc_of_group(Some(input.subnet_group.as_deref().unwrap_or("default")));
    let option_group = rules::option_group(scene, &option_group, engine, version, Some(vpc))?;
    bound::holds(scene, snapshot, &option_group)?;
    Ok(Settled { class, gibibytes, storage_type, parameter_group, option_group })
}

/// What becomes of a deprecated version here (`R-REST-10`).
pub(super) fn deprecated(scene: &Scene<'_>) -> DeprecatedVersion {
    if scene.enforces("R-REST-10") { scene.switches.deprecated_version } else { DeprecatedVersion::Restored }
}

/// Windows are random, the backup window unless it is given (`R-REST-4`).
fn windows(scene: &mut Scene<'_>, input: &Restore, kept: &str) -> Result<(String, String), Fault> {
    let (backup, maintenance) = loop {
        let (backup, maintenance) = windows::random(scene.ids);
        let usual = if scene.enforces("R-REST-4") { backup } else { kept.to_owned() };
        let backup = input.preferred_backup_window.clone().unwrap_or(usual);
        if !windows::overlap(&backup, &maintenance) {
            break (backup, maintenance);
        }
    };
    rules::windows_fit(scene.switches, &backup, &maintenance)?;
    Ok((backup, maintenance))
}

/// The restored instance's row; what the data brings along is the snapshot's (`R-TEN-2`, `R-REST-13`), and its option
/// group is yet to be applied (`R-REST-2`).
fn row(scene: &mut Scene<'_>, input: &Restore, snapshot: &Snapshot, settled: &Settled) -> InstanceRow {
    let (from, inside) = (&snapshot.row, &snapshot.inside);
    // Only Oracle and SQL Server can be given another database name.
    let renames = from.engine.starts_with("oracle") || from.engine.starts_with("sqlserver");
    let named = input.db_name.clone().filter(|_| renames);
    InstanceRow {
        class: settled.class.clone(),
        engine: from.engine.clone(),
        engine_version: from.engine_version.clone(),
        status: "creating".to_owned(),
        master_username: if scene.enforces("R-REST-1") { from.master_username.clone() } else { "admin".to_owned() },
        db_name: named.or_else(|| inside.db_name.clone()),
        allocated_storage: settled.gibibytes,
        backup_retention_period: input.backup_retention_period.unwrap_or(inside.retention),
        parameter_groups: vec![ParameterGroupStatus {
            name: settled.parameter_group.clone(),
            status: "in-sync".to_owned(),
        }],
        option_groups: vec![OptionGroupMembership {
            name: settled.option_group.clone(),
            status: if scene.enforces("R-REST-2") { "pending-apply" } else { "in-sync" }.to_owned(),
        }],
        multi_az: input.multi_az.unwrap_or(false),
        auto_minor_version_upgrade: input.auto_minor_version_upgrade.unwrap_or(inside.auto_minor_version_upgrade),
        license_model: input.license_model.clone().unwrap_or_else(|| from.license_model.clone()),
        iops: input.iops,
        storage_throughput: input.storage_throughput,
        publicly_accessible: input.publicly_accessible.unwrap_or(inside.publicly_accessible),
        storage_type: settled.storage_type.clone(),
        storage_encryption_type: from.storage_encryption_type.clone(),
        storage_encrypted: from.encrypted,
        kms_key_id: from.kms_key_id.clone(),
        resource_id: scene.resource_id(),
        ca_certificate_identifier: input.ca_certificate_identifier.clone().unwrap_or_else(|| CERTIFICATE.to_owned()),
        copy_tags_to_snapshot: input.copy_tags_to_snapshot.unwrap_or(inside.copy_tags),
        iam_authentication: input.iam_authentication.unwrap_or(false),
        database_insights_mode: Some("standard".to_owned()),
        enabled_cloudwatch_logs_exports: input.enable_cloudwatch_logs_exports.clone().unwrap_or_default(),
        deletion_protection: input.deletion_protection.unwrap_or(false),
        network_type: Some(settings::restored_network(
            scene.switches,
            input.network_type.as_ref(),
            inside.forgotten.network_type.as_ref(),
        )),
        processor_features: processor::after(
            scene.switches,
            &from.processor_features,
            input.processor_features.as_ref(),
            input.use_default_processor_features,
        ),
        system_id: from.system_id.clone().filter(|_| scene.enforces("R-REST-13")),
        multi_tenant: from.multi_tenant.filter(|_| scene.enforces("R-TEN-2")),
        backup_target: input.backup_target.clone(),
        engine_lifecycle_support: lifecycle(scene.switches, &from.engine, input.engine_lifecycle_support.clone()),
        // What was there stays only where it can.
        dedicated_log_volume: input
            .dedicated_log_volume
            .unwrap_or(from.dedicated_log_volume && matches!(settled.storage_type.as_str(), "io1" | "io2")),
        character_set_name: inside.character_set.clone(),
        nchar_character_set_name: inside.national_character_set.clone().filter(|_| scene.enforces("R-REST-13")),
        timezone: from.timezone.clone(),
        availability_zone: None,
        ..InstanceRow::default()
    }
}
