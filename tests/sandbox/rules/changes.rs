//! Changes, storage, tags and groups.

use aws_sdk_rds::types::Tag;
use rds_encrypt::sandbox::{Options, Switches};

use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

async fn an_accepted_change_shows_the_instance_as_it_was(cloud: Cloud) -> String {
    let answer = cloud.modify("orders").db_instance_class("db.m5.xlarge").send().await.unwrap();
    answer.db_instance.unwrap().db_instance_status.unwrap()
}

async fn a_change_shows_later(cloud: Cloud) -> String {
    cloud.modify("orders").deletion_protection(false).send().await.unwrap();
    cloud.instance("orders").await.deletion_protection.unwrap().to_string()
}

async fn changes_wait_for_the_window(cloud: Cloud) -> String {
    let change = cloud.rds.modify_db_instance().db_instance_identifier("orders").db_instance_class("db.m5.xlarge");
    change.send().await.unwrap();
    cloud.minutes(30).await;
    cloud.instance("orders").await.db_instance_class.unwrap()
}

async fn some_changes_never_wait(cloud: Cloud) -> String {
    let change = cloud.rds.modify_db_instance().db_instance_identifier("orders").deletion_protection(false);
    change.send().await.unwrap();
    cloud.minutes(30).await;
    cloud.instance("orders").await.deletion_protection.unwrap().to_string()
}

async fn no_change_during_a_backup(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    code(cloud.modify("orders").copy_tags_to_snapshot(true).send().await)
}

async fn windows_do_not_overlap(cloud: Cloud) -> String {
    let modify = cloud.modify("orders").preferred_backup_window("04:00-04:30");
    code(modify.preferred_maintenance_window("mon:04:10-mon:04:40").send().await)
}

async fn security_groups_are_added_first(cloud: Cloud) -> String {
    let modify = cloud.modify("orders").vpc_security_group_ids("sg-0e52d7b18c4f90a36");
    let answer = modify.send().await.unwrap().db_instance.unwrap();
    let words: Vec<_> = answer.vpc_security_groups().iter().filter_map(|group| group.status()).collect();
    words.join(" ")
}

async fn a_major_upgrade_is_asked_for(cloud: Cloud) -> String {
    code(cloud.modify("sessions").engine_version("17.4").send().await)
        + &code(cloud.modify("inventory").engine_version("14.17").send().await)
}

async fn a_secret_is_made_first(cloud: Cloud) -> String {
    cloud.modify("orders").manage_master_user_password(true).send().await.unwrap();
    cloud.minutes(1).await;
    cloud.instance("orders").await.master_user_secret.unwrap().secret_status.unwrap()
}

async fn no_restart_during_a_backup(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    code(cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await)
}

async fn small_gp3_takes_no_iops(cloud: Cloud) -> String {
    code(cloud.restore("orders-before-upgrade-to-15", "copy").storage_type("gp3").iops(3000).send().await)
}

async fn io1_needs_iops(cloud: Cloud) -> String {
    code(cloud.restore("orders-before-upgrade-to-15", "copy").storage_type("io1").send().await)
}

async fn storage_grows_by_a_tenth(cloud: Cloud) -> String {
    code(cloud.modify("orders").allocated_storage(105).send().await)
}

async fn storage_is_not_changed_while_it_is_optimized(cloud: Cloud) -> String {
    cloud.modify("orders").allocated_storage(400).send().await.unwrap();
    cloud.until("orders", "storage-optimization").await;
    code(cloud.modify("orders").allocated_storage(500).send().await)
}

async fn gp3_shows_its_baseline(cloud: Cloud) -> String {
    let answer = cloud.restore("orders-before-upgrade-to-15", "copy").send().await.unwrap();
    format!("{:?}", answer.db_instance.unwrap().iops)
}

async fn sql_server_takes_no_storage_at_restore(cloud: Cloud) -> String {
    cloud.taken("erp-sql", "a").await;
    code(cloud.restore("a", "copy").allocated_storage(400).send().await)
}

async fn tagged(cloud: &Cloud, key: &str, value: &str) -> String {
    let arn = cloud.instance("orders").await.db_instance_arn.unwrap();
    let tag = Tag::builder().key(key).value(value).build();
    code(cloud.rds.add_tags_to_resource().resource_name(arn).tags(tag).send().await)
}

async fn reserved_prefixes_are_refused(cloud: Cloud) -> String {
    tagged(&cloud, "aws:owner", "me").await
}

async fn commas_are_refused(cloud: Cloud) -> String {
    tagged(&cloud, "owner", "you,me").await
}

