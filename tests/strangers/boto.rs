//! boto3's own waiters and paginators on our sandbox.

use serde_json::{Value, json};

use super::{
    aws_cli::{list, text},
    python::Python,
    served::Sandbox,
};

#[test]
fn waiters_and_paginators_of_boto_work() {
    let (Some(python), Some(sandbox)) = (Python::find(), Sandbox::start("10000")) else { return };
    let script = include_str!("wait.py");
    let did = python.run(script, &sandbox.url, &json!("wait"));

    let mut waited: Vec<String> = list(&did["waited"]).iter().map(text).collect();
    waited.sort();
    waited.dedup();
    let all = [
        "db_cluster_available",
        "db_cluster_deleted",
        "db_cluster_snapshot_deleted",
        "db_instance_available",
        "db_instance_deleted",
        "db_snapshot_available",
        "db_snapshot_completed",
        "db_snapshot_deleted",
    ];
    assert_eq!(waited, all);
    let failed: Vec<String> = list(&did["failed"]).iter().map(|pair| text(&pair[1])).collect();
    assert!(failed.len() == 2 && failed[0].contains("\"failed\""), "{failed:?}");
    assert!(failed[1].contains("\"incompatible-restore\""), "{failed:?}");

    // In the waiters' hurried time automated snapshots would come and go between two looks at the same list.
    let did = python.run(script, &sandbox.at_speed("1").url, &json!("page"));
    let paged = did["paged"].as_object().expect("what was paged");
    assert!(paged.len() >= 25, "{paged:?}");
    for method in [
        "describe_db_engine_versions",
        "describe_db_instances",
        "describe_db_snapshots",
        "describe_events",
        "describe_orderable_db_instance_options",
        "list_aliases",
        "list_keys",
    ] {
        assert!(paged[method][0].as_u64() > Some(1), "{method} needs several pages: {}", paged[method]);
    }
    println!("not imitated: {}", did["not imitated"]);
}

/// A call and what AWS answers: HTTP status and code.
type Asked = (&'static str, &'static str, Value, u16, &'static str);

/// Asks all of it by boto3 and compares.
pub(super) fn assert_answers(python: &Python, url: &str, table: &[Asked]) {
    let calls: Vec<Value> = table.iter().map(|(service, method, given, ..)| json!([service, method, given])).collect();
    let answers = list(&python.run(include_str!("ask.py"), url, &Value::Array(calls)));
    assert_eq!(answers.len(), table.len());
    for ((service, method, given, status, code), answer) in table.iter().zip(&answers) {
        assert_eq!(*answer, json!({"status": status, "code": code}), "{service} {method} {given}");
    }
}
