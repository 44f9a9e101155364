//! The tree: folders whose children are exactly what their signed heads say.

mod cache;
mod change;
mod commit;
mod diagnose;
mod feed;
mod find;
mod head;
mod leaf;
mod open;
mod resolve;
mod texts;
mod view;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crypto_core::{
    CryptoRng,
    context::{self, SignaturePurpose},
    envelope,
    identity::{Identity, identity_hash},
    keys::{self, AccountKey, NodeKey},
    padding, record, sha256,
};
use protocol::{CommitId, NewHead, NewRoot, NodeId, SealedAcl, SealedMetadata, UserId};

pub(crate) use self::{cache::Kept, find::Indexed};
pub use self::{
    cache::{CachePiece, Loaded},
    change::{Edit, Step},
    feed::{FeedStep, Gap},
    find::{Match, Matches, Wanted},
    open::Listing,
    resolve::Way,
    texts::Unread,
    view::{Entry, FolderView, PathStep},
};
pub(crate) use self::{
    change::Taken,
    commit::Draft,
    leaf::{Leaf, kind_byte},
};
use self::{commit::Pending, feed::Feed, head::Acl, leaf::Leaves};
use crate::{
    account::random,
    findings::Finding,
    records::{AclRecord, HeadRecord, Metadata, Writer},
};

/// Who signs.
#[derive(Clone, Copy)]
pub(crate) struct Author {
    /// SHA-256 of the identity record.
    pub(crate) identity: [u8; 32],
    pub(crate) user: UserId,
}

/// How a published identity is named in records.
pub(crate) fn identity_of(published: &[u8]) -> [u8; 32] {
    identity_hash(published)
}

/// What is known of the vault's folders.
pub(crate) struct Tree {
    root: NodeId,
    /// Who may write, from the root's access-control record.
    acl: Option<Acl>,
    /// Folders as they were last verified.
    folders: HashMap<NodeId, Folder>,
    /// The folder that each child of a verified folder is in.
    parents: HashMap<NodeId, NodeId>,
    /// Folders whose last answer could not be verified, with what may be shown of it.
    doubts: HashMap<NodeId, FolderView>,
    /// The least seq of a folder's head that another verified head vouches for, or another window.
    vouched: HashMap<NodeId, u64>,
    /// Folders that do not hang below the root any more: the server let them be moved in a
    /// circle. Between calls it holds no others.
    loose: BTreeSet<NodeId>,
    pending: HashMap<CommitId, Pending>,
    feed: Feed,
}

/// A folder whose children are what its head says.
struct Folder {
    key: Arc<NodeKey>,
    epoch: u64,
    /// The rev and SHA-256 of the folder's own sealed metadata.
    metadata: (u64, [u8; 32]),
    seq: u64,
    /// SHA-256 of the signed head.
    hash: [u8; 32],
    /// How often foreign pins had been merged when the history was last compared with them.
    merges: u64,
    /// Everything that the head signs, quarantined children included.
    leaves: Leaves,
    /// Children that opened.
    children: BTreeMap<NodeId, Child>,
    findings: Vec<Finding>,
    /// What was served of quarantined children.
    quarantine: BTreeMap<NodeId, Quarantined>,
}

/// A child that opened.
#[derive(Clone)]
pub(crate) struct Child {
    pub(crate) key: Arc<NodeKey>,
    pub(crate) leaf: Leaf,
    pub(crate) metadata: Metadata,
}

/// A child that is put aside: what the server shows of it, and what this device had seen.
#[derive(Clone)]
struct Quarantined {
    /// As it was served, if it was, and what it opened to.
    served: Option<(Leaf, Option<Child>)>,
    /// As this device verified it before.
    kept: Option<Child>,
}

impl Tree {
    /// The tree of an existing vault, of which nothing is known yet.
    pub(crate) fn new(root: NodeId) -> Self {
        Self {
            root,
            acl: None,
            folders: HashMap::new(),
            parents: HashMap::new(),
            doubts: HashMap::new(),
            vouched: HashMap::new(),
            loose: BTreeSet::new(),
            pending: HashMap::new(),
            feed: Feed::default(),
        }
    }