async fn an_arn_of_another_region_names_nothing(cloud: Cloud) -> String {
    let arn = cloud.instance("orders").await.db_instance_arn.unwrap().replace("eu-west-2", "eu-west-1");
    code(cloud.rds.list_tags_for_resource().resource_name(arn).send().await)
}

async fn tags_show_late(cloud: Cloud) -> String {
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier("a");
    taken.tags(Tag::builder().key("owner").value("me").build()).send().await.unwrap();
    cloud.snapshot("a").await.tag_list().len().to_string()
}

async fn each_region_has_a_default_network(cloud: Cloud) -> String {
    let elsewhere = cloud
        .rds
        .describe_db_subnet_groups()
        .customize()
        .config_override(aws_sdk_rds::Config::builder().region(aws_sdk_rds::config::Region::new("eu-central-1")));
    elsewhere.send().await.unwrap().db_subnet_groups().len().to_string()
}

async fn default_groups_are_named_after_the_version(cloud: Cloud) -> String {
    let groups = cloud.rds.describe_db_parameter_groups().db_parameter_group_name("default.postgres15");
    code(groups.send().await)
}

async fn a_parameter_group_is_of_the_family(cloud: Cloud) -> String {
    code(cloud.modify("orders").db_parameter_group_name("shop-mysql8").send().await)
}

async fn an_option_group_is_of_the_version(cloud: Cloud) -> String {
    code(cloud.modify("orders").option_group_name("shop-audit").send().await)
}

async fn a_subnet_group_in_use_stays(cloud: Cloud) -> String {
    code(cloud.rds.delete_db_subnet_group().db_subnet_group_name("private-databases").send().await)
}

async fn a_parameter_group_in_use_stays(cloud: Cloud) -> String {
    code(cloud.rds.delete_db_parameter_group().db_parameter_group_name("orders-postgres15").send().await)
}

async fn an_option_group_in_use_stays(cloud: Cloud) -> String {
    code(cloud.rds.delete_option_group().option_group_name("shop-audit").send().await)
}

fn late_tags() -> Options {
    Options { switches: Switches { tags_show_after: 600, ..Switches::default() }, ..Options::default() }
}

async fn tags_are_for_the_automated_backup(cloud: Cloud) -> String {
    let of = |kind: &str| {
        let tag = Tag::builder().key("team").value("a").build();
        let tags = aws_sdk_rds::types::TagSpecification::builder().resource_type(kind).tags(tag).build();
        cloud.restore("legacy-crm-2019", kind).tag_specifications(tags).send()
    };
    let made = of("auto-backup").await.unwrap().db_instance.unwrap();
    let id = made.dbi_resource_id().unwrap();
    let backups = cloud.rds.describe_db_instance_automated_backups().dbi_resource_id(id).send().await.unwrap();
    assert_eq!(backups.db_instance_automated_backups()[0].tag_list().len(), 1);
    code(of("db").await)
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-MOD-1" an_accepted_change_shows_the_instance_as_it_was,
    "R-MOD-2" a_change_shows_later,
    "R-MOD-3" changes_wait_for_the_window,
    "R-MOD-4" some_changes_never_wait,
    "R-MOD-5" no_change_during_a_backup,
    "R-MOD-6" windows_do_not_overlap,
    "R-MOD-7" security_groups_are_added_first,
    "R-MOD-8" a_major_upgrade_is_asked_for,
    "R-MOD-9" a_secret_is_made_first,
    "R-MOD-10" no_restart_during_a_backup,
    "R-STOR-1" small_gp3_takes_no_iops,
    "R-STOR-2" io1_needs_iops,
    "R-STOR-3" storage_grows_by_a_tenth,
    "R-STOR-4" storage_is_not_changed_while_it_is_optimized,
    "R-STOR-5" gp3_shows_its_baseline,
    "R-STOR-6" sql_server_takes_no_storage_at_restore,
    "R-TAG-1" reserved_prefixes_are_refused,
    "R-TAG-2" commas_are_refused,
    "R-TAG-3" an_arn_of_another_region_names_nothing,
    "R-TAG-5" tags_are_for_the_automated_backup,
    "R-TAG-4" tags_show_late in late_tags,
    "R-GRP-1" each_region_has_a_default_network,
    "R-GRP-2" default_groups_are_named_after_the_version,
    "R-GRP-3" a_parameter_group_is_of_the_family,
    "R-GRP-4" an_option_group_is_of_the_version,
    "R-GRP-5" a_subnet_group_in_use_stays,
    "R-GRP-6" a_parameter_group_in_use_stays,
    "R-GRP-7" an_option_group_in_use_stays,
};
