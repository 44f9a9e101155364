//! Commits: the only way in which a vault's tree changes.

use serde::{Deserialize, Serialize};

use crate::{Base64, CommitId, NodeId, NodeKind, SealedMetadata, UploadId, VersionId};

/// The most changes that one commit may hold.
pub const MAX_CHANGES: usize = 1000;

/// `POST /commits`. All of it happens, or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitRequest {
    /// Chosen by the client; a repeat gets the first answer.
    pub id: CommitId,
    /// 1 to 1000.
    pub changes: Vec<Change>,
    /// One for every folder whose children or metadata change.
    pub heads: Vec<NewHead>,
}

/// A folder's next head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewHead {
    /// The folder.
    pub node: NodeId,
    /// What the server's current seq must be; 0 for a folder made in this commit.
    pub expected_seq: u64,
    /// Greater than `expected_seq`.
    pub seq: u64,
    /// The sealed, signed record, 16 KiB at most.
    pub sealed: Base64,
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Change {
    /// A new file or folder.
    Create(CreateChange),
    /// A new version of a file.
    Version {
        /// The file.
        node: NodeId,
        /// The version.
        version: NewVersion,
    },
    /// New metadata.
    Metadata {
        /// The file or folder.
        node: NodeId,
        /// Its rev is the current one plus one.
        metadata: SealedMetadata,
    },
    /// Into the trash, with everything below.
    Trash {
        /// The file or folder.
        node: NodeId,
    },
    /// Out of the trash.
    Restore {
        /// The file or folder.
        node: NodeId,
    },
    /// Gone for good, with everything below.
    Purge {
        /// The file or folder.
        node: NodeId,
    },
}

/// A new file or folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateChange {
    /// Never used before, by anyone.
    pub id: NodeId,
    /// The folder that it goes into.
    pub parent: NodeId,
    /// File or folder.
    pub kind: NodeKind,
    /// The node's key wrapped under its parent's: 104 bytes. Its epoch is 1.
    pub wrapped_key: Base64,
    /// Its rev is 1.
    pub metadata: SealedMetadata,
    /// The first version of a file; `null` for a folder.
    pub version: Option<NewVersion>,
}

/// A new version of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewVersion {
    /// Never used before, by anyone.
    pub id: VersionId,
    /// The content key wrapped under the node's: 104 bytes.
    pub wrapped_key: Base64,
    /// The sealed version record, 4 KiB at most.
    pub record: Base64,
    /// A finished upload of the caller's, used once.
    pub upload: UploadId,
}

/// The answer to `POST /commits`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitResponse {
    /// The commit.
    pub id: CommitId,
    /// Where the change feed stands after it.
    pub cursor: String,
    /// Stored bytes of the account after it.
    pub storage_used: u64,
    /// The quota in bytes.
    pub storage_limit: u64,
}
