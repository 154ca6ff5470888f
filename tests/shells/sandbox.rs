//! The sandbox as the other end: its agent, its shells, its KMS, its records of sessions.

use std::{collections::BTreeSet, process::Output, time::Duration};

use rds_encrypt::{
    policy::{Command, Scope, With, policy},
    sandbox::{Act, Document, Habits, Options, Sandbox, SessionType, Shells, Switches, serve},
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{
    other_end::Place,
    screen::{Screen, catching, piped, program},
};

/// The machine of the sandbox that reaches its databases.
pub(super) const BASTION: &str = "i-0a7c3e91d5b2f8460";
const KEY: &str = "alias/sandbox";
pub(super) const PROMPT: &str = "sh-5.2$ ";

/// A served sandbox whose sessions run shells, and where it is.
pub(super) async fn served(habits: Habits) -> (Sandbox, Place) {
    let habits = Habits { pause: Duration::ZERO, first_output: Duration::ZERO, ..habits };
    let switches = Switches { sessions: habits, ..Switches::default() };
    let sandbox = Sandbox::open(Options { switches, shells: Shells::Loopback, ..Options::default() }).expect("a world");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(sandbox.clone(), listener, std::future::pending()));
    (sandbox, Place::new(address, BASTION))
}

async fn open(habits: Habits) -> (Sandbox, Screen) {
    let (sandbox, place) = served(habits).await;
    let mut screen = Screen::open(&place, &[]);
    screen.shows(PROMPT).await;
    (sandbox, screen)
}

