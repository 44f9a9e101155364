//! An honest shelf: keeps what commits bring and lists it again, in memory. The real
//! server, honest and lying, is in the `tests` package; this is for many quick cases.

use std::collections::BTreeMap;

use protocol::{
    AccountKeys, Base64, Change, ChangePasswordRequest, CommitRequest, FileDetails, FolderPage,
    Head, Node, NodeId, NodeKind, RecoveryFinishRequest, RecoveryStartResponse, RegisterRequest,
    SealedAcl, Version,
};
use rand::{SeedableRng as _, rngs::StdRng};
use vault::{
    Vault,
    account::{Credentials, NewAccount},
    pins::Pins,
    tree::Listing,
};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Shelf {
    pub(crate) request: RegisterRequest,
    /// Empty unless the shelf saw the sign-up.
    pub(crate) phrase: String,
    pub(crate) recovery_key: Base64,
    pub(crate) keys: AccountKeys,
    pub(crate) root: Node,
    pub(crate) acl: SealedAcl,
    pub(crate) heads: Vec<Head>,
    pub(crate) nodes: BTreeMap<NodeId, Node>,
    pub(crate) versions: BTreeMap<NodeId, Vec<Version>>,
    pub(crate) blobs: BTreeMap<NodeId, Vec<u8>>,
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
            heads: vec![Head {
                node: root.id,
                seq: root.head.seq,
                sealed: root.head.sealed,
            }],
            nodes: BTreeMap::new(),
            versions: BTreeMap::new(),
            blobs: BTreeMap::new(),
        }
    }

    pub(crate) fn commit(&mut self, request: CommitRequest) {
        for change in request.changes {
            match change {
                Change::Create(create) => {
                    let version = create.version.unwrap();
                    self.versions.insert(
                        create.id,
                        vec![Version {
                            id: version.id,
                            wrapped_key: version.wrapped_key,
                            record: version.record,
                            stored_size: 0,
                            created_at: String::new(),
                        }],
                    );
                    self.nodes.insert(
                        create.id,
                        Node {
                            id: create.id,
                            parent_id: Some(create.parent),
                            kind: create.kind,
                            epoch: 1,
                            wrapped_key: create.wrapped_key,
                            metadata: create.metadata,
                            trashed_at: None,
                            version_id: Some(version.id),
                            ..self.root.clone()
                        },
                    );
                }
                Change::Metadata { node, metadata } => {
                    let node = self.nodes.get_mut(&node).unwrap();
                    assert_eq!(metadata.rev, node.metadata.rev + 1);
                    node.metadata = metadata;
                }
                Change::Purge { node } => {
                    self.nodes.remove(&node).unwrap();
                }
                Change::Trash { .. } | Change::Restore { .. } => {}
                Change::Version { .. } => unreachable!("nobody makes new versions yet"),
            }
        }
        let head = &request.heads[0];
        assert_eq!(head.expected_seq, self.heads.last().unwrap().seq);
        self.heads.push(Head {
            node: head.node,
            seq: head.seq,
            sealed: head.sealed.clone(),
        });
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
        let head = self.heads.last().unwrap();
        let after = vault.pinned_seq(self.root.id).unwrap_or(head.seq);
        Listing {
            pages: vec![FolderPage {
                folder: self.root.clone(),
                head: head.clone(),
                acl: Some(self.acl.clone()),
                children: self.nodes.values().cloned().collect(),
                next_cursor: None,
            }],
            between: self
                .heads
                .iter()
                .filter(|step| step.seq > after && step.seq < head.seq)
                .cloned()
                .collect(),
        }
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
        let before: Vec<NodeId> = self.nodes.keys().copied().collect();
        let root = vault.root();
        let mut plan = vault
            .plan_upload(root, name, "text/plain", 5, content.len() as u64, rng)
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
            .commit_uploads(root, &[(&plan, upload)], 10, rng)
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
        let plan = vault.plan_download(vault.root(), node, &self.details(node))?;
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
