//! Real shells and commands: processes of this machine, on its real clock. Nothing here depends on how long anything takes.

use std::path::PathBuf;
use std::time::Duration;

use rds_encrypt::sandbox::{Act, Document, Habits, Options, Sandbox, SessionType, Shells, Switches, serve};
use serde_json::json;
use tokio::net::TcpListener;

use super::client::{BASTION, Client, DATA, ERRORS, EXIT, Heard, SIZE, ask, code, data, socket};
use super::encrypted::{self, Ways, agree, prove, types};
use super::players::{command, shell};

/// A sandbox whose sessions behave like this, without rests.
fn behaving(sessions: Habits) -> Sandbox {
    let sessions = Habits { pause: Duration::ZERO, first_output: Duration::ZERO, ..sessions };
    Sandbox::open(Options { switches: Switches { sessions, ..Switches::default() }, ..Options::default() }).unwrap()
}

fn sandbox() -> Sandbox {
    behaving(Habits::default())
}

/// What a client hears until its terminal shows this.
async fn until(client: &mut Client, text: &str) -> Vec<Heard> {
    let mut heard = Vec::new();
    loop {
        match client.hear().await {
            Some(Heard::End(code)) => panic!("ended with {code:?}: {}", shown(&heard)),
            Some(one) => heard.push(one),
            None => panic!("never: {}", shown(&heard)),
        }
        if shown(&heard).contains(text) {
            return heard;
        }
    }
}

/// A shell that has said that it is there: what is typed before isn't taken, and has to be sent again.
async fn ready(sandbox: &Sandbox) -> Client {
    let mut client = Client::begin(sandbox, &shell()).await;
    until(&mut client, "$ ").await;
    client
}

fn shown(heard: &[Heard]) -> String {
    String::from_utf8_lossy(&data(heard)).into_owned()
}

/// What comes by its type until the session ends.
async fn to_the_end(client: &mut Client) -> Vec<(u32, String)> {
    let mut parts: Vec<(u32, String)> = Vec::new();
    loop {
        match client.hear().await {
            Some(Heard::Output { content, payload, .. }) => {
                let text = String::from_utf8(payload).unwrap();
                match parts.last_mut().filter(|(last, _)| *last == content) {
                    Some((_, known)) => known.push_str(&text),
                    None => parts.push((content, text)),
                }
            }
            Some(Heard::Closed(text)) => {
                parts.push((0, text));
                return parts;
            }
            Some(Heard::End(_)) | None => return parts,
            Some(_) => {}
        }
    }
}

async fn keys(client: &mut Client, text: &str) {
    client.send(DATA, text.as_bytes()).await;
}

/// Waits until a process is gone; one that has ended and that nobody has asked for counts as gone.
async fn gone(process: &str) {
    let file = PathBuf::from(format!("/proc/{process}/cmdline"));
    let look = async {
        while std::fs::read(&file).is_ok_and(|line| !line.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), look).await.unwrap_or_else(|_| panic!("{process} is still there"));
}

