//! The sandbox shows rows of a real account exactly as AWS showed them.

use bytes::Bytes;
use http::Request;
use rds_encrypt::sandbox::Sandbox;
use serde_json::{Value, json};

use super::{
    shapes::Shapes,
    tape::{self, Recorded, recorded, region, seeded},
};

/// Asks over the wire, without an SDK.
pub(super) async fn ask(sandbox: &Sandbox, region: &str, question: &str) -> (u16, String) {
    let credential = format!("AKID/20260914/{region}/rds/aws4_request");
    let signed = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00");
    let body = format!("Action={question}&Version=2014-10-31");
    let request = Request::post("http://localhost/").header("authorization", signed).body(Bytes::from(body));
    let (parts, body) = sandbox.respond(request.expect("a request")).await.into_parts();
    (parts.status.as_u16(), String::from_utf8(body.to_vec()).expect("text"))
}

/// Rows in the order of their names: the sandbox pages by name.
fn sorted(rows: &Value, identifier: &str) -> Vec<Value> {
    let mut rows = rows.as_array().expect("rows").clone();
    rows.sort_by_key(|row| row[identifier].as_str().expect("a name").to_owned());
    rows
}

async fn come_back(operation: &str, list: &str, identifier: &str) {
    let shapes = Shapes::load();
    let mut compared = 0;
    for Recorded { from, answer } in recorded(operation) {
        let Some(rows) = answer.get(list) else { continue };
        let wanted = sorted(rows, identifier);
        let region = region(&wanted);
        let sandbox = seeded(&answer, &region);
        let (status, xml) = ask(&sandbox, &region, operation).await;
        assert_eq!(status, 200, "{from}: {xml}");
        let shown = sorted(&shapes.decode(operation, &xml)[list], identifier);
        assert_eq!(shown.len(), wanted.len(), "{from}");
        for (shown, wanted) in shown.iter().zip(&wanted) {
            assert_same(&from, shown, wanted);
            compared += 1;
        }
    }
    println!("{operation}: {compared} rows came back as they were");
}

/// Member by member, so that a failure says which.
fn assert_same(from: &str, shown: &Value, wanted: &Value) {
    let (shown, wanted) = (shown.as_object().expect("a row"), wanted.as_object().expect("a row"));
    for member in shown.keys().chain(wanted.keys()) {
        assert_eq!(shown.get(member), wanted.get(member), "{from}: {member}");
    }
}

#[tokio::test(start_paused = true)]
async fn instances_come_back_as_aws_showed_them() {
    come_back("DescribeDBInstances", "DBInstances", "DBInstanceIdentifier").await;
}

#[tokio::test(start_paused = true)]
async fn snapshots_come_back_as_aws_showed_them() {
    come_back("DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier").await;
}

#[tokio::test(start_paused = true)]
async fn clusters_come_back_as_aws_showed_them() {
    come_back("DescribeDBClusters", "DBClusters", "DBClusterIdentifier").await;
    come_back("DescribeDBClusterSnapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier").await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_there_is_refused_in_aws_words() {
    for Recorded { from, answer } in recorded("DescribeDBInstances") {
        let Some(error) = answer.get("Error") else { continue };
        let text = |member: &str| error[member].as_str().expect("text").to_owned();
        let message = text("Message");
        let name = message.split_whitespace().nth(1).expect("a name");
        let sandbox = seeded(&json!({"DBInstances": []}), "us-east-1");
        let question = format!("DescribeDBInstances&DBInstanceIdentifier={name}");
        let (status, xml) = ask(&sandbox, "us-east-1", &question).await;
        assert_eq!(status, 404, "{from}");
        for part in [text("Code"), message.clone(), text("Type")] {
            assert!(xml.contains(&format!(">{part}<")), "{from}: {part}: {xml}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_recording_is_one_account() {
    let Some(folder) = tape::folder() else { return };
    for (operation, list, identifier) in [
        ("DescribeDBInstances", "DBInstances", "DBInstanceIdentifier"),
        ("DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier"),
        ("DescribeDBClusters", "DBClusters", "DBClusterIdentifier"),
    ] {
        let seed = Some(folder.join(format!("rds.{operation}.json")));
        let options = rds_encrypt::sandbox::Options { seed, region: "us-east-1".to_owned(), ..Default::default() };
        let sandbox = Sandbox::open(options).unwrap_or_else(|error| panic!("{error}"));
        let (status, xml) = ask(&sandbox, "us-east-1", &format!("{operation}&MaxRecords=100")).await;
        assert_eq!(status, 200, "{xml}");
        let shown = Shapes::load().decode(operation, &xml);
        let mut names: Vec<String> = recorded(operation)
            .iter()
            .flat_map(|call| call.answer[list].as_array().cloned().unwrap_or_default())
            .map(|row| row[identifier].to_string().to_lowercase())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(shown[list].as_array().map(Vec::len), Some(names.len()), "each name once");
    }
}
