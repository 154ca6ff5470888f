//! A channel that is fed with whatever an agent could send.

use proptest::prelude::*;

use super::*;
use crate::tunnel::failure::StreamEnd;

#[derive(Default)]
struct Heard(Vec<u8>);

impl Sink for Heard {
    fn data(&mut self, _: u32, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn end(&mut self, _: u32, _: StreamEnd) {}
}

const REQUEST: &[u8] = br#"{"AgentVersion":"3.3.987.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":{"SessionType":"Port","Properties":{"type":"LocalPortForwarding"}}}]}"#;

fn output(sequence: u64, payload_type: u32, payload: &[u8]) -> Bytes {
    let id = MessageId::random();
    message::encode(&Head { kind: MessageType::Output, created: 1, sequence, flags: 0, id, payload_type }, payload)
}

fn usable() -> Channel {
    let mut channel = Channel::new(1, true);
    channel.receive(&output(0, HANDSHAKE_REQUEST, REQUEST), Moment::ZERO, &mut Heard::default());
    channel.receive(&output(1, HANDSHAKE_COMPLETE, b"{}"), Moment::ZERO, &mut Heard::default());
    assert!(channel.is_complete());
    channel
}

fn sent(channel: &mut Channel) -> Vec<Bytes> {
    std::iter::from_fn(|| channel.transmit(Moment::ZERO)).collect()
}

/// Acknowledgements come first, then what goes again, then what is new; and the vector C1.
#[test]
fn acknowledgements_go_ahead_of_data() {
    let mut channel = usable();
    let port = channel.port().expect("connections");
    let (id, _) = port.open(Moment::ZERO, &mut Heard::default()).expect("a stream");
    port.push(id, Bytes::from_static(b"ping"));
    let kinds: Vec<MessageType> =
        sent(&mut channel).iter().map(|bytes| message::decode(bytes).expect("right").head.kind).collect();

    assert_eq!(
        kinds,
        [MessageType::Acknowledge, MessageType::Acknowledge, MessageType::Input, MessageType::Input],
        "two of them, our answer, a beginning with data"
    );
    let id = MessageId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes());
    let mut written = BytesMut::new();
    write_acknowledgement(&mut written, "output_stream_data", id, 0);
    let expected: &[u8] = br#"{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"00112233-4455-6677-8899-aabbccddeeff","AcknowledgedMessageSequenceNumber":0,"IsSequentialMessage":true}"#;
    assert_eq!(&written[..], expected);
}

/// Check 8: a copy is acknowledged and not delivered.
#[test]
fn copies_are_acknowledged_and_not_delivered() {
    let mut channel = usable();
    channel.port().expect("connections").open(Moment::ZERO, &mut Heard::default());
    sent(&mut channel);
    let mut heard = Heard::default();
    let message = output(2, DATA, &[1, 2, 2, 0, 3, 0, 0, 0, b'h', b'i']);
    for _ in 0..3 {
        channel.receive(&message, Moment::ZERO, &mut heard);
    }
    assert_eq!(heard.0, b"hi");
    assert_eq!(sent(&mut channel).len(), 3);
}

/// Check 16: what was on its way when the pause came doesn't end it; what comes later does, and so does a start.
#[test]
fn stragglers_do_not_end_a_pause() {
    let checked = |kind: MessageType| {
        let head = Head { kind, created: 1, sequence: 0, flags: 0, id: MessageId::random(), payload_type: 0 };
        message::encode(&head, b"")
    };
    let (pause, start) = (checked(MessageType::PausePublication), checked(MessageType::StartPublication));
    for (seconds, message, is_over) in
        [(1, output(2, DATA, b""), false), (2, output(2, DATA, b""), true), (1, start, true)]
    {
        let mut channel = usable();
        channel.receive(&pause, Moment::ZERO, &mut Heard::default());
        assert!(channel.sender().is_paused());
        channel.receive(&message, Moment::from_secs(seconds), &mut Heard::default());
        assert_eq!(!channel.sender().is_paused(), is_over, "after {seconds} s");
    }
}

/// Check 15: who has heard that the session is over acknowledges what came, and asks the agent for nothing more.
#[test]
fn a_closed_session_is_written_to_no_more() {
    let mut channel = usable();
    channel.terminate();
    sent(&mut channel);
    assert!(!channel.is_settled());
    channel.receive(&output(2, DATA, b""), Moment::ZERO, &mut Heard::default());
    let id = MessageId::random();
    let head = Head { kind: MessageType::ChannelClosed, created: 1, sequence: 0, flags: 0, id, payload_type: 0 };
    channel.receive(&message::encode(&head, b"{}"), Moment::ZERO, &mut Heard::default());
    assert!(channel.is_settled());
    let later = Moment::from_mins(1);
    channel.expire(later, &mut Heard::default());
    let kinds: Vec<MessageType> = std::iter::from_fn(|| channel.transmit(later))
        .map(|bytes| message::decode(&bytes).expect("right").head.kind)
        .collect();
    assert_eq!(kinds, [MessageType::Acknowledge]);
}

/// A frame that isn't smux ends the session, with words.
#[test]
fn nonsense_in_a_right_message_is_a_failure() {
    let mut channel = usable();
    while channel.notice().is_some() {}
    channel.receive(&output(2, DATA, b"SSH-2.0-x"), Moment::ZERO, &mut Heard::default());
    let Some(Notice::Failed(failure)) = channel.notice() else { panic!("no failure") };
    let expected = "the session can't be used: the agent sent a frame of version 83 with command 83";
    assert_eq!(failure.to_string(), expected);
}

proptest! {
    /// Check 1: whatever a right message carries, in any order and of any type.
    #[test]
    fn nothing_that_arrives_panics(
        messages in proptest::collection::vec(
            (0..40_u64, prop_oneof![Just(1_u32), Just(5), Just(7), Just(10), any::<u32>()],
             proptest::collection::vec(prop_oneof![0..4_u8, any::<u8>()], 0..40)),
            0..60,
        ),
        shaken in any::<bool>(),
    ) {
        let mut channel = if shaken { usable() } else { Channel::new(1, true) };
        for (at, (sequence, payload_type, payload)) in messages.into_iter().enumerate() {
            let now = Moment::from_secs(at as u64);
            channel.receive(&output(sequence, payload_type, &payload), now, &mut Heard::default());
            channel.expire(now, &mut Heard::default());
            while let Some(bytes) = channel.transmit(now) {
                prop_assert!(message::decode(&bytes).is_ok());
            }
        }
    }
}
