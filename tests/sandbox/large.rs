//! A world of ten thousand instances: what a request costs there. By hand, in a release build:
//!
//!     cargo test --release --test sandbox large -- --ignored --nocapture

use std::time::Duration;

use rds_encrypt::sandbox::{Options, Sandbox, Switches};
use serde_json::{Value, json};

const INSTANCES: usize = 10_000;

/// A row as `aws rds describe-db-instances` prints it; words in angle brackets differ.
const ROW: &str = r#"{
    "DBInstanceIdentifier": "<name>", "DBInstanceClass": "db.m5.large", "Engine": "postgres",
    "DBInstanceStatus": "available", "MasterUsername": "admin", "DBName": "app", "Endpoint": {
        "Address": "<name>.cabcdefghijk.<region>.rds.amazonaws.com", "Port": 5432, "HostedZoneId": "Z1TTGA775OQIYO"},
    "AllocatedStorage": 100, "InstanceCreateTime": "2021-03-04T05:06:07.089Z",
    "PreferredBackupWindow": "03:10-03:40", "BackupRetentionPeriod": 7, "DBSecurityGroups": [],
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0000000000000<200>", "Status": "active"}],
    "DBParameterGroups": [{"DBParameterGroupName": "team-<20>", "ParameterApplyStatus": "in-sync"}],
    "AvailabilityZone": "<region>a", "DBSubnetGroup": {
        "DBSubnetGroupName": "net-<40>", "DBSubnetGroupDescription": "a team's", "VpcId": "vpc-0000000000000<8>",
        "SubnetGroupStatus": "Complete", "Subnets": [
            {"SubnetIdentifier": "subnet-00000000000a<40>", "SubnetAvailabilityZone": {"Name": "<region>a"},
             "SubnetOutpost": {}, "SubnetStatus": "Active"},
            {"SubnetIdentifier": "subnet-00000000000b<40>", "SubnetAvailabilityZone": {"Name": "<region>b"},
             "SubnetOutpost": {}, "SubnetStatus": "Active"}]},
    "PreferredMaintenanceWindow": "sun:04:10-sun:04:40", "PendingModifiedValues": {},
    "LatestRestorableTime": "2026-09-14T09:05:00Z", "MultiAZ": false, "EngineVersion": "14.12",
    "AutoMinorVersionUpgrade": true, "ReadReplicaDBInstanceIdentifiers": [], "LicenseModel": "postgresql-license",
    "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-14", "Status": "in-sync"}],
    "PubliclyAccessible": false, "StorageType": "gp2", "DbInstancePort": 0, "StorageEncrypted": false,
    "DbiResourceId": "db-ABCDEFGHIJKLMNOPQRSTU<id>", "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "DomainMemberships": [], "CopyTagsToSnapshot": true, "MonitoringInterval": 0,
    "DBInstanceArn": "arn:aws:rds:<region>:111122223333:db:<name>", "IAMDatabaseAuthenticationEnabled": false,
    "PerformanceInsightsEnabled": true, "PerformanceInsightsRetentionPeriod": 7, "DeletionProtection": true,
    "AssociatedRoles": [], "TagList": [{"Key": "team", "Value": "team-<20>"}, {"Key": "env", "Value": "prod"}],
    "CustomerOwnedIpEnabled": false, "ActivityStreamStatus": "stopped", "BackupTarget": "region",
    "NetworkType": "IPV4", "DedicatedLogVolume": false, "CertificateDetails": {
        "CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": "2061-05-21T23:01:05Z"},
    "EngineLifecycleSupport": "open-source-rds-extended-support"}"#;

fn name(number: usize) -> String {
    format!("app-{:05}", (number * 7919) % INSTANCES)
}

fn id(number: usize) -> String {
    format!("db-ABCDEFGHIJKLMNOPQRSTU{:05}", (number * 7919) % INSTANCES)
}

fn row(number: usize) -> Value {
    let mut text = ROW.replace("<region>", "eu-west-2").replace("<name>", &format!("app-{number:05}"));
    text = text.replace("<id>", &format!("{number:05}"));
    for groups in [8, 20, 40, 200] {
        text = text.replace(&format!("<{groups}>"), &format!("{:04}", number % groups));
    }
    serde_json::from_str(&text).unwrap()
}

