//! How settings are read from AWS's answer.

use crate::model::{
    AttachedRole, CHOICES_TAG, DbInstance, DomainMembership, EngineFamily, OWNER_TAG, RUN_TAG, Setting, Tags, Value,
    is_reserved,
};

pub(super) fn flag(value: Option<bool>) -> Option<Value> {
    value.map(Value::Flag)
}

pub(super) fn number(value: Option<i32>) -> Option<Value> {
    value.map(|number| Value::Number(number.into()))
}

pub(super) fn text(value: Option<&String>) -> Option<Value> {
    value.map(|text| Value::Text(text.clone()))
}

pub(super) fn subnet_group(db: &DbInstance) -> Option<Value> {
    db.subnet_group.as_ref().and_then(|group| text(group.name.as_ref()))
}

pub(super) fn security_groups(db: &DbInstance) -> Option<Value> {
    let mut ids: Vec<String> = db.security_groups.as_ref()?.iter().map(|group| group.name.clone()).collect();
    ids.sort();
    Some(Value::List(ids))
}

pub(super) fn parameter_group(db: &DbInstance) -> Option<Value> {
    db.parameter_groups.as_ref()?.first().map(|group| Value::Text(group.name.clone()))
}

pub(super) fn option_group(db: &DbInstance) -> Option<Value> {
    db.option_groups.as_ref()?.first().map(|group| Value::Text(group.name.clone()))
}

/// The tags that are a person's: neither AWS's own nor ours.
pub(super) fn tags(db: &DbInstance) -> Option<Value> {
    let tags: Tags = db
        .tags
        .as_ref()?
        .iter()
        .filter(|(key, _)| !is_reserved(key) && ![OWNER_TAG, RUN_TAG, CHOICES_TAG].contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Some(Value::Tags(tags))
}

/// IOPS and throughput where they are a setting of their own: always on io1 and io2; on gp3 only from the
/// size at which storage is striped, below which the call is refused with them even at the values that
/// describe shows (R-STOR-1). A 0 counts as absent.
pub(super) fn provisioned(db: &DbInstance, value: Option<i32>) -> Option<Value> {
    let value = value.filter(|number| *number > 0)?;
    let size = db.allocated_storage.unwrap_or_default();
    let own = match (db.storage_type.as_deref(), db.family()) {
        (Some("io1" | "io2"), _) => true,
        (Some("gp3"), Some(EngineFamily::Oracle)) => size >= 200,
        (Some("gp3"), Some(EngineFamily::SqlServer)) => true,
        (Some("gp3"), _) => size >= 400,
        _ => false,
    };
    own.then_some(Value::Number(value.into()))
}

/// An instance that exports no logs shows no list, or an empty one.
pub(super) fn log_exports(db: &DbInstance) -> Value {
    let mut logs = db.enabled_cloudwatch_logs_exports.clone().unwrap_or_default();
    logs.sort();
    Value::List(logs)
}

/// Only while Performance Insights is on: its key and retention mean nothing else.
pub(super) fn insights_key(db: &DbInstance) -> Option<Value> {
    db.performance_insights_enabled.filter(|on| *on).and_then(|_| text(db.performance_insights_kms_key_id.as_ref()))
}

/// Days; only while Performance Insights is on.
pub(super) fn insights_retention(db: &DbInstance) -> Option<Value> {
    db.performance_insights_enabled.filter(|on| *on).and_then(|_| number(db.performance_insights_retention_period))
}

/// The cores and threads that aren't the class's own; nothing where they are.
pub(super) fn processor_features(db: &DbInstance) -> Option<Value> {
    let features = &db.processor_features;
    (!features.is_empty()).then(|| Value::Tags(features.clone()))
}

/// The roles that it takes, by feature; with AWS's word beside one that isn't active.
pub(super) fn roles(db: &DbInstance) -> Option<Value> {
    let roles = &db.attached.roles;
    let word = |AttachedRole { arn, status, .. }: &AttachedRole| match status.as_deref() {
        None | Some("ACTIVE") => arn.clone(),
        Some(word) => format!("{arn} ({word})"),
    };
    (!roles.is_empty()).then(|| Value::Tags(roles.iter().map(|role| (role.feature.clone(), word(role))).collect()))
}

/// The roles that work, or are about to.
pub(super) fn working_roles(db: &DbInstance) -> Tags {
    let works = |role: &&AttachedRole| role.status.as_deref() != Some("INVALID");
    db.attached.roles.iter().filter(works).map(|role| (role.feature.clone(), role.arn.clone())).collect()
}

/// Whether AWS keeps the master password; nothing where it doesn't.
pub(super) fn managed_password(db: &DbInstance) -> Option<Value> {
    db.attached.master_user_secret.as_ref().map(|_| Value::Flag(true))
}

/// The key of the master password's secret.
pub(super) fn secret_key(db: &DbInstance) -> Option<Value> {
    db.attached.master_user_secret.as_ref().and_then(|secret| text(secret.kms_key_id.as_ref()))
}

/// The directory that it belongs to, in the first of AWS's rows.
fn membership(db: &DbInstance) -> Option<&DomainMembership> {
    db.attached.domains.first()
}

/// Whether it is in a directory, or on its way there.
pub(super) fn is_in_a_domain(db: &DbInstance) -> bool {
    membership(db).is_some_and(|membership| membership.status.as_deref() != Some("failed"))
}

/// One word of its directory. A person's own directory has no id; AWS's has all the rest by itself.
pub(super) fn domain_word(db: &DbInstance, setting: Setting) -> Option<Value> {
    let of = membership(db)?;
    let aws = of.domain.is_some();
    match setting {
        Setting::Domain => text(of.domain.as_ref()),
        Setting::DomainIAMRoleName if aws => text(of.role_name.as_ref()),
        Setting::DomainFqdn if !aws => text(of.fqdn.as_ref()),
        Setting::DomainOu if !aws => text(of.organizational_unit.as_ref()),
        Setting::DomainAuthSecretArn if !aws => text(of.auth_secret_arn.as_ref()),
        Setting::DomainDnsIps if !aws && !of.dns_ips.is_empty() => {
            let mut addresses = of.dns_ips.clone();
            addresses.sort();
            Some(Value::List(addresses))
        }
        _ => None,
    }
}
