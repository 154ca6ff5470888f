//! What messages carry: the types of payloads, and the JSON members of those that aren't plain bytes.

use bytes::{BufMut, BytesMut};
use serde::{Deserialize, Serialize};

use super::message::MessageId;

/// Bytes of the connection, both ways.
pub const DATA: u32 = 1;
/// The size of a shell's terminal, from the client.
pub const SIZE: u32 = 3;
/// The agent asks what the client can do.
pub const HANDSHAKE_REQUEST: u32 = 5;
/// The client's answer.
pub const HANDSHAKE_RESPONSE: u32 = 6;
/// The agent is done with the handshake.
pub const HANDSHAKE_COMPLETE: u32 = 7;
/// The agent proves that it has the data key, and wants the client to.
pub const ENCRYPTION_CHALLENGE: u32 = 8;
/// The client's proof.
pub const ENCRYPTION_RESPONSE: u32 = 9;
/// Four bytes that say one thing, see [`Flag`].
pub const FLAG: u32 = 10;
/// What a command prints as errors.
pub const STANDARD_ERROR: u32 = 11;
/// How a command ended, as text.
pub const EXIT_CODE: u32 = 12;

/// A payload of type [`FLAG`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// From the client: close the connection to the port.
    DisconnectToPort,
    /// From the client: end the session.
    TerminateSession,
    /// From the agent: a connection couldn't be made. It doesn't say which.
    ConnectToPortError,
}

impl Flag {
    /// The four bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 4] {
        match self {
            Self::DisconnectToPort => [0, 0, 0, 1],
            Self::TerminateSession => [0, 0, 0, 2],
            Self::ConnectToPortError => [0, 0, 0, 3],
        }
    }

    /// The flag of a payload; `None` for what isn't known.
    #[must_use]
    pub const fn of(payload: &[u8]) -> Option<Self> {
        match payload {
            [0, 0, 0, 1] => Some(Self::DisconnectToPort),
            [0, 0, 0, 2] => Some(Self::TerminateSession),
            [0, 0, 0, 3] => Some(Self::ConnectToPortError),
            _ => None,
        }
    }
}

/// The first frame of a web socket, as text: who wants which session. Holds the token, so it has no `Debug`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Opening<'a> {
    /// Always 1.0.
    pub message_schema_version: &'a str,
    /// New each time.
    pub request_id: String,
    /// What the service gave for this one connection.
    pub token_value: &'a str,
    /// The same for all connections of a session.
    pub client_id: String,
    /// What the agent judges our abilities by.
    pub client_version: &'a str,
}

/// What the agent asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HandshakeRequest {
    /// Its version, in four parts.
    pub agent_version: String,
    /// Each wants one answer, in order.
    pub requested_client_actions: Vec<RequestedAction>,
}

/// One thing that the agent asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RequestedAction {
    /// `SessionType` or `KMSEncryption`.
    pub action_type: String,
    /// Differs by type.
    pub action_parameters: serde_json::Value,
}

/// The answer to a handshake request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HandshakeResponse {
    /// What the agent judges our abilities by.
    pub client_version: String,
    /// One for each that was asked for, in order.
    pub processed_client_actions: Vec<ProcessedAction>,
    /// Null where nothing failed.
    pub errors: Option<Vec<String>>,
}

/// What became of one requested action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProcessedAction {
    /// As it was asked for.
    pub action_type: String,
    /// 1 done, 2 failed, 3 not supported.
    pub action_status: u8,
    /// What the action has brought, or null.
    pub action_result: Option<serde_json::Value>,
    /// Why it failed, or empty.
    pub error: String,
}

/// The end of a handshake.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HandshakeComplete {
    /// Something for people, mostly empty.
    pub customer_message: Option<String>,
}

/// A proof that an end has the data key: bytes that are encrypted with it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptionChallenge {
    /// In base64.
    pub challenge: String,
}

/// The service ends a session.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ChannelClosed {
    /// Empty for a plain end, else a text for people.
    pub output: Option<String>,
}

/// The one member of an acknowledgement that counts.
#[derive(Deserialize)]
pub(super) struct Acknowledgement {
    #[serde(rename = "AcknowledgedMessageSequenceNumber")]
    pub(super) sequence: i64,
}

/// Writes an acknowledgement. By hand, since there is one for each kilobyte; nothing in it needs escaping.
pub(super) fn write_acknowledgement(buffer: &mut BytesMut, kind: &str, id: MessageId, sequence: u64) {
    buffer.put_slice(b"{\"AcknowledgedMessageType\":\"");
    buffer.put_slice(kind.as_bytes());
    buffer.put_slice(b"\",\"AcknowledgedMessageId\":\"");
    buffer.put_slice(&id.characters());
    buffer.put_slice(b"\",\"AcknowledgedMessageSequenceNumber\":");
    write_number(buffer, sequence);
    buffer.put_slice(b",\"IsSequentialMessage\":true}");
}

fn write_number(buffer: &mut BytesMut, number: u64) {
    let mut digits = [0; 20];
    let (mut rest, mut count) = (number, 0);
    for place in digits.iter_mut().rev() {
        *place = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    buffer.put_slice(digits.get(20_usize.saturating_sub(count)..).unwrap_or_default());
}
