//! Session Manager: sessions for ports, as the tunnel asks for them, and for shells.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_sdk_kms::primitives::Blob;
use zeroize::Zeroizing;

use super::{Aws, CallError, ReadError, stream};
use crate::tunnel::{
    service::{Entrance, Kind, Secret, Service, ServiceFailure, Started},
    shell::{DATA_KEY_BYTES, DataKey, KeyWanted},
    socket::WebSocket,
};

const START: &str = "ssm:StartSession";
const RESUME: &str = "ssm:ResumeSession";
const DATA_KEY: &str = "kms:GenerateDataKey";

/// What a shell is begun with.
#[derive(Clone, Debug, Default)]
pub struct ShellDocument {
    /// The document; nothing for the account's own.
    pub name: Option<String>,
    /// The command that it runs.
    pub command: Option<String>,
    /// Why, for the account's records.
    pub reason: Option<String>,
}

/// Session Manager, for one bastion and one destination.
#[derive(Debug)]
pub struct SessionManager {
    aws: Aws,
    target: String,
    host: String,
    port: u16,
    /// A shell instead.
    shell: Option<ShellDocument>,
    /// Why no session could be started, the last time.
    refused: Mutex<Option<ReadError>>,
}

impl SessionManager {
    /// Sessions through `target` to `host` and `port`.
    #[must_use]
    pub fn new(aws: Aws, target: impl Into<String>, host: impl Into<String>, port: u16) -> Self {
        Self { aws, target: target.into(), host: host.into(), port, shell: None, refused: Mutex::default() }
    }

    /// Shells on `target`.
    #[must_use]
    pub fn for_shell(aws: Aws, target: impl Into<String>, shell: ShellDocument) -> Self {
        Self { shell: Some(shell), ..Self::new(aws, target, "", 0) }
    }

    /// Whether the destination is the bastion itself.
    #[must_use]
    pub fn is_to_itself(host: &str) -> bool {
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Why AWS started no session, if that is how the last attempt ended.
    #[must_use]
    pub fn refused(&self) -> Option<ReadError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The document that a session is started with, and its parameters; the plain one leads to the bastion itself.
    #[must_use]
    pub fn document(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let port = ("portNumber", self.port.to_string());
        if Self::is_to_itself(&self.host) {
            return ("AWS-StartPortForwardingSession", vec![port]);
        }
        ("AWS-StartPortForwardingSessionToRemoteHost", vec![("host", self.host.clone()), port])
    }

    /// Starts a session for AWS's own plugin, which listens at this port: its name, and what the plugin is given, a
    /// secret.
    pub async fn start_for_plugin(&self, local_port: u16) -> Result<(String, Secret), ReadError> {
        let (document, mut parameters) = self.document();
        parameters.push(("localPortNumber", local_port.to_string()));
        let call = self.aws.ssm_once.start_session().target(&self.target).document_name(document);
        let answer = call.set_parameters(Some(of_document(parameters))).send().await;
        let answer = answer.map_err(|error| ReadError { action: START, error: CallError::of(&error) })?;
        let name = answer.session_id.clone().unwrap_or_default();
        let given = serde_json::json!({
            "SessionId": answer.session_id, "TokenValue": answer.token_value, "StreamUrl": answer.stream_url,
        });
        Ok((name, Secret::new(given.to_string())))
    }

    fn refuse(&self, error: ReadError) -> ServiceFailure {
        let failure = failure(&error);
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        failure
    }

    /// The connection with its credentials read afresh: a session outlives the first ones.
    async fn afresh(&self) -> Result<Aws, ServiceFailure> {
        self.aws.renewed().await.map_err(|error| ServiceFailure { text: error.to_string(), kind: Kind::Final })
    }
}

impl Service for SessionManager {
    async fn start(&self) -> Result<Started, ServiceFailure> {
        let aws = self.afresh().await?;
        let call = aws.ssm_once.start_session().target(&self.target);
        let call = match &self.shell {
            None => {
                let (document, parameters) = self.document();
                call.document_name(document).set_parameters(Some(of_document(parameters)))
            }
            Some(shell) => {
                let command = shell.command.clone().map(|command| of_document(vec![("command", command)]));
                call.set_document_name(shell.name.clone()).set_parameters(command).set_reason(shell.reason.clone())
            }
        };
        let answer = call.send().await;
        let answer = answer.map_err(|error| self.refuse(ReadError { action: START, error: CallError::of(&error) }))?;
        match (answer.session_id, entrance(answer.token_value, answer.stream_url)) {
            (Some(session_id), Some(entrance)) => Ok(Started { session_id, entrance }),
            _ => Err(ServiceFailure { text: format!("{START}: the answer has no way in"), kind: Kind::Final }),
        }
    }

