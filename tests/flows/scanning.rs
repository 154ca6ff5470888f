//! `scan`: what is listed, in each form; what a failed look costs; and files in place of an account.

use std::io::Write;

use rds_encrypt::sandbox::{How, Options};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::stage::{Heard, Stage, assert_heard};

fn document(heard: &Heard) -> Value {
    serde_json::from_str(&heard.stdout).unwrap_or_else(|error| panic!("{error}: {heard}"))
}

fn names(document: &Value) -> Vec<&str> {
    document["databases"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn file(content: &Value) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    write!(file, "{content}").unwrap();
    file
}

/// A world of these instances and clusters.
fn world(content: &Value) -> Stage {
    let seed = file(content);
    Stage::with(Options { seed: Some(seed.path().to_owned()), ..Options::default() })
}

fn instance(name: &str, changes: &Value) -> Value {
    let mut row = json!({
        "DBInstanceIdentifier": name, "DbiResourceId": format!("db-{}", name.to_uppercase().replace('-', "")),
        "DBInstanceArn": format!("arn:aws:rds:eu-west-2:000000000000:db:{name}"), "Engine": "postgres",
        "EngineVersion": "15.7", "DBInstanceStatus": "available", "DBInstanceClass": "db.m5.large",
        "StorageEncrypted": false, "AllocatedStorage": 100, "StorageType": "gp3", "MasterUsername": "admin",
        "InstanceCreateTime": "2019-06-12T12:40:58.216Z", "PubliclyAccessible": false,
    });
    merge(&mut row, changes);
    row
}

fn cluster(name: &str, changes: &Value) -> Value {
    let mut row = json!({
        "DBClusterIdentifier": name, "DBClusterArn": format!("arn:aws:rds:eu-west-2:000000000000:cluster:{name}"),
        "Engine": "aurora-mysql", "EngineVersion": "8.0.mysql_aurora.3.05.2", "Status": "available",
        "StorageEncrypted": false, "ClusterCreateTime": "2018-01-01T00:00:00Z", "AllocatedStorage": 1,
        "DBClusterMembers": [],
    });
    merge(&mut row, changes);
    row
}

/// Sets members; null leaves one out, as AWS does.
fn merge(row: &mut Value, changes: &Value) {
    for (member, value) in changes.as_object().unwrap() {
        row[member] = value.clone();
    }
    row.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}

/// One of each kind that there is.
fn all_kinds() -> Value {
    let in_cluster = |cluster: &str, engine: &str| json!({"DBClusterIdentifier": cluster, "Engine": engine});
    let of = |name: &str| json!([{"DBInstanceIdentifier": name, "IsClusterWriter": true}]);
    json!({
        "DBInstances": [
            instance("a-name-that-is-far-longer-than-any-column-can-be", &json!({"PubliclyAccessible": true})),
            instance("orders", &json!({"TagList": [{"Key": "team", "Value": "shop"}]})),
            instance("safe", &json!({
                "StorageEncrypted": true,
                "KmsKeyId": "arn:aws:kms:eu-west-2:000000000000:key/b7ad5674-77c8-4756-bab9-a542b2be04f7",
            })),
            instance("of-aws", &json!({"StorageEncryptionType": "sse-rds"})),
            instance("silent", &json!({"StorageEncrypted": null})),
            instance("late", &json!({"InstanceCreateTime": "2025-01-01T00:00:00Z"})),
            instance("aurora-1", &in_cluster("aurora", "aurora-mysql")),
            instance("wide-1", &in_cluster("wide", "postgres")),
            instance("docs-1", &in_cluster("docs", "docdb")),
        ],
        "DBClusters": [
            cluster("aurora", &json!({"DBClusterMembers": of("aurora-1")})),
            cluster("wide", &json!({
                "DBClusterMembers": of("wide-1"), "Engine": "postgres", "EngineVersion": "15.4",
                "AllocatedStorage": 100, "StorageType": "io1", "DBClusterInstanceClass": "db.m5d.large",
            })),
            cluster("docs", &json!({"DBClusterMembers": of("docs-1"), "Engine": "docdb", "EngineVersion": "5.0.0"})),
            cluster("graph", &json!({"Engine": "neptune", "EngineVersion": "1.2.1.0", "StorageEncrypted": true})),
        ],
    })
}

#[tokio::test(start_paused = true)]
async fn the_seeded_account() {
    let stage = Stage::new();
    for (name, words) in [
        ("scan", ""),
        ("scan_all", "--all"),
        ("scan_filtered", "--engine postgres --created-before 2020-01-01 --name *r* --tag team=finance"),
        ("scan_snapshots", "--name legacy* --snapshots"),
        ("scan_prices", "--engine postgres --price instance_hour.db.m5.large=0.17 --price storage_gib_month.gp2=0.1"),
        ("scan_nothing", "--name nowhere"),
    ] {
        let heard = stage.run(&format!("scan --sandbox {words}")).await;
        assert_heard!(name, heard);
        assert_eq!(heard.code, 0, "{name}");
    }
    let heard = stage.run("scan --sandbox --output json").await;
    let counts = &document(&heard)["counts"];
    assert_eq!(counts["databases"], 18, "{counts}");
}

#[tokio::test(start_paused = true)]
async fn each_kind_is_told_apart() {
    let stage = world(&all_kinds());
    let heard = stage.run("scan --sandbox --all").await;
    assert_heard!("scan_kinds", heard);
    let heard = stage.run("scan --sandbox --all --output csv").await;
    assert_heard!("scan_csv", heard);
    let heard = stage.run("scan --sandbox --output json").await;
    let document = document(&heard);
    assert_eq!((&document["complete"], &document["exit_code"]), (&json!(true), &json!(0)));
    let counts = json!({
        "databases": 8, "encrypted": 2, "unencrypted": 5, "unknown": 1, "left_out_by_date": 0, "undated": 0,
        "eligible": 3, "other_services": 2, "unencrypted_snapshots": 0,
    });
    assert_eq!(document["counts"], counts);
    let row = |name: &str| {
        let rows = document["databases"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {heard}")).clone()
    };
    assert_eq!(row("aurora-1")["standing"]["why"], "aurora-1 is a member of cluster aurora");
    assert_eq!(row("docs")["other_service"], "DocumentDB");
    assert_eq!((&row("aurora")["size_gib"], &row("wide")["size_gib"]), (&Value::Null, &json!(100)));
    assert_eq!(row("silent")["encryption"], "unknown");
    // A member named alone is answered with its cluster.
    let heard = stage.run("scan --sandbox --name wide-1").await;
    assert!(heard.stdout.contains("wide-1 is a member of cluster wide"), "{heard}");
}

/// What a pipeline asks for: only what is known to be encrypted passes.
#[tokio::test(start_paused = true)]
async fn a_pipeline_fails() {
    let plain = instance("plain", &json!({}));
    let safe = instance("safe", &json!({"StorageEncryptionType": "sse-rds"}));
    let silent = instance("silent", &json!({"StorageEncrypted": null}));
    let docs = instance("docs", &json!({"Engine": "docdb"}));
    for (rows, words, code) in [
        (vec![&plain, &safe], "", 7),
        (vec![&plain, &safe], "--name safe", 0),
        (vec![&plain, &safe], "--created-before 2019-01-01", 0),
        (vec![&plain, &safe], "--all", 7),
        (vec![&safe], "", 0),
        (vec![], "", 0),
        (vec![&safe, &docs], "", 0),
        (vec![&safe, &silent], "", 9),
        (vec![&plain, &silent], "", 7),
    ] {
        let file = file(&json!({"DBInstances": rows}));
        let stage = Stage::small();
        let path = file.path().to_str().unwrap();
        let heard = stage.run(&format!("scan --fail-if-unencrypted --from {path} {words}")).await;
        assert_eq!(heard.code, code, "{words}: {rows:?}: {heard}");
        let heard = stage.run(&format!("scan --from {path} {words}")).await;
        assert_eq!(heard.code, 0, "{words}: {rows:?}: {heard}");
    }
    let undated = file(&json!({"DBInstances": [instance("plain", &json!({"InstanceCreateTime": null}))]}));
    let words = format!("scan --fail-if-unencrypted --created-before 2020-01-01 --from {}", undated.path().display());
    assert_eq!(Stage::small().run(&words).await.code, 9, "one whose age nobody knows doesn't pass");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_costs_only_itself() {
    let safe = instance("safe", &json!({"StorageEncryptionType": "sse-rds"}));
    for (operation, listed) in [("DescribeDBClusters", vec!["safe"]), ("DescribeDBInstances", vec![])] {
        let stage = world(&json!({"DBInstances": [safe]}));
        stage.order(operation, 0, 99, How::Deny);
        let heard = stage.run("scan --sandbox --all").await;
        assert_heard!(format!("scan_denied_{operation}"), heard);
        assert_eq!(heard.code, 0, "{operation}: {heard}");
        let heard = stage.run("scan --sandbox --all --output json").await;
        let document = document(&heard);
        assert_eq!((heard.code, &document["complete"]), (0, &json!(false)), "{operation}: {heard}");
        assert_eq!(names(&document), listed, "{operation}");
        assert_eq!(document["incomplete"][0]["permission"], format!("rds:{operation}"));
        assert!(heard.stderr.contains("The list is incomplete"), "{heard}");
        let heard = stage.run("scan --sandbox --fail-if-unencrypted -q").await;
        assert_eq!(heard.code, 9, "{operation}: what wasn't seen doesn't pass: {heard}");
    }
    let stage = Stage::small();
    for operation in ["DescribeDBClusters", "DescribeDBInstances"] {
        stage.order(operation, 0, 99, How::Deny);
    }
    let heard = stage.run("scan --sandbox").await;
    assert_eq!(heard.code, 8, "nothing could be read: {heard}");
    let stage = Stage::small();
    stage.order("GetCallerIdentity", 0, 99, How::Expired);
    assert_eq!(stage.run("scan --sandbox").await.code, 8);
}

/// Listing costs pages, not resources; and patience is never what a list ends with.
#[tokio::test(start_paused = true)]
async fn many_are_listed_by_pages() {
    let tagged = json!({"TagList": [{"Key": "team", "Value": "shop"}]});
    let rows: Vec<Value> = (0..230).map(|number| instance(&format!("db-{number:03}"), &tagged)).collect();
    let stage = world(&json!({"DBInstances": rows}));
    stage.order("ListTagsForResource", 0, 999, How::Deny);
    // The first page passes, the others are throttled more often than the SDK itself would bear.
    stage.order("DescribeDBInstances", 1, 7, How::Throttle);
    let heard = stage.run("scan --sandbox --tag team=shop --output json").await;
    let document = document(&heard);
    assert_eq!((heard.code, &document["complete"]), (0, &json!(true)), "{}", heard.stderr);
    assert_eq!(document["counts"]["databases"], 230);
    let tags = document["inventories"][0]["DBInstances"][229]["TagList"].clone();
    assert_eq!(tags, json!([{"Key": "team", "Value": "shop"}]));
}

/// What a page showed before a later one failed stays.
#[tokio::test(start_paused = true)]
async fn pages_before_a_failure_stay() {
    let rows: Vec<Value> = (0..130).map(|number| instance(&format!("db-{number:03}"), &json!({}))).collect();
    let stage = world(&json!({"DBInstances": rows}));
    stage.order("DescribeDBInstances", 1, 99, How::Deny);
    let heard = stage.run("scan --sandbox --output json").await;
    let document = document(&heard);
    assert_eq!((names(&document).len(), &document["complete"]), (100, &json!(false)));
}

/// Several Regions, each once and each by itself.
#[tokio::test(start_paused = true)]
async fn regions_that_are_named() {
    let stage = Stage::new();
    let words = "scan --sandbox --output json --region us-east-1 --region eu-west-2 --region us-east-1";
    let heard = stage.run(words).await;
    let document = document(&heard);
    let places: Vec<&Value> = document["inventories"].as_array().unwrap().iter().map(|it| &it["region"]).collect();
    assert_eq!(places, ["eu-west-2", "us-east-1"], "{heard}");
    assert_eq!(document["counts"]["databases"], 18);
}

/// What a scan wrote is read again, and says the same.
#[tokio::test(start_paused = true)]
async fn a_scan_is_read_again() {
    let stage = world(&all_kinds());
    let asked = stage.run("scan --sandbox --snapshots --output json").await;
    let written = file(&document(&asked));
    let again = stage.run(&format!("scan --snapshots --output json --from {}", written.path().display())).await;
    assert_eq!(again.code, 0, "{again}");
    let (asked, again) = (document(&asked), document(&again));
    for member in ["counts", "inventories", "complete", "snapshots"] {
        assert_eq!(asked[member], again[member], "{member}");
    }
    assert_eq!(names(&asked), names(&again));
}

#[tokio::test(start_paused = true)]
async fn files_that_are_none() {
    let stage = Stage::small();
    let strange = file(&json!({"Reservations": []}));
    for (path, words) in [
        (strange.path().to_str().unwrap(), "neither DBInstances nor DBClusters"),
        ("/nowhere/all.json", "No such file"),
    ] {
        let heard = stage.run(&format!("scan --from {path}")).await;
        assert!(heard.code == 2 && heard.stderr.contains(words) && heard.stderr.contains(path), "{heard}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_for() {
    let stage = Stage::small();
    for words in [
        "scan --output xml",
        "plan orders --output csv",
        "scan --assume-role orders",
        "scan --all --unencrypted",
        "scan --all-regions --region eu-west-2",
        "scan --from a --all-regions",
        "scan --from a --region eu-west-2",
        "scan --from a --sandbox",
        "scan --from a --assume-role arn:aws:iam::111122223333:role/audit",
        "scan --tag team",
        "scan --sandbox --tag a=1 --tag a=2",
        "scan --created-before soon",
        "plan orders --region eu-west-1 --region eu-west-2",
    ] {
        let heard = stage.run(words).await;
        assert_eq!(heard.code, 2, "{words}: {heard}");
    }
}
