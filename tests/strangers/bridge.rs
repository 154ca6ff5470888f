//! An independent library's client on our own sandbox: `tests/bridge`, built by itself.
//!
//! `RDS_ENCRYPT_BRIDGE` names its executable (`cargo build --manifest-path tests/bridge/Cargo.toml`).

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
};

use tempfile::TempDir;

use super::{
    executables::missing,
    process::{Owned, REGION, command},
    served::Sandbox,
    sessions::{BASTION, echo},
};

/// The library as a program, or loud words that it is missing.
fn bridge() -> Option<PathBuf> {
    let found = env::var_os("RDS_ENCRYPT_BRIDGE").map(PathBuf::from).filter(|path| path.is_file());
    if found.is_none() {
        missing("tests/bridge (cargo build --manifest-path tests/bridge/Cargo.toml; RDS_ENCRYPT_BRIDGE)");
    }
    found
}

/// The library's tunnel to `host`, and where it listens.
fn tunnel(bridge: &Path, served: &Sandbox, folder: &TempDir, host: &str) -> (Owned, SocketAddr) {
    let mut process = Owned(
        command(bridge, folder.path())
            .args([BASTION, host, "5432"])
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", &served.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts"),
    );
    let mut line = String::new();
    BufReader::new(process.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.split(' ').next().and_then(|address| address.parse().ok());
    (process, address.unwrap_or_else(|| panic!("no address: {line:?}")))
}

/// Bytes that no shorter pattern explains, other ones for each seed.
fn bytes(seed: u32, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

/// Sends them and reads as many, and closes only then: an agent knows no half closed connection, and drops what comes
/// after the client's end.
fn echoed(address: SocketAddr, sent: Vec<u8>) -> bool {
    let stream = TcpStream::connect(address).expect("it listens");
    let (mut reader, mut writer) = (stream.try_clone().expect("a second handle"), stream);
    let mut heard = vec![0; sent.len()];
    let expected = sent.clone();
    let writing = thread::spawn(move || writer.write_all(&sent).expect("it takes them"));
    reader.read_exact(&mut heard).expect("it answers");
    writing.join().expect("no panic");
    heard == expected
}

#[test]
fn the_independent_library_is_carried_by_our_agent() {
    let Some(bridge) = bridge() else { return };
    let to = format!("db.internal:5432=127.0.0.1:{}", echo());
    let Some(served) = Sandbox::start_with(&["--destination", &to]) else { return };
    let folder = TempDir::new().expect("a folder");
    let (mut process, address) = tunnel(&bridge, &served, &folder, "db.internal");
    assert!(echoed(address, bytes(1, 300_000)), "alone");
    let many: Vec<_> =
        (0..20).map(|seed| thread::spawn(move || echoed(address, bytes(seed, 1000 + 1500 * seed as usize)))).collect();
    for (number, one) in many.into_iter().enumerate() {
        assert!(one.join().expect("no panic"), "connection {number} of twenty at once");
    }
    process.signal("INT");
    assert!(process.end().success(), "it ends the session and leaves");
    let sessions = served.aws.ask(&["ssm", "describe-sessions", "--state", "History"]).to_string();
    assert!(sessions.contains("\"Terminated\"") && sessions.contains("RemoteHost"), "{sessions}");
}

#[test]
fn the_independent_library_hears_of_a_host_that_refuses() {
    let Some(bridge) = bridge() else { return };
    let Some(served) = Sandbox::start_with(&["--destination", "db.internal:5432=refused"]) else { return };
    let folder = TempDir::new().expect("a folder");
    let (_process, address) = tunnel(&bridge, &served, &folder, "db.internal");
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let mut heard = Vec::new();
        // Closed or reset, but not left hanging; the session goes on.
        drop(stream.read_to_end(&mut heard));
        assert!(heard.is_empty(), "{heard:?}");
    }
}
