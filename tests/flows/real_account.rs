//! What only happens outside of the sandbox: the question, the list of keys, credentials, Regions.
//!
//! The "real account" is a sandbox on loopback. Credentials come from the environment, so these tests run in a child
//! process that has one of its own; time is real there, and AWS's runs fast.

use std::{env, process::Command};

use rds_encrypt::sandbox::{How, Options, serve};
use tokio::net::TcpListener;

use crate::stage::{Stage, assert_heard};

/// Says to a child that it is one.
const CHILD: &str = "RDS_ENCRYPT_FLOWS_CHILD";

/// Runs one ignored test of this file in a child with this environment, and nothing else of AWS's.
fn in_a_child(test: &str, variables: &[(&str, &str)]) {
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", &format!("real_account::{test}"), "--ignored", "--nocapture"]);
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        child.env_remove(name);
    }
    child.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").env(CHILD, "1");
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", words(&output.stdout), words(&output.stderr));
    assert!(words(&output.stdout).contains("1 passed"), "{}", words(&output.stdout));
}

/// A small world on loopback, and the flags that lead there.
async fn served() -> (Stage, String) {
    let stage = Stage::with(Options { speed: 20_000.0, ..Options::default() });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let flags = format!("--endpoint-url http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(stage.sandbox.clone(), listener, std::future::pending()));
    (stage, flags)
}

#[test]
fn with_credentials() {
    in_a_child("child_with_credentials", &[("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")]);
}

#[tokio::test]
#[ignore = "runs in a child"]
async fn child_with_credentials() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let (stage, flags) = served().await;
    let key = format!("{flags} --region eu-west-2 --kms-key alias/sandbox");
    for (name, words, answer, code) in [
        ("no_region", format!("migrate orders {flags}"), None, 2),
        ("no_key", format!("migrate orders {flags} --region eu-west-2"), None, 3),
        ("no_terminal", format!("migrate orders {key}"), None, 3),
        ("answered_no", format!("migrate orders {key}"), Some(false), 3),
        ("already_encrypted", format!("migrate ledger {key}"), None, 0),
        ("empty_region", format!("migrate orders {flags} --region us-east-1 --kms-key alias/sandbox"), None, 3),
        ("aws_own_key", format!("migrate orders {flags} --region eu-west-2 --kms-key alias/aws/rds"), Some(false), 3),
    ] {
        let command = stage.command(&words);
        let heard = match answer {
            Some(yes) => command.answered(yes).run().await,
            None => command.run().await,
        };
        assert_heard!(name, heard);
        // For machines each way out has its last line, with the exit code that the program ends with.
        let command = stage.command(&format!("{words} --output json"));
        let heard = match answer {
            Some(yes) => command.answered(yes).run().await,
            None => command.run().await,
        };
        let last = heard.stdout.lines().last().expect("a last line");
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        assert_eq!((&last["exit_code"], heard.code), (&code.into(), code), "{name}: {heard}");
        assert_eq!(heard.code, code, "{name}");
        assert!(std::fs::read_dir(stage.folder()).unwrap().next().is_none(), "{name}: nothing is begun");
    }
    stage.order("GetCallerIdentity", 0, 1, expired());
    let heard = stage.run(&format!("migrate orders {key}")).await;
    assert_heard!("expired", heard);
    assert_eq!(heard.code, 8);
    // A person says yes; the times of such a run are the machine's.
    let heard = stage.command(&format!("migrate orders {key}")).answered(true).run().await;
    assert_eq!(heard.code, 0, "{heard}");
    let heard = stage.run("status").await;
    assert!(heard.stdout.contains("finished: encrypted and"), "{heard}");
}

fn expired() -> How {
    How::Refuse {
        code: "ExpiredToken".into(),
        message: "The security token included in the request is expired".into(),
        status: 403,
    }
}

#[test]
fn without_credentials() {
    in_a_child("child_without_credentials", &[("AWS_REGION", "eu-west-2")]);
}

#[tokio::test]
#[ignore = "runs in a child"]
async fn child_without_credentials() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let (stage, flags) = served().await;
    let heard = stage.run(&format!("migrate orders {flags} --kms-key alias/sandbox")).await;
    assert_heard!("no_credentials", heard);
    assert_eq!(heard.code, 8);
}
