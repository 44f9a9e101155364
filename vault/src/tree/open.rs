//! Opening a folder: from the server's answers to what its signed head says.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crypto_core::{
    OpenError, context, envelope,
    keys::{self, NodeKey, ReadyKey},
    padding, record, sha256,
};
use protocol::{FolderPage, Head, Node, NodeId, NodeKind};

use super::{
    Child, Folder, FolderView, Quarantined,
    diagnose::{Claim, Diagnosis, Exchange, diagnose},
    head::{Acl, MAX_COUNTER, OpenedHead, Place},
    leaf::{Leaf, Leaves, kind_byte},
    root_key_context,
    view::Entry,
};
use crate::{
    Vault, VaultError,
    findings::{Finding, FindingKind},
    names, ordered,
    records::Metadata,
};

/// Suspects among which exchanged keys or metadata are searched for.
const MAX_SUSPECTS: usize = 16;

/// Everything that the server says about a folder.
#[derive(Debug, Clone)]
pub struct Listing {
    /// All pages of its children, of one and the same head.
    pub pages: Vec<FolderPage>,
    /// The heads between the pinned one ([`Vault::pinned_seq`]) and the current one.
    pub between: Vec<Head>,
}

impl Vault {
    /// Verifies what the server says about `folder` and takes it over: every child that is
    /// what the head signs; of the rest, findings. Moves the pin if all could be told.
    ///
    /// # Errors
    /// A finding about the folder as a whole, or [`VaultError::BadAnswer`]. What was verified
    /// before stays then, and so do the pins.
    pub fn open_folder(&mut self, id: NodeId, listing: &Listing) -> Result<FolderView, VaultError> {
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
        self.check_head(place, &head, own)?;
        let passed = self.check_history(place, &head, &listing.between)?;
        // Its folder's head has seen a later name of it.
        let above = self.tree.find(id).map(|(_, child)| child.leaf.metadata.0);
        if above.is_some_and(|rev| own.0 < rev) {
            return Err(VaultError::Finding(FindingKind::RolledBack));
        }
        open_metadata(&key, &first.folder)?;

        let ready = ReadyKey::of(&*key);
        let served = ordered::map(listed.iter().map(|(child, node)| (*child, Leaf::of(node))));
        let opened = ordered::map(listed.iter().map(|(child, node)| {
            let leaf = served[child];
            (*child, self.open_child(id, &ready, epoch, node, leaf))
        }));
        let leaves: Leaves = ordered::map(
            served
                .iter()
                .map(|(child, leaf)| (*child, leaf.hash(*child))),
        );
        let claim = Claim {
            count: head.record.count,
            hash: *head.record.children,
            sum: *head.record.sum,
        };
        let suspects: Vec<NodeId> = opened
            .iter()
            .filter(|(_, child)| child.is_err())
            .map(|(child, _)| *child)
            .collect();
        let known = self
            .tree
            .folders
            .get(&id)
            .filter(|known| known.hash == head.hash)
            .map(|known| &known.leaves);
        let diagnosis = diagnose(
            &claim,
            &leaves,
            known,
            &suspects,
            &exchanges(&suspects, &listed),
        );

        let Some(diagnosis) = diagnosis else {
            let view = self.doubtful_view(id, &head, &leaves, &opened);
            self.tree.doubts.insert(id, view.clone());
            return Ok(view);
        };
        let findings = self.name_findings(id, &diagnosis, &opened);
        let aside = ordered::set(findings.iter().filter_map(|finding| finding.node));
        let quarantine = ordered::map(
            aside
                .iter()
                .map(|child| (*child, self.quarantined(id, *child, &served, &opened))),
        );
        self.take_vouched(&passed);
        self.take_vouched(&head.record.others);
        if id == self.tree.root {
            self.tree.acl = Some(acl);
        }
        let folder = Folder {
            key,
            epoch,
            metadata: own,
            seq: head.record.seq,
            hash: head.hash,
            merges: self.merges,
            leaves: diagnosis.truth,
            children: ordered::map(
                opened
                    .into_iter()
                    .filter(|(child, _)| !aside.contains(child))
                    .filter_map(|(child, opened)| Some((child, opened.ok()?))),
            ),
            findings,
            quarantine,
        };
        self.pins.set_head(id, head.record.seq, head.hash.into());
        let gone = self.replace_folder(id, folder);
        self.drop_unplaced(gone);
        self.check_loose();
        self.tree.feed.opened(id, head.record.seq);
        Ok(self.folder(id).expect("it was just opened"))
    }

