//! What a person does to the tree: making folders, renaming, editing, moving, trashing.

use std::{collections::HashMap, collections::HashSet, sync::Arc};

use crypto_core::{
    CryptoRng, context,
    keys::{self, NodeKey},
    sha256,
};
use protocol::{Change, CommitRequest, CreateChange, NodeId, NodeKind};

use super::{Child, Draft, Leaf, folder_metadata, kind_byte, seal_metadata};
use crate::{Vault, VaultError, account::random, names, records::Metadata};

/// Folders in folders deeper than this are not made.
const MAX_DEPTH: usize = 128;
/// Tags of one entry, and bytes of each.
const MAX_TAGS: (usize, usize) = (64, 128);
/// Bytes of a description; the sealed metadata has room for it many times over.
const MAX_DESCRIPTION: usize = 16 * 1024;
/// Bytes of a category.
const MAX_CATEGORY: usize = 128;

/// What changes in an entry's metadata; what is absent stays.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Edit {
    /// Whether it is starred.
    pub starred: Option<bool>,
    /// All its tags: at most 64, of 128 bytes each. Doubles and empty ones are left out.
    pub tags: Option<Vec<String>>,
    /// 16 KiB at most; empty: none.
    pub description: Option<String>,
    /// 128 bytes at most; empty: none.
    pub category: Option<String>,
}

/// A commit over many entries.
#[derive(Debug, serde::Serialize)]
pub struct Step {
    /// What to send; `None` if there is nothing to do for the entries that were looked at.
    pub request: Option<CommitRequest>,
    /// How many of the entries it deals with, from the first on: call again with the rest.
    pub covered: usize,
}

