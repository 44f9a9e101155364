//! Commits: from the verified state of folders to the next.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use crypto_core::{
    CryptoRng,
    context::{self, SignaturePurpose},
    envelope,
    keys::NodeKey,
    record, sha256,
};
use protocol::{
    Change, CommitId, CommitRequest, MAX_CHANGES, MAX_HEADS, NewHead, NodeId, NodeKind,
};

use super::{
    Child, Folder,
    head::MAX_COUNTER,
    leaf::{Leaves, children_hash, children_sum},
    seal_metadata,
};
use crate::{
    Vault, VaultError,
    account::random,
    names,
    records::{HeadRecord, Metadata, OtherHead},
};

/// Changes that are not yet signed, with the folders as they will be.
#[derive(Default)]
pub(crate) struct Draft {
    changes: Vec<Change>,
    folders: BTreeMap<NodeId, FolderDraft>,
    /// Sealed bytes, roughly: the server takes 8 MiB in one commit.
    weight: usize,
}

/// What changes in one folder.
#[derive(Default)]
struct FolderDraft {
    /// Each changed child as it will be; `None` if it goes.
    changed: BTreeMap<NodeId, Option<Child>>,
    /// The folder's own metadata, if it changes: its rev and SHA-256.
    metadata: Option<(u64, [u8; 32])>,
    /// Its key, if it is made in this commit.
    new: Option<Arc<NodeKey>>,
    /// Folders from which, or to which, something moves.
    partners: BTreeSet<NodeId>,
}

/// Changes after which a draft is full, so that whatever one entry needs still fits.
const FULL_CHANGES: usize = MAX_CHANGES - 4;
/// Heads after which a draft is full.
const FULL_HEADS: usize = MAX_HEADS / 4;
/// Sealed bytes after which a draft is full.
const FULL_WEIGHT: usize = 4 << 20;

impl Draft {
    pub(crate) fn push(&mut self, change: Change) {
        self.weight += match &change {
            Change::Create(create) => create.metadata.sealed.0.len() + 512,
            Change::Metadata { metadata, .. } => metadata.sealed.0.len() + 128,
            _ => 128,
        };
        self.changes.push(change);
    }

    /// A child of a folder as it will be; `None` if it goes.
    pub(crate) fn put(&mut self, folder: NodeId, node: NodeId, child: Option<Child>) {
        self.folder(folder).changed.insert(node, child);
    }

    /// A folder that is made in this commit; its metadata has rev 1 and this hash.
    pub(crate) fn put_new(&mut self, folder: NodeId, key: Arc<NodeKey>, metadata: [u8; 32]) {
        let draft = self.folder(folder);
        draft.new = Some(key);
        draft.metadata = Some((1, metadata));
    }

    /// A folder's own metadata, of this rev and hash.
    pub(crate) fn put_metadata(&mut self, folder: NodeId, metadata: (u64, [u8; 32])) {
        self.folder(folder).metadata = Some(metadata);
    }

    /// The heads of both vouch for each other: neither is shown without what moved.
    pub(crate) fn put_move(&mut self, from: NodeId, to: NodeId) {
        self.folder(from).partners.insert(to);
        self.folder(to).partners.insert(from);
    }

    /// Whether another entry might not fit.
    pub(crate) fn is_full(&self) -> bool {
        self.changes.len() >= FULL_CHANGES
            || self.folders.len() >= FULL_HEADS
            || self.weight >= FULL_WEIGHT
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn folder(&mut self, id: NodeId) -> &mut FolderDraft {
        self.folders.entry(id).or_default()
    }
}

/// A commit on its way: what its folders will be.
pub(super) struct Pending {
    folders: Vec<PendingFolder>,
}

struct PendingFolder {
    id: NodeId,
    next: NextFolder,
    seq: u64,
    hash: [u8; 32],
}

enum NextFolder {
    /// Other children or metadata.
    Changed { draft: FolderDraft, leaves: Leaves },
    /// Something else than before altogether.
    Whole(Box<Folder>),
}

impl Vault {
    /// The server has accepted a commit: gives the folders that are other than they were. One
    /// that has gone on since, as another window of the device has seen, is to be looked at
    /// ([`Vault::unopened`]): whether it went on from this commit, its chain of heads says.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`] if no such commit was under way.
    pub fn committed(&mut self, id: CommitId) -> Result<Vec<NodeId>, VaultError> {
        let pending = self
            .tree
            .pending
            .remove(&id)
            .ok_or(VaultError::NoSuchEntry)?;
        let mut changed = Vec::new();
        let mut gone = Vec::new();
        let mut came = Vec::new();
        for next in pending.folders {
            changed.push(next.id);
            gone.extend(self.advance(next, &mut came));
        }
        // What moved has left by now.
        for (folder, node, child) in came {
            if child.leaf.kind == NodeKind::Folder {
                self.tree.loose.insert(node);
            }
            self.tree.place(folder, node, Some(child));
        }
        self.drop_unplaced(gone);
        self.check_loose();
        Ok(changed)
    }

