//! What a session needs of AWS: three calls and a web socket. The crate implements it; tests do, too.

use std::fmt;

use super::{
    shell::{DataKey, KeyWanted},
    socket::WebSocket,
};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("…")
    }
}

/// The answer to `StartSession`.
#[derive(Clone, Debug)]
pub struct Started {
    /// The session's name.
    pub session_id: String,
    /// The way in.
    pub entrance: Entrance,
}

/// A way into a session, good for one web socket.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Who has it may use the session.
    pub token: Secret,
    /// Where to connect to, byte for byte.
    pub stream_url: Secret,
}

impl Entrance {
    /// The host of the stream, which is no secret.
    #[must_use]
    pub fn host(&self) -> String {
        let url = self.stream_url.reveal();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split(['/', '?']).next().unwrap_or_default().to_owned()
    }
}

/// Why a call or a connection failed, as far as it matters for what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It may work a little later: network, throttling, an error at AWS, credentials that someone can renew meanwhile.
    Transient,
    /// It won't work: no permission, a wrong parameter.
    Final,
    /// There is no such session any more.
    Gone,
}

/// A call or a connection that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ServiceFailure {
    /// A sentence for people, without secrets.
    pub text: String,
    /// What may come next.
    pub kind: Kind,
}

/// Session Manager, for one target and one destination. Credentials are looked up anew for each call: a session outlives
/// the first ones.
pub trait Service: Send + Sync + 'static {
    /// `StartSession`.
    fn start(&self) -> impl Future<Output = Result<Started, ServiceFailure>> + Send;

    /// `ResumeSession`. An answer without a token means that the session has ended: `None`.
    fn resume(&self, session_id: &str) -> impl Future<Output = Result<Option<Entrance>, ServiceFailure>> + Send;

    /// `TerminateSession`.
    fn terminate(&self, session_id: &str) -> impl Future<Output = Result<(), ServiceFailure>> + Send;

    /// `GenerateDataKey`, for a shell that is encrypted: 64 bytes, in the context that the agent will decrypt them in.
    fn data_key(
        &self,
        _session_id: &str,
        _wanted: &KeyWanted,
    ) -> impl Future<Output = Result<DataKey, ServiceFailure>> + Send {
        let text = "this session takes no data keys".to_owned();
        std::future::ready(Err(ServiceFailure { text, kind: Kind::Final }))
    }

    /// Opens the web socket with a freshly signed request; [`super::socket::upgrade`] does the rest.
    fn connect(&self, stream_url: &Secret) -> impl Future<Output = Result<WebSocket, ServiceFailure>> + Send;
}
