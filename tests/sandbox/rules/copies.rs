//! Encryption, snapshots, copies and restores.

use rds_encrypt::sandbox::{DeprecatedVersion, How, Options, Switches};

use super::{Scenario, scenarios};
use crate::help::{Cloud, code};

const OLD: &str = "legacy-crm-2019";
const PLAIN: &str = "orders-before-upgrade-to-15";

async fn small_classes_can_not_encrypt(cloud: Cloud) -> String {
    code(cloud.modify("payments").db_instance_class("db.t2.micro").send().await)
}

async fn a_snapshot_is_as_encrypted_as_its_instance(cloud: Cloud) -> String {
    cloud.take("payments", "a").await;
    cloud.snapshot("a").await.encrypted.unwrap().to_string()
}

async fn copy_under(cloud: &Cloud, key: &str) -> String {
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier(OLD).target_db_snapshot_identifier("copy");
    code(copy.kms_key_id(key).send().await)
}

async fn a_disabled_key_is_refused(cloud: Cloud) -> String {
    copy_under(&cloud, "alias/retired").await
}

async fn the_kind_of_encryption_is_shown(cloud: Cloud) -> String {
    cloud.instance("orders").await.storage_encryption_type.is_some().to_string()
}

async fn nothing_is_encrypted_in_place(cloud: Cloud) -> String {
    cloud.raw("Action=ModifyDBInstance&DBInstanceIdentifier=orders&StorageEncrypted=true").await;
    cloud.instance("orders").await.storage_encrypted.unwrap().to_string()
}

async fn a_copy_may_come_out_plain(cloud: Cloud) -> String {
    cloud.order("CopyDBSnapshot", How::ComesOutPlain);
    cloud.copied(OLD, "copy").await;
    cloud.snapshot("copy").await.encrypted.unwrap().to_string()
}

async fn a_database_without_its_key_goes_down(cloud: Cloud) -> String {
    let key = cloud.instance("payments").await.kms_key_id.unwrap();
    cloud.kms.disable_key().key_id(key).send().await.unwrap();
    cloud.minutes(180).await;
    cloud.instance("payments").await.db_instance_status.unwrap()
}

async fn a_key_needs_a_grant(cloud: Cloud) -> String {
    cloud.order("CreateGrant", How::Deny);
    copy_under(&cloud, "alias/sandbox").await
}

async fn a_copy_may_need_its_key_to_the_end(cloud: Cloud) -> String {
    cloud.copy(OLD, "copy").await;
    let key = cloud.snapshot("copy").await.kms_key_id.unwrap();
    cloud.kms.disable_key().key_id(key).send().await.unwrap();
    cloud.minutes(240).await;
    cloud.snapshot("copy").await.status.unwrap()
}

async fn the_instance_backs_up_meanwhile(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    cloud.instance("orders").await.db_instance_status.unwrap()
}

async fn tags_come_along_only_if_asked_for(cloud: Cloud) -> String {
    cloud.modify("orders").copy_tags_to_snapshot(false).send().await.unwrap();
    cloud.minutes(5).await;
    cloud.take("orders", "a").await;
    cloud.snapshot("a").await.tag_list().is_empty().to_string()
}

async fn the_percentage_grows(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    cloud.minutes(20).await;
    (cloud.snapshot("a").await.percent_progress.unwrap() > 0).to_string()
}

async fn a_copy_keeps_the_first_time(cloud: Cloud) -> String {
    cloud.copied(OLD, "copy").await;
    let (source, copy) = (cloud.snapshot(OLD).await, cloud.snapshot("copy").await);
    (source.original_snapshot_create_time == copy.original_snapshot_create_time).to_string()
}

async fn only_what_is_available_is_deleted(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    code(cloud.rds.delete_db_snapshot().db_snapshot_identifier("a").send().await)
}

async fn automated_snapshots_go_with_their_instance(cloud: Cloud) -> String {
    let id = cloud.instance("sessions").await.dbi_resource_id.unwrap();
    let delete = cloud.rds.delete_db_instance().db_instance_identifier("sessions").skip_final_snapshot(true);
    delete.send().await.unwrap();
    cloud.minutes(20).await;
    cloud.rds.describe_db_snapshots().dbi_resource_id(id).send().await.unwrap().db_snapshots().len().to_string()
}

