//! One command, and shells without a terminal.

use std::process::Output;

use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::{
    other_end::{Habits, OtherEnd, TARGET},
    screen::piped,
};

async fn run(habits: Habits, words: &[&str], input: &str) -> (OtherEnd, Output) {
    let (other, folder) = (OtherEnd::start(habits).await, TempDir::new().expect("a folder"));
    let mut process = piped(&other.place, words, &folder).spawn().expect("it starts");
    let mut stdin = process.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).await.expect("it reads");
    drop(stdin);
    let output = process.wait_with_output().await.expect("it ends");
    other.assert_no_trouble();
    (other, output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn output_errors_and_exit_code_are_passed_on() {
    let habits = Habits { separates: true, ..Habits::default() };
    let (other, output) = run(habits, &["--reason", "case 7", "--", "echo out; echo err >&2; exit 7"], "").await;
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("out\n".into(), "err\n".into()));
    let command = json!(["echo out; echo err >&2; exit 7"]);
    let expected = json!({"Target": TARGET, "DocumentName": "AWS-StartNonInteractiveCommand", "Reason": "case 7",
                          "Parameters": {"command": command}});
    assert_eq!(other.calls("StartSession"), [expected]);
    assert!(other.seen.lock().expect("no panic").sizes.is_empty(), "a command has no terminal");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_exit_code_it_says_so() {
    let (_, output) = run(Habits::default(), &["--", "echo", "a  b", "$HOME"], "").await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "a  b $HOME\n");
    assert!(text(&output.stderr).contains("doesn't tell the command's exit code"), "{output:?}");
}

/// The other end prints a megabyte, and all of it comes.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_long_output_is_lost() {
    let (_, output) = run(Habits::default(), &["--", "seq 1 150000"], "").await;
    let expected: Vec<String> = (1..=150_000).map(|number| number.to_string()).collect();
    assert!(text(&output.stdout).lines().eq(expected), "{} bytes", output.stdout.len());
}

/// Without a terminal: a size of its own, and the end of input is Ctrl-D.
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_typed_into_a_shell() {
    let (other, output) = run(Habits::default(), &[], "stty size\necho fini''shed").await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = text(&output.stdout);
    assert!(shown.contains("100 300") && shown.contains("finished"), "{output:?}");
    assert!(other.seen.lock().expect("no panic").inputs.concat().ends_with(b"\r\x04"));
}

/// Ctrl-C is the command's; once more, it is ours.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_goes_to_the_command_first() {
    use rustix::process::{Pid, Signal, kill_process};
    use tokio::io::{AsyncBufReadExt, BufReader};
    let (other, folder) = (OtherEnd::start(Habits::default()).await, TempDir::new().expect("a folder"));
    let script = "trap 'echo heard' INT; echo ready; while :; do sleep 0.05; done";
    let mut process = piped(&other.place, &["--", script], &folder).spawn().expect("it starts");
    let pid = process.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw).expect("it runs");
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("ready"));
    kill_process(pid, Signal::INT).expect("it runs");
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("heard"));
    kill_process(pid, Signal::INT).expect("it runs");
    let output = process.wait_with_output().await.expect("it ends");
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert_eq!(other.calls("TerminateSession").len(), 1);
}
