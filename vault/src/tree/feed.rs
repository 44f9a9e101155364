//! The change feed: from what the server says has changed to what signed heads prove.
//!
//! Changed nodes wait until the head of their folder comes; the head then proves them all at
//! once. What no head proves, or what does not fit, is looked at as a whole ([`Vault::open_folder`]),
//! which also names what is wrong.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crypto_core::keys::{NodeKey, ReadyKey};
use protocol::{ChangesPage, Head, Node, NodeId, NodeKind};

use super::{
    Child, Folder,
    diagnose::Claim,
    head::{Acl, Place},
    leaf::Leaf,
};
use crate::{Vault, VaultError};

/// Sealed bytes that may wait for their folders' heads: a server that sends on and on, and no
/// head, is not listened to.
const MAX_WAITING: usize = 768 << 20;

/// Changes that wait for their folder's head, and heads that wait for their folder's key.
#[derive(Default)]
pub(super) struct Feed {
    folders: BTreeMap<NodeId, Waiting>,
    /// In which of them each node waits.
    at: HashMap<NodeId, NodeId>,
    bytes: usize,
    again: Option<Again>,
}

/// A feed that is read from its beginning though the tree is known: all that is known must come
/// again, and nothing of it may be older.
#[derive(Default)]
struct Again {
    /// Folders whose heads came.
    heads: BTreeSet<NodeId>,
    /// The last page has come; what still waits is settled like the others.
    ended: bool,
}

#[derive(Default)]
struct Waiting {
    /// Nodes as they are now; `None` for those that are gone from this folder.
    nodes: BTreeMap<NodeId, Option<Node>>,
    head: Option<Head>,
}

/// What a page of the feed, or heads that were fetched for it, came to.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FeedStep {
    /// Folders that are other than they were.
    pub changed: Vec<NodeId>,
    /// Folders whose heads in between must be fetched and given to [`Vault::bridge`].
    pub gaps: Vec<Gap>,
    /// Folders that must be listed and opened: their changes do not prove themselves.
    pub look: Vec<NodeId>,
}

/// Heads that are needed before a folder's changes can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    /// The folder.
    pub folder: NodeId,
    /// Fetch the heads after this seq …
    pub after: u64,
    /// … and before this one.
    pub before: u64,
}

/// A folder's key, its epoch, and the rev and SHA-256 of the folder's own metadata.
type Located = (Arc<NodeKey>, u64, (u64, [u8; 32]));

/// What became of a folder's waiting changes.
enum Settled {
    /// It is what its head says.
    Done,
    /// Nothing new.
    Nothing,
    Gap(Gap),
    /// It does not prove itself.
    Look,
    /// Its parent comes first.
    Later,
}

impl Feed {
    /// Whether a node waits for being in some folder.
    pub(super) fn places(&self, node: NodeId) -> bool {
        let folder = self.at.get(&node).and_then(|at| self.folders.get(at));
        folder.is_some_and(|waiting| matches!(waiting.nodes.get(&node), Some(Some(_))))
    }

    /// Whether a folder waits for being below itself: then no parent comes first.
    fn is_circle(&self, folder: NodeId) -> bool {
        let mut seen = BTreeSet::new();
        let mut at = folder;
        while let Some(parent) = self.at.get(&at).filter(|_| self.places(at)) {
            if *parent == folder {
                return true;
            }
            if !seen.insert(*parent) {
                return false;
            }
            at = *parent;
        }
        false
    }

    /// Whether a head of a folder waits.
    pub(super) fn has_head(&self, folder: NodeId) -> bool {
        let waiting = self.folders.get(&folder);
        waiting.is_some_and(|waiting| waiting.head.is_some())
    }

    fn put(&mut self, folder: NodeId, id: NodeId, node: Option<Node>) {
        if node.is_some() {
            // It may have been on its way to another folder.
            if let Some(before) = self
                .at
                .insert(id, folder)
                .filter(|before| *before != folder)
            {
                self.replace(before, id, None);
            }
        }
        self.replace(folder, id, node);
    }

    /// A node was found elsewhere.
    pub(super) fn left(&mut self, folder: NodeId, node: NodeId) {
        let waiting = self.folders.entry(folder).or_default();
        waiting.nodes.entry(node).or_insert(None);
    }

    fn replace(&mut self, folder: NodeId, id: NodeId, node: Option<Node>) {
        self.bytes += node.as_ref().map_or(0, weight);
        let waiting = self.folders.entry(folder).or_default();
        let before = waiting.nodes.insert(id, node);
        self.bytes -= before.flatten().as_ref().map_or(0, weight);
    }

