//! `plan`: what is shown of a migration that nobody begins, and that nothing is made.

use rds_encrypt::sandbox::How;
use serde_json::{Value, json};

use crate::{
    attached::{attached, with},
    end::{end, rds},
    stage::{Stage, assert_heard},
};

/// An instance with everything attached that a copy doesn't have by itself.
fn laden() -> Value {
    let more = json!({
        "DBInstanceArn": "arn:aws:rds:eu-west-2:000000000000:db:orders", "AvailabilityZone": "eu-west-2a",
        "ActivityStreamStatus": "started", "ActivityStreamMode": "async", "ActivityStreamKmsKeyId": "1234",
        "DBInstanceAutomatedBackupsReplications": [
            {"DBInstanceAutomatedBackupsArn": "arn:aws:rds:eu-west-1:000000000000:auto-backup:ab-1"},
        ],
        "AwsBackupRecoveryPointArn": "arn:aws:backup:eu-west-2:000000000000:recovery-point:continuous:db-1",
        "DBCapacityReservationIdentifier": "dbcr-1", "UpgradeRolloutOrder": "last",
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "ReadReplicaDBClusterIdentifiers": ["orders-aurora"], "PubliclyAccessible": true, "NetworkType": "DUAL",
        "DBSubnetGroup": {"DBSubnetGroupName": "dual-stack", "VpcId": "vpc-038faba71b3a6cfc9", "Subnets": []},
        "StorageType": "io1", "Iops": 1000, "AllocatedStorage": 100, "DedicatedLogVolume": true,
    });
    with(attached(), &more)
}