async fn shared(cloud: &Cloud, key: &str, with: &str) -> String {
    assert_eq!(copy_under(cloud, key).await, "accepted");
    cloud.ready("copy").await;
    let share = cloud.rds.modify_db_snapshot_attribute().db_snapshot_identifier("copy").attribute_name("restore");
    code(share.values_to_add(with).send().await)
}

async fn encrypted_snapshots_are_not_public(cloud: Cloud) -> String {
    shared(&cloud, "alias/sandbox", "all").await
}

async fn snapshots_under_awss_own_key_are_not_shared(cloud: Cloud) -> String {
    shared(&cloud, "alias/aws/rds", "111122223333").await
}

async fn no_daily_backup_during_a_copy(cloud: Cloud) -> String {
    cloud.minutes(17 * 60).await;
    cloud.copy(PLAIN, "copy").await;
    cloud.minutes(70).await;
    cloud.instance("orders").await;
    cloud.minutes(120).await;
    let rows = cloud.rds.describe_db_snapshots().db_instance_identifier("orders").snapshot_type("automated");
    let rows = rows.send().await.unwrap().db_snapshots.unwrap();
    rows.iter().filter_map(|row| row.db_snapshot_identifier()).max().unwrap().contains("09-15").to_string()
}

async fn snapshots_are_filtered(cloud: Cloud) -> String {
    let rows = cloud.rds.describe_db_snapshots().db_instance_identifier("orders").snapshot_type("manual");
    rows.send().await.unwrap().db_snapshots().len().to_string()
}

async fn automated_snapshots_have_their_time(cloud: Cloud) -> String {
    let id = cloud.instance("sessions").await.dbi_resource_id.unwrap();
    let automated = || async {
        let found =
            cloud.rds.describe_db_snapshots().snapshot_type("automated").dbi_resource_id(&id).send().await.unwrap();
        found.db_snapshots.unwrap_or_default()
    };
    let first = automated().await.remove(0);
    let name = first.db_snapshot_identifier().unwrap();
    assert!(name.starts_with("rds:sessions-2026-09-"), "{name}");
    // It can be copied, and the copy stays.
    cloud.copied(name, "kept").await;
    cloud.minutes(26 * 60).await;
    assert_eq!(cloud.snapshot("kept").await.snapshot_type(), Some("manual"));
    automated().await.len().to_string()
}

async fn upgrade(cloud: &Cloud, snapshot: &str, version: &str) -> String {
    let upgrade = cloud.rds.modify_db_snapshot().db_snapshot_identifier(snapshot).engine_version(version);
    code(upgrade.send().await)
}

async fn a_snapshot_is_upgraded_to_what_its_version_lists(cloud: Cloud) -> String {
    // Not back, and not to what is deprecated itself.
    format!("{} {}", upgrade(&cloud, OLD, "10.23").await, upgrade(&cloud, PLAIN, "14.17").await)
}

async fn a_snapshot_is_upgrading_for_a_while(cloud: Cloud) -> String {
    cloud.copied(OLD, "copy").await;
    assert_eq!(upgrade(&cloud, "copy", "15.12").await, "accepted");
    let now = cloud.snapshot("copy").await;
    let meanwhile = code(cloud.restore("copy", "a").send().await);
    cloud.minutes(20).await;
    let then = cloud.snapshot("copy").await;
    assert_eq!(
        (then.status(), then.engine_version(), then.encrypted()),
        (Some("available"), Some("15.12"), Some(true))
    );
    assert_eq!(then.option_group_name(), Some("default:postgres-15"));
    // A group of the old version's family no longer fits.
    let old = cloud.restore("copy", "b").db_parameter_group_name("default.postgres9.6").send().await;
    assert_eq!(code(old), "InvalidParameterCombination");
    format!("{:?} {:?} {meanwhile}", now.status(), now.engine_version())
}

async fn an_upgrade_needs_the_key(cloud: Cloud) -> String {
    cloud.copied(OLD, "copy").await;
    let key = cloud.snapshot("copy").await.kms_key_id.unwrap();
    cloud.kms.disable_key().key_id(key).send().await.unwrap();
    upgrade(&cloud, "copy", "15.12").await
}

