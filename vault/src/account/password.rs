//! A new password for the same account key. No file is sealed again.

use crypto_core::{
    CryptoRng, context,
    keys::{self, AccountKey},
};
use protocol::ChangePasswordRequest;

use super::{Credentials, Vault, sealed::Enrolment};
use crate::VaultError;

impl Vault {
    /// The request that changes the password: a new wrap of the same account key and the
    /// account state that goes with it. Slow on purpose.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] if `current` does not unwrap the account key.
    pub fn change_password(
        &mut self,
        current: &Credentials,
        new_password: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<ChangePasswordRequest, VaultError> {
        let epoch = self.standing.state.epoch + 1;
        self.change_password_at(epoch, None, current, new_password, rng)
    }

    /// As [`Vault::change_password`], with the state of this epoch. `replaced`: the epoch of the
    /// state that gives way to it, where that is not the one before.
    ///
    /// # Errors
    /// As [`Vault::change_password`].
    pub(super) fn change_password_at(
        &mut self,
        epoch: u64,
        replaced: Option<u64>,
        current: &Credentials,
        new_password: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<ChangePasswordRequest, VaultError> {
        self.check_password(current)?;
        let recovery = self.standing.recovery;
        let new = self.set_password_at(epoch, new_password, recovery, rng)?;
        let sent = self.sent.as_ref().expect("it was just made");
        Ok(ChangePasswordRequest {
            old_password_hash: current.password_hash().to_owned(),
            new_password_hash: new.password_hash().to_owned(),
            new_salt: new.salt.clone(),
            kdf: Some(new.kdf.to_string()),
            wrapped_key: Some(sent.wrapped_key.clone().into()),
            account_state: Some(sent.state.clone()),
            replaced_state: replaced,
        })
    }

    /// The server has taken what [`Vault::change_password`] made.
    pub fn password_changed(&mut self) {
        self.state_accepted();
    }

    /// Whether the account state in force is the one that was sent last: a request whose answer
    /// was lost had arrived.
    #[must_use]
    pub fn has_new_password(&self) -> bool {
        let sent = self.sent.as_ref();
        sent.is_some_and(|sent| sent.state == self.standing.state)
    }

    /// # Errors
    /// [`VaultError::WrongPassword`].
    pub(super) fn check_password(&self, current: &Credentials) -> Result<(), VaultError> {
        let context = context::account_key_by_password(self.user.as_bytes(), &current.kdf.hash());
        keys::unwrap::<AccountKey>(&self.standing.wrapped_key, current.keys.kek(), &context)
            .map(drop)
            .map_err(|_| VaultError::WrongPassword)
    }

    /// Wraps the account key under a new password and seals the state that says so.
    ///
    /// # Errors
    /// [`VaultError::KdfRefused`] if this device lacks the memory.
    pub(super) fn set_password(
        &mut self,
        password: &str,
        recovery: Enrolment,
        rng: &mut impl CryptoRng,
    ) -> Result<Credentials, VaultError> {
        let epoch = self.standing.state.epoch + 1;
        self.set_password_at(epoch, password, recovery, rng)
    }

    /// As [`Vault::set_password`], with the state of this epoch.
    ///
    /// # Errors
    /// As [`Vault::set_password`].
    fn set_password_at(
        &mut self,
        epoch: u64,
        password: &str,
        recovery: Enrolment,
        rng: &mut impl CryptoRng,
    ) -> Result<Credentials, VaultError> {
        let new = Credentials::make(password, rng)?;
        let context = context::account_key_by_password(self.user.as_bytes(), &new.kdf.hash());
        let wrapped_key = keys::wrap(&self.account_key, new.keys.kek(), &context, rng);
        self.sent = Some(self.standing_of(epoch, wrapped_key, new.kdf, recovery, rng));
        Ok(new)
    }
}
