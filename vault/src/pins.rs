//! Pins: what was seen last, so that nothing older is believed.
//!
//! A device keeps its own as plain bytes (they are not secret); the account keeps, sealed,
//! what any of its devices has seen. A folder must lead on from both.

use std::cmp::Ordering;

use crypto_core::{kdf::KdfParams, record, sha256};
use protocol::{NodeId, SealedState, UserId};

use crate::{
    VaultError,
    findings::FindingKind,
    records::{Hash, Id, PinsRecord, SeenPin},
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
            account_pins: None,
            accepts: None,
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

    /// What one device has seen in two places, such as two open tabs: of everything the later.
    ///
    /// # Errors
    /// [`VaultError::AccountTampered`] if they are of different accounts or contradict each
    /// other about the account, a finding of a fork if they do about a folder.
    pub fn merge(mut self, other: &Self) -> Result<Self, VaultError> {
        let (mine, theirs) = (&mut self.0, &other.0);
        if mine.user != theirs.user {
            return Err(VaultError::AccountTampered);
        }
        let same = mine.account_state == theirs.account_state
            && mine.wrapped_key == theirs.wrapped_key
            && mine.kdf == theirs.kdf;
        match theirs.epoch.cmp(&mine.epoch) {
            Ordering::Equal if !same => return Err(VaultError::AccountTampered),
            Ordering::Greater => {
                mine.epoch = theirs.epoch;
                mine.account_state = theirs.account_state;
                mine.wrapped_key = theirs.wrapped_key;
                mine.kdf.clone_from(&theirs.kdf);
            }
            _ => {}
        }
        // With the later of the account's pins comes what they go back behind.
        let seq = |pins: &PinsRecord| pins.account_pins.map(|pin| pin.seq);
        if seq(theirs) > seq(mine) {
            mine.accepts = theirs.accepts;
        }
        mine.account_pins = match (mine.account_pins, theirs.account_pins) {
            (Some(one), Some(two)) => Some(later(one, two).ok_or(VaultError::AccountTampered)?),
            (one, two) => one.or(two),
        };
        for (folder, pin) in &theirs.heads {
            let known = mine.heads.entry(*folder).or_insert(*pin);
            *known = later(*known, *pin).ok_or(VaultError::Finding(FindingKind::Forked))?;
        }
        Ok(self)
    }

    /// The kdf string seen last.
    #[must_use]
    pub fn kdf(&self) -> &str {
        &self.0.kdf
    }

    /// The account state's epoch, and SHA-256 of the sealed state.
    pub(crate) fn account(&self) -> SeenPin {
        SeenPin {
            seq: self.0.epoch,
            hash: self.0.account_state,
        }
    }

    pub(crate) fn set_account(&mut self, state: &SealedState, wrapped_key: &[u8], kdf: &KdfParams) {
        self.0.epoch = state.epoch;
        self.0.account_state = sha256(&state.sealed.0).into();
        self.0.wrapped_key = sha256(wrapped_key).into();
        self.0.kdf = kdf.to_string();
    }

    pub(crate) fn head(&self, folder: NodeId) -> Option<SeenPin> {
        self.0.heads.get(&Id::from(*folder.as_bytes())).copied()
    }

    pub(crate) fn set_head(&mut self, folder: NodeId, seq: u64, hash: Hash) {
        self.0
            .heads
            .insert((*folder.as_bytes()).into(), SeenPin { seq, hash });
    }
}

/// The one with the higher counter; `None` if they contradict each other.
fn later(one: SeenPin, two: SeenPin) -> Option<SeenPin> {
    match one.seq.cmp(&two.seq) {
        Ordering::Less => Some(two),
        Ordering::Greater => Some(one),
        Ordering::Equal => (one.hash == two.hash).then_some(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(epoch: u64, seq: u64, hash: u8) -> Pins {
        let mut pins = Pins::new(UserId::from_bytes([1; 16]), &KdfParams::FLOOR);
        pins.0.epoch = epoch;
        pins.0.account_state = [epoch as u8; 32].into();
        pins.set_head(NodeId::from_bytes([2; 16]), seq, [hash; 32].into());
        pins.0.account_pins = Some(SeenPin {
            seq,
            hash: [hash; 32].into(),
        });
        pins
    }

    #[test]
    fn two_tabs_keep_the_later_of_everything() {
        let merged = pins(2, 10, 10).merge(&pins(1, 50, 50)).unwrap();
        assert_eq!(
            (
                merged.0.epoch,
                merged.head(NodeId::from_bytes([2; 16])).unwrap().seq
            ),
            (2, 50)
        );
        assert_eq!(pins(1, 50, 50).merge(&pins(2, 10, 10)).unwrap(), merged);
    }

    #[test]
    fn contradictions_are_not_merged() {
        let fork = pins(1, 5, 5).merge(&pins(1, 5, 6));
        assert_eq!(fork.err(), Some(VaultError::AccountTampered));
        let mut other = pins(1, 5, 6);
        other.0.account_pins = None;
        assert_eq!(
            pins(1, 5, 5).merge(&other).err(),
            Some(VaultError::Finding(FindingKind::Forked))
        );
        let mut dearer = pins(1, 5, 5);
        dearer.0.kdf = KdfParams::CEILING.to_string();
        assert_eq!(
            pins(1, 5, 5).merge(&dearer).err(),
            Some(VaultError::AccountTampered)
        );
        other.0.account_state = [9; 32].into();
        assert_eq!(
            pins(1, 5, 5).merge(&other).err(),
            Some(VaultError::AccountTampered)
        );
    }
}
