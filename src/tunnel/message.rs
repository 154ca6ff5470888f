//! One message of the data channel: 120 bytes of header, then the payload. Pure; numbers are big-endian.
//!
//! A message is refused where a check fails, and a refused one is dropped without acknowledgement: the other end
//! sends it again.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use sha2::{Digest, Sha256};

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 120;

/// What the header says of its own length: it doesn't count itself.
const HEADER_LENGTH: u32 = 116;
const TYPE_BYTES: usize = 32;
const SCHEMA: u32 = 1;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageType {
    /// Client to agent, in sequence.
    Input,
    /// Agent to client, in sequence.
    Output,
    /// Says that one message in sequence arrived.
    Acknowledge,
    /// The service ends the session.
    ChannelClosed,
    /// The other end is reachable again.
    StartPublication,
    /// The other end isn't reachable.
    PausePublication,
    /// A type that this end has no use for.
    Unknown,
}

impl MessageType {
    /// The name on the wire.
    const fn name(self) -> &'static str {
        match self {
            Self::Input => "input_stream_data",
            Self::Output => "output_stream_data",
            Self::Acknowledge => "acknowledge",
            Self::ChannelClosed => "channel_closed",
            Self::StartPublication => "start_publication",
            Self::PausePublication => "pause_publication",
            Self::Unknown => "unknown",
        }
    }

    fn of(name: &[u8]) -> Self {
        match name {
            b"input_stream_data" => Self::Input,
            b"output_stream_data" => Self::Output,
            b"acknowledge" => Self::Acknowledge,
            b"channel_closed" => Self::ChannelClosed,
            b"start_publication" => Self::StartPublication,
            b"pause_publication" => Self::PausePublication,
            _ => Self::Unknown,
        }
    }

    /// Whether the service sends it without the care that data gets.
    const fn is_unchecked(self) -> bool {
        matches!(self, Self::StartPublication | Self::PausePublication)
    }
}

/// A UUID in the order in which people read it. On the wire its halves are swapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageId(pub [u8; 16]);

impl MessageId {
    /// A new one, version 4.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = fastrand::u128(..);
        bytes &= !(0xf000_u128 << 64);
        bytes |= 0x4000_u128 << 64;
        bytes &= !(0xc000_u128 << 48);
        bytes |= 0x8000_u128 << 48;
        Self(bytes.to_be_bytes())
    }

    const fn swapped(self) -> Self {
        Self(u128::from_be_bytes(self.0).rotate_left(64).to_be_bytes())
    }

    /// Its 36 characters.
    #[must_use]
    pub fn characters(self) -> [u8; 36] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let places = text.iter_mut().enumerate().filter(|(at, _)| !matches!(at, 8 | 13 | 18 | 23));
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for ((_, place), digit) in places.zip(digits) {
            *place = DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0');
        }
        text
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(std::str::from_utf8(&self.characters()).unwrap_or_default())
    }
}

/// What the header of a message says, its length and its digest aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the message is for.
    pub kind: MessageType,
    /// When it was made, in milliseconds of Unix time. 0 isn't valid.
    pub created: u64,
    /// Its place among the messages of its direction.
    pub sequence: u64,
    /// Bit 0: the first; bit 1: the last. Acknowledgements have both.
    pub flags: u64,
    /// Its name.
    pub id: MessageId,
    /// What the payload is.
    pub payload_type: u32,
}

/// A message that passed all checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What its header says.
    pub head: Head,
    /// Its payload, which may be empty.
    pub payload: &'a [u8],
}

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It ends within its header, or its lengths contradict each other.
    #[error("its length contradicts its header")]
    Length,
    /// The type is empty.
    #[error("it has no type")]
    Type,
    /// The date is 0.
    #[error("it has no date")]
    Date,
    /// The number is negative.
    #[error("its number is negative")]
    Sequence,
    /// The payload isn't the one that was sent.
    #[error("its digest differs from its payload's")]
    Digest,
}

