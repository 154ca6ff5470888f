//! Everything that isn't begun, as it is said: the message, the way out, the exit code.

use aws_sdk_rds::types::Tag;

use crate::{
    end::rds,
    stage::{Stage, assert_heard},
};

/// The seeded account's databases, and why they aren't migrated.
#[tokio::test(start_paused = true)]
async fn databases() {
    let stage = Stage::new();
    for (name, words, code) in [
        ("not_found", "orderz", 3),
        ("not_found_by_arn", "arn:aws:rds:eu-west-2:000000000000:db:orderz", 3),
        ("not_found_by_resource_id", "db-AAAAAAAAAAAAAAAAAAAAAAAAAA", 3),
        ("cluster", "cluster:analytics", 3),
        ("stopped", "reports", 3),
        ("encrypted_under_the_asked_key", "ledger", 0),
        ("encrypted_under_another_key", "payments", 3),
        ("encrypted_by_aws", "sessions", 3),
        ("cluster_member", "analytics-1", 3),
        ("replica", "shop-replica", 3),
        ("old_class", "wiki", 3),
        ("bad_name", "Or_ders", 2),
        ("empty_name_of_a_target", "orders --target=", 2),
        ("bad_name_of_a_target", "orders --target=2nd--orders-", 2),
        ("target_that_is_the_source", "orders --target=orders", 3),
        ("target_of_somebody_else", "orders --target=billing", 3),
        ("all_at_once", "analytics-1 --kms-key alias/doomed --target billing", 3),
        ("endpoint_in_the_sandbox", "orders --endpoint-url http://127.0.0.1:1", 2),
    ] {
        let heard = stage.run(&format!("migrate {words} --sandbox")).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
        assert!(stage.state_file("orders").is_none(), "{name}: nothing is begun");
    }
}

/// A database of that name is here, but it isn't the one that is meant.
#[tokio::test(start_paused = true)]
async fn the_same_name_elsewhere() {
    for (name, words) in [
        ("arn_of_another_region", "arn:aws:rds:us-east-1:000000000000:db:orders"),
        ("arn_of_another_account", "arn:aws:rds:eu-west-2:111122223333:db:orders"),
        ("cluster_of_that_name", "cluster:orders"),
    ] {
        let stage = Stage::small();
        let heard = stage.run(&format!("migrate {words} --sandbox")).await;
        assert_eq!(heard.code, 3, "{name}: {heard}");
        assert_heard!(name, heard);
    }
}

#[tokio::test(start_paused = true)]
async fn keys() {
    let stage = Stage::new();
    for (name, key, code) in [
        ("key_disabled", "alias/retired", 3),
        ("key_doomed", "alias/doomed", 3),
        ("key_asymmetric", "alias/signing", 3),
        ("key_missing", "alias/nothing", 3),
        ("key_missing_by_id", "1234abcd-12ab-34cd-56ef-1234567890ab", 3),
        ("key_of_another_region", "arn:aws:kms:us-east-1:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7", 3),
        ("key_of_another_account", "arn:aws:kms:eu-west-2:111122223333:key/b7ad5674-77c8-4756-bab9-a542b2be04f7", 3),
        ("key_empty", "", 2),
        ("key_blank", "  ", 2),
        ("key_placeholder", "<your-key-id>", 2),
        ("key_of_an_unset_variable", "None", 2),
        ("key_without_alias", "payments", 2),
        ("key_arn_of_something_else", "arn:aws:rds:eu-west-2:000000000000:db:orders", 2),
    ] {
        let heard = stage.arguments(&["migrate", "orders", "--sandbox", "--kms-key", key]).run().await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
        assert!(stage.state_file("orders").is_none(), "{name}: nothing is begun");
    }
}

/// States from which nothing can be taken, and some that pass.
#[tokio::test(start_paused = true)]
async fn statuses() {
    for (status, code) in [
        ("failed", 3),
        ("inaccessible-encryption-credentials", 3),
        ("incompatible-network", 3),
        ("incompatible-parameters", 3),
        ("incompatible-restore", 3),
        ("insufficient-capacity", 3),
        ("restore-error", 3),
        ("stopping", 3),
        ("deleting", 3),
    ] {
        let stage = Stage::of(&[serde_json::json!({"DBInstanceStatus": status})]);
        let heard = stage.run("migrate orders --sandbox").await;
        assert_heard!(format!("status_{status}"), heard);
        assert_eq!(heard.code, code, "{status}");
    }
}

/// The names that a migration would use are taken.
#[tokio::test(start_paused = true)]
async fn taken_names() {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    for (name, tags, code) in [
        ("snapshot_of_somebody_else", vec![], 3),
        (
            "snapshot_of_another_run",
            vec![
                tag("rds-encrypt", "vjo6b3mx.g1.db-DQLIVWYA2IEOIL4TGFCST4P2TQ"),
                tag("rds-encrypt-run", "0123456789abcdef somebody@elsewhere"),
            ],
            6,
        ),
    ] {
        let stage = Stage::new();
        let taken = rds(&stage.sandbox).await.create_db_snapshot().db_instance_identifier("orders");
        taken.db_snapshot_identifier("orders-vjo6b3mx-g1").set_tags(Some(tags)).send().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        let heard = stage.run("migrate orders --sandbox").await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
    }
}

/// AWS denies a look: what is missing is named, and nothing is begun.
#[tokio::test(start_paused = true)]
async fn denied_looks() {
    for operation in ["GetCallerIdentity", "DescribeDBInstances", "DescribeDBSnapshots", "DescribeKey"] {
        let stage = Stage::small();
        stage.order(operation, 0, 9, rds_encrypt::sandbox::How::Deny);
        let heard = stage.run("migrate orders --sandbox").await;
        assert_heard!(format!("denied_{operation}"), heard);
        assert_eq!(heard.code, 8, "{operation}");
    }
}
