//! Opening a folder: from the server's answers to what its signed head says.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crypto_core::{
    OpenError,
    context::{self, SignaturePurpose},
    envelope,
    identity::verify,
    keys::{self, NodeKey},
    padding, record, sha256,
};
use protocol::{FolderPage, Head, Node, NodeId, SealedAcl};

use super::{
    Acl, Child, Folder, FolderView,
    diagnose::{Claim, Diagnosis, Exchange, diagnose},
    leaf::{Leaf, Leaves, kind_byte},
    root_key_context,
    view::Entry,
};
use crate::{
    Vault, VaultError,
    findings::{Finding, FindingKind},
    names,
    records::{AclRecord, HeadRecord, Metadata},
};

/// Counters that reach this are nobody's honest ones, and could not be counted on from.
const MAX_COUNTER: u64 = 1 << 60;

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

/// A head that opened and whose signature is right.
struct OpenedHead {
    record: HeadRecord,
    hash: [u8; 32],
}

impl Vault {
    /// The seq after which [`Listing::between`] must start; `None` for a folder that no
    /// device of the account has opened.
    #[must_use]
    pub fn pinned_seq(&self, folder: NodeId) -> Option<u64> {
        self.head_pins(folder).iter().map(|pin| pin.seq).min()
    }

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
        let acl = if id == self.tree.root {
            let sealed = first.acl.as_ref();
            self.open_acl(
                id,
                &key,
                sealed.ok_or(VaultError::Finding(FindingKind::Missing))?,
            )?
        } else {
            self.tree.acl.clone().ok_or(VaultError::FolderNotVerified)?
        };
        let head = self.open_head(id, &key, epoch, &acl, &first.head)?;
        if *head.record.acl != acl.hash || head.record.epoch != epoch {
            return Err(VaultError::Finding(FindingKind::DoesNotBelongHere));
        }
        self.check_history(id, &key, epoch, &acl, &head, &listing.between)?;
        let own = (
            first.folder.metadata.rev,
            sha256(&first.folder.metadata.sealed.0),
        );
        if own != (head.record.rev, *head.record.metadata) {
            let older = own.0 < head.record.rev;
            return Err(VaultError::Finding(if older {
                FindingKind::RolledBack
            } else {
                FindingKind::Altered
            }));
        }
        open_metadata(&key, &first.folder)?;

