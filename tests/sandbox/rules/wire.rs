//! The wire, time, where worlds live, and going wrong on order.

use jiff::{SignedDuration, Timestamp};
use rds_encrypt::sandbox::{How, Misbehaviour, Options, Sandbox, Store};
use serde_json::{Value, json};

use super::{Scenario, scenarios};
use crate::help::{Cloud, clients, code, message};

async fn results_are_wrapped(cloud: Cloud) -> String {
    let (_, text, _) = cloud.raw("Action=DescribeDBInstances&DBInstanceIdentifier=orders").await;
    text.contains("<DescribeDBInstancesResult>").to_string()
}

async fn strange_parameters_are_refused(cloud: Cloud) -> String {
    cloud.raw("Action=DescribeDBInstances&Colour=red").await.0.to_string()
}

async fn missing_parameters_are_refused(cloud: Cloud) -> String {
    cloud.raw("Action=CreateDBSnapshot&DBSnapshotIdentifier=a").await.0.to_string()
}

async fn what_does_not_go_together_has_a_code_of_its_own(cloud: Cloud) -> String {
    code(cloud.modify("orders").allocated_storage(105).send().await)
}

async fn what_is_not_imitated_is_said(cloud: Cloud) -> String {
    code(cloud.rds.create_db_cluster().db_cluster_identifier("a").engine("aurora-mysql").send().await)
}

async fn nobody_is_refused(cloud: Cloud) -> String {
    let request = http::Request::post("http://localhost/").body(bytes::Bytes::from("Action=DescribeDBInstances"));
    cloud.sandbox.respond(request.unwrap()).await.status().to_string()
}

async fn ec2_is_asked_in_its_own_form(cloud: Cloud) -> String {
    code(cloud.ec2.describe_vpcs().send().await)
}

async fn too_many_requests_are_refused(cloud: Cloud) -> String {
    cloud.order("CreateDBSnapshot", How::Throttle);
    cloud.take("orders", "a").await
}

async fn what_is_due_happens(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    cloud.minutes(120).await;
    cloud.snapshot("a").await.status.unwrap()
}

async fn work_takes_time(cloud: Cloud) -> String {
    cloud.take("orders", "a").await;
    cloud.snapshot("a").await.status.unwrap()
}

async fn a_long_pause_counts_for_a_day(cloud: Cloud) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let options = || Options { store: Store::File(path.clone()), ..cloud.sandbox.options().clone() };
    let time = |world: &Value| -> Timestamp { world["world"]["time"].as_str().unwrap().parse().unwrap() };
    let read = || -> Value { serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap() };
    drop(Sandbox::open(options()).unwrap());
    let mut world = read();
    let before = time(&world);
    let seen: Timestamp = world["host_time"].as_str().unwrap().parse().unwrap();
    world["host_time"] = json!(seen - SignedDuration::from_hours(7 * 24));
    std::fs::write(&path, world.to_string()).unwrap();
    drop(Sandbox::open(options()).unwrap());
    let days = time(&read()).duration_since(before).as_hours() / 24;
    format!("{} days", if days > 1 { "many" } else { "few" })
}

async fn headers_say_the_time_of_the_world(cloud: Cloud) -> String {
    let (_, _, headers) = cloud.raw("Action=DescribeDBInstances").await;
    headers.contains_key("x-sandbox-time").to_string()
}

async fn other_regions_are_born_empty(cloud: Cloud) -> String {
    let elsewhere = cloud
        .rds
        .describe_db_instances()
        .customize()
        .config_override(aws_sdk_rds::Config::builder().region(aws_sdk_rds::config::Region::new("eu-central-1")));
    elsewhere.send().await.unwrap().db_instances().len().to_string()
}

async fn rows_of_a_file_are_shown_as_they_are(cloud: Cloud) -> String {
    let row = json!({
        "DBInstanceIdentifier": "old", "DBInstanceClass": "db.m3.large", "Engine": "mysql", "EngineVersion": "5.5.61",
        "DBInstanceStatus": "available", "AllocatedStorage": 5, "StorageEncrypted": false});
    let cloud = seeded(&cloud, &row).await;
    cloud.instance("old").await.pending_modified_values.is_some().to_string()
}

/// The same world with this one instance.
pub(super) async fn seeded(cloud: &Cloud, row: &Value) -> Cloud {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    std::fs::write(&path, json!({"DBInstances": [row]}).to_string()).unwrap();
    clients(Sandbox::open(Options { seed: Some(path), ..cloud.sandbox.options().clone() }).unwrap()).await
}

async fn a_refusal_names_action_and_resource(cloud: Cloud) -> String {
    cloud.order("RebootDBInstance", How::Deny);
    message(cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await)
}

async fn an_organization_may_refuse_too(cloud: Cloud) -> String {
    cloud.order("RebootDBInstance", How::DenyByOrganization);
    message(cloud.rds.reboot_db_instance().db_instance_identifier("orders").send().await)
}

async fn credentials_expire(cloud: Cloud) -> String {
    let how = Box::new(How::Expired);
    cloud.sandbox.misbehave(Misbehaviour { operation: None, after: 0, times: 1, how: How::For { seconds: 600, how } });
    code(cloud.rds.describe_db_instances().send().await)
}

async fn reads_may_be_old(cloud: Cloud) -> String {
    cloud.order("DescribeDBSnapshots", How::Stale);
    cloud.take("orders", "a").await;
    code(cloud.rds.describe_db_snapshots().db_snapshot_identifier("a").send().await)
}

async fn reads_may_miss_what_is_there(cloud: Cloud) -> String {
    cloud.order("DescribeDBInstances", How::Hides { name: "orders".to_owned() });
    code(cloud.rds.describe_db_instances().db_instance_identifier("orders").send().await)
}

async fn no_machine_is_a_refusal(cloud: Cloud) -> String {
    cloud.order("RestoreDBInstanceFromDBSnapshot", How::NoCapacity);
    code(cloud.restore("orders-before-upgrade-to-15", "copy").send().await)
}

async fn callers_are_an_operator(cloud: Cloud) -> String {
    code(cloud.sts.get_caller_identity().send().await)
}

pub(super) const ALL: &[Scenario] = scenarios! {
    "R-WIRE-1" results_are_wrapped,
    "R-WIRE-2" strange_parameters_are_refused,
    "R-WIRE-3" missing_parameters_are_refused,
    "R-WIRE-4" what_does_not_go_together_has_a_code_of_its_own,
    "R-WIRE-6" what_is_not_imitated_is_said,
    "R-WIRE-7" nobody_is_refused,
    "R-WIRE-9" ec2_is_asked_in_its_own_form,
    "R-WIRE-8" too_many_requests_are_refused,
    "R-TIME-1" what_is_due_happens,
    "R-TIME-2" work_takes_time,
    "R-TIME-3" a_long_pause_counts_for_a_day,
    "R-TIME-4" headers_say_the_time_of_the_world,
    "R-WORLD-1" other_regions_are_born_empty,
    "R-WORLD-2" rows_of_a_file_are_shown_as_they_are,
    "R-DENY-1" a_refusal_names_action_and_resource,
    "R-DENY-2" an_organization_may_refuse_too,
    "R-CRED-1" credentials_expire,
    "R-READ-1" reads_may_be_old,
    "R-READ-2" reads_may_miss_what_is_there,
    "R-CAP-1" no_machine_is_a_refusal,
    "R-STS-1" callers_are_an_operator,
};
