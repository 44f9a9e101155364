//! An unlocked account.

use crypto_core::{CryptoRng, OpenError, identity::Identity, kdf::KdfParams, keys::AccountKey};
use protocol::{AccountKeys, FORMAT, NodeId, UpdateKeysRequest, UserId};

use super::sealed::{
    Enrolment, Standing, check_identity, next_state, not_behind, open_pins, open_state, seal_pins,
    seal_state,
};
use crate::{
    VaultError,
    pins::Pins,
    records::SeenPin,
    tree::{Author, Indexed, Kept, Tree},
};

/// An unlocked vault: the keys of an account, and its tree as far as it was verified.
pub struct Vault {
    pub(crate) user: UserId,
    pub(super) account_key: AccountKey,
    pub(crate) identity: Identity,
    pub(crate) author: Author,
    /// The account state in force, and what it binds.
    pub(super) standing: Standing,
    /// What this device has seen.
    pub(crate) pins: Pins,
    /// What the account's devices have seen, as it stands sealed on the server.
    pub(super) account_pins: Seen,
    pub(super) sent_pins: Option<Seen>,
    /// The next account state, sent and not yet accepted.
    pub(super) sent: Option<Standing>,
    /// How often pins of other devices were merged: what was verified before is compared with
    /// them anew.
    pub(crate) merges: u64,
    /// Another device has accepted an older state of the account since this one last looked.
    pub(super) accepted_elsewhere: bool,
    pub(crate) tree: Tree,
    /// What the device has of the tree.
    pub(crate) cached: Kept,
    /// What is searched.
    pub(crate) indexed: Indexed,
}

/// Sealed pins that were opened, and what names them.
pub(super) struct Seen {
    pub(super) pins: Pins,
    /// Their epoch and SHA-256.
    pub(super) pin: SeenPin,
}

impl Vault {
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
        let next = self.all_seen();
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
            replaced_pins: None,
        })
    }

    /// What this device and the account's other devices have seen, of everything the later.
    pub(super) fn all_seen(&self) -> Pins {
        let mut all = self.pins.clone();
        all.0.account_pins = None;
        for (folder, pin) in &self.account_pins.pins.0.heads {
            // Where both saw the same counter, opening the folder finds out who was lied to.
            let known = all.0.heads.entry(*folder).or_insert(*pin);
            if pin.seq >= known.seq {
                *known = *pin;
            }
        }
        all
    }

    /// This device knows the account's pins from here on.
    pub(super) fn take_account_pins(&mut self) {
        let accepts = self.account_pins.pins.0.accepts;
        if accepts.is_some() && accepts != self.pins.0.accepts {
            self.accepted_elsewhere = true;
        }
        self.pins.0.accepts = accepts;
        self.pins.0.account_pins = Some(self.account_pins.pin);
    }

    /// Whether another device has accepted an older state of the account, with
    /// [`OlderAccount`](super::OlderAccount), since this one last looked. Says so once.
    pub fn take_accepted_elsewhere(&mut self) -> bool {
        std::mem::take(&mut self.accepted_elsewhere)
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
        let state = open_state(
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
        // Pins that begin anew know what their device knew, which may be less than this one.
        let anew = account_pins.pins.0.accepts != self.account_pins.pins.0.accepts;
        let mut forgotten = Vec::new();
        for (folder, pin) in &self.account_pins.pins.0.heads {
            match account_pins.pins.0.heads.get(folder) {
                Some(served) if !anew => not_behind(served, pin)?,
                None if !anew => return Err(VaultError::AccountRolledBack),
                Some(served) if served.seq >= pin.seq => {}
                _ => forgotten.push((*folder, *pin)),
            }
        }
        check_identity(&self.identity, user, &keys.identity.0)?;
        for (folder, pin) in forgotten {
            let known = self.pins.0.heads.entry(folder).or_insert(pin);
            if known.seq < pin.seq {
                *known = pin;
            }
        }
        self.standing = Standing {
            state: keys.account_state.clone(),
            wrapped_key: wrapped_key.clone(),
            kdf,
            recovery: Enrolment {
                enrolled: state.recovery_enrolled,
                wrap: state.recovery_key,
            },
        };
        self.sent_pins = None;
        self.merges += 1;
        self.pins
            .set_account(&keys.account_state, wrapped_key, &kdf);
        self.account_pins = account_pins;
        self.take_account_pins();
        Ok(())
    }

    /// Seals the account state that follows the one in force.
    pub(super) fn next_standing(
        &self,
        wrapped_key: Vec<u8>,
        kdf: KdfParams,
        recovery: Enrolment,
        rng: &mut impl CryptoRng,
    ) -> Standing {
        let epoch = self.standing.state.epoch + 1;
        self.standing_of(epoch, wrapped_key, kdf, recovery, rng)
    }

    /// Seals the account state of this epoch, on top of the one in force.
    pub(super) fn standing_of(
        &self,
        epoch: u64,
        wrapped_key: Vec<u8>,
        kdf: KdfParams,
        recovery: Enrolment,
        rng: &mut impl CryptoRng,
    ) -> Standing {
        let next = next_state(
            self.user,
            self.root(),
            epoch,
            Some(&self.standing.state),
            &kdf,
            &wrapped_key,
            recovery,
            &self.identity,
        );
        Standing {
            state: seal_state(&self.account_key, self.user, &next, rng),
            wrapped_key,
            kdf,
            recovery,
        }
    }

    /// The server has taken the account state that was sent.
    pub(super) fn state_accepted(&mut self) {
        // Another device's state that was merged meanwhile may already follow it.
        let newer = |sent: &Standing| sent.state.epoch > self.standing.state.epoch;
        if let Some(sent) = self.sent.take().filter(newer) {
            self.pins
                .set_account(&sent.state, &sent.wrapped_key, &sent.kdf);
            self.standing = sent;
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
