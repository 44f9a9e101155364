//! Ways through the tree, up and down. None of them trusts it to be one: a lying server, or
//! two devices at once, may have made a circle of it.

use std::collections::{BTreeSet, HashSet};

use crypto_core::{context, sha256};
use protocol::{NodeId, NodeKind};

use super::{
    Child,
    view::{Entry, PathStep},
};
use crate::{
    Vault,
    findings::{Finding, FindingKind},
    ordered,
};

impl Vault {
    /// From the root (whose name is empty) to the node itself; `None` for a node that does not
    /// hang below the root.
    #[must_use]
    pub fn path(&self, node: NodeId) -> Option<Vec<PathStep>> {
        let name = |id: NodeId| match self.tree.find(id) {
            Some((_, child)) => child.metadata.name.clone(),
            None => String::new(),
        };
        let mut steps: Vec<PathStep> = std::iter::once(node)
            .chain(self.ancestors(node))
            .map(|id| PathStep { id, name: name(id) })
            .collect();
        steps.reverse();
        (steps.first()?.id == self.tree.root).then_some(steps)
    }

    /// All live entries that `wanted` takes, in no order: neither they nor a folder above them
    /// is in the trash.
    #[must_use]
    pub fn live_entries(&self, mut wanted: impl FnMut(&Entry) -> bool) -> Vec<Entry> {
        let mut found = Vec::new();
        self.each_live(|folder, id, child| {
            let entry = Entry::new(folder, id, child);
            if wanted(&entry) {
                found.push(entry);
            }
        });
        found
    }

