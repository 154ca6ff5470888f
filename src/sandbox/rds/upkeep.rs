//! What people look up around a change: automated backups, pending maintenance, certificates, valid modifications.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::{Filter, InstanceName};
use super::{page, processor, rules, view};
use crate::sandbox::scene::Scene;
use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Region;
use crate::sandbox::world::instance::Instance;

/// `DescribeDBInstanceAutomatedBackups`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Backups {
    #[serde(rename = "DbiResourceId")]
    resource_id: Option<String>,
    #[serde(rename = "DBInstanceIdentifier")]
    name: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribePendingMaintenanceActions`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Maintenance {
    resource_identifier: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeCertificates`' input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(crate) struct Certificates {
    certificate_identifier: Option<String>,
    #[serde(rename = "Filters")]
    _filters: Option<Vec<Filter>>,
    max_records: Option<i64>,
    marker: Option<String>,
}

/// `DescribeDBInstanceAutomatedBackups`: of each instance that keeps backups (`R-CAT-4`).
pub(crate) fn backups(scene: &mut Scene<'_>, input: &Backups) -> Result<Value, Fault> {
    let wanted = |instance: &&Instance| {
        let row = &instance.row;
        (row.backup_retention_period > 0 || !scene.enforces("R-CAT-4"))
            && row.cluster.is_none()
            && input.resource_id.as_ref().is_none_or(|id| row.resource_id == *id)
            && input.name.as_ref().is_none_or(|name| row.name.eq_ignore_ascii_case(name))
            && input.filters.iter().all(|filter| match filter.name.as_str() {
                "dbi-resource-id" => filter.values.contains(&row.resource_id),
                "db-instance-id" => filter.values.contains(&row.name),
                "status" => filter.values.iter().any(|value| value == "active"),
                _ => true,
            })
    };
    let rows = scene.region.instances.iter().filter(wanted);
    let rows = rows.map(|instance| {
        let row = backup(scene.region, scene.name, instance, scene.now);
        (instance.row.resource_id.clone(), row)
    });
    let kept = scene.region.retained.iter().filter(|row| {
        let is = |member: &str, value: &String| row.get(member).and_then(Value::as_str) == Some(value);
        input.resource_id.as_ref().is_none_or(|id| is("DbiResourceId", id))
            && input.name.as_ref().is_none_or(|name| is("DBInstanceIdentifier", name))
            && input.filters.iter().all(|filter| match filter.name.as_str() {
                "dbi-resource-id" => filter.values.iter().any(|id| is("DbiResourceId", id)),
                "db-instance-id" => filter.values.iter().any(|name| is("DBInstanceIdentifier", name)),
                "status" => filter.values.iter().any(|value| value == "retained"),
                _ => true,
            })
    });
    let id = |row: &Value| row.get("DbiResourceId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows: Vec<(String, Value)> = rows.chain(kept.map(|row| (id(row), row.clone()))).collect();
    page::cut("DBInstanceAutomatedBackups", rows, input.max_records, input.marker.as_deref())
}

/// The backups of a deleted instance that are kept (`R-DEL-6`).
pub(crate) fn retain(region: &mut Region, name: &str, instance: &Instance, now: Timestamp) {
    let mut row = backup(region, name, instance, now);
    if let Some(row) = row.as_object_mut() {
        row.insert("Status".to_owned(), json!("retained"));
        region.retained.push(Value::Object(row.clone()));
    }
}

fn backup(region: &Region, name: &str, instance: &Instance, now: Timestamp) -> Value {
    let row = &instance.row;
    let earliest = now - SignedDuration::from_hours(row.backup_retention_period * 24);
    let earliest = row.instance_create_time.map_or(earliest, |made| made.max(earliest));
    json!({
        "DBInstanceArn": instance.arn(name),
        "DbiResourceId": row.resource_id,
        "Region": name,
        "DBInstanceIdentifier": row.name,
        "RestoreWindow": {"EarliestTime": earliest, "LatestTime": view::restorable(now)},
        "AllocatedStorage": row.allocated_storage,
        "Status": "active",
        "Port": instance.port,
        "AvailabilityZone": row.availability_zone,
        "VpcId": region.vpc_of(instance),
        "InstanceCreateTime": row.instance_create_time,
        "MasterUsername": row.master_username,
        "Engine": row.engine,
        "EngineVersion": row.engine_version,
        "LicenseModel": row.license_model,
        "OptionGroupName": row.option_groups.first().map(|group| &group.name),
        "Encrypted": row.storage_encrypted,
        "StorageEncryptionType": row.storage_encryption_type,
        "StorageType": row.storage_type,
        "KmsKeyId": row.kms_key_id,
        "IAMDatabaseAuthenticationEnabled": row.iam_authentication,
        "BackupRetentionPeriod": row.backup_retention_period,
        "PreferredBackupWindow": row.preferred_backup_window,
        "BackupTarget": "region",
        "TagList": instance.backup_tags,
        "Timezone": row.timezone,
        "MultiTenant": row.multi_tenant,
        "DedicatedLogVolume": row.dedicated_log_volume,
        "DBInstanceAutomatedBackupsReplications": row.others.get("DBInstanceAutomatedBackupsReplications"),
    })
}

/// `DescribePendingMaintenanceActions`: old instances have an operating-system update waiting (`R-CAT-5`).
pub(crate) fn maintenance(scene: &mut Scene<'_>, input: &Maintenance) -> Result<Value, Fault> {
    let old = |instance: &Instance| {
        let years = SignedDuration::from_hours(5 * 365 * 24);
        scene.enforces("R-CAT-5")
            && instance.row.instance_create_time.is_some_and(|made| scene.now.duration_since(made) > years)
    };
    let rows = scene.region.instances.iter().filter_map(|instance| {
        let system = json!({"Action": "system-update", "Description": "New Operating System update is available"});
        let mut actions: Vec<Value> = old(instance).then_some(system).into_iter().collect();
        if let Some((version, since)) = &instance.due_upgrade {
            actions.push(json!({
                "Action": "db-upgrade", "Description": format!("Upgrade to {version}"),
                "AutoAppliedAfterDate": since}));
        }
        let arn = instance.arn(scene.name);
        let row = json!({"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": actions});
        (!actions.is_empty()).then_some((arn, row))
    });
    let rows = rows.filter(|(arn, _)| input.resource_identifier.as_ref().is_none_or(|asked| asked == arn));
    page::cut("PendingMaintenanceActions", rows.collect(), input.max_records, input.marker.as_deref())
}

/// The certificates that instances may have: name, thumbprint, valid until.
const CERTIFICATES: [(&str, &str, &str); 3] = [
    ("rds-ca-ecc384-g1", "24d7b6a1a2b91f51f9d3a5ed1e9a35e5ef1e3f7b", "2121-05-24T23:06:59Z"),
    ("rds-ca-rsa2048-g1", "2fa77ef894d983ba9d378dd2bbeba5e1a2a2c9fd", "2061-05-21T23:01:05Z"),
    ("rds-ca-rsa4096-g1", "19da4f2af579a8ae1f6a0fa77aa5befd874b4cab", "2121-05-24T23:01:05Z"),
];

/// A certificate that is there, where one is named (`R-CAT-6`).
pub(crate) fn certificate(switches: &Switches, asked: Option<&str>) -> Result<(), Fault> {
    match asked.filter(|asked| CERTIFICATES.iter().all(|(name, ..)| name != asked)) {
        Some(name) if switches.enforces("R-CAT-6") => {
            Err(Fault::new("CertificateNotFound", format!("Certificate not found: {name}")))
        }
        _ => Ok(()),
    }
}

/// `DescribeCertificates` (`R-CAT-6`).
pub(crate) fn certificates(scene: &mut Scene<'_>, input: &Certificates) -> Result<Value, Fault> {
    let asked = input.certificate_identifier.as_deref();
    certificate(scene.switches, asked)?;
    let rows = CERTIFICATES.iter().filter(|(name, ..)| asked.is_none_or(|asked| asked == *name));
    let rows = rows.map(|(name, thumbprint, until)| {
        let row = json!({
            "CertificateIdentifier": name, "CertificateType": "CA", "Thumbprint": thumbprint,
            "ValidFrom": "2021-05-24T22:01:05Z", "ValidTill": until,
            "CertificateArn": format!("arn:aws:rds:{}::cert:{name}", scene.name), "CustomerOverride": false});
        ((*name).to_owned(), row)
    });
    let mut answer = page::cut("Certificates", rows.collect(), input.max_records, input.marker.as_deref())?;
    if let Some(answer) = answer.as_object_mut() {
        let usual = super::create::CERTIFICATE;
        answer.insert("DefaultCertificateForNewLaunches".to_owned(), json!(usual));
    }
    Ok(answer)
}

/// `DescribeValidDBInstanceModifications` (`R-CAT-7`).
pub(crate) fn modifications(scene: &mut Scene<'_>, input: &InstanceName) -> Result<Value, Fault> {
    let instance = rules::find(scene, &input.name)?;
    let size = instance.row.allocated_storage;
    let least = if scene.enforces("R-CAT-7") { (size * 11 + 9) / 10 } else { 1 };
    let row = |kind: &str| {
        json!({
            "StorageType": kind, "SupportsStorageAutoscaling": kind != "standard",
            "StorageSize": [{"From": size, "To": size, "Step": 1}, {"From": least, "To": 65536, "Step": 1}]})
    };
    let storage: Vec<Value> = ["gp2", "gp3", "io1", "io2", "standard"].iter().map(|kind| row(kind)).collect();
    Ok(
        json!({"ValidDBInstanceModificationsMessage": {"Storage": storage, "ValidProcessorFeatures": processor::available(&instance.row.engine, &instance.row.class),
        "SupportsDedicatedLogVolume": matches!(instance.row.storage_type.as_str(), "io1" | "io2")}}),
    )
}
