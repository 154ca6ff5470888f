//! Frames of smux, version 1, which carries many connections in one session. Numbers are little-endian.

use std::collections::VecDeque;

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The most data in a frame of ours.
pub(crate) const LARGEST: usize = 32_768;
/// A frame without data.
pub(crate) const HEAD: usize = 8;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// A stream begins.
    Syn,
    /// A stream ends.
    Fin,
    /// Data of a stream.
    Push,
    /// A sign of life.
    Nop,
}

impl Command {
    fn of(number: u8) -> Option<Self> {
        [Self::Syn, Self::Fin, Self::Push, Self::Nop].get(usize::from(number)).copied()
    }
}

/// A frame that was read; its data may be in several pieces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) command: Command,
    pub(crate) stream: u32,
    pub(crate) data: Vec<Bytes>,
}

/// The bytes are no frames: another version, or no command of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoFrame;

/// Appends a frame; data beyond what one can hold is left out.
pub(crate) fn write(to: &mut BytesMut, command: Command, stream: u32, data: &[u8]) {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    to.reserve(HEAD + data.len());
    to.put_u8(1);
    to.put_u8(command as u8);
    to.put_u16_le(length);
    to.put_u32_le(stream);
    to.put_slice(data.get(..usize::from(length)).unwrap_or(data));
}

/// Reads frames out of pieces that are cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pieces: VecDeque<Bytes>,
    length: usize,
    /// The frame whose data is awaited, and how much of it.
    awaited: Option<(Frame, usize)>,
}

impl Reader {
    pub(crate) fn add(&mut self, piece: Bytes) {
        self.length += piece.len();
        self.pieces.push_back(piece);
    }

    /// The next whole frame.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, NoFrame> {
        let (mut frame, mut missing) = match self.awaited.take() {
            Some(awaited) => awaited,
            None if self.length < HEAD => return Ok(None),
            None => self.head()?,
        };
        while missing > 0
            && let Some(mut piece) = self.pieces.pop_front()
        {
            let part = piece.split_to(missing.min(piece.len()));
            missing -= part.len();
            self.length -= part.len();
            frame.data.push(part);
            if !piece.is_empty() {
                self.pieces.push_front(piece);
            }
        }
        if missing > 0 {
            self.awaited = Some((frame, missing));
            return Ok(None);
        }
        Ok(Some(frame))
    }

    fn head(&mut self) -> Result<(Frame, usize), NoFrame> {
        let mut head = [0_u8; HEAD];
        for byte in &mut head {
            while self.pieces.front().is_some_and(Bytes::is_empty) {
                self.pieces.pop_front();
            }
            let Some(piece) = self.pieces.front_mut() else { return Err(NoFrame) };
            *byte = piece.get_u8();
            self.length -= 1;
        }
        let [version, command, low, high, stream @ ..] = head;
        let command = Command::of(command).filter(|_| version == 1).ok_or(NoFrame)?;
        let length = usize::from(u16::from_le_bytes([low, high]));
        Ok((Frame { command, stream: u32::from_le_bytes(stream), data: Vec::new() }, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(frame: &Frame) -> (Command, u32, Vec<u8>) {
        (frame.command, frame.stream, frame.data.concat())
    }

    #[test]
    fn frames_are_laid_out_as_the_vectors_say() {
        let mut bytes = BytesMut::new();
        write(&mut bytes, Command::Syn, 3, b"");
        assert_eq!(&bytes[..], [1, 0, 0, 0, 3, 0, 0, 0]);
        bytes.clear();
        write(&mut bytes, Command::Push, 3, b"pong");
        assert_eq!(&bytes[..], [1, 2, 4, 0, 3, 0, 0, 0, b'p', b'o', b'n', b'g']);
    }

    #[test]
    fn frames_are_read_however_they_are_cut() {
        let mut bytes = BytesMut::new();
        write(&mut bytes, Command::Syn, 3, b"");
        write(&mut bytes, Command::Push, 3, b"ping");
        write(&mut bytes, Command::Push, 3, b"");
        write(&mut bytes, Command::Push, 5, &vec![7; 65_535]);
        write(&mut bytes, Command::Nop, 0, b"");
        write(&mut bytes, Command::Fin, 3, b"");
        let all = bytes.freeze();
        let mut results = Vec::new();
        for size in [1, 2, 3, 7, 8, 9, 1024, all.len()] {
            let mut reader = Reader::default();
            let mut frames = Vec::new();
            for piece in all.chunks(size) {
                reader.add(Bytes::copy_from_slice(piece));
                while let Some(frame) = reader.next().unwrap() {
                    frames.push(joined(&frame));
                }
            }
            results.push(frames);
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
        let kinds: Vec<_> = results[0].iter().map(|(command, stream, data)| (*command, *stream, data.len())).collect();
        let (push, nop) = (Command::Push, Command::Nop);
        let expected =
            [(Command::Syn, 3, 0), (push, 3, 4), (push, 3, 0), (push, 5, 65_535), (nop, 0, 0), (Command::Fin, 3, 0)];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn other_versions_and_commands_are_no_frames() {
        for head in [[2, 0, 0, 0, 3, 0, 0, 0], [1, 4, 0, 0, 3, 0, 0, 0], [1, 9, 0, 0, 3, 0, 0, 0]] {
            let mut reader = Reader::default();
            reader.add(Bytes::copy_from_slice(&head));
            assert_eq!(reader.next(), Err(NoFrame));
        }
    }
}