async fn the_data_brings_its_character_sets(cloud: Cloud) -> String {
    cloud.taken("books-oracle", "a").await;
    let class = cloud.instance("books-oracle").await.db_instance_class.unwrap();
    let restored = cloud.restore("a", "copy").db_instance_class(class).send().await.unwrap().db_instance.unwrap();
    format!("{:?} {:?}", restored.nchar_character_set_name(), restored.character_set_name())
}

async fn snapshots_of_some_engines_are_upgraded(cloud: Cloud) -> String {
    cloud.taken("erp-sql", "a").await;
    let upgrade = cloud.rds.modify_db_snapshot().db_snapshot_identifier("a");
    code(upgrade.engine_version("16.00.4185.3.v1").send().await)
}

async fn a_snapshot_in_use_stays(cloud: Cloud) -> String {
    cloud.copy(OLD, "copy").await;
    code(cloud.rds.delete_db_snapshot().db_snapshot_identifier(OLD).send().await)
}

async fn a_copy_needs_a_finished_source(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    cloud.copy("a", "copy").await
}

async fn with_a_key_a_copy_is_encrypted(cloud: Cloud) -> String {
    cloud.copied(OLD, "copy").await;
    cloud.snapshot("copy").await.encrypted.unwrap().to_string()
}

async fn without_a_key_a_copy_keeps_its_own(cloud: Cloud) -> String {
    cloud.copied(OLD, "copy").await;
    let again = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("copy");
    let again = again.target_db_snapshot_identifier("again").send().await.unwrap();
    again.db_snapshot.unwrap().encrypted.unwrap().to_string()
}

async fn a_copy_is_pending_first(cloud: Cloud) -> String {
    cloud.copy(OLD, "copy").await;
    cloud.snapshot("copy").await.status.unwrap()
}

async fn copies_of_one_instance_queue(cloud: Cloud) -> String {
    cloud.copy(OLD, "one").await;
    cloud.copy(OLD, "two").await;
    cloud.minutes(30).await;
    cloud.snapshot("two").await.status.unwrap()
}

async fn another_key_moves_every_block(cloud: Cloud) -> String {
    cloud.copy(OLD, "copy").await;
    cloud.minutes(30).await;
    cloud.snapshot("copy").await.status.unwrap()
}

async fn copies_in_flight_have_a_limit(cloud: Cloud) -> String {
    cloud.copy(OLD, "one").await;
    cloud.copy(PLAIN, "two").await
}

async fn deleting_a_running_copy_cancels_it(cloud: Cloud) -> String {
    cloud.copy(OLD, "copy").await;
    code(cloud.rds.delete_db_snapshot().db_snapshot_identifier("copy").send().await)
}

async fn data_brings_its_own_settings(cloud: Cloud) -> String {
    cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap().master_username.unwrap()
}

async fn a_restores_answer_is_lean(cloud: Cloud) -> String {
    let answer = cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap();
    answer.option_group_memberships()[0].status().unwrap().to_owned()
}

async fn a_restore_gets_the_default_security_group(cloud: Cloud) -> String {
    let answer = cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap();
    answer.vpc_security_groups().len().to_string()
}

async fn a_restores_windows_are_random(cloud: Cloud) -> String {
    let answer = cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap();
    answer.preferred_backup_window.unwrap()
}

async fn a_restore_is_gp3(cloud: Cloud) -> String {
    cloud.restore(OLD, "copy").send().await.unwrap().db_instance.unwrap().storage_type.unwrap()
}

async fn a_restore_gets_default_groups(cloud: Cloud) -> String {
    cloud.taken("shop", "a").await;
    let answer = cloud.restore("a", "copy").send().await.unwrap().db_instance.unwrap();
    answer.option_group_memberships()[0].option_group_name().unwrap().to_owned()
}

async fn a_restores_parameters_await_a_restart(cloud: Cloud) -> String {
    cloud.restore(PLAIN, "copy").db_parameter_group_name("orders-postgres15").send().await.unwrap();
    cloud.until("copy", "available").await;
    cloud.instance("copy").await.db_parameter_groups()[0].parameter_apply_status().unwrap().to_owned()
}

async fn a_restore_is_backed_up(cloud: Cloud) -> String {
    cloud.restore(PLAIN, "copy").backup_retention_period(1).send().await.unwrap();
    cloud.until("copy", "available").await;
    cloud.minutes(3).await;
    cloud.instance("copy").await.db_instance_status.unwrap()
}

