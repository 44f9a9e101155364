//! Commits: what the vault asks the server to change, each with the folder's next head.

use std::{collections::HashSet, sync::Arc};

use crypto_core::{
    CryptoRng, context, context::SignaturePurpose, envelope, keys::NodeKey, record, sha256,
};
use protocol::{Change, CommitId, CommitRequest, MAX_CHANGES, NewHead, NodeId, NodeKind};

use super::{
    Child, Folder, FolderView, Pending,
    leaf::{children_hash, children_sum},
    seal_metadata,
};
use crate::{
    Vault, VaultError,
    account::random,
    findings::FindingKind,
    names,
    records::{HeadRecord, Metadata},
};

/// Changes to one folder's children, not yet signed.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) changes: Vec<Change>,
    /// Each changed child as it will be; `None` if it goes.
    pub(crate) changed: Vec<(NodeId, Option<Child>)>,
}

impl Vault {
    /// Gives an entry another name.
    ///
    /// # Errors
    /// [`VaultError::InvalidName`], [`VaultError::NoSuchEntry`] and, as for every commit,
    /// [`VaultError::FolderNotVerified`] and [`VaultError::Impossible`] while another commit
    /// of the same folder is under way.
    pub fn rename(
        &mut self,
        folder: NodeId,
        node: NodeId,
        name: &str,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        names::check(name)?;
        let mut draft = Draft::default();
        self.edit(
            &mut draft,
            folder,
            node,
            |metadata| name.clone_into(&mut metadata.name),
            rng,
        )?;
        self.commit(folder, draft, now, rng)
    }

    /// Puts entries into the trash; at most half of [`MAX_CHANGES`].
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn trash(
        &mut self,
        folder: NodeId,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let trash = |metadata: &mut Metadata| metadata.trashed = Some(now);
        let mark = |node| Change::Trash { node };
        self.edit_all(folder, nodes, trash, mark, now, rng)
    }

    /// Takes entries out of the trash; at most half of [`MAX_CHANGES`]. A name that was
    /// given away in the meantime gets a number. What is not in the trash, because another
    /// device was faster, stays as it is.
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn restore(
        &mut self,
        folder: NodeId,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut taken = self.names(folder)?;
        let restore = |metadata: &mut Metadata| {
            if metadata.trashed.take().is_none() {
                return;
            }
            metadata.name = names::unique(&metadata.name, &taken);
            taken.insert(names::key(&metadata.name));
        };
        let mark = |node| Change::Restore { node };
        self.edit_all(folder, nodes, restore, mark, now, rng)
    }

    /// Removes entries for good.
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn purge(
        &mut self,
        folder: NodeId,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut draft = Draft::default();
        for &node in nodes {
            self.tree
                .child(folder, node)
                .ok_or(VaultError::NoSuchEntry)?;
            draft.changes.push(Change::Purge { node });
            draft.changed.push((node, None));
        }
        self.commit(folder, draft, now, rng)
    }

    /// The server has accepted a commit: the folder is now what it says.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`] if no such commit was under way; a finding of a fork if the
    /// device has seen that the folder went on without it.
    pub fn committed(&mut self, id: CommitId) -> Result<FolderView, VaultError> {
        let pending = self
            .tree
            .pending
            .remove(&id)
            .ok_or(VaultError::NoSuchEntry)?;
        let folder = self
            .tree
            .folders
            .get_mut(&pending.folder)
            .ok_or(VaultError::NoSuchEntry)?;
        let seen = self.pins.head(pending.folder);
        if seen.is_some_and(|seen| seen.seq > pending.seq && folder.seq < pending.seq) {
            return Err(VaultError::Finding(FindingKind::Forked));
        }
        // While the commit was under way the folder may have been opened again, with it.
        if folder.seq < pending.seq {
            folder.seq = pending.seq;
            folder.hash = pending.hash;
            folder.leaves = pending.leaves;
            for (node, child) in pending.changed {
                match child {
                    Some(child) => folder.children.insert(node, child),
                    None => folder.children.remove(&node),
                };
            }
            self.pins
                .set_head(pending.folder, pending.seq, pending.hash.into());
        }
        Ok(folder.view(pending.folder))
    }

    /// The server has refused a commit for good: the folder stays as it was verified.
    pub fn abandoned(&mut self, id: CommitId) {
        self.tree.pending.remove(&id);
    }

