//! Files: details, listing, download; and what accounts without keys do to them.

use serde::{Deserialize, Serialize};

use crate::{Base64, FolderPage, Node, NodeId, UploadId, UserId, VersionId};

/// The most files that `POST /files/details` may ask for.
pub const MAX_DETAILS: usize = 500;

/// The most versions that `POST /files/contents` may ask for.
pub const MAX_CONTENTS: usize = 256;

/// What a vault's client reads of `GET /files/{id}?versions_before=`; all of it is in
/// [`EntryDetails`].
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

/// A file or a folder as listings show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileEntry {
    /// The file.
    pub id: NodeId,
    /// A vault's sealed metadata in base64; a bare account's own string.
    pub encrypted_filename: String,
    /// An object of strings, as a bare account gave it; `{}` in a vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub encrypted_metadata: serde_json::Value,
    /// Stored bytes of the newest version; 0 for a folder.
    pub file_size: u64,
    /// RFC 3339; of a folder, when it was made.
    pub uploaded_at: String,
    /// RFC 3339.
    pub last_accessed: Option<String>,
    /// RFC 3339: when anything about it last changed, the server's clock.
    pub updated_at: String,
    /// RFC 3339: when it was put into the trash; `null` unless it was.
    pub deleted_at: Option<String>,
    /// The folder that it is in; `null` at the top.
    pub parent_id: Option<NodeId>,
    /// Whether it is a folder.
    pub is_directory: bool,
    /// Whether it is the caller's own.
    pub is_owner: bool,
    /// Whose it is.
    pub owner: Owner,
    /// What the caller may do with it.
    pub permissions: Permissions,
    /// With how many others it is shared.
    pub shared_with: u64,
}

/// An entry's owner, as far as others may know.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    /// The account.
    pub id: UserId,
    /// Normalised.
    pub email: String,
    /// The public name.
    pub username: Option<String>,
    /// As given.
    pub first_name: Option<String>,
    /// As given.
    pub last_name: Option<String>,
}

/// What somebody may do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Permissions {
    /// Look at it and download it.
    pub can_view: bool,
    /// Rename, move and replace it.
    pub can_edit: bool,
    /// Put it into the trash and delete it for good.
    pub can_delete: bool,
}

/// `GET /files/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryDetails {
    /// The entry.
    #[serde(flatten)]
    pub entry: FileEntry,
    /// Always `AES-256-GCM`: what clients are meant to seal with.
    pub encryption_algorithm: String,
    /// The node, in a vault.
    pub node: Option<Node>,
    /// The versions, newest first: 1,000 at most, less when their records are large.
    pub versions: Vec<Version>,
    /// Whether there are older ones: ask again with `versions_before`.
    pub more_versions: bool,
}

/// `GET /files/{id}/versions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionList {
    /// The versions, newest first: 1,000 at most, less when their records are large.
    pub versions: Vec<Version>,
    /// Whether there are older ones: ask again with `versions_before`.
    pub more_versions: bool,
}

/// `GET /files/{id}/path`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryPath {
    /// From the top down to the entry itself.
    pub path: Vec<PathStep>,
}

/// One step of a path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PathStep {
    /// The folder, or the entry itself at the end.
    pub id: NodeId,
    /// As in [`FileEntry`].
    pub encrypted_filename: String,
    /// Whether it is a folder.
    pub is_directory: bool,
}

/// `GET /files/{id}/metadata`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryMetadata {
    /// The file or folder.
    pub id: NodeId,
    /// As in [`FileEntry`].
    pub encrypted_filename: String,
    /// As in [`FileEntry`].
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub encrypted_metadata: serde_json::Value,
    /// RFC 3339, the server's clock.
    pub updated_at: String,
}

/// The answer to `POST /files/upload`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadResponse {
    /// The new file.
    pub file_id: NodeId,
    /// RFC 3339.
    pub uploaded_at: String,
    /// `user-id/file-id.enc`: a name, not a place.
    pub storage_path: String,
    /// Stored bytes.
    pub file_size: u64,
}

/// `POST /folders`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateFolderRequest {
    /// Opaque: 1 to 4096 characters.
    pub encrypted_filename: String,
    /// An object of strings.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub encrypted_metadata: Option<serde_json::Value>,
    /// The client's choice; never used before, by anyone.
    #[serde(default)]
    pub id: Option<NodeId>,
    /// The folder that it goes into; the top if absent or `null`.
    #[serde(default)]
    pub parent_id: Option<NodeId>,
}

/// `PUT /files/{id}`: only the fields that are present change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateEntryRequest {
    /// Opaque: 1 to 4096 characters.
    #[serde(default)]
    pub encrypted_filename: Option<String>,
    /// An object of strings; it takes the place of the one before.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub encrypted_metadata: Option<serde_json::Value>,
    /// The folder that it moves to; `null`: to the top.
    #[serde(default, deserialize_with = "crate::account::present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NodeId>))]
    pub parent_id: Option<Option<NodeId>>,
}

/// `PATCH /files/{id}/metadata` (a merge, RFC 7396).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMetadataRequest {
    /// Strings are set, `null` removes one, what is not there stays.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub encrypted_metadata: serde_json::Value,
}

/// The answer to `DELETE /files/{id}` and `DELETE /files/{id}/permanent`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteResponse {
    /// The file or folder.
    pub file_id: NodeId,
    /// RFC 3339.
    pub deleted_at: String,
    /// What was done.
    pub operation: DeleteOperation,
    /// The same in words that never depend on the file.
    pub reason: String,
    /// Bytes that count no longer.
    pub storage_freed: u64,
}

/// How something was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeleteOperation {
    /// Put into the trash.
    SoftDeleted,
    /// Deleted for good.
    HardDeleted,
}

/// `GET /folders/{id}/children`, according to the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum FolderChildren {
    /// In a vault.
    Vault(FolderPage),
    /// In an account without keys.
    Bare(FolderListing),
}

/// `GET /folders/{id}/children` of an account without keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FolderListing {
    /// The folder itself; `null` for the top.
    pub folder: Option<FileEntry>,
    /// One page of what is in it and not in the trash.
    pub children: Vec<FileEntry>,
    /// Where the page stands.
    pub pagination: Pagination,
}

/// `GET /files?page=&limit=&sort_by=&order=`.
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
    /// Entries before the first one of these; only when `offset` was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Whether there are entries after these; only when `offset` was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
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

/// `POST /files/details`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesRequest {
    /// 1 to 500.
    #[serde(deserialize_with = "crate::commit::at_most::<_, _, MAX_DETAILS>")]
    pub ids: Vec<NodeId>,
}

/// The answer to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesVersions {
    /// In the order of the request. Fewer than it has when their records are large: ask again for
    /// the others. There is always at least one.
    pub files: Vec<FileVersions>,
}

/// A file's versions, among those of others.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileVersions {
    /// The file.
    pub id: NodeId,
    /// The versions, newest first: 1,000 at most, less when their records are large. `null` when
    /// there is no such file, as when it was deleted for good or is somebody else's.
    pub versions: Option<Vec<Version>>,
    /// Whether there are older ones: ask `GET /files/{id}` with `versions_before`.
    pub more_versions: bool,
}

/// `POST /files/contents`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentsRequest {
    /// 1 to 256. Together their stored bytes are 32 MiB at most.
    #[serde(deserialize_with = "crate::commit::at_most::<_, _, MAX_CONTENTS>")]
    pub versions: Vec<VersionId>,
}

/// The answer to `POST /uploads/batch`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadBatch {
    /// Finished uploads, in the order of the body.
    pub uploads: Vec<UploadId>,
}
