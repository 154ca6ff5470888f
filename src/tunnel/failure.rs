//! Why a session, or the whole tunnel, didn't work: sentences for people.

use super::agent_version::AgentVersion;

/// What a tunnel can fail of. Holds no secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The port on this machine can't be had.
    #[error(
        "port {port} on {address} can't be opened: {why}. Nothing was started. Choose another port, or 0 for any free one"
    )]
    Port {
        /// Which address.
        address: String,
        /// Which port.
        port: u16,
        /// What the system says.
        why: String,
    },
    /// Session Manager didn't start, resume or end a session.
    #[error("{0}")]
    Service(String),
    /// The web socket couldn't be opened.
    #[error(
        "the session was started, but its data channel at {host} can't be opened: {why}. Likely causes: no way to the \
         ssmmessages endpoint from here (proxy, firewall, private endpoint), or no permission for ssmmessages:OpenDataChannel"
    )]
    Connect {
        /// The host of the stream.
        host: String,
        /// What the attempt ended with.
        why: String,
    },
    /// The data channel is open, and nobody speaks.
    #[error(
        "the data channel at {host} is open, but the agent says nothing for {seconds} seconds. Likely causes: the agent on \
         the bastion can't reach ssmmessages, or has just lost its connection"
    )]
    NoAnswer {
        /// The host of the stream.
        host: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The agent would connect to itself.
    #[error(
        "the agent on the bastion is {agent}; only 3.1.1374.0 and later reach other hosts. Update it with the document \
         AWS-UpdateSSMAgent"
    )]
    AgentTooOld {
        /// What it says it is.
        agent: AgentVersion,
    },
    /// The agent wants to encrypt with a key.
    #[error(
        "the agent asks for encryption with a KMS key, which sessions for ports never have; this client doesn't do it"
    )]
    Encryption,
    /// A shell that has to be encrypted isn't.
    #[error(
        "{who} asks for sessions that are encrypted with a KMS key, and the agent doesn't encrypt this one. Nothing was \
         sent to it. Likely cause: the agent is older than 2.3.539.0; update it with the document AWS-UpdateSSMAgent"
    )]
    Unencrypted {
        /// What asks for it.
        who: String,
    },
    /// A shell is to be encrypted, and the key can't be had.
    #[error(
        "the session is to be encrypted with a KMS key, and its data key can't be had: {0}. Nothing is sent in plain"
    )]
    DataKey(String),
    /// The other end doesn't keep to the protocol.
    #[error("the session can't be used: {0}")]
    Protocol(String),
    /// The session ended before it began.
    #[error("{0}")]
    Ended(Ended),
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Ended {
    /// We ended it.
    #[error("the session was ended")]
    Terminated {
        /// Why Session Manager's own call for that failed, if it did: the session then ends by itself when it is idle.
        api: Option<String>,
    },
    /// The service closed it, with a text or without.
    #[error("{}", closed(.output))]
    Closed {
        /// What the service says.
        output: String,
    },
    /// There was nothing to come back to.
    #[error(
        "Session Manager has ended the session: it was idle for too long, reached its longest duration or was terminated"
    )]
    Gone,
    /// The connection was lost and didn't come back.
    #[error("the connection was lost and {minutes} minutes of attempts didn't bring it back: {why}")]
    Lost {
        /// How long we tried.
        minutes: u64,
        /// What the last attempt ended with.
        why: String,
    },
    /// The way back is barred.
    #[error("the connection was lost, and the session can't be resumed: {0}")]
    Barred(String),
    /// The agent took nothing for too long.
    #[error(
        "the agent on the bastion has taken nothing for {minutes} minutes: it is likely that the bastion was stopped or has \
         lost its network"
    )]
    Silent {
        /// How long.
        minutes: u64,
    },
    /// It never became usable.
    #[error("{0}")]
    Failed(Box<Failure>),
}

fn closed(output: &str) -> String {
    match output.trim() {
        "" => "Session Manager has closed the session".into(),
        text => format!("Session Manager has closed the session: {text}"),
    }
}

/// Why one connection ended.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamEnd {
    /// The other end closed it, after all of its bytes.
    Finished,
    /// The local client closed it, or is gone.
    ByClient,
    /// The agent couldn't connect to the destination.
    Refused,
    /// The other end closed it without a single byte.
    Empty,
    /// The local client reads too slowly: more than this many bytes were waiting for it.
    TooSlow {
        /// The bound.
        bytes: usize,
    },
    /// The whole session ended.
    SessionEnded(Ended),
}

impl StreamEnd {
    /// Whether the client may take what it got for everything.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        matches!(self, Self::Finished | Self::ByClient | Self::Empty)
    }

    /// The reason as a sentence, for a connection to `host` and `port`.
    #[must_use]
    pub fn sentence(&self, host: &str, port: u16) -> String {
        match self {
            Self::Finished => format!("{host}:{port} closed the connection"),
            Self::ByClient => "the client closed the connection".into(),
            Self::Refused => format!(
                "the bastion can't connect to {host}:{port}. Likely causes: nothing listens on that port, the database \
                 isn't available now, its name can't be resolved from the bastion, or security groups and network ACLs \
                 reject it"
            ),
            Self::Empty => format!("{host}:{port} closed the connection without sending anything"),
            Self::TooSlow { bytes } => format!(
                "the client reads more slowly than {host}:{port} sends, and {} MiB were waiting for it; the connection was \
                 closed so that the others go on",
                bytes >> 20
            ),
            Self::SessionEnded(ended) => ended.to_string(),
        }
    }
}
