//! The tree as the device keeps it, sealed, so that it need not be fetched and opened again.
//!
//! One piece a folder, so that a change rewrites only its folder's, and one that says how far
//! all of it goes. What is loaded was verified here before; it is compared all the same: with
//! the pins, which may have moved on since, with the state piece, which lists every folder,
//! and a folder's children with its children hash. What does not fit is dropped, as if it had
//! never been kept, and fetched again.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crypto_core::{CryptoRng, OpenError, context, envelope, keys::NodeKey, record};
use protocol::{NodeId, NodeKind};
use zeroize::Zeroizing;

use super::{
    Child, Folder, Tree,
    head::Acl,
    leaf::{Leaf, Leaves, children_hash, kind_byte},
};
use crate::{
    Vault, names,
    records::{CachedChild, CachedFolder, CachedTree, KeyBytes, OtherHead},
};

/// The piece that says how far the tree goes; no folder has this id.
const STATE: [u8; 16] = [0; 16];

/// What a child's record has at most, besides its texts.
const CHILD_LENGTH: usize = 320;

/// A sealed piece of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePiece {
    /// The folder that it is of; zeros for the one about all of them.
    pub name: NodeId,
    /// What to keep; `None` if there is nothing to keep any more.
    pub sealed: Option<Vec<u8>>,
}

/// What came of loading pieces.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Loaded {
    /// The change feed's cursor from which to go on; `None` if nothing could be used.
    pub cursor: Option<String>,
    /// Folders that are there again.
    pub folders: usize,
    /// Pieces that are of no use and can go.
    pub dropped: Vec<NodeId>,
}

/// The head of each folder whose piece the device has, and the cursor beside it.
#[derive(Default)]
pub(crate) struct Kept {
    folders: HashMap<NodeId, [u8; 32]>,
    cursor: Option<String>,
}

impl Vault {
    /// The pieces that have changed since they were last asked for, at most about `most` bytes
    /// and one piece more; and whether that is all. `cursor` is the change feed's, up to which
    /// the tree has been taken. They must be written in this order, all of one call together.
    pub fn cache_pieces(
        &mut self,
        cursor: &str,
        most: usize,
        rng: &mut impl CryptoRng,
    ) -> (Vec<CachePiece>, bool) {
        let mut kept = std::mem::take(&mut self.cached);
        let mut pieces = Vec::new();
        let mut bytes = 0;
        for (id, folder) in &self.tree.folders {
            // What was found wrong is looked at again the next time.
            if !folder.is_clean() || kept.folders.get(id) == Some(&folder.hash) {
                continue;
            }
            if bytes > most {
                self.cached = kept;
                return (pieces, false);
            }
            let sealed = self.seal_piece(*id, &folder.to_record(), folder.length(), rng);
            bytes += sealed.len();
            kept.folders.insert(*id, folder.hash);
            pieces.push(CachePiece {
                name: *id,
                sealed: Some(sealed),
            });
        }
        kept.folders.retain(|id, _| {
            let keep = self.tree.folders.get(id).is_some_and(Folder::is_clean);
            if !keep {
                pieces.push(CachePiece {
                    name: *id,
                    sealed: None,
                });
            }
            keep
        });
        if (!pieces.is_empty() || kept.cursor.as_deref() != Some(cursor))
            && let Some(state) = self.tree.to_record(cursor, &kept)
        {
            let length = 1024 + cursor.len() + 32 * (state.folders.len() + state.vouched.len());
            let sealed = self.seal_piece(NodeId::from_bytes(STATE), &state, length, rng);
            pieces.push(CachePiece {
                name: NodeId::from_bytes(STATE),
                sealed: Some(sealed),
            });
            kept.cursor = Some(cursor.to_owned());
        }
        self.cached = kept;
        (pieces, true)
    }

    /// What was given out could not be kept: the next call gives everything.
    pub fn cache_lost(&mut self) {
        self.cached = Kept::default();
    }

