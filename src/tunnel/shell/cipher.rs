//! AES-256-GCM in both directions, with the two halves of a data key of KMS. Pure.

use std::fmt;

use bytes::BytesMut;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// The bytes of a data key: one half for each direction.
pub const DATA_KEY_BYTES: usize = 64;
/// What encryption adds: a nonce before, a tag behind.
pub const OVERHEAD: usize = NONCE_LEN + 16;

/// A data key, in plain and as the agent gets it. The plain half is overwritten when it isn't needed any more, and never
/// shown.
pub struct DataKey {
    plain: Zeroizing<Vec<u8>>,
    encrypted: Vec<u8>,
}

impl DataKey {
    /// A key as KMS gives it. `None`: it has another length.
    #[must_use]
    pub fn new(plain: Zeroizing<Vec<u8>>, encrypted: Vec<u8>) -> Option<Self> {
        (plain.len() == DATA_KEY_BYTES).then_some(Self { plain, encrypted })
    }

    /// What only KMS can read.
    #[must_use]
    pub fn encrypted(&self) -> &[u8] {
        &self.encrypted
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("DataKey(…)")
    }
}

/// Bytes that weren't encrypted with this key, or were changed on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message isn't encrypted with the session's key")]
pub struct NotOurs;

/// Both directions of a session.
pub struct Ciphers {
    from_agent: LessSafeKey,
    to_agent: LessSafeKey,
    /// A nonce is used once: they are counted. The key is one session's own.
    count: u64,
}

impl fmt::Debug for Ciphers {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Ciphers(…)")
    }
}

impl Ciphers {
    /// The first half is the agent's, the second one ours. `None`: the key has another length.
    #[must_use]
    pub fn new(key: &DataKey) -> Option<Self> {
        let (agents, ours) = key.plain.split_at_checked(DATA_KEY_BYTES / 2)?;
        let of = |half: &[u8]| UnboundKey::new(&AES_256_GCM, half).ok().map(LessSafeKey::new);
        Some(Self { from_agent: of(agents)?, to_agent: of(ours)?, count: 0 })
    }

    /// What the agent has encrypted.
    pub fn open(&self, payload: &[u8]) -> Result<Vec<u8>, NotOurs> {
        open(&self.from_agent, payload)
    }

    /// Encrypts what follows the first `from` bytes of a buffer, in place.
    pub fn seal_tail(&mut self, buffer: &mut BytesMut, from: usize) -> Result<(), NotOurs> {
        let mut nonce = [0; NONCE_LEN];
        if let Some(front) = nonce.first_chunk_mut::<8>() {
            *front = self.count.to_le_bytes();
        }
        self.count = self.count.checked_add(1).ok_or(NotOurs)?;
        let mut plain = buffer.split_off(from.min(buffer.len()));
        let sealed = seal(&self.to_agent, nonce, &plain);
        zeroize::Zeroize::zeroize(plain.as_mut());
        buffer.extend_from_slice(&sealed?);
        Ok(())
    }

    /// The same for bytes of their own.
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let mut buffer = BytesMut::from(plain);
        self.seal_tail(&mut buffer, 0)?;
        Ok(buffer.to_vec())
    }
}

fn seal(key: &LessSafeKey, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>, NotOurs> {
    let mut text = plain.to_vec();
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, Aad::empty(), &mut text).map_err(|_| NotOurs)?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut text);
    Ok(sealed)
}

fn open(key: &LessSafeKey, payload: &[u8]) -> Result<Vec<u8>, NotOurs> {
    let (nonce, rest) = payload.split_first_chunk::<NONCE_LEN>().ok_or(NotOurs)?;
    let mut text = rest.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text);
    let length = plain.map_err(|_| NotOurs)?.len();
    text.truncate(length);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DataKey {
        DataKey::new(Zeroizing::new((0..64).collect()), vec![1]).expect("64 bytes")
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    }

    const NONCE: [u8; 12] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab];
    const FROM_AGENT: &str = "a0a1a2a3a4a5a6a7a8a9aaab8e7d10412ab469edeb6fa84bae4731a07dbf70c564";
    const TO_AGENT: &str = "a0a1a2a3a4a5a6a7a8a9aaab1659c858ab7deaefe99d3e7855cb5ab5dfc6a5fa41";

    /// Made by another implementation.
    #[test]
    fn both_directions_are_as_others_have_them() {
        let ciphers = Ciphers::new(&key()).expect("a key");
        assert_eq!(ciphers.open(&bytes(FROM_AGENT)).expect("ours"), b"hello");
        assert_eq!(seal(&ciphers.from_agent, NONCE, b"hello").expect("sealed"), bytes(FROM_AGENT));
        assert_eq!(seal(&ciphers.to_agent, NONCE, b"hello").expect("sealed"), bytes(TO_AGENT));
        assert_eq!(ciphers.open(&bytes(TO_AGENT)), Err(NotOurs), "the other direction's");
    }

    #[test]
    fn nothing_but_whole_messages_is_opened() {
        let ciphers = Ciphers::new(&key()).expect("a key");
        let message = bytes(FROM_AGENT);
        for length in 0..message.len() {
            assert_eq!(ciphers.open(&message[..length]), Err(NotOurs), "{length}");
        }
        for at in 0..message.len() {
            let mut changed = message.clone();
            changed[at] ^= 1;
            assert_eq!(ciphers.open(&changed), Err(NotOurs), "{at}");
        }
    }

    /// Check 28.
    #[test]
    fn a_nonce_is_used_once() {
        let mut ciphers = Ciphers::new(&key()).expect("a key");
        let mut nonces = std::collections::BTreeSet::new();
        for _ in 0..1000 {
            let sealed = ciphers.seal(b"x").expect("sealed");
            assert_eq!(sealed.len(), 1 + OVERHEAD);
            assert!(nonces.insert(sealed[..12].to_vec()));
        }
    }

    #[test]
    fn keys_are_never_shown() {
        let key = key();
        assert_eq!(format!("{key:?} {:?}", Ciphers::new(&key)), "DataKey(…) Some(Ciphers(…))");
        assert!(DataKey::new(Zeroizing::new(vec![0; 32]), Vec::new()).is_none());
    }
}