        let vault = self.tree.root;
        let opened: BTreeMap<NodeId, Result<Child, OpenError>> = listed
            .iter()
            .map(|(child, node)| (*child, self.open_child(vault, id, &key, epoch, node)))
            .collect();
        let leaves: Leaves = listed
            .iter()
            .map(|(child, node)| (*child, Leaf::of(node).hash(*child)))
            .collect();
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
        let quarantined = |child: &NodeId| {
            diagnosis.injected.contains(child) || diagnosis.altered.contains(child)
        };
        let children = opened
            .into_iter()
            .filter(|(child, _)| !quarantined(child))
            .filter_map(|(child, opened)| Some((child, opened.ok()?)))
            .collect();
        let folder = Folder {
            key,
            epoch,
            metadata: own,
            seq: head.record.seq,
            hash: head.hash,
            leaves: diagnosis.truth,
            children,
            findings,
        };
        let view = folder.view(id);
        if id == self.tree.root {
            self.tree.acl = Some(acl);
        }
        self.tree.folders.insert(id, folder);
        self.tree.doubts.remove(&id);
        self.pins.set_head(id, head.record.seq, head.hash.into());
        Ok(view)
    }

    /// What is known of a folder without asking the server.
    #[must_use]
    pub fn folder(&self, id: NodeId) -> Option<FolderView> {
        self.tree
            .doubts
            .get(&id)
            .cloned()
            .or_else(|| self.tree.folders.get(&id).map(|folder| folder.view(id)))
    }

    fn folder_key(&self, node: &Node) -> Result<(Arc<NodeKey>, u64), VaultError> {
        if node.id == self.tree.root {
            let context = root_key_context(node.id, node.epoch);
            let key = keys::unwrap(&node.wrapped_key.0, self.account_key(), &context)?;
            return Ok((Arc::new(key), node.epoch));
        }
        let mut parents = self.tree.folders.values();
        let child = parents
            .find_map(|parent| parent.children.get(&node.id))
            .ok_or(VaultError::NoSuchEntry)?;
        Ok((child.key.clone(), child.leaf.epoch))
    }

    fn open_acl(&self, root: NodeId, key: &NodeKey, sealed: &SealedAcl) -> Result<Acl, VaultError> {
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
            writers: acl.writers,
        })
    }

    /// Opens a head and checks that one who may write signed it for this place.
    fn open_head(
        &self,
        id: NodeId,
        key: &NodeKey,
        epoch: u64,
        acl: &Acl,
        head: &Head,
    ) -> Result<OpenedHead, VaultError> {
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

    /// The head must lead on from everything that was seen: not behind, and by a chain whose
    /// counters grow by one, unless a head says that it knowingly goes back behind another.
    fn check_history(
        &self,
        id: NodeId,
        key: &NodeKey,
        epoch: u64,
        acl: &Acl,
        head: &OpenedHead,
        between: &[Head],
    ) -> Result<(), VaultError> {
        let mut pins = self.head_pins(id);
        pins.sort_by_key(|pin| pin.seq);
        let Some(start) = pins.first() else {
            return Ok(());
        };
        let seq = head.record.seq;
        if pins.iter().any(|pin| seq < pin.seq) {
            return Err(VaultError::Finding(FindingKind::RolledBack));
        }
        // The seq and hash of every head from the pinned one on.
        let mut chain = vec![(start.seq, *start.hash)];
        let mut follow = |next: &OpenedHead| {
            let (seq, hash) = chain[chain.len() - 1];
            let follows = next
                .record
                .previous
                .is_some_and(|previous| *previous == hash)
                && (next.record.seq == seq + 1 || next.record.accepts.is_some());
            chain.push((next.record.seq, next.hash));
            if follows {
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
                follow(&self.open_head(id, key, epoch, acl, step)?)?;
            }
            follow(head)?;
        } else if head.hash != *start.hash {
            return Err(VaultError::Finding(FindingKind::Forked));
        }
        if pins.iter().all(|pin| chain.contains(&(pin.seq, *pin.hash))) {
            Ok(())
        } else {
            Err(VaultError::Finding(FindingKind::Forked))
        }
    }

    fn open_child(
        &self,
        vault: NodeId,
        parent: NodeId,
        parent_key: &NodeKey,
        parent_epoch: u64,
        node: &Node,
    ) -> Result<Child, OpenError> {
        let leaf = Leaf::of(node);
        // What was opened before and has not changed need not be opened again.
        let known = self.tree.child(parent, node.id).filter(|child| {
            child.leaf.hash(node.id) == leaf.hash(node.id) && child.leaf.metadata == leaf.metadata
        });
        if let Some(child) = known {
            return Ok(child.clone());
        }
        let context = context::node_key(
            vault.as_bytes(),
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
            .filter_map(|(id, child)| Some(Entry::new(*id, child.as_ref().ok()?)))
            .collect();
        FolderView {
            id: folder,
            seq: head.record.seq,
            verified: false,
            entries,
            findings: std::iter::once(whole).chain(single).collect(),
        }
    }

    fn finding(&self, folder: NodeId, node: &NodeId, kind: FindingKind) -> Finding {
        Finding {
            kind,
            folder: Some(folder),
            node: Some(*node),
            name: self
                .tree
                .child(folder, *node)
                .map(|child| child.metadata.name.clone()),
            count: 1,
        }
    }
}

/// All children by id, once the pages are what the protocol says.
fn collect(id: NodeId, listing: &Listing) -> Result<BTreeMap<NodeId, &Node>, VaultError> {
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
