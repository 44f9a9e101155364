use std::fmt::Debug;

use crypto_core::{
    context::SignaturePurpose,
    envelope,
    identity::{self, IdentityRecord},
    kdf::{self, KdfParams, PasswordKeys},
    keys::{self, AccountKey, NodeKey},
    padding,
    recovery::{PhraseError, RecoveryPhrase},
    vectors,
};
use serde::{Deserialize, Serialize};

use crate::{Bytes, Content, NamedContext, Outcome, bytes::fixed};

/// What is given, and which function it is given to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Case {
    /// A sealed message; opens to its plaintext.
    Envelope {
        /// The key that it is sealed under.
        #[serde(with = "fixed")]
        key: [u8; 32],
        /// What the reader takes it for.
        context: NamedContext,
        /// The message.
        sealed: Bytes,
    },
    /// A wrapped key; opens to the key.
    WrappedKey {
        /// The key that it is wrapped under.
        #[serde(with = "fixed")]
        under: [u8; 32],
        /// What the reader takes it for.
        context: NamedContext,
        /// The wrapped key.
        wrapped: Bytes,
    },
    /// Everything stored for one version of a file; opens to the file.
    Content(Content),
    /// A signed record; opens to the record.
    Signature {
        /// The Ed25519 public key of the alleged author.
        #[serde(with = "fixed")]
        public: [u8; 32],
        /// `identity`, `head` or `acl`.
        purpose: String,
        /// Signature and record.
        signed: Bytes,
    },
    /// A published identity; opens to its hash.
    Identity {
        /// Signature and record.
        signed: Bytes,
    },
    /// Padded metadata; opens to the record inside.
    Padding {
        /// The record with its padding.
        padded: Bytes,
    },
    /// What the server says about key derivation; opens to SHA-256 of the text.
    Kdf {
        /// The kdf string.
        text: String,
    },
    /// A password on its way to the account key; opens to the account key.
    Password {
        /// As typed.
        password: String,
        /// As the server states it.
        salt: String,
        /// As the server states it.
        kdf: String,
        /// What is sent as `password_hash`.
        auth: String,
        /// The account's id.
        #[serde(with = "fixed")]
        user: [u8; 16],
        /// The account key under the password.
        wrapped: Bytes,
    },
    /// A recovery phrase on its way to the account key; opens to the account key.
    Recovery {
        /// As typed.
        phrase: String,
        /// What is sent instead of a password's proof.
        auth: String,
        /// The account's id.
        #[serde(with = "fixed")]
        user: [u8; 16],
        /// The account key under the phrase.
        wrapped: Bytes,
    },
}

impl Case {
    /// Does what a reader does and gives what comes out.
    ///
    /// # Errors
    /// The reason for refusing.
    pub fn run(&self) -> Outcome {
        match self {
            Self::Envelope {
                key,
                context,
                sealed,
            } => envelope::open(
                &vectors::key::<NodeKey>(*key),
                &context.build(),
                sealed.as_slice(),
            )
            .map(|plain| plain.to_vec())
            .map_err(reason),
            Self::WrappedKey {
                under,
                context,
                wrapped,
            } => keys::unwrap::<NodeKey>(
                wrapped.as_slice(),
                &vectors::key::<NodeKey>(*under),
                &context.build(),
            )
            .map(|key| vectors::key_bytes(&key).to_vec())
            .map_err(reason),
            Self::Content(content) => content.open(),
            Self::Signature {
                public,
                purpose,
                signed,
            } => {
                let purpose = match purpose.as_str() {
                    "identity" => SignaturePurpose::Identity,
                    "head" => SignaturePurpose::Head,
                    "acl" => SignaturePurpose::Acl,
                    other => return Err(format!("there is no purpose {other}")),
                };
                identity::verify(public, purpose, signed.as_slice())
                    .map(<[u8]>::to_vec)
                    .map_err(reason)
            }
            Self::Identity { signed } => {
                let signed = signed.as_slice();
                IdentityRecord::parse(signed).map_err(reason)?;
                Ok(identity::identity_hash(signed).to_vec())
            }
            Self::Padding { padded } => padding::unpad(padded.as_slice())
                .map(<[u8]>::to_vec)
                .map_err(reason),
            Self::Kdf { text } => text
                .parse::<KdfParams>()
                .map(|params| params.hash().to_vec())
                .map_err(reason),
            Self::Password {
                password,
                salt,
                kdf,
                auth,
                user,
                wrapped,
            } => {
                let params: KdfParams = kdf.parse().map_err(reason)?;
                let salt = kdf::parse_salt(salt).map_err(reason)?;
                let derived =
                    PasswordKeys::derive(password, &salt, &params).map_err(|_| "memory")?;
                expect_auth(derived.auth(), auth)?;
                let context = crypto_core::context::account_key_by_password(user, &params.hash());
                keys::unwrap::<AccountKey>(wrapped.as_slice(), derived.kek(), &context)
                    .map(|key| vectors::key_bytes(&key).to_vec())
                    .map_err(reason)
            }
            Self::Recovery {
                phrase,
                auth,
                user,
                wrapped,
            } => {
                let phrase = RecoveryPhrase::parse(phrase).map_err(phrase_reason)?;
                expect_auth(&phrase.auth(), auth)?;
                let context = crypto_core::context::account_key_by_recovery(user);
                keys::unwrap::<AccountKey>(wrapped.as_slice(), &phrase.kek(), &context)
                    .map(|key| vectors::key_bytes(&key).to_vec())
                    .map_err(reason)
            }
        }
    }
}

fn expect_auth(actual: &str, expected: &str) -> Result<(), String> {
    if actual == expected {
        Ok(())
    } else {
        Err("another-proof".to_owned())
    }
}

/// The name of an error's variant, in lower case with hyphens.
pub(crate) fn reason(error: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{error:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn phrase_reason(error: PhraseError) -> String {
    match error {
        PhraseError::UnknownWord(place) => format!("unknown-word-{place}"),
        other => reason(other),
    }
}
