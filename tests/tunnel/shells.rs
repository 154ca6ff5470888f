//! Shells on the independent peer.

use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    peer_process::Peer,
    program::{BASTION, program, said, served},
};

/// The peer echoes in the place of a shell; it verifies each signature and the whole protocol.
#[tokio::test(flavor = "multi_thread")]
async fn a_shell_on_the_independent_peer() {
    let Some(peer) = Peer::start(&["--no-throttle", "--target", BASTION]).await else { return };
    let ((_sandbox, endpoint), folder) = (served().await, tempfile::TempDir::new().expect("a folder"));
    let mut command = program(endpoint, &folder, &["access", "shell", BASTION, "--reason", "case 7"]);
    let mut process = command.env("AWS_ENDPOINT_URL_SSM", peer.url()).stdin(Stdio::piped()).spawn().expect("it runs");
    let mut stdin = process.stdin.take().expect("a pipe");
    let mut stdout = process.stdout.take().expect("a pipe");
    stdin.write_all("grüße\n".as_bytes()).await.expect("it reads");
    let mut shown = Vec::new();
    // The end of input is a message of its own to the peer, which knows no other end.
    while !String::from_utf8_lossy(&shown).contains("grüße\n") {
        assert_ne!(stdout.read_buf(&mut shown).await.expect("it prints"), 0, "{}", String::from_utf8_lossy(&shown));
    }
    drop(stdin);
    stdout.read_to_end(&mut shown).await.expect("it prints");
    let output = process.wait_with_output().await.expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(String::from_utf8_lossy(&shown).contains("shell ready\r\n$ "), "{}", String::from_utf8_lossy(&shown));
    peer.assert_no_violations().await;
}
