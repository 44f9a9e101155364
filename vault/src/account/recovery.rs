//! The recovery phrase: opening the account with it, and replacing it.

use crypto_core::{
    CryptoRng, context,
    keys::{self, AccountKey},
    recovery::RecoveryPhrase,
    sha256,
};
use protocol::{
    RecoveryEnrolment, RecoveryFinishRequest, RecoveryStartRequest, RecoveryStartResponse,
    ReplaceRecoveryRequest, SessionKind,
};
use zeroize::Zeroizing;

use super::{Credentials, Vault, open::check_statement, sealed::Enrolment};
use crate::{VaultError, pins::Pins};

/// A phrase that was typed, on its way to the account.
pub struct Recovery(RecoveryPhrase);

impl Recovery {
    /// Parses 24 words in any case, with any space between them.
    ///
    /// # Errors
    /// [`VaultError::InvalidPhrase`], naming the first word that is not in the list.
    pub fn parse(words: &str) -> Result<Self, VaultError> {
        Ok(Self(RecoveryPhrase::parse(words)?))
    }

    /// Proves the phrase to the server. Nothing in it helps to unwrap anything.
    #[must_use]
    pub fn request(&self, email: &str) -> RecoveryStartRequest {
        RecoveryStartRequest {
            email: email.to_owned(),
            auth: self.0.auth().to_string(),
        }
    }

    /// Opens the account with what the server answered, which has accepted the phrase. All is
    /// checked that [`Vault::unlock`] checks, and that the wrap is the one that the account
    /// state knows: an old phrase's does not come back. Nothing changes on the server before
    /// [`Vault::recover`].
    ///
    /// # Errors
    /// As [`Vault::unlock`], but for [`VaultError::WrongPassword`].
    pub fn open(
        &self,
        answer: &RecoveryStartResponse,
        pins: Option<Pins>,
    ) -> Result<Vault, VaultError> {
        let kdf = check_statement(&answer.keys, pins.as_ref())?;
        let wrapped_key = &answer.recovery_key.0;
        let context = context::account_key_by_recovery(answer.keys.user_id.as_bytes());
        let account_key: AccountKey = keys::unwrap(wrapped_key, &self.0.kek(), &context)
            .map_err(|_| VaultError::AccountTampered)?;
        let mut vault = Vault::open(account_key, kdf, &answer.keys, pins)?;
        let known = vault.standing.recovery;
        if !known.enrolled || known.wrap.is_some_and(|wrap| *wrap != sha256(wrapped_key)) {
            return Err(VaultError::AccountTampered);
        }
        // Accounts whose state does not know it yet: from the next state on it does.
        vault.standing.recovery = Enrolment::of(wrapped_key);
        Ok(vault)
    }
}

/// A phrase that is not yet the account's.
pub struct NewPhrase {
    phrase: RecoveryPhrase,
    wrapped_key: Vec<u8>,
    password_hash: Zeroizing<String>,
}

impl NewPhrase {
    /// The 24 words, to be kept by the person.
    #[must_use]
    pub fn words(&self) -> Zeroizing<String> {
        self.phrase.words()
    }
}

impl Vault {
    /// The request that gives an account opened by [`Recovery::open`] a new password, and with
    /// it a session. `token` is the server's. Slow on purpose. After its success call
    /// [`Vault::recovered`].
    ///
    /// # Errors
    /// [`VaultError::KdfRefused`] if this device lacks the memory.
    pub fn recover(
        &mut self,
        token: &str,
        new_password: &str,
        session: SessionKind,
        rng: &mut impl CryptoRng,
    ) -> Result<RecoveryFinishRequest, VaultError> {
        let new = self.set_password(new_password, self.standing.recovery, rng)?;
        let sent = self.sent.as_ref().expect("it was just made");
        Ok(RecoveryFinishRequest {
            recovery_token: token.to_owned(),
            new_password_hash: new.password_hash().to_owned(),
            new_salt: new.salt.clone(),
            kdf: new.kdf.to_string(),
            wrapped_key: sent.wrapped_key.clone().into(),
            account_state: sent.state.clone(),
            session,
        })
    }

    /// The server has taken what [`Vault::recover`] made.
    pub fn recovered(&mut self) {
        self.state_accepted();
    }

    /// Makes a new recovery phrase. The old one stays until the server has taken
    /// [`Vault::replace_phrase`].
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] if `current` does not unwrap the account key.
    pub fn make_phrase(
        &self,
        current: &Credentials,
        rng: &mut impl CryptoRng,
    ) -> Result<NewPhrase, VaultError> {
        self.check_password(current)?;
        let phrase = RecoveryPhrase::make(rng);
        let context = context::account_key_by_recovery(self.user.as_bytes());
        Ok(NewPhrase {
            wrapped_key: keys::wrap(&self.account_key, &phrase.kek(), &context, rng),
            phrase,
            password_hash: Zeroizing::new(current.password_hash().to_owned()),
        })
    }

    /// The request that puts a new phrase in the place of the old one. After its success call
    /// [`Vault::phrase_replaced`], after a conflict [`Vault::merge_keys`] and then this again.
    pub fn replace_phrase(
        &mut self,
        new: &NewPhrase,
        rng: &mut impl CryptoRng,
    ) -> ReplaceRecoveryRequest {
        let (wrapped_key, kdf) = (self.standing.wrapped_key.clone(), self.standing.kdf);
        let recovery = Enrolment::of(&new.wrapped_key);
        let next = self.next_standing(wrapped_key, kdf, recovery, rng);
        let account_state = next.state.clone();
        self.sent = Some(next);
        ReplaceRecoveryRequest {
            password_hash: new.password_hash.to_string(),
            recovery: RecoveryEnrolment {
                wrapped_key: new.wrapped_key.clone().into(),
                auth: new.phrase.auth().to_string(),
            },
            account_state,
        }
    }

    /// The server has taken what [`Vault::replace_phrase`] made.
    pub fn phrase_replaced(&mut self) {
        self.state_accepted();
    }

    /// Whether the account state in force knows this phrase: a request whose answer was lost
    /// had arrived.
    #[must_use]
    pub fn has_phrase(&self, phrase: &NewPhrase) -> bool {
        let known = self.standing.recovery.wrap;
        known.is_some_and(|wrap| *wrap == sha256(&phrase.wrapped_key))
    }
}
