//! An honest shelf: keeps what commits bring and lists it again, in memory. The real
//! server, honest and lying, is in the `tests` package; this is for many quick cases.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    AccountKeys, Base64, Change, ChangePasswordRequest, ChangeRecord, ChangesPage, CommitRequest,
    CreateChange, FileDetails, FolderPage, Head, Node, NodeId, NodeKind, RecoveryFinishRequest,
    RecoveryStartResponse, RegisterRequest, SealedAcl, Version,
};
use rand::{SeedableRng as _, rngs::StdRng};
use vault::{
    Vault,
    account::{Credentials, NewAccount},
    pins::Pins,
    tree::Listing,
};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

#[derive(Clone)]
pub(crate) struct Shelf {
    pub(crate) request: RegisterRequest,
    /// Empty unless the shelf saw the sign-up.
    pub(crate) phrase: String,
    pub(crate) recovery_key: Base64,
    pub(crate) keys: AccountKeys,
    pub(crate) root: Node,
    pub(crate) acl: SealedAcl,
    /// Every head of every folder.
    pub(crate) heads: BTreeMap<NodeId, Vec<Head>>,
    pub(crate) nodes: BTreeMap<NodeId, Node>,
    pub(crate) versions: BTreeMap<NodeId, Vec<Version>>,
    pub(crate) blobs: BTreeMap<NodeId, Vec<u8>>,
    /// The last entry of the change feed, and where in it each node changed, each purged node
    /// went (from which folder), and each head moved.
    pub(crate) feed: u64,
    changed: BTreeMap<NodeId, u64>,
    purged: BTreeMap<NodeId, (u64, Option<NodeId>)>,
    moved: BTreeMap<NodeId, u64>,
    /// Nodes that were in another folder before.
    relocated: BTreeSet<NodeId>,
}

impl Shelf {
    pub(crate) fn register(request: &RegisterRequest) -> Self {
        let keys = request.keys.clone().unwrap();
        let root = keys.root.clone();
        Self {
            request: request.clone(),
            phrase: String::new(),
            recovery_key: keys.recovery.wrapped_key,
            keys: AccountKeys {
                format: keys.format,
                user_id: request.user_id.unwrap(),
                salt: request.salt.clone(),
                kdf: request.kdf.clone().unwrap(),
                identity: keys.identity,
                wrapped_key: keys.wrapped_key,
                account_state: keys.account_state,
                pins: keys.pins,
                root: root.id,
            },
            root: Node {
                id: root.id,
                parent_id: None,
                kind: NodeKind::Folder,
                epoch: 1,
                wrapped_key: root.wrapped_key,
                metadata: root.metadata,
                trashed_at: None,
                version_id: None,
                stored_size: 0,
                created_at: String::new(),
                updated_at: String::new(),
            },
            acl: root.acl,
            heads: BTreeMap::from([(
                root.id,
                vec![Head {
                    node: root.id,
                    seq: root.head.seq,
                    sealed: root.head.sealed,
                }],
            )]),
            nodes: BTreeMap::new(),
            versions: BTreeMap::new(),
            blobs: BTreeMap::new(),
            feed: 1,
            changed: BTreeMap::from([(root.id, 1)]),
            purged: BTreeMap::new(),
            moved: BTreeMap::from([(root.id, 1)]),
            relocated: BTreeSet::new(),
        }
    }

    /// Takes a commit as the real server does; `None` if a head has moved on or a change does
    /// not fit.
    pub(crate) fn offer(&mut self, request: &CommitRequest) -> Option<()> {
        let seq = |node: &NodeId| {
            self.heads
                .get(node)
                .map_or(0, |heads| heads[heads.len() - 1].seq)
        };
        let fits = request
            .heads
            .iter()
            .all(|head| head.expected_seq == seq(&head.node))
            && request.changes.iter().all(|change| self.fits(change));
        fits.then(|| self.commit(request.clone()))
    }

