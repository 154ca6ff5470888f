//! `CreateDBInstance`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::domain::{self, Directory};
use super::input::{TagSpecification, Tags};
use super::secrets::{self, Asked};
use super::{catalogue, keys, names, placing, processor, quota, rules, settings, tags, upkeep, view, work};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::agenda::Effect;
use crate::sandbox::world::changes::Changes;
use crate::sandbox::world::groups::{default_option_group, family};
use crate::sandbox::world::instance::{
    Instance, InstanceRow, OptionGroupMembership, ParameterGroupStatus, SecurityGroup,
};
use crate::sandbox::world::pace::{self, after};
use crate::sandbox::world::settings::ProcessorFeature;
use crate::sandbox::world::windows;

/// `CreateDBInstance`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Create {
    #[serde(rename = "DBInstanceIdentifier")]
    name: String,
    #[serde(rename = "DBInstanceClass")]
    class: String,
    engine: String,
    engine_version: Option<String>,
    #[serde(rename = "DBName")]
    db_name: Option<String>,
    allocated_storage: Option<i64>,
    master_username: Option<String>,
    master_user_password: Option<String>,
    vpc_security_group_ids: Option<Vec<String>>,
    availability_zone: Option<String>,
    #[serde(rename = "DBSubnetGroupName")]
    subnet_group: Option<String>,
    preferred_maintenance_window: Option<String>,
    preferred_backup_window: Option<String>,
    #[serde(rename = "DBParameterGroupName")]
    parameter_group: Option<String>,
    option_group_name: Option<String>,
    backup_retention_period: Option<i64>,
    port: Option<i64>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    license_model: Option<String>,
    iops: Option<i64>,
    storage_throughput: Option<i64>,
    storage_type: Option<String>,
    publicly_accessible: Option<bool>,
    tags: Tags,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
    storage_encrypted: Option<bool>,
    kms_key_id: Option<String>,
    copy_tags_to_snapshot: Option<bool>,
    monitoring_interval: Option<i64>,
    monitoring_role_arn: Option<String>,
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    iam_authentication: Option<bool>,
    database_insights_mode: Option<String>,
    enable_performance_insights: Option<bool>,
    #[serde(rename = "PerformanceInsightsKMSKeyId")]
    performance_insights_key: Option<String>,
    performance_insights_retention_period: Option<i64>,
    enable_cloudwatch_logs_exports: Option<Vec<String>>,
    deletion_protection: Option<bool>,
    max_allocated_storage: Option<i64>,
    #[serde(rename = "CACertificateIdentifier")]
    ca_certificate_identifier: Option<String>,
    network_type: Option<String>,
    engine_lifecycle_support: Option<String>,
    dedicated_log_volume: Option<bool>,
    character_set_name: Option<String>,
    nchar_character_set_name: Option<String>,
    timezone: Option<String>,
    manage_master_user_password: Option<bool>,
    master_user_secret_kms_key_id: Option<String>,
    multi_tenant: Option<bool>,
    domain: Option<String>,
    #[serde(rename = "DomainIAMRoleName")]
    domain_role: Option<String>,
    domain_fqdn: Option<String>,
    domain_ou: Option<String>,
    domain_auth_secret_arn: Option<String>,
    domain_dns_ips: Option<Vec<String>>,
    processor_features: Option<Vec<ProcessorFeature>>,
}

/// What `CreateDBInstance` uses where nothing is said.
pub(crate) const CERTIFICATE: &str = "rds-ca-rsa2048-g1";

impl Create {
    /// What it says of the master password.
    fn password(&self) -> Asked<'_> {
        Asked {
            managed: self.manage_master_user_password,
            password: self.master_user_password.as_ref(),
            key: self.master_user_secret_kms_key_id.as_ref(),
        }
    }

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

