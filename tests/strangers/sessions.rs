//! An independent client of Session Manager's data channel on our own sandbox, over a socket.
//!
//! It was written by others from the protocol alone; `RDS_ENCRYPT_SSM_PEER` names its folder, and its Python is
//! that of the other strangers, with its requirements installed.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;

use super::process::{Owned, command};

/// The machine of the sandbox that Session Manager reaches.
pub(super) const BASTION: &str = "i-0a7c3e91d5b2f8460";

/// The folder of the independent client, or words that nobody named one.
fn peer() -> Option<PathBuf> {
    let found = env::var_os("RDS_ENCRYPT_SSM_PEER").map(PathBuf::from);
    if found.is_none() {
        let notice = "\n******** SKIPPED: RDS_ENCRYPT_SSM_PEER names no independent client of sessions ********\n";
        std::io::stderr().write_all(notice.as_bytes()).expect("stderr");
    }
    found
}

/// Says back what it hears, for as long as the tests run.
pub(super) fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || say_back(stream));
        }
    });
    port
}

fn say_back(mut stream: TcpStream) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = stream.read(&mut buffer)
        && read > 0
        && stream.write_all(&buffer[..read]).is_ok()
    {}
}

#[test]
fn an_independent_client_finds_nothing_wrong_with_our_sessions() {
    let Some(peer) = peer() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let echo = echo();
    let mut server = Owned(
        command(Path::new(env!("CARGO_BIN_EXE_rds-encrypt")), folder.path())
            .args([
                "sandbox",
                "serve",
                "--region",
                "us-east-1",
                "--destination",
                &format!("db.internal:5432=127.0.0.1:{echo}"),
            ])
            .args(["--destination", "db.internal:1=refused", "--state-dir"])
            .arg(folder.path().join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts"),
    );
    let mut url = String::new();
    let stdout = server.0.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut url).expect("a first line");
    let strangers = env::var_os("RDS_ENCRYPT_STRANGERS").map(|folder| Path::new(&folder).join("bin/python3"));
    let python = strangers.unwrap_or_else(|| PathBuf::from("python3"));
    let output = command(&python, folder.path())
        .current_dir(&peer)
        .args(["-m", "ssm_peer", "client", "--ssm-url", url.trim(), "--target", BASTION])
        .args(["--host", "db.internal", "--port", "5432", "--check"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .output()
        .expect("Python starts");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !said.contains("FAIL"), "{said}");
    assert!(said.lines().filter(|line| line.starts_with("pass ")).count() >= 27, "{said}");
}