/// Quotas that a large world needs.
fn switches() -> Switches {
    Switches {
        most_instances: 3 * INSTANCES,
        most_manual_snapshots: 4 * INSTANCES,
        most_storage: i64::MAX / 4,
        ..Switches::default()
    }
}

fn options() -> Options {
    let rows: Vec<Value> = (0..INSTANCES).map(row).collect();
    Options { rows: Some(json!({"DBInstances": rows})), switches: switches(), ..Options::default() }
}

/// One request past every SDK; the status and the size of the answer.
async fn ask(sandbox: &Sandbox, body: String) -> usize {
    let scope = "AWS4-HMAC-SHA256 Credential=AKID/20260914/eu-west-2/rds/aws4_request, Signature=00";
    let request = http::Request::post("http://localhost/").header("authorization", scope);
    let request = request.body(bytes::Bytes::from(format!("{body}&Version=2014-10-31"))).unwrap();
    let (parts, body) = sandbox.respond(request).await.into_parts();
    assert_eq!(parts.status.as_u16(), 200, "{}", String::from_utf8_lossy(&body));
    body.len()
}

fn filtered(operation: &str, filter: &str, values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> =
        values.zip(1..).map(|(value, place)| format!("&Filters.Filter.1.Values.Value.{place}={value}")).collect();
    format!("Action={operation}&Filters.Filter.1.Name={filter}{}", values.concat())
}

/// Time that this thread has had on a processor: others at work on the machine don't count.
fn worked() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0))
}

/// Megabytes that the process has in memory.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096 / 1_000_000
}