#[tokio::test(start_paused = true)]
async fn the_seeded_account() {
    let stage = Stage::new();
    for (name, words, code) in [
        ("orders", "orders", 0),
        ("orders_named", "orders --kms-key alias/sandbox --target orders-encrypted", 0),
        ("oracle", "hr-oracle", 0),
        ("deprecated", "legacy-crm", 3),
        ("replica", "shop-replica", 3),
        ("class_that_is_too_old", "wiki", 3),
        ("stopped", "reports", 3),
        ("encrypted", "payments", 3),
        ("encrypted_as_asked", "ledger", 0),
        ("member_of_a_cluster", "analytics-1", 3),
        ("not_there", "orderz", 3),
        ("key_doomed", "orders --kms-key alias/doomed", 3),
        ("key_of_aws_not_made", "orders --kms-key alias/aws/rds", 0),
        ("key_of_aws_not_made_strict", "orders --kms-key alias/aws/rds --strict", 3),
    ] {
        let heard = stage.run(&format!("plan {words} --sandbox")).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, code, "{name}");
    }
    let left = end(&stage, "orders").await;
    assert_eq!((left.snapshots.len(), left.instances.len()), {
        let fresh = end(&Stage::new(), "orders").await;
        (fresh.snapshots.len(), fresh.instances.len())
    });
    assert!(stage.state_file("orders").is_none(), "nothing is begun");
    // AWS makes its own key when it is looked at: nobody has.
    let heard = stage.run("migrate orderz --sandbox --kms-key alias/aws/rds").await;
    assert!(heard.stderr.contains("the account has no alias/aws/rds yet"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn others() {
    let standby = json!({
        "Engine": "sqlserver-se", "EngineVersion": "15.00.4430.1.v1", "LicenseModel": "license-included",
        "MultiAZ": true, "AllocatedStorage": 300, "DBParameterGroups": [
            {"DBParameterGroupName": "default.sqlserver-se-15.0", "ParameterApplyStatus": "in-sync"},
        ],
        "OptionGroupMemberships": [{"OptionGroupName": "default:sqlserver-se-15-00", "Status": "in-sync"}],
        "Endpoint": {"Address": "orders.example.eu-west-2.rds.amazonaws.com", "Port": 1433},
    });
    let cores = json!({
        "Engine": "oracle-ee", "EngineVersion": "19.0.0.0.ru-2024-10.rur-2024-10.r1",
        "LicenseModel": "bring-your-own-license", "TdeCredentialArn": "arn:hsm", "BackupTarget": "outposts",
        "ProcessorFeatures": [{"Name": "coreCount", "Value": "2"}, {"Name": "threadsPerCore", "Value": "1"}],
        "AdditionalStorageVolumes": [{"VolumeName": "rdsdbdata2", "AllocatedStorage": 200}],
        "CustomerOwnedIpEnabled": true,
    });
    let retired = json!({"CACertificateIdentifier": "rds-ca-2015"});
    for (name, row, code) in
        [("standby", standby, 0), ("laden", laden(), 0), ("cores", cores, 3), ("retired_authority", retired, 0)]
    {
        let stage = Stage::of(&[row]);
        let heard = stage.run("plan orders --sandbox").await;
        assert_heard!(format!("other_{name}"), heard);
        assert_eq!(heard.code, code, "{name}");
    }
}

/// What is refused by `migrate` is refused by `plan`, with the same code; what isn't looked at is named.
#[tokio::test(start_paused = true)]
async fn denied_looks() {
    for (operation, code, strict) in [
        ("GetCallerIdentity", 8, 8),
        ("DescribeDBInstances", 8, 8),
        ("DescribeDBSnapshots", 8, 8),
        ("DescribeKey", 8, 8),
        ("DescribeCertificates", 0, 3),
    ] {
        let stage = Stage::small();
        stage.order(operation, 0, 99, How::Deny);
        let heard = stage.run("plan orders --sandbox").await;
        assert_heard!(format!("plan_denied_{operation}"), heard);
        assert_eq!(heard.code, code, "{operation}: {heard}");
        let heard = stage.run("plan orders --sandbox --strict").await;
        assert_eq!(heard.code, strict, "{operation}, strictly: {heard}");
    }
    // Whether AWS's own key is there isn't known: it isn't looked at then.
    let stage = Stage::small();
    stage.order("ListAliases", 0, 99, How::Deny);
    let heard = stage.run("plan orders --sandbox --kms-key alias/aws/rds").await;
    assert_eq!(heard.code, 8, "{heard}");
    assert!(heard.stdout.contains("grant kms:ListAliases"), "{heard}");
    let heard = stage.run("plan orders --sandbox").await;
    assert!(heard.code == 0 && !heard.stdout.contains("ListAliases"), "a key of one's own needs no list: {heard}");
}

#[tokio::test(start_paused = true)]
async fn as_one_document() {
    let stage = Stage::of(&[laden()]);
    let heard = stage.run("plan orders --sandbox --output json").await;
    assert_eq!((heard.code, heard.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&heard.stdout).unwrap();
    insta::assert_json_snapshot!("document", document);
    let refused = stage.run("plan orderz --sandbox --output json").await;
    let document: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!((&document["exit_code"], &document["can_begin"]), (&json!(3), &json!(false)));
    assert_eq!((&document["settings"], &document["steps"]), (&json!([]), &json!([])));
}

/// The copy has what the plan says, also of what isn't usual, and the migration asks for nothing else.
#[tokio::test(start_paused = true)]
async fn what_is_planned_is_what_the_copy_gets() {
    let stage = Stage::of(&[laden()]);
    let heard = stage.run("plan orders --sandbox --output json").await;
    let planned: Value = serde_json::from_str(&heard.stdout).unwrap();
    let heard = stage.run("migrate orders --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    let begun = stage.state("orders");
    let wanted = |settings: &Value| -> Vec<(String, Value)> {
        let rows = settings.as_array().unwrap().iter().filter(|row| !row["wanted"].is_null());
        rows.map(|row| (row["setting"].as_str().unwrap().to_owned(), row["wanted"].clone())).collect()
    };
    assert_eq!(wanted(&planned["settings"]), wanted(&begun["plan"]["settings"]));
    let target = planned["steps"][2]["name"].as_str().unwrap();
    let copy = rds(&stage.sandbox).await.describe_db_instances().db_instance_identifier(target).send().await.unwrap();
    let copy = &copy.db_instances()[0];
    assert_eq!((copy.network_type(), copy.dedicated_log_volume()), (Some("DUAL"), Some(true)));
    assert_eq!(copy.engine_lifecycle_support(), Some("open-source-rds-extended-support-disabled"));
    assert_eq!((copy.publicly_accessible(), copy.iops()), (Some(false), Some(1000)));
}

#[tokio::test(start_paused = true)]
async fn what_has_begun_is_not_planned_again() {
    let stage = Stage::small();
    assert_eq!(stage.run("migrate orders --sandbox").await.code, 0);
    let heard = stage.run("plan orders --sandbox").await;
    assert_heard!("begun_already", heard);
    assert_eq!(heard.code, 3);
}
