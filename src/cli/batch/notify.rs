//! A command of a person's own, run when a person is needed.

use std::process::Stdio;

use crate::cli::Surroundings;

/// Runs it by the shell, with what happened in its environment. Whatever it does changes nothing here.
pub(super) async fn run(command: &str, message: &str, around: &mut Surroundings) {
    let spawned = tokio::process::Command::new("sh")
        .args(["-c", command])
        .env("RDS_ENCRYPT_MESSAGE", message)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let why = match spawned.await {
        Ok(status) if status.success() => return,
        Ok(status) => format!("it ended with {status}"),
        Err(error) => error.to_string(),
    };
    around.output.problem(&format!("nobody was notified by `{command}`: {why}\n"));
}