    /// Takes over what the device has kept, for a vault of which nothing was fetched yet.
    pub fn load_pieces(&mut self, pieces: Vec<(NodeId, Vec<u8>)>) -> Loaded {
        let mut pieces: HashMap<NodeId, Vec<u8>> = pieces.into_iter().collect();
        let names: Vec<NodeId> = pieces.keys().copied().collect();
        let state_name = NodeId::from_bytes(STATE);
        let state = pieces
            .remove(&state_name)
            .filter(|_| self.tree.folders.is_empty())
            .and_then(|sealed| self.open_piece::<CachedTree>(state_name, &sealed).ok());
        let cursor = state.and_then(|state| self.load_tree(state, &mut pieces));
        let used = |name: &NodeId| {
            cursor.is_some() && (*name == state_name || self.tree.folders.contains_key(name))
        };
        Loaded {
            dropped: names.into_iter().filter(|name| !used(name)).collect(),
            folders: self.tree.folders.len(),
            cursor,
        }
    }

    /// From the root down, as far as there are pieces that fit; gives the cursor.
    fn load_tree(
        &mut self,
        state: CachedTree,
        pieces: &mut HashMap<NodeId, Vec<u8>>,
    ) -> Option<String> {
        let least: HashMap<NodeId, u64> = state
            .folders
            .iter()
            .map(|folder| (NodeId::from_bytes(*folder.node), folder.seq))
            .collect();
        for vouched in &state.vouched {
            let seq = self.tree.vouched.entry(NodeId::from_bytes(*vouched.node));
            let seq = seq.or_insert(0);
            *seq = vouched.seq.max(*seq);
        }
        let root = self.tree.root;
        let mut kept = Kept::default();
        let mut waiting = vec![(
            root,
            Arc::new(NodeKey::import(&state.root_key.0)),
            state.root_epoch,
        )];
        while let Some((id, key, epoch)) = waiting.pop() {
            let folder = least
                .get(&id)
                .zip(pieces.remove(&id))
                .and_then(|(seq, sealed)| {
                    let record = self.open_piece::<CachedFolder>(id, &sealed).ok()?;
                    self.check_cached(id, *seq, record, key, epoch)
                });
            let Some(folder) = folder else {
                if id == root {
                    return None;
                }
                continue;
            };
            let below = folder.children.iter();
            waiting.extend(
                below
                    .filter(|(_, child)| child.leaf.kind == NodeKind::Folder)
                    .map(|(id, child)| (*id, child.key.clone(), child.leaf.epoch)),
            );
            self.tree
                .parents
                .extend(folder.children.keys().map(|child| (*child, id)));
            self.pins.set_head(id, folder.seq, folder.hash.into());
            kept.folders.insert(id, folder.hash);
            self.tree.folders.insert(id, folder);
        }
        self.tree.acl = Some(Acl {
            hash: *state.acl,
            owner: *state.owner,
            writers: state.writers,
        });
        self.cached = kept;
        Some(state.cursor)
    }

    /// A folder from its piece, unless something about it does not fit. One that is behind what
    /// another folder vouches for was so before: it is as it was, and [`Vault::unopened`] names it.
    fn check_cached(
        &self,
        id: NodeId,
        least: u64,
        record: CachedFolder,
        key: Arc<NodeKey>,
        epoch: u64,
    ) -> Option<Folder> {
        let pins = self.head_pins(id);
        let behind = |pin: u64| record.seq < pin;
        let fits = record.seq >= least
            && pins
                .iter()
                .all(|pin| !behind(pin.seq) && (pin.seq != record.seq || pin.hash == record.hash));
        if !fits {
            return None;
        }
        let mut leaves = Vec::with_capacity(record.children.len());
        let mut children = Vec::with_capacity(record.children.len());
        for child in record.children {
            let node = NodeId::from_bytes(*child.id);
            let leaf = Leaf {
                kind: match child.kind {
                    0 => NodeKind::File,
                    1 => NodeKind::Folder,
                    _ => return None,
                },
                epoch: child.epoch,
                wrapped_key: *child.wrapped_key,
                metadata: (child.rev, *child.metadata_hash),
            };
            // In two folders at once, one of which must be behind.
            if self.tree.parents.contains_key(&node) || names::check(&child.metadata.name).is_err()
            {
                return None;
            }
            leaves.push((node, leaf.hash(node)));
            children.push((
                node,
                Child {
                    key: Arc::new(NodeKey::import(&child.key.0)),
                    leaf,
                    metadata: child.metadata,
                },
            ));
        }
        let leaves: Leaves = leaves.into_iter().collect();
        let right =
            leaves.len() == children.len() && children_hash(&leaves) == *record.children_hash;
        // Only what all pins agree on was compared with every other device's.
        let agreed = pins.iter().all(|pin| pin.seq == record.seq);
        right.then(|| Folder {
            key,
            epoch,
            metadata: (record.rev, *record.metadata),
            seq: record.seq,
            hash: *record.hash,
            merges: if agreed { self.merges } else { u64::MAX },
            leaves,
            children: children.into_iter().collect(),
            findings: Vec::new(),
            quarantine: BTreeMap::new(),
        })
    }

