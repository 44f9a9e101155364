//! From a password to what proves it and what unwraps the account key (RFC 9106, RFC 5869).

use std::{fmt, str::FromStr};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    context::label, hazmat::hkdf_sha512, keys::PasswordKek, keys::sealed::Bytes as _, sha256,
};

/// Length of a salt in bytes.
pub const SALT: usize = 32;

/// Argon2id's cost, as the server stores and states it. Only costs between the floor and
/// the ceiling exist as a value of this type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KdfParams {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Why a stated derivation is not carried out. Nothing has been derived then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KdfError {
    /// Another algorithm, another version, or not a kdf string at all.
    #[error("unknown key derivation")]
    Unknown,
    /// Cheaper than 64 MiB, 3 passes.
    #[error("key derivation below the floor")]
    BelowFloor,
    /// Dearer than 1 GiB, 16 passes, 4 lanes.
    #[error("key derivation above the ceiling")]
    AboveCeiling,
    /// The salt is not 32 bytes in base64.
    #[error("malformed salt")]
    Salt,
    /// This device does not have the memory that is asked for.
    #[error("not enough memory for the key derivation")]
    Memory,
}

impl KdfParams {
    /// What new passwords are derived with, and the least that is accepted: 64 MiB,
    /// 3 passes, 1 lane.
    pub const FLOOR: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// The most that is accepted: 1 GiB, 16 passes, 4 lanes.
    pub const CEILING: Self = Self {
        memory_kib: 1024 * 1024,
        passes: 16,
        lanes: 4,
    };

    /// SHA-256 of the kdf string: what wraps and account states bind.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.to_string().as_bytes())
    }

    /// Whether a device that knows `pinned` must refuse this.
    #[must_use]
    pub fn weaker_than(&self, pinned: &Self) -> bool {
        self.memory_kib < pinned.memory_kib || self.passes < pinned.passes
    }
}

impl fmt::Display for KdfParams {
    /// `argon2id$v=19$m=65536,t=3,p=1`, memory in KiB.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "argon2id$v=19$m={},t={},p={}",
            self.memory_kib, self.passes, self.lanes
        )
    }
}

impl FromStr for KdfParams {
    type Err = KdfError;

    /// Accepts exactly what `Display` writes, between floor and ceiling.
    fn from_str(text: &str) -> Result<Self, KdfError> {
        let costs = text
            .strip_prefix("argon2id$v=19$")
            .ok_or(KdfError::Unknown)?;
        let mut parts = costs.split(',');
        let mut cost = |name: &str| -> Result<u64, KdfError> {
            let digits = parts
                .next()
                .and_then(|part| part.strip_prefix(name))
                .ok_or(KdfError::Unknown)?;
            let canonical = digits.len() <= 18
                && digits.bytes().all(|b| b.is_ascii_digit())
                && !digits.starts_with('0');
            if canonical {
                digits.parse().map_err(|_| KdfError::Unknown)
            } else {
                Err(KdfError::Unknown)
            }
        };
        let (memory, passes, lanes) = (cost("m=")?, cost("t=")?, cost("p=")?);
        if parts.next().is_some() {
            return Err(KdfError::Unknown);
        }
        let (floor, ceiling) = (Self::FLOOR, Self::CEILING);
        if memory < floor.memory_kib.into() || passes < floor.passes.into() {
            return Err(KdfError::BelowFloor);
        }
        if memory > ceiling.memory_kib.into()
            || passes > ceiling.passes.into()
            || lanes > ceiling.lanes.into()
        {
            return Err(KdfError::AboveCeiling);
        }
        let narrow = |value: u64| u32::try_from(value).map_err(|_| KdfError::AboveCeiling);
        Ok(Self {
            memory_kib: narrow(memory)?,
            passes: narrow(passes)?,
            lanes: narrow(lanes)?,
        })
    }
}

/// A salt as it travels: 32 bytes in base64.
///
/// # Errors
/// [`KdfError::Salt`] if it is anything else.
pub fn parse_salt(text: &str) -> Result<[u8; SALT], KdfError> {
    let bytes = STANDARD.decode(text).map_err(|_| KdfError::Salt)?;
    bytes.try_into().map_err(|_| KdfError::Salt)
}

/// The inverse of [`parse_salt`].
#[must_use]
pub fn encode_salt(salt: &[u8; SALT]) -> String {
    STANDARD.encode(salt)
}