async fn a_restore_inherits_tags(cloud: Cloud) -> String {
    let answer = cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap();
    answer.tag_list().is_empty().to_string()
}

async fn a_deprecated_version_is_special(cloud: Cloud) -> String {
    code(cloud.restore(OLD, "copy").send().await)
}

async fn silence_is_extended_support(cloud: Cloud) -> String {
    let answer = cloud.restore(PLAIN, "copy").send().await.unwrap().db_instance.unwrap();
    format!("{:?}", answer.engine_lifecycle_support)
}

async fn mirroring_needs_backups(cloud: Cloud) -> String {
    cloud.taken("erp-sql", "a").await;
    code(cloud.restore("a", "copy").multi_az(true).backup_retention_period(0).send().await)
}

fn world(switches: Switches) -> Options {
    Options { switches, ..Options::default() }
}

fn daily() -> Options {
    world(Switches { daily_backups: true, ..Switches::default() })
}

fn keys_to_the_end() -> Options {
    world(Switches { key_loss_ends_work: true, ..Switches::default() })
}

fn one_copy() -> Options {
    world(Switches { copies_in_region: Some(1), ..Switches::default() })
}

fn refusing() -> Options {
    world(Switches { deprecated_version: DeprecatedVersion::Refused, ..Switches::default() })
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-ENC-1" small_classes_can_not_encrypt,
    "R-ENC-2" a_snapshot_is_as_encrypted_as_its_instance,
    "R-ENC-3" a_disabled_key_is_refused,
    "R-ENC-4" the_kind_of_encryption_is_shown,
    "R-ENC-5" nothing_is_encrypted_in_place,
    "R-ENC-6" a_copy_may_come_out_plain,
    "R-ENC-7" a_database_without_its_key_goes_down,
    "R-ENC-8" a_key_needs_a_grant,
    "R-ENC-9" a_copy_may_need_its_key_to_the_end in keys_to_the_end,
    "R-SNAP-1" the_instance_backs_up_meanwhile,
    "R-SNAP-2" tags_come_along_only_if_asked_for,
    "R-SNAP-3" the_percentage_grows,
    "R-SNAP-4" a_copy_keeps_the_first_time,
    "R-SNAP-5" only_what_is_available_is_deleted,
    "R-SNAP-6" automated_snapshots_go_with_their_instance,
    "R-SNAP-7" encrypted_snapshots_are_not_public,
    "R-SNAP-8" no_daily_backup_during_a_copy in daily,
    "R-SNAP-9" snapshots_are_filtered,
    "R-SNAP-10" snapshots_of_some_engines_are_upgraded,
    "R-SNAP-15" automated_snapshots_have_their_time,
    "R-SNAP-12" a_snapshot_is_upgraded_to_what_its_version_lists,
    "R-SNAP-13" a_snapshot_is_upgrading_for_a_while,
    "R-SNAP-14" an_upgrade_needs_the_key,
    "R-REST-13" the_data_brings_its_character_sets,
    "R-SNAP-11" a_snapshot_in_use_stays,
    "R-COPY-1" a_copy_needs_a_finished_source,
    "R-COPY-2" with_a_key_a_copy_is_encrypted,
    "R-COPY-3" without_a_key_a_copy_keeps_its_own,
    "R-COPY-4" a_copy_is_pending_first,
    "R-COPY-5" copies_of_one_instance_queue,
    "R-COPY-6" another_key_moves_every_block,
    "R-COPY-7" copies_in_flight_have_a_limit in one_copy,
    "R-COPY-8" deleting_a_running_copy_cancels_it,
    "R-REST-1" data_brings_its_own_settings,
    "R-REST-2" a_restores_answer_is_lean,
    "R-REST-3" a_restore_gets_the_default_security_group,
    "R-REST-4" a_restores_windows_are_random,
    "R-REST-5" a_restore_is_gp3,
    "R-REST-6" a_restore_gets_default_groups,
    "R-REST-7" a_restores_parameters_await_a_restart,
    "R-REST-8" a_restore_is_backed_up,
    "R-REST-9" a_restore_inherits_tags,
    "R-REST-10" a_deprecated_version_is_special in refusing,
    "R-REST-11" silence_is_extended_support,
    "R-REST-12" mirroring_needs_backups,
    "R-KMS-9" snapshots_under_awss_own_key_are_not_shared,
};
