//! `ModifyDBInstance`: the request as changes against what the instance has.

use super::input::Modify;
use crate::sandbox::rds::domain::{self, Stage};
use crate::sandbox::rds::groups::bound;
use crate::sandbox::rds::{catalogue, keys, processor, rules, secrets, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::changes::{Changes, LogChanges, PasswordKeeper, Prompt};
use crate::sandbox::world::instance::{Instance, InstanceRow, Secret};
use crate::sandbox::world::settings::{DomainMembership, ProcessorFeature};

/// The request as changes against what the instance has.
pub(super) fn changes(scene: &mut Scene<'_>, input: &Modify, instance: &Instance) -> Result<Changes, Fault> {
    let row = &instance.row;
    let version = match &input.engine_version {
        Some(asked) => Some(upgrade(scene, input, instance, asked)?),
        None => None,
    };
    let version_after = version.clone().unwrap_or_else(|| row.engine_version.clone());
    let parameter_group = match &input.parameter_group {
        Some(group) => Some(rules::parameter_group(scene, group, &row.engine, &version_after)?),
        None => None,
    };
    let option_group = match &input.option_group_name {
        Some(group) => {
            let vpc = scene.region.vpc_of(instance);
            let group = rules::option_group(scene, group, &row.engine, &version_after, Some(vpc))?;
            bound::stays(scene, row.option_groups.first().map(|own| own.name.as_str()), &group)?;
            Some(group)
        }
        None => None,
    };
    let interval = input.monitoring_interval.unwrap_or(row.monitoring_interval);
    let role = input.monitoring_role_arn.as_ref().or(row.monitoring_role_arn.as_ref());
    if interval > 0 && role.is_none() {
        return Err(Fault::combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        ));
    }
    let insights_key = match &input.performance_insights_key {
        Some(key) => Some(keys::usable(scene, key)?),
        None if input.enable_performance_insights == Some(true) && !row.performance_insights_enabled => {
            Some(keys::usable(scene, "alias/aws/rds")?)
        }
        None => None,
    };
    let turned_on = input.enable_performance_insights == Some(true) && !row.performance_insights_enabled;
    let insights_retention = input.performance_insights_retention_period.or(turned_on.then_some(7));
    let keeper = secret(scene, input, instance)?;
    Ok(Changes {
        engine_version: version.filter(|version| *version != row.engine_version),
        processor_features: processor(scene, input, row),
        domains: domains(scene, input, row)?,
        prompt: Prompt {
            performance_insights_key: other(insights_key.as_ref(), row.performance_insights_key.as_ref()),
            performance_insights_retention: other(
                insights_retention.as_ref(),
                row.performance_insights_retention_period.as_ref(),
            ),
            managed_password: keeper,
            parameter_group: parameter_group
                .filter(|name| row.parameter_groups.iter().all(|group| group.name != *name)),
            option_group: option_group.filter(|name| row.option_groups.iter().all(|group| group.name != *name)),
            ..prompt(input, row)
        },
        ..queueable(input, instance)
    })
}

/// Changes that `PendingModifiedValues` knows, as far as they need no look elsewhere.
fn queueable(input: &Modify, instance: &Instance) -> Changes {
    let row = &instance.row;
    let logs = input.cloudwatch_logs_export_configuration.clone();
    // Another type of storage brings numbers of its own: those that are asked for count, be they the old ones or not.
    let other_type = differs(input.storage_type.as_ref(), &row.storage_type).is_some();
    let numbers = |asked: Option<i64>, has| asked.filter(|asked| other_type || Some(*asked) != has);
    Changes {
        class: differs(input.class.as_ref(), &row.class),
        allocated_storage: differs(input.allocated_storage.as_ref(), &row.allocated_storage),
        password: input.master_user_password.clone(),
        port: differs(input.port.as_ref(), &instance.port),
        retention: differs(input.backup_retention_period.as_ref(), &row.backup_retention_period),
        multi_az: differs(input.multi_az.as_ref(), &row.multi_az),
        license_model: differs(input.license_model.as_ref(), &row.license_model),
        iops: numbers(input.iops, row.iops),
        storage_throughput: numbers(input.storage_throughput, row.storage_throughput),
        name: input.new_name.as_ref().map(|name| name.to_ascii_lowercase()),
        storage_type: differs(input.storage_type.as_ref(), &row.storage_type),
        ca_certificate_identifier: differs(input.ca_certificate_identifier.as_ref(), &row.ca_certificate_identifier),
        iam_authentication: differs(input.iam_authentication.as_ref(), &row.iam_authentication),
        dedicated_log_volume: differs(input.dedicated_log_volume.as_ref(), &row.dedicated_log_volume),
        multi_tenant: other(input.multi_tenant.as_ref(), row.multi_tenant.as_ref()),
        logs: logs.map(|logs| LogChanges { enable: logs.enable_log_types, disable: logs.disable_log_types }),
        ..Changes::default()
    }
}

