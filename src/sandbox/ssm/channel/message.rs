//! One message of the data channel: its layout, as both official ends have it.
//!
//! Reading does what AWS's agent does: the payload is whatever follows the header, and its digest isn't looked at
//! (amazon-ssm-agent, `contracts/agentmessage.go`). Where the agent would panic the message is dropped instead.

use bytes::{BufMut, Bytes, BytesMut};
use sha2::{Digest, Sha256};

/// The header's length as the header says it: without the payload's length that follows it.
const HEADER: usize = 116;
/// Where the payload of messages of ours begins.
const PAYLOAD: usize = HEADER + 4;

/// Client to agent.
pub(crate) const INPUT: &str = "input_stream_data";
/// Agent to client.
pub(crate) const OUTPUT: &str = "output_stream_data";
/// Either way: a message has come.
pub(crate) const ACKNOWLEDGE: &str = "acknowledge";
/// From the service: the session is over.
pub(crate) const CLOSED: &str = "channel_closed";
/// From the service: the other end is away.
pub(crate) const PAUSE: &str = "pause_publication";
/// From the service: the other end is back.
pub(crate) const START: &str = "start_publication";

/// The first message of a direction.
pub(crate) const SYN: u64 = 1;
/// First and last at once: messages that have no number.
pub(crate) const ALONE: u64 = 3;

/// What is in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Bytes of the session.
    Data,
    /// A terminal's size.
    Size,
    HandshakeRequest,
    HandshakeResponse,
    HandshakeComplete,
    /// A secret that the client is to send back under its own key.
    ChallengeRequest,
    ChallengeResponse,
    /// A number of four bytes that says what is to happen.
    Flag,
    /// What a command says to its second output, or why it didn't start.
    Errors,
    /// How a command ended.
    ExitCode,
    /// Messages of the service and acknowledgements.
    None,
    /// Anything else.
    Other(u32),
}

impl Content {
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Data => 1,
            Self::Size => 3,
            Self::HandshakeRequest => 5,
            Self::HandshakeResponse => 6,
            Self::HandshakeComplete => 7,
            Self::ChallengeRequest => 8,
            Self::ChallengeResponse => 9,
            Self::Flag => 10,
            Self::Errors => 11,
            Self::ExitCode => 12,
            Self::Other(number) => number,
        }
    }

    pub(crate) fn of(number: u32) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Data,
            3 => Self::Size,
            5 => Self::HandshakeRequest,
            6 => Self::HandshakeResponse,
            7 => Self::HandshakeComplete,
            8 => Self::ChallengeRequest,
            9 => Self::ChallengeResponse,
            10 => Self::Flag,
            11 => Self::Errors,
            12 => Self::ExitCode,
            other => Self::Other(other),
        }
    }
}

/// A message's identity: a random UUID.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) [u8; 16]);

impl Id {
    pub(crate) fn random() -> Self {
        let mut bytes = fastrand::u128(..);
        bytes = bytes & !(0xf << 76) | 4 << 76;
        bytes = bytes & !(0x3 << 62) | 2 << 62;
        Self(bytes.to_be_bytes())
    }

    /// On the wire the second half comes first.
    fn swapped(self) -> [u8; 16] {
        u128::from_be_bytes(self.0).rotate_left(64).to_be_bytes()
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = u128::from_be_bytes(self.0);
        let part = |low: u32, digits: u32| (number >> low) & ((1_u128 << (4 * digits)) - 1);
        let parts = (part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12));
        write!(form, "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", parts.0, parts.1, parts.2, parts.3, parts.4)
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(form, "{self}")
    }
}

/// A message that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) sequence: i64,
    pub(crate) flags: u64,
    pub(crate) id: Id,
    pub(crate) content: Content,
    pub(crate) payload: Bytes,
}

/// The kinds of messages that an agent hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Input,
    Output,
    Acknowledge,
    Closed,
    Pause,
    Start,
    /// Something that isn't for a session.
    Other,
}

impl Kind {
    fn of(name: &[u8]) -> Self {
        let kinds = [
            (INPUT, Self::Input),
            (OUTPUT, Self::Output),
            (ACKNOWLEDGE, Self::Acknowledge),
            (CLOSED, Self::Closed),
            (PAUSE, Self::Pause),
            (START, Self::Start),
        ];
        kinds.iter().find(|(known, _)| known.as_bytes() == name).map_or(Self::Other, |(_, kind)| *kind)
    }
}

/// What a message to be sent has in its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) kind: &'static str,
    pub(crate) sequence: i64,
    pub(crate) flags: u64,
    pub(crate) id: Id,
    /// Milliseconds since 1970.
    pub(crate) created: u64,
    pub(crate) content: Content,
}

impl Head {
    /// A message of the service's own, or an acknowledgement: it has no number.
    pub(crate) fn unnumbered(kind: &'static str, flags: u64, created: u64) -> Self {
        Self { kind, sequence: 0, flags, id: Id::random(), created, content: Content::None }
    }
}

/// Lays a message out.
pub(crate) fn encode(head: &Head, payload: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(PAYLOAD + payload.len());
    bytes.put_u32(116);
    bytes.put_slice(head.kind.as_bytes());
    bytes.put_bytes(b' ', 32_usize.saturating_sub(head.kind.len()));
    bytes.put_u32(1);
    bytes.put_u64(head.created);
    bytes.put_i64(head.sequence);
    bytes.put_u64(head.flags);
    bytes.put_slice(&head.id.swapped());
    bytes.put_slice(&Sha256::digest(payload));
    bytes.put_u32(head.content.number());
    bytes.put_u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
    bytes.put_slice(payload);
    bytes.freeze()
}

/// Reads a message; nothing where the agent would drop it: cut short, without a type, or without a date.
pub(crate) fn decode(bytes: &Bytes) -> Option<Message> {
    let header = usize::try_from(u32::from_be_bytes(at(bytes, 0)?)).ok()?;
    let begins = header.checked_add(4).filter(|begins| *begins >= PAYLOAD && *begins <= bytes.len())?;
    let name = bytes.get(4..36)?;
    let name = trimmed(name);
    let created = u64::from_be_bytes(at(bytes, 40)?);
    if name.is_empty() || created == 0 {
        return None;
    }
    Some(Message {
        kind: Kind::of(name),
        sequence: i64::from_be_bytes(at(bytes, 48)?),
        flags: u64::from_be_bytes(at(bytes, 56)?),
        id: Id(Id(at(bytes, 64)?).swapped()),
        content: Content::of(u32::from_be_bytes(at(bytes, 112)?)),
        payload: bytes.slice(begins..),
    })
}

/// Kind, number and content of a message of ours, as its bytes say.
pub(crate) fn glance(bytes: &[u8]) -> Option<(Kind, i64)> {
    Some((Kind::of(trimmed(bytes.get(4..36)?)), i64::from_be_bytes(at(bytes, 48)?)))
}

fn at<const LENGTH: usize>(bytes: &[u8], place: usize) -> Option<[u8; LENGTH]> {
    bytes.get(place..place.checked_add(LENGTH)?)?.try_into().ok()
}

fn trimmed(name: &[u8]) -> &[u8] {
    let blank = |byte: &u8| *byte == b' ' || *byte == 0;
    let first = name.iter().position(|byte| !blank(byte)).unwrap_or(name.len());
    let last = name.iter().rposition(|byte| !blank(byte)).map_or(first, |last| last + 1);
    name.get(first..last).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
