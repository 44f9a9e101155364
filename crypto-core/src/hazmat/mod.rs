//! Primitives. Nothing in here may leave the crate.

mod chunks;
mod derive;

pub(crate) use chunks::{CHUNK, ChunkCipher, ENCRYPTED_CHUNK, TAG};
pub(crate) use derive::{
    COMMITMENT, KeySchedule, MessageKeys, SALT, derive_message_keys, hkdf_sha512,
};
