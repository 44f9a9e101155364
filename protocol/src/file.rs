//! Files: details, listing, download.

use serde::{Deserialize, Serialize};

use crate::{Base64, Node, NodeId, VersionId};

/// `GET /files/{id}?versions_before=`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileDetails {
    /// The file.
    pub id: NodeId,
    /// A vault's sealed metadata in base64; a bare account's own string.
    pub encrypted_filename: String,
    /// `{}` in a vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub encrypted_metadata: serde_json::Value,
    /// Stored bytes of the newest version.
    pub file_size: u64,
    /// RFC 3339.
    pub uploaded_at: String,
    /// RFC 3339.
    pub last_accessed: Option<String>,
    /// Always `AES-256-GCM`.
    pub encryption_algorithm: String,
    /// The node, in a vault.
    pub node: Option<Node>,
    /// The versions, newest first: 1,000 at most, less when their records are large.
    pub versions: Vec<Version>,
    /// Whether there are older ones: ask again with `versions_before`.
    #[serde(default)]
    pub more_versions: bool,
}

/// One version of a file as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The version.
    pub id: VersionId,
    /// The content key wrapped under the node's: 104 bytes.
    pub wrapped_key: Base64,
    /// The sealed version record.
    pub record: Base64,
    /// Stored bytes.
    pub stored_size: u64,
    /// RFC 3339, the server's clock.
    pub created_at: String,
}

/// One entry of `GET /files`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileEntry {
    /// The file.
    pub id: NodeId,
    /// A vault's sealed metadata in base64; a bare account's own string.
    pub encrypted_filename: String,
    /// `{}` in a vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub encrypted_metadata: serde_json::Value,
    /// Stored bytes of the newest version.
    pub file_size: u64,
    /// RFC 3339.
    pub uploaded_at: String,
    /// RFC 3339.
    pub last_accessed: Option<String>,
}

/// `GET /files?page=&limit=&sort_by=&order=`: own live files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileList {
    /// One page.
    pub files: Vec<FileEntry>,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// Where a page stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pagination {
    /// Entries on all pages.
    pub total: u64,
    /// From 1.
    pub page: u64,
    /// Entries a page.
    pub limit: u64,
    /// Pages.
    pub total_pages: u64,
}

/// `GET /files/{id}/download?version=`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DownloadResponse {
    /// Absolute; works without a token until it expires, with `Range`.
    pub download_url: String,
    /// Seconds.
    pub expires_in: u64,
}
