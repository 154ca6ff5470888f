//! Settings that not every instance has, carried from a source to what is restored from it.

use aws_sdk_rds::types::{ActivityStreamMode, DbInstance, Filter, ProcessorFeature};
use rds_encrypt::sandbox::{How, Options, Switches};

use crate::help::{Cloud, cloud, code, with};

const ROLE: &str = "arn:aws:iam::000000000000:role/reader";

async fn world(switches: Switches) -> Cloud {
    with(Options { switches, ..Options::default() }).await
}

async fn add(cloud: &Cloud, name: &str, role: &str, feature: &str) -> String {
    let add = cloud.rds.add_role_to_db_instance().db_instance_identifier(name);
    code(add.role_arn(role).feature_name(feature).send().await)
}

/// Features and words of an instance's roles.
async fn roles(cloud: &Cloud, name: &str) -> Vec<(String, String)> {
    let roles = cloud.instance(name).await.associated_roles.unwrap_or_default();
    roles.into_iter().map(|role| (role.feature_name.unwrap(), role.status.unwrap())).collect()
}

fn one(feature: &str, word: &str) -> Vec<(String, String)> {
    vec![(feature.to_owned(), word.to_owned())]
}

fn directory(row: &DbInstance) -> String {
    row.domain_memberships().first().map_or("none", |membership| membership.status().unwrap()).to_owned()
}

