//! An unlocked account.

use crypto_core::{
    CryptoRng, OpenError, context,
    identity::Identity,
    kdf::KdfParams,
    keys::{self, AccountKey},
    sha256,
};
use protocol::{
    AccountKeys, ChangePasswordRequest, FORMAT, NodeId, SealedState, UpdateKeysRequest, UserId,
};

use super::{
    Credentials,
    sealed::{
        check_identity, next_state, not_behind, open_pins, open_state, seal_pins, seal_state,
    },
};
use crate::{
    VaultError,
    pins::Pins,
    records::SeenPin,
    tree::{Author, Tree},
};

/// An unlocked vault: the keys of an account, and its tree as far as it was verified.
pub struct Vault {
    pub(crate) user: UserId,
    pub(super) account_key: AccountKey,
    pub(crate) identity: Identity,
    pub(crate) author: Author,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) state: SealedState,
    /// What this device has seen.
    pub(crate) pins: Pins,
    /// What the account's devices have seen, as it stands sealed on the server.
    pub(super) account_pins: Seen,
    pub(super) sent_pins: Option<Seen>,
    pub(super) sent_password: Option<SentPassword>,
    pub(crate) tree: Tree,
}

/// Sealed pins that were opened, and what names them.
pub(super) struct Seen {
    pub(super) pins: Pins,
    /// Their epoch and SHA-256.
    pub(super) pin: SeenPin,
}

