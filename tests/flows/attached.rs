//! What hangs on an instance and is carried by calls of its own: roles, a password that AWS keeps, a directory.

use serde_json::{Value, json};

/// A key of the sandbox.
pub(crate) const KEY: &str = "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7";

/// A role for a feature, with AWS's word on it.
pub(crate) fn role(name: &str, feature: &str, status: &str) -> Value {
    json!({"RoleArn": format!("arn:aws:iam::000000000000:role/{name}"), "FeatureName": feature, "Status": status})
}

/// A password that AWS keeps.
pub(crate) fn secret() -> Value {
    json!({
        "SecretArn": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:rds!db-1-a", "SecretStatus": "active",
        "KmsKeyId": KEY,
    })
}

/// A directory of AWS's, with its word on the membership.
pub(crate) fn directory(status: &str) -> Value {
    json!({"Domain": "d-1234567890", "Status": status, "FQDN": "corp.example", "IAMRoleName": "directory"})
}

/// A `PostgreSQL` source with all of it.
pub(crate) fn attached() -> Value {
    json!({
        "AssociatedRoles": [role("import", "s3Import", "ACTIVE"), role("calls", "Lambda", "ACTIVE")],
        "MasterUserSecret": secret(), "DomainMemberships": [directory("kerberos-enabled")],
    })
}

/// A row with more in it, or other things.
pub(crate) fn with(mut row: Value, more: &Value) -> Value {
    for (member, value) in more.as_object().unwrap() {
        row[member] = value.clone();
    }
    row
}
