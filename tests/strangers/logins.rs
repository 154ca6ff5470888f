//! A login that Secrets Manager keeps, read from moto, for a client inside a tunnel of our own sandbox.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    moto::{DATABASE_PASSWORD, Moto},
    process::{REGION, command},
    served::Sandbox,
    sessions::BASTION,
};

/// What the client inside is given, written to a file and not to the terminal.
const CLIENT: &str = "printf '%s %s' \"$PGUSER\" \"$PGPASSWORD\" >login";

fn run(sandbox: &Sandbox, moto: &Moto, folder: &TempDir, words: &[&str]) -> Output {
    command(env!("CARGO_BIN_EXE_rds-encrypt").as_ref(), folder.path())
        .current_dir(folder.path())
        .args(["tunnel", "orders", "--bastion", BASTION, "-v", "--state-dir", "state"])
        .args(words)
        .args(["--", "sh", "-c", CLIENT])
        .env("RUST_LOG", "trace")
        .env("AWS_REGION", REGION)
        .env("AWS_ENDPOINT_URL", &sandbox.url)
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &moto.url)
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

#[test]
fn a_secret_logs_the_client_in_and_is_never_shown() {
    let (Some(moto), Some(sandbox)) = (Moto::start(), Sandbox::start_with(&[])) else { return };
    let folder = TempDir::new().expect("a folder");
    let keep = |name: &str, text: &str| {
        let kept = moto.aws.ask(&["secretsmanager", "create-secret", "--name", name, "--secret-string", text]);
        kept["ARN"].as_str().expect("an ARN").to_owned()
    };
    let login = |username: Option<&str>| -> Value {
        json!({ "username": username, "password": DATABASE_PASSWORD, "engine": "postgres", "port": 5432 })
    };
    let [whole, nameless, other] = [
        keep("whole", &login(Some("keeper")).to_string()),
        keep("nameless", &login(None).to_string()),
        keep("other", r#"{"api-key":"no-login-in-here"}"#),
    ];
    let mut said = String::new();
    for (words, expected) in [
        (vec!["--secret", &whole], "keeper"),
        (vec!["--secret", "whole"], "keeper"),
        (vec!["--secret", &whole, "--user", "reader"], "reader"),
        // Whoever the database's master user is.
        (vec!["--secret", &nameless], "orders_admin"),
    ] {
        let output = run(&sandbox, &moto, &folder, &words);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {text}");
        let given = std::fs::read_to_string(folder.path().join("login")).expect("the client ran");
        assert_eq!(given, format!("{expected} {DATABASE_PASSWORD}"), "{words:?}");
        std::fs::remove_file(folder.path().join("login")).expect("it was there");
        said.push_str(&text);
    }
    assert!(!said.contains(DATABASE_PASSWORD), "a password is shown");
    for (secret, code, words) in
        [(other.as_str(), 3, "holds no login"), ("missing", 3, "secretsmanager:GetSecretValue")]
    {
        let output = run(&sandbox, &moto, &folder, &["--secret", secret]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{secret}: {text}");
        assert!(text.contains(words) && !text.contains("no-login-in-here"), "{secret}: {text}");
    }
    assert!(!folder.path().join("login").exists(), "no client ran");
    let sessions = sandbox.aws.ask(&["ssm", "describe-sessions", "--state", "History"]);
    assert_eq!(sessions["Sessions"].as_array().map(Vec::len), Some(4), "what can't be read costs no session");
}
