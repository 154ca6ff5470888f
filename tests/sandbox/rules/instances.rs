//! Names and instances: made, looked at, restarted, stopped, deleted, replicated.

use aws_sdk_rds::types::DbInstance;
use rds_encrypt::sandbox::How;
use serde_json::json;

use super::wire::seeded;
use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

async fn identifiers_have_a_form(cloud: Cloud) -> String {
    cloud.take("orders", "a--b").await
}

async fn an_arn_is_a_name(cloud: Cloud) -> String {
    let arn = cloud.instance("orders").await.db_instance_arn.unwrap();
    code(cloud.rds.describe_db_instances().db_instance_identifier(arn).send().await)
}

async fn a_taken_name_is_refused(cloud: Cloud) -> String {
    cloud.take("orders", "legacy-crm-2019").await
}

async fn a_rename_takes_minutes(cloud: Cloud) -> String {
    cloud.modify("sessions").new_db_instance_identifier("meetings").send().await.unwrap();
    cloud.minutes(2).await;
    code(cloud.rds.describe_db_instances().db_instance_identifier("meetings").send().await)
}

async fn snapshots_follow_a_rename(cloud: Cloud) -> String {
    cloud.modify("orders").new_db_instance_identifier("sales").send().await.unwrap();
    cloud.minutes(15).await;
    cloud.snapshot("orders-before-upgrade-to-15").await.db_instance_identifier.unwrap()
}

async fn made(cloud: &Cloud, name: &str) -> DbInstance {
    let create = cloud.rds.create_db_instance().db_instance_identifier(name).db_instance_class("db.m5.large");
    let create = create.engine("postgres").allocated_storage(20).master_username("keeper");
    create.master_user_password("tea and sympathy").send().await.unwrap().db_instance.unwrap()
}

async fn a_new_instance_has_no_endpoint(cloud: Cloud) -> String {
    made(&cloud, "new").await.endpoint.is_some().to_string()
}

async fn resource_ids_differ(cloud: Cloud) -> String {
    let (one, two) = (made(&cloud, "one").await, made(&cloud, "two").await);
    (one.dbi_resource_id == two.dbi_resource_id).to_string()
}

async fn nobody_is_not_found(cloud: Cloud) -> String {
    code(cloud.rds.describe_db_instances().db_instance_identifier("nobody").send().await)
}

async fn passwords_are_stars(cloud: Cloud) -> String {
    made(&cloud, "new").await.pending_modified_values.unwrap().master_user_password.unwrap()
}

async fn a_stopped_instance_is_not_changed(cloud: Cloud) -> String {
    code(cloud.modify("reports").copy_tags_to_snapshot(true).send().await)
}

async fn ports_have_a_range(cloud: Cloud) -> String {
    code(cloud.modify("orders").db_port_number(80).send().await)
}

async fn backups_are_kept_for_35_days_at_most(cloud: Cloud) -> String {
    code(cloud.modify("orders").backup_retention_period(36).send().await)
}

async fn a_class_has_to_exist(cloud: Cloud) -> String {
    code(cloud.modify("orders").db_instance_class("db.m5.huge").send().await)
}

async fn logs_are_the_engines_own(cloud: Cloud) -> String {
    let logs = aws_sdk_rds::types::CloudwatchLogsExportConfiguration::builder().enable_log_types("slowquery").build();
    code(cloud.modify("orders").cloudwatch_logs_export_configuration(logs).send().await)
}

async fn a_failure_stays(cloud: Cloud) -> String {
    cloud.order("CopyDBSnapshot", How::EndsAs { status: "failed".to_owned() });
    cloud.copy("legacy-crm-2019", "copy").await;
    cloud.minutes(60).await;
    cloud.snapshot("copy").await.status.unwrap()
}

async fn a_strange_word_passes(cloud: Cloud) -> String {
    cloud.order("CreateDBSnapshot", How::Shows { status: "pondering".to_owned(), seconds: 600 });
    cloud.take("orders", "a").await;
    cloud.minutes(120).await;
    cloud.snapshot("a").await.status.unwrap()
}

