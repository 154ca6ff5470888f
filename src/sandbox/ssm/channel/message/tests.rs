use super::*;

/// The identity of all vectors.
pub(crate) const ID: Id = Id(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes());
const CREATED: u64 = 1_700_000_000_000;
const WHOLE_C4: &str = "00000074696e7075745f73747265616d5f64617461202020202020202020202020202020000000010000018bcfe56800000000000000000200000000000000008899aabbccddeeff0011223344556677f9ec7440034dc3ac9cf33c52b162e60f5dbdd058eaa3586fa9ad73109d84450a000000010000000c010204000300000070696e67";

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap()).collect()
}

/// A message put together from the parts of a vector, by other means than `encode`.
pub(crate) fn message(kind: &str, sequence: u64, flags: u64, digest: &str, content: u32, payload: &[u8]) -> Bytes {
    let head = format!(
        "00000074{}000000010000018bcfe56800{sequence:016x}{flags:016x}8899aabbccddeeff0011223344556677{digest}{content:08x}{:08x}",
        hex(format!("{kind:<32}").as_bytes()),
        payload.len(),
    );
    let mut all = bytes(&head);
    all.extend_from_slice(payload);
    Bytes::from(all)
}

/// Kind, number, flags, digest, content and payload.
type Vector = (&'static str, i64, u64, &'static str, u32, Vec<u8>);

/// Vectors that an independent encoder made.
fn vectors() -> Vec<Vector> {
    vec![
        (INPUT, 0, 0, "651594cbd5932394f34f330d7368764e50a5577b0452185c3531f77996615a46", 6, br#"{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#.to_vec()),
        (OUTPUT, 1, 0, "7e6b3a74030ba6becad13977c8d4732ef007d4b456ba5191602ac3cda273dfc5", 7, br#"{"HandshakeTimeToComplete":246993163,"CustomerMessage":""}"#.to_vec()),
        (INPUT, 1, 0, "30656bde983020b4a04d4fb8027463ad8cd15d89d4b953f961654b1d6579b9b9", 1, bytes("0100000003000000")),
        (INPUT, 2, 0, "f9ec7440034dc3ac9cf33c52b162e60f5dbdd058eaa3586fa9ad73109d84450a", 1, bytes("010204000300000070696e67")),
        (OUTPUT, 2, 0, "de1d9e121b0b65d530ede5f0af1e642fd34c4fbcbebf5885a8683e506899f2c2", 1, bytes("0102040003000000706f6e67")),
        (INPUT, 3, 0, "b40711a88c7039756fb8a73827eabe2c0fe5a0346ca7e0a104adc0fc764f528d", 10, bytes("00000001")),
        (INPUT, 4, 0, "433ebf5bc03dffa38536673207a21281612cef5faa9bc7a4d5b9be2fdb12cf1a", 10, bytes("00000002")),
        (OUTPUT, 3, 0, "88185d128d9922e0e6bcd32b07b6c7f20f27968eab447a1d8d1cdf250f79f7d3", 10, bytes("00000003")),
        (PAUSE, 0, 3, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0, Vec::new()),
        (INPUT, 0, 0, "d53ca1ea7dce87c11432052a8550ed2615cf715ca843c89710ed83325b691cba", 3, br#"{"cols":80,"rows":24}"#.to_vec()),
    ]
}

#[test]
fn messages_are_laid_out_and_read_as_the_vectors_say() {
    for (kind, sequence, flags, digest, content, payload) in vectors() {
        let number = u64::try_from(sequence).unwrap();
        let expected = message(kind, number, flags, digest, content, &payload);
        let head = Head { kind, sequence, flags, id: ID, created: CREATED, content: Content::of(content) };
        assert_eq!(encode(&head, &payload), expected, "{kind} {sequence}");
        let read = decode(&expected).unwrap();
        let wanted = Message {
            kind: Kind::of(kind.as_bytes()),
            sequence,
            flags,
            id: ID,
            content: Content::of(content),
            payload: Bytes::from(payload),
        };
        assert_eq!(read, wanted);
        assert_eq!(glance(&expected), Some((wanted.kind, sequence)));
    }
    assert_eq!(decode(&Bytes::from(bytes(WHOLE_C4))).unwrap().sequence, 2);
    let head = Head { kind: INPUT, sequence: 2, flags: 0, id: ID, created: CREATED, content: Content::Data };
    assert_eq!(hex(&encode(&head, &bytes("010204000300000070696e67"))), WHOLE_C4);
}

#[test]
fn what_the_agent_would_drop_is_dropped_and_nothing_panics() {
    let whole = bytes(WHOLE_C4);
    for end in 0..120 {
        assert_eq!(decode(&Bytes::copy_from_slice(&whole[..end])), None, "{end}");
    }
    let changed = |place: usize, with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[place..place + with.len()].copy_from_slice(with);
        decode(&Bytes::from(bytes))
    };
    assert_eq!(changed(0, &[0; 4]), None, "no header");
    assert_eq!(changed(0, &[255; 4]), None, "a header beyond the end");
    assert_eq!(changed(4, &[b' '; 32]), None, "no type");
    assert_eq!(changed(40, &[0; 8]), None, "no date");
    assert_eq!(changed(4, b"input_stream_data\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").unwrap().kind, Kind::Input);
    // The agent looks neither at the digest nor at the payload's length.
    assert_eq!(changed(80, &[0; 32]), decode(&Bytes::from(whole.clone())));
    assert_eq!(changed(116, &[0; 4]), decode(&Bytes::from(whole.clone())));
}

#[test]
fn identities_are_random_uuids() {
    let (one, two) = (Id::random(), Id::random());
    assert_ne!(one, two);
    let text = one.to_string();
    assert_eq!(text.len(), 36);
    assert_eq!(text.get(14..15), Some("4"), "{text}");
    assert!("89ab".contains(text.get(19..20).unwrap()), "{text}");
    assert_eq!(ID.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
}