    fn seal_piece<T: minicbor::Encode<()>>(
        &self,
        name: NodeId,
        record: &T,
        length: usize,
        rng: &mut impl CryptoRng,
    ) -> Vec<u8> {
        let bytes = Zeroizing::new(record::encode_within(record, length));
        let context = context::device_cache(self.user.as_bytes(), name.as_bytes());
        envelope::seal(self.account_key(), &context, &bytes, rng)
    }

    fn open_piece<T>(&self, name: NodeId, sealed: &[u8]) -> Result<T, OpenError>
    where
        T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
    {
        let context = context::device_cache(self.user.as_bytes(), name.as_bytes());
        record::parse(&envelope::open(self.account_key(), &context, sealed)?)
    }
}

impl Tree {
    /// What the state piece says; nothing while the root is not as it should be.
    fn to_record(&self, cursor: &str, kept: &Kept) -> Option<CachedTree> {
        let root = self
            .folders
            .get(&self.root)
            .filter(|root| root.is_clean())?;
        let acl = self.acl.as_ref()?;
        let mut folders: Vec<OtherHead> = kept
            .folders
            .keys()
            .filter_map(|id| Some(other(*id, self.folders.get(id)?.seq)))
            .collect();
        folders.sort_unstable_by_key(|folder| folder.node);
        let ahead = |(id, seq): &(&NodeId, &u64)| {
            self.folders.get(id).is_none_or(|folder| folder.seq < **seq)
        };
        let vouched = self.vouched.iter().filter(ahead);
        Some(CachedTree {
            version: record::VERSION,
            cursor: cursor.to_owned(),
            root_key: KeyBytes(root.key.export()),
            root_epoch: root.epoch,
            acl: acl.hash.into(),
            owner: acl.owner.into(),
            writers: acl.writers.clone(),
            folders,
            vouched: vouched.map(|(id, seq)| other(*id, *seq)).collect(),
        })
    }
}

fn other(node: NodeId, seq: u64) -> OtherHead {
    OtherHead {
        node: (*node.as_bytes()).into(),
        seq,
    }
}

impl Folder {
    /// Whether it is exactly what its head says, and all of it opened.
    fn is_clean(&self) -> bool {
        self.findings.is_empty()
            && self.quarantine.is_empty()
            && self.leaves.len() == self.children.len()
    }

    /// At least the length of its record.
    fn length(&self) -> usize {
        let texts = |child: &Child| {
            let metadata = &child.metadata;
            let tags = metadata.tags.iter().flatten();
            metadata.name.len()
                + metadata.media_type.len()
                + metadata.description.as_ref().map_or(0, String::len)
                + metadata.category.as_ref().map_or(0, String::len)
                + tags.map(|tag| tag.len() + 9).sum::<usize>()
        };
        let children = self.children.values();
        256 + children
            .map(|child| CHILD_LENGTH + texts(child))
            .sum::<usize>()
    }