async fn other_services_are_in_the_list(cloud: Cloud) -> String {
    let row = json!({
        "DBInstanceIdentifier": "graph", "DBInstanceClass": "db.r5.large", "Engine": "neptune",
        "EngineVersion": "1.2.0.0", "DBInstanceStatus": "available", "AllocatedStorage": 1});
    let cloud = seeded(&cloud, &row).await;
    cloud.rds.describe_db_instances().send().await.unwrap().db_instances().len().to_string()
}

async fn a_member_has_no_snapshots_of_its_own(cloud: Cloud) -> String {
    cloud.take("analytics-1", "a").await
}

async fn a_restart_reads_the_parameters(cloud: Cloud) -> String {
    let group = cloud.rds.create_db_parameter_group().db_parameter_group_name("mine");
    group.db_parameter_group_family("postgres15").description("mine").send().await.unwrap();
    cloud.modify("orders").db_parameter_group_name("mine").send().await.unwrap();
    cloud.minutes(5).await;
    cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await.unwrap();
    cloud.minutes(10).await;
    cloud.instance("orders").await.db_parameter_groups()[0].parameter_apply_status().unwrap().to_owned()
}

async fn a_failover_needs_a_standby(cloud: Cloud) -> String {
    code(cloud.rds.reboot_db_instance().db_instance_identifier("orders").force_failover(true).send().await)
}

async fn a_restart_leaves_an_event(cloud: Cloud) -> String {
    cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await.unwrap();
    cloud.minutes(10).await;
    let events = cloud.events().await;
    let restart = events.iter().find(|event| event.message() == Some("DB instance restarted"));
    let restart = restart.map(|event| (event.source_identifier(), event.event_categories(), event.date().is_some()));
    format!("{restart:?}")
}

async fn sources_of_replicas_are_not_stopped(cloud: Cloud) -> String {
    code(cloud.rds.stop_db_instance().db_instance_identifier("shop").send().await)
}

async fn only_what_is_stopped_is_started(cloud: Cloud) -> String {
    code(cloud.rds.start_db_instance().db_instance_identifier("orders").send().await)
}

async fn a_stopped_instance_starts_itself(cloud: Cloud) -> String {
    cloud.rds.stop_db_instance().db_instance_identifier("orders").send().await.unwrap();
    cloud.minutes(8 * 24 * 60).await;
    cloud.instance("orders").await.db_instance_status.unwrap()
}

async fn delete(cloud: &Cloud, name: &str) -> String {
    code(cloud.rds.delete_db_instance().db_instance_identifier(name).skip_final_snapshot(true).send().await)
}

async fn automated(cloud: &Cloud, id: &str) -> usize {
    let rows = cloud.rds.describe_db_snapshots().dbi_resource_id(id).snapshot_type("automated").send().await;
    rows.unwrap().db_snapshots().len()
}

async fn a_protected_instance_is_not_deleted(cloud: Cloud) -> String {
    delete(&cloud, "orders").await
}

async fn a_last_snapshot_is_named_or_skipped(cloud: Cloud) -> String {
    code(cloud.rds.delete_db_instance().db_instance_identifier("sessions").send().await)
}

async fn sources_of_replicas_are_not_deleted(cloud: Cloud) -> String {
    delete(&cloud, "shop").await
}

async fn a_last_snapshot_needs_a_running_instance(cloud: Cloud) -> String {
    let delete = cloud.rds.delete_db_instance().db_instance_identifier("reports");
    code(delete.final_db_snapshot_identifier("last").send().await)
}

async fn backups_go_with_their_instance(cloud: Cloud) -> String {
    let id = cloud.instance("sessions").await.dbi_resource_id.unwrap();
    assert_eq!(automated(&cloud, &id).await, 1);
    delete(&cloud, "sessions").await;
    cloud.minutes(20).await;
    automated(&cloud, &id).await.to_string()
}

async fn kept_backups_are_shown(cloud: Cloud) -> String {
    let delete = cloud.rds.delete_db_instance().db_instance_identifier("sessions").skip_final_snapshot(true);
    delete.delete_automated_backups(false).send().await.unwrap();
    cloud.minutes(20).await;
    let kept = cloud.rds.describe_db_instance_automated_backups().db_instance_identifier("sessions").send().await;
    let kept = kept.unwrap();
    format!("{:?}", kept.db_instance_automated_backups().first().map(|row| row.status()))
}