pub(super) struct SentPassword {
    wrapped_key: Vec<u8>,
    state: SealedState,
    kdf: KdfParams,
}

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
        if keys.format != FORMAT {
            return Err(OpenError::UnsupportedVersion.into());
        }
        // What was derived must be what the keys speak of: the wrap binds the kdf.
        if keys.kdf.parse::<KdfParams>()? != credentials.kdf {
            return Err(VaultError::AccountTampered);
        }
        let user = keys.user_id;
        if let Some(pins) = &pins {
            if *pins.0.user != *user.as_bytes() {
                return Err(VaultError::AccountTampered);
            }
            pins.check_kdf(&credentials.kdf)?;
        }
        let wrapped_key = &keys.wrapped_key.0;
        let password_context =
            context::account_key_by_password(user.as_bytes(), &credentials.kdf.hash());
        let account_key: AccountKey = keys::unwrap(
            wrapped_key,
            credentials.keys.kek(),
            &password_context,
        )
        .map_err(|error| {
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
        let state = open_state(
            &account_key,
            user,
            &keys.account_state,
            keys.root,
            &credentials.kdf,
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
        pins.set_account(&keys.account_state, wrapped_key, &credentials.kdf);
        pins.0.account_pins = Some(account_pins.pin);
        Ok(Self {
            user,
            account_key,
            identity,
            author,
            wrapped_key: wrapped_key.clone(),
            state: keys.account_state.clone(),
            pins,
            account_pins,
            sent_pins: None,
            sent_password: None,
            tree: Tree::new(keys.root),
        })
    }

    /// The account.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The root folder, whose id is the vault's.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.tree.root()
    }

    /// What this device must keep, and hand to [`Vault::unlock`] the next time.
    #[must_use]
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Exchanges what this window has seen for what the device has kept, which another window
    /// may have written: gives what the device must keep now, and from here on nothing older
    /// is believed.
    ///
    /// # Errors
    /// As [`Pins::merge`]; nothing has changed then.
    pub fn exchange_pins(&mut self, kept: &Pins) -> Result<Pins, VaultError> {
        let merged = self.pins.clone().merge(kept)?;
        // A newer account state is another matter: it is taken over when it is served.
        self.pins.0.heads.clone_from(&merged.0.heads);
        Ok(merged)
    }

    /// The request that brings the account's pins up to what this device has seen, if they
    /// are behind. After its success call [`Vault::sealed_pins_accepted`], after a conflict
    /// [`Vault::merge_keys`].
    pub fn sealed_pins(&mut self, rng: &mut impl CryptoRng) -> Option<UpdateKeysRequest> {
        let mut next = self.pins.clone();
        next.0.account_pins = None;
        for (folder, pin) in &self.account_pins.pins.0.heads {
            // Where both saw the same counter, opening the folder finds out who was lied to.
            let known = next.0.heads.entry(*folder).or_insert(*pin);
            if pin.seq >= known.seq {
                *known = *pin;
            }
        }
        if next == self.account_pins.pins {
            return None;
        }
        let epoch = self.account_pins.pin.seq + 1;
        let sealed = seal_pins(&self.account_key, self.user, epoch, &next, rng);
        self.sent_pins = Some(Seen {
            pins: next,
            pin: SeenPin::of(&sealed),
        });
        Some(UpdateKeysRequest {
            account_state: None,
            pins: Some(sealed),
        })
    }

    /// The server has taken what [`Vault::sealed_pins`] made.
    pub fn sealed_pins_accepted(&mut self) {
        if let Some(sent) = self.sent_pins.take() {
            self.pins.0.account_pins = Some(sent.pin);
            self.account_pins = sent;
        }
    }

    /// Takes over what another device has changed: newer pins, a newer account state.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; nothing has changed then.
    pub fn merge_keys(&mut self, keys: &AccountKeys) -> Result<(), VaultError> {
        if keys.format != FORMAT {
            return Err(OpenError::UnsupportedVersion.into());
        }
        if keys.user_id != self.user {
            return Err(VaultError::AccountTampered);
        }
        let kdf: KdfParams = keys.kdf.parse()?;
        let (key, user, wrapped_key) = (&self.account_key, self.user, &keys.wrapped_key.0);
        open_state(
            key,
            user,
            &keys.account_state,
            self.root(),
            &kdf,
            wrapped_key,
        )?;
        if keys.root != self.root() {
            return Err(VaultError::AccountTampered);
        }
        let account_pins = Seen {
            pins: open_pins(key, user, &keys.pins)?,
            pin: SeenPin::of(&keys.pins),
        };
        for seen in [&self.pins, &self.account_pins.pins, &account_pins.pins] {
            not_behind(&SeenPin::of(&keys.account_state), &seen.account())?;
        }
        not_behind(&account_pins.pin, &self.account_pins.pin)?;
        for (folder, pin) in &self.account_pins.pins.0.heads {
            let served = account_pins
                .pins
                .0
                .heads
                .get(folder)
                .ok_or(VaultError::AccountRolledBack)?;
            not_behind(served, pin)?;
        }
        check_identity(&self.identity, user, &keys.identity.0)?;
        self.wrapped_key.clone_from(wrapped_key);
        self.state = keys.account_state.clone();
        self.sent_pins = None;
        self.pins.set_account(&self.state, &self.wrapped_key, &kdf);
        self.pins.0.account_pins = Some(account_pins.pin);
        self.account_pins = account_pins;
        Ok(())
    }

    /// The request that changes the password: a new wrap of the same account key and the
    /// account state that goes with it. No file is sealed again. Slow on purpose.
    ///
    /// # Errors
    /// [`VaultError::WrongPassword`] if `current` does not unwrap the account key.
    pub fn change_password(
        &mut self,
        current: &Credentials,
        new_password: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<ChangePasswordRequest, VaultError> {
        let user = self.user.as_bytes();
        let old_context = context::account_key_by_password(user, &current.kdf.hash());
        keys::unwrap::<AccountKey>(&self.wrapped_key, current.keys.kek(), &old_context)
            .map_err(|_| VaultError::WrongPassword)?;
        let new = Credentials::make(new_password, rng)?;
        let new_context = context::account_key_by_password(user, &new.kdf.hash());
        let wrapped_key = keys::wrap(&self.account_key, new.keys.kek(), &new_context, rng);
        let next = next_state(
            self.user,
            self.root(),
            Some(&self.state),
            &new.kdf,
            &wrapped_key,
            &self.identity,
        );
        let state = seal_state(&self.account_key, self.user, &next, rng);
        self.sent_password = Some(SentPassword {
            wrapped_key: wrapped_key.clone(),
            state: state.clone(),
            kdf: new.kdf,
        });
        Ok(ChangePasswordRequest {
            old_password_hash: current.password_hash().to_owned(),
            new_password_hash: new.password_hash().to_owned(),
            new_salt: new.salt.clone(),
            kdf: Some(new.kdf.to_string()),
            wrapped_key: Some(wrapped_key.into()),
            account_state: Some(state),
        })
    }

    /// The server has taken what [`Vault::change_password`] made.
    pub fn password_changed(&mut self) {
        if let Some(sent) = self.sent_password.take() {
            self.pins
                .set_account(&sent.state, &sent.wrapped_key, &sent.kdf);
            self.wrapped_key = sent.wrapped_key;
            self.state = sent.state;
        }
    }

    pub(crate) fn account_key(&self) -> &AccountKey {
        &self.account_key
    }

    /// What this device and what the account's devices have seen of a folder.
    pub(crate) fn head_pins(&self, folder: NodeId) -> Vec<SeenPin> {
        [&self.pins, &self.account_pins.pins]
            .into_iter()
            .filter_map(|pins| pins.head(folder))
            .collect()
    }
}
