//! Pins: what was seen last, so that nothing older is believed.
//!
//! A device keeps its own as plain bytes (they are not secret); the account keeps, sealed,
//! what any of its devices has seen. A folder must lead on from both.

use crypto_core::{kdf::KdfParams, record};
use protocol::{NodeId, UserId};

use crate::{
    VaultError,
    records::{Hash, HeadPin, Id, PinsRecord},
};

/// The account's state and every folder's head as they were seen last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pins(pub(crate) PinsRecord);

impl Pins {
    pub(crate) fn new(user: UserId, kdf: &KdfParams) -> Self {
        Self(PinsRecord {
            version: record::VERSION,
            user: (*user.as_bytes()).into(),
            epoch: 0,
            account_state: [0; 32].into(),
            kdf: kdf.to_string(),
            wrapped_key: [0; 32].into(),
            heads: Default::default(),
        })
    }

    /// Parses what [`Pins::encode`] made.
    ///
    /// # Errors
    /// [`VaultError::Finding`] if it is something else.
    pub fn parse(bytes: &[u8]) -> Result<Self, VaultError> {
        Ok(Self(record::parse(bytes)?))
    }

    /// The bytes for the device to keep.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        record::encode(&self.0)
    }

    /// Refuses a derivation that is weaker than the one seen last.
    ///
    /// # Errors
    /// [`VaultError::KdfRefused`].
    pub(crate) fn check_kdf(&self, kdf: &KdfParams) -> Result<(), VaultError> {
        let pinned: KdfParams = self.0.kdf.parse()?;
        if kdf.weaker_than(&pinned) {
            Err(VaultError::KdfRefused)
        } else {
            Ok(())
        }
    }

    /// The kdf string seen last.
    #[must_use]
    pub fn kdf(&self) -> &str {
        &self.0.kdf
    }

    pub(crate) fn head(&self, folder: NodeId) -> Option<HeadPin> {
        self.0.heads.get(&Id::from(*folder.as_bytes())).copied()
    }

    pub(crate) fn set_head(&mut self, folder: NodeId, seq: u64, hash: Hash) {
        self.0
            .heads
            .insert((*folder.as_bytes()).into(), HeadPin { seq, hash });
    }
}
