//! Every row that AWS was seen to answer goes through `scan --from`: no crash, none lost, and each read as the SDK
//! reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use rds_encrypt::{
    aws::{Aws, Connection},
    plan::inventory::{
        Inventory, inventories_of,
        rows::{Row, cluster_of, cluster_row, cluster_snapshot_of, cluster_snapshot_row, instance_of, instance_row},
        rows::{snapshot_of, snapshot_row},
        written,
    },
};
use serde_json::{Value, json};

use super::{
    planned::heard,
    tape::{recorded, region, seeded},
};

/// The lists that a scan reads.
const LISTS: [(&str, &str, &str); 4] = [
    ("DescribeDBInstances", "DBInstances", "DBInstanceIdentifier"),
    ("DescribeDBClusters", "DBClusters", "DBClusterIdentifier"),
    ("DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier"),
    ("DescribeDBClusterSnapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier"),
];

#[tokio::test(start_paused = true)]
async fn no_recorded_row_is_lost() {
    let mut read = 0;
    for (operation, list, name) in LISTS {
        for call in recorded(operation) {
            let Some(rows) = call.answer[list].as_array() else { continue };
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("answer.json");
            fs::write(&path, call.answer.to_string()).expect("a file");
            let from = path.to_str().expect("a path");
            let words = ["scan", "--from", from, "--all", "--snapshots", "--output", "json"];
            let (code, document, said) = heard(None, &words).await;
            assert_eq!(code, 0, "{}: {said}", call.from);
            let seen = document["inventories"].as_array().expect("inventories").iter();
            let seen: Vec<&Value> = seen.flat_map(|it| it[list].as_array().into_iter().flatten()).collect();
            let names = |rows: &mut dyn Iterator<Item = &Value>| -> Vec<String> {
                let mut names: Vec<String> = rows.map(|row| row[name].to_string()).collect();
                names.sort();
                names
            };
            assert_eq!(names(&mut seen.into_iter()), names(&mut rows.iter()), "{}", call.from);
            let strange: Vec<&Value> = document["incomplete"].as_array().into_iter().flatten().collect();
            assert!(
                !strange.iter().any(|one| one["what"].as_str().is_some_and(|what| what.contains(" of "))),
                "{strange:?}"
            );
            if matches!(list, "DBInstances" | "DBClusters") {
                let found = document["databases"].as_array().expect("databases");
                let found: BTreeSet<String> = found.iter().map(|row| row["name"].to_string()).collect();
                let rows: BTreeSet<String> = rows.iter().map(|row| row[name].to_string()).collect();
                assert!(found.is_superset(&rows), "{}: {found:?} {rows:?}", call.from);
            }
            for output in ["text", "csv"] {
                let words = ["scan", "--from", from, "--all", "--snapshots", "--output", output];
                let (code, _, said) = heard(None, &words).await;
                assert_eq!(code, 0, "{}: {said}", call.from);
            }
            read += rows.len();
        }
    }
    println!("{read} recorded rows were scanned");
}

/// Every recorded account is rehearsed: each of its databases ends somehow, for a reason that isn't ours.
#[tokio::test]
async fn every_recorded_account_is_rehearsed() {
    let (mut accounts, mut results) = (0, BTreeMap::<String, usize>::new());
    for call in recorded("DescribeDBInstances") {
        if call.answer["DBInstances"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("answer.json");
        fs::write(&path, call.answer.to_string()).expect("a file");
        let from = path.to_str().expect("a path");
        let words = ["batch", "--rehearse", "--from", from, "--created-before", "any", "--output", "json"];
        let (code, played, said) = heard(None, &words).await;
        assert_eq!(code, 0, "{}: {said}", call.from);
        accounts += 1;
        let all = played["databases"].as_u64().unwrap_or_else(|| panic!("{}: {played:#}", call.from));
        let ended = played["results"].as_array().expect("results");
        let never = played["not_begun"].as_array().map_or(0, Vec::len);
        assert_eq!(ended.len() + never, usize::try_from(all).expect("a number"), "{}: {played:#}", call.from);
        for one in ended {
            assert_ne!(one["result"], "broken", "{}: {one:#}", call.from);
            *results.entry(one["result"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    println!("{accounts} recorded answers were rehearsed: {results:?}");
}

/// Two readers, one of JSON and one of the wire, read the same of the same answer.
#[tokio::test(start_paused = true)]
async fn files_are_read_as_the_wire_is() {
    let mut compared = 0;
    for (operation, list, _) in LISTS {
        for call in recorded(operation) {
            let Some(rows) = call.answer[list].as_array() else { continue };
            let region = region(rows);
            let in_process = Some(seeded(&call.answer, &region).http_client());
            let connection = Connection { region: Some(region), in_process, ..Connection::default() };
            let asked = Aws::connect(&connection).await.expect("a connection").inventory("", true).await;
            let text = call.answer.to_string();
            let from_file = inventories_of([text.as_str()]).expect("an inventory");
            compared += match list {
                "DBInstances" => same(&call.from, &asked.instances, &all(from_file, |it| it.instances)),
                "DBClusters" => same(&call.from, &asked.clusters, &all(from_file, |it| it.clusters)),
                "DBSnapshots" => same(&call.from, &asked.snapshots, &all(from_file, |it| it.snapshots)),
                _ => same(&call.from, &asked.cluster_snapshots, &all(from_file, |it| it.cluster_snapshots)),
            };
        }
    }
    println!("{compared} rows were read alike");
}

fn all<T>(inventories: Vec<Inventory>, list: impl Fn(Inventory) -> Vec<T>) -> Vec<T> {
    inventories.into_iter().flat_map(list).collect()
}

/// In any order. Rows of one name twice are one for the sandbox.
fn same<T: PartialEq + std::fmt::Debug>(from: &str, asked: &[T], read: &[T]) -> usize {
    for row in asked {
        assert!(read.contains(row), "{from}: {row:#?} is none of {read:#?}");
    }
    asked.len()
}

/// What is read, written and read again is the same, but for what waits to be changed, of which only names are known.
#[test]
fn rows_are_written_as_they_were_read() {
    for (operation, list, _) in LISTS {
        for call in recorded(operation) {
            for row in call.answer[list].as_array().into_iter().flatten() {
                let from = &call.from;
                let mut first = Row::new(row);
                match list {
                    "DBInstances" => {
                        let mut read = instance_of(&mut first);
                        read.pending_modified_values.clear();
                        assert_eq!(instance_of(&mut Row::new(&instance_row(&read))), read, "{from}");
                    }
                    "DBClusters" => {
                        let read = cluster_of(&mut first);
                        assert_eq!(cluster_of(&mut Row::new(&cluster_row(&read))), read, "{from}");
                    }
                    "DBSnapshots" => {
                        let read = snapshot_of(&mut first);
                        assert_eq!(snapshot_of(&mut Row::new(&snapshot_row(&read))), read, "{from}");
                    }
                    _ => {
                        let read = cluster_snapshot_of(&mut first);
                        assert_eq!(cluster_snapshot_of(&mut Row::new(&cluster_snapshot_row(&read))), read, "{from}");
                    }
                }
                assert_eq!(first.strange, Vec::<String>::new(), "{from}");
            }
            let text = json!({"inventories": written(&inventories_of([call.answer.to_string().as_str()]).unwrap_or_default())});
            assert!(inventories_of([text.to_string().as_str()]).is_ok(), "{}", call.from);
        }
    }
}
