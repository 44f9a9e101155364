//! Keys and contexts from given bytes, so that test vectors, our own and published ones,
//! can be run against the real code. Behind the feature `vectors`, which only the test
//! packages turn on: elsewhere key bytes stay inside this crate.

use crate::{context::Context, keys::WrappableKey};

/// A key with these bytes.
#[must_use]
pub fn key<K: WrappableKey>(bytes: [u8; 32]) -> K {
    K::from_bytes(bytes)
}

/// The bytes of a key.
#[must_use]
pub fn key_bytes<K: WrappableKey>(key: &K) -> &[u8; 32] {
    key.bytes()
}

/// A context of these bytes, whatever they say.
#[must_use]
pub fn context(bytes: &[u8]) -> Context {
    Context::from_bytes(bytes)
}

/// The bytes of a context.
#[must_use]
pub fn context_bytes(context: &Context) -> &[u8] {
    context.as_bytes()
}
