//! What AWS shows: rows with the members that follow from the time.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::sandbox::world::Region;
use crate::sandbox::world::groups::{SubnetGroup, major_version};
use crate::sandbox::world::instance::Instance;
use crate::sandbox::world::snapshot::Snapshot;

/// The part of endpoint addresses that is the same for all instances of an account in a Region.
const ACCOUNT_LABEL: &str = "c1x2k3q4w5e6";

/// The name of an instance's endpoint.
pub(crate) fn address(region: &str, instance: &Instance) -> String {
    format!("{}.{ACCOUNT_LABEL}.{region}.rds.amazonaws.com", instance.row.name)
}

/// An instance as `DescribeDBInstances` shows it: a pending password as stars (`R-INST-4`), and how it is encrypted
/// (`R-ENC-4`).
pub(crate) fn instance(region: &Region, name: &str, instance: &Instance, now: Timestamp) -> Value {
    if let Some(frozen) = &instance.frozen {
        return frozen.row();
    }
    let Ok(Value::Object(mut row)) = serde_json::to_value(&instance.row) else {
        return Value::Null;
    };
    let mut put = |member: &str, value: Value| row.insert(member.to_owned(), value);
    put("DBInstanceArn", json!(instance.arn(name)));
    put("DBInstanceStatus", json!(instance.status()));
    put("PendingModifiedValues", instance.pending.shown(region.enforces("R-INST-4")));
    put("DbInstancePort", json!(0));
    put("DBSecurityGroups", json!([]));
    if let Some(group) = instance.subnet_group.as_deref().and_then(|group| region.subnet_group(group)) {
        put("DBSubnetGroup", subnet_group_inside(group));
    }
    if instance.up {
        put(
            "Endpoint",
            json!({"Address": address(name, instance), "Port": instance.port, "HostedZoneId": "Z1TTGA775OQIYO"}),
        );
        if instance.row.backup_retention_period > 0 && instance.row.cluster.is_none() {
            put("LatestRestorableTime", json!(restorable(now)));
        }
    }
    if let Some(operation) = &instance.storage_operation {
        let whole = (operation.until.as_second() - operation.from.as_second()).max(1);
        let percent = ((now.as_second() - operation.from.as_second()) * 100 / whole).clamp(0, 99);
        put("StorageOperationStatus", json!(operation.status));
        put("StorageOperationPercentProgress", json!(percent));
        if operation.status == "Optimizing" {
            put("PercentProgress", json!(percent.to_string()));
        }
    }
    if let Some(starts) = instance.starts_itself {
        put("AutomaticRestartTime", json!(starts));
    }
    for (member, value) in
        [("CustomerOwnedIpEnabled", json!(false)), ("NetworkType", json!("IPV4")), ("BackupTarget", json!("region"))]
    {
        row.entry(member).or_insert(value);
    }
    if instance.up && !row.contains_key("CertificateDetails") {
        let details =
            json!({"CAIdentifier": instance.row.ca_certificate_identifier, "ValidTill": "2061-05-21T23:01:05Z"});
        row.insert("CertificateDetails".to_owned(), details);
    }
    if !region.enforces("R-ENC-4") {
        row.remove("StorageEncryptionType");
    }
    Value::Object(row)
}

/// The latest time to which the instance can be restored: RDS uploads logs every five minutes.
pub(crate) fn restorable(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(300) - 60).unwrap_or(now)
}

/// A snapshot as `DescribeDBSnapshots` shows it, with how far it is (`R-SNAP-3`).
pub(crate) fn snapshot(region: &Region, name: &str, snapshot: &Snapshot, now: Timestamp) -> Value {
    if let Some(frozen) = &snapshot.frozen {
        return frozen.row();
    }
    let Ok(Value::Object(mut row)) = serde_json::to_value(&snapshot.row) else {
        return Value::Null;
    };
    row.insert("DBSnapshotArn".to_owned(), json!(snapshot.arn(name)));
    row.insert(
        "PercentProgress".to_owned(),
        json!(if region.enforces("R-SNAP-3") { snapshot.percent(now) } else { 0 }),
    );
    if snapshot.is_available() {
        let bytes = snapshot.row.allocated_storage * 1_073_741_824 / 10 * 7;
        row.insert("FullSnapshotSizeInBytes".to_owned(), json!(bytes));
    }
    Value::Object(row)
}

/// A subnet group as it shows inside an instance.
fn subnet_group_inside(group: &SubnetGroup) -> Value {
    let subnets: Vec<Value> = group
        .subnets
        .iter()
        .map(|subnet| {
            json!({
                "SubnetIdentifier": subnet.id, "SubnetAvailabilityZone": {"Name": subnet.zone}, "SubnetOutpost": {},
                "SubnetStatus": "Active"})
        })
        .collect();
    json!({
        "DBSubnetGroupName": group.name, "DBSubnetGroupDescription": group.description, "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete", "Subnets": subnets})
}

/// A subnet group as `DescribeDBSubnetGroups` shows it.
pub(crate) fn subnet_group(group: &SubnetGroup, arn: &str) -> Value {
    let supported = if group.has_both() { json!(["IPV4", "DUAL"]) } else { json!(["IPV4"]) };
    let mut row = subnet_group_inside(group);
    if let Some(row) = row.as_object_mut() {
        row.insert("DBSubnetGroupArn".to_owned(), json!(arn));
        row.insert("SupportedNetworkTypes".to_owned(), supported);
    }
    row
}

/// The licence that an engine has unless another is asked for.
pub(crate) fn usual_license(engine: &str) -> &'static str {
    match engine {
        "postgres" | "aurora-postgresql" => "postgresql-license",
        "oracle-ee" | "oracle-ee-cdb" | "db2-ae" | "db2-se" => "bring-your-own-license",
        _ if engine.starts_with("sqlserver") || engine.starts_with("oracle") => "license-included",
        _ => "general-public-license",
    }
}

/// The port that an engine listens on unless another is asked for.
pub(crate) fn usual_port(engine: &str) -> i64 {
    match engine {
        "postgres" | "aurora-postgresql" => 5432,
        _ if engine.starts_with("oracle") => 1521,
        _ if engine.starts_with("sqlserver") => 1433,
        _ if engine.starts_with("db2") => 50000,
        _ => 3306,
    }
}

/// An object of nothing.
pub(crate) fn nothing() -> Value {
    Value::Object(Map::new())
}

/// `major_version` under this room's roof.
pub(crate) fn major(engine: &str, version: &str) -> String {
    major_version(engine, version)
}