    fn drop_folder(&mut self, folder: NodeId) {
        if let Some(waiting) = self.folders.remove(&folder) {
            for (id, node) in waiting.nodes {
                self.bytes -= node.as_ref().map_or(0, weight);
                if self.at.get(&id) == Some(&folder) {
                    self.at.remove(&id);
                }
            }
        }
    }
}

fn weight(node: &Node) -> usize {
    node.metadata.sealed.0.len() + node.wrapped_key.0.len() + 256
}

impl Vault {
    /// Takes in a page of `GET /changes`. The root must have been opened before; pages must be
    /// given in their order, each once.
    ///
    /// # Errors
    /// [`VaultError::BadAnswer`] for a page that contradicts itself, or when more changes than
    /// any folder could have wait for heads that never come.
    pub fn apply_changes(&mut self, page: &ChangesPage) -> Result<FeedStep, VaultError> {
        if self.tree.acl.is_none() {
            return Err(VaultError::FolderNotVerified);
        }
        self.tree.feed.again.take_if(|again| again.ended);
        for record in &page.changes {
            match &record.node {
                Some(node) => {
                    if node.id != record.id || node.parent_id != record.parent_id {
                        return Err(VaultError::BadAnswer);
                    }
                    // The root's own record is served with its children.
                    let Some(parent) = node.parent_id else {
                        continue;
                    };
                    let before = self.tree.parents.get(&node.id).copied();
                    if let Some(before) = before.filter(|before| *before != parent) {
                        self.tree.feed.put(before, node.id, None);
                    }
                    self.tree.feed.put(parent, node.id, Some(node.clone()));
                }
                None => {
                    let known = self.tree.parents.get(&record.id).copied();
                    let waits = self.tree.feed.at.get(&record.id).copied();
                    for folder in [known, waits, record.parent_id].into_iter().flatten() {
                        self.tree.feed.put(folder, record.id, None);
                    }
                }
            }
        }
        if self.tree.feed.bytes > MAX_WAITING {
            // Folders whose heads come later on are looked at, and nothing is lost.
            self.tree.feed = Feed {
                again: self.tree.feed.again.take(),
                ..Feed::default()
            };
            return Err(VaultError::BadAnswer);
        }
        for head in &page.heads {
            if let Some(again) = &mut self.tree.feed.again {
                again.heads.insert(head.node);
            }
            let waiting = self.tree.feed.folders.entry(head.node).or_default();
            waiting.head = Some(head.clone());
        }
        let mut step = self.settle(None);
        if !page.more {
            self.end_of_feed(&mut step);
        }
        Ok(step)
    }

    /// The pages that come are from the feed's beginning again, because the server does not know
    /// the cursor any more: it was set back, or tells another history. So each folder that is
    /// older now, or does not come at all, is to be looked at.
    pub fn restart_feed(&mut self) {
        self.tree.feed = Feed {
            again: Some(Again::default()),
            ..Feed::default()
        };
    }

    /// Takes in the heads that a [`Gap`] asked for, oldest first.
    pub fn bridge(&mut self, folder: NodeId, between: &[Head]) -> FeedStep {
        self.settle(Some((folder, between)))
    }

    /// Goes on with what waited for a folder that was opened.
    pub fn resume_feed(&mut self) -> FeedStep {
        self.settle(None)
    }

    /// Settles all folders that can be, parents before what is in them.
    fn settle(&mut self, bridged: Option<(NodeId, &[Head])>) -> FeedStep {
        let mut step = FeedStep::default();
        let mut look = BTreeSet::new();
        let mut gone = Vec::new();
        let mut ready: Vec<NodeId> = self
            .tree
            .feed
            .folders
            .iter()
            .filter(|(_, waiting)| waiting.head.is_some())
            .map(|(id, _)| *id)
            .collect();
        let mut again = Vec::new();
        loop {
            let before = ready.len();
            for folder in ready.drain(..) {
                let between = bridged
                    .filter(|(id, _)| *id == folder)
                    .map(|(_, between)| between);
                match self.settle_folder(folder, between, &mut gone, &mut look) {
                    Settled::Done => step.changed.push(folder),
                    Settled::Nothing => {}
                    Settled::Gap(gap) => step.gaps.push(gap),
                    Settled::Look => {
                        look.insert(folder);
                    }
                    Settled::Later => again.push(folder),
                }
            }
            // As long as there is progress, what waited for its parent may go on.
            if again.is_empty() || again.len() == before {
                break;
            }
            std::mem::swap(&mut ready, &mut again);
        }
        self.drop_unplaced(gone);
        self.check_loose();
        step.look = look.into_iter().collect();
        step
    }

