//! A client's side of an encrypted session, as far as tests need it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rds_encrypt::sandbox::{Habits, Sandbox};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};

use super::client::{BASTION, CHALLENGE, Client, DATA, Heard, PROOF, REQUEST, RESPONSE, ask_of};

pub(crate) const KEY: &str = "alias/sandbox";
pub(crate) const KMS: [&str; 2] = ["kms", "TrentService"];

/// Encryption as the preferences of Session Manager have it.
pub(crate) fn habits() -> Habits {
    Habits { kms: Some(KEY.to_owned()), ..Habits::default() }
}

/// What a client makes of the agent's wish.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    Right,
    /// The challenge isn't acknowledged, as old clients do.
    Old,
    /// The challenge is acknowledged, and the data key is bound to another one.
    WrongContext,
    /// The secret comes back as another one.
    WrongProof,
}

/// Both keys of a session, and the client's nonces.
pub(crate) struct Keys {
    from_agent: LessSafeKey,
    to_agent: LessSafeKey,
    nonce: u64,
    pub(crate) seen: Vec<[u8; 12]>,
}

impl Keys {
    fn new(key: &[u8]) -> Self {
        let key_of = |bytes: &[u8]| LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).unwrap());
        Self { from_agent: key_of(&key[..32]), to_agent: key_of(&key[32..]), nonce: 0, seen: Vec::new() }
    }

    pub(crate) fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        self.nonce += 1;
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.nonce.to_le_bytes());
        let mut body = plain.to_vec();
        self.to_agent.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body).unwrap();
        [&nonce[..], &body].concat()
    }

    /// What the agent has sent; nothing where it isn't encrypted with this key.
    pub(crate) fn open(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = bytes.split_first_chunk::<12>()?;
        let mut body = body.to_vec();
        let plain = self.from_agent.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut body);
        let plain = plain.ok()?.to_vec();
        self.seen.push(*nonce);
        Some(plain)
    }
}

/// Waits for the agent's wish, and has a data key made for it; also what the agent asked for.
pub(crate) async fn agree(sandbox: &Sandbox, client: &mut Client, ways: Ways) -> (Keys, Value) {
    let asked = loop {
        match client.hear().await {
            Some(Heard::Output { content: REQUEST, payload, .. }) => break payload,
            Some(_) => {}
            None => panic!("no handshake"),
        }
    };
    let asked: Value = serde_json::from_slice(&asked).unwrap();
    let wish = asked["RequestedClientActions"][1]["ActionParameters"].clone();
    let mut context = json!({"aws:ssm:SessionId": client.id, "aws:ssm:TargetId": BASTION});
    let acknowledges = ways != Ways::Old && wish["Challenge"].is_string();
    if acknowledges {
        let challenge = if ways == Ways::WrongContext { json!("AAAA") } else { wish["Challenge"].clone() };
        context["aws:ssm:RandomChallenge"] = challenge;
    }
    let input = json!({"KeyId": wish["KMSKeyId"], "NumberOfBytes": 64, "EncryptionContext": context});
    let made = ask_of(sandbox, KMS, "GenerateDataKey", &input).await.unwrap();
    let mut result = json!({"KMSCipherTextKey": made["CiphertextBlob"], "KMSCipherTextHash": null});
    if acknowledges {
        result["ChallengeAcknowledgement"] = json!(true);
    }
    let answer = json!({
        "ClientVersion": "1.2.764.0", "Errors": null, "ProcessedClientActions": [
            {"ActionType": "SessionType", "ActionStatus": 1, "ActionResult": null, "Error": ""},
            {"ActionType": "KMSEncryption", "ActionStatus": 1, "ActionResult": result, "Error": ""}]});
    client.send(RESPONSE, answer.to_string().as_bytes()).await;
    (Keys::new(&BASE64.decode(made["Plaintext"].as_str().unwrap()).unwrap()), wish)
}

/// Answers the agent's challenge, if one comes.
pub(crate) async fn prove(client: &mut Client, keys: &mut Keys, ways: Ways) -> Vec<Heard> {
    let mut heard = Vec::new();
    loop {
        match client.hear().await {
            Some(Heard::Output { content: CHALLENGE, payload, .. }) => {
                let asked: Value = serde_json::from_slice(&payload).unwrap();
                let asked = BASE64.decode(asked["Challenge"].as_str().unwrap()).unwrap();
                let mut secret = keys.open(&asked).unwrap();
                assert_eq!(secret.len(), 64);
                if ways == Ways::WrongProof {
                    secret[0] ^= 1;
                }
                let answer = json!({"Challenge": BASE64.encode(keys.seal(&secret))}).to_string();
                client.send(PROOF, answer.as_bytes()).await;
                return heard;
            }
            Some(other) => {
                let over = matches!(other, Heard::End(_));
                heard.push(other);
                if over {
                    return heard;
                }
            }
            None => return heard,
        }
    }
}

/// Types something.
pub(crate) async fn types(client: &mut Client, keys: &mut Keys, text: &[u8]) {
    let sealed = keys.seal(text);
    client.send(DATA, &sealed).await;
}
