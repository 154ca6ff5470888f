//! Our own sandbox, served to strangers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::Stdio,
};

use serde_json::json;
use tempfile::TempDir;

use super::{
    aws_cli::AwsCli,
    process::{Owned, command},
};

/// A running `sandbox serve` and the `aws` CLI pointed at it.
pub(super) struct Sandbox {
    pub(super) url: String,
    pub(super) aws: AwsCli,
    _server: Owned,
    _folder: TempDir,
}

impl Sandbox {
    /// Starts one whose time runs so many times as fast as ours, or says loudly why not.
    pub(super) fn start(speed: &str) -> Option<Self> {
        Self::start_with(&["--speed", speed])
    }

    /// Starts one with these words more.
    pub(super) fn start_with(words: &[&str]) -> Option<Self> {
        let aws = AwsCli::find()?;
        Some(Self::serve(aws, TempDir::new().expect("a temporary folder"), words))
    }

    /// The same world, served anew in another time.
    pub(super) fn at_speed(self, speed: &str) -> Self {
        let Self { aws, url: _, _server: server, _folder: folder } = self;
        drop(server);
        Self::serve(aws, folder, &["--speed", speed])
    }

    fn serve(aws: AwsCli, folder: TempDir, words: &[&str]) -> Self {
        let mut server = Owned(
            command(Path::new(env!("CARGO_BIN_EXE_rds-encrypt")), folder.path())
                .args(["sandbox", "serve", "--state-dir"])
                .arg(folder.path().join("state"))
                .args(words)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the sandbox starts"),
        );
        let mut line = String::new();
        let stdout = server.0.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a first line");
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://127.0.0.1:"))
            .unwrap_or_else(|| panic!("the first line holds no URL: {line:?}"))
            .to_owned();
        Self { aws: aws.at(&url), url, _server: server, _folder: folder }
    }

    /// Orders the next calls of an operation to end in a status, and stay in it.
    pub(super) fn ends_as(&self, operation: &str, status: &str) {
        let order = json!({"operation": operation, "how": {"ends-as": {"status": status}}}).to_string();
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the sandbox listens");
        let head = "POST /_sandbox/misbehave HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
        write!(stream, "{head}content-length: {}\r\n\r\n{order}", order.len()).expect("an order is taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