#[tokio::test(start_paused = true)]
async fn roles_come_and_go() {
    let cloud = cloud().await;
    assert_eq!(add(&cloud, "orders", ROLE, "s3Import").await, "accepted");
    assert_eq!(roles(&cloud, "orders").await, one("s3Import", "PENDING"));
    assert_eq!(add(&cloud, "orders", ROLE, "s3Import").await, "DBInstanceRoleAlreadyExists");
    let other = "arn:aws:iam::000000000000:role/writer";
    assert_eq!(add(&cloud, "orders", other, "s3Import").await, "DBInstanceRoleAlreadyExists");
    cloud.minutes(2).await;
    assert_eq!(roles(&cloud, "orders").await, one("s3Import", "ACTIVE"));
    assert_eq!(cloud.instance("orders").await.db_instance_status(), Some("available"));
    // A role of one's own for each engine's features, and for nothing else.
    for (name, feature, wanted) in [
        ("orders", "s3Export", "accepted"),
        ("orders", "S3_INTEGRATION", "InvalidParameterValue"),
        ("hr-oracle", "S3_INTEGRATION", "accepted"),
        ("erp-sql", "S3_INTEGRATION", "accepted"),
        ("ledger", "s3Import", "InvalidParameterValue"),
        ("reports", "s3Import", "InvalidDBInstanceState"),
        ("nobody", "s3Import", "DBInstanceNotFound"),
    ] {
        assert_eq!(add(&cloud, name, ROLE, feature).await, wanted, "{name} {feature}");
    }
    let remove = |role: &str| {
        let remove = cloud.rds.remove_role_from_db_instance().db_instance_identifier("orders");
        remove.role_arn(role).feature_name("s3Import").send()
    };
    assert_eq!(code(remove(other).await), "DBInstanceRoleNotFound");
    remove(ROLE).await.unwrap();
    assert_eq!(roles(&cloud, "orders").await.len(), 2);
    cloud.minutes(2).await;
    assert_eq!(roles(&cloud, "orders").await, one("s3Export", "ACTIVE"));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_can_not_be_assumed_is_invalid() {
    let cloud = cloud().await;
    cloud.order("AddRoleToDBInstance", How::EndsAs { status: "INVALID".to_owned() });
    assert_eq!(add(&cloud, "orders", ROLE, "s3Import").await, "accepted");
    assert_eq!(roles(&cloud, "orders").await, one("s3Import", "PENDING"));
    cloud.minutes(2).await;
    assert_eq!(roles(&cloud, "orders").await, one("s3Import", "INVALID"));
}

#[tokio::test(start_paused = true)]
async fn a_role_can_be_for_one_feature_only() {
    let cloud = world(Switches { one_role_serves_many_features: false, ..Switches::default() }).await;
    assert_eq!(add(&cloud, "orders", ROLE, "s3Import").await, "accepted");
    assert_eq!(add(&cloud, "orders", ROLE, "s3Export").await, "DBInstanceRoleAlreadyExists");
}

#[tokio::test(start_paused = true)]
async fn features_are_listed_with_their_version() {
    let cloud = cloud().await;
    for (engine, version, wanted) in [("postgres", "15.7", 3), ("mysql", "8.0.36", 0), ("oracle-se2", "19", 2)] {
        let versions = cloud.rds.describe_db_engine_versions().engine(engine).engine_version(version);
        let versions = versions.include_all(true).send().await.unwrap();
        assert_eq!(versions.db_engine_versions()[0].supported_feature_names().len(), wanted, "{engine}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_managed_password_has_a_secret_of_its_own() {
    let cloud = cloud().await;
    let create = |name: &str| {
        let create = cloud.rds.create_db_instance().db_instance_identifier(name).db_instance_class("db.m5.large");
        create.engine("postgres").allocated_storage(20).master_username("keeper").manage_master_user_password(true)
    };
    assert_eq!(code(create("new").master_user_password("tea").send().await), "InvalidParameterCombination");
    let elsewhere = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-4333-8444-555555555555";
    assert_eq!(code(create("new").master_user_secret_kms_key_id(elsewhere).send().await), "KMSKeyNotAccessibleFault");
    let made = create("new").master_user_secret_kms_key_id("alias/sandbox").send().await.unwrap();
    let secret = made.db_instance.unwrap().master_user_secret.unwrap();
    assert_eq!(secret.secret_status(), Some("creating"));
    assert!(secret.secret_arn().unwrap().starts_with("arn:aws:secretsmanager:eu-west-2:000000000000:secret:rds!db-"));
    let key = cloud.kms.describe_key().key_id("alias/sandbox").send().await.unwrap().key_metadata.unwrap();
    assert_eq!(secret.kms_key_id(), key.arn());
    cloud.until("new", "available").await;
    assert_eq!(cloud.instance("new").await.master_user_secret.unwrap().secret_status(), Some("active"));

    // Rotated, taken back, given again: another secret each time it is made.
    cloud.modify("intake").rotate_master_user_password(true).send().await.unwrap();
    let word = || async { cloud.instance("intake").await.master_user_secret.unwrap().secret_status.unwrap() };
    cloud.minutes(1).await;
    assert_eq!(word().await, "rotating");
    cloud.minutes(5).await;
    assert_eq!(word().await, "active");
    let before = cloud.instance("intake").await.master_user_secret.unwrap().secret_arn;
    let back = cloud.modify("intake").manage_master_user_password(false).master_user_password("tea and sympathy");
    back.send().await.unwrap();
    cloud.minutes(10).await;
    assert_eq!(cloud.instance("intake").await.master_user_secret, None);
    cloud.modify("intake").manage_master_user_password(true).send().await.unwrap();
    cloud.minutes(10).await;
    let after = cloud.instance("intake").await.master_user_secret.unwrap();
    assert_ne!(after.secret_arn, before);
    let other_key = cloud.modify("intake").manage_master_user_password(true);
    let other_key = other_key.master_user_secret_kms_key_id("alias/payments").send().await;
    assert_eq!(code(other_key), "InvalidParameterCombination");
}

#[tokio::test(start_paused = true)]
async fn what_a_restore_of_a_database_with_everything_forgets() {
    let cloud = cloud().await;
    let source = cloud.instance("intake").await;
    assert_eq!((source.associated_roles().len(), source.network_type()), (2, Some("DUAL")));
    assert_eq!(source.master_user_secret().unwrap().secret_status(), Some("active"));
    cloud.taken("intake", "a").await;
    let restore = |name: &str| cloud.restore("a", name);
    let plain = restore("plain").send().await.unwrap().db_instance.unwrap();
    assert_eq!((plain.associated_roles().len(), plain.network_type()), (0, Some("IPV4")));
    assert_eq!(plain.master_user_secret(), None);
    // The network needs a subnet group for it.
    assert_eq!(code(restore("b").network_type("DUAL").send().await), "NetworkTypeNotSupported");
    assert_eq!(code(restore("b").network_type("IPV6").send().await), "NetworkTypeNotSupported");
    let both = restore("b").network_type("DUAL").db_subnet_group_name("dual-stack").send().await.unwrap();
    assert_eq!(both.db_instance.unwrap().network_type(), Some("DUAL"));
    // The rest comes by calls of its own, once the instance is available.
    assert_eq!(add(&cloud, "b", ROLE, "s3Import").await, "InvalidDBInstanceState");
    cloud.until("b", "available").await;
    assert_eq!(add(&cloud, "b", ROLE, "s3Import").await, "accepted");
    cloud.modify("b").manage_master_user_password(true).send().await.unwrap();
    cloud.minutes(10).await;
    assert_eq!(roles(&cloud, "b").await, one("s3Import", "ACTIVE"));
    let secret = cloud.instance("b").await.master_user_secret.unwrap();
    assert_eq!(secret.secret_status(), Some("active"));
    assert_ne!(secret.secret_arn(), source.master_user_secret().unwrap().secret_arn());
}

fn feature(name: &str, value: &str) -> ProcessorFeature {
    ProcessorFeature::builder().name(name).value(value).build()
}

#[tokio::test(start_paused = true)]
async fn processor_features_stay_with_the_data() {
    let cloud = cloud().await;
    let source = cloud.instance("books-oracle").await;
    assert_eq!(source.processor_features().len(), 2);
    cloud.taken("books-oracle", "a").await;
    assert_eq!(cloud.snapshot("a").await.processor_features(), source.processor_features());
    cloud.copied("a", "b").await;
    assert_eq!(cloud.snapshot("b").await.processor_features(), source.processor_features());
    let restore = |name: &str| cloud.restore("b", name).db_instance_class("db.m5.2xlarge");
    let kept = restore("kept").license_model("bring-your-own-license").send().await.unwrap().db_instance.unwrap();
    assert_eq!(kept.processor_features(), source.processor_features());
    assert_eq!(kept.nchar_character_set_name(), Some("AL16UTF16"));
    let usual = restore("usual")
        .use_default_processor_features(true)
        .backup_retention_period(0)
        .send()
        .await
        .unwrap()
        .db_instance
        .unwrap();
    assert!(usual.processor_features().is_empty());
    let given = restore("given").processor_features(feature("coreCount", "3")).send().await.unwrap();
    assert_eq!(given.db_instance.unwrap().processor_features()[0].value(), Some("3"));
    let secret = restore("secret").manage_master_user_password(true).send().await.unwrap().db_instance.unwrap();
    assert_eq!(secret.master_user_secret().unwrap().secret_status(), Some("creating"));
    for (features, wanted) in [
        (feature("coreCount", "5"), "InvalidParameterValue"),
        (feature("coreCount", "many"), "InvalidParameterValue"),
        (feature("threads", "1"), "InvalidParameterValue"),
    ] {
        assert_eq!(code(restore("other").processor_features(features).send().await), wanted);
    }
    let both = restore("other").processor_features(feature("coreCount", "2")).use_default_processor_features(true);
    assert_eq!(code(both.send().await), "InvalidParameterCombination");
    // A change shows as pending, and then is made.
    cloud.until("usual", "available").await;
    cloud.modify("usual").processor_features(feature("coreCount", "1")).send().await.unwrap();
    cloud.minutes(1).await;
    let pending = cloud.instance("usual").await.pending_modified_values.unwrap();
    assert_eq!(pending.processor_features()[0].value(), Some("1"));
    cloud.minutes(30).await;
    assert_eq!(cloud.instance("usual").await.processor_features()[0].value(), Some("1"));
    // What can be asked for is listed.
    let orderable = cloud.rds.describe_orderable_db_instance_options().engine("oracle-se2");
    let orderable = orderable.db_instance_class("db.m5.2xlarge").send().await.unwrap();
    let option = &orderable.orderable_db_instance_options()[0];
    assert_eq!(option.available_processor_features()[0].allowed_values(), Some("1,2,3,4"));
}

#[tokio::test(start_paused = true)]
async fn directories_are_joined_again() {
    let cloud = cloud().await;
    assert_eq!(directory(&cloud.instance("desk-sql").await), "joined");
    let filter = Filter::builder().name("domain").values("d-9c672b1f04").build();
    let members = cloud.rds.describe_db_instances().filters(filter).send().await.unwrap();
    assert_eq!(members.db_instances().len(), 1);
    cloud.taken("desk-sql", "a").await;
    let restore = |name: &str| cloud.restore("a", name).db_instance_class("db.m7i.xlarge");
    assert_eq!(directory(&restore("plain").send().await.unwrap().db_instance.unwrap()), "none");
    let member = restore("member").domain("d-9c672b1f04").domain_iam_role_name("rds-directory-access");
    assert_eq!(directory(&member.send().await.unwrap().db_instance.unwrap()), "pending-join");
    cloud.until("member", "available").await;
    assert_eq!(directory(&cloud.instance("member").await), "joining");
    cloud.minutes(6).await;
    let joined = cloud.instance("member").await;
    assert_eq!(
        (directory(&joined).as_str(), joined.domain_memberships()[0].domain()),
        ("joined", Some("d-9c672b1f04"))
    );
    // A self-managed one has four members.
    let own = || restore("own").domain_fqdn("corp.example.com").domain_ou("OU=databases,DC=corp,DC=example,DC=com");
    assert_eq!(code(own().send().await), "InvalidParameterCombination");
    let secret = "arn:aws:secretsmanager:eu-west-2:000000000000:secret:joiner-123456";
    let own = || own().domain_auth_secret_arn(secret).domain_dns_ips("10.0.0.10");
    assert_eq!(code(own().send().await), "InvalidParameterValue");
    assert_eq!(code(own().domain("d-9c672b1f04").send().await), "InvalidParameterCombination");
    let own = own().domain_dns_ips("10.0.0.11").send().await.unwrap().db_instance.unwrap();
    assert_eq!(own.domain_memberships()[0].dns_ips().len(), 2);
    assert_eq!(code(restore("other").domain("d-nowhere").send().await), "InvalidParameterCombination");
    let nowhere = restore("other").domain("d-nowhere").domain_iam_role_name("access").send().await;
    assert_eq!(code(nowhere), "DomainNotFoundFault");

    // In and out by a change; without a wish for haste in the window.
    let change = cloud.rds.modify_db_instance().db_instance_identifier("erp-sql");
    change.domain("d-9c672b1f04").domain_iam_role_name("access").send().await.unwrap();
    assert_eq!(directory(&cloud.instance("erp-sql").await), "pending-maintenance-join");
    cloud.minutes(7 * 24 * 60).await;
    assert_eq!(directory(&cloud.instance("erp-sql").await), "joined");
    cloud.modify("erp-sql").domain("none").send().await.unwrap();
    cloud.minutes(10).await;
    assert_eq!(directory(&cloud.instance("erp-sql").await), "none");
}

#[tokio::test(start_paused = true)]
async fn kerberos_has_words_of_its_own_in_some_worlds() {
    for (own_words, wanted) in [(true, "kerberos-enabled"), (false, "joined")] {
        let cloud = world(Switches { kerberos_has_its_own_words: own_words, ..Switches::default() }).await;
        cloud.modify("orders").domain("d-9c672b1f04").domain_iam_role_name("access").send().await.unwrap();
        cloud.minutes(15).await;
        assert_eq!(directory(&cloud.instance("orders").await), wanted);
    }
    let cloud = world(Switches { domain_joins_fail: true, ..Switches::default() }).await;
    cloud.modify("orders").domain("d-9c672b1f04").domain_iam_role_name("access").send().await.unwrap();
    cloud.minutes(15).await;
    assert_eq!(directory(&cloud.instance("orders").await), "failed");
}

#[tokio::test(start_paused = true)]
async fn engines_have_their_own_licences_lifecycles_and_log_volumes() {
    let cloud = cloud().await;
    cloud.taken("vault-mysql", "a").await;
    let restore = |name: &str| cloud.restore("a", name).db_instance_class("db.r5.large");
    // A log volume of its own stays with provisioned IOPS alone.
    let plain = restore("plain").send().await.unwrap().db_instance.unwrap();
    assert_eq!((plain.storage_type(), plain.dedicated_log_volume()), (Some("gp3"), Some(false)));
    assert_eq!(plain.engine_lifecycle_support(), Some("open-source-rds-extended-support"));
    let same = restore("same").storage_type("io1").iops(3000).send().await.unwrap().db_instance.unwrap();
    assert_eq!((same.storage_type(), same.dedicated_log_volume()), (Some("io1"), Some(true)));
    assert_eq!(code(restore("b").dedicated_log_volume(true).send().await), "InvalidParameterCombination");
    assert_eq!(code(restore("b").license_model("license-included").send().await), "InvalidParameterCombination");
    assert_eq!(code(restore("b").engine_lifecycle_support("for-ever").send().await), "InvalidParameterValue");
    assert_eq!(
        code(restore("b").multi_az(true).ca_certificate_identifier("rds-ca-2019").send().await),
        "CertificateNotFound"
    );
    // Standard support lasts: without Extended Support nothing happens.
    let without = "open-source-rds-extended-support-disabled";
    cloud.until("plain", "available").await;
    cloud.modify("plain").engine_lifecycle_support(without).send().await.unwrap();
    cloud.minutes(8 * 24 * 60).await;
    let plain = cloud.instance("plain").await;
    assert_eq!((plain.engine_version(), plain.engine_lifecycle_support()), (Some("8.4.4"), Some(without)));
    // And where it is over an upgrade comes, in the window.
    cloud.modify("wiki").engine_lifecycle_support(without).send().await.unwrap();
    cloud.minutes(8 * 24 * 60).await;
    assert_eq!(cloud.instance("wiki").await.engine_version(), Some("8.4.4"));
}

#[tokio::test(start_paused = true)]
async fn tenants_stay() {
    let cloud = cloud().await;
    let create = cloud.rds.create_db_instance().db_instance_identifier("tenants").db_instance_class("db.m5.large");
    let create = create.engine("oracle-se2-cdb").allocated_storage(20).master_username("keeper");
    let made = create.master_user_password("tea and sympathy").send().await.unwrap().db_instance.unwrap();
    assert_eq!(made.multi_tenant(), Some(false));
    cloud.until("tenants", "available").await;
    cloud.minutes(60).await;
    let change = |many: bool, now: bool| {
        let change = cloud.rds.modify_db_instance().db_instance_identifier("tenants").multi_tenant(many);
        change.apply_immediately(now).send()
    };
    assert_eq!(code(change(true, false).await), "InvalidParameterCombination");
    change(true, true).await.unwrap();
    cloud.minutes(60).await;
    assert_eq!(cloud.instance("tenants").await.multi_tenant(), Some(true));
    assert_eq!(code(change(false, true).await), "InvalidParameterCombination");
}

#[tokio::test(start_paused = true)]
async fn streams_start_and_stop() {
    let cloud = cloud().await;
    let word = |name: &'static str| {
        let cloud = &cloud;
        async move { cloud.instance(name).await.activity_stream_status.map(|word| word.as_str().to_owned()) }
    };
    let arn = cloud.instance("desk-sql").await.db_instance_arn.unwrap();
    let start = |key: &str| {
        let start = cloud.rds.start_activity_stream().resource_arn(&arn).mode(ActivityStreamMode::Async);
        start.kms_key_id(key).apply_immediately(true).send()
    };
    assert_eq!(code(start("alias/sandbox").await), "InvalidDBInstanceState");
    cloud.rds.stop_activity_stream().resource_arn(&arn).apply_immediately(true).send().await.unwrap();
    assert_eq!(word("desk-sql").await.as_deref(), Some("stopping"));
    cloud.minutes(10).await;
    let row = cloud.instance("desk-sql").await;
    assert_eq!((word("desk-sql").await.as_deref(), row.activity_stream_kinesis_stream_name()), (Some("stopped"), None));
    assert_eq!(code(start("alias/nobody").await), "KMSKeyNotAccessibleFault");
    let started = start("alias/sandbox").await.unwrap();
    assert!(started.kinesis_stream_name().unwrap().starts_with("aws-rds-das-db-"));
    assert_eq!(word("desk-sql").await.as_deref(), Some("starting"));
    cloud.minutes(10).await;
    assert_eq!(word("desk-sql").await.as_deref(), Some("started"));
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_instances_can_be_looked_at() {
    let cloud = cloud().await;
    let proxies = cloud.rds.describe_db_proxies().send().await.unwrap();
    let proxy = proxies.db_proxies()[0].db_proxy_name().unwrap();
    let targets = cloud.rds.describe_db_proxy_targets().db_proxy_name(proxy).send().await.unwrap();
    assert_eq!(targets.targets()[0].rds_resource_id(), Some("intake"));
    let groups = cloud.rds.describe_db_proxy_target_groups().db_proxy_name(proxy).send().await.unwrap();
    assert_eq!(groups.target_groups()[0].target_group_name(), Some("default"));
    let other = cloud.rds.describe_db_proxy_targets().db_proxy_name(proxy).target_group_name("mine").send().await;
    assert_eq!(code(other), "DBProxyTargetGroupNotFoundFault");
    assert_eq!(code(cloud.rds.describe_db_proxies().db_proxy_name("nobody").send().await), "DBProxyNotFoundFault");
    let subscriptions = cloud.rds.describe_event_subscriptions().send().await.unwrap();
    assert_eq!(subscriptions.event_subscriptions_list()[0].source_ids_list(), ["books-oracle"]);
    let nobody = cloud.rds.describe_event_subscriptions().subscription_name("nobody").send().await;
    assert_eq!(code(nobody), "SubscriptionNotFound");
    for (name, found) in [("vault-mysql", 1), ("orders", 0)] {
        let source = cloud.instance(name).await.db_instance_arn.unwrap();
        let filter = Filter::builder().name("source").values(source).build();
        let deployments = cloud.rds.describe_blue_green_deployments().filters(filter).send().await.unwrap();
        assert_eq!(deployments.blue_green_deployments().len(), found, "{name}");
    }
    let nobody = cloud.rds.describe_blue_green_deployments().blue_green_deployment_identifier("bgd-1").send().await;
    assert_eq!(code(nobody), "BlueGreenDeploymentNotFoundFault");
    let stream = cloud.instance("desk-sql").await.activity_stream_status.unwrap();
    assert_eq!(stream.as_str(), "started");
    assert_eq!(cloud.instance("vault-mysql").await.db_instance_automated_backups_replications().len(), 1);
    let group = cloud.rds.describe_db_subnet_groups().db_subnet_group_name("dual-stack").send().await.unwrap();
    assert_eq!(group.db_subnet_groups()[0].supported_network_types(), ["IPV4", "DUAL"]);
}
