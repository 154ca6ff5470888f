//! Frames, cut anywhere over messages.

use bytes::{BufMut, BytesMut};

/// Bytes before a frame's data.
pub const HEADER_BYTES: usize = 8;
const VERSION: u8 = 1;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// A stream begins.
    Begin,
    /// A stream ends, both ways.
    End,
    /// Data.
    Push,
    /// Nothing.
    Nothing,
}

impl Command {
    const fn number(self) -> u8 {
        match self {
            Self::Begin => 0,
            Self::End => 1,
            Self::Push => 2,
            Self::Nothing => 3,
        }
    }
}

/// Writes the header of a frame.
pub fn write_header(buffer: &mut BytesMut, command: Command, length: u16, stream: u32) {
    buffer.put_u8(VERSION);
    buffer.put_u8(command.number());
    buffer.put_u16_le(length);
    buffer.put_u32_le(stream);
}

/// A part of a frame that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Data of a stream, never empty; a frame gives as many pieces as messages it is spread over.
    Data(u32, &'a [u8]),
    /// A stream ends.
    End(u32),
    /// What means nothing to a client.
    Other,
}

/// What arrives isn't smux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the agent sent a frame of version {version} with command {command}")]
pub struct WrongFrame {
    version: u8,
    command: u8,
}

/// Reads frames wherever they are cut.
#[derive(Debug, Default)]
pub struct Decoder {
    header: [u8; HEADER_BYTES],
    have: usize,
    stream: u32,
    /// Bytes of the current frame that are still to come.
    remaining: usize,
}

impl Decoder {
    /// Takes the next piece off the front of `bytes`; `None` when all is used.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Piece<'a>>, WrongFrame> {
        while !bytes.is_empty() {
            if self.remaining > 0 {
                let (data, rest) = bytes.split_at(self.remaining.min(bytes.len()));
                *bytes = rest;
                self.remaining = self.remaining.saturating_sub(data.len());
                return Ok(Some(Piece::Data(self.stream, data)));
            }
            if !self.fill_header(bytes) {
                return Ok(None);
            }
            let [version, command, low, high, id @ ..] = self.header;
            self.have = 0;
            self.stream = u32::from_le_bytes(id);
            self.remaining = usize::from(u16::from_le_bytes([low, high]));
            match (version, command) {
                (VERSION, 0 | 1 | 3) if self.remaining > 0 => return Err(WrongFrame { version, command }),
                (VERSION, 0 | 3) => return Ok(Some(Piece::Other)),
                (VERSION, 1) => return Ok(Some(Piece::End(self.stream))),
                (VERSION, 2) => {}
                _ => return Err(WrongFrame { version, command }),
            }
        }
        Ok(None)
    }

    /// Says whether the header is whole.
    fn fill_header(&mut self, bytes: &mut &[u8]) -> bool {
        let missing = self.header.get_mut(self.have..).unwrap_or_default();
        let count = missing.len().min(bytes.len());
        let (front, rest) = bytes.split_at(count);
        if let Some(missing) = missing.get_mut(..count) {
            missing.copy_from_slice(front);
        }
        *bytes = rest;
        self.have = self.have.saturating_add(count);
        self.have == HEADER_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<u8> {
        let mut all = BytesMut::new();
        write_header(&mut all, Command::Push, 4, 3);
        all.extend_from_slice(b"ping");
        write_header(&mut all, Command::Push, 0, 3);
        write_header(&mut all, Command::Nothing, 0, 0);
        write_header(&mut all, Command::Push, 65535, 5);
        all.extend_from_slice(&vec![7; 65535]);
        write_header(&mut all, Command::End, 0, 3);
        write_header(&mut all, Command::Begin, 0, 9);
        all.to_vec()
    }

    fn read(chunks: impl Iterator<Item = Vec<u8>>) -> (Vec<u8>, usize, Vec<u32>) {
        let (mut decoder, mut short, mut long, mut ends) = (Decoder::default(), Vec::new(), 0, Vec::new());
        for chunk in chunks {
            let mut rest = chunk.as_slice();
            while let Some(piece) = decoder.next(&mut rest).expect("right frames") {
                match piece {
                    Piece::Data(3, data) => short.extend_from_slice(data),
                    Piece::Data(stream, data) => {
                        assert_eq!((stream, data.is_empty()), (5, false));
                        long += data.len();
                    }
                    Piece::End(stream) => ends.push(stream),
                    Piece::Other => {}
                }
            }
        }
        (short, long, ends)
    }

    /// Check 18: cut at every byte, many in one, and the longest.
    #[test]
    fn frames_are_read_wherever_they_are_cut() {
        let all = frames();
        let expected = (b"ping".to_vec(), 65535, vec![3]);
        assert_eq!(read(std::iter::once(all.clone())), expected);
        assert_eq!(read(all.iter().map(|byte| vec![*byte])), expected);
        for cut in 0..64 {
            assert_eq!(read([all[..cut].to_vec(), all[cut..].to_vec()].into_iter()), expected, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let table = [[2, 0, 0, 0, 3, 0, 0, 0], [1, 4, 0, 0, 3, 0, 0, 0], [1, 1, 1, 0, 3, 0, 0, 0], [0; 8]];
        for bytes in table {
            assert!(Decoder::default().next(&mut bytes.as_slice()).is_err(), "{bytes:?}");
        }
    }

    /// The vectors C3 and C4.
    #[test]
    fn headers_are_written_as_the_agent_reads_them() {
        let mut all = BytesMut::new();
        write_header(&mut all, Command::Begin, 0, 3);
        write_header(&mut all, Command::Push, 4, 3);
        assert_eq!(all[..], [1, 0, 0, 0, 3, 0, 0, 0, 1, 2, 4, 0, 3, 0, 0, 0]);
    }
}
