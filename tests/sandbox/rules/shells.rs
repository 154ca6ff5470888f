//! What sessions run: shells and commands, and how they are encrypted.

use std::time::Duration;

use rds_encrypt::sandbox::{Document, Habits, Options, SessionType, Switches};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::{Scenario, scenarios};
use crate::help::Cloud;
use crate::sessions::client::{
    BASTION, Client, DATA, ERRORS, EXIT, Heard, ORDERS, OWN, REQUEST, SIZE, STAGING, ask, ask_of, data, to, words,
};
use crate::sessions::encrypted::{self, KEY, KMS, Ways, agree, prove, types};
use crate::sessions::players::{command, parrot, play, shell};

const SOON: Duration = Duration::from_secs(5);

/// A world whose sessions behave like this.
fn behaving(sessions: Habits) -> Options {
    Options { switches: Switches { sessions, ..Switches::default() }, ..Options::default() }
}

fn encrypting() -> Options {
    behaving(encrypted::habits())
}

fn encrypting_of(version: &str) -> Options {
    behaving(Habits { agent_version: Some(version.to_owned()), ..encrypted::habits() })
}

fn strict() -> Options {
    behaving(Habits { requires_challenge_response: true, ..encrypted::habits() })
}

fn old() -> Options {
    encrypting_of("2.3.538.0")
}

fn before_challenges() -> Options {
    encrypting_of("3.3.807.0")
}

fn slow() -> Options {
    behaving(Habits { not_ready: Duration::from_millis(500), ..Habits::default() })
}

/// A document whose outputs come apart.
fn apart() -> Options {
    let own = Document {
        session_type: SessionType::NonInteractiveCommands,
        commands: Some("{{what}}".to_owned()),
        separate_output_stream: true,
        errors_prefix: "! ".to_owned(),
        ..Document::default()
    };
    behaving(Habits { documents: [("Own-Apart".to_owned(), own)].into(), ..Habits::default() })
}

fn encrypting_apart() -> Options {
    let mut options = apart();
    options.switches.sessions.kms = Some(KEY.to_owned());
    options
}

/// `StartSession`'s input for that document.
fn own() -> Value {
    json!({"Target": BASTION, "DocumentName": "Own-Apart", "Parameters": {"what": ["ls"]}})
}

/// What was heard, by its type: data as text.
fn told(heard: &[Heard]) -> String {
    let mut all: Vec<String> = Vec::new();
    for one in heard {
        match one {
            Heard::Output { content: content @ (DATA | ERRORS | EXIT), payload, .. } => {
                all.push(format!("{content} {}", String::from_utf8_lossy(payload)));
            }
            Heard::Closed(text) => all.push(format!("closed {text}")),
            _ => {}
        }
    }
    all.join(", ")
}

async fn sessions_are_filtered(cloud: Cloud) -> String {
    let first = Client::start(&cloud.sandbox, &to(BASTION, ORDERS, 5432)).await;
    cloud.minutes(10).await;
    let second = Client::start(&cloud.sandbox, &to(STAGING, ORDERS, 5432)).await;
    let noon = cloud.sandbox.now().unwrap() - jiff::SignedDuration::from_mins(5);
    let mut counts = Vec::new();
    for (key, value) in [
        ("InvokedAfter", noon.to_string()),
        ("InvokedBefore", noon.to_string()),
        ("Target", BASTION.to_owned()),
        ("Owner", "arn:aws:iam::000000000000:user/nobody".to_owned()),
        ("Status", "Connected".to_owned()),
        ("SessionId", second.id.clone()),
    ] {
        let asked = json!({"State": "Active", "Filters": [{"key": key, "value": value}]});
        let found = ask(&cloud.sandbox, "DescribeSessions", &asked).await.unwrap();
        counts.push(found["Sessions"].as_array().unwrap().len());
    }
    assert_ne!(first.id, second.id);
    format!("{counts:?}")
}

async fn sessions_come_in_pages(cloud: Cloud) -> String {
    for _ in 0..3 {
        ask(&cloud.sandbox, "StartSession", &to(BASTION, ORDERS, 5432)).await.unwrap();
    }
    let mut asked = json!({"State": "Active", "MaxResults": 2});
    let mut counts = Vec::new();
    loop {
        let found = ask(&cloud.sandbox, "DescribeSessions", &asked).await.unwrap();
        counts.push(found["Sessions"].as_array().unwrap().len());
        match found.get("NextToken") {
            Some(next) => asked["NextToken"] = next.clone(),
            None => return format!("{counts:?}"),
        }
    }
}

