//! Changes to an instance: what they are, what of them shows as pending, and how they are made.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::instance::{Instance, OptionGroupMembership, ParameterGroupStatus, Secret};
use super::settings::{DomainMembership, ProcessorFeature};

/// Changes to an instance. The first half is what `PendingModifiedValues` can show, in its member names; the second
/// half is never queued and never shown as pending (`R-MOD-4`).
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Changes {
    #[serde(rename = "DBInstanceClass", skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<String>,
    #[serde(rename = "AllocatedStorage", skip_serializing_if = "Option::is_none")]
    pub(crate) allocated_storage: Option<i64>,
    #[serde(rename = "MasterUserPassword", skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<String>,
    #[serde(rename = "Port", skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<i64>,
    #[serde(rename = "BackupRetentionPeriod", skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<i64>,
    #[serde(rename = "MultiAZ", skip_serializing_if = "Option::is_none")]
    pub(crate) multi_az: Option<bool>,
    #[serde(rename = "EngineVersion", skip_serializing_if = "Option::is_none")]
    pub(crate) engine_version: Option<String>,
    #[serde(rename = "LicenseModel", skip_serializing_if = "Option::is_none")]
    pub(crate) license_model: Option<String>,
    #[serde(rename = "Iops", skip_serializing_if = "Option::is_none")]
    pub(crate) iops: Option<i64>,
    #[serde(rename = "StorageThroughput", skip_serializing_if = "Option::is_none")]
    pub(crate) storage_throughput: Option<i64>,
    #[serde(rename = "DBInstanceIdentifier", skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(rename = "StorageType", skip_serializing_if = "Option::is_none")]
    pub(crate) storage_type: Option<String>,
    #[serde(rename = "CACertificateIdentifier", skip_serializing_if = "Option::is_none")]
    pub(crate) ca_certificate_identifier: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled", skip_serializing_if = "Option::is_none")]
    pub(crate) iam_authentication: Option<bool>,
    #[serde(rename = "DedicatedLogVolume", skip_serializing_if = "Option::is_none")]
    pub(crate) dedicated_log_volume: Option<bool>,
    #[serde(rename = "ProcessorFeatures", skip_serializing_if = "Option::is_none")]
    pub(crate) processor_features: Option<Vec<ProcessorFeature>>,
    #[serde(rename = "MultiTenant", skip_serializing_if = "Option::is_none")]
    pub(crate) multi_tenant: Option<bool>,
    /// Directories: can wait for the window, but only the membership itself says so.
    #[serde(rename = "hidden:domains", skip_serializing_if = "Option::is_none")]
    pub(crate) domains: Option<Vec<DomainMembership>>,
    #[serde(rename = "PendingCloudwatchLogsExports", skip_serializing_if = "Option::is_none")]
    pub(crate) logs: Option<LogChanges>,
    #[serde(flatten)]
    pub(crate) prompt: Prompt,
}

/// Log exports to turn on and off.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct LogChanges {
    #[serde(rename = "LogTypesToEnable")]
    pub(crate) enable: Vec<String>,
    #[serde(rename = "LogTypesToDisable")]
    pub(crate) disable: Vec<String>,
}

