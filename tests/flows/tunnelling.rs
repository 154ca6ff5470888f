//! `tunnel`: the whole command on the sandbox, with a server that echoes as the database.

use rds_encrypt::{
    engine::Interrupter,
    sandbox::{Dial, Options, Switches},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream},
};

use crate::stage::Stage;

/// A server that sends back what it gets, in the place of every database.
async fn echoing(stage: &Stage) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    stage.sandbox.sessions().served_by(move |_| Some(Dial::Local(address)));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = split(socket);
                let _ = copy(&mut reader, &mut writer).await;
            });
        }
    });
}

/// A port that is free now.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Connects once the tunnel listens.
async fn connected(port: u16) -> TcpStream {
    loop {
        if let Ok(client) = TcpStream::connect(("127.0.0.1", port)).await {
            return client;
        }
        tokio::task::yield_now().await;
    }
}

/// Opens the tunnel, sends something through it, and ends it as Ctrl-C does.
async fn echoed(stage: &Stage, words: &str) -> crate::stage::Heard {
    let (interrupter, interrupt) = Interrupter::new();
    let port = free_port().await;
    let words = format!("{words} --local-port {port}");
    let client = async {
        let mut client = connected(port).await;
        client.write_all(b"select 1").await.unwrap();
        let mut answer = [0; 8];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"select 1");
        interrupter.interrupt();
    };
    let (heard, ()) = tokio::join!(stage.command(&words).interrupted_by(interrupt).run(), client);
    heard
}

#[tokio::test]
async fn a_client_reaches_the_database_and_ctrl_c_ends_the_session() {
    let stage = Stage::new();
    echoing(&stage).await;
    let heard = echoed(&stage, "tunnel orders --sandbox").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stdout.contains("reaches orders.") && heard.stdout.contains("sslmode=verify-full"), "{heard}");
    assert!(heard.stderr.contains("Connection accepted for session ["), "{heard}");
    assert!(heard.stderr.contains("its sessions are ended"), "{heard}");
    let calls = stage.sandbox.calls();
    assert!(calls.contains_key("TerminateSession"), "{calls:?}");
}

#[tokio::test]
async fn machines_get_a_line_for_each_event() {
    let stage = Stage::new();
    echoing(&stage).await;
    let heard = echoed(&stage, "tunnel orders --sandbox --output json").await;
    let events: Vec<String> = heard
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned())
        .collect();
    for event in ["session_opened", "tunnel_opened", "client_accepted", "session_ended"] {
        assert!(events.iter().any(|there| there == event), "{event} of {events:?}");
    }
}

#[tokio::test]
async fn what_is_refused_starts_no_session() {
    let stage = Stage::new();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    for (words, code, says) in [
        ("orderz".to_owned(), 3, "there is no DB instance orderz"),
        ("db.internal:5432".to_owned(), 2, "name the machine to go through: --bastion ID"),
        ("orders --bastion i-0000000000000dead".to_owned(), 3, "there is no EC2 instance i-0000000000000dead"),
        ("orders --bastion-tag Name=nobody".to_owned(), 3, "no bastion: there is no EC2 instance with tag:Name=nobody"),
        (format!("orders --local-port {port}"), 3, "another program uses it"),
        ("orders --copy".to_owned(), 2, "no migration of orders is known here"),
    ] {
        let heard = stage.run(&format!("tunnel {words} --sandbox")).await;
        assert_eq!(heard.code, code, "{words}: {heard}");
        assert!(heard.stderr.contains(says), "{words}: {heard}");
    }
    assert!(!stage.sandbox.calls().contains_key("StartSession"));
}

#[tokio::test]
async fn an_old_agent_is_refused_with_the_command_that_mends_it() {
    let mut switches = Switches::default();
    switches.sessions.agent_version = Some("3.1.1373.0".into());
    let stage = Stage::with(Options { switches, ..Options::default() });
    let heard = stage.run("tunnel orders --sandbox").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("its agent is 3.1.1373.0") && heard.stderr.contains("AWS-UpdateSSMAgent"), "{heard}");
    assert!(!stage.sandbox.calls().contains_key("StartSession"));
}

#[tokio::test]
async fn without_permission_it_is_exit_code_8() {
    let mut switches = Switches::default();
    switches.sessions.denied_documents = vec!["AWS-StartPortForwardingSessionToRemoteHost".into()];
    let stage = Stage::with(Options { switches, ..Options::default() });
    let heard = stage.run("tunnel orders --sandbox").await;
    assert_eq!(heard.code, 8, "{heard}");
    assert!(heard.stderr.contains("no session can be started: ssm:StartSession: AccessDenied"), "{heard}");
}