#[tokio::test(start_paused = true)]
#[ignore = "a measurement, not a test"]
async fn what_requests_cost_in_a_large_world() {
    let empty = resident();
    let options = options();
    let begun = worked();
    let sandbox = Sandbox::open(options).unwrap();
    println!(
        "{INSTANCES} rows adopted in {:?}; {empty} MB before, {} MB after",
        worked().saturating_sub(begun),
        resident()
    );
    let snapshot = |number: usize| format!("{}-shot", name(number));
    let copy = |number: usize| format!("{}-copy", name(number));
    let hours = async |hours: u32| {
        tokio::time::sleep(Duration::from_secs_f64(f64::from(hours) * 3600.0 / 600.0)).await;
    };
    let measure = async |what: &str, times: usize, body: &dyn Fn(usize) -> String| {
        let (begun, mut bytes) = (worked(), 0);
        for number in 0..times {
            bytes = ask(&sandbox, body(number)).await;
        }
        let each = worked().saturating_sub(begun) / u32::try_from(times).unwrap();
        println!("{what:42} {times:>6} × {each:>12.1?}   {bytes:>7} B   {:>4} MB", resident());
    };
    let looks = async |kind: &str, operation: &str, filter: &str, of: &dyn Fn(usize) -> String, times: usize| {
        for (ids, times) in [(1, times), (2, times), (100, times / 50)] {
            let body = |number: usize| filtered(operation, filter, (0..ids).map(|place| of(number * ids + place)));
            measure(&format!("{kind}, {ids} by {filter}"), times, &body).await;
        }
    };
    looks("DescribeDBInstances", "DescribeDBInstances", "db-instance-id", &name, INSTANCES).await;
    looks("DescribeDBInstances", "DescribeDBInstances", "dbi-resource-id", &id, INSTANCES).await;
    measure("DescribeDBInstances, a page of all", 100, &|_| "Action=DescribeDBInstances".to_owned()).await;
    measure("CreateDBSnapshot", INSTANCES, &|number| {
        format!(
            "Action=CreateDBSnapshot&DBInstanceIdentifier={}&DBSnapshotIdentifier={}",
            name(number),
            snapshot(number)
        )
    })
    .await;
    hours(12).await;
    looks("DescribeDBSnapshots", "DescribeDBSnapshots", "db-snapshot-id", &snapshot, INSTANCES).await;
    looks("DescribeDBSnapshots", "DescribeDBSnapshots", "dbi-resource-id", &id, INSTANCES).await;
    measure("CopyDBSnapshot", INSTANCES, &|number| {
        format!(
            "Action=CopyDBSnapshot&SourceDBSnapshotIdentifier={}&TargetDBSnapshotIdentifier={}&KmsKeyId=alias/sandbox",
            snapshot(number),
            copy(number)
        )
    })
    .await;
    println!(
        "{INSTANCES} instances and {} snapshots: {} MB, {empty} MB of them were there before",
        2 * INSTANCES,
        resident()
    );
    hours(24).await;
    looks("DescribeDBInstances, acted on", "DescribeDBInstances", "db-instance-id", &name, INSTANCES).await;
    measure("RestoreDBInstanceFromDBSnapshot", INSTANCES, &|number| {
        format!(
            "Action=RestoreDBInstanceFromDBSnapshot&DBSnapshotIdentifier={}&DBInstanceIdentifier={}-new\
             &DBInstanceClass=db.m5.large&StorageType=gp2&DBSubnetGroupName=net-{:04}&BackupRetentionPeriod=0",
            copy(number),
            name(number),
            (number * 7919) % INSTANCES % 40
        )
    })
    .await;
    hours(24).await;
    measure("ModifyDBInstance", INSTANCES, &|number| {
        format!(
            "Action=ModifyDBInstance&DBInstanceIdentifier={}-new&BackupRetentionPeriod=3&ApplyImmediately=true",
            name(number)
        )
    })
    .await;
    hours(24).await;
    measure("ModifyDBInstance, a rename", INSTANCES, &|number| {
        let name = name(number);
        format!("Action=ModifyDBInstance&DBInstanceIdentifier={name}&NewDBInstanceIdentifier={name}-old&ApplyImmediately=true")
    })
    .await;
    hours(1).await;
    measure("DescribeDBInstances after all renames", 1, &|_| "Action=DescribeDBInstances".to_owned()).await;
    measure("DescribeEvents of one", 1000, &|number| {
        format!("Action=DescribeEvents&SourceType=db-instance&SourceIdentifier={}&Duration=20000", name(number))
    })
    .await;
    measure("DescribeAccountAttributes", 1000, &|_| "Action=DescribeAccountAttributes".to_owned()).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "a measurement, not a test"]
async fn what_a_large_world_weighs() {
    let sandbox = Sandbox::open(Options { switches: switches(), ..Options::default() }).unwrap();
    let empty = resident();
    for number in 0..INSTANCES {
        let create = "Action=CreateDBInstance&DBInstanceClass=db.m5.large&Engine=postgres&AllocatedStorage=100\
                      &MasterUsername=me&MasterUserPassword=12345678&Tags.Tag.1.Key=team&Tags.Tag.1.Value=a";
        ask(&sandbox, format!("{create}&DBInstanceIdentifier={}&DBSubnetGroupName=default", name(number))).await;
    }
    tokio::time::sleep(Duration::from_hours(1)).await;
    let instances = resident();
    for number in 0..INSTANCES {
        let name = name(number);
        ask(&sandbox, format!("Action=CreateDBSnapshot&DBInstanceIdentifier={name}&DBSnapshotIdentifier={name}-shot"))
            .await;
    }
    tokio::time::sleep(Duration::from_hours(1)).await;
    for number in 0..INSTANCES {
        let name = name(number);
        let copy = "Action=CopyDBSnapshot&KmsKeyId=alias/sandbox";
        let of = format!("&SourceDBSnapshotIdentifier={name}-shot&TargetDBSnapshotIdentifier={name}-copy");
        ask(&sandbox, format!("{copy}{of}")).await;
    }
    tokio::time::sleep(Duration::from_hours(1)).await;
    ask(&sandbox, "Action=DescribeDBInstances".to_owned()).await;
    println!(
        "{empty} MB empty, {instances} MB with {INSTANCES} instances, {} MB with snapshots and copies",
        resident()
    );
}