/// Changes that take effect as soon as possible whatever `ApplyImmediately` says.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Prompt {
    #[serde(rename = "prompt:protection", skip_serializing_if = "Option::is_none")]
    pub(crate) deletion_protection: Option<bool>,
    #[serde(rename = "prompt:copy-tags", skip_serializing_if = "Option::is_none")]
    pub(crate) copy_tags: Option<bool>,
    #[serde(rename = "prompt:minor-upgrades", skip_serializing_if = "Option::is_none")]
    pub(crate) auto_minor_version_upgrade: Option<bool>,
    #[serde(rename = "prompt:backup-window", skip_serializing_if = "Option::is_none")]
    pub(crate) backup_window: Option<String>,
    #[serde(rename = "prompt:maintenance-window", skip_serializing_if = "Option::is_none")]
    pub(crate) maintenance_window: Option<String>,
    #[serde(rename = "prompt:retention", skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<i64>,
    #[serde(rename = "prompt:public", skip_serializing_if = "Option::is_none")]
    pub(crate) publicly_accessible: Option<bool>,
    #[serde(rename = "prompt:max-storage", skip_serializing_if = "Option::is_none")]
    pub(crate) max_allocated_storage: Option<i64>,
    #[serde(rename = "prompt:tier", skip_serializing_if = "Option::is_none")]
    pub(crate) promotion_tier: Option<i64>,
    #[serde(rename = "prompt:monitoring-interval", skip_serializing_if = "Option::is_none")]
    pub(crate) monitoring_interval: Option<i64>,
    #[serde(rename = "prompt:monitoring-role", skip_serializing_if = "Option::is_none")]
    pub(crate) monitoring_role_arn: Option<String>,
    #[serde(rename = "prompt:insights-mode", skip_serializing_if = "Option::is_none")]
    pub(crate) database_insights_mode: Option<String>,
    #[serde(rename = "prompt:insights", skip_serializing_if = "Option::is_none")]
    pub(crate) performance_insights: Option<bool>,
    #[serde(rename = "prompt:insights-key", skip_serializing_if = "Option::is_none")]
    pub(crate) performance_insights_key: Option<String>,
    #[serde(rename = "prompt:insights-retention", skip_serializing_if = "Option::is_none")]
    pub(crate) performance_insights_retention: Option<i64>,
    #[serde(rename = "prompt:lifecycle", skip_serializing_if = "Option::is_none")]
    pub(crate) engine_lifecycle_support: Option<String>,
    #[serde(rename = "prompt:network", skip_serializing_if = "Option::is_none")]
    pub(crate) network_type: Option<String>,
    #[serde(rename = "prompt:secret", skip_serializing_if = "Option::is_none")]
    pub(crate) managed_password: Option<PasswordKeeper>,
    #[serde(rename = "prompt:parameters", skip_serializing_if = "Option::is_none")]
    pub(crate) parameter_group: Option<String>,
    #[serde(rename = "prompt:options", skip_serializing_if = "Option::is_none")]
    pub(crate) option_group: Option<String>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What `PendingModifiedValues` shows; a password only as stars (`R-INST-4`).
    pub(crate) fn shown(&self, password_as_stars: bool) -> Value {
        let mut shown = self.clone();
        shown.prompt = Prompt::default();
        shown.domains = None;
        if password_as_stars && shown.password.is_some() {
            shown.password = Some("****".to_owned());
        }
        serde_json::to_value(shown).unwrap_or_default()
    }

    /// Adds what another set of changes holds; the later one wins.
    pub(crate) fn add(&mut self, other: &Self) {
        let (Ok(Value::Object(mut mine)), Ok(Value::Object(theirs))) =
            (serde_json::to_value(&*self), serde_json::to_value(other))
        else {
            return;
        };
        mine.extend(theirs);
        *self = serde_json::from_value(Value::Object(mine)).unwrap_or_default();
    }

    /// Takes out what another set of changes holds.
    pub(crate) fn remove(&mut self, other: &Self) {
        let (Ok(Value::Object(mut mine)), Ok(Value::Object(theirs))) =
            (serde_json::to_value(&*self), serde_json::to_value(other))
        else {
            return;
        };
        mine.retain(|name, _| !theirs.contains_key(name));
        *self = serde_json::from_value(Value::Object(mine)).unwrap_or_default();
    }
}

/// Who keeps the master password from now on.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PasswordKeeper {
    /// RDS, in this secret.
    Secret(Secret),
    /// The person.
    Person,
}

/// IOPS and throughput that gp3 has without being asked: four volumes are striped from a threshold on (`R-STOR-5`).
pub(crate) fn baseline(engine: &str, storage_type: &str, gibibytes: i64) -> Option<(i64, i64)> {
    let threshold = if engine.starts_with("oracle") { 200 } else { 400 };
    let striped = !engine.starts_with("sqlserver") && gibibytes >= threshold;
    (storage_type == "gp3").then_some(if striped { (12_000, 500) } else { (3_000, 125) })
}

