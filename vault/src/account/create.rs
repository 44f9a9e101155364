//! Signing up.

use crypto_core::{
    CryptoRng, context,
    identity::{Identity, identity_hash},
    keys::{self, AccountKey},
    recovery::RecoveryPhrase,
};
use protocol::{FORMAT, NewKeys, RecoveryEnrolment, RegisterRequest, UserId};
use zeroize::Zeroizing;

use super::{
    Credentials, Vault, random,
    sealed::{Enrolment, Standing, next_state, seal_pins, seal_state},
    unlocked::Seen,
};
use crate::{
    VaultError,
    pins::Pins,
    records::SeenPin,
    tree::{Author, Tree},
};

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
    ///
    /// # Errors
    /// [`VaultError::KdfRefused`] if this device does not have the memory for it.
    pub fn create(password: &str, now: u64, rng: &mut impl CryptoRng) -> Result<Self, VaultError> {
        let user = UserId::from_random(random(rng));
        let credentials = Credentials::make(password, rng)?;
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
        let recovery_context = context::account_key_by_recovery(user.as_bytes());
        let wrapped_key = keys::wrap(&account_key, credentials.keys.kek(), &password_context, rng);
        let recovery_key = keys::wrap(&account_key, &phrase.kek(), &recovery_context, rng);
        let recovery = Enrolment::of(&recovery_key);
        let state = next_state(
            user,
            tree.root(),
            1,
            None,
            &credentials.kdf,
            &wrapped_key,
            recovery,
            &identity,
        );
        let account_state = seal_state(&account_key, user, &state, rng);

        let mut pins = Pins::new(user, &credentials.kdf);
        pins.set_account(&account_state, &wrapped_key, &credentials.kdf);
        let (seq, hash) = tree
            .head_of(tree.root())
            .expect("a new tree has its root's head");
        pins.set_head(tree.root(), seq, hash.into());
        let sealed_pins = seal_pins(&account_key, user, 1, &pins, rng);
        let account_pins = Seen {
            pins: pins.clone(),
            pin: SeenPin::of(&sealed_pins),
        };
        pins.0.account_pins = Some(account_pins.pin);

        let keys = NewKeys {
            format: FORMAT,
            identity: published.into(),
            wrapped_key: wrapped_key.clone().into(),
            recovery: RecoveryEnrolment {
                wrapped_key: recovery_key.into(),
                auth: phrase.auth().to_string(),
            },
            account_state: account_state.clone(),
            pins: sealed_pins,
            root,
        };
        let vault = Vault {
            user,
            account_key,
            identity,
            author,
            standing: Standing {
                state: account_state,
                wrapped_key,
                kdf: credentials.kdf,
                recovery,
            },
            pins,
            account_pins,
            sent_pins: None,
            sent: None,
            merges: 0,
            accepted_elsewhere: false,
            tree,
            cached: Default::default(),
            indexed: Default::default(),
        };
        Ok(Self {
            vault,
            credentials,
            phrase,
            keys,
        })
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
