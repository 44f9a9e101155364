//! The account: signing up, deriving from a password, unlocking, changing the password.

use crypto_core::{
    CryptoRng, OpenError, context, envelope,
    identity::{Identity, IdentityRecord, identity_hash},
    kdf::{self, KdfParams, PasswordKeys},
    keys::{self, AccountKey},
    record,
    recovery::RecoveryPhrase,
    sha256,
};
use protocol::{
    AccountKeys, ChangePasswordRequest, FORMAT, NewKeys, NodeId, RecoveryEnrolment,
    RegisterRequest, SealedState, UpdateKeysRequest, UserId,
};
use zeroize::Zeroizing;

use crate::{
    VaultError,
    pins::Pins,
    records::{AccountState, PinsRecord},
    tree::{self, Author, Tree},
};

/// What a password gives at sign-in: the proof for the server and, inside, the key for
/// the account key's wrap.
pub struct Credentials {
    keys: PasswordKeys,
    salt: String,
    kdf: KdfParams,
}

impl Credentials {
    /// Derives from `password` as the server's answer says, unless that is unacceptable:
    /// outside floor and ceiling, or weaker than what this device has pinned. Then nothing
    /// is derived. Slow on purpose.
    ///
    /// # Errors
    /// [`VaultError::KdfRefused`].
    pub fn derive(
        password: &str,
        salt: &str,
        kdf: &str,
        pins: Option<&Pins>,
    ) -> Result<Self, VaultError> {
        let params: KdfParams = kdf.parse()?;
        if let Some(pins) = pins {
            pins.check_kdf(&params)?;
        }
        let bytes = kdf::parse_salt(salt)?;
        Ok(Self {
            keys: PasswordKeys::derive(password, &bytes, &params),
            salt: salt.to_owned(),
            kdf: params,
        })
    }

    /// Derives from a new password, with a new salt.
    fn make(password: &str, rng: &mut impl CryptoRng) -> Self {
        let mut salt = [0; kdf::SALT];
        rng.fill_bytes(&mut salt);
        let kdf = KdfParams::FLOOR;
        Self {
            keys: PasswordKeys::derive(password, &salt, &kdf),
            salt: kdf::encode_salt(&salt),
            kdf,
        }
    }

    /// What is sent as `password_hash`.
    #[must_use]
    pub fn password_hash(&self) -> &str {
        self.keys.auth()
    }
}

/// An account that exists on this device only, until the server has accepted
/// [`NewAccount::request`].
pub struct NewAccount {
    vault: Vault,
    credentials: Credentials,
    phrase: RecoveryPhrase,
    keys: NewKeys,
}

impl NewAccount {
    /// Makes everything that an account starts with. Slow on purpose (Argon2id).
    pub fn create(password: &str, now: u64, rng: &mut impl CryptoRng) -> Self {
        let user = UserId::from_random(random(rng));
        let credentials = Credentials::make(password, rng);
        let phrase = RecoveryPhrase::make(rng);
        let account_key = AccountKey::make(rng);
        let identity = Identity::make(rng);
        let published = identity.publish(user.as_bytes());
        let author = Author {
            identity: identity_hash(&published),
            user,
        };
        let (tree, root) = Tree::create(&account_key, &identity, author, now, rng);

        let password_context =
            context::account_key_by_password(user.as_bytes(), &credentials.kdf.hash());
        let wrapped_key = keys::wrap(&account_key, credentials.keys.kek(), &password_context, rng);
        let state = state_record(user, tree.root(), 1, &credentials.kdf, &identity, None);
        let sealed_state = seal_state(&account_key, user, state, rng);
        let mut pins = Pins::new(user, &credentials.kdf);
        pins.0.epoch = 1;
        pins.0.account_state = sha256(&sealed_state.sealed.0).into();
        pins.0.wrapped_key = sha256(&wrapped_key).into();
        let (seq, hash) = tree
            .head_of(tree.root())
            .expect("a new tree has its root's head");
        pins.set_head(tree.root(), seq, hash.into());

        let recovery_context = context::account_key_by_recovery(user.as_bytes());
        let keys = NewKeys {
            format: FORMAT,
            identity: published.into(),
            wrapped_key: wrapped_key.into(),
            recovery: RecoveryEnrolment {
                wrapped_key: keys::wrap(&account_key, &phrase.kek(), &recovery_context, rng).into(),
                auth: phrase.auth().to_string(),
            },
            account_state: sealed_state,
            pins: seal_pins(&account_key, user, 1, &pins.0, rng),
            root,
        };
        let vault = Vault {
            user,
            account_key,
            identity,
            author,
            wrapped_key: keys.wrapped_key.0.clone(),
            state: keys.account_state.clone(),
            pins: pins.clone(),
            account_pins: pins,
            account_pins_epoch: 1,
            sent_pins: None,
            sent_password: None,
            tree,
        };
        Self {
            vault,
            credentials,
            phrase,
            keys,
        }
    }