    /// What only rows can tell, and heads cannot: that no folder goes below itself.
    fn fits(&self, change: &Change) -> bool {
        let Change::Move { node, parent, .. } = change else {
            return true;
        };
        let mut above = Some(*parent);
        while let Some(at) = above {
            if at == *node {
                return false;
            }
            above = self.nodes.get(&at).and_then(|node| node.parent_id);
        }
        true
    }

    /// A page of what changed after `after`, at most `most` commits of it.
    pub(crate) fn changes(&self, after: u64, most: u64) -> (ChangesPage, u64) {
        let until = self.feed.min(after + most);
        let within = |feed: u64| feed > after && feed <= until;
        let nodes = std::iter::once(&self.root).chain(self.nodes.values());
        let mut changes: Vec<ChangeRecord> = nodes
            .filter(|node| within(self.changed[&node.id]))
            .map(|node| ChangeRecord {
                id: node.id,
                parent_id: node.parent_id,
                node: Some(node.clone()),
            })
            .collect();
        let purged = self.purged.iter().filter(|(_, (feed, _))| within(*feed));
        changes.extend(purged.map(|(id, (_, parent))| ChangeRecord {
            id: *id,
            parent_id: *parent,
            node: None,
        }));
        let heads = self.moved.iter().filter(|(_, feed)| within(**feed));
        let page = ChangesPage {
            changes,
            heads: heads
                .filter_map(|(id, _)| self.heads.get(id)?.last().cloned())
                .collect(),
            cursor: until.to_string(),
            more: until < self.feed,
        };
        (page, until)
    }

    pub(crate) fn commit(&mut self, request: CommitRequest) {
        self.feed += 1;
        for change in request.changes {
            let node = match &change {
                Change::Create(create) => create.id,
                Change::Version { node, .. }
                | Change::Metadata { node, .. }
                | Change::Move { node, .. }
                | Change::Rewrap { node, .. }
                | Change::Trash { node }
                | Change::Restore { node }
                | Change::Purge { node }
                | Change::Accept { node }
                | Change::DropVersion { node, .. } => *node,
            };
            self.changed.insert(node, self.feed);
            match change {
                Change::Create(create) => self.create(create),
                Change::Metadata { node, metadata } => {
                    let node = self.node_mut(node);
                    assert_eq!(metadata.rev, node.metadata.rev + 1);
                    node.metadata = metadata;
                }
                Change::Move {
                    node,
                    parent,
                    wrapped_key,
                } => {
                    self.relocated.insert(node);
                    let node = self.node_mut(node);
                    node.parent_id = Some(parent);
                    node.wrapped_key = wrapped_key;
                }
                Change::Rewrap {
                    node,
                    epoch,
                    wrapped_key,
                } => {
                    let node = self.node_mut(node);
                    node.epoch = epoch;
                    node.wrapped_key = wrapped_key;
                }
                Change::Purge { node } => {
                    // What was elsewhere before is told of by itself: there it would be missed.
                    for gone in self.below(node) {
                        if gone == node || self.relocated.contains(&gone) {
                            let parent = self.nodes[&gone].parent_id;
                            self.purged.insert(gone, (self.feed, parent));
                        }
                    }
                    self.purge(node);
                }
                Change::Trash { .. } | Change::Restore { .. } | Change::Accept { .. } => {}
                Change::DropVersion { node, version } => {
                    let versions = self.versions.get_mut(&node).unwrap();
                    versions.retain(|kept| kept.id != version);
                }
                Change::Version { node, version } => {
                    self.node_mut(node).version_id = Some(version.id);
                    let version = Version {
                        id: version.id,
                        wrapped_key: version.wrapped_key,
                        record: version.record,
                        stored_size: 0,
                        created_at: String::new(),
                    };
                    self.versions.get_mut(&node).unwrap().insert(0, version);
                }
            }
        }
        for head in request.heads {
            // A folder that this very commit purged has no head.
            if head.node != self.root.id && !self.nodes.contains_key(&head.node) {
                continue;
            }
            self.moved.insert(head.node, self.feed);
            let heads = self.heads.entry(head.node).or_default();
            assert_eq!(head.expected_seq, heads.last().map_or(0, |head| head.seq));
            heads.push(Head {
                node: head.node,
                seq: head.seq,
                sealed: head.sealed,
            });
        }
    }

