//! What only happens outside of the sandbox: the question, the list of keys, credentials, Regions.
//!
//! The "real account" is a sandbox on loopback. Credentials come from the environment, so these tests run in a child
//! process that has one of its own; time is real there, and AWS's runs fast.

use std::{
    collections::BTreeSet,
    env,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use rds_encrypt::sandbox::{How, Options, Switches, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::stage::{Heard, Stage, assert_heard};

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
    served_with(Options { speed: 20_000.0, ..Options::default() }).await
}

async fn served_with(options: Options) -> (Stage, String) {
    let stage = Stage::with(options);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let flags = format!("--endpoint-url http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(stage.sandbox.clone(), listener, std::future::pending()));
    (stage, flags)
}

/// Runs a command; somebody answers its question, or nobody is there.
async fn answered(stage: &Stage, words: &str, answer: Option<bool>) -> Heard {
    let command = stage.command(words);
    match answer {
        Some(yes) => command.answered(yes).run().await,
        None => command.run().await,
    }
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
        ("plan_without_a_key", format!("plan orders {flags} --region eu-west-2"), None, 0),
        ("strict_plan_without_a_key", format!("plan orders {flags} --region eu-west-2 --strict"), None, 3),
        ("no_terminal", format!("migrate orders {key}"), None, 3),
        ("answered_no", format!("migrate orders {key}"), Some(false), 3),
        ("already_encrypted", format!("migrate ledger {key}"), None, 0),
        ("empty_region", format!("migrate orders {flags} --region us-east-1 --kms-key alias/sandbox"), None, 3),
        ("aws_own_key", format!("migrate orders {flags} --region eu-west-2 --kms-key alias/aws/rds"), Some(false), 3),
    ] {
        let heard = answered(&stage, &words, answer).await;
        assert_heard!(name, heard);
        // For machines each way out has its last line, with the exit code that the program ends with.
        let heard = answered(&stage, &format!("{words} --output json"), answer).await;
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
    a_deletion_takes_the_name(&stage, &flags).await;
}

/// `--yes` never stands for a deletion.
async fn a_deletion_takes_the_name(stage: &Stage, flags: &str) {
    let cleanup = format!("cleanup orders --abandon {flags}");
    let mut heard = stage.run(&format!("{cleanup} --yes")).await;
    // Whether its first backup is over by now is the machine's.
    heard.stderr = heard.stderr.replace("backing-up, ", "available, ");
    heard.stdout = heard.stdout.replace("backing-up, ", "available, ");
    assert_heard!("delete_without_terminal", heard);
    assert_eq!(heard.code, 3);
    for (answer, confirm) in
        [(Some("y"), ""), (Some(""), ""), (None, "--confirm order"), (Some("orders"), "--confirm no")]
    {
        let command = stage.command(&format!("{cleanup} {confirm}"));
        let heard = if let Some(answer) = answer { command.typed(answer).run().await } else { command.run().await };
        assert!(heard.stderr.contains("Nothing was removed"), "{answer:?} {confirm}: {heard}");
        assert_eq!(heard.code, 3, "{answer:?} {confirm}");
    }
    let left = crate::end::end(stage, "orders").await;
    assert!(left.instances.iter().any(|name| name.ends_with("-g1")), "{left:?}");
    let heard = stage.command(&cleanup).typed("orders").run().await;
    assert_eq!(heard.code, 0, "{heard}");
    let left = crate::end::end(stage, "orders").await;
    assert!(!left.instances.iter().any(|name| name.ends_with("-g1")), "{left:?}");
}

/// Where credentials are read from, in a child.
const CREDENTIALS: &str = "AWS_SHARED_CREDENTIALS_FILE";

fn credentials(access_key: &str) -> String {
    format!("[default]\naws_access_key_id = {access_key}\naws_secret_access_key = secret\n")
}

/// Somebody renews the credentials while a run waits: it takes the new ones by itself.
#[test]
fn renewed_credentials() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), credentials("AKIDOLD")).unwrap();
    let path = file.path().to_str().unwrap();
    in_a_child("child_renewed_credentials", &[("AWS_REGION", "eu-west-2"), (CREDENTIALS, path)]);
}

