//! Bytes through a session, compared.

use std::sync::Arc;

use bytes::Bytes;
use rds_encrypt::tunnel::{
    Ended, StreamEnd,
    session::{Session, Stream},
};

/// What a stream gives until it ends.
pub(super) async fn rest(stream: &Stream) -> (Vec<u8>, StreamEnd) {
    use rds_encrypt::tunnel::session::Received;
    let mut all = Vec::new();
    loop {
        match stream.receive().await {
            Received::Data(bytes) => all.extend_from_slice(&bytes),
            Received::End(end) => return (all, end),
        }
    }
}

/// Reads so many bytes.
pub(super) async fn exactly(stream: &Stream, count: usize) -> Vec<u8> {
    use rds_encrypt::tunnel::session::Received;
    let mut all = Vec::new();
    while all.len() < count {
        match stream.receive().await {
            Received::Data(bytes) => all.extend_from_slice(&bytes),
            Received::End(end) => panic!("{} of {count} bytes, then {end:?}", all.len()),
        }
    }
    assert_eq!(all.len(), count, "more than was sent");
    all
}

/// Bytes that differ everywhere.
pub(super) fn bytes(seed: u64, count: usize) -> Bytes {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut all = vec![0; count];
    random.fill(&mut all);
    all.into()
}

/// Sends bytes on a new stream to an echo, and wants them back; the stream stays open.
pub(super) async fn echoed(session: &Session, seed: u64, count: usize) -> Stream {
    let stream = Arc::new(session.stream().await.expect("a stream"));
    let sent = bytes(seed, count);
    let sending = {
        let (stream, sent) = (stream.clone(), sent.clone());
        tokio::spawn(async move {
            for chunk in 0..sent.len().div_ceil(65536) {
                let chunk = sent.slice(chunk * 65536..sent.len().min((chunk + 1) * 65536));
                assert!(stream.send(chunk).await, "the stream ended");
            }
        })
    };
    let back = exactly(&stream, count).await;
    assert!(back == sent, "other bytes came back");
    sending.await.expect("no panic");
    Arc::try_unwrap(stream).expect("the only one")
}

/// Ends a session of which everything is as it should be.
pub(super) async fn end(session: &Session) {
    assert_eq!(session.terminate().await, Ended::Terminated { api: None });
}