/// Leaves room for a header in `buffer`, which holds nothing else; the payload goes behind it.
pub fn begin(buffer: &mut BytesMut) {
    buffer.clear();
    buffer.put_bytes(0, HEADER_BYTES);
}

/// Fills in the header for what [`begin`] began, and takes the message out of `buffer`.
pub fn finish(buffer: &mut BytesMut, head: &Head) -> Bytes {
    let mut whole = buffer.split();
    let payload = whole.get(HEADER_BYTES..).unwrap_or_default();
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let digest = Sha256::digest(payload);
    if let Some(mut header) = whole.get_mut(..HEADER_BYTES) {
        header.put_u32(HEADER_LENGTH);
        let name = head.kind.name().as_bytes();
        header.put_slice(name);
        header.put_bytes(b' ', TYPE_BYTES.saturating_sub(name.len()));
        header.put_u32(SCHEMA);
        header.put_u64(head.created);
        header.put_u64(head.sequence);
        header.put_u64(head.flags);
        header.put_slice(&head.id.swapped().0);
        header.put_slice(&digest);
        header.put_u32(head.payload_type);
        header.put_u32(length);
    }
    whole.freeze()
}

/// Makes a message of a payload.
#[must_use]
pub fn encode(head: &Head, payload: &[u8]) -> Bytes {
    let mut buffer = BytesMut::with_capacity(HEADER_BYTES.saturating_add(payload.len()));
    begin(&mut buffer);
    buffer.extend_from_slice(payload);
    finish(&mut buffer, head)
}

/// Reads a message.
pub fn decode(bytes: &[u8]) -> Result<Message<'_>, Refused> {
    let mut rest = Fields(bytes);
    let header_length = u32::from_be_bytes(rest.take()?);
    let name: [u8; TYPE_BYTES] = rest.take()?;
    let _schema: [u8; 4] = rest.take()?;
    let created = u64::from_be_bytes(rest.take()?);
    let sequence = i64::from_be_bytes(rest.take()?);
    let flags = u64::from_be_bytes(rest.take()?);
    let id = MessageId(rest.take()?).swapped();
    let digest: [u8; 32] = rest.take()?;
    let payload_type = u32::from_be_bytes(rest.take()?);
    let payload_length = u32::from_be_bytes(rest.take()?);

    let kind = match trimmed(&name) {
        b"" => return Err(Refused::Type),
        name => MessageType::of(name),
    };
    let head = Head { kind, created, sequence: sequence.unsigned_abs(), flags, id, payload_type };
    if kind.is_unchecked() {
        return Ok(Message { head, payload: &[] });
    }
    if created == 0 {
        return Err(Refused::Date);
    }
    if sequence < 0 {
        return Err(Refused::Sequence);
    }
    if header_length < HEADER_LENGTH {
        return Err(Refused::Length);
    }
    let begin = usize::try_from(header_length).map_err(|_| Refused::Length)?.saturating_add(4);
    let payload = bytes.get(begin..).ok_or(Refused::Length)?;
    if usize::try_from(payload_length) != Ok(payload.len()) {
        return Err(Refused::Length);
    }
    // An empty payload has nothing that could be damaged, and official ends don't look at its digest.
    if !payload.is_empty() && *Sha256::digest(payload) != digest {
        return Err(Refused::Digest);
    }
    Ok(Message { head, payload })
}

/// The bytes that are still to be read.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refused> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Refused::Length)?;
        self.0 = rest;
        Ok(*field)
    }
}

/// The type without its padding, which is spaces by rule and zeros by some.
fn trimmed(name: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let begin = name.iter().position(|byte| !is_padding(byte)).unwrap_or(name.len());
    let end = name.iter().rposition(|byte| !is_padding(byte)).map_or(begin, |last| last.saturating_add(1));
    name.get(begin..end).unwrap_or_default()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod message_tests;