/// Changes that are never queued, as far as they need no look elsewhere.
fn prompt(input: &Modify, row: &InstanceRow) -> Prompt {
    let (protection, upgrades) = (input.deletion_protection.as_ref(), input.auto_minor_version_upgrade.as_ref());
    let (backup, maintenance) = (input.preferred_backup_window.as_ref(), input.preferred_maintenance_window.as_ref());
    let (interval, role) = (input.monitoring_interval.as_ref(), input.monitoring_role_arn.as_ref());
    let insights = input.enable_performance_insights.as_ref();
    let lifecycle = input.engine_lifecycle_support.as_ref();
    Prompt {
        deletion_protection: differs(protection, &row.deletion_protection),
        copy_tags: differs(input.copy_tags_to_snapshot.as_ref(), &row.copy_tags_to_snapshot),
        auto_minor_version_upgrade: differs(upgrades, &row.auto_minor_version_upgrade),
        backup_window: differs(backup, &row.preferred_backup_window),
        maintenance_window: differs(maintenance, &row.preferred_maintenance_window),
        publicly_accessible: differs(input.publicly_accessible.as_ref(), &row.publicly_accessible),
        max_allocated_storage: other(input.max_allocated_storage.as_ref(), row.max_allocated_storage.as_ref()),
        promotion_tier: other(input.promotion_tier.as_ref(), row.promotion_tier.as_ref()),
        monitoring_interval: differs(interval, &row.monitoring_interval),
        monitoring_role_arn: other(role, row.monitoring_role_arn.as_ref()),
        database_insights_mode: other(input.database_insights_mode.as_ref(), row.database_insights_mode.as_ref()),
        performance_insights: differs(insights, &row.performance_insights_enabled),
        engine_lifecycle_support: other(lifecycle, row.engine_lifecycle_support.as_ref()),
        network_type: other(input.network_type.as_ref(), row.network_type.as_ref()),
        ..Prompt::default()
    }
}

/// A wanted value, where the instance has another one or none.
fn other<T: Clone + PartialEq>(wanted: Option<&T>, has: Option<&T>) -> Option<T> {
    wanted.filter(|wanted| Some(*wanted) != has).cloned()
}

/// A wanted value, where the instance has another one.
fn differs<T: Clone + PartialEq>(wanted: Option<&T>, has: &T) -> Option<T> {
    wanted.filter(|wanted| *wanted != has).cloned()
}

/// A version to upgrade to: newer, orderable, and asked for as a major upgrade where it is one (`R-MOD-8`).
fn upgrade(scene: &Scene<'_>, input: &Modify, instance: &Instance, asked: &str) -> Result<String, Fault> {
    let row = &instance.row;
    if asked == row.engine_version {
        return Ok(asked.to_owned());
    }
    let found = catalogue::resolve(&row.engine, Some(asked));
    let found = found.filter(|version| version.standing != catalogue::Standing::Deprecated);
    let found = found.ok_or_else(|| Fault::combination(format!("Cannot find version {asked} for {}", row.engine)))?;
    let major = |version: &str| view::major(&row.engine, version);
    if major(found.number) != major(&row.engine_version)
        && !input.allow_major_version_upgrade
        && scene.enforces("R-MOD-8")
    {
        return Err(Fault::combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
        ));
    }
    Ok(found.number.to_owned())
}

/// A master password that RDS manages gets a new secret; one that it no longer manages loses it; one that is rotated
/// shows it (`R-MOD-9`, `R-SECRET-6`).
fn secret(scene: &mut Scene<'_>, input: &Modify, instance: &Instance) -> Result<Option<PasswordKeeper>, Fault> {
    let has = &instance.row.master_user_secret;
    match (input.manage_master_user_password, has) {
        (Some(true), None) => {
            let key = input.master_user_secret_kms_key_id.as_ref();
            Ok(Some(PasswordKeeper::Secret(secrets::new(scene, key)?)))
        }
        (Some(false), Some(_)) => Ok(Some(PasswordKeeper::Person)),
        (_, Some(secret)) if input.rotate_master_user_password == Some(true) => {
            Ok(Some(PasswordKeeper::Secret(Secret { status: "rotating".to_owned(), ..secret.clone() })))
        }
        _ => Ok(None),
    }
}

/// The directories that the instance is to be in, where that changes (`R-DOM-3`).
fn domains(scene: &Scene<'_>, input: &Modify, row: &InstanceRow) -> Result<Option<Vec<DomainMembership>>, Fault> {
    if input.leaves_domain() {
        return Ok((!row.domain_memberships.is_empty()).then(Vec::new));
    }
    // The same directory again is another try.
    let asked = domain::asked(scene.switches, &row.engine, &input.directory())?;
    let stage = if input.apply_immediately { Stage::Awaited } else { Stage::AwaitsWindow };
    let status = domain::word(scene.switches, &row.engine, stage).to_owned();
    Ok(asked.map(|membership| vec![DomainMembership { status, ..membership }]))
}

/// The processor features after the change, where that changes them (`R-CPU-2`).
fn processor(scene: &Scene<'_>, input: &Modify, row: &InstanceRow) -> Option<Vec<ProcessorFeature>> {
    let (asked, usual) = (input.processor_features.as_ref(), input.use_default_processor_features);
    asked.or(usual.map(|_| &row.processor_features))?;
    let after = processor::after(scene.switches, &row.processor_features, asked, usual);
    (after != row.processor_features).then_some(after)
}
