//! A vault with a history, as an honest server would keep it: what a lying one starts from.

use std::{collections::BTreeMap, sync::LazyLock};

use protocol::{
    AccountKeys, Base64, Change, CommitRequest, FileDetails, FolderPage, Head, Node, NodeId,
    NodeKind, RegisterRequest, SealedAcl, UploadId, Version,
};
use rand::{SeedableRng as _, rngs::StdRng};
use vault::{
    Vault,
    account::{Credentials, NewAccount},
    pins::Pins,
    tree::{Entry, Listing},
};

/// The file that is downloaded.
pub(crate) const CONTENT: &[u8] = b"the content of a short file";

/// One state of the root folder.
pub(crate) struct State {
    pub(crate) nodes: Vec<Node>,
    /// What an honest listing shows.
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct World {
    /// Of the first and of the second password.
    pub(crate) credentials: [Credentials; 2],
    /// The account with its first pins, with its second ones, after the change of password.
    pub(crate) keys: Vec<AccountKeys>,
    /// What a device had pinned after each commit, the last one after the change of password.
    pub(crate) pins: Vec<Pins>,
    pub(crate) root: Node,
    pub(crate) acl: SealedAcl,
    /// The head after each commit; `states` has the children.
    pub(crate) heads: Vec<Head>,
    pub(crate) states: Vec<State>,
    pub(crate) file: NodeId,
    pub(crate) details: FileDetails,
    pub(crate) blob: Vec<u8>,
    /// The recovery phrase, and the account key's wrap under it.
    pub(crate) phrase: String,
    pub(crate) recovery_key: Base64,
    /// Requests, as JSON.
    pub(crate) register: Vec<u8>,
    pub(crate) commit: Vec<u8>,
    pub(crate) change_password: Vec<u8>,
}

pub(crate) fn world() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(World::build);
    &WORLD
}

impl World {
    /// What an honest server says of the root when the folder was in this state.
    pub(crate) fn listing(&self, state: usize, after: u64) -> Listing {
        let head = &self.heads[state];
        let between = self.heads[..state].iter().filter(|step| step.seq > after);
        Listing {
            pages: vec![FolderPage {
                folder: self.root.clone(),
                head: head.clone(),
                acl: Some(self.acl.clone()),
                children: self.states[state].nodes.clone(),
                next_cursor: None,
            }],
            between: between.cloned().collect(),
        }
    }

    /// The vault as a device opens it before the change of password, when the account's own
    /// pins knew of nothing but the empty root: with what the device had pinned.
    pub(crate) fn unlock(&self, pins: Option<usize>) -> Vault {
        let pins = pins.map(|index| self.pins[index].clone());
        Vault::unlock(&self.credentials[0], &self.keys[0], pins, true).expect("an honest account")
    }

    fn build() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let account = NewAccount::create("first password", 1, &mut rng).expect("64 MiB");
        let request = account.request("a@example.org");
        let phrase = account.phrase().to_string();
        let mut vault = account.into_vault();
        let mut shelf = Shelf::new(&request);
        let mut world_pins = Vec::new();
        let mut states = vec![shelf.state(&mut vault)];
        world_pins.push(vault.pins().clone());

        let mut file = None;
        let mut first_commit = None;
        for name in ["a.txt", "b", "报告.pdf"] {
            let (node, commit) = shelf.upload(&mut vault, name, &mut rng);
            file.get_or_insert(node);
            first_commit.get_or_insert(commit);
            states.push(shelf.state(&mut vault));
            world_pins.push(vault.pins().clone());
        }
        let file = file.expect("three files");
        let others: Vec<NodeId> = shelf
            .nodes
            .keys()
            .copied()
            .filter(|id| *id != file)
            .collect();
        type Step<'a> = Box<dyn Fn(&mut Vault, &mut StdRng) -> CommitRequest + 'a>;
        let steps: [Step<'_>; 3] = [
            Box::new(|vault, rng| vault.rename(file, "c", 20, rng).expect("a rename")),
            Box::new(|vault, rng| some(vault.trash(&others, 21, rng))),
            Box::new(|vault, rng| some(vault.purge(&others[..1], 22, rng))),
        ];
        for step in steps {
            let request = step(&mut vault, &mut rng);
            shelf.commit(&mut vault, request);
            states.push(shelf.state(&mut vault));
            world_pins.push(vault.pins().clone());
        }

        let mut keys = vec![shelf.keys.clone()];
        shelf.keys.pins = vault
            .sealed_pins(&mut rng)
            .and_then(|it| it.pins)
            .expect("new pins");
        vault.sealed_pins_accepted();
        keys.push(shelf.keys.clone());
        let derive = |password: &str, keys: &AccountKeys| {
            Credentials::derive(password, &keys.salt, &keys.kdf, None).expect("64 MiB")
        };
        let old = derive("first password", &shelf.keys);
        let change = vault
            .change_password(&old, "second password", &mut rng)
            .expect("a change");
        shelf.keys.salt = change.new_salt.clone();
        shelf.keys.wrapped_key = change.wrapped_key.clone().expect("a vault's");
        shelf.keys.account_state = change.account_state.clone().expect("a vault's");
        vault.password_changed();
        keys.push(shelf.keys.clone());
        world_pins.push(vault.pins().clone());

