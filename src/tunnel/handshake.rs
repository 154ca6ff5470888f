//! The handshake: what the agent asks for, what we answer, and how the session is used afterwards. Pure.

use serde_json::Value;

use super::{
    agent_version::AgentVersion,
    failure::Failure,
    payload::{HandshakeRequest, HandshakeResponse, ProcessedAction, RequestedAction},
    shell::ShellKind,
};

/// What we say we are. Agents switch their keep-alive off for clients above 1.2.331.0, and the service asks for at least
/// this one.
pub const CLIENT_VERSION: &str = "1.2.764.0";

const DONE: u8 = 1;
const FAILED: u8 = 2;
const UNSUPPORTED: u8 = 3;

/// How bytes are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Many connections at once. Old agents want to hear something every ten seconds.
    Streams {
        /// Whether this is such an agent.
        keep_alive: bool,
    },
    /// A shell or a command.
    Shell(ShellKind),
    /// One connection at a time.
    OneClient {
        /// Whether the agent connects anew for the next one; otherwise the session ends with the connection.
        reconnects: bool,
    },
}

/// What both ends agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// How bytes are carried.
    pub mode: Mode,
    /// The agent at the other end.
    pub agent: AgentVersion,
}

/// Answers the agent. The answer is sent even where the session can't be used: the agent tells its log why.
pub fn answer(request: &HandshakeRequest, reaches_other_host: bool) -> (HandshakeResponse, Result<Agreement, Failure>) {
    let agent = AgentVersion::read(&request.agent_version);
    let mut agreed = Err(Failure::Protocol("the agent's handshake asks for no type of session".into()));
    let mut refused = None;
    let mut processed = Vec::new();
    for action in &request.requested_client_actions {
        let (status, error) = match action.action_type.as_str() {
            "SessionType" => match mode(action, agent) {
                Ok(_) if reaches_other_host && agent < AgentVersion::FIRST_WITH_REMOTE_HOSTS => {
                    let failure = Failure::AgentTooOld { agent };
                    let text = failure.to_string();
                    refused = Some(failure);
                    (FAILED, text)
                }
                Ok(mode) => {
                    agreed = Ok(Agreement { mode, agent });
                    (DONE, String::new())
                }
                Err(text) => {
                    refused = Some(Failure::Protocol(text.clone()));
                    (FAILED, text)
                }
            },
            "KMSEncryption" => {
                refused = Some(Failure::Encryption);
                (FAILED, "sessions encrypted with a KMS key aren't supported by this client".into())
            }
            other => {
                refused =
                    Some(Failure::Protocol(format!("the agent asks for `{other}`, which this client doesn't know")));
                (UNSUPPORTED, format!("`{other}` isn't supported by this client"))
            }
        };
        let action_type = action.action_type.clone();
        processed.push(ProcessedAction { action_type, action_status: status, action_result: None, error });
    }
    let response =
        HandshakeResponse { client_version: CLIENT_VERSION.into(), processed_client_actions: processed, errors: None };
    (response, refused.map_or(agreed, Err))
}

fn mode(action: &RequestedAction, agent: AgentVersion) -> Result<Mode, String> {
    let member = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let session_type = member(&action.action_parameters, "SessionType");
    if session_type != "Port" {
        return Err(format!("the session's type is `{session_type}`, and this client carries only ports"));
    }
    let properties = action.action_parameters.get("Properties").unwrap_or(&Value::Null);
    let forwards = member(properties, "type") == "LocalPortForwarding";
    Ok(if forwards && agent > AgentVersion::LAST_WITHOUT_STREAMS {
        Mode::Streams { keep_alive: agent <= AgentVersion::LAST_WITH_KEEP_ALIVE }
    } else {
        Mode::OneClient { reconnects: forwards }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: &str, actions: &str) -> HandshakeRequest {
        serde_json::from_str(&format!(r#"{{"AgentVersion":"{version}","RequestedClientActions":[{actions}]}}"#))
            .expect("a request")
    }

    const PORT: &str = r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port","Properties":{"portNumber":"5432","type":"LocalPortForwarding"}}}"#;
    const SSH: &str =
        r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port","Properties":{"portNumber":"22"}}}"#;

    /// Checks 5 and 6.
    #[test]
    fn the_agents_version_decides_how_bytes_are_carried() {
        let table = [
            ("3.0.196.0", PORT, Mode::OneClient { reconnects: true }),
            ("3.0.197.0", PORT, Mode::Streams { keep_alive: true }),
            ("3.1.1511.0", PORT, Mode::Streams { keep_alive: true }),
            ("3.1.1512.0", PORT, Mode::Streams { keep_alive: false }),
            ("3.3", PORT, Mode::OneClient { reconnects: true }),
            ("3.3.987.0", SSH, Mode::OneClient { reconnects: false }),
        ];
        for (version, action, expected) in table {
            let (response, agreement) = answer(&request(version, action), false);
            assert_eq!(agreement.expect(version).mode, expected, "{version}");
            assert_eq!(response.client_version, "1.2.764.0");
        }
    }

    /// Check 3.
    #[test]
    fn each_action_gets_its_status_in_order() {
        let shell =
            r#"{"ActionType":"SessionType","ActionParameters":{"SessionType":"Standard_Stream","Properties":null}}"#;
        let unknown = r#"{"ActionType":"Dance","ActionParameters":7}"#;
        let key = r#"{"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"k"}}"#;
        let table = [
            (PORT.to_owned(), vec![1], true),
            (format!("{PORT},{unknown}"), vec![1, 3], false),
            (shell.to_owned(), vec![2], false),
            (format!("{PORT},{key}"), vec![1, 2], false),
            (String::new(), vec![], false),
        ];
        for (actions, expected, usable) in table {
            let (response, agreement) = answer(&request("3.3.987.0", &actions), false);
            let found: Vec<u8> = response.processed_client_actions.iter().map(|action| action.action_status).collect();
            assert_eq!(found, expected, "{actions}");
            let has_text = |action: &ProcessedAction| action.error.is_empty() == (action.action_status == 1);
            assert!(response.processed_client_actions.iter().all(has_text), "{response:?}");
            assert_eq!(agreement.is_ok(), usable, "{actions}");
        }
    }

    #[test]
    fn an_agent_that_would_connect_to_itself_is_refused() {
        let (response, agreement) = answer(&request("3.1.1373.0", PORT), true);
        assert!(matches!(agreement, Err(Failure::AgentTooOld { .. })), "{agreement:?}");
        assert_eq!(response.processed_client_actions[0].action_status, 2);
        assert!(answer(&request("3.1.1374.0", PORT), true).1.is_ok());
    }

    #[test]
    fn the_answer_is_as_the_agent_reads_it() {
        let (response, _) = answer(&request("3.3.987.0", PORT), false);
        let expected = r#"{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#;
        assert_eq!(serde_json::to_string(&response).expect("JSON"), expected);
    }
}