    /// Names in a folder that a new live entry may not have.
    pub(crate) fn names(&self, folder: NodeId) -> Result<HashSet<String>, VaultError> {
        let folder = self.writable(folder)?;
        let live = folder
            .children
            .values()
            .filter(|child| child.metadata.trashed.is_none());
        Ok(live.map(|child| names::key(&child.metadata.name)).collect())
    }

    /// A folder that may be written to: verified, and no doubt about it since.
    fn writable(&self, folder: NodeId) -> Result<&Folder, VaultError> {
        let doubted = self.tree.doubts.contains_key(&folder) || self.tree.acl.is_none();
        self.tree
            .folders
            .get(&folder)
            .filter(|_| !doubted)
            .ok_or(VaultError::FolderNotVerified)
    }

    /// The key of a folder that may be written to, and the key's epoch.
    pub(crate) fn key_of(&self, folder: NodeId) -> Result<(Arc<NodeKey>, u64), VaultError> {
        let folder = self.writable(folder)?;
        Ok((folder.key.clone(), folder.epoch))
    }

    /// Adds a change of an entry's metadata to a draft.
    fn edit(
        &self,
        draft: &mut Draft,
        folder: NodeId,
        node: NodeId,
        change: impl FnOnce(&mut Metadata),
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        let mut child = self
            .writable(folder)?
            .children
            .get(&node)
            .ok_or(VaultError::NoSuchEntry)?
            .clone();
        // A folder's metadata stands in its own head as well, which this commit does not bring.
        if child.leaf.kind == NodeKind::Folder {
            return Err(VaultError::Impossible);
        }
        change(&mut child.metadata);
        let metadata = seal_metadata(
            &child.key,
            node,
            child.leaf.metadata.0 + 1,
            &child.metadata,
            rng,
        );
        child.leaf.metadata = (metadata.rev, sha256(&metadata.sealed.0));
        draft.changes.push(Change::Metadata { node, metadata });
        draft.changed.push((node, Some(child)));
        Ok(())
    }

    /// The commit that changes the metadata of many entries, and marks each for the server.
    fn edit_all(
        &mut self,
        folder: NodeId,
        nodes: &[NodeId],
        mut change: impl FnMut(&mut Metadata),
        mark: impl Fn(NodeId) -> Change,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let mut draft = Draft::default();
        for &node in nodes {
            self.edit(&mut draft, folder, node, &mut change, rng)?;
            draft.changes.push(mark(node));
        }
        self.commit(folder, draft, now, rng)
    }

    /// Signs and seals the next head over a draft.
    pub(crate) fn commit(
        &mut self,
        id: NodeId,
        draft: Draft,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let folder = self.writable(id)?;
        let acl = self
            .tree
            .acl
            .as_ref()
            .ok_or(VaultError::FolderNotVerified)?;
        let busy = self
            .tree
            .pending
            .values()
            .any(|pending| pending.folder == id);
        if busy || draft.changes.is_empty() || draft.changes.len() > MAX_CHANGES {
            return Err(VaultError::Impossible);
        }
        let mut leaves = folder.leaves.clone();
        for (node, child) in &draft.changed {
            match child {
                Some(child) => leaves.insert(*node, child.leaf.hash(*node)),
                None => leaves.remove(node),
            };
        }
        let seq = folder.seq + 1;
        let signed = self.identity.sign(
            SignaturePurpose::Head,
            &record::encode(&HeadRecord {
                version: record::VERSION,
                vault: (*self.tree.root.as_bytes()).into(),
                node: (*id.as_bytes()).into(),
                seq,
                previous: Some(folder.hash.into()),
                epoch: folder.epoch,
                rev: folder.metadata.0,
                metadata: folder.metadata.1.into(),
                count: leaves.len() as u64,
                children: children_hash(&leaves).into(),
                sum: children_sum(&leaves).into(),
                acl: acl.hash.into(),
                others: Vec::new(),
                author: self.author.identity.into(),
                time: now,
                accepts: None,
            }),
        );
        let context = context::head(self.tree.root.as_bytes(), id.as_bytes(), seq, folder.epoch);
        let sealed = envelope::seal(&*folder.key, &context, &signed, rng);
        let head = NewHead {
            node: id,
            expected_seq: folder.seq,
            seq,
            sealed: sealed.into(),
        };
        let commit = CommitId::from_random(random(rng));
        let pending = Pending {
            folder: id,
            changed: draft.changed,
            leaves,
            seq,
            hash: sha256(&signed),
        };
        self.tree.pending.insert(commit, pending);
        Ok(CommitRequest {
            id: commit,
            changes: draft.changes,
            heads: vec![head],
        })
    }
}