/// What some engines have and others don't.
fn engines_own(scene: &Scene<'_>, input: &Create, storage: &str) -> Result<(), Fault> {
    let (switches, engine) = (scene.switches, input.engine.as_str());
    settings::license(switches, engine, input.license_model.as_ref())?;
    settings::lifecycle(switches, engine, input.engine_lifecycle_support.as_ref())?;
    settings::log_volume(switches, storage, input.dedicated_log_volume)?;
    settings::tenants(switches, engine, input.multi_tenant)?;
    processor::fit(switches, engine, &input.class, input.processor_features.as_ref(), None)
}

/// `CreateDBInstance` (`R-INST-1`).
pub(crate) fn create(scene: &mut Scene<'_>, input: &Create) -> Result<Value, Fault> {
    let name = names::instance(scene.switches, &input.name)?;
    rules::free(scene, &name)?;
    rules::class(scene, &input.class)?;
    let version = version(input)?;
    let gibibytes = size(input)?;
    quota::instance(scene, gibibytes)?;
    let storage_type = input.storage_type.clone().unwrap_or_else(|| usual_storage(input.iops).to_owned());
    rules::storage(scene.switches, &input.engine, &storage_type, gibibytes, input.iops, input.storage_throughput)?;
    rules::port(scene.switches, input.port)?;
    rules::retention(scene.switches, input.backup_retention_period)?;
    rules::logs(scene.switches, &input.engine, input.enable_cloudwatch_logs_exports.as_ref())?;
    upkeep::certificate(scene.switches, input.ca_certificate_identifier.as_deref())?;
    engines_own(scene, input, &storage_type)?;
    secrets::fits(scene.switches, &input.password())?;
    let membership = domain::asked(scene.switches, &input.engine, &input.directory())?;
    if input.multi_az == Some(true) && input.availability_zone.is_some() {
        return Err(Fault::combination("Requesting a specific availability zone is not valid for Multi-AZ instances."));
    }
    if input.monitoring_interval.is_some_and(|seconds| seconds > 0) && input.monitoring_role_arn.is_none() {
        return Err(Fault::combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        ));
    }
    let subnet_group = rules::subnet_group(scene, input.subnet_group.as_deref().unwrap_or("default"))?;
    let vpc = scene.region.vpc_of_group(Some(&subnet_group)).to_owned();
    let security_groups = rules::security_groups(scene, input.vpc_security_group_ids.as_ref(), &vpc)?;
    settings::network(scene, input.network_type.as_ref(), &subnet_group)?;
    let parameter_group = match &input.parameter_group {
        Some(group) => rules::parameter_group(scene, group, &input.engine, version)?,
        None => format!("default.{}", family(&input.engine, version)),
    };
    let option_group = match &input.option_group_name {
        Some(group) => rules::option_group(scene, group, &input.engine, version, Some(&vpc))?,
        None => default_option_group(&input.engine, version),
    };
    let key = key(scene, input)?;
    let insights_key = insights_key(scene, input)?;
    let (backup_window, maintenance_window) = windows(scene, input)?;
    let given = tags::given(scene.switches, input.tags.clone(), None)?.unwrap_or_default();

    let secret = match input.manage_master_user_password {
        Some(true) => Some(secrets::new(scene, input.master_user_secret_kms_key_id.as_ref())?),
        _ => None,
    };

    let mut row = row(scene, input, version, key, security_groups);
    row.master_user_secret = secret;
    row.domain_memberships = membership.into_iter().collect();
    name.clone_into(&mut row.name);
    row.allocated_storage = gibibytes;
    let usual = rules::baseline(scene.switches, &row.engine, &storage_type, gibibytes).unzip();
    (row.iops, row.storage_throughput) = (row.iops.or(usual.0), row.storage_throughput.or(usual.1));
    row.storage_type = storage_type;
    row.performance_insights_key = insights_key;
    (row.preferred_backup_window, row.preferred_maintenance_window) = (backup_window, maintenance_window);
    row.parameter_groups = vec![ParameterGroupStatus { name: parameter_group, status: "in-sync".to_owned() }];
    row.option_groups = vec![OptionGroupMembership { name: option_group, status: "in-sync".to_owned() }];
    row.tag_list = tags::at_first(scene, &row.resource_id, given);
    let id = row.resource_id.clone();
    let place = placing::place(scene, &subnet_group, input.availability_zone.as_ref(), row.multi_az, &id)?;
    let instance = Instance {
        port: input.port.unwrap_or_else(|| view::usual_port(&input.engine)),
        subnet_group: Some(subnet_group),
        asked_zone: place.zone,
        backup_tags: tags::for_backup(scene.switches, &input.tag_specifications)?,
        pending: Changes { password: input.master_user_password.clone(), ..Changes::default() }.into(),
        row,
        // Without the rule a new instance is there at once.
        up: !scene.enforces("R-INST-1"),
        ..Instance::default()
    };
    let retention = instance.row.backup_retention_period;
    let instance = work::awaiting(scene.switches, instance);
    let answer = json!({"DBInstance": view::instance(scene.region, scene.name, &instance, scene.now)});
    scene.region.instances.push(instance);
    let up = after(scene.now, pace::create(gibibytes));
    work::plan(scene.region, &id, up, Effect::Up);
    work::await_membership(scene.region, &id, up);
    work::plan_event(scene.region, &id, up, "DB instance created", "creation");
    if retention > 0 && scene.switches.baseline_backup {
        // Of an empty database there is little to save.
        work::back_up(scene.region, &id, up, 0);
    } else {
        work::plan_status(scene.region, &id, up, "available");
    }
    placing::without_room(scene, &id, place.full, up);
    Ok(answer)
}

