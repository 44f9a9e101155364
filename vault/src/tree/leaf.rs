//! A folder's children as its head sums them up.

use std::collections::BTreeMap;

use crypto_core::{context, sha256};
use protocol::{Node, NodeId, NodeKind};

/// All children of a folder: each id with the hash of its leaf, in the order of ids.
pub(crate) type Leaves = BTreeMap<NodeId, [u8; 32]>;

/// The XOR of all entries (id ‖ leaf hash).
pub(crate) type Sum = [u8; 48];

/// How a node's kind is bound into contexts and leaves.
pub(crate) fn kind_byte(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::File => 0,
        NodeKind::Folder => 1,
    }
}

/// What a child's leaf is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) kind: NodeKind,
    pub(crate) epoch: u64,
    /// SHA-256 of the wrapped key.
    pub(crate) wrapped_key: [u8; 32],
    /// The rev and SHA-256 of the sealed metadata.
    pub(crate) metadata: (u64, [u8; 32]),
}

impl Leaf {
    pub(crate) fn of(node: &Node) -> Self {
        Self {
            kind: node.kind,
            epoch: node.epoch,
            wrapped_key: sha256(&node.wrapped_key.0),
            metadata: (node.metadata.rev, sha256(&node.metadata.sealed.0)),
        }
    }

    pub(crate) fn hash(&self, id: NodeId) -> [u8; 32] {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(context::LEAF);
        bytes.extend_from_slice(id.as_bytes());
        bytes.push(kind_byte(self.kind));
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.wrapped_key);
        bytes.extend_from_slice(&self.metadata.0.to_be_bytes());
        bytes.extend_from_slice(&self.metadata.1);
        sha256(&bytes)
    }
}

/// One child's entry.
pub(crate) fn entry(id: NodeId, leaf: &[u8; 32]) -> Sum {
    let mut entry = [0; 48];
    entry[..16].copy_from_slice(id.as_bytes());
    entry[16..].copy_from_slice(leaf);
    entry
}

/// The hash over all children: what the head signs.
pub(crate) fn children_hash(leaves: &Leaves) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(context::CHILDREN.len() + 48 * leaves.len());
    bytes.extend_from_slice(context::CHILDREN);
    for (id, leaf) in leaves {
        bytes.extend_from_slice(&entry(*id, leaf));
    }
    sha256(&bytes)
}

/// The XOR of all children's entries.
pub(crate) fn children_sum(leaves: &Leaves) -> Sum {
    leaves
        .iter()
        .fold([0; 48], |sum, (id, leaf)| xor(&sum, &entry(*id, leaf)))
}

pub(crate) fn xor(a: &Sum, b: &Sum) -> Sum {
    let mut out = *a;
    for (byte, other) in out.iter_mut().zip(b) {
        *byte ^= other;
    }
    out
}
