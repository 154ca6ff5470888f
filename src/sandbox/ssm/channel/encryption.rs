//! How a shell comes to be encrypted: the data key that the client had made is decrypted, and both show that they have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::cipher::{Cipher, KEYS, random};
use super::habits::Habits;
use super::handshake::FAILED;
use super::message::Content;
use super::payload::HandshakeResponse;
use super::session::{Phase, Session};
use super::state::State;

/// What the user reads at the handshake's end.
const ENCRYPTED: &str = "This session is encrypted using AWS KMS.";
/// The key of a port's handshake that asks for encryption on order; nothing in the world has it.
const NOBODYS: &str = "arn:aws:kms:eu-west-2:000000000000:key/00000000-0000-4000-8000-000000000000";

/// What the agent has asked for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    key: String,
    /// What the data key is to be bound to as well; agents before 3.3.808.0 have none (`R-SHELL-12`).
    challenge: Option<String>,
}

/// A client's data key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DataKey {
    #[serde(rename = "KMSCipherTextKey")]
    encrypted: String,
    #[serde(rename = "ChallengeAcknowledgement")]
    acknowledges: bool,
}

/// Both challenges look like this.
#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
struct Challenge {
    challenge: String,
}

impl Wish {
    /// The action in the agent's handshake.
    pub(super) fn action(&self) -> Value {
        let mut parameters = json!({"KMSKeyId": self.key});
        if let (Some(challenge), Some(parameters)) = (&self.challenge, parameters.as_object_mut()) {
            parameters.insert("Challenge".to_owned(), json!(challenge));
        }
        json!({"ActionType": "KMSEncryption", "ActionParameters": parameters})
    }
}

impl Session {
    /// What the agent asks for: agents from 2.3.539.0 on, where the preferences name a key (`R-SHELL-11`), and never for a
    /// port (`R-SHELL-16`).
    pub(super) fn wish(&self, habits: &Habits) -> Option<Wish> {
        let (version, enforces) = (self.version(), |rule| self.around.enforces(rule));
        let port = self.facts.is_port() && enforces("R-SHELL-16");
        let key = match habits.kms.as_ref().or(self.facts.preferences.kms.as_ref()) {
            _ if port && habits.ports_ask_for_kms => NOBODYS.to_owned(),
            Some(key) if !port && (version.encrypts() || !enforces("R-SHELL-11")) => key.clone(),
            _ => return None,
        };
        let challenges = version.challenges() || !enforces("R-SHELL-12");
        let challenge = challenges.then(random::<16>).flatten().map(|bytes| BASE64.encode(bytes));
        Some(Wish { key, challenge })
    }

    /// The client has a data key: it is decrypted, which ends the session where that fails. Some agents want their challenge
    /// acknowledged (`R-SHELL-13`).
    pub(super) fn agreed(
        self: &Arc<Self>,
        state: &mut State,
        wish: &Wish,
        answer: &HandshakeResponse,
        since: Instant,
    ) -> Result<(), String> {
        if self.facts.is_port() {
            return Err("a port is never encrypted".to_owned());
        }
        let action = answer.processed_client_actions.iter().find(|action| action.action_type == "KMSEncryption");
        let action = action.ok_or("KMSEncryption was not processed")?;
        let key: DataKey = serde_json::from_value(action.action_result.clone()).map_err(|error| error.to_string())?;
        let acknowledged = wish.challenge.as_ref().filter(|_| key.acknowledges);
        let required = self.around.habits().requires_challenge_response && self.around.enforces("R-SHELL-13");
        if wish.challenge.is_some() && acknowledged.is_none() && required {
            return Err("the KMS challenge was not acknowledged".to_owned());
        }
        let encrypted = BASE64.decode(&key.encrypted).map_err(|error| error.to_string())?;
        let mut context = BTreeMap::from([
            ("aws:ssm:SessionId".to_owned(), self.facts.id.clone()),
            ("aws:ssm:TargetId".to_owned(), self.facts.target.clone()),
        ]);
        context.extend(acknowledged.map(|challenge| ("aws:ssm:RandomChallenge".to_owned(), challenge.clone())));
        state.phase = Phase::Decrypting { since };
        let session = Arc::clone(self);
        self.spawn(async move { session.decrypt(&encrypted, &context, since) });
        Ok(())
    }

    /// KMS decrypts the data key, without the session's lock: the world has one of its own.
    fn decrypt(self: &Arc<Self>, encrypted: &[u8], context: &BTreeMap<String, String>, began: Instant) {
        let key = self.around.network.decrypt(&self.facts, encrypted, context);
        let mut state = self.state();
        let now = Instant::now();
        let cipher = key.and_then(|key| {
            Cipher::new(&key).ok_or_else(|| format!("a data key has {KEYS} bytes, and not {}", key.len()))
        });
        let asked = cipher.and_then(|mut cipher| {
            let nonce = "there are no random numbers";
            let expected = random::<64>().ok_or(nonce)?;
            let challenge = Challenge { challenge: BASE64.encode(cipher.seal(&expected).ok_or(nonce)?) };
            Ok((cipher, expected, json!(challenge).to_string()))
        });
        match asked {
            Ok((cipher, expected, challenge)) => {
                state.cipher = Some(cipher);
                state.phase = Phase::Challenged { began, since: now, expected: Box::new(expected) };
                state.send(Content::ChallengeRequest, challenge.as_bytes());
            }
            Err(why) => self.end_soon(&mut state, format!("{FAILED}{why}"), now),
        }
    }

    /// The client has answered the challenge: only the right answer opens the session (`R-SHELL-14`).
    pub(super) fn proved(self: &Arc<Self>, state: &mut State, answer: &[u8], now: Instant) {
        let Phase::Challenged { began, expected, .. } = &state.phase else { return };
        let answer: Challenge = serde_json::from_slice(answer).unwrap_or_default();
        let answer = BASE64.decode(answer.challenge).ok();
        let answer = answer.and_then(|answer| state.cipher.as_ref()?.open(&answer));
        if answer.as_deref() != Some(&expected[..]) && self.around.enforces("R-SHELL-14") {
            return self.end_soon(state, format!("{FAILED}the answer to the encryption challenge is wrong"), now);
        }
        let began = *began;
        self.complete(state, ENCRYPTED, began, now);
    }
}
