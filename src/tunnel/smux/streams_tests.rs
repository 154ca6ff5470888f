//! Streams without a session around them.

use std::time::Duration;

use super::*;

#[derive(Default)]
struct Heard(Vec<(u32, Vec<u8>)>, Vec<(u32, StreamEnd)>);

impl Sink for Heard {
    fn data(&mut self, stream: u32, bytes: &[u8]) {
        self.0.push((stream, bytes.to_vec()));
    }

    fn end(&mut self, stream: u32, end: StreamEnd) {
        self.1.push((stream, end));
    }
}

const fn at(seconds: u64) -> Moment {
    Duration::from_secs(seconds)
}

/// What is sent now, as `+3` (begins), `3:ping`, `-3` (ends) and `.` (nothing), a text for each message.
fn sent(streams: &mut Streams, now: Moment) -> Vec<String> {
    let mut all = Vec::new();
    while streams.has_more() {
        let mut buffer = BytesMut::new();
        streams.fill(&mut buffer, 1024, now);
        assert!(buffer.len() <= 1024 && !buffer.is_empty(), "{}", buffer.len());
        all.push(shown(&buffer));
    }
    all
}

fn shown(mut bytes: &[u8]) -> String {
    let mut words = Vec::new();
    while bytes.has_remaining() {
        let (_, command, length, id) = (bytes.get_u8(), bytes.get_u8(), bytes.get_u16_le(), bytes.get_u32_le());
        let (data, rest) = bytes.split_at(usize::from(length));
        bytes = rest;
        words.push(match (command, data.len()) {
            (0, _) => format!("+{id}"),
            (1, _) => format!("-{id}"),
            (2, 0..16) => format!("{id}:{}", String::from_utf8_lossy(data)),
            (2, length) => format!("{id}:{length}"),
            _ => ".".into(),
        });
    }
    words.join(" ")
}

fn frame(command: Command, id: u32, data: &[u8]) -> Vec<u8> {
    let mut buffer = BytesMut::new();
    write_header(&mut buffer, command, u16::try_from(data.len()).expect("short"), id);
    buffer.extend_from_slice(data);
    buffer.to_vec()
}

fn opened(count: usize) -> Streams {
    let mut streams = Streams::new(false, at(0));
    for _ in 0..count {
        streams.open(at(0)).expect("a number");
    }
    sent(&mut streams, at(0));
    streams
}

/// Check 20, and C3 and C4 of the vectors.
#[test]
fn streams_are_3_5_7_and_say_so_before_their_data() {
    let mut streams = Streams::new(false, at(0));
    assert_eq!([streams.open(at(0)), streams.open(at(0)), streams.open(at(0))], [Some(3), Some(5), Some(7)]);
    streams.push(3, Bytes::from("ping"));
    assert_eq!(sent(&mut streams, at(0)), ["+3 +5 +7 3:ping"]);
}

/// Check 17: one frame each, and payloads are filled across streams.
#[test]
fn streams_take_turns() {
    let mut streams = opened(3);
    streams.push(3, Bytes::from(vec![1; 3000]));
    streams.push(5, Bytes::from(vec![2; 1500]));
    streams.push(7, Bytes::from(vec![3; 100]));
    let expected = ["3:1016", "5:1016", "7:100 3:908", "5:484 3:524", "3:552"];
    assert_eq!(sent(&mut streams, at(0)), expected);
}

/// Check 19.
#[test]
fn the_agents_end_comes_after_its_data_and_is_answered() {
    let mut streams = opened(1);
    streams.push(3, Bytes::from("never sent"));
    let mut heard = Heard::default();
    let all = [frame(Command::Push, 3, b"bye"), frame(Command::End, 3, b""), frame(Command::Push, 3, b"late")].concat();
    streams.receive(&all, at(1), &mut heard).expect("right frames");
    assert_eq!(heard.0, [(3, b"bye".to_vec())]);
    assert_eq!(heard.1, [(3, StreamEnd::Finished)]);
    assert_eq!(sent(&mut streams, at(1)), ["-3"]);
    assert!(streams.is_empty());
}