/// The numbers that follow a word on the screen, wherever it stands.
fn numbers(heard: &[Heard], word: &str) -> Vec<String> {
    let text = shown(heard);
    let found = text.split(word).skip(1).filter_map(|rest| rest.split_once('\n'));
    let number = |word: &&str| word.parse::<u32>().is_ok();
    found.flat_map(|(line, _)| line.split_whitespace().take_while(number)).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_shell_has_a_terminal_of_the_clients_size() {
    let sandbox = sandbox();
    let mut client = ready(&sandbox).await;
    client.send(SIZE, br#"{"cols":101,"rows":37}"#).await;
    keys(&mut client, "stty size; echo $TERM at $HOME; test -t 0 && echo tty''s\r").await;
    let heard = shown(&until(&mut client, "ttys").await);
    assert!(heard.contains("37 101") && heard.contains("xterm-256color at /tmp"), "{heard}");
    client.send(SIZE, br#"{"cols":80,"rows":24}"#).await;
    keys(&mut client, "stty size\r").await;
    until(&mut client, "24 80").await;
    keys(&mut client, "exit 3\r").await;
    let end = to_the_end(&mut client).await;
    assert_eq!(end.last(), Some(&(0, String::new())), "{end:?}");
    assert!(end.iter().all(|(content, _)| *content != EXIT));
}

#[tokio::test]
async fn ctrl_c_reaches_what_runs_in_the_terminal() {
    let sandbox = sandbox();
    let mut client = ready(&sandbox).await;
    // A shell that is just starting a program loses a signal: this one hears it from the moment that it is ready.
    let line = "sh -c \"trap 'echo cau''ght; exit' INT; echo rea''dy; while :; do sleep 0.1; done\"\r";
    keys(&mut client, line).await;
    until(&mut client, "ready").await;
    keys(&mut client, "\x03").await;
    until(&mut client, "caught").await;
    // Ctrl-D is the end, of a program that doesn't change how the terminal reads: a shell that is just about to would miss it.
    keys(&mut client, "echo $((6 * 7)); exec cat\r").await;
    until(&mut client, "42").await;
    keys(&mut client, "\x04").await;
    assert_eq!(to_the_end(&mut client).await.last(), Some(&(0, String::new())));
}

#[tokio::test]
async fn letters_arrive_whole_and_in_order() {
    let sandbox = sandbox();
    let mut client = Client::start_command(&sandbox, "for i in 1 2 3 4 5 6; do printf '€%.0s' $(seq 1000); done").await;
    let all = to_the_end(&mut client).await;
    assert_eq!(all, [(DATA, "€".repeat(6000)), (0, String::new())]);
}

#[tokio::test]
async fn a_command_in_a_terminal_ends_without_an_exit_code() {
    let sandbox = sandbox();
    let mut client =
        Client::begin(&sandbox, &command("Interactive", "echo out; test -t 2 && echo err >&2; exit 3")).await;
    assert_eq!(to_the_end(&mut client).await, [(DATA, "out\r\nerr\r\n".to_owned()), (0, String::new())]);
}

#[tokio::test]
async fn a_command_without_a_terminal_has_pipes() {
    let sandbox = sandbox();
    let text =
        "test -t 1 || echo none; read -r x || echo nothing; env | cut -d= -f1 | sort | tr '\\n' ' '; echo err >&2";
    let mut client = Client::start_command(&sandbox, text).await;
    let said = to_the_end(&mut client).await;
    let [(DATA, said), (0, _)] = said.as_slice() else { panic!("{said:?}") };
    assert!(said.starts_with("none\nnothing\n") && said.ends_with("err\n"), "{said}");
    assert!(!said.contains("CARGO"), "nothing of this process's environment: {said}");
}

#[tokio::test]
async fn outputs_and_exit_code_come_apart_where_the_document_says_so() {
    let document = Document {
        session_type: SessionType::NonInteractiveCommands,
        commands: Some("echo {{what}}; echo oh >&2; {{end}}".to_owned()),
        separate_output_stream: true,
        output_prefix: "> ".to_owned(),
        ..Document::default()
    };
    let sandbox = behaving(Habits { documents: [("Own".to_owned(), document)].into(), ..Habits::default() });
    for (end, exit) in [("exit 3", "EXIT_CODE: 3"), ("true", "EXIT_CODE: 0"), ("kill -9 $$", "EXIT_CODE: -1")] {
        let parameters = json!({"what": ["one"], "end": [end]});
        let input = json!({"Target": BASTION, "DocumentName": "Own", "Parameters": parameters});
        let mut client = Client::start(&sandbox, &input).await;
        let mut said = to_the_end(&mut client).await;
        assert_eq!(said.split_off(said.len() - 2), [(EXIT, exit.to_owned()), (0, String::new())]);
        said.sort();
        assert_eq!(said, [(DATA, "> one\n".to_owned()), (ERRORS, "oh\n".to_owned())]);
    }
    let missing = json!({"Target": BASTION, "DocumentName": "Own", "Parameters": {"what": ["one"]}});
    assert_eq!(code(&sandbox, "StartSession", &missing).await, "InvalidParameters");
}

#[tokio::test]
async fn signals_reach_a_command_without_a_terminal() {
    let sandbox = sandbox();
    for (key, name) in [("\x03", "INT"), ("\x1c", "QUIT")] {
        let text = format!("trap 'echo caught; exit' {name}; echo ready; while :; do sleep 0.1; done");
        let mut client = Client::start_command(&sandbox, &text).await;
        until(&mut client, "ready").await;
        keys(&mut client, "x").await;
        keys(&mut client, key).await;
        let said = to_the_end(&mut client).await;
        let [(DATA, said), (0, _)] = said.as_slice() else { panic!("{name}: {said:?}") };
        // Some shells say of their children what became of them.
        assert!(said.ends_with("caught\n"), "{name}: {said}");
    }
}

#[tokio::test]
async fn nothing_of_a_shell_is_left_when_its_session_ends() {
    let started = "setsid sh -c 'echo far $$; exec sleep 70001' & nohup sleep 70002 >/dev/null 2>&1 & echo near $! $$";
    let ends: [(&str, Habits); 3] = [
        ("TerminateSession", Habits::default()),
        ("exit", Habits::default()),
        ("idle", Habits { idle: Duration::from_millis(1), ..Habits::default() }),
    ];
    for (end, then) in ends {
        let sandbox = sandbox();
        let mut client = ready(&sandbox).await;
        keys(&mut client, &format!("{started}\r")).await;
        // The echo of what was typed has the words as well, and no numbers behind them.
        let mut heard = Vec::new();
        while numbers(&heard, "near ").len() < 2 || numbers(&heard, "far ").is_empty() {
            heard.extend(client.hear().await);
        }
        let processes = [numbers(&heard, "near "), numbers(&heard, "far ")].concat();
        match end {
            "exit" => keys(&mut client, "exit\r").await,
            "idle" => sandbox.sessions().behave(then),
            call => drop(ask(&sandbox, call, &json!({"SessionId": client.id})).await.unwrap()),
        }
        assert_eq!(to_the_end(&mut client).await.last(), Some(&(0, String::new())), "{end}");
        for process in processes {
            gone(&process).await;
        }
    }
}

#[test]
fn nothing_of_a_shell_is_left_when_the_sandbox_ends() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let process = first.block_on(async {
        let mut client = Client::start_command(&sandbox(), "echo from $$; sleep 70003").await;
        numbers(&until(&mut client, "\n").await, "from ").concat()
    });
    assert!(PathBuf::from(format!("/proc/{process}/cmdline")).exists());
    drop(first);
    runtime().block_on(gone(&process));
}

#[tokio::test]
async fn a_shell_goes_on_over_another_socket() {
    let sandbox = sandbox();
    let mut client = ready(&sandbox).await;
    keys(&mut client, "echo o''ne; x=tw\r").await;
    until(&mut client, "one").await;
    for (act, says) in [(Act::Cut, "two"), (Act::Close, "twoo")] {
        sandbox.sessions().act(&act, Some(&client.id));
        while !matches!(client.hear().await, Some(Heard::End(_))) {}
        client.resume(&sandbox).await;
        keys(&mut client, "x=${x}o; echo $x\r").await;
        until(&mut client, says).await;
    }
}

#[tokio::test]
async fn encrypted_shells_are_shells() {
    for version in ["3.3.987.0", "3.3.807.0"] {
        let sandbox = behaving(Habits { agent_version: Some(version.to_owned()), ..encrypted::habits() });
        let mut client = Client::begin(&sandbox, &shell()).await;
        let (mut cipher, wish) = agree(&sandbox, &mut client, Ways::Right).await;
        assert_eq!(wish["Challenge"].is_string(), version == "3.3.987.0");
        prove(&mut client, &mut cipher, Ways::Right).await;
        loop {
            match client.hear().await {
                Some(Heard::Output { content: DATA, payload, .. }) => {
                    assert!(cipher.open(&payload).is_some());
                    break;
                }
                Some(Heard::Output { payload, .. }) => {
                    let told = String::from_utf8(payload).unwrap();
                    assert!(told.contains("This session is encrypted using AWS KMS."), "{told}");
                }
                other => assert!(matches!(other, Some(Heard::Acknowledged(_))), "{other:?}"),
            }
        }
        client.send(SIZE, br#"{"cols":99,"rows":33}"#).await;
        types(&mut client, &mut cipher, b"stty size\r").await;
        let mut screen = String::new();
        while !screen.contains("33 99") {
            match client.hear().await {
                Some(Heard::Output { content: DATA, payload, .. }) => {
                    screen.push_str(&String::from_utf8(cipher.open(&payload).unwrap()).unwrap());
                }
                other => assert!(matches!(other, Some(Heard::Acknowledged(_))), "{other:?}"),
            }
        }
        let mut nonces = cipher.seen.clone();
        nonces.sort_unstable();
        nonces.dedup();
        assert_eq!(nonces.len(), cipher.seen.len(), "no nonce comes twice");
        // What isn't of the key is as if it hadn't come.
        keys(&mut client, "stty size\r").await;
        types(&mut client, &mut cipher, b"exit\r").await;
        ask(&sandbox, "TerminateSession", &json!({"SessionId": client.id})).await.unwrap();
    }
}

#[tokio::test]
async fn a_data_key_of_another_context_is_refused() {
    let sandbox = behaving(encrypted::habits());
    let mut client = Client::begin(&sandbox, &shell()).await;
    agree(&sandbox, &mut client, Ways::WrongContext).await;
    let end = to_the_end(&mut client).await;
    assert!(end.last().is_some_and(|(_, text)| text.contains("InvalidCiphertextException")), "{end:?}");
}

#[tokio::test]
async fn shells_run_where_the_options_allow_it() {
    let open = |shells| Sandbox::open(Options { shells, ..Options::default() }).unwrap();
    let served = async |shells, address: &str| {
        let sandbox = open(shells);
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let near = tokio::spawn(serve(sandbox.clone(), listener, std::future::pending()));
        while sandbox.sessions().address().is_none() {
            tokio::task::yield_now().await;
        }
        let code = code(&sandbox, "StartSession", &shell()).await;
        near.abort();
        code
    };
    let inside = async |shells| code(&open(shells), "StartSession", &shell()).await;
    assert_eq!(inside(Shells::None).await, "NotImplemented");
    assert_eq!(inside(Shells::InProcess).await, "accepted");
    assert_eq!(inside(Shells::default()).await, "accepted");
    assert_eq!(served(Shells::InProcess, "127.0.0.1").await, "NotImplemented");
    assert_eq!(served(Shells::default(), "127.0.0.1").await, "accepted");
    assert_eq!(served(Shells::default(), "0.0.0.0").await, "NotImplemented");
    assert_eq!(served(Shells::None, "127.0.0.1").await, "NotImplemented");
}

#[tokio::test]
async fn no_page_in_a_browser_gets_at_a_shell() {
    let sandbox = sandbox();
    let given = ask(&sandbox, "StartSession", &shell()).await.unwrap();
    let refused = super::client::socket_from(&sandbox, &given, Some("https://example.com")).await.err().unwrap();
    assert!(refused.contains("403"), "{refused}");
    assert!(socket(&sandbox, &given, true).await.is_ok());
}

#[tokio::test]
async fn documents_of_shells_take_their_parameters() {
    let sandbox = sandbox();
    let start = async |document: &str, parameters: serde_json::Value| {
        let input = json!({"Target": BASTION, "DocumentName": document, "Parameters": parameters});
        code(&sandbox, "StartSession", &input).await
    };
    assert_eq!(start("SSM-SessionManagerRunShell", json!({})).await, "accepted");
    assert_eq!(start("SSM-SessionManagerRunShell", json!({"command": ["ls"]})).await, "InvalidParameters");
    for document in ["AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand"] {
        assert_eq!(start(document, json!({"command": ["ls"]})).await, "accepted");
        assert_eq!(start(document, json!({})).await, "InvalidParameters");
        assert_eq!(start(document, json!({"command": "ls"})).await, "ValidationException");
    }
    let shown = ask(&sandbox, "DescribeSessions", &json!({"State": "Active"})).await.unwrap();
    let names: Vec<_> = shown["Sessions"].as_array().unwrap().iter().map(|one| one["DocumentName"].as_str()).collect();
    let expected = ["AWS-StartNonInteractiveCommand", "AWS-StartInteractiveCommand", "SSM-SessionManagerRunShell"];
    assert_eq!(names, expected.map(Some));
}
