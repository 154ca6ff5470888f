//! The handshake of a shell: what the agent asks for, and what is answered. Pure.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{DataKey, ShellKind};
use crate::tunnel::{
    agent_version::AgentVersion,
    failure::Failure,
    handshake::CLIENT_VERSION,
    payload::{HandshakeRequest, HandshakeResponse, ProcessedAction, RequestedAction},
};

const DONE: u8 = 1;
const FAILED: u8 = 2;
const UNSUPPORTED: u8 = 3;

/// The data key that an agent wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyWanted {
    /// The KMS key.
    pub key_id: String,
    /// What newer agents want to find in the key's encryption context, as they sent it.
    pub challenge: Option<String>,
}

/// What an agent asks for, and how much of it can be done.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) kind: Result<ShellKind, Failure>,
    pub(super) agent: AgentVersion,
    pub(super) key: Option<KeyWanted>,
    actions: Vec<RequestedAction>,
}

impl Asked {
    /// `must_encrypt`: who says that the session has to be encrypted.
    pub(super) fn read(request: HandshakeRequest, must_encrypt: Option<&str>) -> Self {
        let agent = AgentVersion::read(&request.agent_version);
        let actions = request.requested_client_actions;
        let of_type = |name: &str| actions.iter().find(|action| action.action_type == name);
        let missing = || Failure::Protocol("the agent's handshake asks for no type of session".into());
        let mut kind = of_type("SessionType").ok_or_else(missing).and_then(kind);
        let key = of_type("KMSEncryption").map(wanted);
        if let Some(unknown) = actions.iter().find(|action| !is_known(action)) {
            let asks = &unknown.action_type;
            kind = Err(Failure::Protocol(format!("the agent asks for `{asks}`, which this client doesn't know")));
        } else if let (None, Some(who), Ok(_)) = (&key, must_encrypt, &kind) {
            kind = Err(Failure::Unencrypted { who: who.to_owned() });
        }
        Self { kind, agent, key, actions }
    }

    /// One answer for each action, in order.
    pub(super) fn response(&self, key: Option<Result<&DataKey, String>>) -> HandshakeResponse {
        let mut key = key;
        let answer = |action: &RequestedAction| {
            let (status, result, error) = match action.action_type.as_str() {
                "SessionType" => match &self.kind {
                    Ok(_) => (DONE, None, String::new()),
                    Err(failure) => (FAILED, None, failure.to_string()),
                },
                "KMSEncryption" => match key.take() {
                    Some(Ok(key)) => (DONE, Some(self.result(key)), String::new()),
                    Some(Err(why)) => (FAILED, None, why),
                    None => (FAILED, None, "there is no data key".into()),
                },
                other => (UNSUPPORTED, None, format!("`{other}` isn't supported by this client")),
            };
            let action_type = action.action_type.clone();
            ProcessedAction { action_type, action_status: status, action_result: result, error }
        };
        let processed_client_actions = self.actions.iter().map(answer).collect();
        HandshakeResponse { client_version: CLIENT_VERSION.into(), processed_client_actions, errors: None }
    }

    fn result(&self, key: &DataKey) -> Value {
        let text = BASE64_STANDARD.encode(key.encrypted());
        let mut result = json!({"KMSCipherTextKey": text, "KMSCipherTextHash": null});
        if self.key.as_ref().is_some_and(|key| key.challenge.is_some())
            && let Some(members) = result.as_object_mut()
        {
            members.insert("ChallengeAcknowledgement".into(), true.into());
        }
        result
    }
}

fn is_known(action: &RequestedAction) -> bool {
    matches!(action.action_type.as_str(), "SessionType" | "KMSEncryption")
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn kind(action: &RequestedAction) -> Result<ShellKind, Failure> {
    match text(&action.action_parameters, "SessionType").as_str() {
        "Standard_Stream" | "InteractiveCommands" => Ok(ShellKind::Terminal),
        "NonInteractiveCommands" => Ok(ShellKind::Command),
        other => Err(Failure::Protocol(format!("the session's type is `{other}`, which is no shell"))),
    }
}

fn wanted(action: &RequestedAction) -> KeyWanted {
    let challenge = text(&action.action_parameters, "Challenge");
    KeyWanted {
        key_id: text(&action.action_parameters, "KMSKeyId"),
        challenge: (!challenge.is_empty()).then_some(challenge),
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    const SHELL: &str =
        r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"Standard_Stream","Properties":null}}"#;
    const COMMAND: &str = r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"NonInteractiveCommands"}}"#;
    const PORT: &str = r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port"}}"#;
    const KEY: &str = r#"{"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"k","Challenge":"Y2g="}}"#;
    const OLD_KEY: &str = r#"{"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"k"}}"#;
    const DANCE: &str = r#"{"ActionType":"Dance","ActionParameters":7}"#;

    fn asked(actions: &[&str], must_encrypt: Option<&str>) -> Asked {
        let text = format!(r#"{{"AgentVersion":"3.3.987.0","RequestedClientActions":[{}]}}"#, actions.join(","));
        Asked::read(serde_json::from_str(&text).expect("a request"), must_encrypt)
    }

    #[test]
    fn each_action_gets_its_status_in_order() {
        for (actions, must_encrypt, statuses, usable) in [
            (&[SHELL][..], None, &[1][..], true),
            (&[COMMAND], None, &[1], true),
            (&[SHELL, KEY], None, &[1, 2], true),
            (&[SHELL, KEY], Some("x"), &[1, 2], true),
            (&[SHELL], Some("the preferences"), &[2], false),
            (&[PORT], None, &[2], false),
            (&[SHELL, DANCE], None, &[2, 3], false),
            (&[KEY], None, &[2], false),
            (&[], None, &[], false),
        ] {
            let asked = asked(actions, must_encrypt);
            let response = asked.response(None);
            let found: Vec<u8> = response.processed_client_actions.iter().map(|action| action.action_status).collect();
            assert_eq!(found, statuses, "{actions:?}");
            let has_text = |action: &ProcessedAction| action.error.is_empty() == (action.action_status == 1);
            assert!(response.processed_client_actions.iter().all(has_text), "{response:?}");
            assert_eq!(asked.kind.is_ok(), usable, "{actions:?}");
        }
        assert_eq!(asked(&[COMMAND], None).kind, Ok(ShellKind::Command));
    }

    #[test]
    fn a_key_is_handed_over_and_a_challenge_acknowledged_where_there_was_one() {
        let key = DataKey::new(Zeroizing::new(vec![7; 64]), b"blob".to_vec()).expect("a key");
        for (action, expected) in [
            (KEY, r#"{"KMSCipherTextKey":"YmxvYg==","KMSCipherTextHash":null,"ChallengeAcknowledgement":true}"#),
            (OLD_KEY, r#"{"KMSCipherTextKey":"YmxvYg==","KMSCipherTextHash":null}"#),
        ] {
            let response = asked(&[SHELL, action], None).response(Some(Ok(&key)));
            let result = response.processed_client_actions[1].action_result.as_ref().expect("a result");
            assert_eq!(result.to_string(), expected);
        }
        let response = asked(&[SHELL, KEY], None).response(Some(Err("denied".into())));
        assert_eq!(response.processed_client_actions[1].error, "denied");
        assert_eq!(response.processed_client_actions[1].action_status, 2);
    }
}