    fn to_record(&self) -> CachedFolder {
        let children = self.children.iter().map(|(id, child)| CachedChild {
            id: (*id.as_bytes()).into(),
            kind: kind_byte(child.leaf.kind),
            epoch: child.leaf.epoch,
            wrapped_key: child.leaf.wrapped_key.into(),
            rev: child.leaf.metadata.0,
            metadata_hash: child.leaf.metadata.1.into(),
            key: KeyBytes(child.key.export()),
            metadata: child.metadata.clone(),
        });
        CachedFolder {
            version: record::VERSION,
            rev: self.metadata.0,
            metadata: self.metadata.1.into(),
            seq: self.seq,
            hash: self.hash.into(),
            children_hash: children_hash(&self.leaves).into(),
            children: children.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;
    use crate::{account::NewAccount, tree::folder_metadata};

    /// A vault whose root has one file, as far as it is known on the device.
    fn vault(rng: &mut StdRng) -> Vault {
        let mut vault = NewAccount::create("correct horse battery staple", 1, rng)
            .unwrap()
            .into_vault();
        let id = NodeId::from_bytes([7; 16]);
        let leaf = Leaf {
            kind: NodeKind::File,
            epoch: 1,
            wrapped_key: [1; 32],
            metadata: (3, [2; 32]),
        };
        let child = Child {
            key: Arc::new(NodeKey::make(rng)),
            leaf,
            metadata: folder_metadata("name", 1),
        };
        let root = vault.tree.root;
        let folder = vault.tree.folders.get_mut(&root).unwrap();
        folder.leaves.insert(id, leaf.hash(id));
        folder.children.insert(id, child);
        vault
    }

    fn loads(vault: &mut Vault, rng: &mut StdRng) -> bool {
        let (pieces, _) = vault.cache_pieces("1", usize::MAX, rng);
        assert_eq!(pieces.len(), 2);
        let pieces = pieces.into_iter();
        let pieces = pieces.map(|piece| (piece.name, piece.sealed.unwrap()));
        vault.tree = Tree::new(vault.tree.root);
        vault.load_pieces(pieces.collect()).cursor.is_some()
    }

    #[test]
    fn children_must_be_what_the_head_signs() {
        let mut rng = StdRng::seed_from_u64(1);
        assert!(loads(&mut vault(&mut rng), &mut rng));
        let changes: [fn(&mut Child); 6] = [
            |child| child.leaf.kind = NodeKind::Folder,
            |child| child.leaf.epoch += 1,
            |child| child.leaf.wrapped_key[0] ^= 1,
            |child| child.leaf.metadata.0 += 1,
            |child| child.leaf.metadata.1[0] ^= 1,
            |child| child.metadata.name = "a/b".into(),
        ];
        for change in changes {
            let mut vault = vault(&mut rng);
            let root = vault.tree.root;
            let folder = vault.tree.folders.get_mut(&root).unwrap();
            folder.children.values_mut().for_each(change);
            assert!(!loads(&mut vault, &mut rng));
        }
    }

    #[test]
    fn a_node_is_in_one_folder() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut vault = vault(&mut rng);
        let (root, below) = (vault.tree.root, NodeId::from_bytes([8; 16]));
        let folder = vault.tree.folders.get_mut(&root).unwrap();
        let (file, child) = folder.children.first_key_value().unwrap();
        let (file, child) = (*file, child.clone());
        let mut leaf = child.leaf;
        leaf.kind = NodeKind::Folder;
        folder.leaves.insert(below, leaf.hash(below));
        let inner = Child {
            leaf,
            ..child.clone()
        };
        folder.children.insert(below, inner.clone());
        let second = Folder {
            key: inner.key.clone(),
            epoch: 1,
            metadata: (1, [0; 32]),
            seq: 1,
            hash: [9; 32],
            merges: 0,
            leaves: [(file, child.leaf.hash(file))].into(),
            children: [(file, child)].into(),
            findings: Vec::new(),
            quarantine: BTreeMap::new(),
        };
        vault.tree.folders.insert(below, second);
        let (pieces, _) = vault.cache_pieces("1", usize::MAX, &mut rng);
        let pieces = pieces.into_iter();
        let pieces = pieces.map(|piece| (piece.name, piece.sealed.unwrap()));
        vault.tree = Tree::new(root);
        let loaded = vault.load_pieces(pieces.collect());
        assert_eq!((loaded.folders, loaded.dropped), (1, vec![below]));
    }
}