async fn run(place: &Place, words: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder");
    let mut process = piped(place, words, &folder).spawn().expect("it starts");
    drop(process.stdin.take());
    process.wait_with_output().await.expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Everything that was asked for is in the policy that `policy` prints; gives the names.
pub(super) fn permitted(sandbox: &Sandbox, command: Command, with: &[With]) -> BTreeSet<String> {
    let policy = policy(command, with, &Scope::default());
    let operation = |action: &str| action.rsplit(':').next().unwrap_or_default().to_owned();
    let allowed: BTreeSet<String> = policy.actions().into_iter().map(operation).collect();
    let asked: BTreeSet<String> = sandbox.calls().into_keys().filter(|name| name != "GetCallerIdentity").collect();
    assert!(asked.is_subset(&allowed), "{asked:?} of {allowed:?}");
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_from_prompt_to_exit() {
    let (sandbox, mut screen) = open(Habits::default()).await;
    screen.types("stty size\r");
    screen.shows("24 80").await;
    screen.types("printf 'gr%s\\n' üße-日本-🦀\r");
    screen.shows("grüße-日本-🦀").await;
    screen.resize(40, 120);
    // It comes some time after the window's change.
    screen.types("until [ \"$(stty size)\" = '40 120' ]; do sleep 0.01; done; echo re''sized\r");
    screen.shows("resized").await;
    screen.types(&catching("INT"));
    screen.shows("ready").await;
    screen.types("\u{3}");
    screen.shows("caught").await;
    screen.shows(PROMPT).await;
    screen.types("exit 3\r");
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(0), "{shown}");
    assert_eq!(sandbox.calls().get("TerminateSession").map_or(0, |calls| calls.answered), 0);
}

/// `less` takes the whole screen, draws anew at another size, and gives the screen back.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_screen_program() {
    if super::missing("less") {
        return;
    }
    let (_sandbox, mut screen) = open(Habits::default()).await;
    screen.types("seq 1 1000 | sed 's/^/row /' | less; echo le''ft\r");
    screen.shows("row 23").await;
    screen.types("G");
    screen.shows("row 1000").await;
    screen.types("500g");
    screen.shows("row 522").await;
    screen.resize(45, 100);
    screen.shows("row 543").await;
    screen.types("/row 777\r");
    screen.shows("row 777").await;
    screen.types("q");
    screen.shows("left").await;
    screen.types("exit\r");
    assert_eq!(screen.ends().await.0.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_shell() {
    for requires_challenge_response in [false, true] {
        let habits = Habits { kms: Some(KEY.into()), requires_challenge_response, ..Habits::default() };
        let (sandbox, place) = served(habits).await;
        let mut screen = Screen::open(&place, &[]);
        screen.shows("rds-encrypt: This session is encrypted using AWS KMS.").await;
        screen.types("stty size; echo gehe''im\r");
        screen.shows("24 80").await;
        screen.shows("geheim").await;
        screen.types("exit\r");
        let (status, shown) = screen.ends().await;
        assert_eq!(status.code(), Some(0), "{shown}");
        assert_eq!(sandbox.calls().get("GenerateDataKey").map_or(0, |calls| calls.answered), 1);
        permitted(&sandbox, Command::AccessShell, &[With::Kms]);
    }
}

/// An agent before 3.3.808.0 sends no challenge.
#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_shell_on_an_old_agent() {
    let habits = Habits { kms: Some(KEY.into()), agent_version: Some("3.2.1000.0".into()), ..Habits::default() };
    let (_sandbox, place) = served(habits).await;
    let output = run(&place, &["--", "echo gehe''im"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "geheim\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_their_exit_codes() {
    let document = Document {
        session_type: SessionType::NonInteractiveCommands,
        commands: Some("{{command}}".into()),
        separate_output_stream: true,
        ..Document::default()
    };
    let documents = [("Ours".to_owned(), document)].into();
    let (_sandbox, place) = served(Habits { documents, ..Habits::default() }).await;
    let words = ["--document", "Ours", "--reason", "case 7", "--", "echo out; echo err >&2; exit 7"];
    let output = run(&place, &words).await;
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("out\n".into(), "err\n".into()));
    // AWS's own document tells none.
    let output = run(&place, &["--", "echo out; exit 7"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "out\n");
    assert!(text(&output.stderr).contains("doesn't tell the command's exit code"), "{output:?}");
    let output = run(&place, &["--", "seq 1 50000"]).await;
    let expected: Vec<String> = (1..=50_000).map(|number| number.to_string()).collect();
    assert!(text(&output.stdout).lines().eq(expected), "{} bytes", output.stdout.len());
}

/// What `policy access shell` allows is what shells ask for, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn shells_ask_for_what_their_policy_allows() {
    let (sandbox, place) = served(Habits { kms: Some(KEY.into()), ..Habits::default() }).await;
    let folder = TempDir::new().expect("a folder");
    let words = ["access", "shell", "--for", "orders", "--", "sleep 1000"];
    let mut process = program(&place, &words, &folder).spawn().expect("it starts");
    let asked = |name: &str| sandbox.calls().contains_key(name);
    // A session that is cut before its key was asked for may end without one.
    while !asked("GenerateDataKey") {
        tokio::task::yield_now().await;
    }
    while !asked("ResumeSession") {
        sandbox.sessions().act(&Act::Cut, None);
        tokio::task::yield_now().await;
    }
    let pid = process.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw).expect("it runs");
    kill_process(pid, Signal::TERM).expect("it runs");
    assert_eq!(process.wait().await.expect("it ends").code(), Some(5));
    let asked = permitted(&sandbox, Command::AccessShell, &[With::Kms]);
    // The web socket is no call that is counted.
    let expected = policy(Command::AccessShell, &[With::Kms], &Scope::default());
    let expected = expected.actions().into_iter().filter(|action| *action != "ssmmessages:OpenDataChannel");
    assert_eq!(asked, expected.filter_map(|action| Some(action.split_once(':')?.1.to_owned())).collect());
}

/// The agent resends what the old web socket lost, and the shell knows nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_web_socket_comes_back_in_silence() {
    let (sandbox, mut screen) = open(Habits::default()).await;
    for (round, act) in [Act::Cut, Act::Close, Act::Cut].iter().enumerate() {
        sandbox.sessions().act(act, None);
        screen.types(&format!("echo round $((10 + {round}))\r"));
        screen.shows(&format!("round 1{round}\r\n")).await;
        screen.shows(PROMPT).await;
    }
    screen.types("exit\r");
    let (status, shown) = screen.ends().await;
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(!shown.contains("rds-encrypt: the connection"), "{shown}");
}

/// However it is ended, the shell there ends, and so does the session.
#[tokio::test(flavor = "multi_thread")]
async fn signals_end_the_session_too() {
    for signal in [Signal::TERM, Signal::HUP] {
        let (sandbox, mut screen) = open(Habits::default()).await;
        screen.types("echo sl''eeps; sleep 1000\r");
        screen.shows("sleeps").await;
        screen.signal(signal);
        let (status, shown) = screen.ends().await;
        assert_eq!(status.code(), Some(5), "{signal:?}: {shown}");
        assert_eq!(sandbox.calls().get("TerminateSession").map_or(0, |calls| calls.answered), 1);
    }
}

/// Without shells the sandbox refuses, and the refusal is a sentence.
#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_without_shells_says_so() {
    let sandbox = Sandbox::open(Options { shells: Shells::None, ..Options::default() }).expect("a world");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = Place::new(listener.local_addr().expect("an address"), BASTION);
    tokio::spawn(serve(sandbox.clone(), listener, std::future::pending()));
    let output = run(&place, &["--", "true"]).await;
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stderr).contains("allow no shells"), "{output:?}");
}
