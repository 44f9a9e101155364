//! `/files`.

pub(crate) mod content;
pub(crate) mod contents;
pub(crate) mod details;
pub(crate) mod download;
pub(crate) mod entry;
mod form;
pub(crate) mod list;
pub(crate) mod many;
pub(crate) mod metadata;
pub(crate) mod paging;
pub(crate) mod path;
pub(crate) mod purge;
pub(crate) mod range;
pub(crate) mod signature;
mod stage;
pub(crate) mod thumbnail;
pub(crate) mod trash;
pub(crate) mod update;
pub(crate) mod upload;
pub(crate) mod versions;

use protocol::{NodeId, UserId, VersionId};

use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::repo::nodes;
use crate::repo::versions as rows;
use crate::repo::versions::StoredRow;

/// The bytes of a file's version, the newest if none is named.
///
/// # Errors
/// 410 for what its owner has in the trash or has purged, 404 for everything else that is not a
/// file of this owner's.
fn find_stored(
    conn: &mut dyn Conn,
    owner: UserId,
    node: NodeId,
    version: Option<VersionId>,
) -> ApiResult<StoredRow> {
    match rows::stored(conn, owner, node, version)? {
        Some(row) if row.live => Ok(row),
        Some(_) => Err(ApiError::gone()),
        None if nodes::is_gone(conn, owner, node)? => Err(ApiError::gone()),
        None => Err(ApiError::not_found()),
    }
}
