//! Heads: who signed them, for which place, and what they follow.

use std::cmp::Ordering;

use crypto_core::{
    OpenError,
    context::{self, SignaturePurpose},
    envelope,
    identity::verify,
    keys::NodeKey,
    record, sha256,
};
use protocol::{Head, NodeId, SealedAcl};

use crate::{
    Vault, VaultError,
    findings::FindingKind,
    records::{AclRecord, HeadRecord, OtherHead, SeenPin, Writer},
};

/// Counters that reach this are nobody's honest ones, and could not be counted on from.
pub(super) const MAX_COUNTER: u64 = 1 << 60;

/// Who may write below a share root.
#[derive(Clone)]
pub(super) struct Acl {
    /// SHA-256 of the signed record.
    pub(super) hash: [u8; 32],
    /// Identity hash of the owner, who signed it.
    pub(super) owner: [u8; 32],
    pub(super) writers: Vec<Writer>,
}

/// A head that opened and whose signature is right.
pub(super) struct OpenedHead {
    pub(super) record: HeadRecord,
    /// SHA-256 of the signed record.
    pub(super) hash: [u8; 32],
}

/// A folder as far as it must be known to open its heads.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) id: NodeId,
    pub(super) key: &'a NodeKey,
    pub(super) epoch: u64,
    pub(super) acl: &'a Acl,
}

impl Vault {
    /// The seq after which the heads that lead to the current one must be fetched; `None` for
    /// a folder that no device of the account has opened.
    #[must_use]
    pub fn pinned_seq(&self, folder: NodeId) -> Option<u64> {
        Some(self.start(folder)?.seq)
    }

    /// The lowest seq that a folder's current head may have, by all that this account has seen.
    /// A listing that was asked for while this was lower, and does not prove itself now, may
    /// have been overtaken on its way; that it is asked for again comes before any blame.
    #[must_use]
    pub fn least_seq(&self, folder: NodeId) -> u64 {
        let vouched = self.tree.vouched.get(&folder).copied();
        let pinned = self.head_pins(folder).into_iter().map(|pin| pin.seq);
        pinned.chain(vouched).max().unwrap_or(0)
    }

    /// Where a folder's history begins that must lead to the next head: what was verified in
    /// this session, unless other devices' pins have been merged since; else the oldest of both.
    pub(super) fn start(&self, folder: NodeId) -> Option<SeenPin> {
        let compared = self
            .tree
            .folders
            .get(&folder)
            .is_some_and(|folder| folder.merges == self.merges);
        if compared {
            return self.verified(folder);
        }
        self.seen(folder).into_iter().min_by_key(|pin| pin.seq)
    }

    /// A folder's head as it was verified in this session, or made.
    fn verified(&self, folder: NodeId) -> Option<SeenPin> {
        self.tree.head_of(folder).map(|(seq, hash)| SeenPin {
            seq,
            hash: hash.into(),
        })
    }

    /// Every head of a folder from which its history must lead on.
    fn seen(&self, folder: NodeId) -> Vec<SeenPin> {
        let mut seen = self.head_pins(folder);
        seen.extend(self.verified(folder));
        seen
    }

    pub(super) fn open_acl(
        &self,
        root: NodeId,
        key: &NodeKey,
        sealed: &SealedAcl,
    ) -> Result<Acl, VaultError> {
        let signed = envelope::open(
            key,
            &context::acl(root.as_bytes(), sealed.seq),
            &sealed.sealed.0,
        )?;
        let bytes = verify(
            &self.identity.signing_public(),
            SignaturePurpose::Acl,
            &signed,
        )?;
        let acl: AclRecord = record::parse(bytes)?;
        let own = *acl.root == *root.as_bytes()
            && acl.seq == sealed.seq
            && *acl.owner == self.author.identity;
        if !own {
            return Err(VaultError::Finding(FindingKind::NotAnAllowedWriter));
        }
        Ok(Acl {
            hash: sha256(&signed),
            owner: *acl.owner,
            writers: acl.writers,
        })
    }