        let json = |request: Result<Vec<u8>, serde_json::Error>| request.expect("JSON");
        Self {
            credentials: [old, derive("second password", &shelf.keys)],
            details: shelf.details(file),
            blob: shelf.blobs.remove(&file).expect("it was uploaded"),
            keys,
            pins: world_pins,
            root: shelf.root,
            acl: shelf.acl,
            heads: shelf.heads,
            states,
            file,
            phrase,
            recovery_key: request
                .keys
                .clone()
                .expect("a vault's")
                .recovery
                .wrapped_key,
            register: json(serde_json::to_vec(&request)),
            commit: json(serde_json::to_vec(&first_commit)),
            change_password: json(serde_json::to_vec(&change)),
        }
    }
}

/// An honest server in memory.
struct Shelf {
    keys: AccountKeys,
    root: Node,
    acl: SealedAcl,
    heads: Vec<Head>,
    nodes: BTreeMap<NodeId, Node>,
    versions: BTreeMap<NodeId, Version>,
    blobs: BTreeMap<NodeId, Vec<u8>>,
}

impl Shelf {
    fn new(request: &RegisterRequest) -> Self {
        let keys = request.keys.clone().expect("a vault's");
        let root = keys.root;
        Self {
            keys: AccountKeys {
                format: keys.format,
                user_id: request.user_id.expect("a vault's"),
                salt: request.salt.clone(),
                kdf: request.kdf.clone().expect("a vault's"),
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

    fn state(&self, vault: &mut Vault) -> State {
        let view = vault.folder(vault.root()).expect("its root is known");
        assert!(view.verified && view.findings.is_empty());
        State {
            nodes: self.nodes.values().cloned().collect(),
            entries: view.entries,
        }
    }

    fn upload(
        &mut self,
        vault: &mut Vault,
        name: &str,
        rng: &mut StdRng,
    ) -> (NodeId, CommitRequest) {
        let (root, size) = (vault.root(), CONTENT.len() as u64);
        let mut plan = vault
            .plan_upload(root, name, "text/plain", 5, size, rng)
            .expect("a plan");
        let mut blob = plan.seal_part(0, CONTENT).expect("one part");
        blob.extend(plan.finish(rng).expect("all parts"));
        let upload = UploadId::from_random([1; 16]);
        let request = vault
            .commit_uploads(root, &[(&plan, upload)], 10, rng)
            .expect("a commit");
        let Some(Change::Create(create)) = request.changes.first() else {
            unreachable!("an upload creates a file");
        };
        let node = create.id;
        self.blobs.insert(node, blob);
        self.commit(vault, request.clone());
        (node, request)
    }

    fn commit(&mut self, vault: &mut Vault, request: CommitRequest) {
        for change in request.changes {
            match change {
                Change::Create(create) => {
                    let version = create.version.expect("a file has one");
                    self.nodes.insert(
                        create.id,
                        Node {
                            id: create.id,
                            parent_id: Some(create.parent),
                            kind: create.kind,
                            wrapped_key: create.wrapped_key,
                            metadata: create.metadata,
                            version_id: Some(version.id),
                            ..self.root.clone()
                        },
                    );
                    self.versions.insert(
                        create.id,
                        Version {
                            id: version.id,
                            wrapped_key: version.wrapped_key,
                            record: version.record,
                            stored_size: 0,
                            created_at: String::new(),
                        },
                    );
                }
                Change::Metadata { node, metadata } => {
                    self.nodes.get_mut(&node).expect("it exists").metadata = metadata;
                }
                Change::Purge { node } => {
                    self.nodes.remove(&node);
                }
                _ => {}
            }
        }
        self.heads
            .extend(request.heads.into_iter().map(|head| Head {
                node: head.node,
                seq: head.seq,
                sealed: head.sealed,
            }));
        vault.committed(request.id).expect("its own commit");
    }

    fn details(&self, node: NodeId) -> FileDetails {
        FileDetails {
            id: node,
            encrypted_filename: String::new(),
            encrypted_metadata: serde_json::json!({}),
            file_size: 0,
            uploaded_at: String::new(),
            last_accessed: None,
            encryption_algorithm: "AES-256-GCM".into(),
            node: self.nodes.get(&node).cloned(),
            versions: vec![self.versions[&node].clone()],
            more_versions: false,
        }
    }
}

fn some(step: Result<vault::tree::Step, vault::VaultError>) -> CommitRequest {
    step.expect("a step").request.expect("something to do")
}
