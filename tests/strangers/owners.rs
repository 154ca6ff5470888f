//! Two runs on one machine: the built program against itself, in a sandbox. No stranger is needed.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use super::process::{Owned, command, until};

const MIGRATE: [&str; 3] = ["migrate", "orders", "--sandbox"];
const RESUME: [&str; 3] = ["resume", "orders", "--sandbox"];

/// Real waits of some twenty seconds for a whole migration, so that an owner is still there when it is looked for.
fn program(folder: &TempDir, words: &[&str]) -> Command {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_rds-encrypt")), folder.path());
    command.env("USER", "ada").args(words).arg("--state-dir").arg(folder.path().join("state"));
    command
}

/// Starts a run and waits until it has asked AWS for something.
fn start(folder: &TempDir, words: &[&str], run: &str) -> Owned {
    let stderr = folder.path().join(run);
    let mut command = program(folder, words);
    let stderr_file = fs::File::create(&stderr).expect("a file");
    let mut running = Owned(command.stderr(stderr_file).spawn().expect("the program starts"));
    until("the first call", || {
        assert!(running.ended().is_none(), "it ended: {}", said(folder, run));
        said(folder, run).contains("asking CreateDBSnapshot").then_some(())
    });
    running
}

fn said(folder: &TempDir, run: &str) -> String {
    fs::read_to_string(folder.path().join(run)).unwrap_or_default()
}

/// Everything in the state directory but the world, whose time goes on.
fn state_file(folder: &TempDir) -> Vec<u8> {
    let region = folder.path().join("state/sandbox/000000000000/eu-west-2");
    let files = fs::read_dir(region).expect("a folder").map(|entry| entry.expect("an entry").path());
    let file = files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "json"));
    fs::read(file.expect("a state file")).expect("readable")
}

#[test]
fn the_second_is_told_who_runs_and_a_killed_owner_binds_nobody() {
    let folder = TempDir::new().expect("a folder");
    let mut owner = start(&folder, &MIGRATE, "first");
    let process = owner.0.id().to_string();
    let before = journal_length(&state_file(&folder));

    for words in [MIGRATE, RESUME] {
        let second = program(&folder, &words).output().expect("it runs");
        let stderr = String::from_utf8_lossy(&second.stderr).into_owned();
        assert_eq!(second.status.code(), Some(6), "{words:?}: {stderr}");
        let sentence = stderr.lines().find(|line| line.starts_with("error: ")).expect("a sentence");
        let (_, owner) = sentence.split_once(" is in use by ada@").unwrap_or_else(|| panic!("{sentence}"));
        assert!(owner.contains(&format!(", process {process}, since 20")), "{sentence}");
        assert!(stderr.contains("let that run end, or end it"), "{stderr}");
    }
    let status = program(&folder, &["status", "orders", "--sandbox"]).output().expect("it runs");
    let shown = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(shown.contains(&process), "status names the owner: {shown}");
    assert!(owner.ended().is_none(), "the owner runs on");
    assert!(journal_length(&state_file(&folder)) >= before);

    assert!(owner.kill());
    let status = program(&folder, &["status", "orders", "--sandbox"]).output().expect("it runs");
    assert!(!String::from_utf8_lossy(&status.stdout).contains(&process), "the dead own nothing");
    let next = program(&folder, &RESUME).output().expect("it runs");
    assert_eq!(next.status.code(), Some(0), "{}", String::from_utf8_lossy(&next.stderr));
    let content: serde_json::Value = serde_json::from_slice(&state_file(&folder)).expect("JSON");
    let journal = content["journal"].as_array().expect("a journal");
    let creates = journal.iter().filter(|intent| intent["call"]["action"] == "CreateDBSnapshot").count();
    assert_eq!(creates, 1, "{content:#}");
}

fn journal_length(bytes: &[u8]) -> usize {
    let content: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
    content["journal"].as_array().expect("a journal").len()
}
