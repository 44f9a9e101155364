//! What the tree must be: every change that the server accepted, one after the other, applied to
//! plain names and contents. It knows nothing of keys, heads or feeds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use protocol::{NodeId, NodeKind};
use vault::tree::Entry;

/// One change, as the person meant it.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Create {
        id: NodeId,
        parent: NodeId,
        name: String,
        node: Made,
    },
    Content {
        id: NodeId,
        content: Vec<u8>,
    },
    Rename {
        id: NodeId,
        name: String,
    },
    Move {
        id: NodeId,
        to: NodeId,
    },
    Star {
        id: NodeId,
        starred: bool,
    },
    Tags {
        id: NodeId,
        tags: Vec<String>,
    },
    Describe {
        id: NodeId,
        description: String,
    },
    Trash {
        id: NodeId,
    },
    Restore {
        id: NodeId,
    },
    Purge {
        id: NodeId,
    },
}

/// What a new node has besides its name.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// A file's; a folder has none.
    pub(super) content: Option<Vec<u8>>,
    pub(super) tags: Vec<String>,
    pub(super) description: String,
}

impl Made {
    pub(super) fn new(content: Option<Vec<u8>>) -> Self {
        Self {
            content,
            tags: Vec::new(),
            description: String::new(),
        }
    }
}

#[derive(Clone, Debug)]
struct Node {
    parent: NodeId,
    name: String,
    made: Made,
    starred: bool,
    trashed: bool,
}

/// A tree of names and contents.
pub(super) struct Model {
    root: NodeId,
    nodes: HashMap<NodeId, Node>,
}

impl Model {
    pub(super) fn new(root: NodeId) -> Self {
        Self {
            root,
            nodes: HashMap::new(),
        }
    }

    /// The contents of the files that are not in the trash, nor below something that is.
    pub(super) fn files(&self) -> impl Iterator<Item = (NodeId, &[u8])> {
        let live = |id: NodeId| {
            let way = self.with_ancestors(id).into_iter();
            way.filter_map(|id| self.nodes.get(&id))
                .all(|node| !node.trashed)
        };
        let files = self.nodes.iter().filter(move |(id, _)| live(**id));
        files.filter_map(|(id, node)| Some((*id, &**node.made.content.as_ref()?)))
    }

    /// Applies what the server has accepted.
    ///
    /// Panics if it cannot be: then the server accepted something that contradicts what it had
    /// accepted before.
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Create {
                id,
                parent,
                name,
                node,
            } => {
                assert!(self.is_folder(*parent), "{fact:?}: no such folder");
                let node = Node {
                    parent: *parent,
                    name: self.free_name(*parent, name),
                    made: node.clone(),
                    starred: false,
                    trashed: false,
                };
                let before = self.nodes.insert(*id, node);
                assert!(before.is_none(), "{fact:?}: it exists");
            }
            Fact::Content { id, content } => {
                self.node(*id).made.content = Some(content.clone());
            }
            Fact::Rename { id, name } => self.node(*id).name.clone_from(name),
            Fact::Move { id, to } => {
                assert!(self.is_folder(*to), "{fact:?}: no such folder");
                let above = self.with_ancestors(*to);
                assert!(!above.contains(id), "{fact:?}: below itself");
                // A trashed entry's name is compared with live ones, and given like a live one's.
                let name = self.node(*id).name.clone();
                let name = self.free_name(*to, &name);
                let node = self.node(*id);
                (node.parent, node.name) = (*to, name);
            }
            Fact::Star { id, starred } => self.node(*id).starred = *starred,
            Fact::Tags { id, tags } => self.node(*id).made.tags.clone_from(tags),
            Fact::Describe { id, description } => {
                self.node(*id).made.description.clone_from(description);
            }
            Fact::Trash { id } => self.node(*id).trashed = true,
            Fact::Restore { id } => {
                let Node { parent, name, .. } = self.node(*id).clone();
                let name = self.free_name(parent, &name);
                let node = self.node(*id);
                (node.trashed, node.name) = (false, name);
            }
            Fact::Purge { id } => {
                self.node(*id);
                let gone: Vec<NodeId> = self
                    .nodes
                    .keys()
                    .copied()
                    .filter(|node| self.with_ancestors(*node).contains(id))
                    .collect();
                for node in gone {
                    self.nodes.remove(&node);
                }
            }
        }
    }

    /// The tree as text, a line a node, in the order of the paths.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .nodes
            .iter()
            .map(|(id, node)| {
                let kind = match node.made.content {
                    Some(_) => NodeKind::File,
                    None => NodeKind::Folder,
                };
                line(&Shown {
                    path: self.path(*id),
                    id: *id,
                    parent: node.parent,
                    kind,
                    size: node.made.content.as_ref().map_or(0, Vec::len) as u64,
                    trashed: node.trashed,
                    starred: node.starred,
                    tags: &node.made.tags,
                    description: &node.made.description,
                })
            })
            .collect();
        lines.sort();
        lines
    }

    fn node(&mut self, id: NodeId) -> &mut Node {
        let node = self.nodes.get_mut(&id);
        node.unwrap_or_else(|| panic!("the server changed {id}, which is gone"))
    }

    fn is_folder(&self, id: NodeId) -> bool {
        let node = self.nodes.get(&id);
        id == self.root || node.is_some_and(|node| node.made.content.is_none())
    }

    fn with_ancestors(&self, id: NodeId) -> BTreeSet<NodeId> {
        let above = |id: &NodeId| self.nodes.get(id).map(|node| node.parent);
        std::iter::successors(Some(id), above).collect()
    }

    fn path(&self, id: NodeId) -> String {
        match self.nodes.get(&id) {
            Some(node) => format!("{}/{}", self.path(node.parent), node.name),
            None => String::new(),
        }
    }

    /// `name`, or `name (1)` and so on: the first that no live entry of the folder has.
    fn free_name(&self, folder: NodeId, name: &str) -> String {
        let live = self.nodes.values();
        let taken: BTreeSet<&str> = live
            .filter(|node| node.parent == folder && !node.trashed)
            .map(|node| &*node.name)
            .collect();
        let numbered = (1..).map(|number| format!("{name} ({number})"));
        std::iter::once(name.to_owned())
            .chain(numbered)
            .find(|candidate| !taken.contains(&**candidate))
            .unwrap()
    }
}

/// The same text from what a device shows.
pub(super) fn lines_of(entries: &[Entry], root: NodeId) -> Vec<String> {
    let by_id: BTreeMap<NodeId, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
    assert_eq!(by_id.len(), entries.len(), "nothing is in two places");
    let path = |id: NodeId| {
        let mut steps = Vec::new();
        let mut at = id;
        while at != root {
            let entry = by_id[&at];
            steps.push(&*entry.name);
            at = entry.folder;
        }
        steps.push("");
        steps.reverse();
        steps.join("/")
    };
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            line(&Shown {
                path: path(entry.id),
                id: entry.id,
                parent: entry.folder,
                kind: entry.kind,
                size: entry.size,
                trashed: entry.trashed.is_some(),
                starred: entry.starred,
                tags: &entry.tags,
                description: &entry.description,
            })
        })
        .collect();
    lines.sort();
    lines
}

#[derive(Debug)]
#[expect(dead_code, reason = "it is read as text")]
struct Shown<'a> {
    path: String,
    id: NodeId,
    parent: NodeId,
    kind: NodeKind,
    size: u64,
    trashed: bool,
    starred: bool,
    tags: &'a [String],
    description: &'a str,
}

fn line(shown: &Shown<'_>) -> String {
    format!("{shown:?}")
}
