//! What hangs on an instance beside its settings, read into the model.

use aws_sdk_rds::types;

use crate::model::{ActivityStream, Attached, AttachedRole, DomainMembership, MasterUserSecret};

/// Reads it from one row of `DescribeDBInstances`.
pub(super) fn read(row: &types::DbInstance) -> Attached {
    let named = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
    Attached {
        roles: row.associated_roles.iter().flatten().map(role).collect(),
        master_user_secret: row.master_user_secret.as_ref().map(|secret| MasterUserSecret {
            arn: secret.secret_arn.clone(),
            kms_key_id: secret.kms_key_id.clone(),
            status: secret.secret_status.clone(),
        }),
        domains: row.domain_memberships.iter().flatten().map(domain).collect(),
        activity_stream: row.activity_stream_status.as_ref().map(|status| ActivityStream {
            status: status.as_str().to_owned(),
            mode: row.activity_stream_mode.as_ref().map(|mode| mode.as_str().to_owned()),
            kms_key_id: row.activity_stream_kms_key_id.clone(),
            native_audit_fields: row.activity_stream_engine_native_audit_fields_included,
        }),
        backup_replications: row
            .db_instance_automated_backups_replications
            .iter()
            .flatten()
            .filter_map(|replication| replication.db_instance_automated_backups_arn.clone())
            .collect(),
        tde_credential_arn: row.tde_credential_arn.clone(),
        storage_volumes: row
            .additional_storage_volumes
            .iter()
            .flatten()
            .map(|volume| volume.volume_name.clone().unwrap_or_else(|| "(without a name)".to_owned()))
            .collect(),
        backup_target: row.backup_target.clone(),
        customer_owned_ip: row.customer_owned_ip_enabled,
        capacity_reservation: row.db_capacity_reservation_identifier.clone(),
        recovery_point_arn: row.aws_backup_recovery_point_arn.clone(),
        classic_security_groups: row
            .db_security_groups
            .iter()
            .flatten()
            .map(|group| group.db_security_group_name.clone().unwrap_or_default())
            .collect(),
        cluster_replicas: named(&row.read_replica_db_cluster_identifiers),
        upgrade_rollout_order: row.upgrade_rollout_order.as_ref().map(|order| order.as_str().to_owned()),
    }
}

fn role(row: &types::DbInstanceRole) -> AttachedRole {
    AttachedRole {
        arn: row.role_arn.clone().unwrap_or_default(),
        feature: row.feature_name.clone().unwrap_or_default(),
        status: row.status.clone(),
    }
}

fn domain(row: &types::DomainMembership) -> DomainMembership {
    DomainMembership {
        domain: row.domain.clone(),
        fqdn: row.fqdn.clone(),
        role_name: row.iam_role_name.clone(),
        organizational_unit: row.ou.clone(),
        auth_secret_arn: row.auth_secret_arn.clone(),
        dns_ips: row.dns_ips.clone().unwrap_or_default(),
        status: row.status.clone(),
    }
}