    /// Nothing more is to come: what still waits for a head waits in vain.
    fn end_of_feed(&mut self, step: &mut FeedStep) {
        let headless: Vec<NodeId> = self
            .tree
            .feed
            .folders
            .iter()
            .filter(|(_, waiting)| waiting.head.is_none())
            .map(|(id, _)| *id)
            .collect();
        for folder in headless {
            self.tree.feed.drop_folder(folder);
            // Of folders that are not known there is nothing to look at.
            if self.tree.folders.contains_key(&folder) {
                step.look.push(folder);
            }
        }
        // Heads of folders that nothing leads to.
        let known = |id: &NodeId| *id == self.tree.root || self.tree.parents.contains_key(id);
        let waits = |id: &NodeId| self.tree.feed.places(*id);
        let lost: Vec<NodeId> = self
            .tree
            .feed
            .folders
            .keys()
            .filter(|id| !known(id) && !waits(id))
            .copied()
            .collect();
        for folder in lost {
            self.tree.feed.drop_folder(folder);
        }
        if let Some(again) = &mut self.tree.feed.again {
            again.ended = true;
            let known = self.tree.folders.keys();
            step.look
                .extend(known.filter(|id| !again.heads.contains(id)));
        }
        step.look.sort_unstable();
        step.look.dedup();
    }

    fn settle_folder(
        &mut self,
        id: NodeId,
        between: Option<&[Head]>,
        gone: &mut Vec<NodeId>,
        look: &mut BTreeSet<NodeId>,
    ) -> Settled {
        if self.tree.feed.places(id) && !self.tree.feed.is_circle(id) {
            return Settled::Later;
        }
        let Some((key, epoch, own)) = self.place_of(id) else {
            return Settled::Later;
        };
        let waiting = self.tree.feed.folders.get(&id);
        let Some(head) = waiting.and_then(|waiting| waiting.head.as_ref()) else {
            return Settled::Nothing;
        };
        let known = self.tree.folders.get(&id).map(|folder| folder.seq);
        // An answer that was overtaken by a commit or a listing of ours, if not an older state.
        if known.is_some_and(|known| head.seq < known) {
            self.tree.feed.drop_folder(id);
            return match self.tree.feed.again {
                Some(_) => Settled::Look,
                None => Settled::Nothing,
            };
        }
        if self.tree.doubts.contains_key(&id) {
            self.tree.feed.drop_folder(id);
            return Settled::Look;
        }
        if let Some(start) = self.start(id)
            && head.seq > start.seq + 1
            && between.is_none()
        {
            return Settled::Gap(Gap {
                folder: id,
                after: start.seq,
                before: head.seq,
            });
        }
        let head = head.clone();
        let Some(acl) = self.tree.acl.clone() else {
            return Settled::Later;
        };
        let place = (key, epoch, own, acl);
        let settled = self.prove(id, &place, &head, between.unwrap_or_default(), look);
        self.tree.feed.drop_folder(id);
        match settled {
            Some(removed) => {
                gone.extend(removed);
                Settled::Done
            }
            None => Settled::Look,
        }
    }

    /// A folder's key, epoch and own metadata, once it is known where it is.
    fn place_of(&self, id: NodeId) -> Option<Located> {
        if id == self.tree.root {
            let folder = self.tree.folders.get(&id)?;
            return Some((folder.key.clone(), folder.epoch, folder.metadata));
        }
        let (_, child) = self.tree.find(id)?;
        (child.leaf.kind == NodeKind::Folder)
            .then(|| (child.key.clone(), child.leaf.epoch, child.leaf.metadata))
    }

