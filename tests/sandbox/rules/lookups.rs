//! Quotas, pages, events, the catalogue and keys.

use rds_encrypt::sandbox::{How, Options, Switches};

use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

async fn snapshots_are_counted(cloud: Cloud) -> String {
    cloud.take("orders", "a").await
}

async fn pages_have_a_size(cloud: Cloud) -> String {
    code(cloud.rds.describe_db_instances().max_records(19).send().await)
}

async fn unknown_filters_are_refused(cloud: Cloud) -> String {
    let filter = aws_sdk_rds::types::Filter::builder().name("colour").values("red").build();
    code(cloud.rds.describe_db_instances().filters(filter).send().await)
}

async fn the_last_hour_is_shown(cloud: Cloud) -> String {
    cloud.taken("orders", "a").await;
    cloud.minutes(180).await;
    cloud.events().await.len().to_string()
}

async fn a_source_has_a_type(cloud: Cloud) -> String {
    code(cloud.rds.describe_events().source_identifier("orders").send().await)
}

async fn an_event_says_that_nothing_came_of_it(cloud: Cloud) -> String {
    cloud.order("CreateDBSnapshot", How::InVain { event: String::new() });
    cloud.take("orders", "a").await;
    let events = cloud.events().await;
    format!("{:?}", events.last().map(|event| (event.message(), event.event_categories())))
}

async fn events_come_late(cloud: Cloud) -> String {
    cloud.taken("orders", "a").await;
    cloud.events().await.len().to_string()
}

async fn old_versions_are_listed_only_if_asked_for(cloud: Cloud) -> String {
    let versions = cloud.rds.describe_db_engine_versions().engine("postgres").send().await.unwrap();
    versions.db_engine_versions().len().to_string()
}

async fn majors_have_dates(cloud: Cloud) -> String {
    let majors = cloud.rds.describe_db_major_engine_versions().engine("postgres").send().await.unwrap();
    majors.db_major_engine_versions().len().to_string()
}

async fn old_versions_are_not_orderable(cloud: Cloud) -> String {
    let options = cloud.rds.describe_orderable_db_instance_options().engine("postgres").engine_version("9.6.24");
    options.send().await.unwrap().orderable_db_instance_options().len().to_string()
}

async fn without_retention_no_backups(cloud: Cloud) -> String {
    let backups = cloud.rds.describe_db_instance_automated_backups().db_instance_identifier("shop-replica");
    backups.send().await.unwrap().db_instance_automated_backups().len().to_string()
}

async fn old_instances_have_an_update_waiting(cloud: Cloud) -> String {
    let actions = cloud.rds.describe_pending_maintenance_actions().send().await.unwrap();
    actions.pending_maintenance_actions().is_empty().to_string()
}

async fn a_certificate_has_to_exist(cloud: Cloud) -> String {
    code(cloud.rds.describe_certificates().certificate_identifier("rds-ca-2019").send().await)
}

async fn storage_can_grow_by_a_tenth(cloud: Cloud) -> String {
    let valid = cloud.rds.describe_valid_db_instance_modifications().db_instance_identifier("orders");
    let valid = valid.send().await.unwrap().valid_db_instance_modifications_message.unwrap();
    format!("{:?}", valid.storage()[0].storage_size()[1].from())
}

async fn a_cluster_lists_its_members(cloud: Cloud) -> String {
    let clusters = cloud.rds.describe_db_clusters().db_cluster_identifier("analytics").send().await.unwrap();
    clusters.db_clusters()[0].db_cluster_members().len().to_string()
}

async fn what_nobody_made_is_an_empty_list(cloud: Cloud) -> String {
    code(cloud.rds.describe_export_tasks().send().await)
}

async fn an_alias_names_a_key(cloud: Cloud) -> String {
    code(cloud.kms.describe_key().key_id("alias/sandbox").send().await)
}

async fn a_new_key_is_enabled(cloud: Cloud) -> String {
    let made = cloud.kms.create_key().send().await.unwrap().key_metadata.unwrap();
    made.enabled.to_string()
}

async fn a_predefined_alias_makes_its_key(cloud: Cloud) -> String {
    code(cloud.kms.describe_key().key_id("alias/aws/rds").send().await)
}

async fn awss_own_keys_are_not_changed(cloud: Cloud) -> String {
    let key = cloud.kms.describe_key().key_id("alias/aws/rds").send().await.unwrap().key_metadata.unwrap();
    code(cloud.kms.disable_key().key_id(key.key_id).send().await)
}

