//! What opening a vault is compared with: as many messages, opened with AES-256-GCM, each with
//! a key of its own, and nothing else.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};
use wasm_bindgen::prelude::*;

/// Sealed messages with their keys.
#[wasm_bindgen]
pub struct Messages(Vec<Message>);

struct Message {
    key: [u8; 32],
    sealed: Vec<u8>,
    tag: Tag<Aes256Gcm>,
}

#[wasm_bindgen]
impl Messages {
    /// So many, of these lengths in turn.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, lengths: &[usize]) -> Self {
        let messages = (0..count).map(|number| {
            let mut key = [7; 32];
            key[..8].copy_from_slice(&number.to_be_bytes().repeat(2)[..8]);
            let mut sealed = vec![number as u8; lengths[number % lengths.len()]];
            let tag = Aes256Gcm::new(&key.into())
                .encrypt_inout_detached(&nonce(), &[], sealed.as_mut_slice().into())
                .expect("short enough");
            Message { key, sealed, tag }
        });
        Self(messages.collect())
    }

    /// Opens all of them; gives how many there were.
    pub fn open(&self) -> usize {
        let opened = self.0.iter().filter(|message| {
            let mut opened = message.sealed.clone();
            Aes256Gcm::new(&message.key.into())
                .decrypt_inout_detached(&nonce(), &[], opened.as_mut_slice().into(), &message.tag)
                .is_ok()
        });
        opened.count()
    }
}

fn nonce() -> Nonce<Aes256Gcm> {
    [3; 12].into()
}
