//! Ways into an account: each unwraps the account key, and then all of them check the same.

use crypto_core::{
    OpenError, context,
    identity::Identity,
    kdf::KdfParams,
    keys::{self, AccountKey},
    sha256,
};
use protocol::{AccountKeys, FORMAT};

use super::{
    Credentials, Vault,
    sealed::{Enrolment, Standing, check_identity, not_behind, open_pins, open_state},
    unlocked::Seen,
};
use crate::{
    VaultError,
    pins::Pins,
    records::SeenPin,
    tree::{Author, Tree},
};

impl Vault {
    /// Unlocks with what a password gave. `proved` says that the server has just accepted the
    /// password, so that a wrap that does not open is no mistyping. `pins` is what this device
    /// has kept, if it knows the account; an account that is older than that, or another, is
    /// refused.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`], [`VaultError::KdfRefused`],
    /// [`VaultError::AccountTampered`], [`VaultError::AccountRolledBack`], or a finding of
    /// an unsupported version.
    pub fn unlock(
        credentials: &Credentials,
        keys: &AccountKeys,
        pins: Option<Pins>,
        proved: bool,
    ) -> Result<Self, VaultError> {
        let kdf = check_statement(keys, pins.as_ref())?;
        // What was derived must be what the keys speak of: the wrap binds the kdf.
        if kdf != credentials.kdf {
            return Err(VaultError::AccountTampered);
        }
        let wrapped_key = &keys.wrapped_key.0;
        let context = context::account_key_by_password(keys.user_id.as_bytes(), &kdf.hash());
        let account_key = keys::unwrap(wrapped_key, credentials.keys.kek(), &context);
        let account_key: AccountKey = account_key.map_err(|error| {
            // A wrap changes with the password only, and the epoch with it.
            let exchanged = pins.as_ref().is_some_and(|pins| {
                pins.0.epoch >= keys.account_state.epoch
                    && *pins.0.wrapped_key != sha256(wrapped_key)
            });
            match error {
                OpenError::DoesNotBelongHere if !proved && !exchanged => VaultError::WrongPassword,
                _ => VaultError::AccountTampered,
            }
        })?;
        Self::open(account_key, kdf, keys, pins)
    }

    /// Opens what the account key opens, and believes none of it before it was checked.
    ///
    /// # Errors
    /// As [`Vault::unlock`].
    pub(super) fn open(
        account_key: AccountKey,
        kdf: KdfParams,
        keys: &AccountKeys,
        pins: Option<Pins>,
    ) -> Result<Self, VaultError> {
        let (user, wrapped_key) = (keys.user_id, &keys.wrapped_key.0);
        let state = open_state(
            &account_key,
            user,
            &keys.account_state,
            keys.root,
            &kdf,
            wrapped_key,
        )?;
        let account_pins = Seen {
            pins: open_pins(&account_key, user, &keys.pins)?,
            pin: SeenPin::of(&keys.pins),
        };
        for seen in pins.iter().chain([&account_pins.pins]) {
            not_behind(&SeenPin::of(&keys.account_state), &seen.account())?;
        }
        if let Some(seen) = pins.as_ref().and_then(|pins| pins.0.account_pins) {
            not_behind(&account_pins.pin, &seen)?;
        }
        let identity = Identity::from_seeds(&state.signing_seed, &state.receiving_seed);
        let author = Author {
            identity: check_identity(&identity, user, &keys.identity.0)?,
            user,
        };
        let mut pins = pins.unwrap_or_else(|| account_pins.pins.clone());
        pins.set_account(&keys.account_state, wrapped_key, &kdf);
        pins.0.account_pins = Some(account_pins.pin);
        Ok(Self {
            user,
            account_key,
            identity,
            author,
            standing: Standing {
                state: keys.account_state.clone(),
                wrapped_key: wrapped_key.clone(),
                kdf,
                recovery: Enrolment {
                    enrolled: state.recovery_enrolled,
                    wrap: state.recovery_key,
                },
            },
            pins,
            account_pins,
            sent_pins: None,
            sent: None,
            merges: 0,
            tree: Tree::new(keys.root),
            cached: Default::default(),
            indexed: Default::default(),
        })
    }
}

/// Whether the stated format and derivation are acceptable, and the account the one that this
/// device knows; before anything is opened.
///
/// # Errors
/// [`VaultError::KdfRefused`], [`VaultError::AccountTampered`], or a finding of an unsupported
/// version.
pub(super) fn check_statement(
    keys: &AccountKeys,
    pins: Option<&Pins>,
) -> Result<KdfParams, VaultError> {
    if keys.format != FORMAT {
        return Err(OpenError::UnsupportedVersion.into());
    }
    let kdf: KdfParams = keys.kdf.parse()?;
    if let Some(pins) = pins {
        if *pins.0.user != *keys.user_id.as_bytes() {
            return Err(VaultError::AccountTampered);
        }
        pins.check_kdf(&kdf)?;
    }
    Ok(kdf)
}