async fn deletion_waits_for_a_week_at_least(cloud: Cloud) -> String {
    let key = cloud.kms.describe_key().key_id("alias/sandbox").send().await.unwrap().key_metadata.unwrap();
    code(cloud.kms.schedule_key_deletion().key_id(key.key_id).pending_window_in_days(3).send().await)
}

async fn a_dry_run_is_answered_by_a_refusal(cloud: Cloud) -> String {
    let key = cloud.kms.describe_key().key_id("alias/sandbox").send().await.unwrap().key_metadata.unwrap();
    let grant = cloud.kms.create_grant().key_id(key.key_id).grantee_principal("rds.amazonaws.com").dry_run(true);
    code(grant.operations(aws_sdk_kms::types::GrantOperation::Decrypt).send().await)
}

async fn an_alias_is_taken_once(cloud: Cloud) -> String {
    let key = cloud.kms.describe_key().key_id("alias/payments").send().await.unwrap().key_metadata.unwrap();
    code(cloud.kms.create_alias().alias_name("alias/sandbox").target_key_id(key.key_id).send().await)
}

async fn material_of_ones_own_expires(cloud: Cloud) -> String {
    let made = cloud.kms.create_key().origin(aws_sdk_kms::types::OriginType::External).send().await.unwrap();
    let key = made.key_metadata.unwrap().key_id;
    let blob = || aws_smithy_types::Blob::new("x");
    // The world begins at 09:12 on this day.
    let end =
        aws_smithy_types::DateTime::from_str("2026-09-14T10:12:00Z", aws_smithy_types::date_time::Format::DateTime);
    let import = cloud.kms.import_key_material().key_id(&key).import_token(blob()).encrypted_key_material(blob());
    import.valid_to(end.unwrap()).send().await.unwrap();
    cloud.minutes(90).await;
    cloud.kms.describe_key().key_id(key).send().await.unwrap().key_metadata.unwrap().enabled.to_string()
}

async fn what_a_row_has_exists(cloud: Cloud) -> String {
    let options = cloud.rds.describe_orderable_db_instance_options().engine("postgres").engine_version("15.99");
    let options = options.db_instance_class("db.x9z.large").send().await.unwrap();
    options.orderable_db_instance_options().len().to_string()
}

fn a_strange_row() -> Options {
    let row = serde_json::json!({
        "DBInstanceIdentifier": "a", "Engine": "postgres", "EngineVersion": "15.99", "DBInstanceClass": "db.x9z.large"});
    Options { rows: Some(serde_json::json!({"DBInstances": [row]})), ..Options::default() }
}

fn late_events() -> Options {
    Options { switches: Switches { events_show_after: Some(7200), ..Switches::default() }, ..Options::default() }
}

fn few_snapshots() -> Options {
    Options { switches: Switches { most_manual_snapshots: 2, ..Switches::default() }, ..Options::default() }
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-QUOTA-1" snapshots_are_counted in few_snapshots,
    "R-PAGE-1" pages_have_a_size,
    "R-PAGE-2" unknown_filters_are_refused,
    "R-EVT-1" the_last_hour_is_shown,
    "R-EVT-2" a_source_has_a_type,
    "R-EVT-3" an_event_says_that_nothing_came_of_it,
    "R-EVT-4" events_come_late in late_events,
    "R-CAT-1" old_versions_are_listed_only_if_asked_for,
    "R-CAT-2" majors_have_dates,
    "R-CAT-3" old_versions_are_not_orderable,
    "R-CAT-4" without_retention_no_backups,
    "R-CAT-5" old_instances_have_an_update_waiting,
    "R-CAT-6" a_certificate_has_to_exist,
    "R-CAT-7" storage_can_grow_by_a_tenth,
    "R-CAT-8" a_cluster_lists_its_members,
    "R-CAT-9" what_nobody_made_is_an_empty_list,
    "R-CAT-11" what_a_row_has_exists in a_strange_row,
    "R-KMS-1" an_alias_names_a_key,
    "R-KMS-2" a_new_key_is_enabled,
    "R-KMS-3" a_predefined_alias_makes_its_key,
    "R-KMS-4" awss_own_keys_are_not_changed,
    "R-KMS-5" deletion_waits_for_a_week_at_least,
    "R-KMS-6" a_dry_run_is_answered_by_a_refusal,
    "R-KMS-7" an_alias_is_taken_once,
    "R-KMS-8" material_of_ones_own_expires,
};
