//! The agent's half of encryption.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// What KMS gives: bytes from 0 to 63.
pub(super) fn data_key() -> Vec<u8> {
    (0..64).collect()
}

pub(super) struct AgentCipher {
    ours: LessSafeKey,
    clients: LessSafeKey,
    count: u8,
    nonces: Vec<Vec<u8>>,
}

impl AgentCipher {
    pub(super) fn new() -> Self {
        let key = data_key();
        let of = |half: &[u8]| LessSafeKey::new(UnboundKey::new(&AES_256_GCM, half).expect("32 bytes"));
        Self { ours: of(&key[..32]), clients: of(&key[32..]), count: 0, nonces: Vec::new() }
    }

    pub(super) fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [7; 12];
        nonce[0] = self.count;
        self.count = self.count.wrapping_add(1);
        let mut text = plain.to_vec();
        self.ours
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .expect("it is sealed");
        [&nonce[..], &text].concat()
    }

    /// What the client has encrypted, with a nonce that it never used before.
    pub(super) fn open(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = payload.split_first_chunk::<12>()?;
        if self.nonces.contains(&nonce.to_vec()) {
            return None;
        }
        self.nonces.push(nonce.to_vec());
        let mut text = text.to_vec();
        let plain = self.clients.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text).ok()?;
        Some(plain.to_vec())
    }
}
