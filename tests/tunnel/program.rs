//! The program as a process, with Session Manager played by our sandbox or by the independent peer.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Output, Stdio},
};

use rds_encrypt::sandbox::{Dial, Options, Sandbox, serve};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdout, Command},
};

use super::{
    peer_process::{Peer, echo, echoed},
    peer_service::CREDENTIALS,
};

/// The machine of the sandbox that reaches its databases.
pub(super) const BASTION: &str = "i-0a7c3e91d5b2f8460";

/// A sandbox behind whose databases an echo is.
pub(super) async fn served() -> (Sandbox, SocketAddr) {
    let sandbox = Sandbox::open(Options::default()).expect("a world");
    let to = echo().await;
    sandbox.sessions().served_by(move |_| Some(Dial::Local(to)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(sandbox.clone(), listener, std::future::pending()));
    (sandbox, address)
}

/// The program with these words, which nothing around it leads astray.
pub(super) fn program(endpoint: SocketAddr, folder: &TempDir, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rds-encrypt"));
    command
        .args(["--state-dir".as_ref(), folder.path().as_os_str()])
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("AWS_ACCESS_KEY_ID", CREDENTIALS.0)
        .env("AWS_SECRET_ACCESS_KEY", CREDENTIALS.1)
        .env("AWS_REGION", "eu-west-2")
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A tunnel that is open.
struct Opened {
    process: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Opened {
    /// Starts it and waits until clients can connect.
    async fn start(mut command: Command) -> Self {
        let mut process = command.spawn().expect("it starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).await.expect("a line");
        let Some(port) = line.strip_prefix("127.0.0.1:").and_then(|rest| rest.split(' ').next()?.parse().ok()) else {
            let output = process.wait_with_output().await.expect("it ends");
            panic!("{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        Self { process, lines, port }
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.expect("the tunnel listens")
    }

    /// Ends it as Ctrl-C does; with what it said.
    async fn interrupted(self) -> Output {
        signal(&self.process, Signal::INT);
        let output = self.process.wait_with_output().await.expect("it ends");
        drop(self.lines);
        output
    }
}

fn signal(process: &Child, signal: Signal) {
    let pid = process.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw).expect("it runs");
    kill_process(pid, signal).expect("it runs");
}

pub(super) fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The peer verifies each signature, and the whole protocol.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_program_on_the_independent_peer() {
    let Some(peer) = Peer::start(&["--no-throttle", "--target", BASTION]).await else { return };
    let ((_sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let mut command = program(endpoint, &folder, &["tunnel", "db.internal:5432", "--bastion", BASTION]);
    command.env("AWS_ENDPOINT_URL_SSM", peer.url());
    let tunnel = Opened::start(command).await;
    echoed(tunnel.client().await, 1, 4 << 20).await;
    tokio::join!(echoed(tunnel.client().await, 2, 1 << 20), echoed(tunnel.client().await, 3, 1 << 20));
    let output = tunnel.interrupted().await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(said(&output).matches("Connection accepted for session [").count(), 3, "{}", said(&output));
    peer.assert_no_violations().await;
}

/// Nobody waits for minutes for a session whose tokens are never any good.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_expire_before_they_are_used_end_it_with_the_reason() {
    let Some(peer) = Peer::start(&["--no-throttle", "--target", BASTION]).await else { return };
    peer.control(&serde_json::json!({ "set": { "token_ttl_s": 0 } })).await;
    let ((_sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let mut command = program(endpoint, &folder, &["tunnel", "db.internal:5432", "--bastion", BASTION, "--", "true"]);
    command.env("AWS_ENDPOINT_URL_SSM", peer.url());
    let output = command.output().await.expect("it runs");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("in a row, before the agent said anything"), "{}", said(&output));
}

/// What a command inside sees and answers.
async fn inside(words: &[&str]) -> (Sandbox, Output) {
    let ((sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let output = program(endpoint, &folder, &[&["tunnel", "orders", "--"], words].concat()).output().await;
    (sandbox, output.expect("it runs"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_finds_the_database_and_gives_its_own_exit_code() {
    let script = "echo \"$PGHOST $PGHOSTADDR $PGSSLMODE $PGUSER $PGDATABASE\"; test \"$PGPORT\" = \"$1\" && exit 7";
    let (sandbox, output) = inside(&["sh", "-c", script, "sh", "{port}"]).await;
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "orders.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com 127.0.0.1 verify-full orders_admin orders\n",
        "stdout is the command's alone"
    );
    assert_eq!(sandbox.calls().get("TerminateSession").map(|calls| calls.answered), Some(1));
}

/// The session is there by then, and is ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_not_there_is_named() {
    let (sandbox, output) = inside(&["no-such-client", "{host}"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("no-such-client can't be run"), "{}", said(&output));
    assert_eq!(sandbox.calls().get("TerminateSession").map(|calls| calls.answered), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_placeholder_that_is_not_known_costs_no_session() {
    let (sandbox, output) = inside(&["cat", "{ca}"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("{ca} isn't known here: give --ca FILE"), "{}", said(&output));
    assert!(!sandbox.calls().contains_key("StartSession"));
}

/// Ctrl-C is psql's: it ends a query there. SIGTERM is for all of us.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_keeps_the_keyboard_and_hears_of_an_end() {
    let ((sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let script = "trap 'echo ended; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    let mut process =
        program(endpoint, &folder, &["tunnel", "orders", "--", "sh", "-c", script]).spawn().expect("it runs");
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("ready"));
    for _ in 0..3 {
        signal(&process, Signal::INT);
    }
    signal(&process, Signal::TERM);
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("ended"));
    let output = process.wait_with_output().await.expect("it ends");
    assert_eq!(output.status.code(), Some(9), "{}", said(&output));
    assert_eq!(sandbox.calls().get("TerminateSession").map(|calls| calls.answered), Some(1));
}

/// A token is signed for the database's own name and port, whatever the client dials.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_token_is_for_the_real_endpoint_and_never_shown() {
    let ((_sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let kept = folder.path().join("token");
    let script = format!("printf %s \"$PGPASSWORD\" >'{}'", kept.display());
    let words = ["-v", "tunnel", "orders", "--iam-auth", "--user", "reader", "--", "sh", "-c", &script];
    let output = program(endpoint, &folder, &words).output().await.expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let token = std::fs::read_to_string(kept).expect("a token");
    let front = "orders.c1x2k3q4w5e6.eu-west-2.rds.amazonaws.com:5432/?Action=connect&DBUser=reader&";
    assert!(token.starts_with(front) && token.contains("X-Amz-Signature="), "{token}");
    let signature = token.rsplit("X-Amz-Signature=").next().expect("a signature");
    assert!(!said(&output).contains(signature), "{}", said(&output));
}

/// A program that stands in for AWS's plugin: it writes down what it is given, and waits.
fn plugin(folder: &TempDir, version: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let (programs, heard) = (folder.path().join("bin"), folder.path().join("heard"));
    std::fs::create_dir(&programs).expect("a folder");
    let path = programs.join("session-manager-plugin");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && {{ echo {version}; exit; }}\n\
         for word in \"$@\"; do echo \"$word\"; done >'{heard}'\necho \"$AWS_SSM_START_SESSION_RESPONSE\" >>'{heard}'\n\
         echo 'Waiting for connections...'\n",
        heard = heard.display()
    );
    std::fs::write(&path, script).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its owner");
    programs
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_plugin_gets_what_aws_cli_gives_it_and_no_secret_on_its_command_line() {
    let ((sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let path = format!("{}:/usr/bin:/bin", plugin(&folder, "1.2.764.0").display());
    let mut command = program(endpoint, &folder, &["tunnel", "orders", "--plugin"]);
    let output = command.env("PATH", path).output().await.expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let heard = std::fs::read_to_string(folder.path().join("heard")).expect("words");
    let heard: Vec<&str> = heard.lines().collect();
    assert_eq!(heard[..4], ["AWS_SSM_START_SESSION_RESPONSE", "eu-west-2", "StartSession", ""], "{heard:?}");
    let asked: serde_json::Value = serde_json::from_str(heard[4]).expect("what was asked");
    assert_eq!(asked["Target"], BASTION);
    assert_eq!(asked["Parameters"]["portNumber"], serde_json::json!(["5432"]));
    assert!(heard[5].starts_with("https://ssm."), "{heard:?}");
    let given: serde_json::Value = serde_json::from_str(heard[6]).expect("what was answered");
    let token = given["TokenValue"].as_str().expect("a token");
    assert!(!token.is_empty() && !said(&output).contains(token) && heard[..6].iter().all(|word| !word.contains(token)));
    assert_eq!(sandbox.calls().get("TerminateSession").map(|calls| calls.answered), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_shows_secrets_or_is_not_there_is_refused_before_a_session() {
    let ((sandbox, endpoint), folder) = (served().await, TempDir::new().expect("a folder"));
    let path = format!("{}:/usr/bin:/bin", plugin(&folder, "1.2.497.0").display());
    for (path, says) in [(path.as_str(), "on its command line"), ("/nowhere", "isn't installed")] {
        let mut command = program(endpoint, &folder, &["tunnel", "orders", "--plugin"]);
        let output = command.env("PATH", path).output().await.expect("it runs");
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(said(&output).contains(says), "{}", said(&output));
    }
    assert!(!sandbox.calls().contains_key("StartSession"));
}
