//! What is encrypted in a session: AES-256-GCM, a key for each direction.
//!
//! On the wire: nonce (12 bytes), ciphertext, tag (16 bytes), without associated data. The agent's nonces count up from a
//! random number, the lowest byte first (amazon-ssm-agent, `crypto/nonce.go`).

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// The data key's length: two keys.
pub(crate) const KEYS: usize = 64;

/// The ciphers of a session.
pub(crate) struct Cipher {
    to_client: LessSafeKey,
    from_client: LessSafeKey,
    nonce: [u8; NONCE_LEN],
}

/// Random bytes that nobody can guess.
pub(crate) fn random<const LENGTH: usize>() -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).ok().map(|()| bytes)
}

impl Cipher {
    /// Of a data key; nothing where it hasn't the length of two keys.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        let (first, second) = key.split_at_checked(KEYS / 2)?;
        let cipher = |key| UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new);
        Some(Self { to_client: cipher(first)?, from_client: cipher(second)?, nonce: random()? })
    }

    /// Encrypts for the client.
    pub(crate) fn seal(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        let nonce = self.nonce;
        for byte in &mut self.nonce {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        sealed(&self.to_client, nonce, plain)
    }

    /// Decrypts what the client has sent; nothing where it isn't of this key.
    pub(crate) fn open(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        opened(&self.from_client, bytes)
    }
}

fn sealed(key: &LessSafeKey, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Option<Vec<u8>> {
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body).ok()?;
    Some([&nonce[..], &body].concat())
}

fn opened(key: &LessSafeKey, bytes: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = bytes.split_first_chunk()?;
    let mut body = body.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut body).ok()?;
    Some(plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::ssm::channel::message::tests::hex;

    fn cipher() -> Cipher {
        let key: Vec<u8> = (0..64).collect();
        Cipher { nonce: std::array::from_fn(|place| 0xa0 + u8::try_from(place).unwrap()), ..Cipher::new(&key).unwrap() }
    }

    #[test]
    fn both_directions_are_those_of_the_vectors() {
        let mut cipher = cipher();
        let there = "a0a1a2a3a4a5a6a7a8a9aaab8e7d10412ab469edeb6fa84bae4731a07dbf70c564";
        let back = "a0a1a2a3a4a5a6a7a8a9aaab1659c858ab7deaefe99d3e7855cb5ab5dfc6a5fa41";
        let nonce = cipher.nonce;
        assert_eq!(hex(&cipher.seal(b"hello").unwrap()), there);
        let from_client = sealed(&cipher.from_client, nonce, b"hello").unwrap();
        assert_eq!(hex(&from_client), back);
        assert_eq!(cipher.open(&from_client).as_deref(), Some(&b"hello"[..]));
        for at in 0..from_client.len() {
            let mut wrong = from_client.clone();
            wrong[at] ^= 1;
            assert_eq!((cipher.open(&wrong), cipher.open(&from_client[..at])), (None, None), "{at}");
        }
    }

    #[test]
    fn nonces_count_up_from_the_lowest_byte_and_never_repeat() {
        let mut cipher = cipher();
        cipher.nonce = [0xfe, 0xff, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let nonces: Vec<String> = (0..3).map(|_| hex(&cipher.seal(b"").unwrap()[..4])).collect();
        assert_eq!(nonces, ["feff0100", "ffff0100", "00000200"]);
        assert!(Cipher::new(&[0; 63]).is_none() && Cipher::new(&[0; 65]).is_none() && Cipher::new(b"").is_none());
    }
}
