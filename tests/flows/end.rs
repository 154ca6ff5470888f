//! What AWS has in the end, through the official SDK.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::types::{DbInstance, DomainMembership, Endpoint, SourceType};
use rds_encrypt::sandbox::Sandbox;

use crate::stage::{Heard, Stage};

/// What a migration leaves behind, without what differs from run to run: times and resource ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) instances: BTreeSet<String>,
    pub(crate) snapshots: BTreeSet<String>,
    /// The target's row, by member.
    pub(crate) target: BTreeMap<&'static str, String>,
    /// The names of the security groups.
    pub(crate) groups: BTreeSet<String>,
    /// How often AWS told what of the target.
    pub(crate) events: BTreeMap<String, usize>,
}

/// An SDK client of a sandbox.
pub(crate) async fn rds(sandbox: &Sandbox) -> aws_sdk_rds::Client {
    aws_sdk_rds::Client::new(&configuration(sandbox).await)
}

/// The same for its keys.
pub(crate) async fn kms(sandbox: &Sandbox) -> aws_sdk_kms::Client {
    aws_sdk_kms::Client::new(&configuration(sandbox).await)
}

/// The same for its networks.
pub(crate) async fn ec2(sandbox: &Sandbox) -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::new(&configuration(sandbox).await)
}

/// The same for its roles.
pub(crate) async fn iam(sandbox: &Sandbox) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&configuration(sandbox).await)
}

/// The same for Systems Manager.
pub(crate) async fn ssm(sandbox: &Sandbox) -> aws_sdk_ssm::Client {
    aws_sdk_ssm::Client::new(&configuration(sandbox).await)
}

async fn configuration(sandbox: &Sandbox) -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(sandbox.http_client())
        .region(aws_config::Region::new(sandbox.options().region.clone()))
        .credentials_provider(aws_credential_types::Credentials::from_keys("AKIDSANDBOX", "secret", None))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .load()
        .await
}

/// One instance.
pub(crate) async fn instance(stage: &Stage, name: &str) -> DbInstance {
    let answer = rds(&stage.sandbox).await.describe_db_instances().db_instance_identifier(name).send().await.unwrap();
    answer.db_instances().first().unwrap().clone()
}

/// Everything that a migration to `target` left behind.
pub(crate) async fn end(stage: &Stage, target: &str) -> End {
    let rds = rds(&stage.sandbox).await;
    let instances = rds.describe_db_instances().send().await.unwrap().db_instances.unwrap();
    let snapshots = rds.describe_db_snapshots().snapshot_type("manual").send().await.unwrap().db_snapshots.unwrap();
    let events = rds.describe_events().source_type(SourceType::DbInstance).source_identifier(target);
    let mut told = BTreeMap::new();
    for event in events.duration(14 * 24 * 60).send().await.unwrap().events.unwrap() {
        *told.entry(event.message.unwrap()).or_default() += 1;
    }
    let groups = ec2(&stage.sandbox).await.describe_security_groups().send().await.unwrap().security_groups.unwrap();
    let row = instances.iter().find(|row| row.db_instance_identifier() == Some(target)).map(row).unwrap_or_default();
    End {
        instances: instances.iter().map(|row| row.db_instance_identifier.clone().unwrap()).collect(),
        snapshots: snapshots.iter().map(|row| row.db_snapshot_identifier.clone().unwrap()).collect(),
        target: row,
        groups: groups.into_iter().filter_map(|group| group.group_name).collect(),
        events: told,
    }
}