    /// A hash over the account state and all folders' heads as they were verified, as 32 digits
    /// in groups of four. It is the same on two devices that have been shown the same: a server
    /// that shows each of them another history is found out by comparing it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut bytes = context::SEEN.to_vec();
        let account = self.pins.account();
        bytes.extend_from_slice(&account.seq.to_be_bytes());
        bytes.extend_from_slice(&*account.hash);
        let folders = ordered::map(&self.tree.folders);
        for (id, folder) in folders {
            bytes.extend_from_slice(id.as_bytes());
            bytes.extend_from_slice(&folder.seq.to_be_bytes());
            bytes.extend_from_slice(&folder.hash);
        }
        let hash = sha256(&bytes);
        let groups = hash.chunks_exact(4).map(|bytes| {
            let number = bytes
                .iter()
                .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
            format!("{:04}", number % 10_000)
        });
        groups.collect::<Vec<_>>().join(" ")
    }

    /// The entry of a node that was verified.
    #[must_use]
    pub fn entry(&self, node: NodeId) -> Option<Entry> {
        let (folder, child) = self.tree.find(node)?;
        Some(Entry::new(folder, node, child))
    }

    /// The live files that were changed last, newest first.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Entry> {
        let mut files = Vec::new();
        self.each_live(|folder, id, child| {
            if child.leaf.kind == NodeKind::File {
                files.push((std::cmp::Reverse(child.metadata.modified), folder, id));
            }
        });
        files.sort_unstable();
        files.truncate(most);
        let entries = files.into_iter().filter_map(|(_, _, id)| self.entry(id));
        entries.collect()
    }

    /// What was put into the trash and is not below something else that was.
    #[must_use]
    pub fn trashed_entries(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        self.descend(|folder, id, child| {
            if child.metadata.trashed.is_some() {
                found.push(Entry::new(folder, id, child));
            }
            child.metadata.trashed.is_none()
        });
        found
    }

    /// All nodes below a folder, each before what is below it.
    #[must_use]
    pub fn below(&self, folder: NodeId) -> Vec<NodeId> {
        let mut seen = HashSet::from([folder]);
        let mut found = Vec::new();
        let mut waiting = vec![folder];
        while let Some(next) = waiting.pop() {
            let children = self.tree.folders.get(&next).map(|folder| &folder.children);
            for (id, child) in children.into_iter().flatten() {
                if seen.insert(*id) {
                    found.push(*id);
                    if child.leaf.kind == NodeKind::Folder {
                        waiting.push(*id);
                    }
                }
            }
        }
        found
    }

    /// Whether a folder was verified, and nothing has been found about it as a whole since.
    #[must_use]
    pub fn has_folder(&self, folder: NodeId) -> bool {
        self.writable(folder).is_ok()
    }

    /// Folders that are to be looked at, once the change feed has been read: those that were seen
    /// as children but not opened themselves, and those that are behind what the verified head of
    /// another folder vouches for. A server that keeps back what came there in a move is found
    /// out each time, not only while the device remembers.
    #[must_use]
    pub fn unopened(&self) -> Vec<NodeId> {
        let behind = self.tree.vouched.iter().filter(|(id, seq)| {
            let folder = self.tree.folders.get(id);
            folder.is_some_and(|folder| folder.seq < **seq)
        });
        let mut found: Vec<NodeId> = behind.map(|(id, _)| *id).collect();
        self.descend(|_, id, child| {
            if child.leaf.kind == NodeKind::Folder && !self.tree.folders.contains_key(&id) {
                found.push(id);
            }
            true
        });
        found
    }

    pub(super) fn each_live(&self, mut visit: impl FnMut(NodeId, NodeId, &Child)) {
        self.descend(|folder, id, child| {
            let live = child.metadata.trashed.is_none();
            if live {
                visit(folder, id, child);
            }
            live
        });
    }

    /// Visits what hangs below the root; below a folder only if `visit` says so.
    fn descend(&self, mut visit: impl FnMut(NodeId, NodeId, &Child) -> bool) {
        let mut seen = HashSet::from([self.tree.root]);
        let mut waiting = vec![self.tree.root];
        while let Some(next) = waiting.pop() {
            let children = self.tree.folders.get(&next).map(|folder| &folder.children);
            for (id, child) in children.into_iter().flatten() {
                let inside = visit(next, *id, child);
                if inside && child.leaf.kind == NodeKind::Folder && seen.insert(*id) {
                    waiting.push(*id);
                }
            }
        }
    }

    /// The folders above a node, the nearest first. Ends at the root, at what is not known, and
    /// before it would go in a circle.
    pub(super) fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let mut seen = HashSet::from([node]);
        std::iter::successors(self.tree.parents.get(&node).copied(), |at| {
            self.tree.parents.get(at).copied()
        })
        .take_while(move |at| seen.insert(*at))
    }

    /// Whether a node, or a folder above it, was put into the trash.
    pub(super) fn is_in_trash(&self, node: NodeId) -> bool {
        let mut way = std::iter::once(node).chain(self.ancestors(node));
        way.any(|id| {
            let found = self.tree.find(id);
            found.is_some_and(|(_, child)| child.metadata.trashed.is_some())
        })
    }

    pub(super) fn is_at_or_below(&self, node: NodeId, above: NodeId) -> bool {
        node == above || self.ancestors(node).any(|at| at == above)
    }

    /// Keeps of the folders that may be loose those that are: on whose way up the root is not.
    pub(super) fn check_loose(&mut self) {
        let suspects = std::mem::take(&mut self.tree.loose);
        let mut loose = BTreeSet::new();
        for id in suspects {
            let above: Vec<NodeId> = self.ancestors(id).collect();
            if self.tree.parents.contains_key(&id) && above.last() != Some(&self.tree.root) {
                loose.insert(id);
                let known = |id: &NodeId| self.tree.parents.contains_key(id);
                loose.extend(above.into_iter().filter(known));
            }
        }
        self.tree.loose = loose;
    }

    /// A finding for each folder that is in a circle.
    pub(super) fn loose_findings(&self) -> Vec<Finding> {
        let found = self.tree.loose.iter().filter_map(|id| {
            let (folder, _) = self.tree.find(*id)?;
            Some(self.finding(folder, id, FindingKind::DoesNotBelongHere))
        });
        found.collect()
    }

    /// Forgets nodes that are in no folder any more, and what is still below them: what moved
    /// elsewhere stays.
    pub(super) fn drop_unplaced(&mut self, nodes: Vec<NodeId>) {
        let mut waiting: Vec<NodeId> = nodes
            .into_iter()
            .filter(|top| !self.tree.parents.contains_key(top))
            .collect();
        while let Some(node) = waiting.pop() {
            if self.tree.feed.places(node) {
                continue;
            }
            self.tree.doubts.remove(&node);
            let folder = self.tree.folders.remove(&node);
            for child in folder
                .into_iter()
                .flat_map(|folder| folder.children.into_keys())
            {
                if self.tree.parents.get(&child) == Some(&node) {
                    self.tree.parents.remove(&child);
                    waiting.push(child);
                }
            }
        }
    }
}