fn version(input: &Create) -> Result<&'static str, Fault> {
    if catalogue::versions(&input.engine).next().is_none() {
        return Err(Fault::value(format!("Invalid DB engine: {}", input.engine)));
    }
    let found = catalogue::resolve(&input.engine, input.engine_version.as_deref());
    let found = found.filter(|version| version.standing != catalogue::Standing::Deprecated);
    found.map(|version| version.number).ok_or_else(|| {
        let asked = input.engine_version.as_deref().unwrap_or_default();
        Fault::combination(format!("Cannot find version {asked} for {}", input.engine))
    })
}

fn size(input: &Create) -> Result<i64, Fault> {
    if input.engine.starts_with("aurora") {
        return Err(Fault::not_imitated("members of Aurora clusters"));
    }
    let smallest = if input.engine.starts_with("sqlserver") { 20 } else { 5 };
    match input.allocated_storage {
        None => Err(Fault::combination("The parameter AllocatedStorage must be provided.")),
        Some(size) if !(smallest..=65536).contains(&size) => {
            Err(Fault::value(format!("Invalid storage size for engine name {} : {size}", input.engine)))
        }
        Some(size) => Ok(size),
    }
}

/// gp3, or io1 where IOPS are asked for (`R-REST-5`).
pub(crate) fn usual_storage(iops: Option<i64>) -> &'static str {
    if iops.is_some() { "io1" } else { "gp3" }
}

/// The key of an encrypted instance: the one given, or the account's own for RDS (`R-ENC-1`, `R-ENC-3`).
fn key(scene: &mut Scene<'_>, input: &Create) -> Result<Option<String>, Fault> {
    if input.storage_encrypted != Some(true) {
        return match input.kms_key_id {
            Some(_) => Err(Fault::combination("You can't specify a KMS key without StorageEncrypted.")),
            None => Ok(None),
        };
    }
    keys::class_can_encrypt(scene.switches, &input.class)?;
    keys::usable(scene, input.kms_key_id.as_deref().unwrap_or("alias/aws/rds")).map(Some)
}

/// The key of Performance Insights: the one given, or the account's own for RDS (`R-ENC-3`).
fn insights_key(scene: &mut Scene<'_>, input: &Create) -> Result<Option<String>, Fault> {
    if input.enable_performance_insights != Some(true) {
        return Ok(None);
    }
    keys::usable(scene, input.performance_insights_key.as_deref().unwrap_or("alias/aws/rds")).map(Some)
}

