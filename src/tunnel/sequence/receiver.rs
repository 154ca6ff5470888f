//! What arrived, in order and once.

use std::collections::BTreeMap;

use bytes::Bytes;

/// So many are kept out of order; the official client keeps as many.
const LARGEST: usize = 10_000;

/// Where an arriving message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is the next one: use it, then call [`Receiver::advance`].
    Now,
    /// Others are missing before it: call [`Receiver::hold`].
    Early,
    /// It came before. It wants an acknowledgement once more: the first one may be lost.
    Again,
    /// Too many are kept already. No acknowledgement: it will be sent again.
    Full,
}

/// A message that came before its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the payload is.
    pub payload_type: u32,
    /// The payload.
    pub payload: Bytes,
}

/// The receiving side of one direction.
#[derive(Debug, Default)]
pub struct Receiver {
    expected: u64,
    held: BTreeMap<u64, Held>,
}

impl Receiver {
    /// Judges a number.
    #[must_use]
    pub fn place(&self, sequence: u64) -> Placed {
        if sequence == self.expected {
            Placed::Now
        } else if sequence < self.expected || self.held.contains_key(&sequence) {
            Placed::Again
        } else if self.held.len() < LARGEST {
            Placed::Early
        } else {
            Placed::Full
        }
    }

    /// Keeps a message until its turn.
    pub fn hold(&mut self, sequence: u64, held: Held) {
        self.held.insert(sequence, held);
    }

    /// The expected message was used; gives the next one if it is here already, which then counts as used.
    pub fn advance(&mut self) -> Option<Held> {
        self.expected = self.expected.saturating_add(1);
        if self.held.is_empty() { None } else { self.held.remove(&self.expected) }
    }

    /// The number that is expected next.
    #[must_use]
    pub const fn expected(&self) -> u64 {
        self.expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(receiver: &mut Receiver, sequence: u64, used: &mut Vec<u64>) -> Placed {
        let placed = receiver.place(sequence);
        let payload = Bytes::from(sequence.to_be_bytes().to_vec());
        match placed {
            Placed::Now => {
                used.push(sequence);
                while let Some(held) = receiver.advance() {
                    used.push(u64::from_be_bytes(held.payload.as_ref().try_into().expect("eight bytes")));
                }
            }
            Placed::Early => receiver.hold(sequence, Held { payload_type: 1, payload }),
            Placed::Again | Placed::Full => {}
        }
        placed
    }

    /// Check 7.
    #[test]
    fn any_order_within_200_messages_becomes_the_right_one() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut receiver = Receiver::default();
            let mut used = Vec::new();
            for block in 0..5 {
                let mut numbers: Vec<u64> = (block * 200..block * 200 + 200).collect();
                random.shuffle(&mut numbers);
                for number in numbers {
                    take(&mut receiver, number, &mut used);
                    assert_eq!(take(&mut receiver, number, &mut used), Placed::Again, "a second copy");
                }
            }
            assert_eq!(used, (0..1000).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn too_many_out_of_order_are_left_to_be_sent_again() {
        let mut receiver = Receiver::default();
        for number in 1..=10_000 {
            assert_eq!(take(&mut receiver, number, &mut Vec::new()), Placed::Early);
        }
        assert_eq!(receiver.place(10_001), Placed::Full);
        let mut used = Vec::new();
        take(&mut receiver, 0, &mut used);
        assert_eq!(used.len(), 10_001);
        assert_eq!(receiver.place(10_001), Placed::Now);
    }
}
