//! What a program shows of a folder.

use protocol::{NodeId, NodeKind, VersionId};
use serde::Serialize;

use super::{Child, Folder};
use crate::findings::Finding;

/// A folder after its head was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FolderView {
    /// The folder.
    pub id: NodeId,
    /// The head's counter.
    pub seq: u64,
    /// If not, what is shown is for reading only.
    pub verified: bool,
    /// Live and trashed entries; quarantined ones are left out.
    pub entries: Vec<Entry>,
    /// What the server got wrong.
    pub findings: Vec<Finding>,
}

/// A file or folder, as its sealed metadata says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The node.
    pub id: NodeId,
    /// The folder that it is in.
    pub folder: NodeId,
    /// File or folder.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// Its media type; empty for a folder.
    pub media_type: String,
    /// True length in bytes.
    pub size: u64,
    /// Milliseconds since 1970.
    pub modified: u64,
    /// Milliseconds since 1970, if it is in the trash.
    pub trashed: Option<u64>,
    /// Whether it is starred.
    pub starred: bool,
    /// Its tags, in the order in which they were given.
    pub tags: Vec<String>,
    /// May be empty.
    pub description: String,
    /// May be empty.
    pub category: String,
    /// A file's current version.
    pub version: Option<VersionId>,
}

/// One step of the way from the root to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathStep {
    /// The folder, or the node itself at the end.
    pub id: NodeId,
    /// Its name; the root's is empty.
    pub name: String,
}

impl Entry {
    pub(super) fn new(folder: NodeId, id: NodeId, child: &Child) -> Self {
        Self {
            id,
            folder,
            kind: child.leaf.kind,
            name: child.metadata.name.clone(),
            media_type: child.metadata.media_type.clone(),
            size: child.metadata.size,
            modified: child.metadata.modified,
            trashed: child.metadata.trashed,
            starred: child.metadata.starred.unwrap_or_default(),
            tags: child.metadata.tags.clone().unwrap_or_default(),
            description: child.metadata.description.clone().unwrap_or_default(),
            category: child.metadata.category.clone().unwrap_or_default(),
            version: child
                .metadata
                .current
                .map(|version| VersionId::from_bytes(*version)),
        }
    }
}

impl Folder {
    pub(super) fn view(&self, id: NodeId) -> FolderView {
        FolderView {
            id,
            seq: self.seq,
            verified: true,
            entries: self
                .children
                .iter()
                .map(|(node, child)| Entry::new(id, *node, child))
                .collect(),
            findings: self.findings.clone(),
        }
    }
}
