//! The owner's ways out of a finding. Leaving what was found in quarantine needs none.

use std::collections::BTreeMap;

use crypto_core::{CryptoRng, context, keys, sha256};
use protocol::{Change, CommitRequest, NodeId};

use super::{
    Child, Draft, Folder, Listing, Quarantined,
    commit::Next,
    head::{MAX_COUNTER, Place},
    kind_byte,
    leaf::{Leaf, Leaves},
    open::{collect, open_metadata},
};
use crate::{Vault, VaultError, ordered};

/// What an owner can do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Take what the server shows for true from here on, as after an operator has restored a
    /// backup. Of what is missing: let it go.
    Accept,
    /// Put back what this device had verified.
    RestoreKept,
    /// Delete what the server shows, for good.
    Remove,
}

impl Way {
    /// The way of this name, as it is serialised.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "accept" => Some(Self::Accept),
            "restore-kept" => Some(Self::RestoreKept),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

impl Vault {
    /// The ways out of what was found about `node` in `folder`, or about the whole folder.
    #[must_use]
    pub fn ways(&self, folder: NodeId, node: Option<NodeId>) -> Vec<Way> {
        let Some(node) = node else {
            return vec![Way::Accept];
        };
        let known = self.tree.folders.get(&folder);
        let Some(aside) = known.and_then(|known| known.quarantine.get(&node)) else {
            return Vec::new();
        };
        let mut ways = Vec::new();
        if aside
            .served
            .as_ref()
            .is_none_or(|(_, child)| child.is_some())
        {
            ways.push(Way::Accept);
        }
        if let Some((leaf, _)) = &aside.served {
            // Counters that could not be counted on from are nobody's to build on.
            let sound = leaf.metadata.0 < MAX_COUNTER - 1 && leaf.epoch < MAX_COUNTER;
            let fits = |kept: &Child| sound && kept.leaf.kind == leaf.kind;
            if aside.kept.as_ref().is_some_and(fits) {
                ways.push(Way::RestoreKept);
            }
            ways.push(Way::Remove);
        }
        ways
    }

    /// The commit that goes one of [`Vault::ways`] with a child that is put aside.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`] if it is not, or not on this way; else as every commit.
    pub fn resolve(
        &mut self,
        folder: NodeId,
        node: NodeId,
        way: Way,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        if !self.ways(folder, Some(node)).contains(&way) {
            return Err(VaultError::NoSuchEntry);
        }
        let known = self.writable(folder)?;
        let aside = known
            .quarantine
            .get(&node)
            .cloned()
            .ok_or(VaultError::NoSuchEntry)?;
        let mut draft = Draft::default();
        match way {
            Way::Accept => {
                draft.push(Change::Accept { node: folder });
                draft.put(folder, node, aside.served.and_then(|(_, child)| child));
            }
            Way::Remove => {
                draft.push(Change::Purge { node });
                draft.put(folder, node, None);
            }
            Way::RestoreKept => self.put_back(&mut draft, folder, node, aside, rng)?,
        }
        self.commit(draft, now, rng)
    }

    /// Seals again what this device had verified of a child, on top of what the server shows.
    fn put_back(
        &self,
        draft: &mut Draft,
        folder: NodeId,
        node: NodeId,
        aside: Quarantined,
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        let (Some((served, _)), Some(mut child)) = (aside.served, aside.kept) else {
            return Err(VaultError::NoSuchEntry);
        };
        if served.wrapped_key != child.leaf.wrapped_key || served.epoch != child.leaf.epoch {
            let (key, epoch) = self.key_of(folder)?;
            child.leaf.epoch = child.leaf.epoch.max(served.epoch);
            let context = context::node_key(
                self.root().as_bytes(),
                folder.as_bytes(),
                epoch,
                node.as_bytes(),
                kind_byte(child.leaf.kind),
                child.leaf.epoch,
            );
            let wrapped_key = keys::wrap(&*child.key, &*key, &context, rng);
            child.leaf.wrapped_key = sha256(&wrapped_key);
            draft.push(Change::Rewrap {
                node,
                epoch: child.leaf.epoch,
                wrapped_key: wrapped_key.into(),
            });
        }
        child.leaf.metadata = served.metadata;
        self.seal_child(draft, folder, node, child, rng)
    }

    /// The commit that takes for true what the server shows of a whole folder, although it is
    /// older than, or another history than, what was seen. Everything that opens stays; what
    /// does not is put aside by the next look. The new head names what it goes back behind, and
    /// is believed by every device because the owner signs it.
    ///
    /// # Errors
    /// A finding if not even the head, or the folder's own record, is one that was sealed for
    /// this folder; [`VaultError::Impossible`] while another commit of it is under way.
    pub fn accept_folder(
        &mut self,
        id: NodeId,
        listing: &Listing,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let first = listing.pages.first().ok_or(VaultError::BadAnswer)?;
        let listed = collect(id, listing)?;
        let (key, epoch) = self.folder_key(&first.folder)?;
        let acl = self.acl_of(id, &key, first)?;
        let place = Place {
            id,
            key: &key,
            epoch,
            acl: &acl,
        };
        let head = self.open_head(place, &first.head)?;
        let own = (
            first.folder.metadata.rev,
            sha256(&first.folder.metadata.sealed.0),
        );
        open_metadata(&key, &first.folder)?;

        let ready = keys::ReadyKey::of(&*key);
        let opened = ordered::map(listed.iter().filter_map(|(child, node)| {
            let opened = self.open_child(id, &ready, epoch, node, Leaf::of(node));
            Some((*child, opened.ok()?))
        }));
        let leaves: Leaves = ordered::map(
            opened
                .iter()
                .map(|(child, opened)| (*child, opened.leaf.hash(*child))),
        );
        let behind = self.head_pins(id).into_iter().max_by_key(|pin| pin.seq);
        let vouched = self.tree.vouched.get(&id).copied().unwrap_or(0);
        let seen = behind.map_or(0, |pin| pin.seq).max(vouched);
        let seq = seen.max(head.record.seq) + 1;
        if id == self.tree.root {
            self.tree.acl = Some(acl.clone());
        }
        let next = Next {
            node: id,
            key: &key,
            epoch,
            expected_seq: head.record.seq,
            seq,
            previous: Some(head.hash),
            accepts: Some(behind.map_or(head.hash, |pin| *pin.hash)),
            metadata: own,
            leaves: &leaves,
            others: Vec::new(),
        };
        let (head, hash) = self.seal_head(&next, now, rng)?;
        let folder = Folder {
            key,
            epoch,
            metadata: own,
            seq,
            hash,
            merges: self.merges,
            leaves,
            children: opened,
            findings: Vec::new(),
            quarantine: BTreeMap::new(),
        };
        self.commit_whole(folder, Change::Accept { node: id }, head, rng)
    }
}
