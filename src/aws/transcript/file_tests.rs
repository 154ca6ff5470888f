//! The file itself: what it is, and what becomes of a run that can't write it.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};

use super::*;

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn the_first_line_says_what_runs_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transcript");
    let command = words(
        "tunnel arn:aws:rds:eu-west-2:123456789012:db:orders --tag=x --tag password=letmein -- psql postgres://a:hush@b",
    );
    Transcript::begin(&path, &command, Some("eu-west-2"), true).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let line: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let expected =
        words("tunnel arn:aws:rds:eu-west-2:111111111111:db:orders --tag=x --tag password=[secret_1] -- [masked]");
    let expected: Vec<String> = expected.iter().map(|word| word.replace('_', " ")).collect();
    assert_eq!(line["command"], json!(expected));
    assert_eq!((&line["format"], &line["region"], &line["sandbox"]), (&json!(1), &json!("eu-west-2"), &json!(true)));
}

#[tokio::test]
async fn nothing_that_is_there_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("there"), folder.path().join("link"));
    fs::write(&path, "precious").unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &link).unwrap();
    for path in [&path, &link] {
        let refused = Transcript::begin(path, &[], None, false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert!(!folder.path().join("elsewhere").exists());
}

#[tokio::test]
async fn what_cannot_be_written_is_told_once_and_leaves_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transcript");
    let transcript = Transcript::begin(&path, &[], None, false).unwrap();
    assert_eq!(transcript.trouble(), None);
    // A file that can only be read takes nothing, as a full disk does.
    transcript.writing().file = File::open(&path).unwrap();
    transcript.writing().append(&json!({"sequence": 1}));
    let trouble = transcript.trouble().unwrap();
    assert!(trouble.contains("transcript lacks calls"), "{trouble}");
    let lines = fs::read_to_string(&path).unwrap();
    assert!(lines.lines().count() == 1 && lines.ends_with("}\n"), "{lines}");
}
