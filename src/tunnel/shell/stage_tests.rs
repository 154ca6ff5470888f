//! Shells from the first payload to the last.

use zeroize::Zeroizing;

use super::*;
use crate::tunnel::failure::StreamEnd;

#[derive(Default)]
struct Heard(Vec<(u32, Vec<u8>)>);

impl Sink for Heard {
    fn data(&mut self, stream: u32, bytes: &[u8]) {
        self.0.push((stream, bytes.to_vec()));
    }

    fn end(&mut self, _: u32, _: StreamEnd) {}
}

const SIZE_80: Size = Size { cols: 80, rows: 24 };

fn shell(must_encrypt: Option<&str>) -> Shell {
    Shell::new(&ShellSettings { size: SIZE_80, must_encrypt: must_encrypt.map(str::to_owned) })
}

fn request(session_type: &str, key: bool) -> Vec<u8> {
    let key = if key {
        r#",{"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"k","Challenge":"YQ=="}}"#
    } else {
        ""
    };
    format!(r#"{{"AgentVersion":"3.3.987.0","RequestedClientActions":[{{"ActionType":"SessionType","ActionParameters":{{"SessionType":"{session_type}"}}}}{key}]}}"#).into_bytes()
}

fn next(shell: &mut Shell) -> Option<(u32, Vec<u8>)> {
    shell.has_more().then(|| {
        let mut buffer = BytesMut::from(&b"head"[..]);
        let payload_type = shell.fill(&mut buffer, 1024);
        (payload_type, buffer[4..].to_vec())
    })
}

fn failure(steps: &[Step]) -> Option<String> {
    steps.iter().find_map(|step| match step {
        Step::Fail(failure) => Some(failure.to_string()),
        _ => None,
    })
}

/// A key whose halves are each other's: what we seal, [`agent`] opens.
fn key(first: u8, second: u8) -> DataKey {
    let plain = [[first; 32], [second; 32]].concat();
    DataKey::new(Zeroizing::new(plain), b"blob".to_vec()).expect("a key")
}

fn agent() -> Ciphers {
    Ciphers::new(&key(2, 1)).expect("ciphers")
}

#[test]
fn a_plain_shell_begins_with_what_it_prints() {
    let (mut shell, mut heard) = (shell(None), Heard::default());
    shell.push(MAIN, Bytes::from_static(b"ls\r"));
    assert_eq!(next(&mut shell), None, "nothing is said before the other end has spoken");
    let steps = shell.receive(DATA, "grüß\r\n$ ".as_bytes(), &mut heard);
    assert!(matches!(&steps[..], [Step::Open(agreement, _)] if agreement.mode == Mode::Shell(ShellKind::Terminal)));
    assert_eq!(heard.0, [(MAIN, "grüß\r\n$ ".as_bytes().to_vec())]);
    assert_eq!(next(&mut shell), Some((SIZE, br#"{"cols":80,"rows":24}"#.to_vec())), "the size goes first");
    assert_eq!(next(&mut shell), Some((DATA, b"ls\r".to_vec())));
    assert_eq!(next(&mut shell), None);
    shell.resize(Size { cols: 1, rows: 2 });
    shell.resize(Size { cols: 100, rows: 30 });
    assert_eq!(next(&mut shell), Some((SIZE, br#"{"cols":100,"rows":30}"#.to_vec())), "the last one counts");
    assert_eq!(next(&mut shell), None);
}

/// Check 23 for shells: nothing is changed on its way, and payloads are filled to their bound.
#[test]
fn keys_are_bytes() {
    let mut shell = shell(None);
    shell.receive(DATA, b"$ ", &mut Heard::default());
    next(&mut shell);
    let all: Vec<u8> = (0..=255).cycle().take(3000).collect();
    for chunk in all.chunks(7) {
        shell.push(MAIN, Bytes::copy_from_slice(chunk));
    }
    let sent: Vec<Vec<u8>> = std::iter::from_fn(|| next(&mut shell)).map(|(_, bytes)| bytes).collect();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [1024, 1024, 952]);
    assert_eq!(sent.concat(), all);
}

#[test]
fn a_command_tells_errors_and_its_exit_code_apart_and_gets_no_size() {
    let (mut shell, mut heard) = (shell(None), Heard::default());
    let steps = shell.receive(HANDSHAKE_REQUEST, &request("NonInteractiveCommands", false), &mut heard);
    assert!(matches!(&steps[..], [Step::Send(HANDSHAKE_RESPONSE, _)]));
    assert!(shell.receive(DATA, b"early", &mut heard).is_empty(), "it isn't agreed yet");
    let steps = shell.receive(HANDSHAKE_COMPLETE, br#"{"CustomerMessage":"hi"}"#, &mut heard);
    assert!(matches!(&steps[..], [Step::Open(agreement, message)]
        if agreement.mode == Mode::Shell(ShellKind::Command) && message == "hi"));
    shell.receive(DATA, b"out", &mut heard);
    shell.receive(STANDARD_ERROR, b"err", &mut heard);
    shell.receive(EXIT_CODE, b"EXIT_CODE: 3", &mut heard);
    assert_eq!(heard.0, [(MAIN, b"out".to_vec()), (ERRORS, b"err".to_vec()), (EXIT, b"EXIT_CODE: 3".to_vec())]);
    assert_eq!(next(&mut shell), None);
}

/// Check 28.
#[test]
fn an_encrypted_shell_proves_its_key_and_sends_its_size_in_plain() {
    let (mut shell, mut heard, mut agent) = (shell(Some("x")), Heard::default(), agent());
    let steps = shell.receive(HANDSHAKE_REQUEST, &request("Standard_Stream", true), &mut heard);
    let [Step::Key(wanted)] = &steps[..] else { panic!("no key is wanted") };
    assert_eq!(*wanted, KeyWanted { key_id: "k".into(), challenge: Some("YQ==".into()) });
    assert!(shell.receive(DATA, b"plain", &mut heard).is_empty());
    assert!(matches!(&shell.key(Ok(key(1, 2)))[..], [Step::Send(HANDSHAKE_RESPONSE, _)]));
    let challenge = BASE64_STANDARD.encode(agent.seal(&[9; 64]).expect("sealed"));
    let challenge = serde_json::to_vec(&EncryptionChallenge { challenge }).expect("JSON");
    let steps = shell.receive(ENCRYPTION_CHALLENGE, &challenge, &mut heard);
    let [Step::Send(ENCRYPTION_RESPONSE, proof)] = &steps[..] else { panic!("no proof") };
    let proof: EncryptionChallenge = serde_json::from_slice(proof).expect("JSON");
    let proof = BASE64_STANDARD.decode(proof.challenge).expect("base64");
    assert_eq!(agent.open(&proof).expect("ours"), [9; 64]);
    assert!(matches!(&shell.receive(HANDSHAKE_COMPLETE, b"{}", &mut heard)[..], [Step::Open(..)]));
    for payload_type in [DATA, STANDARD_ERROR, EXIT_CODE] {
        shell.receive(payload_type, &agent.seal(b"hidden").expect("sealed"), &mut heard);
    }
    assert_eq!(heard.0, [MAIN, ERRORS, EXIT].map(|id| (id, b"hidden".to_vec())));
    assert_eq!(next(&mut shell), Some((SIZE, br#"{"cols":80,"rows":24}"#.to_vec())));
    shell.push(MAIN, Bytes::from(vec![b'x'; 2000]));
    let sent: Vec<Vec<u8>> = std::iter::from_fn(|| next(&mut shell)).map(|(_, bytes)| bytes).collect();
    assert!(sent.iter().all(|payload| payload.len() <= 1024), "payloads keep to their bound");
    let plain: Vec<u8> = sent.iter().flat_map(|payload| agent.open(payload).expect("ours")).collect();
    assert_eq!(plain, vec![b'x'; 2000]);
    let steps = shell.receive(DATA, b"in plain, suddenly", &mut heard);
    assert!(failure(&steps).expect("a failure").contains("isn't encrypted with the session's key"));
    assert_eq!(next(&mut shell), None);
}

/// No way leads from a session that is to be encrypted to one in plain.
#[test]
fn nothing_falls_back_to_plain() {
    let mut heard = Heard::default();
    let mut without_handshake = shell(Some("the document X"));
    let steps = without_handshake.receive(DATA, b"$ ", &mut heard);
    assert!(failure(&steps).expect("a failure").starts_with("the document X asks for"));

    let mut without_key = shell(Some("the document X"));
    let steps = without_key.receive(HANDSHAKE_REQUEST, &request("Standard_Stream", false), &mut heard);
    assert!(failure(&steps).expect("a failure").starts_with("the document X asks for"));
    assert!(matches!(steps[0], Step::Send(HANDSHAKE_RESPONSE, _)), "the agent hears of it");

    let mut denied = shell(None);
    denied.receive(HANDSHAKE_REQUEST, &request("Standard_Stream", true), &mut heard);
    let steps = denied.key(Err("not allowed".into()));
    assert!(failure(&steps).expect("a failure").contains("not allowed. Nothing is sent in plain"));
    assert!(denied.receive(HANDSHAKE_COMPLETE, b"{}", &mut heard).is_empty());

    let mut unproved = shell(None);
    unproved.receive(HANDSHAKE_REQUEST, &request("Standard_Stream", true), &mut heard);
    unproved.key(Ok(key(1, 2)));
    assert!(failure(&unproved.receive(HANDSHAKE_COMPLETE, b"{}", &mut heard)).expect("a failure").contains("proof"));

    let mut wrongly_proved = shell(None);
    wrongly_proved.receive(HANDSHAKE_REQUEST, &request("Standard_Stream", true), &mut heard);
    wrongly_proved.key(Ok(key(1, 3)));
    for challenge in [&br#"{"Challenge":"AAAA"}"#[..], b"{}", b""] {
        let steps = wrongly_proved.receive(ENCRYPTION_CHALLENGE, challenge, &mut heard);
        assert!(failure(&steps).is_some() || steps.is_empty());
    }
    for shell in [&mut without_handshake, &mut without_key, &mut denied, &mut unproved, &mut wrongly_proved] {
        shell.push(MAIN, Bytes::from_static(b"secret"));
        shell.receive(DATA, b"x", &mut heard);
        assert_eq!(next(shell), None);
    }
    assert!(heard.0.is_empty());
}
