//! The chunk layer of C2SP chunked-encryption with AES-256-GCM.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};

use super::MessageKeys;
use crate::OpenError;

/// Plaintext bytes in every chunk but the last, which is always shorter.
pub(crate) const CHUNK: usize = 16 * 1024;
/// Length of a chunk's authentication tag.
pub(crate) const TAG: usize = 16;
/// Ciphertext bytes in every chunk but the last.
pub(crate) const ENCRYPTED_CHUNK: usize = CHUNK + TAG;
/// The specification's limit, the last chunk included.
const MAX_CHUNKS: u64 = 1 << 38;

/// Seals and opens the chunks of one message, in any order.
pub(crate) struct ChunkCipher {
    aead: Aes256Gcm,
    base_nonce: [u8; 12],
}

impl ChunkCipher {
    pub(crate) fn new(keys: &MessageKeys) -> Self {
        Self {
            aead: Aes256Gcm::new(&keys.aead_key.into()),
            base_nonce: keys.base_nonce,
        }
    }

    /// The base nonce with the chunk's index XORed into its last five bytes.
    fn nonce(&self, index: u64) -> Nonce<Aes256Gcm> {
        assert!(index < MAX_CHUNKS, "a message has at most 2^38 chunks");
        let mut nonce = self.base_nonce;
        for (byte, counter) in nonce[7..].iter_mut().zip(&index.to_be_bytes()[3..]) {
            *byte ^= counter;
        }
        nonce.into()
    }

    /// Appends the sealed chunk to `out`. Who calls must never use an index twice for
    /// different bytes.
    pub(crate) fn seal(&self, index: u64, chunk: &[u8], out: &mut Vec<u8>) {
        debug_assert!(chunk.len() <= CHUNK);
        let start = out.len();
        out.extend_from_slice(chunk);
        let tag = self
            .aead
            .encrypt_inout_detached(&self.nonce(index), &[], (&mut out[start..]).into())
            .expect("a chunk is within the limits of AES-GCM");
        out.extend_from_slice(&tag);
    }

    /// Appends the opened chunk to `out`; nothing is appended unless the tag matches.
    pub(crate) fn open(
        &self,
        index: u64,
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let Some(length) = sealed.len().checked_sub(TAG) else {
            return Err(OpenError::Truncated);
        };
        let (body, tag) = sealed.split_at(length);
        let tag = Tag::<Aes256Gcm>::try_from(tag).map_err(|_| OpenError::Truncated)?;
        let start = out.len();
        out.extend_from_slice(body);
        let opened = self.aead.decrypt_inout_detached(
            &self.nonce(index),
            &[],
            (&mut out[start..]).into(),
            &tag,
        );
        opened.map_err(|_| {
            out[start..].fill(0);
            out.truncate(start);
            OpenError::Altered
        })
    }
}