    /// The 24 words of the recovery phrase, to be kept by the person.
    #[must_use]
    pub fn phrase(&self) -> Zeroizing<String> {
        self.phrase.words()
    }

    /// The registration. The email is bound into nothing, so that a refused one can be
    /// corrected without deriving again.
    #[must_use]
    pub fn request(&self, email: &str) -> RegisterRequest {
        RegisterRequest {
            email: email.to_owned(),
            password_hash: self.credentials.password_hash().to_owned(),
            salt: self.credentials.salt.clone(),
            user_id: Some(self.vault.user),
            kdf: Some(self.credentials.kdf.to_string()),
            username: None,
            first_name: None,
            last_name: None,
            keys: Some(self.keys.clone()),
        }
    }

    /// The proof for the login that follows.
    #[must_use]
    pub fn password_hash(&self) -> &str {
        self.credentials.password_hash()
    }

    /// The unlocked vault, once the server has accepted the registration.
    #[must_use]
    pub fn into_vault(self) -> Vault {
        self.vault
    }
}

/// An unlocked vault: the keys of an account, and its tree as far as it was verified.
pub struct Vault {
    pub(crate) user: UserId,
    account_key: AccountKey,
    pub(crate) identity: Identity,
    pub(crate) author: Author,
    wrapped_key: Vec<u8>,
    state: SealedState,
    /// What this device has seen.
    pub(crate) pins: Pins,
    /// What the account's devices have seen, as it stands sealed on the server.
    pub(crate) account_pins: Pins,
    account_pins_epoch: u64,
    sent_pins: Option<Pins>,
    sent_password: Option<SentPassword>,
    pub(crate) tree: Tree,
}

struct SentPassword {
    wrapped_key: Vec<u8>,
    state: SealedState,
    kdf: KdfParams,
}

