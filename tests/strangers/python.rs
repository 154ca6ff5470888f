//! boto3, in the Python that the `aws` CLI runs on.

use std::{io::Write, path::PathBuf, process::Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    executables,
    process::{REGION, command},
};

/// A Python with boto3.
pub(super) struct Python(PathBuf);

impl Python {
    /// Finds it, or says loudly that it is missing.
    pub(super) fn find() -> Option<Self> {
        executables::python().map(Self)
    }

    /// Runs a script against an endpoint: what it is given on stdin, and what it prints, is JSON.
    pub(super) fn run(&self, script: &str, endpoint: &str, input: &Value) -> Value {
        let home = TempDir::new().expect("a temporary folder");
        let mut child = command(&self.0, home.path())
            .args(["-W", "ignore", "-c", script, endpoint, REGION])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python starts");
        child.stdin.take().expect("a pipe").write_all(input.to_string().as_bytes()).expect("the script listens");
        let output = child.wait_with_output().expect("Python ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }
}
