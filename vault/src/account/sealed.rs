//! The account's sealed records: how they are made, and what is checked about them.

use crypto_core::{
    CryptoRng, OpenError, context, envelope,
    identity::{Identity, IdentityRecord},
    kdf::KdfParams,
    keys::AccountKey,
    record, sha256,
};
use protocol::{NodeId, SealedState, UserId};
use zeroize::Zeroizing;

use crate::{
    VaultError,
    pins::Pins,
    records::{AccountState, Hash, PinsRecord, SeenPin},
    tree,
};

/// What stands behind the account key, as one account state binds it.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) state: SealedState,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) kdf: KdfParams,
    pub(super) recovery: Enrolment,
}

/// The recovery phrase, as the account state knows it.
#[derive(Clone, Copy)]
pub(super) struct Enrolment {
    pub(super) enrolled: bool,
    /// SHA-256 of the account key's wrap under the phrase's key; unknown in accounts that no
    /// phrase was used for since states bind it.
    pub(super) wrap: Option<Hash>,
}

impl Enrolment {
    pub(super) fn of(wrapped_key: &[u8]) -> Self {
        Self {
            enrolled: true,
            wrap: Some(sha256(wrapped_key).into()),
        }
    }
}

/// The account state of an epoch that follows `previous`, or the first one.
#[expect(clippy::too_many_arguments, reason = "it is a record's fields")]
pub(super) fn next_state(
    user: UserId,
    root: NodeId,
    epoch: u64,
    previous: Option<&SealedState>,
    kdf: &KdfParams,
    wrapped_key: &[u8],
    recovery: Enrolment,
    identity: &Identity,
) -> AccountState {
    let (signing, receiving) = identity.export_seeds();
    AccountState {
        version: record::VERSION,
        user: (*user.as_bytes()).into(),
        vault: (*root.as_bytes()).into(),
        epoch,
        kdf: kdf.hash().into(),
        signing_seed: (*signing).into(),
        receiving_seed: (*receiving).into(),
        contacts: None,
        recovery_enrolled: recovery.enrolled,
        heads_required: true,
        previous: previous.map(|state| sha256(&state.sealed.0).into()),
        wrapped_key: sha256(wrapped_key).into(),
        recovery_key: recovery.wrap,
    }
}

pub(super) fn seal_state(
    key: &AccountKey,
    user: UserId,
    state: &AccountState,
    rng: &mut impl CryptoRng,
) -> SealedState {
    let bytes = Zeroizing::new(record::encode(state));
    let sealed = envelope::seal(
        key,
        &context::account_state(user.as_bytes(), state.epoch),
        &bytes,
        rng,
    );
    SealedState {
        epoch: state.epoch,
        sealed: sealed.into(),
    }
}

/// Opens the account state and checks all that it binds: whatever is wrong with it, the
/// account as a whole cannot be trusted.
///
/// # Errors
/// [`VaultError::AccountTampered`], or a finding of an unsupported version.
pub(super) fn open_state(
    key: &AccountKey,
    user: UserId,
    sealed: &SealedState,
    root: NodeId,
    kdf: &KdfParams,
    wrapped_key: &[u8],
) -> Result<AccountState, VaultError> {
    let context = context::account_state(user.as_bytes(), sealed.epoch);
    let opened = envelope::open(key, &context, &sealed.sealed.0);
    let state: AccountState = trusted(opened.and_then(|bytes| record::parse(&bytes)))?;
    let consistent = *state.user == *user.as_bytes()
        && state.epoch == sealed.epoch
        && *state.vault == *root.as_bytes()
        && *state.kdf == kdf.hash()
        && *state.wrapped_key == sha256(wrapped_key)
        && state.heads_required;
    if consistent {
        Ok(state)
    } else {
        Err(VaultError::AccountTampered)
    }
}

pub(super) fn seal_pins(
    key: &AccountKey,
    user: UserId,
    epoch: u64,
    pins: &Pins,
    rng: &mut impl CryptoRng,
) -> SealedState {
    let context = context::pins(user.as_bytes(), epoch);
    SealedState {
        epoch,
        sealed: envelope::seal(key, &context, &pins.encode(), rng).into(),
    }
}

/// # Errors
/// As [`open_state`].
pub(super) fn open_pins(
    key: &AccountKey,
    user: UserId,
    sealed: &SealedState,
) -> Result<Pins, VaultError> {
    let opened = envelope::open(
        key,
        &context::pins(user.as_bytes(), sealed.epoch),
        &sealed.sealed.0,
    );
    let pins: PinsRecord = trusted(opened.and_then(|bytes| record::parse(&bytes)))?;
    if *pins.user == *user.as_bytes() {
        Ok(Pins(pins))
    } else {
        Err(VaultError::AccountTampered)
    }
}

fn trusted<T>(opened: Result<T, OpenError>) -> Result<T, VaultError> {
    opened.map_err(|error| match error {
        OpenError::UnsupportedVersion => error.into(),
        _ => VaultError::AccountTampered,
    })
}

/// What is served must be at least as new as what was seen, and the same if equally new:
/// another under the same number comes after the server went back behind it.
///
/// # Errors
/// [`VaultError::AccountRolledBack`].
pub(super) fn not_behind(served: &SeenPin, seen: &SeenPin) -> Result<(), VaultError> {
    if served.seq > seen.seq || served == seen {
        Ok(())
    } else {
        Err(VaultError::AccountRolledBack)
    }
}

/// What the server publishes as this account's identity must be the one of its own seeds.
///
/// # Errors
/// [`VaultError::AccountTampered`].
pub(super) fn check_identity(
    identity: &Identity,
    user: UserId,
    published: &[u8],
) -> Result<[u8; 32], VaultError> {
    let record = IdentityRecord::parse(published).map_err(|_| VaultError::AccountTampered)?;
    let own = *record.user == *user.as_bytes()
        && *record.signing_key == identity.signing_public()
        && *record.receiving_key == identity.receiving_public();
    if own {
        Ok(tree::identity_of(published))
    } else {
        Err(VaultError::AccountTampered)
    }
}