    /// Takes a folder to what its new head says, if the head proves the changes that wait;
    /// gives the children that went.
    fn prove(
        &mut self,
        id: NodeId,
        (key, epoch, own, acl): &(Arc<NodeKey>, u64, (u64, [u8; 32]), Acl),
        head: &Head,
        between: &[Head],
        look: &mut BTreeSet<NodeId>,
    ) -> Option<Vec<NodeId>> {
        let place = Place {
            id,
            key,
            epoch: *epoch,
            acl,
        };
        let opened = self.open_head(place, head).ok()?;
        self.check_head(place, &opened, *own).ok()?;
        let passed = self.check_history(place, &opened, between).ok()?;

        let waiting = self.tree.feed.folders.get_mut(&id)?;
        let nodes = std::mem::take(&mut waiting.nodes);
        for node in nodes.values().flatten() {
            self.tree.feed.bytes -= weight(node);
        }
        let mut leaves = self
            .tree
            .folders
            .get(&id)
            .map(|folder| folder.leaves.clone())
            .unwrap_or_default();
        let mut changed = BTreeMap::new();
        for (child, node) in &nodes {
            if self.tree.feed.at.get(child) == Some(&id) {
                self.tree.feed.at.remove(child);
            }
            match node {
                Some(node) => {
                    let leaf = Leaf::of(node);
                    leaves.insert(*child, leaf.hash(*child));
                    changed.insert(*child, leaf);
                }
                None => {
                    leaves.remove(child);
                }
            }
        }
        let claim = Claim {
            count: opened.record.count,
            hash: *opened.record.children,
            sum: *opened.record.sum,
        };
        if !claim.proves(&leaves) {
            return None;
        }
        let quarantined = self
            .tree
            .folders
            .get(&id)
            .is_some_and(|folder| !folder.quarantine.is_empty());
        // What was put aside may be right by now.
        if quarantined {
            look.insert(id);
        }
        let ready = ReadyKey::of(&**key);
        let mut findings = Vec::new();
        let mut children: Vec<(NodeId, Option<Child>)> = Vec::new();
        for (child, node) in &nodes {
            let Some(node) = node else {
                children.push((*child, None));
                continue;
            };
            let leaf = changed
                .get(child)
                .copied()
                .unwrap_or_else(|| Leaf::of(node));
            match self.open_child(id, &ready, *epoch, node, leaf) {
                Ok(opened) => children.push((*child, Some(opened))),
                Err(error) => {
                    findings.push(self.finding(id, child, error.into()));
                    children.push((*child, None));
                }
            }
        }
        self.take_vouched(&passed);
        look.extend(self.take_vouched(&opened.record.others));
        let merges = self.merges;
        let folder = self.tree.folders.entry(id).or_insert_with(|| Folder {
            key: key.clone(),
            epoch: *epoch,
            metadata: *own,
            seq: 0,
            hash: [0; 32],
            merges,
            leaves: Default::default(),
            children: BTreeMap::new(),
            findings: Vec::new(),
            quarantine: BTreeMap::new(),
        });
        folder.metadata = *own;
        folder.seq = opened.record.seq;
        folder.hash = opened.hash;
        folder.merges = merges;
        folder.leaves = leaves;
        folder
            .findings
            .retain(|finding| finding.node.is_none_or(|node| !nodes.contains_key(&node)));
        folder.findings.extend(findings);
        self.pins
            .set_head(id, opened.record.seq, opened.hash.into());
        let mut gone = Vec::new();
        for (child, opened) in children {
            match &opened {
                Some(opened) => {
                    let before = self.tree.parents.get(&child).copied();
                    self.moved_here(child, id, before, look);
                    if opened.leaf.kind == NodeKind::Folder && before != Some(id) {
                        self.tree.loose.insert(child);
                    }
                }
                None => gone.push(child),
            }
            self.tree.place(id, child, opened);
        }
        Some(gone)
    }

    /// A node that a verified folder has is not in another one at the same time: whichever
    /// still shows it is behind.
    pub(super) fn moved_here(
        &self,
        node: NodeId,
        here: NodeId,
        before: Option<NodeId>,
        look: &mut BTreeSet<NodeId>,
    ) {
        let still_there = before.filter(|before| {
            *before != here
                && self
                    .tree
                    .folders
                    .get(before)
                    .is_some_and(|folder| folder.children.contains_key(&node))
                && !self.tree.feed.folders.contains_key(before)
        });
        look.extend(still_there);
    }
}

impl Feed {
    /// Forgets what waits for a folder that was opened by its listing, unless a later head is
    /// on its way.
    pub(super) fn opened(&mut self, folder: NodeId, seq: u64) {
        let overtaken = self
            .folders
            .get(&folder)
            .is_some_and(|waiting| waiting.head.as_ref().is_some_and(|head| head.seq <= seq));
        if overtaken {
            self.drop_folder(folder);
        }
    }
}