    /// Puts a verified folder into the place of what was known of it; gives the children that
    /// went. What is put aside may be right again at the next look: what is below it stays.
    pub(super) fn replace_folder(&mut self, id: NodeId, mut folder: Folder) -> Vec<NodeId> {
        let children = std::mem::take(&mut folder.children);
        let aside = ordered::set(folder.quarantine.keys().copied());
        let before = self.tree.folders.insert(id, folder);
        self.tree.doubts.remove(&id);
        let mut gone = Vec::new();
        for child in before
            .into_iter()
            .flat_map(|folder| folder.children.into_keys())
        {
            if !children.contains_key(&child) {
                self.tree.place(id, child, None);
                if !aside.contains(&child) {
                    gone.push(child);
                }
            }
        }
        for (child, opened) in children {
            if opened.leaf.kind == NodeKind::Folder {
                self.tree.loose.insert(child);
            }
            self.tree.place(id, child, Some(opened));
        }
        gone
    }

    /// What is known of a folder without asking the server.
    #[must_use]
    pub fn folder(&self, id: NodeId) -> Option<FolderView> {
        self.tree.doubts.get(&id).cloned().or_else(|| {
            let mut view = self.tree.folders.get(&id)?.view(id);
            if id == self.tree.root {
                view.findings.extend(self.loose_findings());
            }
            Some(view)
        })
    }

    /// The access control in force in a folder; the root's page brings it.
    pub(super) fn acl_of(
        &self,
        id: NodeId,
        key: &NodeKey,
        page: &FolderPage,
    ) -> Result<Acl, VaultError> {
        if id != self.tree.root {
            return self.tree.acl.clone().ok_or(VaultError::FolderNotVerified);
        }
        let sealed = page.acl.as_ref();
        self.open_acl(
            id,
            key,
            sealed.ok_or(VaultError::Finding(FindingKind::Missing))?,
        )
    }

    pub(super) fn folder_key(&self, node: &Node) -> Result<(Arc<NodeKey>, u64), VaultError> {
        if node.id == self.tree.root {
            let context = root_key_context(node.id, node.epoch);
            let key = keys::unwrap(&node.wrapped_key.0, self.account_key(), &context)?;
            return Ok((Arc::new(key), node.epoch));
        }
        let (_, child) = self.known(node.id)?;
        if child.leaf.kind != NodeKind::Folder {
            return Err(VaultError::NoSuchEntry);
        }
        Ok((child.key.clone(), child.leaf.epoch))
    }

    /// Opens a child that is served with this leaf.
    pub(super) fn open_child(
        &self,
        parent: NodeId,
        parent_key: &ReadyKey<NodeKey>,
        parent_epoch: u64,
        node: &Node,
        leaf: Leaf,
    ) -> Result<Child, OpenError> {
        // What was opened before and has not changed need not be opened again.
        let known = self.tree.folders.get(&parent).and_then(|folder| {
            let child = folder.children.get(&node.id)?;
            (child.leaf == leaf).then_some(child)
        });
        if let Some(child) = known {
            return Ok(child.clone());
        }
        let context = context::node_key(
            self.tree.root.as_bytes(),
            parent.as_bytes(),
            parent_epoch,
            node.id.as_bytes(),
            kind_byte(node.kind),
            node.epoch,
        );
        let key: NodeKey = keys::unwrap(&node.wrapped_key.0, parent_key, &context)?;
        let metadata = open_metadata(&key, node)?;
        // A name that a writer should not have given could lead a client out of its folder.
        names::check(&metadata.name).map_err(|_| OpenError::Malformed)?;
        if node.metadata.rev >= MAX_COUNTER {
            return Err(OpenError::Malformed);
        }
        Ok(Child {
            key: Arc::new(key),
            leaf,
            metadata,
        })
    }

    /// What is kept of a child that is put aside.
    fn quarantined(
        &self,
        folder: NodeId,
        child: NodeId,
        served: &BTreeMap<NodeId, Leaf>,
        opened: &BTreeMap<NodeId, Result<Child, OpenError>>,
    ) -> Quarantined {
        let known = self.tree.folders.get(&folder);
        let kept = known.and_then(|folder| {
            let before = folder.quarantine.get(&child);
            let here = folder.children.get(&child);
            here.or(before.and_then(|before| before.kept.as_ref()))
                .cloned()
        });
        let served = served.get(&child).map(|leaf| {
            let opened = opened.get(&child).and_then(|opened| opened.as_ref().ok());
            (*leaf, opened.cloned())
        });
        Quarantined { served, kept }
    }

    fn name_findings(
        &self,
        folder: NodeId,
        diagnosis: &Diagnosis,
        opened: &BTreeMap<NodeId, Result<Child, OpenError>>,
    ) -> Vec<Finding> {
        let finding = |node: &NodeId, kind: FindingKind| self.finding(folder, node, kind);
        let injected = diagnosis
            .injected
            .iter()
            .map(|node| finding(node, FindingKind::Injected));
        let missing = diagnosis
            .missing
            .iter()
            .map(|node| finding(node, FindingKind::Missing));
        // What opens but is not what the head signs was right once.
        let altered = diagnosis.altered.iter().map(|node| match opened.get(node) {
            Some(Err(error)) => finding(node, (*error).into()),
            _ => finding(node, FindingKind::RolledBack),
        });
        // Signed, and yet it does not open: its writer was wrong, or is newer than this release.
        let unreadable = opened.iter().filter(|(node, _)| {
            !diagnosis.injected.contains(node) && !diagnosis.altered.contains(node)
        });
        let unreadable = unreadable
            .filter_map(|(node, child)| Some(finding(node, child.as_ref().err().copied()?.into())));
        injected
            .chain(missing)
            .chain(altered)
            .chain(unreadable)
            .collect()
    }

