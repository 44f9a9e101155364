//! The server's own keys, all derived from the secret file (RFC 5869), one label each.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::auth::token::TokenKey;

/// One derived key. It never leaves this type.
#[derive(Clone)]
pub(crate) struct MacKey(Zeroizing<[u8; 32]>);

impl MacKey {
    /// HMAC-SHA-256 over the parts, each with its length before it.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.start(parts).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(crate) fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.start(parts).verify_slice(tag).is_ok()
    }

    fn keyed(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0[..]).expect("HMAC takes keys of any length")
    }

    fn start(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.keyed();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

/// All derived keys.
#[derive(Clone)]
pub(crate) struct Secrets {
    /// Signs access tokens.
    pub(crate) tokens: TokenKey,
    /// Signs download URLs.
    pub(crate) urls: MacKey,
    /// Invents salts for unknown emails.
    pub(crate) prelogin: MacKey,
    /// Makes each refresh token's successor.
    pub(crate) refresh: MacKey,
}

impl Secrets {
    /// Derives all keys from the content of the secret file.
    pub(crate) fn derive(secret: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret);
        let key = |label: &str| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(label.as_bytes(), &mut key[..])
                .expect("32 bytes can be expanded");
            key
        };
        Self {
            tokens: TokenKey::new(&key("strongroom/server/v1/access-tokens")),
            urls: MacKey(key("strongroom/server/v1/download-urls")),
            prelogin: MacKey(key("strongroom/server/v1/prelogin")),
            refresh: MacKey(key("strongroom/server/v1/refresh-tokens")),
        }
    }
}

/// SHA-256.
pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// Bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
