//! The account: signing up, deriving from a password, unlocking, changing the password.

mod create;
mod credentials;
mod sealed;
mod unlocked;

use crypto_core::CryptoRng;

pub use self::{create::NewAccount, credentials::Credentials, unlocked::Vault};

pub(crate) fn random(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes
}
