//! Where a connection of a session goes. Nothing but this machine's own loopback is ever dialled.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

use super::facts::Facts;

/// Where an address leads.
pub enum Dial {
    /// To a server on this machine.
    Local(SocketAddr),
    /// To somebody in this process, without any socket: for tests on a paused clock.
    Pipe(DuplexStream),
    /// The machine is there and takes no connection.
    Refused,
    /// There is no such host.
    Unknown,
    /// Nobody answers, as where a security group lets nobody in.
    Hang,
    /// It takes a while to find out: a server is started first, for example. Called where it may block.
    Later(Box<dyn FnOnce() -> Dial + Send>),
}

impl std::fmt::Debug for Dial {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(address) => write!(form, "Local({address})"),
            Self::Pipe(_) => form.write_str("Pipe"),
            Self::Refused => form.write_str("Refused"),
            Self::Unknown => form.write_str("Unknown"),
            Self::Hang => form.write_str("Hang"),
            Self::Later(_) => form.write_str("Later"),
        }
    }
}

/// Where an address is ordered to lead, in words: `127.0.0.1:5432`, `refused`, `unknown` or `hang`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reach {
    /// To a server on this machine's loopback.
    Local(SocketAddr),
    /// A machine that takes no connection.
    Refused,
    /// No such host.
    Unknown,
    /// Nobody answers.
    Hangs,
}

impl std::str::FromStr for Reach {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refused" => Ok(Self::Refused),
            "unknown" => Ok(Self::Unknown),
            "hang" => Ok(Self::Hangs),
            address => match address.parse::<SocketAddr>() {
                Ok(address) if address.ip().is_loopback() => Ok(Self::Local(address)),
                _ => Err(format!("{text} is no address of this machine's loopback, nor refused, unknown or hang")),
            },
        }
    }
}

impl TryFrom<String> for Reach {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Reach> for String {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Local(address) => address.to_string(),
            Reach::Refused => "refused".to_owned(),
            Reach::Unknown => "unknown".to_owned(),
            Reach::Hangs => "hang".to_owned(),
        }
    }
}

impl From<Reach> for Dial {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Local(address) => Self::Local(address),
            Reach::Refused => Self::Refused,
            Reach::Unknown => Self::Unknown,
            Reach::Hangs => Self::Hang,
        }
    }
}

/// What a host stood for when somebody looked it up: it goes on to stand for that, whatever becomes of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A host by its name alone.
    Name(String),
    /// A database, by its resource id.
    Database(String),
}

/// The network that machines are in.
pub(crate) trait Network: Send + Sync {
    /// Looks a host up from a session's machine; nothing where there is none of this name.
    fn resolve(&self, from: &Facts, host: &str) -> Option<Resolved>;

    /// Whether a port of it can be reached from there.
    fn road(&self, from: &Facts, to: &Resolved, port: u16) -> Road;

    /// Has KMS decrypt something with this context, or says why not.
    fn decrypt(&self, from: &Facts, encrypted: &[u8], context: &BTreeMap<String, String>) -> Result<Vec<u8>, String>;
}

/// What a network lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Road {
    /// Who is there decides.
    Open,
    /// The machine is there, and nobody listens on the port.
    Refused,
    /// Nothing comes back.
    Hangs,
}

/// A destination that the network lets a session reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The machine that dials, as its session's target.
    pub machine: &'a str,
    /// The host as it was asked for; `localhost` for the machine itself.
    pub host: &'a str,
    /// The resource id of the database that it is, if it is one.
    pub database: Option<&'a str>,
    /// The port.
    pub port: u16,
}

/// Who knows where destinations are on this machine.
pub(crate) type Servers = dyn Fn(&Wanted<'_>) -> Option<Dial> + Send + Sync;

/// A connection to a destination.
pub(crate) enum Connection {
    Tcp(TcpStream),
    Pipe(DuplexStream),
}

/// The halves of a connection.
pub(crate) type Halves = (Box<dyn AsyncRead + Send + Unpin>, Box<dyn AsyncWrite + Send + Unpin>);

impl Connection {
    pub(crate) fn split(self) -> Halves {
        match self {
            Self::Tcp(stream) => {
                let (reader, writer) = stream.into_split();
                (Box::new(reader), Box::new(writer))
            }
            Self::Pipe(stream) => {
                let (reader, writer) = tokio::io::split(stream);
                (Box::new(reader), Box::new(writer))
            }
        }
    }
}

/// Connects, or says why not in the words of the agent's log; nobody's answer is waited for so long.
pub(crate) async fn connect(dial: Dial, name: &str, patience: Duration) -> Result<Connection, String> {
    let dial = match dial {
        Dial::Later(find) => tokio::task::spawn_blocking(find).await.unwrap_or(Dial::Refused),
        dial => dial,
    };
    match dial {
        Dial::Local(address) if address.ip().is_loopback() => {
            let stream = TcpStream::connect(address).await.map_err(|error| format!("dial tcp {name}: {error}"))?;
            // Go's default.
            stream.set_nodelay(true).map_err(|error| error.to_string())?;
            Ok(Connection::Tcp(stream))
        }
        Dial::Pipe(stream) => Ok(Connection::Pipe(stream)),
        Dial::Local(_) | Dial::Refused | Dial::Later(_) => Err(format!("dial tcp {name}: connect: connection refused")),
        Dial::Unknown => Err(format!("dial tcp {name}: missing address")),
        Dial::Hang => {
            tokio::time::sleep(patience).await;
            Err(format!("dial tcp {name}: connect: connection timed out"))
        }
    }
}
