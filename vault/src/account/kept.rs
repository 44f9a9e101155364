//! An account key that a device keeps, wrapped under a key of its own that it cannot export.

use crypto_core::{
    CryptoRng, context,
    keys::{self, KeptKek},
    sha256,
};
use protocol::AccountKeys;

use super::{Vault, open::check_statement};
use crate::{VaultError, pins::Pins};

/// Length of the hash before the wrap.
const HASH: usize = 32;

impl Vault {
    /// What the device keeps to unlock without the password: SHA-256 of the password's wrap in
    /// force, and the account key's wrap under `kek`. It ends with that password.
    #[must_use]
    pub fn keep(&self, kek: &KeptKek, rng: &mut impl CryptoRng) -> Vec<u8> {
        let context = context::account_key_kept(self.user.as_bytes());
        let mut kept = sha256(&self.standing.wrapped_key).to_vec();
        kept.extend(keys::wrap(&self.account_key, kek, &context, rng));
        kept
    }

    /// Unlocks with what [`Vault::keep`] made. A device that keeps an account knows it, so that
    /// `pins` are not optional; all is checked that [`Vault::unlock`] checks.
    ///
    /// # Errors
    /// [`VaultError::KeptEnded`] if the password's wrap is another, or what was kept does not
    /// open; otherwise as [`Vault::unlock`].
    pub fn unlock_kept(
        kek: &KeptKek,
        kept: &[u8],
        keys: &AccountKeys,
        pins: Pins,
    ) -> Result<Self, VaultError> {
        let kdf = check_statement(keys, Some(&pins))?;
        let (password, wrapped_key) = kept.split_at_checked(HASH).ok_or(VaultError::KeptEnded)?;
        if password != sha256(&keys.wrapped_key.0) {
            return Err(VaultError::KeptEnded);
        }
        let context = context::account_key_kept(keys.user_id.as_bytes());
        let account_key =
            keys::unwrap(wrapped_key, kek, &context).map_err(|_| VaultError::KeptEnded)?;
        Self::open(account_key, kdf, keys, Some(pins))
    }
}
