//! Settings that not every instance has, and what depends on instances.

use aws_sdk_rds::types::{ActivityStreamMode, DbInstance, Filter, ProcessorFeature};
use rds_encrypt::sandbox::{Options, Switches};

use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

const ROLE: &str = "arn:aws:iam::000000000000:role/reader";

async fn role(cloud: &Cloud, name: &str, role: &str, feature: &str) -> String {
    let add = cloud.rds.add_role_to_db_instance().db_instance_identifier(name).role_arn(role).feature_name(feature);
    code(add.send().await)
}

/// A snapshot of an instance, restored; the answer.
async fn restored(cloud: &Cloud, name: &str) -> DbInstance {
    cloud.taken(name, "a").await;
    let class = cloud.instance(name).await.db_instance_class.unwrap();
    let restore = cloud.restore("a", "copy").db_instance_class(class);
    restore.send().await.unwrap().db_instance.unwrap()
}

fn features(cores: &str) -> ProcessorFeature {
    ProcessorFeature::builder().name("coreCount").value(cores).build()
}

async fn an_instance_has_five_roles(cloud: Cloud) -> String {
    for number in 0..5 {
        assert_eq!(role(&cloud, "orders", ROLE, &format!("feature{number}")).await, "accepted");
    }
    role(&cloud, "orders", ROLE, "s3Import").await
}

async fn a_feature_has_one_role(cloud: Cloud) -> String {
    role(&cloud, "intake", ROLE, "s3Import").await
}

async fn a_role_is_for_a_feature_of_the_engine(cloud: Cloud) -> String {
    role(&cloud, "ledger", ROLE, "s3Import").await
}

async fn a_restore_forgets_roles(cloud: Cloud) -> String {
    restored(&cloud, "books-oracle").await.associated_roles().len().to_string()
}

async fn a_role_needs_an_available_instance(cloud: Cloud) -> String {
    cloud.modify("orders").allocated_storage(400).send().await.unwrap();
    cloud.until("orders", "storage-optimization").await;
    role(&cloud, "orders", ROLE, "s3Import").await
}

async fn a_removed_role_shows_for_a_while(cloud: Cloud) -> String {
    let roles = cloud.instance("books-oracle").await.associated_roles.unwrap();
    let remove = cloud.rds.remove_role_from_db_instance().db_instance_identifier("books-oracle");
    let remove = remove.role_arn(roles[0].role_arn().unwrap()).feature_name("S3_INTEGRATION");
    remove.send().await.unwrap();
    cloud.instance("books-oracle").await.associated_roles().len().to_string()
}

async fn a_password_has_one_keeper(cloud: Cloud) -> String {
    code(cloud.modify("intake").master_user_password("tea and sympathy").send().await)
}

async fn only_oracle_is_restored_with_a_secret(cloud: Cloud) -> String {
    code(cloud.restore("orders-before-upgrade-to-15", "copy").manage_master_user_password(true).send().await)
}

async fn a_restore_has_no_secret(cloud: Cloud) -> String {
    restored(&cloud, "intake").await.master_user_secret.is_some().to_string()
}

async fn a_key_needs_a_secret(cloud: Cloud) -> String {
    code(cloud.modify("orders").master_user_secret_kms_key_id("alias/sandbox").send().await)
}

async fn who_takes_the_password_back_names_one(cloud: Cloud) -> String {
    code(cloud.modify("intake").manage_master_user_password(false).send().await)
}

async fn only_managed_passwords_are_rotated(cloud: Cloud) -> String {
    code(cloud.modify("orders").rotate_master_user_password(true).send().await)
}

async fn managed_passwords_forbid_replicas(cloud: Cloud) -> String {
    let replica = cloud.rds.create_db_instance_read_replica().db_instance_identifier("reader");
    code(replica.source_db_instance_identifier("intake").send().await)
}

async fn a_secret_has_a_key(cloud: Cloud) -> String {
    cloud.modify("orders").manage_master_user_password(true).send().await.unwrap();
    cloud.minutes(5).await;
    cloud.instance("orders").await.master_user_secret.unwrap().kms_key_id.is_some().to_string()
}

async fn processor_features_are_oracles_and_sql_servers(cloud: Cloud) -> String {
    code(cloud.modify("orders").processor_features(features("1")).send().await)
}