fn windows(scene: &mut Scene<'_>, input: &Create) -> Result<(String, String), Fault> {
    let (backup, maintenance) = loop {
        let (backup, maintenance) = windows::random(scene.ids);
        let backup = input.preferred_backup_window.clone().unwrap_or(backup);
        let maintenance = input.preferred_maintenance_window.clone().unwrap_or(maintenance);
        let both_given = input.preferred_backup_window.is_some() && input.preferred_maintenance_window.is_some();
        if both_given || !windows::overlap(&backup, &maintenance) {
            break (backup, maintenance);
        }
    };
    rules::windows_fit(scene.switches, &backup, &maintenance)?;
    Ok((backup, maintenance))
}

fn row(
    scene: &mut Scene<'_>,
    input: &Create,
    version: &str,
    key: Option<String>,
    security_groups: Vec<SecurityGroup>,
) -> InstanceRow {
    let insights = input.enable_performance_insights == Some(true);
    InstanceRow {
        class: input.class.clone(),
        engine: input.engine.clone(),
        engine_version: version.to_owned(),
        status: "creating".to_owned(),
        master_username: input.master_username.clone().unwrap_or_else(|| "admin".to_owned()),
        db_name: input.db_name.clone(),
        backup_retention_period: input.backup_retention_period.unwrap_or(1),
        vpc_security_groups: security_groups,
        multi_az: input.multi_az.unwrap_or(false),
        auto_minor_version_upgrade: input.auto_minor_version_upgrade.unwrap_or(true),
        license_model: input.license_model.clone().unwrap_or_else(|| view::usual_license(&input.engine).to_owned()),
        iops: input.iops,
        storage_throughput: input.storage_throughput,
        publicly_accessible: input.publicly_accessible.unwrap_or(false),
        storage_encryption_type: Some(if key.is_some() { "sse-kms" } else { "none" }.to_owned()),
        storage_encrypted: key.is_some(),
        kms_key_id: key,
        resource_id: scene.resource_id(),
        ca_certificate_identifier: input.ca_certificate_identifier.clone().unwrap_or_else(|| CERTIFICATE.to_owned()),
        copy_tags_to_snapshot: input.copy_tags_to_snapshot.unwrap_or(false),
        monitoring_interval: input.monitoring_interval.unwrap_or(0),
        monitoring_role_arn: input.monitoring_role_arn.clone(),
        iam_authentication: input.iam_authentication.unwrap_or(false),
        database_insights_mode: Some(input.database_insights_mode.clone().unwrap_or_else(|| "standard".to_owned())),
        performance_insights_enabled: insights,
        performance_insights_retention_period: insights
            .then(|| input.performance_insights_retention_period.unwrap_or(7)),
        enabled_cloudwatch_logs_exports: input.enable_cloudwatch_logs_exports.clone().unwrap_or_default(),
        deletion_protection: input.deletion_protection.unwrap_or(false),
        max_allocated_storage: input.max_allocated_storage,
        network_type: Some(input.network_type.clone().unwrap_or_else(|| "IPV4".to_owned())),
        engine_lifecycle_support: lifecycle(scene.switches, &input.engine, input.engine_lifecycle_support.clone()),
        dedicated_log_volume: input.dedicated_log_volume.unwrap_or(false),
        processor_features: input.processor_features.clone().unwrap_or_default(),
        multi_tenant: settings::is_container(&input.engine).then(|| input.multi_tenant.unwrap_or(false)),
        character_set_name: input.character_set_name.clone(),
        nchar_character_set_name: input.nchar_character_set_name.clone(),
        timezone: input.timezone.clone(),
        ..InstanceRow::default()
    }
}

/// Who says nothing enrols in Extended Support; only `MySQL` and `PostgreSQL` have it (`R-REST-11`).
pub(crate) fn lifecycle(switches: &Switches, engine: &str, given: Option<String>) -> Option<String> {
    let has_it = matches!(engine, "mysql" | "postgres");
    if !switches.enforces("R-REST-11") {
        return given;
    }
    has_it.then(|| given.unwrap_or_else(|| "open-source-rds-extended-support".to_owned()))
}
