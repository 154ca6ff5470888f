//! `access audit`: what it prints and how it ends, over the saved answers of a small network.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{Heard, Stage, assert_heard};

const SAVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/access");

/// The network in which all is as it should be, with one file's text changed.
fn saved(file: &str, from: &str, to: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(SAVED).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        if name == file {
            assert!(text.contains(from), "{file} holds no {from}");
            text = text.replace(from, to);
        }
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

async fn audit(folder: &Path, words: &[&str]) -> Heard {
    let from = folder.to_str().unwrap();
    let words = [&["access", "audit", "orders", "--from", from], words].concat();
    Stage::new().arguments(&words).run().await
}

#[tokio::test(start_paused = true)]
async fn all_is_as_it_should_be() {
    let heard = audit(Path::new(SAVED), &[]).await;
    assert_eq!(heard.code, 0, "{heard}");
    assert_heard!("audit_passed", heard);
}

#[tokio::test(start_paused = true)]
async fn what_failed_comes_with_its_remedy() {
    let folder = saved(
        "describe-network-acls.json",
        "\"RuleAction\": \"deny\",\n     \"Protocol\": \"6\"",
        "\"RuleAction\": \"allow\",\n     \"Protocol\": \"6\"",
    );
    fs::remove_file(folder.path().join("describe-vpc-endpoints.json")).unwrap();
    let heard = audit(folder.path(), &[]).await;
    assert_eq!(heard.code, 7, "{heard}");
    assert_heard!("audit_failed", heard);
    let heard = audit(folder.path(), &["--output", "json"]).await;
    let document: Value = serde_json::from_str(&heard.stdout).unwrap();
    assert_eq!((heard.code, &document["exit_code"]), (7, &7.into()));
    assert_eq!(document["counts"], serde_json::json!({"passed": 20, "failed": 1, "not_checked": 5}));
    let check = document["checks"].as_array().unwrap().iter().find(|check| check["id"] == "acl-ssh-rdp").unwrap();
    assert_eq!(check["verdict"], "fail");
    assert_eq!(check["answers"][0], "Security Hub EC2.21");
    assert!(check["remedy"]["commands"][0].as_str().unwrap().contains("--rule-number 9 "), "{check:#}");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_read_is_never_taken_for_fine() {
    let folder = saved("describe-vpcs.json", "10.0.0.0/16", "10.0.0.0/16");
    fs::remove_file(folder.path().join("get-document.json")).unwrap();
    let heard = audit(folder.path(), &[]).await;
    assert_eq!(heard.code, 9, "{heard}");
    assert!(heard.stdout.contains("2 not checked"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn a_person_names_bastion_and_groups() {
    let heard = audit(Path::new(SAVED), &["--group", "sg-reports"]).await;
    assert_eq!(heard.code, 7, "{heard}");
    assert!(heard.stdout.contains("sg-db lets in tcp 5432 from sg-application"), "{heard}");
    let heard = audit(Path::new(SAVED), &["--bastion", "i-other"]).await;
    assert_eq!(heard.code, 9, "{heard}");
    assert!(heard.stdout.contains("i-other isn't among the machines that were read"), "{heard}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_judged_is_usage() {
    let stage = Stage::new();
    let empty = tempfile::tempdir().unwrap();
    let broken = saved("describe-vpcs.json", "{", "[");
    let at = |folder: &TempDir| folder.path().to_str().unwrap().to_owned();
    let table = [
        (vec!["orders".into(), "--from".into(), "/nowhere".into()], "/nowhere"),
        (vec!["orders".into(), "--from".into(), at(&empty)], "holds no file that ends with .json"),
        (vec!["orders".into(), "--from".into(), at(&broken)], "describe-vpcs.json isn't JSON"),
        (
            vec!["invoices".into(), "--from".into(), SAVED.to_owned()],
            "invoices isn't among the databases in the files (orders)",
        ),
        (
            vec!["orders".into(), "--from".into(), SAVED.to_owned(), "--region".into(), "eu-west-2".into()],
            "cannot be used",
        ),
    ];
    for (words, expected) in table {
        let words: Vec<&str> = ["access", "audit"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let heard = stage.arguments(&words).run().await;
        assert_eq!(heard.code, 2, "{heard}");
        assert!(heard.stderr.contains(expected), "{expected}: {heard}");
    }
}
