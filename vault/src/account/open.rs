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
        let account_key = unwrap_served(credentials, kdf, keys)?.map_err(|error| {
            let seen = |pins: &Pins| *pins.0.wrapped_key != sha256(&keys.wrapped_key.0);
            let exchanged = pins.as_ref().filter(|pins| seen(pins));
            let epoch = keys.account_state.epoch;
            match (error, exchanged.map(|pins| pins.0.epoch)) {
                // A wrap changes with the password only, and the epoch with it.
                (_, Some(seen)) if seen > epoch => VaultError::AccountRolledBack,
                (_, Some(seen)) if seen == epoch => VaultError::AccountTampered,
                (OpenError::DoesNotBelongHere, _) if !proved => VaultError::WrongPassword,
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
        let mut vault = Self::open_served(account_key, kdf, keys, pins)?;
        let served = SeenPin::of(&vault.standing.state);
        for seen in [&vault.pins, &vault.account_pins.pins] {
            not_behind(&served, &seen.account())?;
        }
        if let Some(seen) = vault.pins.0.account_pins {
            not_behind(&vault.account_pins.pin, &seen)?;
        }
        let standing = &vault.standing;
        vault
            .pins
            .set_account(&standing.state, &standing.wrapped_key, &standing.kdf);
        vault.take_account_pins();
        Ok(vault)
    }

    /// Opens what was served and checks that it belongs together; what this device has seen of
    /// the account is neither compared with it nor changed.
    ///
    /// # Errors
    /// As [`Vault::unlock`], but for [`VaultError::AccountRolledBack`].
    pub(super) fn open_served(
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
        let identity = Identity::from_seeds(&state.signing_seed, &state.receiving_seed);
        let author = Author {
            identity: check_identity(&identity, user, &keys.identity.0)?,
            user,
        };
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
            pins: pins.unwrap_or_else(|| account_pins.pins.clone()),
            account_pins,
            sent_pins: None,
            sent: None,
            merges: 0,
            accepted_elsewhere: false,
            tree: Tree::new(keys.root),
            cached: Default::default(),
            indexed: Default::default(),
        })
    }
}

/// Unwraps the account key; the inner error is the wrap's.
///
/// # Errors
/// [`VaultError::AccountTampered`] if the credentials were derived otherwise than the keys say.
pub(super) fn unwrap_served(
    credentials: &Credentials,
    kdf: KdfParams,
    keys: &AccountKeys,
) -> Result<Result<AccountKey, OpenError>, VaultError> {
    // What was derived must be what the keys speak of: the wrap binds the kdf.
    if kdf != credentials.kdf {
        return Err(VaultError::AccountTampered);
    }
    let context = context::account_key_by_password(keys.user_id.as_bytes(), &kdf.hash());
    let kek = credentials.keys.kek();
    Ok(keys::unwrap(&keys.wrapped_key.0, kek, &context))
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
