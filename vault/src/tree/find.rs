//! Search in the tree: the index follows what was verified.

use std::collections::{HashMap, HashSet};

use protocol::NodeId;
use serde::{Deserialize, Serialize};

use super::{Child, texts::Read, view::Entry};
use crate::{
    Vault,
    search::{Doc, FileKind, Place, Query, SearchIndex},
};

/// The index, and the head of each folder as it stands in it.
#[derive(Default)]
pub(crate) struct Indexed {
    pub(crate) search: SearchIndex,
    folders: HashMap<NodeId, [u8; 32]>,
    pub(super) read: Read,
}

/// What somebody looks for; what is absent does not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Wanted {
    /// Words of which each must be found.
    pub text: String,
    /// Of one of these kinds; all if empty.
    pub kinds: Vec<FileKind>,
    /// With each of these tags.
    pub tags: Vec<String>,
    /// Changed at this time or later, in milliseconds since 1970.
    pub from: Option<u64>,
    /// Changed at this time or earlier.
    pub to: Option<u64>,
    /// Starred entries only.
    pub starred: bool,
    /// In the trash, instead of not in the trash.
    pub trashed: bool,
    /// Somewhere below this folder.
    pub below: Option<NodeId>,
    /// How many results are wanted, at most 1000; 100 if absent.
    pub limit: Option<usize>,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// The file or folder.
    pub entry: Entry,
    /// The least place in which one of the words was found.
    pub place: Option<Place>,
}

/// The results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matches {
    /// The best ones first.
    pub matches: Vec<Match>,
    /// How many there are in all.
    pub total: usize,
}

impl Vault {
    /// Looks for entries among all that was verified.
    pub fn search(&mut self, wanted: &Wanted) -> Matches {
        self.follow_tree();
        let places = self.places(wanted);
        let within = |folder: NodeId| places.contains(&folder);
        let tags: Vec<&str> = wanted.tags.iter().map(String::as_str).collect();
        let found = self.indexed.search.query(&Query {
            text: &wanted.text,
            kinds: &wanted.kinds,
            tags: &tags,
            modified: wanted.from.unwrap_or(0)..=wanted.to.unwrap_or(u64::MAX),
            starred: wanted.starred,
            trashed: wanted.trashed,
            within: Some(&within),
            limit: wanted.limit.unwrap_or(100).min(1000),
        });
        let matches = found.hits.into_iter().filter_map(|hit| {
            Some(Match {
                entry: self.entry(hit.node)?,
                place: hit.place,
            })
        });
        Matches {
            matches: matches.collect(),
            total: found.total,
        }
    }

    /// Brings the index up to the tree: folders whose heads it has not seen.
    pub(crate) fn follow_tree(&mut self) {
        let Indexed {
            search, folders, ..
        } = &mut self.indexed;
        let tree = &self.tree;
        let mut changed: HashSet<NodeId> = HashSet::new();
        for (id, folder) in &tree.folders {
            if folders.get(id) == Some(&folder.hash) && folder.findings.is_empty() {
                continue;
            }
            changed.insert(*id);
            folders.insert(*id, folder.hash);
            for (node, child) in &folder.children {
                search.upsert(*node, &doc(*id, child));
                let is_of = |version: [u8; 16]| child.metadata.current == Some(version.into());
                if search
                    .text_version(*node)
                    .is_some_and(|version| !is_of(version))
                {
                    search.remove_text(*node);
                }
            }
        }
        folders.retain(|id, _| tree.folders.contains_key(id) || !changed.insert(*id));
        if !changed.is_empty() {
            search.retain(|node, folder| {
                !changed.contains(&folder) || tree.parents.get(&node) == Some(&folder)
            });
        }
    }

    /// The folders whose children may be found: at or below the wanted one, and on the way from
    /// the root to them is nothing in the trash, unless that is what is looked for.
    fn places(&self, wanted: &Wanted) -> HashSet<NodeId> {
        let root = self.tree.root;
        let top = wanted.below.unwrap_or(root);
        // For each folder, whether it hangs below the root, and whether below the wanted one.
        let mut known: HashMap<NodeId, (bool, bool)> = HashMap::from([(root, (true, top == root))]);
        for folder in self.tree.folders.keys() {
            let mut way = Vec::new();
            let mut at = *folder;
            let from = loop {
                if let Some(found) = known.get(&at) {
                    break *found;
                }
                let open = |child: &Child| wanted.trashed || child.metadata.trashed.is_none();
                match self.tree.find(at).filter(|(_, child)| open(child)) {
                    // A way that is longer than there are folders goes round in a circle.
                    Some((above, _)) if way.len() <= self.tree.folders.len() => {
                        way.push(at);
                        at = above;
                    }
                    _ => {
                        way.push(at);
                        break (false, false);
                    }
                }
            };
            let (hangs, mut below) = from;
            for id in way.into_iter().rev() {
                below |= id == top;
                known.insert(id, (hangs, below));
            }
        }
        let found = known.into_iter();
        found
            .filter_map(|(id, (hangs, below))| (hangs && below).then_some(id))
            .collect()
    }
}

fn doc(folder: NodeId, child: &Child) -> Doc<'_> {
    let metadata = &child.metadata;
    Doc {
        kind: child.leaf.kind,
        folder,
        name: &metadata.name,
        media_type: &metadata.media_type,
        tags: metadata.tags.as_deref().unwrap_or_default(),
        category: metadata.category.as_deref().unwrap_or_default(),
        description: metadata.description.as_deref().unwrap_or_default(),
        modified: metadata.modified,
        starred: metadata.starred.unwrap_or_default(),
        trashed: metadata.trashed.is_some(),
    }
}