    /// The tree of a new vault: an empty root, written by its owner alone.
    pub(crate) fn create(
        account_key: &AccountKey,
        identity: &Identity,
        author: Author,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> (Self, NewRoot) {
        let root = NodeId::from_random(random(rng));
        let id = root.as_bytes();
        let key = NodeKey::make(rng);
        let wrapped_key = keys::wrap(&key, account_key, &root_key_context(root, 1), rng);
        let metadata = seal_metadata(&key, root, 1, &folder_metadata("", now), rng);
        let writers = vec![Writer {
            identity: author.identity.into(),
            user: (*author.user.as_bytes()).into(),
            signing_key: identity.signing_public().into(),
        }];
        let acl = identity.sign(
            SignaturePurpose::Acl,
            &record::encode(&AclRecord {
                version: record::VERSION,
                root: (*id).into(),
                seq: 1,
                previous: None,
                owner: author.identity.into(),
                writers: writers.clone(),
            }),
        );
        let acl_hash = sha256(&acl);
        let leaves = Leaves::new();
        let metadata_hash = sha256(&metadata.sealed.0);
        let signed_head = identity.sign(
            SignaturePurpose::Head,
            &record::encode(&HeadRecord {
                version: record::VERSION,
                vault: (*id).into(),
                node: (*id).into(),
                seq: 1,
                previous: None,
                epoch: 1,
                rev: 1,
                metadata: metadata_hash.into(),
                count: 0,
                children: leaf::children_hash(&leaves).into(),
                sum: leaf::children_sum(&leaves).into(),
                acl: acl_hash.into(),
                others: Vec::new(),
                author: author.identity.into(),
                time: now,
                accepts: None,
            }),
        );
        let new_root = NewRoot {
            id: root,
            wrapped_key: wrapped_key.into(),
            metadata,
            acl: SealedAcl {
                seq: 1,
                sealed: envelope::seal(&key, &context::acl(id, 1), &acl, rng).into(),
            },
            head: NewHead {
                node: root,
                expected_seq: 0,
                seq: 1,
                sealed: envelope::seal(&key, &context::head(id, id, 1, 1), &signed_head, rng)
                    .into(),
            },
        };
        let mut tree = Self::new(root);
        tree.acl = Some(Acl {
            hash: acl_hash,
            owner: author.identity,
            writers,
        });
        tree.folders.insert(
            root,
            Folder {
                key: Arc::new(key),
                epoch: 1,
                metadata: (1, metadata_hash),
                seq: 1,
                hash: sha256(&signed_head),
                merges: 0,
                leaves,
                children: BTreeMap::new(),
                findings: Vec::new(),
                quarantine: BTreeMap::new(),
            },
        );
        (tree, new_root)
    }

    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    /// The seq and hash of a verified folder's head.
    pub(crate) fn head_of(&self, folder: NodeId) -> Option<(u64, [u8; 32])> {
        self.folders
            .get(&folder)
            .map(|folder| (folder.seq, folder.hash))
    }

    /// A node in a verified folder, and the folder.
    pub(crate) fn find(&self, node: NodeId) -> Option<(NodeId, &Child)> {
        let folder = *self.parents.get(&node)?;
        Some((folder, self.folders.get(&folder)?.children.get(&node)?))
    }

    /// Puts a child into a verified folder, or takes it out. A node is in one folder: where it
    /// was before has lost it, and waits for the head that says so.
    fn place(&mut self, folder: NodeId, node: NodeId, child: Option<Child>) {
        let Some(entry) = self.folders.get_mut(&folder) else {
            return;
        };
        let Some(child) = child else {
            entry.children.remove(&node);
            if self.parents.get(&node) == Some(&folder) {
                self.parents.remove(&node);
            }
            return;
        };
        entry.children.insert(node, child);
        let before = self.parents.insert(node, folder);
        if let Some(before) = before.filter(|before| *before != folder)
            && let Some(other) = self.folders.get_mut(&before)
            && other.children.remove(&node).is_some()
        {
            self.feed.left(before, node);
        }
    }
}

/// The root's key hangs below the account key: parent zeros, epoch 0.
fn root_key_context(root: NodeId, epoch: u64) -> context::Context {
    context::node_key(root.as_bytes(), &[0; 16], 0, root.as_bytes(), 1, epoch)
}

/// A new folder's metadata; the root's name is empty.
pub(crate) fn folder_metadata(name: &str, now: u64) -> Metadata {
    Metadata {
        version: record::VERSION,
        name: name.to_owned(),
        media_type: String::new(),
        size: 0,
        modified: now,
        trashed: None,
        current: None,
        versions: None,
        tags: None,
        description: None,
        category: None,
        starred: None,
    }
}

/// Seals a node's metadata, padded so that its length says little about the name's.
pub(crate) fn seal_metadata(
    key: &NodeKey,
    node: NodeId,
    rev: u64,
    metadata: &Metadata,
    rng: &mut impl CryptoRng,
) -> SealedMetadata {
    let padded = padding::pad(&record::encode(metadata));
    let sealed = envelope::seal(key, &context::metadata(node.as_bytes(), rev), &padded, rng);
    SealedMetadata {
        rev,
        sealed: sealed.into(),
    }
}