    async fn resume(&self, session_id: &str) -> Result<Option<Entrance>, ServiceFailure> {
        let answer = self.afresh().await?.ssm_once.resume_session().session_id(session_id).send().await;
        let answer = answer.map_err(|error| failure(&ReadError { action: RESUME, error: CallError::of(&error) }))?;
        Ok(entrance(answer.token_value, answer.stream_url))
    }

    async fn terminate(&self, session_id: &str) -> Result<(), ServiceFailure> {
        self.afresh().await?.terminate_session(session_id).await.map_err(|error| failure(&error))
    }

    async fn data_key(&self, session_id: &str, wanted: &KeyWanted) -> Result<DataKey, ServiceFailure> {
        let size = i32::try_from(DATA_KEY_BYTES).unwrap_or_default();
        let call = self.afresh().await?.kms.generate_data_key().key_id(&wanted.key_id).number_of_bytes(size);
        let answer = call.set_encryption_context(Some(context(session_id, &self.target, wanted))).send().await;
        let answer =
            answer.map_err(|error| self.refuse(ReadError { action: DATA_KEY, error: CallError::of(&error) }))?;
        let plain = Zeroizing::new(answer.plaintext.map(Blob::into_inner).unwrap_or_default());
        let encrypted = answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        let odd =
            || ServiceFailure { text: format!("{DATA_KEY}: the answer has no key of 64 bytes"), kind: Kind::Final };
        DataKey::new(plain, encrypted).ok_or_else(odd)
    }

    async fn connect(&self, stream_url: &Secret) -> Result<WebSocket, ServiceFailure> {
        stream::open(&self.afresh().await?, stream_url).await
    }
}

/// Each parameter of a document is a list.
fn of_document(parameters: Vec<(&'static str, String)>) -> HashMap<String, Vec<String>> {
    parameters.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect()
}

/// What the agent decrypts the key with: the target exactly as the session was begun with.
fn context(session_id: &str, target: &str, wanted: &KeyWanted) -> HashMap<String, String> {
    let mut context = HashMap::from([
        ("aws:ssm:SessionId".to_owned(), session_id.to_owned()),
        ("aws:ssm:TargetId".to_owned(), target.to_owned()),
    ]);
    context.extend(wanted.challenge.clone().map(|challenge| ("aws:ssm:RandomChallenge".to_owned(), challenge)));
    context
}

/// Without a token there is nothing to come back to.
fn entrance(token: Option<String>, url: Option<String>) -> Option<Entrance> {
    let token = token.filter(|token| !token.is_empty())?;
    Some(Entrance { token: Secret::new(token), stream_url: Secret::new(url.unwrap_or_default()) })
}

/// Credentials can be renewed meanwhile by somebody; a permission isn't given so soon.
fn failure(error: &ReadError) -> ServiceFailure {
    let kind = match &error.error {
        CallError::Refused { code, .. } if code == "DoesNotExistException" => Kind::Gone,
        other if other.passes() || other.is_about_credentials() => Kind::Transient,
        _ => Kind::Final,
    };
    ServiceFailure { text: error.to_string(), kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_come_after_a_refusal() {
        let refused = |code: &str| CallError::Refused { code: code.into(), message: String::new(), request_id: None };
        for (error, expected) in [
            (refused("DoesNotExistException"), Kind::Gone),
            (refused("TargetNotConnected"), Kind::Final),
            (refused("AccessDeniedException"), Kind::Final),
            (refused("ExpiredTokenException"), Kind::Transient),
            (CallError::Throttled { why: String::new() }, Kind::Transient),
            (CallError::MaybeActed { why: String::new() }, Kind::Transient),
        ] {
            let error = ReadError { action: RESUME, error };
            assert_eq!(failure(&error).kind, expected, "{error}");
        }
    }

    #[test]
    fn only_a_loopback_host_is_the_bastion_itself() {
        for (host, is) in [("localhost", true), ("127.0.0.1", true), ("::1", true), ("10.0.0.1", false), ("db", false)]
        {
            assert_eq!(SessionManager::is_to_itself(host), is, "{host}");
        }
    }

    #[test]
    fn a_data_key_belongs_to_one_session_on_one_target() {
        let wanted = KeyWanted { key_id: "k".into(), challenge: Some("c".into()) };
        let mut found: Vec<_> = context("s", "i-1", &wanted).into_iter().collect();
        found.sort();
        let of = |name: &str, value: &str| (format!("aws:ssm:{name}"), value.to_owned());
        assert_eq!(found, [of("RandomChallenge", "c"), of("SessionId", "s"), of("TargetId", "i-1")]);
        assert_eq!(context("s", "i-1", &KeyWanted::default()).len(), 2);
    }

    #[test]
    fn an_answer_without_a_token_is_the_end() {
        assert!(entrance(None, Some("wss://a".into())).is_none());
        assert!(entrance(Some(String::new()), Some("wss://a".into())).is_none());
        assert!(entrance(Some("t".into()), Some("wss://a".into())).is_some());
    }
}