impl Vault {
    /// Unlocks with what a password gave. `proved` says that the server has just accepted the
    /// password, so that a wrap that does not open is no mistyping. `pins` is what this device has kept, if it knows
    /// the account; an account that is older than that, or another, is refused.
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
        let password_context =
            context::account_key_by_password(user.as_bytes(), &credentials.kdf.hash());
        let wrap_hash = sha256(&keys.wrapped_key.0);
        let account_key: AccountKey = keys::unwrap(
            &keys.wrapped_key.0,
            credentials.keys.kek(),
            &password_context,
        )
        .map_err(|error| {
            // A wrap changes with the password only, and the epoch with it.
            let exchanged = pins.as_ref().is_some_and(|pins| {
                pins.0.epoch >= keys.account_state.epoch && *pins.0.wrapped_key != wrap_hash
            });
            match error {
                OpenError::DoesNotBelongHere if !proved && !exchanged => VaultError::WrongPassword,
                _ => VaultError::AccountTampered,
            }
        })?;
        let state = open_state(&account_key, user, &keys.account_state)?;
        let consistent = *state.kdf == credentials.kdf.hash()
            && *state.vault == *keys.root.as_bytes()
            && state.heads_required;
        if !consistent {
            return Err(VaultError::AccountTampered);
        }
        let account_pins = open_pins(&account_key, user, &keys.pins)?;
        let state_hash = sha256(&keys.account_state.sealed.0);
        for seen in pins.iter().chain([&account_pins]) {
            check_epoch(seen, state.epoch, &state_hash)?;
        }
        let identity = Identity::from_seeds(&state.signing_seed, &state.receiving_seed);
        let author = Author {
            identity: check_identity(&identity, user, &keys.identity.0)?,
            user,
        };
        let mut pins = pins.unwrap_or_else(|| account_pins.clone());
        pins.0.epoch = state.epoch;
        pins.0.account_state = state_hash.into();
        pins.0.kdf = credentials.kdf.to_string();
        pins.0.wrapped_key = wrap_hash.into();
        Ok(Self {
            user,
            account_key,
            identity,
            author,
            wrapped_key: keys.wrapped_key.0.clone(),
            state: keys.account_state.clone(),
            pins,
            account_pins,
            account_pins_epoch: keys.pins.epoch,
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

    /// The request that brings the account's pins up to what this device has seen, if they
    /// are behind. After its success call [`Vault::sealed_pins_accepted`], after a conflict
    /// [`Vault::merge_keys`].
    pub fn sealed_pins(&mut self, rng: &mut impl CryptoRng) -> Option<UpdateKeysRequest> {
        let mut next = self.account_pins.clone();
        next.0.epoch = self.pins.0.epoch;
        next.0.account_state = self.pins.0.account_state;
        next.0.kdf.clone_from(&self.pins.0.kdf);
        next.0.wrapped_key = self.pins.0.wrapped_key;
        for (folder, pin) in &self.pins.0.heads {
            let known = next.0.heads.entry(*folder).or_insert(*pin);
            if pin.seq > known.seq {
                *known = *pin;
            }
        }
        if next == self.account_pins {
            return None;
        }
        let sealed = seal_pins(
            &self.account_key,
            self.user,
            self.account_pins_epoch + 1,
            &next.0,
            rng,
        );
        self.sent_pins = Some(next);
        Some(UpdateKeysRequest {
            account_state: None,
            pins: Some(sealed),
        })
    }

    /// The server has taken what [`Vault::sealed_pins`] made.
    pub fn sealed_pins_accepted(&mut self) {
        if let Some(sent) = self.sent_pins.take() {
            self.account_pins = sent;
            self.account_pins_epoch += 1;
        }
    }

    /// Takes over what another device has changed: newer pins, a newer account state.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; nothing has changed then.
    pub fn merge_keys(&mut self, keys: &AccountKeys) -> Result<(), VaultError> {
        if keys.user_id != self.user || keys.root != self.root() {
            return Err(VaultError::AccountTampered);
        }
        let state = open_state(&self.account_key, self.user, &keys.account_state)?;
        let account_pins = open_pins(&self.account_key, self.user, &keys.pins)?;
        let state_hash = sha256(&keys.account_state.sealed.0);
        for seen in [&self.pins, &self.account_pins, &account_pins] {
            check_epoch(seen, state.epoch, &state_hash)?;
        }
        if keys.pins.epoch < self.account_pins_epoch {
            return Err(VaultError::AccountRolledBack);
        }
        let kdf: KdfParams = keys.kdf.parse()?;
        if *state.kdf != kdf.hash() {
            return Err(VaultError::AccountTampered);
        }
        check_identity(&self.identity, self.user, &keys.identity.0)?;
        self.wrapped_key = keys.wrapped_key.0.clone();
        self.state = keys.account_state.clone();
        self.sent_pins = None;
        self.account_pins = account_pins;
        self.account_pins_epoch = keys.pins.epoch;
        self.pins.0.epoch = state.epoch;
        self.pins.0.account_state = state_hash.into();
        self.pins.0.kdf = kdf.to_string();
        self.pins.0.wrapped_key = sha256(&self.wrapped_key).into();
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
        let new = Credentials::make(new_password, rng);
        let new_context = context::account_key_by_password(user, &new.kdf.hash());
        let wrapped_key = keys::wrap(&self.account_key, new.keys.kek(), &new_context, rng);
        let previous = sha256(&self.state.sealed.0);
        let next = state_record(
            self.user,
            self.root(),
            self.state.epoch + 1,
            &new.kdf,
            &self.identity,
            Some(previous),
        );
        let state = seal_state(&self.account_key, self.user, next, rng);
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
            self.pins.0.epoch = sent.state.epoch;
            self.pins.0.account_state = sha256(&sent.state.sealed.0).into();
            self.pins.0.kdf = sent.kdf.to_string();
            self.pins.0.wrapped_key = sha256(&sent.wrapped_key).into();
            self.wrapped_key = sent.wrapped_key;
            self.state = sent.state;
        }
    }

    pub(crate) fn account_key(&self) -> &AccountKey {
        &self.account_key
    }
}

pub(crate) fn random(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn state_record(
    user: UserId,
    root: NodeId,
    epoch: u64,
    kdf: &KdfParams,
    identity: &Identity,
    previous: Option<[u8; 32]>,
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
        recovery_enrolled: true,
        heads_required: true,
        previous: previous.map(Into::into),
    }
}

fn seal_state(
    key: &AccountKey,
    user: UserId,
    state: AccountState,
    rng: &mut impl CryptoRng,
) -> SealedState {
    let bytes = Zeroizing::new(record::encode(&state));
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

/// Whatever is wrong with the account state, the account as a whole cannot be trusted.
fn open_state(
    key: &AccountKey,
    user: UserId,
    sealed: &SealedState,
) -> Result<AccountState, VaultError> {
    let context = context::account_state(user.as_bytes(), sealed.epoch);
    let parsed = envelope::open(key, &context, &sealed.sealed.0)
        .and_then(|bytes| record::parse::<AccountState>(&bytes));
    match parsed {
        Ok(state) if *state.user == *user.as_bytes() && state.epoch == sealed.epoch => Ok(state),
        Err(OpenError::UnsupportedVersion) => Err(OpenError::UnsupportedVersion.into()),
        _ => Err(VaultError::AccountTampered),
    }
}

fn seal_pins(
    key: &AccountKey,
    user: UserId,
    epoch: u64,
    pins: &PinsRecord,
    rng: &mut impl CryptoRng,
) -> SealedState {
    let context = context::pins(user.as_bytes(), epoch);
    SealedState {
        epoch,
        sealed: envelope::seal(key, &context, &record::encode(pins), rng).into(),
    }
}

fn open_pins(key: &AccountKey, user: UserId, sealed: &SealedState) -> Result<Pins, VaultError> {
    let context = context::pins(user.as_bytes(), sealed.epoch);
    let parsed = envelope::open(key, &context, &sealed.sealed.0)
        .and_then(|bytes| record::parse::<PinsRecord>(&bytes));
    match parsed {
        Ok(pins) if *pins.user == *user.as_bytes() => Ok(Pins(pins)),
        Err(OpenError::UnsupportedVersion) => Err(OpenError::UnsupportedVersion.into()),
        _ => Err(VaultError::AccountTampered),
    }
}

/// The account state must be at least as new as what was seen, and the same if equally new.
fn check_epoch(seen: &Pins, epoch: u64, hash: &[u8; 32]) -> Result<(), VaultError> {
    match epoch.cmp(&seen.0.epoch) {
        std::cmp::Ordering::Less => Err(VaultError::AccountRolledBack),
        std::cmp::Ordering::Equal if *seen.0.account_state != *hash => {
            Err(VaultError::AccountTampered)
        }
        _ => Ok(()),
    }
}

/// What the server publishes as this account's identity must be the one of its own seeds.
fn check_identity(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_refuses_less_than_it_has_seen() {
        let seen: KdfParams = "argon2id$v=19$m=131072,t=4,p=1".parse().unwrap();
        let pins = Pins::new(UserId::from_bytes([1; 16]), &seen);
        let salt = kdf::encode_salt(&[7; kdf::SALT]);
        for weaker in [
            "argon2id$v=19$m=65536,t=4,p=1",
            "argon2id$v=19$m=131072,t=3,p=1",
        ] {
            let refused = Credentials::derive("password", &salt, weaker, Some(&pins));
            assert_eq!(refused.err(), Some(VaultError::KdfRefused), "{weaker}");
        }
        assert!(Credentials::derive("password", &salt, &seen.to_string(), Some(&pins)).is_ok());
    }
}