    /// Opens a head and checks that one who may write signed it for this place.
    pub(super) fn open_head(
        &self,
        place: Place<'_>,
        head: &Head,
    ) -> Result<OpenedHead, VaultError> {
        let Place {
            id,
            key,
            epoch,
            acl,
        } = place;
        let context = context::head(self.tree.root.as_bytes(), id.as_bytes(), head.seq, epoch);
        let signed = envelope::open(key, &context, &head.sealed.0)?;
        let unsigned = signed.get(64..).ok_or(OpenError::Truncated)?;
        let record: HeadRecord = record::parse(unsigned)?;
        let writer = acl
            .writers
            .iter()
            .find(|writer| *writer.identity == *record.author)
            .ok_or(VaultError::Finding(FindingKind::NotAnAllowedWriter))?;
        verify(&writer.signing_key, SignaturePurpose::Head, &signed)?;
        let here = *record.vault == *self.tree.root.as_bytes()
            && *record.node == *id.as_bytes()
            && record.seq == head.seq
            && record.seq < MAX_COUNTER;
        if !here {
            return Err(VaultError::Finding(FindingKind::DoesNotBelongHere));
        }
        Ok(OpenedHead {
            record,
            hash: sha256(&signed),
        })
    }

    /// What a folder's current head must say besides its children: the access control in
    /// force, the key's epoch, the folder's own metadata.
    pub(super) fn check_head(
        &self,
        place: Place<'_>,
        head: &OpenedHead,
        own: (u64, [u8; 32]),
    ) -> Result<(), VaultError> {
        if *head.record.acl != place.acl.hash || head.record.epoch != place.epoch {
            return Err(VaultError::Finding(FindingKind::DoesNotBelongHere));
        }
        match own.0.cmp(&head.record.rev) {
            Ordering::Less => Err(VaultError::Finding(FindingKind::RolledBack)),
            Ordering::Equal if own.1 == *head.record.metadata => Ok(()),
            _ => Err(VaultError::Finding(FindingKind::Altered)),
        }
    }

    /// The head must lead on from everything that was seen: not behind, and by a chain whose
    /// counters grow by one. A head in which the owner knowingly goes back behind another
    /// begins anew: what was seen before it needs no longer be led on from. Gives the other
    /// folders' heads that those on the way vouch for.
    pub(super) fn check_history(
        &self,
        place: Place<'_>,
        head: &OpenedHead,
        between: &[Head],
    ) -> Result<Vec<OtherHead>, VaultError> {
        let seq = head.record.seq;
        if seq < self.least_seq(place.id) {
            return Err(VaultError::Finding(FindingKind::RolledBack));
        }
        let Some(start) = self.start(place.id) else {
            return Ok(Vec::new());
        };
        // The seq and hash of every head from the first one on.
        let mut chain = vec![(start.seq, *start.hash)];
        // Where the owner last began anew.
        let mut anew = 0;
        let mut others = Vec::new();
        let mut follow = |next: &OpenedHead| {
            let (seq, hash) = chain[chain.len() - 1];
            let follows = next.record.seq == seq + 1
                && next
                    .record
                    .previous
                    .is_some_and(|previous| *previous == hash);
            let accepts = next.record.accepts.is_some()
                && next.record.seq > seq
                && *next.record.author == place.acl.owner;
            if accepts {
                anew = next.record.seq;
                others.clear();
            }
            others.extend_from_slice(&next.record.others);
            chain.push((next.record.seq, next.hash));
            if follows || accepts {
                Ok(())
            } else {
                Err(VaultError::Finding(FindingKind::Forked))
            }
        };
        if seq > start.seq {
            for step in between
                .iter()
                .filter(|step| step.seq > start.seq && step.seq < seq)
            {
                follow(&self.open_head(place, step)?)?;
            }
            follow(head)?;
        } else if seq < start.seq {
            return Err(VaultError::Finding(FindingKind::RolledBack));
        } else if head.hash != *start.hash {
            return Err(VaultError::Finding(FindingKind::Forked));
        }
        let led_on = |pin: &SeenPin| {
            // What was verified in this session led on from all pins before it.
            pin.seq < start.seq || pin.seq < anew || chain.contains(&(pin.seq, *pin.hash))
        };
        if self.seen(place.id).iter().all(led_on) {
            Ok(others)
        } else {
            Err(VaultError::Finding(FindingKind::Forked))
        }
    }

    /// Takes note of the other folders' heads that verified heads vouch for; gives the folders
    /// that are behind, and of which nothing newer is on its way.
    pub(super) fn take_vouched(&mut self, others: &[OtherHead]) -> Vec<NodeId> {
        let mut behind = Vec::new();
        for other in others {
            let id = NodeId::from_bytes(*other.node);
            let seq = self.tree.vouched.entry(id).or_insert(0);
            *seq = other.seq.max(*seq);
            let known = self.tree.folders.get(&id).map(|folder| folder.seq);
            if known.is_some_and(|known| known < other.seq) && !self.tree.feed.has_head(id) {
                behind.push(id);
            }
        }
        behind
    }
}
