//! From a password to what signs in and what unlocks.

use crypto_core::{
    CryptoRng,
    kdf::{self, KdfParams, PasswordKeys},
};

use crate::{VaultError, pins::Pins};

/// What a password gives at sign-in: the proof for the server and, inside, the key for
/// the account key's wrap.
pub struct Credentials {
    pub(super) keys: PasswordKeys,
    pub(super) salt: String,
    pub(super) kdf: KdfParams,
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
            keys: PasswordKeys::derive(password, &bytes, &params)?,
            salt: salt.to_owned(),
            kdf: params,
        })
    }

    /// Derives from a new password, with a new salt.
    pub(super) fn make(password: &str, rng: &mut impl CryptoRng) -> Result<Self, VaultError> {
        let mut salt = [0; kdf::SALT];
        rng.fill_bytes(&mut salt);
        let kdf = KdfParams::FLOOR;
        Ok(Self {
            keys: PasswordKeys::derive(password, &salt, &kdf)?,
            salt: kdf::encode_salt(&salt),
            kdf,
        })
    }

    /// What is sent as `password_hash`.
    #[must_use]
    pub fn password_hash(&self) -> &str {
        self.keys.auth()
    }
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

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