/// Check 19: our end waits for the reply.
#[test]
fn the_clients_end_is_held_until_five_seconds_of_silence() {
    let mut streams = opened(1);
    let mut heard = Heard::default();
    streams.push(3, Bytes::from("question"));
    streams.finish(3, at(1));
    assert_eq!(streams.deadline(), Some(at(300)), "not while data waits");
    assert_eq!(sent(&mut streams, at(2)), ["3:question"]);
    assert_eq!(streams.deadline(), Some(at(7)));
    streams.receive(&frame(Command::Push, 3, b"answer"), at(6), &mut heard).expect("a right frame");
    streams.expire(at(10), &mut heard);
    assert!(heard.1.is_empty());
    streams.expire(at(11), &mut heard);
    assert_eq!(heard.1, [(3, StreamEnd::ByClient)]);
    assert_eq!(sent(&mut streams, at(11)), ["-3"]);
}

/// Check 20.
#[test]
fn a_reset_ends_at_once_and_leaves_the_others() {
    let mut streams = opened(2);
    streams.push(3, Bytes::from("dropped"));
    streams.push(5, Bytes::from("kept"));
    streams.reset(3);
    assert_eq!(sent(&mut streams, at(0)), ["-3 5:kept"]);
    let mut heard = Heard::default();
    streams.receive(&frame(Command::Push, 3, b"late"), at(0), &mut heard).expect("a right frame");
    streams.receive(&frame(Command::End, 3, b""), at(0), &mut heard).expect("a right frame");
    streams.receive(&frame(Command::Push, 99, b"never opened"), at(0), &mut heard).expect("a right frame");
    assert!(heard.0.is_empty() && heard.1.is_empty());
    assert!(!streams.has_more());
}

/// Check 21: only the stream that ends without a byte was refused.
#[test]
fn a_refusal_belongs_to_the_stream_that_ends_without_a_byte() {
    let mut streams = opened(3);
    let mut heard = Heard::default();
    streams.refused();
    let all = [frame(Command::Push, 3, b"x"), frame(Command::End, 3, b""), frame(Command::End, 5, b"")].concat();
    streams.receive(&all, at(0), &mut heard).expect("right frames");
    streams.receive(&frame(Command::End, 7, b""), at(0), &mut heard).expect("a right frame");
    assert_eq!(heard.1, [(3, StreamEnd::Finished), (5, StreamEnd::Refused), (7, StreamEnd::Empty)]);
}

/// Check 6.
#[test]
fn old_agents_hear_something_every_ten_seconds() {
    let mut streams = Streams::new(true, at(0));
    let mut heard = Heard::default();
    for due in [10, 20, 30] {
        assert_eq!(streams.deadline(), Some(at(due)));
        streams.expire(at(due), &mut heard);
        assert_eq!(sent(&mut streams, at(due)), ["."]);
    }
}

/// Check 30: a download gives a sign of life, an unused tunnel doesn't.
#[test]
fn a_download_is_kept_alive_and_an_unused_tunnel_is_not() {
    let mut streams = opened(1);
    let mut heard = Heard::default();
    streams.receive(&frame(Command::Push, 3, b"row"), at(299), &mut heard).expect("a right frame");
    assert_eq!(streams.deadline(), Some(at(300)));
    streams.expire(at(300), &mut heard);
    assert_eq!(sent(&mut streams, at(300)), ["."]);
    assert_eq!(streams.deadline(), Some(at(600)));
    streams.expire(at(600), &mut heard);
    assert_eq!(sent(&mut streams, at(600)), ["."]);
    assert_eq!(streams.deadline(), None, "at 900 nothing has moved for ten minutes");
    streams.reset(3);
    sent(&mut streams, at(700));
    assert_eq!(streams.deadline(), None);
}

/// Check 22.
#[test]
fn an_empty_push_is_nothing() {
    let mut streams = opened(1);
    let mut heard = Heard::default();
    streams.receive(&frame(Command::Push, 3, b""), at(0), &mut heard).expect("a right frame");
    streams.push(3, Bytes::new());
    assert!(heard.0.is_empty() && !streams.has_more());
}