/// The members that people choose.
pub(crate) fn row(row: &DbInstance) -> BTreeMap<&'static str, String> {
    let mut security_groups: Vec<&str> =
        row.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id()).collect();
    security_groups.sort_unstable();
    let mut tags: Vec<String> = row
        .tag_list()
        .iter()
        .filter(|tag| !tag.key().unwrap_or_default().starts_with("rds-encrypt"))
        .map(|tag| format!("{}={}", tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))
        .collect();
    tags.sort();
    let role = |role: &aws_sdk_rds::types::DbInstanceRole| {
        format!("{:?} {:?} {:?}", role.feature_name(), role.role_arn(), role.status())
    };
    let roles: BTreeSet<String> = row.associated_roles().iter().map(role).collect();
    let processor: BTreeMap<_, _> = row.processor_features().iter().map(|it| (it.name(), it.value())).collect();
    let mut logs = row.enabled_cloudwatch_logs_exports().to_vec();
    logs.sort();
    let parameters = row.db_parameter_groups().first();
    let options = row.option_group_memberships().first();
    BTreeMap::from([
        ("allocated storage", format!("{:?}", row.allocated_storage())),
        ("backup window", format!("{:?}", row.preferred_backup_window())),
        ("certificate authority", format!("{:?}", row.ca_certificate_identifier())),
        ("character sets", format!("{:?} {:?}", row.character_set_name(), row.nchar_character_set_name())),
        ("class", format!("{:?}", row.db_instance_class())),
        ("copy tags", format!("{:?}", row.copy_tags_to_snapshot())),
        ("deletion protection", format!("{:?}", row.deletion_protection())),
        ("engine", format!("{:?} {:?}", row.engine(), row.engine_version())),
        ("iam authentication", format!("{:?}", row.iam_database_authentication_enabled())),
        (
            "insights",
            format!(
                "{:?} {:?} {:?} {:?}",
                row.database_insights_mode(),
                row.performance_insights_enabled(),
                row.performance_insights_kms_key_id(),
                row.performance_insights_retention_period(),
            ),
        ),
        ("iops", format!("{:?}", row.iops())),
        ("growth", format!("{:?}", row.max_allocated_storage())),
        ("license", format!("{:?}", row.license_model())),
        ("lifecycle", format!("{:?}", row.engine_lifecycle_support())),
        ("log volume", format!("{:?}", row.dedicated_log_volume())),
        ("network", format!("{:?}", row.network_type())),
        ("processor", format!("{processor:?}")),
        ("logs", format!("{logs:?}")),
        ("maintenance window", format!("{:?}", row.preferred_maintenance_window())),
        ("master user", format!("{:?}", row.master_username())),
        ("minor upgrades", format!("{:?}", row.auto_minor_version_upgrade())),
        ("monitoring", format!("{:?} {:?}", row.monitoring_interval(), row.monitoring_role_arn())),
        ("option group", format!("{:?}", options.map(|group| (group.option_group_name(), group.status())))),
        (
            "parameter group",
            format!("{:?}", parameters.map(|group| (group.db_parameter_group_name(), group.parameter_apply_status()))),
        ),
        ("port", format!("{:?}", row.endpoint().and_then(Endpoint::port))),
        ("public", format!("{:?}", row.publicly_accessible())),
        ("retention", format!("{:?}", row.backup_retention_period())),
        ("roles", format!("{roles:?}")),
        (
            "managed password",
            format!("{:?}", row.master_user_secret().map(|secret| (secret.secret_status(), secret.kms_key_id()))),
        ),
        ("directory", format!("{:?}", row.domain_memberships().iter().map(directory).collect::<Vec<_>>())),
        ("security groups", format!("{security_groups:?}")),
        ("database", format!("{:?} {:?} {:?}", row.db_name(), row.db_system_id(), row.multi_tenant())),
        ("time zone", format!("{:?}", row.timezone())),
        ("standby", format!("{:?}", row.multi_az())),
        ("storage type", format!("{:?} {:?}", row.storage_type(), row.storage_throughput())),
        ("subnet group", format!("{:?}", row.db_subnet_group().and_then(|group| group.db_subnet_group_name()))),
        ("tags", format!("{tags:?}")),
    ])
}

/// A directory in what a person says of it, and whether it works.
fn directory(it: &DomainMembership) -> String {
    let mut addresses = it.dns_ips().to_vec();
    addresses.sort();
    // AWS knows the name of a directory of its own by itself.
    let name = it.domain().or(it.fqdn());
    let parts = [name, it.iam_role_name(), it.ou(), it.auth_secret_arn(), it.status()];
    format!("{parts:?} {addresses:?}")
}

/// The calls in a migration's journal with their outcomes: `CopyDBSnapshot … accepted`.
pub(crate) fn journal(stage: &Stage, database: &str) -> Vec<String> {
    let content = stage.state(database);
    let journal = content["journal"].as_array().unwrap();
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    journal.iter().map(|it| format!("{} {}", word(&it["call"]["action"]), word(&it["outcome"]["outcome"]))).collect()
}

/// The name of the encrypted instance of a migration.
pub(crate) fn target_of(stage: &Stage, database: &str) -> String {
    stage.state(database)["generations"][0]["target"].as_str().unwrap().to_owned()
}

/// The uninterrupted migration of the small world's `orders`, to compare others with.
pub(crate) async fn uninterrupted() -> (Heard, End) {
    let stage = Stage::small();
    let heard = stage.run(MIGRATE).await;
    (heard, end(&stage, &target_of(&stage, "orders")).await)
}

/// That nothing was made or done twice, and all of it is as after an uninterrupted run.
pub(crate) async fn assert_same_end(stage: &Stage, expected: &End, case: &str) {
    let found = end(stage, &target_of(stage, "orders")).await;
    assert_eq!(found, *expected, "{case}: {:#?}", journal(stage, "orders"));
}

/// The command that most of these tests are about.
pub(crate) const MIGRATE: &str = "migrate orders --sandbox";