#[tokio::test]
#[ignore = "runs in a child"]
async fn child_renewed_credentials() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let (stage, flags) = served().await;
    let (flags, keys) = overheard(&flags).await;
    stage.order("DescribeDBInstances", 12, 40, expired());
    let renewing = async {
        while !keys.lock().unwrap().contains("AKIDOLD") || std::fs::read_dir(stage.folder()).unwrap().next().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        std::fs::write(env::var_os(CREDENTIALS).unwrap(), credentials("AKIDNEW")).unwrap();
    };
    let command = stage.command(&format!("migrate orders {flags} --kms-key alias/sandbox --yes")).attended();
    let (heard, ()) = tokio::join!(command.run(), renewing);
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stderr.contains("aws sso login"), "{heard}");
    let keys = keys.lock().unwrap().clone();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["AKIDNEW", "AKIDOLD"]);
}

type Keys = Arc<Mutex<BTreeSet<String>>>;

/// Puts itself before an endpoint, and notes with which access keys requests are signed.
async fn overheard(flags: &str) -> (String, Keys) {
    let endpoint = flags.rsplit_once("http://").unwrap().1.to_owned();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let flags = format!("--endpoint-url http://{}", listener.local_addr().unwrap());
    let keys = Keys::default();
    let heard = keys.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, TcpStream::connect(&endpoint).await.unwrap(), heard.clone()));
        }
    });
    (flags, keys)
}

async fn pass_on(client: TcpStream, server: TcpStream, keys: Keys) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let signed = text.split("Credential=").nth(1).and_then(|rest| rest.split('/').next());
        keys.lock().unwrap().extend(signed.map(str::to_owned));
        if to_server.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
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

#[test]
fn half_removed() {
    in_a_child("child_half_removed", &[("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")]);
}

/// What is being removed is made again on a person's word alone, as if for the first time.
#[tokio::test]
#[ignore = "runs in a child"]
async fn child_half_removed() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let switches = Switches { bare_vpc: true, ..Switches::default() };
    // What a setup waits for in minutes is long beside a busy machine's pauses.
    let (stage, flags) = served_with(Options { speed: 600.0, switches, ..Options::default() }).await;
    let (setup, teardown) =
        ["setup", "teardown"].map(|verb| format!("access {verb} bare {flags} --region eu-west-2")).into();
    let made = stage.run(&format!("{setup} --yes --allow-iam")).await;
    assert!(made.stderr.contains("parts stand around bare"), "{made}");
    stage.order("DeleteRole", 0, 1, How::Deny);
    assert_eq!(stage.run(&format!("{teardown} --yes")).await.code, 8);
    let calls = || stage.sandbox.calls().into_iter().filter(|(name, _)| name.starts_with("Create")).collect::<Vec<_>>();
    let before = calls();
    for (words, answer, said) in [
        (setup.clone(), None, "nothing was begun: without a terminal to ask on"),
        (setup.clone(), Some(false), "Nothing was begun"),
        (format!("{setup} --yes"), None, "what is made in IAM takes --allow-iam as well"),
    ] {
        let heard = answered(&stage, &words, answer).await;
        assert_eq!(heard.code, 3, "{heard}");
        assert!(heard.stderr.contains("its removal has begun") && heard.stderr.contains(said), "{heard}");
        assert!(heard.stderr.contains("rds-encrypt access teardown bare"), "{heard}");
    }
    assert_eq!(calls(), before);
    let again = stage.run(&format!("{setup} --yes --allow-iam")).await;
    assert!(again.stderr.contains("parts stand around bare"), "{again}");
    assert_eq!(stage.run(&format!("{teardown} --yes")).await.code, 0);
}