async fn a_source_of_replicas_keeps_backups(cloud: Cloud) -> String {
    cloud.modify("sessions").backup_retention_period(0).send().await.unwrap();
    cloud.minutes(10).await;
    let replica = cloud.rds.create_db_instance_read_replica().db_instance_identifier("reader");
    code(replica.source_db_instance_identifier("sessions").send().await)
}

async fn no_encrypted_replica_of_plain_data(cloud: Cloud) -> String {
    let replica = cloud.rds.create_db_instance_read_replica().db_instance_identifier("reader");
    code(replica.source_db_instance_identifier("orders").kms_key_id("alias/sandbox").send().await)
}

async fn a_promoted_replica_keeps_backups(cloud: Cloud) -> String {
    cloud.rds.promote_read_replica().db_instance_identifier("shop-replica").send().await.unwrap();
    cloud.minutes(30).await;
    cloud.instance("shop-replica").await.backup_retention_period.unwrap().to_string()
}

async fn a_role_is_pending_first(cloud: Cloud) -> String {
    let role = cloud.rds.add_role_to_db_instance().db_instance_identifier("orders").feature_name("s3Import");
    role.role_arn("arn:aws:iam::000000000000:role/reader").send().await.unwrap();
    cloud.instance("orders").await.associated_roles()[0].status().unwrap().to_owned()
}

async fn a_snapshot_is_taken_before_a_stop(cloud: Cloud) -> String {
    let stop = cloud.rds.stop_db_instance().db_instance_identifier("orders").db_snapshot_identifier("last");
    stop.send().await.unwrap();
    code(cloud.rds.describe_db_snapshots().db_snapshot_identifier("last").send().await)
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-NAME-1" identifiers_have_a_form,
    "R-NAME-2" an_arn_is_a_name,
    "R-NAME-3" a_taken_name_is_refused,
    "R-NAME-4" a_rename_takes_minutes,
    "R-NAME-5" snapshots_follow_a_rename,
    "R-INST-1" a_new_instance_has_no_endpoint,
    "R-INST-2" resource_ids_differ,
    "R-INST-3" nobody_is_not_found,
    "R-INST-4" passwords_are_stars,
    "R-INST-5" a_stopped_instance_is_not_changed,
    "R-INST-6" ports_have_a_range,
    "R-INST-7" backups_are_kept_for_35_days_at_most,
    "R-INST-8" a_class_has_to_exist,
    "R-INST-9" logs_are_the_engines_own,
    "R-STAT-1" a_failure_stays,
    "R-STAT-2" a_strange_word_passes,
    "R-ENG-1" other_services_are_in_the_list,
    "R-ENG-2" a_member_has_no_snapshots_of_its_own,
    "R-REBOOT-1" a_restart_reads_the_parameters,
    "R-REBOOT-2" a_failover_needs_a_standby,
    "R-REBOOT-3" a_restart_leaves_an_event,
    "R-STOP-1" sources_of_replicas_are_not_stopped,
    "R-STOP-2" only_what_is_stopped_is_started,
    "R-STOP-4" a_snapshot_is_taken_before_a_stop,
    "R-STOP-3" a_stopped_instance_starts_itself,
    "R-DEL-1" a_protected_instance_is_not_deleted,
    "R-DEL-2" a_last_snapshot_is_named_or_skipped,
    "R-DEL-3" sources_of_replicas_are_not_deleted,
    "R-DEL-4" a_last_snapshot_needs_a_running_instance,
    "R-DEL-5" backups_go_with_their_instance,
    "R-DEL-6" kept_backups_are_shown,
    "R-REPL-1" a_source_of_replicas_keeps_backups,
    "R-REPL-2" no_encrypted_replica_of_plain_data,
    "R-REPL-3" a_promoted_replica_keeps_backups,
    "R-ROLE-1" a_role_is_pending_first,
};
