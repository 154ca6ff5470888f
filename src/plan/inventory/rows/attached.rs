//! What hangs on an instance, in a row of `DescribeDBInstances`.

use serde_json::{Value, json};

use super::{Row, Writer, plain_members};
use crate::model::{ActivityStream, Attached, AttachedRole, DomainMembership, MasterUserSecret};

plain_members!(Attached {
    tde_credential_arn: "TdeCredentialArn",
    backup_target: "BackupTarget",
    customer_owned_ip: "CustomerOwnedIpEnabled",
    capacity_reservation: "DBCapacityReservationIdentifier",
    recovery_point_arn: "AwsBackupRecoveryPointArn",
    upgrade_rollout_order: "UpgradeRolloutOrder",
});

/// Lists of rows of which one member is kept.
const BACKUPS: [&str; 2] = ["DBInstanceAutomatedBackupsReplications", "DBInstanceAutomatedBackupsArn"];
const VOLUMES: [&str; 2] = ["AdditionalStorageVolumes", "VolumeName"];
const CLASSIC_GROUPS: [&str; 2] = ["DBSecurityGroups", "DBSecurityGroupName"];

const CLUSTER_REPLICAS: &str = "ReadReplicaDBClusterIdentifiers";

pub(super) fn read(row: &mut Row<'_>) -> Attached {
    let mut into = Attached::default();
    read_plain(row, &mut into);
    Attached {
        roles: row.list("AssociatedRoles", role).unwrap_or_default(),
        master_user_secret: row.member::<Value>("MasterUserSecret").map(|_| MasterUserSecret {
            arn: row.member("MasterUserSecret.SecretArn"),
            kms_key_id: row.member("MasterUserSecret.KmsKeyId"),
            status: row.member("MasterUserSecret.SecretStatus"),
        }),
        domains: row.list("DomainMemberships", domain).unwrap_or_default(),
        activity_stream: row.member("ActivityStreamStatus").map(|status| ActivityStream {
            status,
            mode: row.member("ActivityStreamMode"),
            kms_key_id: row.member("ActivityStreamKmsKeyId"),
            native_audit_fields: row.member("ActivityStreamEngineNativeAuditFieldsIncluded"),
        }),
        backup_replications: named(row, BACKUPS).into_iter().flatten().collect(),
        storage_volumes: named(row, VOLUMES)
            .into_iter()
            .map(|name| name.unwrap_or_else(|| "(without a name)".to_owned()))
            .collect(),
        classic_security_groups: named(row, CLASSIC_GROUPS).into_iter().map(Option::unwrap_or_default).collect(),
        cluster_replicas: row.member(CLUSTER_REPLICAS).unwrap_or_default(),
        ..into
    }
}

fn named(row: &mut Row<'_>, [list, name]: [&str; 2]) -> Vec<Option<String>> {
    row.list(list, |element| element.member(name)).unwrap_or_default()
}

fn role(row: &mut Row<'_>) -> AttachedRole {
    AttachedRole {
        arn: row.member("RoleArn").unwrap_or_default(),
        feature: row.member("FeatureName").unwrap_or_default(),
        status: row.member("Status"),
    }
}

fn domain(row: &mut Row<'_>) -> DomainMembership {
    DomainMembership {
        domain: row.member("Domain"),
        fqdn: row.member("FQDN"),
        role_name: row.member("IAMRoleName"),
        organizational_unit: row.member("OU"),
        auth_secret_arn: row.member("AuthSecretArn"),
        dns_ips: row.member("DnsIps").unwrap_or_default(),
        status: row.member("Status"),
    }
}

pub(super) fn write(from: &Attached, row: &mut Writer) {
    write_plain(from, row);
    if let Some(secret) = &from.master_user_secret {
        let mut written = Writer::default();
        written.set("SecretArn", secret.arn.as_ref());
        written.set("KmsKeyId", secret.kms_key_id.as_ref());
        written.set("SecretStatus", secret.status.as_ref());
        row.set("MasterUserSecret", Some(written.finish()));
    }
    if let Some(stream) = &from.activity_stream {
        row.set("ActivityStreamStatus", Some(&stream.status));
        row.set("ActivityStreamMode", stream.mode.as_ref());
        row.set("ActivityStreamKmsKeyId", stream.kms_key_id.as_ref());
        row.set("ActivityStreamEngineNativeAuditFieldsIncluded", stream.native_audit_fields);
    }
    write_list(row, "AssociatedRoles", &from.roles, write_role);
    write_list(row, "DomainMemberships", &from.domains, write_domain);
    for ([list, name], names) in [
        (BACKUPS, &from.backup_replications),
        (VOLUMES, &from.storage_volumes),
        (CLASSIC_GROUPS, &from.classic_security_groups),
    ] {
        write_list(row, list, names, |held| json!({name: held}));
    }
    row.set(CLUSTER_REPLICAS, Some(&from.cluster_replicas).filter(|names| !names.is_empty()));
}

/// An empty list is as one that was left out.
fn write_list<T>(row: &mut Writer, name: &str, all: &[T], write: impl Fn(&T) -> Value) {
    let written: Vec<Value> = all.iter().map(write).collect();
    row.set(name, Some(written).filter(|written| !written.is_empty()));
}

fn write_role(role: &AttachedRole) -> Value {
    let mut row = Writer::default();
    row.set("RoleArn", Some(&role.arn));
    row.set("FeatureName", Some(&role.feature).filter(|feature| !feature.is_empty()));
    row.set("Status", role.status.as_ref());
    row.finish()
}

fn write_domain(domain: &DomainMembership) -> Value {
    let mut row = Writer::default();
    row.set("Domain", domain.domain.as_ref());
    row.set("FQDN", domain.fqdn.as_ref());
    row.set("IAMRoleName", domain.role_name.as_ref());
    row.set("OU", domain.organizational_unit.as_ref());
    row.set("AuthSecretArn", domain.auth_secret_arn.as_ref());
    row.set("DnsIps", Some(&domain.dns_ips).filter(|ips| !ips.is_empty()));
    row.set("Status", domain.status.as_ref());
    row.finish()
}