    fn create(&mut self, create: CreateChange) {
        let version_id = create.version.as_ref().map(|version| version.id);
        if let Some(version) = create.version {
            let version = Version {
                id: version.id,
                wrapped_key: version.wrapped_key,
                record: version.record,
                stored_size: 0,
                created_at: String::new(),
            };
            self.versions.insert(create.id, vec![version]);
        }
        let node = Node {
            id: create.id,
            parent_id: Some(create.parent),
            kind: create.kind,
            epoch: 1,
            wrapped_key: create.wrapped_key,
            metadata: create.metadata,
            trashed_at: None,
            version_id,
            ..self.root.clone()
        };
        self.nodes.insert(create.id, node);
    }

    /// A node and everything below it.
    pub(crate) fn below(&self, top: NodeId) -> Vec<NodeId> {
        let mut found = vec![top];
        let mut at = 0;
        while let Some(folder) = found.get(at).copied() {
            let inside = |node: &&Node| node.parent_id == Some(folder);
            found.extend(self.nodes.values().filter(inside).map(|node| node.id));
            at += 1;
        }
        found
    }

    fn purge(&mut self, top: NodeId) {
        for node in self.below(top) {
            self.nodes.remove(&node).unwrap();
            self.heads.remove(&node);
        }
    }

    pub(crate) fn node_mut(&mut self, node: NodeId) -> &mut Node {
        if node == self.root.id {
            return &mut self.root;
        }
        self.nodes.get_mut(&node).unwrap()
    }

    pub(crate) fn change_password(&mut self, request: ChangePasswordRequest) {
        self.keys.salt = request.new_salt;
        self.keys.kdf = request.kdf.unwrap();
        self.keys.wrapped_key = request.wrapped_key.unwrap();
        self.keys.account_state = request.account_state.unwrap();
    }

    pub(crate) fn finish_recovery(&mut self, request: RecoveryFinishRequest) {
        self.keys.salt = request.new_salt;
        self.keys.kdf = request.kdf;
        self.keys.wrapped_key = request.wrapped_key;
        self.keys.account_state = request.account_state;
    }

    pub(crate) fn recovery_answer(&self) -> RecoveryStartResponse {
        RecoveryStartResponse {
            recovery_token: "token".into(),
            expires_in: 900,
            recovery_key: self.recovery_key.clone(),
            keys: self.keys.clone(),
        }
    }

    pub(crate) fn listing(&self, vault: &Vault) -> Listing {
        self.listing_of(vault, self.root.id)
    }

    pub(crate) fn listing_of(&self, vault: &Vault, folder: NodeId) -> Listing {
        let head = self.heads[&folder].last().unwrap();
        let after = vault.pinned_seq(folder).unwrap_or(head.seq);
        let of_root = folder == self.root.id;
        let own = if of_root {
            &self.root
        } else {
            &self.nodes[&folder]
        };
        let inside = |node: &&Node| node.parent_id == Some(folder);
        Listing {
            pages: vec![FolderPage {
                folder: own.clone(),
                head: head.clone(),
                acl: of_root.then(|| self.acl.clone()),
                children: self.nodes.values().filter(inside).cloned().collect(),
                next_cursor: None,
            }],
            between: self.heads_between(folder, after, head.seq),
        }
    }

    pub(crate) fn heads_between(&self, folder: NodeId, after: u64, before: u64) -> Vec<Head> {
        let between = |head: &&Head| head.seq > after && head.seq < before;
        let heads = self.heads.get(&folder);
        heads
            .into_iter()
            .flatten()
            .filter(between)
            .cloned()
            .collect()
    }