/// What a password gives.
pub struct PasswordKeys {
    auth: Zeroizing<String>,
    kek: PasswordKek,
}

impl PasswordKeys {
    /// Runs Argon2id over the password in Unicode's NFC, so that every keyboard gives the
    /// same bytes. Slow on purpose; takes the memory that `params` says, and wipes it.
    ///
    /// # Errors
    /// [`KdfError::Memory`] if there is not that much.
    pub fn derive(password: &str, salt: &[u8; SALT], params: &KdfParams) -> Result<Self, KdfError> {
        // NFC is at most three times as long (UAX 15); growing would leave copies behind.
        let mut normalised = Zeroizing::new(String::with_capacity(3 * password.len()));
        normalised.extend(password.nfc());
        let costs = Params::new(params.memory_kib, params.passes, params.lanes, Some(32))
            .expect("costs between floor and ceiling are valid for Argon2");
        let mut memory = Zeroizing::new(Vec::new());
        memory
            .try_reserve_exact(costs.block_count())
            .map_err(|_| KdfError::Memory)?;
        memory.resize(costs.block_count(), Block::default());
        let mut secret = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, costs)
            .hash_password_into_with_memory(
                normalised.as_bytes(),
                salt,
                &mut *secret,
                &mut memory[..],
            )
            .expect("password and salt lengths are within Argon2's limits");
        Ok(Self {
            auth: auth_string(hkdf_sha512(&*secret, label::PASSWORD_AUTH)),
            kek: PasswordKek::from_bytes(hkdf_sha512(&*secret, label::PASSWORD_KEK)),
        })
    }

    /// What is sent as `password_hash`: 44 characters of base64. It tells the server
    /// nothing about [`Self::kek`].
    #[must_use]
    pub fn auth(&self) -> &str {
        &self.auth
    }

    /// What wraps the account key.
    #[must_use]
    pub fn kek(&self) -> &PasswordKek {
        &self.kek
    }
}

/// A proof as it is sent: base64 of 32 bytes.
pub(crate) fn auth_string(mut bytes: [u8; 32]) -> Zeroizing<String> {
    let text = Zeroizing::new(STANDARD.encode(bytes));
    bytes.zeroize();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kdf_string_round_trips() {
        let text = "argon2id$v=19$m=65536,t=3,p=1";
        assert_eq!(text.parse::<KdfParams>().unwrap(), KdfParams::FLOOR);
        assert_eq!(KdfParams::FLOOR.to_string(), text);
    }

    #[test]
    fn outside_floor_and_ceiling_is_refused() {
        for (text, expected) in [
            ("argon2id$v=19$m=8,t=1,p=1", KdfError::BelowFloor),
            ("argon2id$v=19$m=65535,t=3,p=1", KdfError::BelowFloor),
            ("argon2id$v=19$m=65536,t=2,p=1", KdfError::BelowFloor),
            ("argon2id$v=19$m=67108864,t=3,p=1", KdfError::AboveCeiling),
            ("argon2id$v=19$m=65536,t=999999,p=1", KdfError::AboveCeiling),
            ("argon2id$v=19$m=65536,t=3,p=64", KdfError::AboveCeiling),
            ("argon2id$v=16$m=65536,t=3,p=1", KdfError::Unknown),
            ("argon2i$v=19$m=65536,t=3,p=1", KdfError::Unknown),
            ("pbkdf2$i=600000", KdfError::Unknown),
            ("argon2id$v=19$m=065536,t=3,p=1", KdfError::Unknown),
            ("argon2id$v=19$m=+65536,t=3,p=1", KdfError::Unknown),
            ("argon2id$v=19$m=65536,t=3,p=1,x=1", KdfError::Unknown),
            ("argon2id$v=19$m=65536,t=3", KdfError::Unknown),
            (
                "argon2id$v=19$m=99999999999999999999,t=3,p=1",
                KdfError::Unknown,
            ),
            ("", KdfError::Unknown),
        ] {
            assert_eq!(text.parse::<KdfParams>(), Err(expected), "{text}");
        }
    }

    #[test]
    fn composed_and_decomposed_passwords_are_one() {
        let derive =
            |password| PasswordKeys::derive(password, &[7; SALT], &KdfParams::FLOOR).unwrap();
        let (composed, decomposed) = (derive("caf\u{e9}"), derive("cafe\u{301}"));
        assert_eq!(composed.auth(), decomposed.auth());
        assert_ne!(composed.auth(), derive("cafe").auth());
    }
}
