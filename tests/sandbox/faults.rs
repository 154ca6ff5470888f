//! Going wrong on order, and worlds made of a real account's rows.

use aws_sdk_rds::error::SdkError;
use rds_encrypt::sandbox::{How, Misbehaviour, Options};

use crate::help::{Cloud, cloud, code, with};

fn order(operation: &str, how: How) -> Misbehaviour {
    Misbehaviour { operation: Some(operation.to_owned()), after: 0, times: 1, how }
}

async fn take(cloud: &Cloud, name: &str) -> String {
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("orders").db_snapshot_identifier(name);
    match taken.send().await {
        Err(SdkError::DispatchFailure(_)) => "no answer".to_owned(),
        result => code(result),
    }
}

async fn exists(cloud: &Cloud, name: &str) -> bool {
    let found = cloud.rds.describe_db_snapshots().db_snapshot_identifier(name).send().await;
    code(found) == "accepted"
}

#[tokio::test(start_paused = true)]
async fn calls_go_wrong_before_or_after_they_act() {
    let refuse = How::Refuse { code: "Odd".to_owned(), message: "odd".to_owned(), status: 418 };
    for (how, answered, acted) in [
        (How::Throttle, "Throttling", false),
        (How::Deny, "AccessDenied", false),
        (refuse, "Odd", false),
        (How::DropRequest, "no answer", false),
        (How::DropAnswer, "no answer", true),
        (How::ErrAfterwards { status: 503 }, "InternalFailure", true),
        (How::Stall { milliseconds: 5000 }, "accepted", true),
        (How::InVain { event: "Unable to take the snapshot".to_owned() }, "accepted", false),
    ] {
        let cloud = cloud().await;
        cloud.sandbox.misbehave(order("CreateDBSnapshot", how.clone()));
        assert_eq!(take(&cloud, "a").await, answered, "{how:?}");
        assert_eq!(exists(&cloud, "a").await, acted, "{how:?}");
        if !acted {
            // Only the first call goes wrong.
            assert_eq!(take(&cloud, "a").await, "accepted", "{how:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reads_may_be_stale_and_work_may_fail() {
    let cloud = cloud().await;
    cloud.sandbox.misbehave(order("DescribeDBSnapshots", How::Stale));
    assert_eq!(take(&cloud, "a").await, "accepted");
    assert!(!exists(&cloud, "a").await, "the first look shows the world before");
    assert!(exists(&cloud, "a").await);
    cloud.ready("a").await;

    cloud.sandbox.misbehave(order("CopyDBSnapshot", How::EndsAs { status: "failed".to_owned() }));
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("a").target_db_snapshot_identifier("b");
    copy.kms_key_id("alias/sandbox").send().await.unwrap();
    cloud.minutes(11).await;
    assert_eq!(cloud.snapshot("b").await.status(), Some("failed"));
    cloud.minutes(600).await;
    assert_eq!(cloud.snapshot("b").await.status(), Some("failed"));
    // A failed snapshot can only be deleted.
    let again = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier("b").target_db_snapshot_identifier("c");
    assert_eq!(code(again.send().await), "InvalidDBSnapshotState");
    cloud.rds.delete_db_snapshot().db_snapshot_identifier("b").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_real_account_stay_as_they_are_until_acted_on() {
    let row = serde_json::json!({
        "DBInstanceIdentifier": "old", "DBInstanceClass": "db.m3.large", "Engine": "postgres", "EngineVersion": "9.4.1",
        "DBInstanceStatus": "available", "MasterUsername": "me", "AllocatedStorage": 10, "StorageType": "gp2",
        "DbiResourceId": "db-AAAAAAAAAAAAAAAAAAAAAAAAAA", "LicenseModel": "postgresql-license",
        "DBInstanceArn": "arn:aws:rds:us-west-2:111122223333:db:old",
        "Endpoint": {"Address": "old.abc.us-west-2.rds.amazonaws.com", "Port": 5555, "HostedZoneId": "Z1"},
        "DBSubnetGroup": {"DBSubnetGroupName": "mine", "VpcId": "vpc-1", "Subnets": []}});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("instances.json");
    std::fs::write(&path, serde_json::json!({"DBInstances": [row]}).to_string()).unwrap();
    let cloud = with(Options { seed: Some(path.clone()), ..Options::default() }).await;
    let shown = cloud.instance("old").await;
    assert_eq!(shown.db_instance_arn(), Some("arn:aws:rds:us-west-2:111122223333:db:old"));
    assert_eq!(shown.endpoint().unwrap().address(), Some("old.abc.us-west-2.rds.amazonaws.com"));
    assert_eq!(shown.storage_encrypted(), None);
    let taken = cloud.rds.create_db_snapshot().db_instance_identifier("old").db_snapshot_identifier("a");
    taken.send().await.unwrap();
    assert_eq!(cloud.instance("old").await.db_instance_status(), Some("backing-up"));

    std::fs::write(&path, "[]").unwrap();
    let error = rds_encrypt::sandbox::Sandbox::open(Options { seed: Some(path), ..Options::default() });
    assert!(error.unwrap_err().to_string().contains("describe-db-instances"));
}