    pub(crate) fn details(&self, node: NodeId) -> FileDetails {
        FileDetails {
            id: node,
            encrypted_filename: String::new(),
            encrypted_metadata: serde_json::json!({}),
            file_size: 0,
            uploaded_at: String::new(),
            last_accessed: None,
            encryption_algorithm: "AES-256-GCM".into(),
            node: self.nodes.get(&node).cloned(),
            versions: self.versions[&node].clone(),
            more_versions: false,
        }
    }

    /// Seals and stores a file as a client does.
    pub(crate) fn upload(
        &mut self,
        vault: &mut Vault,
        name: &str,
        content: &[u8],
        rng: &mut StdRng,
    ) -> NodeId {
        let root = vault.root();
        self.upload_to(vault, root, name, content, rng)
    }

    pub(crate) fn upload_to(
        &mut self,
        vault: &mut Vault,
        folder: NodeId,
        name: &str,
        content: &[u8],
        rng: &mut StdRng,
    ) -> NodeId {
        let before: Vec<NodeId> = self.nodes.keys().copied().collect();
        let mut plan = vault
            .plan_upload(folder, name, "text/plain", 5, content.len() as u64, rng)
            .unwrap();
        let mut blob = Vec::new();
        for part in 0..plan.layout.parts() {
            let (from, to) = plan.layout.plain_range(part);
            let plain = &content[from as usize..to as usize];
            blob.extend(plan.seal_part(part, plain).unwrap());
        }
        blob.extend(plan.finish(rng).unwrap());
        assert_eq!(blob.len() as u64, plan.layout.total_len());
        let upload = protocol::UploadId::from_random([1; 16]);
        let commit = vault
            .commit_uploads(folder, &[(&plan, upload)], 10, rng)
            .unwrap();
        let id = commit.id;
        self.commit(commit);
        vault.committed(id).unwrap();
        let node = *self
            .nodes
            .keys()
            .find(|node| !before.contains(node))
            .unwrap();
        self.blobs.insert(node, blob);
        node
    }

    /// Fetches and opens a file as a client does.
    pub(crate) fn download(
        &self,
        vault: &Vault,
        node: NodeId,
    ) -> Result<Vec<u8>, vault::VaultError> {
        let blob = &self.blobs[&node];
        let plan = vault.plan_download(node, &self.details(node).versions)?;
        plan.check_total(blob.len() as u64)?;
        let hashes = plan.open_segments(&blob[plan.layout.content_len() as usize..]);
        let hashes = if plan.layout.segments() > 1 {
            hashes?.to_vec()
        } else {
            Vec::new()
        };
        let cipher = plan.open_header(&blob[..56])?;
        let mut content = Vec::new();
        for part in 0..plan.layout.parts() {
            let (start, end) = plan.layout.sealed_range(part);
            let sealed = &blob[start as usize..end as usize];
            content.extend_from_slice(&cipher.open_part(
                &plan.layout,
                part,
                sealed,
                &hashes,
                &plan.root,
            )?);
        }
        Ok(content)
    }

    pub(crate) fn unlock(
        &self,
        password: &str,
        pins: Option<&Pins>,
        proved: bool,
    ) -> Result<Vault, vault::VaultError> {
        let credentials = Credentials::derive(password, &self.keys.salt, &self.keys.kdf, pins)?;
        Vault::unlock(&credentials, &self.keys, pins.cloned(), proved)
    }
}

/// A new account on a shelf, its root opened.
pub(crate) fn sign_up(seed: u64) -> (Vault, Shelf, StdRng) {
    let mut rng = StdRng::seed_from_u64(seed);
    let account = NewAccount::create(PASSWORD, 1, &mut rng).unwrap();
    let mut shelf = Shelf::register(&account.request("a@example.org"));
    shelf.phrase = account.phrase().to_string();
    let mut vault = account.into_vault();
    let root = vault.root();
    let view = vault.open_folder(root, &shelf.listing(&vault)).unwrap();
    assert!(view.verified && view.entries.is_empty() && view.findings.is_empty());
    (vault, shelf, rng)
}