    /// When it cannot be told which children are right: only those that were verified here
    /// before and have not changed, for reading. Of the others any may be the server's own.
    fn doubtful_view(
        &self,
        folder: NodeId,
        head: &OpenedHead,
        leaves: &Leaves,
        opened: &BTreeMap<NodeId, Result<Child, OpenError>>,
    ) -> FolderView {
        let (listed, count) = (opened.len() as u64, head.record.count);
        let kind = match listed.cmp(&count) {
            Ordering::Less => FindingKind::Missing,
            Ordering::Equal => FindingKind::Altered,
            Ordering::Greater => FindingKind::Injected,
        };
        let whole = Finding {
            kind,
            folder: Some(folder),
            node: None,
            name: None,
            count: listed.abs_diff(count).max(1),
        };
        let single = opened.iter().filter_map(|(node, child)| {
            let kind = child.as_ref().err().copied()?.into();
            Some(self.finding(folder, node, kind))
        });
        let known = self.tree.folders.get(&folder).map(|known| &known.leaves);
        let entries = opened
            .iter()
            .filter(|(id, _)| known.is_some_and(|known| known.get(id) == leaves.get(id)))
            .filter_map(|(id, child)| Some(Entry::new(folder, *id, child.as_ref().ok()?)))
            .collect();
        FolderView {
            id: folder,
            seq: head.record.seq,
            verified: false,
            entries,
            findings: std::iter::once(whole).chain(single).collect(),
        }
    }

    pub(super) fn finding(&self, folder: NodeId, node: &NodeId, kind: FindingKind) -> Finding {
        let known = self.tree.folders.get(&folder).and_then(|known| {
            let kept = known
                .quarantine
                .get(node)
                .and_then(|aside| aside.kept.as_ref());
            known.children.get(node).or(kept)
        });
        Finding {
            kind,
            folder: Some(folder),
            node: Some(*node),
            name: known.map(|child| child.metadata.name.clone()),
            count: 1,
        }
    }
}

/// All children by id, once the pages are what the protocol says.
pub(super) fn collect(
    id: NodeId,
    listing: &Listing,
) -> Result<BTreeMap<NodeId, &Node>, VaultError> {
    let mut listed = BTreeMap::new();
    for page in &listing.pages {
        let one_listing =
            page.folder.id == id && page.head == listing.pages[0].head && page.head.node == id;
        if !one_listing {
            return Err(VaultError::BadAnswer);
        }
        for node in &page.children {
            if listed.insert(node.id, node).is_some() {
                return Err(VaultError::BadAnswer);
            }
        }
    }
    Ok(listed)
}

/// Opens a node's metadata under its key.
pub(super) fn open_metadata(key: &NodeKey, node: &Node) -> Result<Metadata, OpenError> {
    let context = context::metadata(node.id.as_bytes(), node.metadata.rev);
    let padded = envelope::open(key, &context, &node.metadata.sealed.0)?;
    record::parse(padding::unpad(&padded)?)
}

/// What the leaves of any two suspects would be, had the server exchanged their wrapped
/// keys or their metadata.
fn exchanges(suspects: &[NodeId], listed: &BTreeMap<NodeId, &Node>) -> Vec<Exchange> {
    let leaves: Vec<(NodeId, Leaf)> = suspects
        .iter()
        .take(MAX_SUSPECTS)
        .filter_map(|id| Some((*id, Leaf::of(listed.get(id)?))))
        .collect();
    let mut found = Vec::new();
    for (index, (a, leaf_a)) in leaves.iter().enumerate() {
        for (b, leaf_b) in &leaves[index + 1..] {
            let keys = (
                Leaf {
                    wrapped_key: leaf_b.wrapped_key,
                    ..*leaf_a
                },
                Leaf {
                    wrapped_key: leaf_a.wrapped_key,
                    ..*leaf_b
                },
            );
            let metadata = (
                Leaf {
                    metadata: leaf_b.metadata,
                    ..*leaf_a
                },
                Leaf {
                    metadata: leaf_a.metadata,
                    ..*leaf_b
                },
            );
            for (of_a, of_b) in [keys, metadata] {
                found.push([(*a, of_a.hash(*a)), (*b, of_b.hash(*b))]);
            }
        }
    }
    found
}