async fn terminals_begin_without_a_handshake(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut first = Vec::new();
    for input in [shell(), command("Interactive", "top")] {
        let mut client = Client::begin(&cloud.sandbox, &input).await;
        let Some(Heard::Output { content, .. }) = client.hear().await else { panic!() };
        first.push(content);
    }
    format!("{first:?}")
}

async fn early_keys_are_not_taken(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    client.send(SIZE, br#"{"cols":80,"rows":24}"#).await;
    let early = client.gather(Duration::from_millis(300)).await;
    tokio::time::sleep(SOON).await;
    client.send_as(0, SIZE, br#"{"cols":80,"rows":24}"#).await;
    let late = client.gather(SOON).await;
    [early, late].map(|heard| heard.contains(&Heard::Acknowledged(0)).to_string()).join(" ")
}

async fn letters_are_whole(cloud: Cloud) -> String {
    play(&cloud.sandbox, |mut stage| async move {
        let _ = stage.screen.write_all(format!("a{}", "é€😀".repeat(1000)).as_bytes()).await;
        0
    });
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let heard = client.gather(SOON).await;
    assert_eq!(data(&heard).len(), 9001);
    let whole = |one: &Heard| !matches!(one, Heard::Output { payload, .. } if str::from_utf8(payload).is_err());
    heard.iter().all(whole).to_string()
}

async fn the_first_output_takes_a_second(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let began = tokio::time::Instant::now();
    client.hear().await;
    began.elapsed().as_secs().to_string()
}

async fn a_terminal_has_the_clients_size(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    client.hear().await;
    client.send(SIZE, br#"{"cols":132,"rows":50}"#).await;
    told(&client.gather(SOON).await)
}

async fn commands_hear_signals_only(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::start(&cloud.sandbox, &command("NonInteractive", "wait")).await;
    client.send(SIZE, br#"{"cols":132,"rows":50}"#).await;
    client.send(DATA, b"a\x03b\x1cc").await;
    told(&client.gather(SOON).await)
}

async fn commands_begin_with_a_handshake(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &command("NonInteractive", "true")).await;
    let Some(Heard::Output { content, payload, .. }) = client.hear().await else { panic!() };
    if content == REQUEST {
        let asked: Value = serde_json::from_slice(&payload).unwrap();
        return asked["RequestedClientActions"][0]["ActionParameters"].to_string();
    }
    content.to_string()
}

async fn outputs_come_apart(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::start(&cloud.sandbox, &own()).await;
    client.send(DATA, b"\x1c").await;
    told(&client.gather(SOON).await)
}

async fn a_shells_end_is_the_sessions(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    client.hear().await;
    client.send(DATA, b"q").await;
    words(&client.gather(SOON).await)
}

async fn a_command_that_does_not_start_says_why(cloud: Cloud) -> String {
    cloud.sandbox.sessions().shells_by(|_| Err("no such shell".to_owned()));
    let mut client = Client::start(&cloud.sandbox, &command("NonInteractive", "true")).await;
    told(&client.gather(SOON).await)
}

async fn old_agents_do_not_encrypt(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let Some(Heard::Output { content, .. }) = client.hear().await else { panic!() };
    content.to_string()
}

async fn new_agents_have_a_challenge(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let (mut keys, wish) = agree(&cloud.sandbox, &mut client, Ways::Right).await;
    prove(&mut client, &mut keys, Ways::Right).await;
    assert!(told(&client.gather(SOON).await).starts_with("1 "));
    format!("{:?}", wish.as_object().unwrap().keys().collect::<Vec<_>>())
}

async fn a_challenge_can_be_required(cloud: Cloud) -> String {
    encrypted_with(&cloud, Ways::Old).await
}

async fn a_wrong_answer_ends_the_session(cloud: Cloud) -> String {
    encrypted_with(&cloud, Ways::WrongProof).await
}

/// Whether a client that does it so gets a shell, or why not.
async fn encrypted_with(cloud: &Cloud, ways: Ways) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &shell()).await;
    let (mut keys, _) = agree(&cloud.sandbox, &mut client, ways).await;
    let mut heard = prove(&mut client, &mut keys, ways).await;
    heard.extend(client.gather(SOON).await);
    let closed = heard.iter().find_map(|one| if let Heard::Closed(text) = one { Some(text.clone()) } else { None });
    closed.unwrap_or_else(|| "open".to_owned())
}

async fn output_is_encrypted(cloud: Cloud) -> String {
    play(&cloud.sandbox, parrot);
    let mut client = Client::begin(&cloud.sandbox, &own()).await;
    let (mut keys, _) = agree(&cloud.sandbox, &mut client, Ways::Right).await;
    prove(&mut client, &mut keys, Ways::Right).await;
    // What is typed before the command runs isn't taken.
    let mut heard = client.gather(SOON).await;
    types(&mut client, &mut keys, b"\x1c").await;
    heard.extend(client.gather(SOON).await);
    let mut said = Vec::new();
    for one in heard {
        if let Heard::Output { content: content @ (DATA | ERRORS | EXIT), payload, .. } = one {
            said.push(format!("{content} {:?}", keys.open(&payload).map(String::from_utf8)));
        }
    }
    said.join(", ")
}

async fn ports_are_never_encrypted(cloud: Cloud) -> String {
    let mut client =
        Client::begin(&cloud.sandbox, &json!({"Target": BASTION, "DocumentName": OWN, "Parameters": {}})).await;
    let Some(Heard::Output { payload, .. }) = client.hear().await else { panic!() };
    let asked: Value = serde_json::from_slice(&payload).unwrap();
    asked["RequestedClientActions"].as_array().unwrap().len().to_string()
}

async fn a_disabled_key_encrypts_nothing(cloud: Cloud) -> String {
    let wanted = json!({"KeyId": KEY, "KeySpec": "AES_256"});
    let made = ask_of(&cloud.sandbox, KMS, "GenerateDataKey", &wanted).await.unwrap();
    let open = json!({"CiphertextBlob": made["CiphertextBlob"]});
    let mut codes = Vec::new();
    let calls = [
        ("DisableKey", json!({"KeyId": made["KeyId"]})),
        ("GenerateDataKey", wanted.clone()),
        ("Decrypt", open.clone()),
        ("ScheduleKeyDeletion", json!({"KeyId": made["KeyId"]})),
        ("GenerateDataKey", wanted),
        ("Decrypt", open),
    ];
    for (operation, input) in calls {
        let code = ask_of(&cloud.sandbox, KMS, operation, &input).await.err();
        codes.push(code.unwrap_or_else(|| "accepted".to_owned()));
    }
    codes.join(" ")
}

async fn a_context_is_part_of_the_ciphertext(cloud: Cloud) -> String {
    let wanted = json!({"KeyId": KEY, "NumberOfBytes": 64, "EncryptionContext": {"a": "b", "c": "d"}});
    let made = ask_of(&cloud.sandbox, KMS, "GenerateDataKey", &wanted).await.unwrap();
    let mut seen = Vec::new();
    for context in [json!({"c": "d", "a": "b"}), json!({"a": "b"}), json!({"a": "b", "c": "e"}), json!({})] {
        let open = json!({"CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": context});
        match ask_of(&cloud.sandbox, KMS, "Decrypt", &open).await {
            Ok(opened) => seen.push((opened["Plaintext"] == made["Plaintext"]).to_string()),
            Err(code) => seen.push(code),
        }
    }
    seen.join(" ")
}

pub(super) const ALL: &[Scenario] = scenarios![
    "R-SSM-10" sessions_are_filtered,
    "R-SSM-11" sessions_come_in_pages,
    "R-SHELL-1" terminals_begin_without_a_handshake,
    "R-SHELL-2" early_keys_are_not_taken in slow,
    "R-SHELL-3" letters_are_whole,
    "R-SHELL-4" the_first_output_takes_a_second,
    "R-SHELL-5" a_terminal_has_the_clients_size,
    "R-SHELL-6" commands_hear_signals_only,
    "R-SHELL-7" commands_begin_with_a_handshake,
    "R-SHELL-8" outputs_come_apart in apart,
    "R-SHELL-9" a_shells_end_is_the_sessions,
    "R-SHELL-10" a_command_that_does_not_start_says_why,
    "R-SHELL-11" old_agents_do_not_encrypt in old,
    "R-SHELL-12" new_agents_have_a_challenge in before_challenges,
    "R-SHELL-13" a_challenge_can_be_required in strict,
    "R-SHELL-14" a_wrong_answer_ends_the_session in encrypting,
    "R-SHELL-15" output_is_encrypted in encrypting_apart,
    "R-SHELL-16" ports_are_never_encrypted in encrypting,
    "R-KMS-10" a_disabled_key_encrypts_nothing,
    "R-KMS-11" a_context_is_part_of_the_ciphertext,
];
