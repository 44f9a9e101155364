//! The account's picture: sealed like everything else, and decoration. Whoever has a session
//! may replace what the server holds; what does not open is no picture.

use crypto_core::{CryptoRng, context, envelope};
use zeroize::Zeroizing;

use super::Vault;
use crate::VaultError;

/// Most bytes of a picture before it is sealed: what the server takes, less the envelope.
pub const MAX_AVATAR: usize = 48 * 1024;

impl Vault {
    /// Seals a picture of at most [`MAX_AVATAR`] bytes.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if it is longer.
    pub fn seal_avatar(
        &self,
        picture: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, VaultError> {
        if picture.len() > MAX_AVATAR {
            return Err(VaultError::Impossible);
        }
        let context = context::avatar(self.user.as_bytes());
        Ok(envelope::seal(&self.account_key, &context, picture, rng))
    }

    /// Opens what [`Vault::seal_avatar`] made.
    ///
    /// # Errors
    /// A finding that says why it does not open.
    pub fn open_avatar(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let context = context::avatar(self.user.as_bytes());
        Ok(envelope::open(&self.account_key, &context, sealed)?)
    }
}
