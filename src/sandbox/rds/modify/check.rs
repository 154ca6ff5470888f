//! `ModifyDBInstance`: what is wrong with a request, whatever state the instance is in.

use super::input::Modify;
use crate::sandbox::rds::{domain, keys, names, processor, quota, rules, secrets, settings, upkeep};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::instance::Instance;

/// What is wrong with the request itself, whatever state the instance is in.
pub(super) fn check(scene: &Scene<'_>, input: &Modify, instance: &Instance) -> Result<(), Fault> {
    let row = &instance.row;
    rules::retention(scene.switches, input.backup_retention_period)?;
    rules::port(scene.switches, input.port)?;
    if let Some(class) = &input.class {
        rules::class(scene, class)?;
        if row.storage_encrypted {
            keys::class_can_encrypt(scene.switches, class)?;
        }
    }
    upkeep::certificate(scene.switches, input.ca_certificate_identifier.as_deref())?;
    let exports = input.cloudwatch_logs_export_configuration.as_ref();
    rules::logs(scene.switches, &row.engine, exports.map(|logs| &logs.enable_log_types))?;
    if let Some(new) = &input.new_name {
        let new = names::instance(scene.switches, new)?;
        if scene.enforces("R-NAME-3") && scene.region.instance(&new).is_some() {
            return Err(Fault::new("DBInstanceAlreadyExists", format!("DB instance {new} already exists")));
        }
    }
    if input.preferred_backup_window.is_some() || input.preferred_maintenance_window.is_some() {
        let backup = input.preferred_backup_window.as_ref().unwrap_or(&row.preferred_backup_window);
        let maintenance = input.preferred_maintenance_window.as_ref().unwrap_or(&row.preferred_maintenance_window);
        rules::windows_fit(scene.switches, backup, maintenance)?;
    }
    if row.replica_of.is_none() && !row.replicas.is_empty() && input.backup_retention_period == Some(0) {
        return Err(Fault::new("InvalidDBInstanceState", "Backups can't be turned off on a source of read replicas."));
    }
    if let Some(group) = &input.subnet_group {
        let group = rules::subnet_group(scene, group)?;
        if scene.region.vpc_of_group(Some(&group)) != scene.region.vpc_of(instance) {
            return Err(Fault::not_imitated("a move to another VPC"));
        }
        if instance.subnet_group.as_ref() != Some(&group) {
            return Err(Fault::new(
                "InvalidVPCNetworkStateFault",
                format!(
                    "You cannot move DB instance {} to subnet group {group}. The specified DB subnet group and DB instance are in the same VPC.",
                    row.name
                ),
            ));
        }
    }
    engines_own(scene, input, instance)?;
    storage(scene, input, instance)
}

/// What some engines have and others don't.
fn engines_own(scene: &Scene<'_>, input: &Modify, instance: &Instance) -> Result<(), Fault> {
    let (switches, row) = (scene.switches, &instance.row);
    let engine = row.engine.as_str();
    settings::license(switches, engine, input.license_model.as_ref())?;
    settings::lifecycle(switches, engine, input.engine_lifecycle_support.as_ref())?;
    let kind = input.storage_type.as_deref().unwrap_or(&row.storage_type);
    settings::log_volume(switches, kind, input.dedicated_log_volume)?;
    settings::network(scene, input.network_type.as_ref(), instance.subnet_group.as_deref().unwrap_or("default"))?;
    settings::convert(switches, engine, row.multi_tenant, input.multi_tenant, input.apply_immediately)?;
    let (asked, usual) = (input.processor_features.as_ref(), input.use_default_processor_features);
    let class = input.class.as_deref().unwrap_or(&row.class);
    processor::fit(switches, engine, class, asked, usual)?;
    if class != row.class {
        processor::word_needed(switches, &row.processor_features, asked, usual)?;
    }
    let rotates = input.rotate_master_user_password;
    secrets::fits_instance(switches, &input.password(), instance, rotates, input.apply_immediately)?;
    domain::asked(switches, engine, &input.directory()).map(drop)
}

/// Storage grows by at least a tenth, and not while it is being optimized (`R-STOR-3`, `R-STOR-4`).
fn storage(scene: &Scene<'_>, input: &Modify, instance: &Instance) -> Result<(), Fault> {
    let row = &instance.row;
    let touched = input.allocated_storage.is_some() || input.storage_type.is_some() || input.iops.is_some();
    if !touched && input.storage_throughput.is_none() {
        return Ok(());
    }
    let grows = input.allocated_storage.filter(|size| *size != row.allocated_storage);
    if let Some(size) = grows.filter(|_| scene.enforces("R-STOR-3")) {
        if size < row.allocated_storage {
            return Err(Fault::value(
                "Invalid storage size: requested storage size cannot be less than the current size.",
            ));
        }
        if size * 10 < row.allocated_storage * 11 {
            return Err(Fault::combination("Invalid storage modification: storage must be increased by at least 10%."));
        }
        quota::storage(scene, size - row.allocated_storage)?;
    }
    if instance.status() == "storage-optimization" && scene.enforces("R-STOR-4") {
        return Err(Fault::new(
            "InvalidDBInstanceState",
            "You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
        ));
    }
    let kind = input.storage_type.as_deref().unwrap_or(&row.storage_type);
    let size = input.allocated_storage.unwrap_or(row.allocated_storage);
    let same_kind = kind == row.storage_type;
    // What gp3 has anyway was never asked for.
    let kept = same_kind && kind != "gp3";
    let iops = input.iops.or(row.iops.filter(|_| kept));
    let throughput = input.storage_throughput.or(row.storage_throughput.filter(|_| kept));
    rules::storage(scene.switches, &row.engine, kind, size, iops, throughput)
}