    /// The server has refused a commit for good: the folders stay as they were verified.
    pub fn abandoned(&mut self, id: CommitId) {
        self.tree.pending.remove(&id);
    }

    /// Takes a folder to what a commit made of it; gives the children that went, and adds those
    /// that are to be placed.
    fn advance(
        &mut self,
        pending: PendingFolder,
        came: &mut Vec<(NodeId, NodeId, Child)>,
    ) -> Vec<NodeId> {
        let PendingFolder {
            id,
            next,
            seq,
            hash,
        } = pending;
        // While the commit was under way the folder may have been opened again, with it.
        let known = self.tree.folders.get(&id).map(|folder| folder.seq);
        if known.is_some_and(|known| known >= seq) {
            return Vec::new();
        }
        match self.pins.head(id) {
            Some(seen) if seen.seq > seq => {
                let least = self.tree.vouched.entry(id).or_insert(0);
                *least = seen.seq.max(*least);
            }
            _ => self.pins.set_head(id, seq, hash.into()),
        }
        match next {
            NextFolder::Whole(folder) => self.replace_folder(id, *folder),
            NextFolder::Changed { draft, leaves } => {
                let merges = self.merges;
                if let (Some(key), Some(metadata)) = (draft.new, draft.metadata) {
                    let new = Folder {
                        key,
                        epoch: 1,
                        metadata,
                        seq: 0,
                        hash: [0; 32],
                        merges,
                        leaves: Leaves::new(),
                        children: BTreeMap::new(),
                        findings: Vec::new(),
                        quarantine: BTreeMap::new(),
                    };
                    self.tree.folders.insert(id, new);
                }
                let Some(folder) = self.tree.folders.get_mut(&id) else {
                    return Vec::new();
                };
                folder.seq = seq;
                folder.hash = hash;
                folder.leaves = leaves;
                folder.metadata = draft.metadata.unwrap_or(folder.metadata);
                for node in draft.changed.keys() {
                    folder.quarantine.remove(node);
                    folder
                        .findings
                        .retain(|finding| finding.node != Some(*node));
                }
                let mut gone = Vec::new();
                for (node, child) in draft.changed {
                    match child {
                        Some(child) => came.push((id, node, child)),
                        None => {
                            gone.push(node);
                            self.tree.place(id, node, None);
                        }
                    }
                }
                gone
            }
        }
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
    pub(super) fn writable(&self, folder: NodeId) -> Result<&Folder, VaultError> {
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

    /// Adds a change of an entry's metadata to a draft, on top of what the draft has of it.
    ///
    /// # Errors
    /// [`VaultError::NoSuchEntry`]; [`VaultError::FolderNotVerified`] also for a folder that
    /// has not been opened itself, since its own head binds its metadata.
    pub(crate) fn edit_metadata(
        &self,
        draft: &mut Draft,
        node: NodeId,
        change: impl FnOnce(&mut Metadata),
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        let (folder, known) = self.tree.find(node).ok_or(VaultError::NoSuchEntry)?;
        self.writable(folder)?;
        let mut child = known.clone();
        change(&mut child.metadata);
        self.seal_child(draft, folder, node, child, rng)
    }

    /// Seals a child's new metadata, and puts it into the draft.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] when its counter can grow no more; else as
    /// [`Vault::edit_metadata`].
    pub(crate) fn seal_child(
        &self,
        draft: &mut Draft,
        folder: NodeId,
        node: NodeId,
        mut child: Child,
        rng: &mut impl CryptoRng,
    ) -> Result<(), VaultError> {
        let next = child.leaf.metadata.0.checked_add(1);
        let next = next.filter(|rev| *rev < MAX_COUNTER);
        let rev = next.ok_or(VaultError::Impossible)?;
        let metadata = seal_metadata(&child.key, node, rev, &child.metadata, rng);
        child.leaf.metadata = (rev, sha256(&metadata.sealed.0));
        if child.leaf.kind == NodeKind::Folder {
            self.writable(node)?;
            draft.put_metadata(node, child.leaf.metadata);
        }
        draft.push(Change::Metadata { node, metadata });
        draft.put(folder, node, Some(child));
        Ok(())
    }

    /// Signs and seals the next head of every folder of a draft.
    ///
    /// # Errors
    /// [`VaultError::FolderNotVerified`]; [`VaultError::Impossible`] while another commit of one
    /// of the folders is under way, for an empty draft, and for one that is too large.
    pub(crate) fn commit(
        &mut self,
        draft: Draft,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        let busy = draft.folders.keys().any(|id| self.is_pending(*id));
        let fits =
            (1..=MAX_CHANGES).contains(&draft.changes.len()) && draft.folders.len() <= MAX_HEADS;
        if busy || !fits {
            return Err(VaultError::Impossible);
        }
        let mut seqs: BTreeMap<NodeId, u64> = BTreeMap::new();
        for (id, folder) in &draft.folders {
            let seq = match folder.new {
                Some(_) => 1,
                None => self.writable(*id)?.seq + 1,
            };
            seqs.insert(*id, seq);
        }
        let mut heads = Vec::new();
        let mut folders = Vec::new();
        for (id, folder) in draft.folders {
            let others = folder
                .partners
                .iter()
                .filter_map(|other| {
                    Some(OtherHead {
                        node: (*other.as_bytes()).into(),
                        seq: *seqs.get(other)?,
                    })
                })
                .collect();
            let (head, pending) = self.next_head(id, folder, others, now, rng)?;
            heads.push(head);
            folders.push(pending);
        }
        let id = CommitId::from_random(random(rng));
        self.tree.pending.insert(id, Pending { folders });
        Ok(CommitRequest {
            id,
            changes: draft.changes,
            heads,
        })
    }

    /// The commit that makes a folder into something else altogether.
    pub(super) fn commit_whole(
        &mut self,
        folder: Folder,
        change: Change,
        head: NewHead,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        if self.is_pending(head.node) {
            return Err(VaultError::Impossible);
        }
        let pending = PendingFolder {
            id: head.node,
            seq: folder.seq,
            hash: folder.hash,
            next: NextFolder::Whole(Box::new(folder)),
        };
        let id = CommitId::from_random(random(rng));
        let folders = vec![pending];
        self.tree.pending.insert(id, Pending { folders });
        Ok(CommitRequest {
            id,
            changes: vec![change],
            heads: vec![head],
        })
    }

    fn is_pending(&self, folder: NodeId) -> bool {
        let mut pending = self.tree.pending.values();
        pending.any(|commit| commit.folders.iter().any(|next| next.id == folder))
    }

    fn next_head(
        &self,
        id: NodeId,
        draft: FolderDraft,
        others: Vec<OtherHead>,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(NewHead, PendingFolder), VaultError> {
        let base = match draft.new {
            Some(_) => None,
            None => Some(self.writable(id)?),
        };
        let (key, epoch) = match (&draft.new, base) {
            (Some(key), _) => (&**key, 1),
            (None, Some(base)) => (&*base.key, base.epoch),
            (None, None) => return Err(VaultError::FolderNotVerified),
        };
        let metadata = draft
            .metadata
            .or(base.map(|base| base.metadata))
            .ok_or(VaultError::FolderNotVerified)?;
        let mut leaves = base.map(|base| base.leaves.clone()).unwrap_or_default();
        for (node, child) in &draft.changed {
            match child {
                Some(child) => leaves.insert(*node, child.leaf.hash(*node)),
                None => leaves.remove(node),
            };
        }
        let expected_seq = base.map_or(0, |base| base.seq);
        let (head, hash) = self.seal_head(
            &Next {
                node: id,
                key,
                epoch,
                expected_seq,
                seq: expected_seq + 1,
                previous: base.map(|base| base.hash),
                accepts: None,
                metadata,
                leaves: &leaves,
                others,
            },
            now,
            rng,
        )?;
        let pending = PendingFolder {
            id,
            next: NextFolder::Changed { draft, leaves },
            seq: head.seq,
            hash,
        };
        Ok((head, pending))
    }

    /// Signs and seals a head; gives it and SHA-256 of the signed record.
    pub(super) fn seal_head(
        &self,
        next: &Next<'_>,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(NewHead, [u8; 32]), VaultError> {
        let acl = self
            .tree
            .acl
            .as_ref()
            .ok_or(VaultError::FolderNotVerified)?;
        let (vault, id) = (self.tree.root.as_bytes(), next.node.as_bytes());
        let signed = self.identity.sign(
            SignaturePurpose::Head,
            &record::encode(&HeadRecord {
                version: record::VERSION,
                vault: (*vault).into(),
                node: (*id).into(),
                seq: next.seq,
                previous: next.previous.map(Into::into),
                epoch: next.epoch,
                rev: next.metadata.0,
                metadata: next.metadata.1.into(),
                count: next.leaves.len() as u64,
                children: children_hash(next.leaves).into(),
                sum: children_sum(next.leaves).into(),
                acl: acl.hash.into(),
                others: next.others.clone(),
                author: self.author.identity.into(),
                time: now,
                accepts: next.accepts.map(Into::into),
            }),
        );
        let context = context::head(vault, id, next.seq, next.epoch);
        let head = NewHead {
            node: next.node,
            expected_seq: next.expected_seq,
            seq: next.seq,
            sealed: envelope::seal(next.key, &context, &signed, rng).into(),
        };
        Ok((head, sha256(&signed)))
    }
}

/// What a next head says.
pub(super) struct Next<'a> {
    pub(super) node: NodeId,
    pub(super) key: &'a NodeKey,
    pub(super) epoch: u64,
    pub(super) expected_seq: u64,
    pub(super) seq: u64,
    pub(super) previous: Option<[u8; 32]>,
    pub(super) accepts: Option<[u8; 32]>,
    pub(super) metadata: (u64, [u8; 32]),
    pub(super) leaves: &'a Leaves,
    pub(super) others: Vec<OtherHead>,
}
