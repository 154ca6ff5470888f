//! Identifiers of all kinds, drawn from the world's own seed so that the same requests make the same world.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Where the next identifier comes from.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) seed: u64,
    pub(crate) drawn: u64,
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8; 16] = b"0123456789abcdef";

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        Sha256::digest(format!("{}/{}", self.seed, self.drawn)).into()
    }

    fn word(&mut self, alphabet: &[u8], length: usize) -> String {
        let letter = |byte: &u8| alphabet.get(usize::from(*byte) % alphabet.len()).copied().map_or('A', char::from);
        self.draw().iter().take(length).map(letter).collect()
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.draw().iter().take(6).fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte)) % bound.max(1)
    }

    /// `db-` and 26 letters and digits (`R-INST-2`).
    pub(crate) fn resource(&mut self) -> String {
        format!("db-{}", self.word(BASE32, 26))
    }

    /// `sg-`, `subnet-`, `vpc-` and 17 hexadecimal digits.
    pub(crate) fn network(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.word(HEX, 16))
    }

    /// A role's or a profile's own id, with IAM's four letters before it.
    pub(crate) fn principal(&mut self, kind: &str) -> String {
        format!("{kind}{}", self.word(BASE32, 17))
    }

    /// A version 4 UUID, as KMS names its keys.
    pub(crate) fn uuid(&mut self) -> String {
        let digits = self.word(HEX, 32);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }
}
