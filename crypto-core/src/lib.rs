//! Keys, sealing and sealed formats of Strongroom.
//!
//! Everything that is ever stored or sent is sealed here: as one message of C2SP
//! chunked-encryption (Cobblestone-256, see [`envelope`] and [`content`]), under a typed
//! key (see [`keys`]) and a context that says what it is and where it belongs (see
//! [`context`]). `docs/FORMAT.md` describes every byte.
//!
//! The crate does no I/O, reads no clock and takes randomness as a parameter, so that the
//! browser, the command line and the tests run the same code. Primitives live in the
//! private module `hazmat`.

pub mod content;
pub mod context;
pub mod envelope;
pub mod identity;
pub mod kdf;
pub mod keys;
pub mod padding;
pub mod record;
pub mod recovery;
#[cfg(feature = "vectors")]
pub mod vectors;

mod error;
mod hazmat;

pub use error::OpenError;
pub use rand_core::CryptoRng;

/// SHA-256 (FIPS 180-4) of some bytes: how sealed things are named inside other sealed things.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
