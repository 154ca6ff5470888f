//! Messages against the protocol's vectors, and against damage.

use proptest::prelude::*;

use super::*;

const SCHEMA_AND_DATE: &str = "000000010000018bcfe56800";
const ID: &str = "8899aabbccddeeff0011223344556677";
const OUT: &str = "6f75747075745f73747265616d5f646174612020202020202020202020202020";
const IN: &str = "696e7075745f73747265616d5f64617461202020202020202020202020202020";
const ACK: &str = "61636b6e6f776c65646765202020202020202020202020202020202020202020";
const CLO: &str = "6368616e6e656c5f636c6f736564202020202020202020202020202020202020";
const PAU: &str = "70617573655f7075626c69636174696f6e202020202020202020202020202020";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("a digit")).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "{byte:02x}");
        all
    })
}

struct Vector {
    name: &'static str,
    kind: MessageType,
    type_hex: &'static str,
    sequence: u64,
    flags: u64,
    digest: &'static str,
    payload_type: u32,
    payload: Vec<u8>,
}

impl Vector {
    fn head(&self) -> Head {
        let id = MessageId(bytes("00112233445566778899aabbccddeeff").try_into().expect("16 bytes"));
        let Self { kind, sequence, flags, payload_type, .. } = *self;
        Head { kind, created: 1_700_000_000_000, sequence, flags, id, payload_type }
    }

    fn bytes(&self) -> Vec<u8> {
        let Self { type_hex, sequence, flags, digest, payload_type, payload, .. } = self;
        let length = payload.len();
        let head = format!(
            "00000074{type_hex}{SCHEMA_AND_DATE}{sequence:016x}{flags:016x}{ID}{digest}{payload_type:08x}{length:08x}"
        );
        [bytes(&head), payload.clone()].concat()
    }
}

/// A line for each vector: name, type, number, flags, digest, type of the payload, payload (as hexadecimal after `x`).
const VECTORS: &str = include_str!("message_vectors.txt");

fn vectors() -> Vec<Vector> {
    let vector = |line: &'static str| {
        let mut words = line.splitn(7, ' ');
        let mut word = || words.next().expect("seven words");
        let name = word();
        let (kind, type_hex) = match word() {
            "IN" => (MessageType::Input, IN),
            "OUT" => (MessageType::Output, OUT),
            "ACK" => (MessageType::Acknowledge, ACK),
            "CLO" => (MessageType::ChannelClosed, CLO),
            _ => (MessageType::PausePublication, PAU),
        };
        let (sequence, flags) = (word().parse().expect("a number"), word().parse().expect("flags"));
        let (digest, payload_type) = (word(), word().parse().expect("a type"));
        let payload = match word() {
            text if text.starts_with('x') => bytes(&text[1..]),
            text => text.as_bytes().to_vec(),
        };
        Vector { name, kind, type_hex, sequence, flags, digest, payload_type, payload }
    };
    VECTORS.lines().map(vector).collect()
}

/// Check 1: encode gives the bytes, decode gives the fields.
#[test]
fn vectors_hold_both_ways() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 14);
    for vector in vectors {
        let (name, whole) = (vector.name, vector.bytes());
        assert_eq!(hex(&encode(&vector.head(), &vector.payload)), hex(&whole), "{name}");
        let message = decode(&whole).expect(name);
        assert_eq!((message.head, message.payload), (vector.head(), vector.payload.as_slice()), "{name}");
    }
}

#[test]
fn whole_messages_hold() {
    let whole = |name: &str| vectors().into_iter().find(|vector| vector.name == name).expect("a vector").bytes();
    let expected = "00000074696e7075745f73747265616d5f64617461202020202020202020202020202020000000010000018bcfe56800000000000000000200000000000000008899aabbccddeeff0011223344556677f9ec7440034dc3ac9cf33c52b162e60f5dbdd058eaa3586fa9ad73109d84450a000000010000000c010204000300000070696e67";
    assert_eq!(hex(&whole("C4")), expected);
    let digest = |name| hex(&Sha256::digest(whole(name)));
    assert_eq!(digest("A1"), "ad2b3de4d310276f611dd0e60da2d1e33ea28f08ac61e4703ed96b2d9be4fa1c");
    assert_eq!(digest("A6"), "c158e740b067584d0ea9f4cbeb4f6ada86044d3f741bc90e1d1eaa639cca5622");
}

/// Check 1: every truncation, a byte too many and any flipped bit of digest or payload.
#[test]
fn damage_is_refused() {
    for vector in vectors() {
        let (name, whole) = (vector.name, vector.bytes());
        let unchecked = vector.kind == MessageType::PausePublication;
        for length in 0..whole.len() {
            assert!(decode(&whole[..length]).is_err(), "{name} cut to {length}");
        }
        assert_eq!(decode(&[whole.clone(), vec![0]].concat()).is_err(), !unchecked, "{name} with a byte more");
        for at in (80..112).chain(116..whole.len()) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert_eq!(decode(&flipped).is_err(), !unchecked, "{name} flipped at {at}");
        }
    }
}

#[test]
fn headers_are_judged() {
    let whole = vectors().swap_remove(0).bytes();
    let changed = |at: usize, to: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + to.len()].copy_from_slice(to);
        decode(&changed).map(|message| message.head.kind)
    };
    let table = [
        ("zero length", 0, [0; 4].as_slice(), Err(Refused::Length)),
        ("a header that ends behind everything", 0, &[255; 4], Err(Refused::Length)),
        ("a shorter header", 0, &[0, 0, 0, 115], Err(Refused::Length)),
        ("no type", 4, &[b' '; 32], Err(Refused::Type)),
        ("no type, zeros", 4, &[0; 32], Err(Refused::Type)),
        ("padded with zeros", 4, b"output_stream_data\0\0\0\0\0\0\0\0\0\0\0\0\0\0", Ok(MessageType::Output)),
        ("an unknown type", 4, b"agent_session_state             ", Ok(MessageType::Unknown)),
        ("no date", 40, &[0; 8], Err(Refused::Date)),
        ("a negative number", 48, &[255; 8], Err(Refused::Sequence)),
    ];
    for (case, at, to, expected) in table {
        assert_eq!(changed(at, to), expected, "{case}");
    }
}

#[test]
fn names_are_random_uuids() {
    let names: std::collections::HashSet<String> = (0..1000).map(|_| MessageId::random().to_string()).collect();
    assert_eq!(names.len(), 1000);
    for name in names {
        let parts: Vec<&str> = name.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{name}");
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn whatever_is_written_is_read(payload in proptest::collection::vec(any::<u8>(), 0..2000), sequence in 0..u64::MAX / 2) {
        let head = Head { kind: MessageType::Input, created: 1, sequence, flags: 0, id: MessageId::random(), payload_type: 1 };
        let whole = encode(&head, &payload);
        prop_assert_eq!(decode(&whole), Ok(Message { head, payload: &payload }));
    }
}