async fn a_restore_keeps_processor_features(cloud: Cloud) -> String {
    restored(&cloud, "books-oracle").await.processor_features().len().to_string()
}

async fn another_class_needs_a_word(cloud: Cloud) -> String {
    code(cloud.modify("books-oracle").db_instance_class("db.m5.4xlarge").send().await)
}

async fn a_licence_is_the_engines(cloud: Cloud) -> String {
    code(cloud.restore("orders-before-upgrade-to-15", "copy").license_model("license-included").send().await)
}

async fn lifecycles_are_mysqls_and_postgresqls(cloud: Cloud) -> String {
    code(cloud.modify("ledger").engine_lifecycle_support("open-source-rds-extended-support").send().await)
}

async fn without_support_a_restore_is_upgraded(cloud: Cloud) -> String {
    cloud.taken("wiki", "a").await;
    let restore = cloud.restore("a", "copy").engine_lifecycle_support("open-source-rds-extended-support-disabled");
    restore.send().await.unwrap();
    cloud.until("copy", "available").await;
    cloud.instance("copy").await.engine_version.unwrap()
}

async fn both_networks_need_a_group_with_both(cloud: Cloud) -> String {
    code(cloud.modify("orders").network_type("DUAL").send().await)
}

async fn a_restore_is_ipv4(cloud: Cloud) -> String {
    restored(&cloud, "intake").await.network_type.unwrap()
}

async fn a_log_volume_needs_provisioned_iops(cloud: Cloud) -> String {
    code(cloud.modify("orders").dedicated_log_volume(true).send().await)
}

async fn tenants_are_oracles(cloud: Cloud) -> String {
    code(cloud.modify("hr-oracle").multi_tenant(true).send().await)
}

async fn the_data_brings_its_tenants(cloud: Cloud) -> String {
    let create = cloud.rds.create_db_instance().db_instance_identifier("tenants").db_instance_class("db.m5.large");
    let create = create.engine("oracle-se2-cdb").allocated_storage(20).master_username("keeper").multi_tenant(true);
    create.master_user_password("tea and sympathy").send().await.unwrap();
    cloud.until("tenants", "available").await;
    cloud.minutes(60).await;
    format!("{:?}", restored(&cloud, "tenants").await.multi_tenant)
}

async fn mariadb_has_no_directory(cloud: Cloud) -> String {
    code(cloud.modify("ledger").domain("d-9c672b1f04").domain_iam_role_name("access").send().await)
}

async fn a_directory_goes_with_its_role(cloud: Cloud) -> String {
    code(cloud.modify("erp-sql").domain("d-9c672b1f04").send().await)
}

async fn joining(cloud: &Cloud, minutes: u32) -> String {
    cloud.modify("erp-sql").domain("d-9c672b1f04").domain_iam_role_name("access").send().await.unwrap();
    cloud.minutes(minutes).await;
    cloud.instance("erp-sql").await.domain_memberships()[0].status().unwrap().to_owned()
}

async fn a_directory_is_joined_step_by_step(cloud: Cloud) -> String {
    joining(&cloud, 3).await
}

async fn joining_a_directory_can_fail(cloud: Cloud) -> String {
    joining(&cloud, 30).await
}

async fn a_directory_has_to_exist(cloud: Cloud) -> String {
    code(cloud.modify("erp-sql").domain("corp").domain_iam_role_name("access").send().await)
}

async fn a_restore_is_in_no_directory(cloud: Cloud) -> String {
    restored(&cloud, "desk-sql").await.domain_memberships().len().to_string()
}

async fn what_is_named_has_to_exist(cloud: Cloud) -> String {
    code(cloud.rds.describe_event_subscriptions().subscription_name("nobody").send().await)
}

async fn targets_are_a_proxys(cloud: Cloud) -> String {
    code(cloud.rds.describe_db_proxy_targets().db_proxy_name("nobody").send().await)
}

async fn deployments_are_found_by_their_source(cloud: Cloud) -> String {
    let filter = Filter::builder().name("source").values("arn:aws:rds:eu-west-2:000000000000:db:orders").build();
    let found = cloud.rds.describe_blue_green_deployments().filters(filter).send().await.unwrap();
    found.blue_green_deployments().len().to_string()
}