impl Vault {
    /// Gives an entry another name.
    ///
    /// # Errors
    /// [`VaultError::InvalidName`], [`VaultError::NoSuchEntry`] and, as for every commit,
    /// [`VaultError::FolderNotVerified`] and [`VaultError::Impossible`] while another commit
    /// of the same folder is under way.
    pub fn rename(
        &mut self,
        node: NodeId,
        name: &str,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<CommitRequest, VaultError> {
        names::check(name)?;
        let mut draft = Draft::default();
        let rename = |metadata: &mut Metadata| name.clone_into(&mut metadata.name);
        self.edit_metadata(&mut draft, node, rename, rng)?;
        self.commit(draft, now, rng)
    }

    /// Changes entries' metadata. Entries that are not there any more are left out.
    ///
    /// # Errors
    /// [`VaultError::InvalidMetadata`]; else as [`Vault::rename`].
    pub fn edit(
        &mut self,
        nodes: &[NodeId],
        edit: &Edit,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        edit.check()?;
        self.each(nodes, now, rng, |vault, draft, node, rng| {
            let unchanged = |metadata: &Metadata| {
                let mut changed = metadata.clone();
                edit.apply(&mut changed);
                changed == *metadata
            };
            if unchanged(&vault.known(node)?.1.metadata) {
                return Ok(());
            }
            vault.edit_metadata(draft, node, |metadata| edit.apply(metadata), rng)
        })
    }

    /// Puts entries into the trash, with everything below them.
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn trash(
        &mut self,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        self.each(nodes, now, rng, |vault, draft, node, rng| {
            if vault.known(node)?.1.metadata.trashed.is_none() {
                let trash = |metadata: &mut Metadata| metadata.trashed = Some(now);
                vault.edit_metadata(draft, node, trash, rng)?;
                draft.push(Change::Trash { node });
            }
            Ok(())
        })
    }

    /// Takes entries out of the trash. A name that was given away in the meantime gets a number.
    /// What is not in the trash, because another device was faster, stays as it is.
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn restore(
        &mut self,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        let mut taken = Taken::default();
        self.each(nodes, now, rng, |vault, draft, node, rng| {
            let (folder, child) = vault.known(node)?;
            if child.metadata.trashed.is_none() {
                return Ok(());
            }
            let name = taken.give(vault, folder, &child.metadata.name)?;
            let restore = |metadata: &mut Metadata| {
                metadata.trashed = None;
                metadata.name = name;
            };
            vault.edit_metadata(draft, node, restore, rng)?;
            draft.push(Change::Restore { node });
            Ok(())
        })
    }

    /// Removes entries of the trash for good, with everything below them. What is not in the trash,
    /// because it was restored meanwhile, here or by another device, stays.
    ///
    /// # Errors
    /// As [`Vault::rename`].
    pub fn purge(
        &mut self,
        nodes: &[NodeId],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        self.each(nodes, now, rng, |vault, draft, node, _| {
            let (folder, _) = vault.known(node)?;
            if !vault.is_in_trash(node) {
                return Ok(());
            }
            vault.writable(folder)?;
            draft.push(Change::Purge { node });
            draft.put(folder, node, None);
            Ok(())
        })
    }

    /// Moves entries into another folder. A name that is taken there gets a number; what is
    /// there already stays.
    ///
    /// # Errors
    /// [`VaultError::IntoItself`] for a folder that would be below itself,
    /// [`VaultError::TooDeep`]; else as [`Vault::rename`].
    pub fn move_to(
        &mut self,
        nodes: &[NodeId],
        to: NodeId,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Step, VaultError> {
        let (key, epoch) = self.key_of(to)?;
        self.check_depth(to)?;
        let mut taken = Taken::default();
        self.each(nodes, now, rng, |vault, draft, node, rng| {
            let (from, child) = vault.known(node)?;
            if from == to {
                return Ok(());
            }
            if vault.is_at_or_below(to, node) {
                return Err(VaultError::IntoItself);
            }
            vault.writable(from)?;
            let mut child = child.clone();
            let context = context::node_key(
                vault.root().as_bytes(),
                to.as_bytes(),
                epoch,
                node.as_bytes(),
                kind_byte(child.leaf.kind),
                child.leaf.epoch,
            );
            let wrapped_key = keys::wrap(&*child.key, &*key, &context, rng);
            child.leaf.wrapped_key = sha256(&wrapped_key);
            draft.push(Change::Move {
                node,
                parent: to,
                wrapped_key: wrapped_key.into(),
            });
            draft.put(from, node, None);
            draft.put_move(from, to);
            let name = taken.give(vault, to, &child.metadata.name)?;
            if name == child.metadata.name {
                draft.put(to, node, Some(child));
                return Ok(());
            }
            child.metadata.name = name;
            vault.seal_child(draft, to, node, child, rng)
        })
    }

    /// Makes a folder; a name that is taken gets a number. Gives its id with the commit.
    ///
    /// # Errors
    /// [`VaultError::InvalidName`], [`VaultError::TooDeep`]; else as [`Vault::rename`].
    pub fn create_folder(
        &mut self,
        parent: NodeId,
        name: &str,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(NodeId, CommitRequest), VaultError> {
        names::check(name)?;
        self.check_depth(parent)?;
        let name = names::unique(name, &self.names(parent)?);
        let mut draft = Draft::default();
        let (key, epoch) = self.key_of(parent)?;
        let (id, _) = self.draft_folder(&mut draft, (parent, &key, epoch), &name, now, rng);
        Ok((id, self.commit(draft, now, rng)?))
    }

    /// Finds or makes folders below `parent`, each named by its path; paths must come after
    /// those that they begin with. Gives an id for each of the first `covered` paths; call again
    /// with the rest.
    ///
    /// # Errors
    /// As [`Vault::create_folder`]; [`VaultError::Impossible`] for an empty path and for one
    /// whose beginning does not come before it.
    pub fn create_folders(
        &mut self,
        parent: NodeId,
        paths: &[Vec<String>],
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<NodeId>, Option<CommitRequest>), VaultError> {
        self.key_of(parent)?;
        let depth = self.check_depth(parent)?;
        let mut draft = Draft::default();
        let mut found: HashMap<Vec<String>, NodeId> = HashMap::from([(Vec::new(), parent)]);
        let mut made: HashMap<NodeId, Arc<NodeKey>> = HashMap::new();
        let mut folders: HashMap<NodeId, HashMap<String, NodeId>> = HashMap::new();
        let mut ids = Vec::new();
        for path in paths {
            if draft.is_full() {
                break;
            }
            let (name, above) = path.split_last().ok_or(VaultError::Impossible)?;
            names::check(name)?;
            if depth + path.len() > MAX_DEPTH {
                return Err(VaultError::TooDeep);
            }
            let keyed = |path: &[String]| path.iter().map(|name| names::key(name)).collect();
            let above: Vec<String> = keyed(above);
            let folder = match found.get(&above) {
                Some(folder) => *folder,
                // An earlier call made it.
                None => self.find_folder(parent, &above)?,
            };
            let known = folders
                .entry(folder)
                .or_insert_with(|| self.live_folders(folder));
            let id = match known.get(&names::key(name)) {
                Some(id) => *id,
                None => {
                    let (key, epoch) = match made.get(&folder) {
                        Some(key) => (key.clone(), 1),
                        None => self.key_of(folder)?,
                    };
                    let taken = match made.contains_key(&folder) {
                        true => HashSet::new(),
                        false => self.names(folder)?,
                    };
                    let unique = names::unique(name, &taken);
                    let place = (folder, &*key, epoch);
                    let (id, key) = self.draft_folder(&mut draft, place, &unique, now, rng);
                    known.insert(names::key(name), id);
                    made.insert(id, key);
                    id
                }
            };
            found.insert(keyed(path), id);
            ids.push(id);
        }
        let request = if draft.is_empty() {
            None
        } else {
            Some(self.commit(draft, now, rng)?)
        };
        Ok((ids, request))
    }

    /// Adds a new folder to a draft; gives its id and its key.
    pub(crate) fn draft_folder(
        &self,
        draft: &mut Draft,
        (parent, parent_key, epoch): (NodeId, &NodeKey, u64),
        name: &str,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> (NodeId, Arc<NodeKey>) {
        let id = NodeId::from_random(random(rng));
        let key = NodeKey::make(rng);
        let context = context::node_key(
            self.root().as_bytes(),
            parent.as_bytes(),
            epoch,
            id.as_bytes(),
            kind_byte(NodeKind::Folder),
            1,
        );
        let wrapped_key = keys::wrap(&key, parent_key, &context, rng);
        let metadata = folder_metadata(name, now);
        let sealed = seal_metadata(&key, id, 1, &metadata, rng);
        let key = Arc::new(key);
        let hash = sha256(&sealed.sealed.0);
        draft.put_new(id, key.clone(), hash);
        draft.put(
            parent,
            id,
            Some(Child {
                key: key.clone(),
                leaf: Leaf {
                    kind: NodeKind::Folder,
                    epoch: 1,
                    wrapped_key: sha256(&wrapped_key),
                    metadata: (1, hash),
                },
                metadata,
            }),
        );
        draft.push(Change::Create(CreateChange {
            id,
            parent,
            kind: NodeKind::Folder,
            wrapped_key: wrapped_key.into(),
            metadata: sealed,
            version: None,
        }));
        (id, key)
    }

    /// A node of a verified folder, and the folder.
    pub(crate) fn known(&self, node: NodeId) -> Result<(NodeId, &Child), VaultError> {
        self.tree.find(node).ok_or(VaultError::NoSuchEntry)
    }

    /// How deep a folder lies; the root is at 0.
    fn check_depth(&self, folder: NodeId) -> Result<usize, VaultError> {
        let depth = self.ancestors(folder).count();
        if depth < MAX_DEPTH {
            Ok(depth)
        } else {
            Err(VaultError::TooDeep)
        }
    }

    /// The live folders of a verified folder, by the key of their names.
    fn live_folders(&self, folder: NodeId) -> HashMap<String, NodeId> {
        let children = self
            .tree
            .folders
            .get(&folder)
            .map(|folder| &folder.children);
        let live = children.into_iter().flatten().filter(|(_, child)| {
            child.leaf.kind == NodeKind::Folder && child.metadata.trashed.is_none()
        });
        live.map(|(id, child)| (names::key(&child.metadata.name), *id))
            .collect()
    }

    fn find_folder(&self, parent: NodeId, path: &[String]) -> Result<NodeId, VaultError> {
        path.iter().try_fold(parent, |folder, name| {
            self.live_folders(folder)
                .get(name)
                .copied()
                .ok_or(VaultError::Impossible)
        })
    }

    /// Makes one commit for the first of `nodes` that fit; those that are gone are left out.
    fn each<R: CryptoRng>(
        &mut self,
        nodes: &[NodeId],
        now: u64,
        rng: &mut R,
        mut change: impl FnMut(&Self, &mut Draft, NodeId, &mut R) -> Result<(), VaultError>,
    ) -> Result<Step, VaultError> {
        let mut draft = Draft::default();
        let mut covered = 0;
        let mut seen = HashSet::new();
        for &node in nodes {
            if draft.is_full() {
                break;
            }
            covered += 1;
            if !seen.insert(node) {
                continue;
            }
            match change(self, &mut draft, node, rng) {
                Err(VaultError::NoSuchEntry) if nodes.len() > 1 => {}
                done => done?,
            }
        }
        let request = if draft.is_empty() {
            None
        } else {
            Some(self.commit(draft, now, rng)?)
        };
        Ok(Step { request, covered })
    }
}

impl Edit {
    fn check(&self) -> Result<(), VaultError> {
        let tags = self.tags.as_deref().unwrap_or_default();
        let allowed = tags.len() <= MAX_TAGS.0
            && tags.iter().all(|tag| tag.len() <= MAX_TAGS.1)
            && self
                .description
                .as_ref()
                .is_none_or(|text| text.len() <= MAX_DESCRIPTION)
            && self
                .category
                .as_ref()
                .is_none_or(|text| text.len() <= MAX_CATEGORY);
        if allowed {
            Ok(())
        } else {
            Err(VaultError::InvalidMetadata)
        }
    }

    fn apply(&self, metadata: &mut Metadata) {
        if let Some(starred) = self.starred {
            metadata.starred = starred.then_some(true);
        }
        if let Some(tags) = &self.tags {
            let mut kept: Vec<String> = Vec::new();
            for tag in tags.iter().map(|tag| tag.trim()) {
                if !tag.is_empty() && !kept.iter().any(|other| other == tag) {
                    kept.push(tag.to_owned());
                }
            }
            metadata.tags = (!kept.is_empty()).then_some(kept);
        }
        let text = |text: &String| (!text.trim().is_empty()).then(|| text.clone());
        if let Some(description) = &self.description {
            metadata.description = text(description);
        }
        if let Some(category) = &self.category {
            metadata.category = text(category);
        }
    }
}

/// Names that are taken in folders, those given away in the same commit included.
#[derive(Default)]
pub(crate) struct Taken(HashMap<NodeId, HashSet<String>>);

impl Taken {
    /// `name`, with a number if it is taken; from here on it is.
    pub(crate) fn give(
        &mut self,
        vault: &Vault,
        folder: NodeId,
        name: &str,
    ) -> Result<String, VaultError> {
        let taken = match self.0.entry(folder) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(vault.names(folder)?),
        };
        let name = names::unique(name, taken);
        taken.insert(names::key(&name));
        Ok(name)
    }
}
