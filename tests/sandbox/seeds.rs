//! Worlds that begin with rows of a real account.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use rds_encrypt::sandbox::{Options, Sandbox, SandboxError, Store};
use serde_json::{Value, json};

use crate::help::{Cloud, code, with};

const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/0ff1ce00-1111-4222-8333-444455556666";

fn instance() -> Value {
    json!({
        "DBInstanceIdentifier": "sealed", "DBInstanceClass": "db.m5.large", "Engine": "postgres",
        "EngineVersion": "15.4", "DBInstanceStatus": "available", "MasterUsername": "me", "AllocatedStorage": 10,
        "StorageType": "gp2", "StorageEncrypted": true, "KmsKeyId": KEY, "BackupRetentionPeriod": 1,
        "PreferredBackupWindow": "03:00-03:30", "PreferredMaintenanceWindow": "sun:05:00-sun:05:30",
        "DbiResourceId": "db-AAAAAAAAAAAAAAAAAAAAAAAAAA", "LicenseModel": "postgresql-license",
        "DBInstanceArn": "arn:aws:rds:us-west-2:111122223333:db:sealed",
        "DBParameterGroups": [{"DBParameterGroupName": "tuned", "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": "own", "Status": "in-sync"}],
        "Endpoint": {"Address": "sealed.abc.us-west-2.rds.amazonaws.com", "Port": 5555, "HostedZoneId": "Z1"},
        "TagList": [{"Key": "team", "Value": "payments"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "mine", "VpcId": "vpc-1", "Subnets": [
            {"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": {"Name": "us-west-2a"}, "SubnetStatus": "Active"}]}})
}

fn snapshot() -> Value {
    json!({
        "DBSnapshotIdentifier": "before", "DBInstanceIdentifier": "sealed", "Engine": "postgres", "Status": "available",
        "EngineVersion": "15.4", "AllocatedStorage": 10, "Encrypted": true, "KmsKeyId": KEY, "SnapshotType": "manual",
        "DbiResourceId": "db-AAAAAAAAAAAAAAAAAAAAAAAAAA", "PercentProgress": 100, "StorageType": "gp2", "Port": 5555,
        "DBSnapshotArn": "arn:aws:rds:us-west-2:111122223333:snapshot:before", "TagList": []})
}

async fn seeded(content: &Value) -> Cloud {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    fs::write(&path, content.to_string()).unwrap();
    with(Options { seed: Some(path), region: "us-west-2".to_owned(), ..Options::default() }).await
}

#[tokio::test(start_paused = true)]
async fn what_rows_name_is_there() {
    let cloud = seeded(&json!({"DBInstances": [instance()], "DBSnapshots": [snapshot()]})).await;
    let key = cloud.kms.describe_key().key_id(KEY).send().await.unwrap().key_metadata.unwrap();
    assert_eq!((key.arn(), key.enabled()), (Some(KEY), true));
    let group = cloud.rds.describe_db_parameter_groups().db_parameter_group_name("tuned").send().await.unwrap();
    assert_eq!(group.db_parameter_groups()[0].db_parameter_group_family(), Some("postgres15"));
    let group = cloud.rds.describe_option_groups().option_group_name("own").send().await.unwrap();
    assert_eq!(group.option_groups_list()[0].major_engine_version(), Some("15"));
    let group = cloud.rds.describe_db_subnet_groups().db_subnet_group_name("mine").send().await.unwrap();
    assert_eq!(group.db_subnet_groups()[0].subnets().len(), 1);
    let tags = cloud.rds.list_tags_for_resource().resource_name("arn:aws:rds:us-west-2:111122223333:db:sealed");
    assert_eq!(tags.send().await.unwrap().tag_list().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_moves_until_it_is_acted_on() {
    let mut row = instance();
    row["DBInstanceStatus"] = json!("modifying");
    row["PendingModifiedValues"] = json!({"AllocatedStorage": 20});
    let cloud = seeded(&json!([{"answer": {"DBInstances": [row]}}])).await;
    cloud.minutes(60 * 24 * 10).await;
    let shown = cloud.instance("sealed").await;
    assert_eq!(shown.db_instance_status(), Some("modifying"));
    assert_eq!(shown.pending_modified_values().unwrap().allocated_storage(), Some(20));
}

#[tokio::test(start_paused = true)]
async fn what_is_acted_on_keeps_its_arn_and_its_key() {
    let cloud = seeded(&json!({"DBInstances": [instance()], "DBSnapshots": [snapshot()]})).await;
    let rebooted = cloud.rds.reboot_db_instance().db_instance_identifier("sealed").send().await.unwrap();
    assert_eq!(rebooted.db_instance().unwrap().db_instance_status(), Some("rebooting"));
    cloud.until("sealed", "available").await;
    let shown = cloud.instance("sealed").await;
    assert_eq!(shown.db_instance_arn(), Some("arn:aws:rds:us-west-2:111122223333:db:sealed"));
    assert_eq!((shown.kms_key_id(), shown.endpoint().unwrap().port()), (Some(KEY), Some(5555)));

    let source = "arn:aws:rds:us-west-2:111122223333:snapshot:before";
    let copy = cloud.rds.copy_db_snapshot().source_db_snapshot_identifier(source);
    copy.target_db_snapshot_identifier("after").send().await.unwrap();
    cloud.ready("after").await;
    assert_eq!(cloud.snapshot("after").await.kms_key_id(), Some(KEY));
    assert_eq!(cloud.snapshot("before").await.db_snapshot_arn(), Some(source));
    let restore = cloud.rds.restore_db_instance_from_db_snapshot().db_instance_identifier("again");
    restore.db_snapshot_identifier("after").send().await.unwrap();
    cloud.until("again", "available").await;
    assert_eq!(cloud.instance("again").await.kms_key_id(), Some(KEY));
    // A refusal is no act.
    let cloud = seeded(&json!({"DBInstances": [instance()]})).await;
    let grown = cloud.rds.modify_db_instance().db_instance_identifier("sealed").allocated_storage(1);
    assert_ne!(code(grown.send().await), "accepted");
    assert!(cloud.instance("sealed").await.endpoint().unwrap().address().unwrap().starts_with("sealed.abc."));
}

#[tokio::test(start_paused = true)]
async fn clusters_can_be_looked_at() {
    let cluster = json!({"DBClusterIdentifier": "aurora", "Engine": "aurora-mysql", "TagList": [], "KmsKeyId": KEY});
    let taken = json!({"DBClusterSnapshotIdentifier": "c1", "DBClusterIdentifier": "aurora", "SnapshotType": "manual"});
    let cloud = seeded(&json!({"DBClusters": [cluster], "DBClusterSnapshots": [taken]})).await;
    let shown = cloud.rds.describe_db_clusters().db_cluster_identifier("AURORA").send().await.unwrap();
    assert_eq!(shown.db_clusters()[0].engine(), Some("aurora-mysql"));
    let shown = cloud.rds.describe_db_cluster_snapshots().db_cluster_identifier("aurora").send().await.unwrap();
    assert_eq!(shown.db_cluster_snapshots().len(), 1);
    let nobody = cloud.rds.describe_db_cluster_snapshots().db_cluster_snapshot_identifier("c2").send().await;
    assert_eq!(code(nobody), "DBClusterSnapshotNotFoundFault");
    assert!(cloud.rds.describe_db_instances().send().await.unwrap().db_instances().is_empty());
}

#[test]
fn a_world_that_exists_is_not_filled_again() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, world) = (folder.path().join("seed.json"), folder.path().join("world.json"));
    fs::write(&seed, json!({"DBInstances": [instance()]}).to_string()).unwrap();
    let options = Options { seed: Some(seed), store: Store::File(world.clone()), ..Options::default() };
    Sandbox::open(options.clone()).unwrap();
    let before = fs::read(&world).unwrap();
    let error = Sandbox::open(options.clone()).unwrap_err();
    assert!(matches!(error, SandboxError::NotNew { .. }), "{error}");
    assert!(error.to_string().contains("world.json") && error.to_string().contains("--seed"), "{error}");
    assert_eq!(fs::read(&world).unwrap(), before);
    Sandbox::open(Options { seed: None, ..options }).unwrap();
}

#[test]
fn a_world_that_exists_does_not_become_bare() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options { store: Store::File(folder.path().join("world.json")), ..Options::default() };
    options.switches.bare_vpc = true;
    Sandbox::open(options.clone()).unwrap();
    let error = Sandbox::open(options.clone()).unwrap_err().to_string();
    assert!(error.contains("world.json exists already") && error.contains("leave --bare-vpc out"), "{error}");
    options.switches.bare_vpc = false;
    Sandbox::open(options).unwrap();
}

/// `sandbox serve --seed`, with a state directory of its own.
fn serve(folder: &Path, seed: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_rds-encrypt"))
        .args(["sandbox", "serve", "--region", "us-west-2", "--seed", seed, "--state-dir", "state"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_command_says_what_is_wrong_with_a_seed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.json"), "{}").unwrap();
    fs::write(folder.path().join("good.json"), json!({"DBInstances": [instance()]}).to_string()).unwrap();
    for (seed, wanted) in [("nowhere.json", "No such file"), ("empty.json", "it holds none of DBInstances")] {
        let ended = serve(folder.path(), seed).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(3), "{said}");
        assert!(said.contains(seed) && said.contains(wanted), "{said}");
    }
    let mut serving = serve(folder.path(), "good.json");
    let mut line = String::new();
    BufReader::new(serving.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    // It says the rest after the address; ended before that, it would have said nothing.
    let mut lines = BufReader::new(serving.stderr.take().unwrap()).lines();
    let said = lines.find_map(|line| line.ok().filter(|line| line.contains("--region"))).unwrap_or_default();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(line.starts_with("http://127.0.0.1:") && said.contains("--region us-west-2"), "{line}{said}");

    let ended = serve(folder.path(), "good.json").wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("world.json exists already"), "{said}");
}
