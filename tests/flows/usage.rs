//! `--help` of each command, and what can't be parsed. The program itself runs, since help is laid out for the
//! terminal that it finds; clap checks its own definitions whenever a debug build parses.

use std::process::{Command, Stdio};

fn heard(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_rds-encrypt");
    let output =
        Command::new(program).args(arguments).env_remove("COLUMNS").stdin(Stdio::null()).output().expect("a program");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    format!(
        "exit {}\n== stdout\n{}== stderr\n{}",
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr)
    )
}

#[test]
fn help_of_each_command() {
    for (name, arguments) in [
        ("help", vec!["--help"]),
        ("help_short", vec!["-h"]),
        ("help_scan", vec!["scan", "--help"]),
        ("help_plan", vec!["plan", "--help"]),
        ("help_migrate", vec!["migrate", "--help"]),
        ("help_resume", vec!["resume", "--help"]),
        ("help_status", vec!["status", "--help"]),
        ("help_verify", vec!["verify", "--help"]),
        ("help_tunnel", vec!["tunnel", "--help"]),
        ("help_access", vec!["access", "--help"]),
        ("help_access_audit", vec!["access", "audit", "--help"]),
        ("help_access_setup", vec!["access", "setup", "--help"]),
        ("help_access_teardown", vec!["access", "teardown", "--help"]),
        ("help_access_shell", vec!["access", "shell", "--help"]),
        ("help_access_sessions", vec!["access", "sessions", "--help"]),
        ("help_policy", vec!["policy", "--help"]),
        ("help_sandbox", vec!["sandbox", "--help"]),
        ("help_sandbox_serve", vec!["sandbox", "serve", "--help"]),
    ] {
        insta::assert_snapshot!(name, heard(&arguments));
    }
}

#[test]
fn what_cannot_be_parsed() {
    for (name, arguments) in [
        ("no_command", vec![]),
        ("unknown_command", vec!["encrypt", "orders"]),
        ("no_database", vec!["migrate"]),
        ("unknown_option", vec!["migrate", "orders", "--key", "alias/orders"]),
        ("plan_and_database", vec!["migrate", "orders", "--plan", "orders.plan"]),
        ("quiet_and_verbose", vec!["status", "-q", "-v"]),
        ("policy_of_nothing", vec!["policy", "access"]),
        ("policy_with_another", vec!["policy", "tunnel", "--with", "quarantine"]),
        ("speed_out_of_range", vec!["sandbox", "serve", "--speed", "0"]),
    ] {
        insta::assert_snapshot!(name, heard(&arguments));
    }
}

/// stdout is the policy alone, whatever is said besides; nobody is asked, and no credentials are needed.
#[test]
fn a_policy() {
    for (name, arguments) in [
        ("policy_verify", "policy verify --database orders"),
        (
            "policy_cleanup",
            "policy cleanup --database orders --with abandon --account 111122223333 --region cn-north-1",
        ),
        ("policy_json", "policy access sessions --with terminate --output json -q"),
    ] {
        insta::assert_snapshot!(name, heard(&arguments.split(' ').collect::<Vec<_>>()));
    }
}

/// What only reads our own files needs no sandbox, and makes none.
#[test]
fn a_look_at_what_is_remembered_leaves_nothing_behind() {
    let folder = tempfile::TempDir::new().unwrap();
    let state = folder.path().join("state");
    for (command, code) in [("status", 0), ("resume", 2)] {
        let heard = heard(&[command, "--sandbox", "--state-dir", state.to_str().unwrap()]);
        assert!(heard.starts_with(&format!("exit {code}")), "{heard}");
        assert!(!state.exists(), "{command} made {}", state.display());
    }
}