impl Instance {
    /// Makes changes (`R-MOD-4`).
    pub(crate) fn apply(&mut self, changes: &Changes) {
        self.apply_storage(changes);
        let row = &mut self.row;
        set(&mut row.class, changes.class.clone());
        set(&mut self.port, changes.port);
        set(&mut row.backup_retention_period, changes.retention);
        set(&mut row.multi_az, changes.multi_az);
        set(&mut row.engine_version, changes.engine_version.clone());
        set(&mut row.license_model, changes.license_model.clone());
        set(&mut row.name, changes.name.clone());
        set(&mut row.ca_certificate_identifier, changes.ca_certificate_identifier.clone());
        set(&mut row.iam_authentication, changes.iam_authentication);
        set(&mut row.dedicated_log_volume, changes.dedicated_log_volume);
        set(&mut row.processor_features, changes.processor_features.clone());
        set(&mut row.domain_memberships, changes.domains.clone());
        set_some(&mut row.multi_tenant, changes.multi_tenant);
        if let Some(logs) = &changes.logs {
            let exports = &mut row.enabled_cloudwatch_logs_exports;
            exports.retain(|log| !logs.disable.contains(log));
            for log in &logs.enable {
                if !exports.contains(log) {
                    exports.push(log.clone());
                }
            }
        }
        if changes.multi_az == Some(false) {
            row.secondary_availability_zone = None;
        }
        self.apply_prompt(&changes.prompt);
    }

    fn apply_storage(&mut self, changes: &Changes) {
        let row = &mut self.row;
        let before = baseline(&row.engine, &row.storage_type, row.allocated_storage);
        set(&mut row.allocated_storage, changes.allocated_storage);
        set(&mut row.storage_type, changes.storage_type.clone());
        let usual = baseline(&row.engine, &row.storage_type, row.allocated_storage);
        let was_usual = row.iops == before.map(|(iops, _)| iops);
        if changes.storage_type.is_some() || (usual != before && was_usual) {
            (row.iops, row.storage_throughput) = usual.unzip();
        }
        set_some(&mut row.iops, changes.iops);
        set_some(&mut row.storage_throughput, changes.storage_throughput);
    }

    fn apply_prompt(&mut self, changes: &Prompt) {
        let row = &mut self.row;
        set(&mut row.deletion_protection, changes.deletion_protection);
        set(&mut row.copy_tags_to_snapshot, changes.copy_tags);
        set(&mut row.auto_minor_version_upgrade, changes.auto_minor_version_upgrade);
        set(&mut row.preferred_backup_window, changes.backup_window.clone());
        set(&mut row.preferred_maintenance_window, changes.maintenance_window.clone());
        set(&mut row.backup_retention_period, changes.retention);
        set(&mut row.publicly_accessible, changes.publicly_accessible);
        set(&mut row.monitoring_interval, changes.monitoring_interval);
        set(&mut row.performance_insights_enabled, changes.performance_insights);
        if changes.max_allocated_storage.is_some() {
            // Autoscaling is off when the limit is the size itself.
            row.max_allocated_storage = changes.max_allocated_storage.filter(|limit| *limit > row.allocated_storage);
        }
        set_some(&mut row.promotion_tier, changes.promotion_tier);
        set_some(&mut row.monitoring_role_arn, changes.monitoring_role_arn.clone());
        set_some(&mut row.database_insights_mode, changes.database_insights_mode.clone());
        set_some(&mut row.performance_insights_key, changes.performance_insights_key.clone());
        set_some(&mut row.performance_insights_retention_period, changes.performance_insights_retention);
        set_some(&mut row.engine_lifecycle_support, changes.engine_lifecycle_support.clone());
        set_some(&mut row.network_type, changes.network_type.clone());
        if changes.monitoring_interval == Some(0) {
            row.monitoring_role_arn = None;
        }
        if changes.performance_insights == Some(false) {
            (row.performance_insights_key, row.performance_insights_retention_period) = (None, None);
        }
        match &changes.managed_password {
            Some(PasswordKeeper::Secret(secret)) => row.master_user_secret = Some(secret.clone()),
            Some(PasswordKeeper::Person) => row.master_user_secret = None,
            None => {}
        }
        if let Some(group) = &changes.parameter_group {
            row.parameter_groups = vec![ParameterGroupStatus { name: group.clone(), status: "applying".to_owned() }];
        }
        if let Some(group) = &changes.option_group {
            row.option_groups = vec![OptionGroupMembership { name: group.clone(), status: "in-sync".to_owned() }];
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn set_some<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}
