//! The way out when the server shows an older account than this device has seen, because a
//! backup was restored: its owner, who has entered the password of that state, knowingly
//! accepts it.
//!
//! Nothing that was opened is used before the server has taken what says so, under counters
//! beyond all that were seen: to every device what follows is newer than what it knows, and the
//! accepted state, shown again, is old. An older account state brings an earlier password back,
//! and perhaps an earlier recovery phrase; it is accepted with a new password only. What this
//! device has seen of folders stays as it is: each of them is accepted by itself.

use crypto_core::{CryptoRng, OpenError};
use protocol::{AccountKeys, ChangePasswordRequest, UpdateKeysRequest};

use super::{
    Credentials, Vault,
    open::{check_statement, unwrap_served},
    sealed::{not_behind, seal_pins},
    unlocked::Seen,
};
use crate::{VaultError, pins::Pins, records::SeenPin};

/// An account that is older than what this device has seen of it, opened to be accepted.
pub struct OlderAccount {
    vault: Vault,
    /// The account state that this device has seen, if the one that is served is older, or
    /// another one under the same number.
    state: Option<SeenPin>,
    /// Likewise the account's sealed pins.
    pins: Option<SeenPin>,
}

/// In what an account is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The account state; with it the password, and perhaps the recovery phrase, are those of
    /// that time. It takes a new password to accept it.
    pub state: Option<Behind>,
    /// What the account's devices have seen.
    pub pins: Option<Behind>,
}

/// Two counters of the same record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Behind {
    /// What this device has seen.
    pub seen: u64,
    /// What the server shows.
    pub served: u64,
}

impl OlderAccount {
    /// Opens an account that [`Vault::unlock`] has refused as [`VaultError::AccountRolledBack`],
    /// with the password that was in force then. All is checked that [`Vault::unlock`] checks,
    /// except that it is not behind.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`]; [`VaultError::Impossible`] if the account is not behind;
    /// [`VaultError::AccountTampered`] also if its parts are of different times, as those of a
    /// backup never are; else as [`Vault::unlock`].
    pub fn open(
        credentials: &Credentials,
        keys: &AccountKeys,
        pins: Pins,
    ) -> Result<Self, VaultError> {
        let kdf = check_statement(keys, Some(&pins))?;
        let account_key = unwrap_served(credentials, kdf, keys)?.map_err(|error| match error {
            OpenError::DoesNotBelongHere => VaultError::WrongPassword,
            _ => VaultError::AccountTampered,
        })?;
        let vault = Vault::open_served(account_key, kdf, keys, Some(pins))?;
        let served = SeenPin::of(&vault.standing.state);
        if not_behind(&served, &vault.account_pins.pins.account()).is_err() {
            return Err(VaultError::AccountTampered);
        }
        let behind = |served, seen: SeenPin| not_behind(served, &seen).is_err().then_some(seen);
        let state = behind(&served, vault.pins.account());
        let seen = vault.pins.0.account_pins;
        let pins = seen.and_then(|seen| behind(&vault.account_pins.pin, seen));
        if state.is_none() && pins.is_none() {
            return Err(VaultError::Impossible);
        }
        let mut account = Self { vault, state, pins };
        if state.is_none() {
            account.take_state();
        }
        Ok(account)
    }

    /// What the owner is to be told.
    #[must_use]
    pub fn difference(&self) -> Difference {
        let behind = |seen: Option<SeenPin>, served| {
            seen.map(|seen| Behind {
                seen: seen.seq,
                served,
            })
        };
        Difference {
            state: behind(self.state, self.vault.standing.state.epoch),
            pins: behind(self.pins, self.vault.account_pins.pin.seq),
        }
    }

    /// The request by which an older account state is accepted: it is followed by one with a new
    /// password and a counter beyond the one seen. Slow on purpose. After its success call
    /// [`OlderAccount::password_changed`].
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if the state is not behind, [`VaultError::WrongPassword`] if
    /// `current` does not unwrap the account key, [`VaultError::KdfRefused`] if this device lacks
    /// the memory.
    pub fn change_password(
        &mut self,
        current: &Credentials,
        new_password: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<ChangePasswordRequest, VaultError> {
        let seen = self.state.ok_or(VaultError::Impossible)?;
        let served = self.vault.standing.state.epoch;
        let epoch = beyond(seen.seq, served);
        self.vault
            .change_password_at(epoch, Some(served), current, new_password, rng)
    }

    /// The server has taken what [`OlderAccount::change_password`] made.
    pub fn password_changed(&mut self) {
        if let Some(sent) = self.vault.sent.take() {
            self.vault.standing = sent;
            self.state = None;
            self.take_state();
        }
    }

    /// The request by which older pins are accepted, and other devices told that they were:
    /// pins of all that this device and the served ones have seen, beyond the ones seen. After
    /// its success call [`OlderAccount::into_vault`].
    ///
    /// # Errors
    /// [`VaultError::Impossible`] before an older account state was accepted.
    pub fn sealed_pins(
        &mut self,
        rng: &mut impl CryptoRng,
    ) -> Result<UpdateKeysRequest, VaultError> {
        if self.state.is_some() {
            return Err(VaultError::Impossible);
        }
        let vault = &mut self.vault;
        let served = vault.account_pins.pin;
        let seen = self.pins.unwrap_or(served);
        let mut next = vault.all_seen();
        next.0.accepts = Some(seen.hash);
        let epoch = beyond(seen.seq, served.seq);
        let sealed = seal_pins(&vault.account_key, vault.user, epoch, &next, rng);
        vault.sent_pins = Some(Seen {
            pins: next,
            pin: SeenPin::of(&sealed),
        });
        Ok(UpdateKeysRequest {
            account_state: None,
            pins: Some(sealed),
            replaced_pins: Some(served.seq),
        })
    }

    /// The unlocked vault, once the server has taken what [`OlderAccount::sealed_pins`] made.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if there was no such request.
    pub fn into_vault(mut self) -> Result<Vault, VaultError> {
        let sent = self.vault.sent_pins.take().ok_or(VaultError::Impossible)?;
        self.vault.account_pins = sent;
        self.vault.take_account_pins();
        self.vault.accepted_elsewhere = false;
        Ok(self.vault)
    }

    /// The state in force is not behind (any more).
    fn take_state(&mut self) {
        let standing = &self.vault.standing;
        self.vault
            .pins
            .set_account(&standing.state, &standing.wrapped_key, &standing.kdf);
    }
}

/// A counter that no device has seen yet.
fn beyond(seen: u64, served: u64) -> u64 {
    seen.max(served).saturating_add(1)
}
