//! `tunnel`: the whole command on the sandbox, with a server that echoes as the database.

use rds_encrypt::{
    engine::Interrupter,
    sandbox::{Dial, How, Options, Switches},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream},
};

use crate::stage::Stage;

/// The machine of the sandbox that reaches `orders`.
const BASTION: &str = "i-0a7c3e91d5b2f8460";

/// A server that sends back what it gets, in the place of every database.
pub(crate) async fn echoing(stage: &Stage) {
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
pub(crate) async fn echoed(stage: &Stage, words: &str) -> crate::stage::Heard {
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
    assert_eq!(heard.code, 0, "{heard}");
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
        (
            "orders --bastion-tag Name=nobody".to_owned(),
            3,
            "no bastion: there is no EC2 instance with the tag Name=nobody",
        ),
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

#[tokio::test]
async fn an_agent_that_is_away_is_named_with_the_time_of_its_last_word() {
    let mut switches = Switches::default();
    switches.sessions.offline = vec![BASTION.into()];
    let stage = Stage::with(Options { switches, ..Options::default() });
    let heard = stage.run(&format!("tunnel orders --sandbox --bastion {BASTION}")).await;
    assert_eq!(heard.code, 3, "{heard}");
    let says = "its agent is not online (ConnectionLost, last heard of at 2026-";
    assert!(heard.stderr.contains(says), "{heard}");
    assert!(!stage.sandbox.calls().contains_key("StartSession"));
}

#[tokio::test]
async fn a_host_that_refuses_or_is_unknown_ends_that_connection_with_the_reason() {
    for (to, says) in [
        (Dial::Refused, "the bastion can't connect to orders."),
        (Dial::Unknown, "the bastion can't connect to orders."),
    ] {
        let stage = Stage::new();
        let to = std::sync::Mutex::new(Some(to));
        stage.sandbox.sessions().served_by(move |_| to.lock().unwrap().take().or(Some(Dial::Refused)));
        let (interrupter, interrupt) = Interrupter::new();
        let port = free_port().await;
        let client = async {
            let mut client = connected(port).await;
            // The agent dials once there is something to send.
            client.write_all(b"?").await.unwrap();
            let mut rest = Vec::new();
            let _ = client.read_to_end(&mut rest).await;
            assert!(rest.is_empty());
            interrupter.interrupt();
        };
        let words = format!("tunnel orders --sandbox --local-port {port}");
        let (heard, ()) = tokio::join!(stage.command(&words).interrupted_by(interrupt).run(), client);
        assert_eq!(heard.code, 0, "{heard}");
        assert!(heard.stderr.contains("connection 1: "), "{heard}");
        assert!(heard.stderr.contains(says), "{says}: {heard}");
    }
}

#[tokio::test]
async fn both_ends_of_a_migration_are_reached_at_ports_of_their_own() {
    let stage = Stage::new();
    echoing(&stage).await;
    assert_eq!(stage.run("migrate orders --sandbox").await.code, 0);
    let names = |words: &'static str| {
        let stage = &stage;
        async move {
            let heard = stage.run(&format!("tunnel orders {words} --sandbox --print-command")).await;
            assert_eq!(heard.code, 0, "{heard}");
            let hosts =
                heard.stdout.split("\"host\":[\"").skip(1).map(|rest| rest.split('.').next().unwrap().to_owned());
            hosts.collect::<Vec<_>>()
        }
    };
    assert_eq!(names("").await, ["orders"]);
    assert_eq!(names("--source").await, ["orders"]);
    let copy = names("--copy").await;
    assert!(copy[0].starts_with("orders-") && copy[0].ends_with("-g1"), "{copy:?}");
    assert_eq!(names("--both").await, ["orders".to_owned(), copy[0].clone()]);
    assert!(!stage.sandbox.calls().contains_key("StartSession"), "a command is only printed");

    let (interrupter, interrupt) = Interrupter::new();
    let words = "tunnel orders --both --sandbox --output json";
    let run = stage.command(words).interrupted_by(interrupt).run();
    let stop = async {
        // Both sessions are asked for before anything is printed of either.
        while stage.sandbox.calls().get("StartSession").map_or(0, |calls| calls.answered) < 2 {
            tokio::task::yield_now().await;
        }
        interrupter.interrupt();
    };
    let (heard, ()) = tokio::join!(run, stop);
    assert_eq!(heard.code, 0, "{heard}");
    assert_eq!(stage.sandbox.calls().get("TerminateSession").map_or(0, |calls| calls.answered), 2, "{heard}");
}

#[tokio::test]
async fn a_cluster_is_reached_where_it_is_written_to() {
    let stage = Stage::of(&[serde_json::json!({
        "DBInstanceIdentifier": "shop-1", "Engine": "aurora-postgresql", "DBClusterIdentifier": "shop",
    })]);
    let heard = stage.run("tunnel cluster:shop --sandbox --print-command").await;
    assert_eq!(heard.code, 0, "{heard}");
    assert!(heard.stdout.contains("\"host\":[\"shop.cluster-"), "{heard}");
    let heard = stage.run("tunnel cluster:nobody --sandbox").await;
    assert!(heard.code == 3 && heard.stderr.contains("there is no DB cluster nobody in eu-west-2"), "{heard}");
}

#[tokio::test]
async fn machines_hear_why_a_tunnel_ended() {
    let stage = Stage::new();
    let heard = stage.run("tunnel orderz --sandbox --output json").await;
    let line: serde_json::Value = serde_json::from_str(heard.stdout.trim()).unwrap();
    assert_eq!((line["event"].as_str(), line["exit_code"].as_u64()), (Some("failed"), Some(3)), "{heard}");
}

#[tokio::test]
async fn flags_that_contradict_each_other_cost_nothing() {
    let stage = Stage::new();
    let nothing = stage.folder().join("nothing.pem");
    std::fs::write(&nothing, "no certificates").unwrap();
    for words in [
        "orders --copy --source",
        "orders --both --local-port 15432",
        "orders --iam-auth",
        "orders --secret x",
        "orders --local-port 0",
        "orders --sessions 0",
        "orders --print-command --plugin",
        "db.internal:5432 --copy",
        &format!("orders --ca {}", nothing.display()),
        "orders --ca /nowhere.pem",
    ] {
        let heard = stage.run(&format!("tunnel {words} --sandbox")).await;
        assert_eq!(heard.code, 2, "{words}: {heard}");
    }
    assert!(!stage.sandbox.calls().contains_key("StartSession"));
}

/// The agent asks for what it never asks of such sessions.
#[tokio::test]
async fn encryption_by_a_key_is_refused_in_a_sentence() {
    let mut switches = Switches::default();
    switches.sessions.ports_ask_for_kms = true;
    let stage = Stage::with(Options { switches, ..Options::default() });
    let heard = stage.run("tunnel orders --sandbox").await;
    assert_eq!(heard.code, 3, "{heard}");
    assert!(heard.stderr.contains("asks for encryption with a KMS key"), "{heard}");
}

#[tokio::test]
async fn expired_credentials_are_exit_code_8_and_say_how_to_renew_them() {
    let stage = Stage::new();
    let how = How::Refuse {
        code: "ExpiredTokenException".into(),
        message: "The security token included in the request is expired".into(),
        status: 400,
    };
    stage.order("StartSession", 0, 1, how);
    let heard = stage.run("tunnel orders --sandbox").await;
    assert_eq!(heard.code, 8, "{heard}");
    assert!(heard.stderr.contains("renew the credentials"), "{heard}");
}
