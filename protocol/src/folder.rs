//! Nodes, folders, their heads and the change feed.

use serde::{Deserialize, Serialize};

use crate::{Base64, NodeId, VersionId};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Has versions.
    File,
    /// Has children and a head.
    Folder,
}

/// A node as the server keeps it. Only `id`, `parent_id`, `kind` and the counters
/// are the server's to read, and none of them is trusted by a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// The node.
    pub id: NodeId,
    /// `null` for the vault's root.
    pub parent_id: Option<NodeId>,
    /// File or folder.
    pub kind: NodeKind,
    /// The epoch of the node's key.
    pub epoch: u64,
    /// The node's key wrapped under its parent's: 104 bytes.
    pub wrapped_key: Base64,
    /// The sealed metadata.
    pub metadata: SealedMetadata,
    /// The server's hint; the truth is in the metadata. RFC 3339.
    pub trashed_at: Option<String>,
    /// The newest version of a file.
    pub version_id: Option<VersionId>,
    /// Stored bytes, all versions.
    pub stored_size: u64,
    /// RFC 3339, the server's clock.
    pub created_at: String,
    /// RFC 3339, the server's clock.
    pub updated_at: String,
}

/// Sealed metadata with the number of times it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedMetadata {
    /// Starts at 1.
    pub rev: u64,
    /// The sealed record, 64 KiB at most.
    pub sealed: Base64,
}

/// A sealed access-control record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedAcl {
    /// Starts at 1.
    pub seq: u64,
    /// The sealed, signed record.
    pub sealed: Base64,
}

/// A folder's head as it is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// The folder.
    pub node: NodeId,
    /// Starts at 1.
    pub seq: u64,
    /// The sealed, signed record.
    pub sealed: Base64,
}

/// A page of `GET /folders/{id}/children?cursor=&limit=`, ordered by id.
///
/// All pages of one listing belong to the same head; when it moves on between
/// two pages, the second answers 409 `HEAD_CONFLICT` and the client starts again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FolderPage {
    /// The folder itself.
    pub folder: Node,
    /// The head that the children belong to.
    pub head: Head,
    /// The access-control record in force, if the folder is a share root.
    pub acl: Option<SealedAcl>,
    /// Live and trashed alike.
    pub children: Vec<Node>,
    /// `null` on the last page.
    pub next_cursor: Option<String>,
}

/// `GET /folders/{id}/heads?after=&limit=`: the heads after a seq, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadsPage {
    /// In the order of their seq.
    pub heads: Vec<Head>,
    /// Whether there are more after the last of these.
    pub more: bool,
}

/// A page of `GET /changes?cursor=`. It never splits a commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesPage {
    /// What changed, as it is now.
    pub changes: Vec<ChangeRecord>,
    /// The current heads of folders whose head moved within this page.
    pub heads: Vec<Head>,
    /// Where to go on; opaque.
    pub cursor: String,
    /// Whether there is more to fetch at once.
    pub more: bool,
}

/// One changed node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeRecord {
    /// The node.
    pub id: NodeId,
    /// The folder that it is or was in.
    pub parent_id: Option<NodeId>,
    /// `null` when it was purged.
    pub node: Option<Node>,
}
