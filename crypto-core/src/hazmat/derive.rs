//! Key derivation: C2SP chunked-encryption's use of HKDF-Expand, and plain HKDF (RFC 5869).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a message's random salt.
pub(crate) const SALT: usize = 24;
/// Length of a message's commitment to its key and context.
pub(crate) const COMMITMENT: usize = 32;

const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00";

/// What one message is sealed with.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct MessageKeys {
    pub(crate) aead_key: [u8; 32],
    pub(crate) base_nonce: [u8; 12],
    pub(crate) commitment: [u8; COMMITMENT],
}

/// A key as HMAC-SHA-512 starts with it: two of the ten blocks or so that deriving one
/// message's keys takes to hash. Wiped when dropped, like the key.
#[derive(Clone)]
pub(crate) struct KeySchedule(Hmac<Sha512>);

impl KeySchedule {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }
}

/// `HKDF-Expand(SHA-512, key, label ‖ salt ‖ context)` → AES key, base nonce, commitment.
///
/// The 32-byte key is used as the PRK directly, as the specification says. The `hkdf`
/// crate insists on a PRK as long as the hash, so this is two calls of HMAC.
pub(crate) fn derive_message_keys(
    key: &KeySchedule,
    salt: &[u8; SALT],
    context: &[u8],
) -> MessageKeys {
    let block = |previous: &[u8], counter: u8| -> [u8; 64] {
        let mut mac = key.0.clone();
        mac.update(previous);
        mac.update(INFO);
        mac.update(salt);
        mac.update(context);
        mac.update(&[counter]);
        mac.finalize().into_bytes().into()
    };
    let mut first = block(&[], 1);
    let mut second = block(&first, 2);
    let mut keys = MessageKeys {
        aead_key: [0; 32],
        base_nonce: [0; 12],
        commitment: [0; COMMITMENT],
    };
    keys.aead_key.copy_from_slice(&first[..32]);
    keys.base_nonce.copy_from_slice(&first[32..44]);
    keys.commitment[..20].copy_from_slice(&first[44..]);
    keys.commitment[20..].copy_from_slice(&second[..12]);
    first.zeroize();
    second.zeroize();
    keys
}

/// HKDF-SHA512 without salt: 32 bytes for one label. `secret` must be uniformly random or
/// the output of a password hash.
pub(crate) fn hkdf_sha512(secret: &[u8], label: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha512>::new(None, secret)
        .expand(label, &mut out)
        .expect("32 bytes are within HKDF's limit");
    out
}
