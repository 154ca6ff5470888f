//! `ModifyDBInstance`: what it takes.

use serde::Deserialize;

use crate::sandbox::rds::domain::Directory;
use crate::sandbox::rds::secrets::Asked;
use crate::sandbox::world::settings::ProcessorFeature;

/// `ModifyDBInstance`'s input.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Modify {
    #[serde(rename = "DBInstanceIdentifier")]
    pub(super) name: String,
    pub(super) apply_immediately: bool,
    #[serde(rename = "NewDBInstanceIdentifier")]
    pub(super) new_name: Option<String>,
    pub(super) allocated_storage: Option<i64>,
    #[serde(rename = "DBInstanceClass")]
    pub(super) class: Option<String>,
    #[serde(rename = "DBSubnetGroupName")]
    pub(super) subnet_group: Option<String>,
    pub(super) vpc_security_group_ids: Option<Vec<String>>,
    pub(super) master_user_password: Option<String>,
    #[serde(rename = "DBParameterGroupName")]
    pub(super) parameter_group: Option<String>,
    pub(super) option_group_name: Option<String>,
    pub(super) backup_retention_period: Option<i64>,
    pub(super) preferred_backup_window: Option<String>,
    pub(super) preferred_maintenance_window: Option<String>,
    #[serde(rename = "MultiAZ")]
    pub(super) multi_az: Option<bool>,
    pub(super) engine_version: Option<String>,
    pub(super) allow_major_version_upgrade: bool,
    pub(super) auto_minor_version_upgrade: Option<bool>,
    pub(super) license_model: Option<String>,
    pub(super) iops: Option<i64>,
    pub(super) storage_throughput: Option<i64>,
    pub(super) storage_type: Option<String>,
    #[serde(rename = "CACertificateIdentifier")]
    pub(super) ca_certificate_identifier: Option<String>,
    pub(super) certificate_rotation_restart: Option<bool>,
    pub(super) copy_tags_to_snapshot: Option<bool>,
    pub(super) monitoring_interval: Option<i64>,
    pub(super) monitoring_role_arn: Option<String>,
    #[serde(rename = "DBPortNumber")]
    pub(super) port: Option<i64>,
    pub(super) publicly_accessible: Option<bool>,
    pub(super) promotion_tier: Option<i64>,
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    pub(super) iam_authentication: Option<bool>,
    pub(super) database_insights_mode: Option<String>,
    pub(super) enable_performance_insights: Option<bool>,
    #[serde(rename = "PerformanceInsightsKMSKeyId")]
    pub(super) performance_insights_key: Option<String>,
    pub(super) performance_insights_retention_period: Option<i64>,
    pub(super) cloudwatch_logs_export_configuration: Option<Logs>,
    pub(super) deletion_protection: Option<bool>,
    pub(super) max_allocated_storage: Option<i64>,
    pub(super) network_type: Option<String>,
    pub(super) manage_master_user_password: Option<bool>,
    pub(super) rotate_master_user_password: Option<bool>,
    pub(super) master_user_secret_kms_key_id: Option<String>,
    pub(super) dedicated_log_volume: Option<bool>,
    pub(super) engine_lifecycle_support: Option<String>,
    pub(super) multi_tenant: Option<bool>,
    pub(super) use_default_processor_features: Option<bool>,
    pub(super) disable_domain: Option<bool>,
    pub(super) domain: Option<String>,
    #[serde(rename = "DomainIAMRoleName")]
    pub(super) domain_role: Option<String>,
    pub(super) domain_fqdn: Option<String>,
    pub(super) domain_ou: Option<String>,
    pub(super) domain_auth_secret_arn: Option<String>,
    pub(super) domain_dns_ips: Option<Vec<String>>,
    pub(super) processor_features: Option<Vec<ProcessorFeature>>,
}

impl Modify {
    /// What it says of the master password.
    pub(super) fn password(&self) -> Asked<'_> {
        Asked {
            managed: self.manage_master_user_password,
            password: self.master_user_password.as_ref(),
            key: self.master_user_secret_kms_key_id.as_ref(),
        }
    }

    /// What it says of a directory.
    pub(super) fn directory(&self) -> Directory {
        Directory {
            domain: self.domain.clone().filter(|id| id != "none"),
            role: self.domain_role.clone(),
            name: self.domain_fqdn.clone(),
            unit: self.domain_ou.clone(),
            secret: self.domain_auth_secret_arn.clone(),
            addresses: self.domain_dns_ips.clone(),
        }
    }

    /// Whether the instance is to leave its directory.
    pub(super) fn leaves_domain(&self) -> bool {
        self.disable_domain == Some(true) || self.domain.as_deref() == Some("none")
    }
}

/// Log exports to turn on and off.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Logs {
    pub(super) enable_log_types: Vec<String>,
    pub(super) disable_log_types: Vec<String>,
}
