//! Keys, or what a pipe has in their place.

use std::{
    io::{self, Read},
    thread,
};

use bytes::Bytes;
use tokio::sync::mpsc;

/// Reads on a thread of its own: nothing else waits for a key, and the program's end doesn't either.
pub(super) fn read() -> mpsc::Receiver<Bytes> {
    let (keys, read) = mpsc::channel(16);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            match io::stdin().lock().read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let pressed = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
                    if keys.blocking_send(pressed).is_err() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    });
    read
}
