//! The recorded answers, and a sandbox for each.

use std::{env, fs, io::Write, path::PathBuf};

use rds_encrypt::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

/// One recorded answer.
pub(super) struct Recorded {
    /// Where it is from.
    pub(super) from: String,
    pub(super) answer: Value,
}

/// The recorded answers of one operation, or loud words that there are none here.
pub(super) fn recorded(operation: &str) -> Vec<Recorded> {
    let Some(folder) = folder() else { return Vec::new() };
    let path = folder.join(format!("rds.{operation}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let calls: Vec<Value> = serde_json::from_str(&text).expect("a list of calls");
    assert!(!calls.is_empty(), "{} is empty", path.display());
    calls
        .into_iter()
        .map(|call| Recorded {
            from: call["from"].as_str().expect("where from").to_owned(),
            answer: call["answer"].clone(),
        })
        .collect()
}

/// The folder of all recordings.
pub(super) fn folder() -> Option<PathBuf> {
    let named = env::var_os("RDS_ENCRYPT_RECORDINGS").map(PathBuf::from);
    let found = named.as_ref().filter(|folder| folder.is_dir());
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let why =
            named.as_ref().map_or("which is not set".to_owned(), |folder| format!("and {} is none", folder.display()));
        let notice = format!("\n******** SKIPPED {test}: it needs a folder RDS_ENCRYPT_RECORDINGS, {why} ********\n");
        // Not by eprintln!, whose text is kept from the eye when a test passes.
        std::io::stderr().write_all(notice.as_bytes()).expect("stderr");
    }
    found.cloned()
}

/// The Region that rows name, and the usual one where they name none.
pub(super) fn region(rows: &[Value]) -> String {
    let arn = |row: &Value| {
        let members = ["DBInstanceArn", "DBSnapshotArn", "DBClusterArn", "DBClusterSnapshotArn"];
        members.iter().find_map(|member| row[member].as_str()).map(str::to_owned)
    };
    let named = rows.iter().find_map(|row| Some(arn(row)?.split(':').nth(3)?.to_owned()));
    named.unwrap_or_else(|| "us-east-1".to_owned())
}

/// A sandbox that was seeded with an answer.
pub(super) fn seeded(answer: &Value, region: &str) -> Sandbox {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("seed.json");
    fs::write(&path, json!([{"answer": answer}]).to_string()).expect("a seed file");
    Sandbox::open(Options { seed: Some(path), region: region.to_owned(), ..Options::default() })
        .unwrap_or_else(|error| panic!("{error}"))
}