async fn integrations_are_found_by_their_source(cloud: Cloud) -> String {
    let filter = Filter::builder().name("source-arn").values("nobody").build();
    code(cloud.rds.describe_integrations().filters(filter).send().await)
        + &code(
            cloud
                .rds
                .describe_integrations()
                .filters(Filter::builder().name("colour").values("red").build())
                .send()
                .await,
        )
}

async fn stream(cloud: &Cloud, name: &str) -> String {
    let arn = cloud.instance(name).await.db_instance_arn.unwrap();
    let start = cloud.rds.start_activity_stream().resource_arn(arn).mode(ActivityStreamMode::Async);
    code(start.kms_key_id("alias/sandbox").apply_immediately(true).send().await)
}

async fn a_stream_starts_step_by_step(cloud: Cloud) -> String {
    stream(&cloud, "hr-oracle").await;
    format!("{:?}", cloud.instance("hr-oracle").await.activity_stream_status)
}

async fn streams_are_oracles_and_sql_servers(cloud: Cloud) -> String {
    stream(&cloud, "orders").await
}

async fn a_restore_has_no_stream(cloud: Cloud) -> String {
    format!("{:?}", restored(&cloud, "desk-sql").await.activity_stream_status)
}

async fn strange_versions_can_be_refused(cloud: Cloud) -> String {
    let options = cloud.rds.describe_orderable_db_instance_options().engine("postgres").engine_version("9.6.24");
    code(options.send().await)
}

fn in_a_world_of(switches: Switches) -> Options {
    Options { switches, ..Options::default() }
}

fn many_features() -> Options {
    in_a_world_of(Switches { foreign_features_refused: false, ..Switches::default() })
}

fn no_joining() -> Options {
    in_a_world_of(Switches { domain_joins_fail: true, ..Switches::default() })
}

fn strict_catalogue() -> Options {
    in_a_world_of(Switches { strange_versions_refused: true, ..Switches::default() })
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-ROLE-2" an_instance_has_five_roles in many_features,
    "R-ROLE-3" a_feature_has_one_role,
    "R-ROLE-4" a_role_is_for_a_feature_of_the_engine,
    "R-ROLE-5" a_restore_forgets_roles,
    "R-ROLE-6" a_role_needs_an_available_instance,
    "R-ROLE-7" a_removed_role_shows_for_a_while,
    "R-SECRET-1" a_password_has_one_keeper,
    "R-SECRET-2" only_oracle_is_restored_with_a_secret,
    "R-SECRET-3" a_restore_has_no_secret,
    "R-SECRET-4" a_key_needs_a_secret,
    "R-SECRET-5" who_takes_the_password_back_names_one,
    "R-SECRET-6" only_managed_passwords_are_rotated,
    "R-SECRET-7" managed_passwords_forbid_replicas,
    "R-SECRET-8" a_secret_has_a_key,
    "R-CPU-1" processor_features_are_oracles_and_sql_servers,
    "R-CPU-2" a_restore_keeps_processor_features,
    "R-CPU-3" another_class_needs_a_word,
    "R-LIC-1" a_licence_is_the_engines,
    "R-LIFE-1" lifecycles_are_mysqls_and_postgresqls,
    "R-LIFE-2" without_support_a_restore_is_upgraded,
    "R-NET-1" both_networks_need_a_group_with_both,
    "R-NET-2" a_restore_is_ipv4,
    "R-DLV-1" a_log_volume_needs_provisioned_iops,
    "R-TEN-1" tenants_are_oracles,
    "R-TEN-2" the_data_brings_its_tenants,
    "R-DOM-1" mariadb_has_no_directory,
    "R-DOM-2" a_directory_goes_with_its_role,
    "R-DOM-3" a_directory_is_joined_step_by_step,
    "R-DOM-4" joining_a_directory_can_fail in no_joining,
    "R-DOM-5" a_directory_has_to_exist,
    "R-DOM-6" a_restore_is_in_no_directory,
    "R-DEP-1" what_is_named_has_to_exist,
    "R-DEP-2" targets_are_a_proxys,
    "R-DEP-3" deployments_are_found_by_their_source,
    "R-DEP-4" integrations_are_found_by_their_source,
    "R-STREAM-1" a_stream_starts_step_by_step,
    "R-STREAM-2" streams_are_oracles_and_sql_servers,
    "R-STREAM-3" a_restore_has_no_stream,
    "R-CAT-10" strange_versions_can_be_refused in strict_catalogue,
};
