//! The rules by which the tree of an account without keys changes, each change in one
//! transaction. No clock, randomness or file is used here.

use protocol::{NodeId, NodeKind, UserId, VersionId};
use serde_json::json;

use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::repo::bare::NewEntry;
use crate::repo::entries::{EntryRow, Name};
use crate::repo::subtree::Purged;
use crate::repo::versions::{Bytes, NewVersionRow};
use crate::repo::{ROW, bare, entries, nodes, subtree, uploads, users, versions};

/// Folders below one another, at most.
const DEEPEST: u64 = 100;

/// Which state of an entry a change is meant for.
pub(crate) type Condition = dyn Fn(&EntryRow) -> bool + Send + Sync;

/// A file whose bytes are staged.
pub(crate) struct NewFile<'a> {
    pub(crate) entry: NewEntry<'a>,
    pub(crate) upload: protocol::UploadId,
    pub(crate) version: VersionId,
    /// Bytes.
    pub(crate) size: u64,
}

/// Makes a file of a staged upload.
///
/// # Errors
/// When the quota does not allow it, the id was used before, or there is no such folder.
pub(crate) fn create_file(
    conn: &mut dyn Conn,
    new: &NewFile<'_>,
    record_limit: u64,
) -> ApiResult<()> {
    let (user, node, now) = (new.entry.owner, new.entry.id, new.entry.now);
    uploads::delete(conn, new.upload, user)?.ok_or_else(ApiError::unavailable)?;
    if !users::store_file(conn, user, new.size)? {
        let usage = users::usage(conn, user)?.ok_or_else(ApiError::unauthorized)?;
        return Err(ApiError::quota_exceeded(&usage, new.size));
    }
    // The version is a row of its own.
    add_records(conn, user, ROW, record_limit)?;
    insert(conn, &new.entry, record_limit)?;
    let version = NewVersionRow {
        id: new.version,
        node,
        wrapped_key: &[],
        record: &[],
        bytes: Bytes {
            blob: new.upload,
            size: new.size,
            thumbnail: 0,
        },
        created_at: now,
    };
    if !versions::insert(conn, &version)? {
        return Err(ApiError::internal("a random id came twice"));
    }
    nodes::set_version(conn, node, new.version, new.size, now, 0)?;
    Ok(())
}

/// Makes a file's or a folder's row.
///
/// # Errors
/// When the id was used before, or there is no such folder.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewEntry<'_>, record_limit: u64) -> ApiResult<()> {
    if let Some(parent) = new.parent {
        check_folder(conn, new.owner, parent)?;
        if new.kind == NodeKind::Folder && bare::depth(conn, parent)? >= DEEPEST {
            return Err(too_deep());
        }
    }
    if bare::insert(conn, new)? {
        let bytes = kept(new.name, new.metadata) + ROW;
        return add_records(conn, new.owner, bytes, record_limit);
    }
    Err(
        ApiError::conflict("The id was used before. Choose another one.")
            .with_details(json!({ "field": "id" })),
    )
}

/// What changes of an entry; `None` stays as it is.
pub(crate) struct Update {
    pub(crate) name: Option<String>,
    /// A JSON object of strings.
    pub(crate) metadata: Option<String>,
    /// To a folder, or to the top.
    pub(crate) parent: Option<Option<NodeId>>,
    /// What the account's rows may have, in bytes.
    pub(crate) record_limit: u64,
}

/// Renames or moves an entry.
///
/// # Errors
/// When there is no such entry or folder, one of them is in the trash, a folder would end up in
/// itself, or the entry is not in the state that the change is meant for.
pub(crate) fn update(
    conn: &mut dyn Conn,
    user: UserId,
    id: NodeId,
    update: &Update,
    condition: &Condition,
    now: i64,
) -> ApiResult<EntryRow> {
    let row = find_live(conn, user, id)?;
    if !condition(&row) {
        return Err(ApiError::changed_meanwhile());
    }
    let parent = update.parent.unwrap_or(row.parent);
    if parent != row.parent {
        check_move(conn, user, &row, parent)?;
    }
    let (old_name, old_metadata) = match &row.name {
        Name::Bare(name, metadata) => (name, metadata),
        Name::Sealed(_) => return Err(ApiError::commits_only()),
    };
    let name = update.name.as_ref().unwrap_or(old_name);
    let metadata = update.metadata.as_ref().unwrap_or(old_metadata);
    let grows = kept(name, metadata) - kept(old_name, old_metadata);
    add_records(conn, user, grows, update.record_limit)?;
    bare::update(conn, id, parent, name, metadata, now)?;
    find(conn, user, id)
}

fn check_move(
    conn: &mut dyn Conn,
    user: UserId,
    row: &EntryRow,
    parent: Option<NodeId>,
) -> ApiResult<()> {
    let Some(parent) = parent else { return Ok(()) };
    check_folder(conn, user, parent)?;
    if row.is_folder {
        if bare::is_below(conn, parent, row.id)? {
            return Err(ApiError::conflict("A folder cannot be moved into itself.")
                .with_details(json!({ "field": "parent_id" })));
        }
        if bare::depth(conn, parent)? + bare::height(conn, row.id)? > DEEPEST {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Puts an entry, with everything below it, into the trash. Doing it again changes nothing.
///
/// # Errors
/// When there is no such entry.
pub(crate) fn trash(
    conn: &mut dyn Conn,
    user: UserId,
    id: NodeId,
    now: i64,
) -> ApiResult<EntryRow> {
    let row = find(conn, user, id)?;
    if row.trashed_at.is_none() {
        bare::set_trashed(conn, id, Some(now), now)?;
    }
    if row.live {
        let hidden = subtree::hide(conn, id)?.files;
        users::count(conn, user, 0, 0, -hidden)?;
    }
    find(conn, user, id)
}

/// Takes an entry out of the trash.
///
/// # Errors
/// When there is no such entry, or the folder that it would come back to is in the trash itself.
pub(crate) fn restore(
    conn: &mut dyn Conn,
    user: UserId,
    id: NodeId,
    now: i64,
) -> ApiResult<EntryRow> {
    let row = find(conn, user, id)?;
    if row.live {
        return Ok(row);
    }
    if let Some(parent) = row.parent
        && !find(conn, user, parent)?.live
    {
        return Err(
            ApiError::conflict("Its folder is in the trash. Restore that one first.")
                .with_details(json!({ "folder": parent })),
        );
    }
    bare::set_trashed(conn, id, None, now)?;
    let shown = subtree::show(conn, id)?.files;
    users::count(conn, user, 0, 0, shown)?;
    find(conn, user, id)
}

/// Deletes an entry, with everything below it, for good.
///
/// # Errors
/// When there is no such entry.
pub(crate) fn purge(conn: &mut dyn Conn, user: UserId, id: NodeId, now: i64) -> ApiResult<Purged> {
    find(conn, user, id)?;
    let purged = subtree::purge(conn, id, now, None)?;
    let (bytes, files) = (purged.bytes, purged.files);
    users::count(conn, user, -bytes, -files, -purged.live_files)?;
    // Clearing up is always possible, though it too leaves traces.
    add_records(conn, user, -purged.records, u64::MAX)?;
    Ok(purged)
}

/// An entry of this owner's.
///
/// # Errors
/// 410 for what its owner has purged, 404 for everything else that is not there.
pub(crate) fn find(conn: &mut dyn Conn, user: UserId, id: NodeId) -> ApiResult<EntryRow> {
    match entries::get(conn, user, id)? {
        Some(row) => Ok(row),
        None if nodes::is_gone(conn, user, id)? => Err(ApiError::gone()),
        None => Err(ApiError::not_found()),
    }
}

/// An entry that is not in the trash.
fn find_live(conn: &mut dyn Conn, user: UserId, id: NodeId) -> ApiResult<EntryRow> {
    let row = find(conn, user, id)?;
    if row.live {
        Ok(row)
    } else {
        Err(ApiError::gone())
    }
}

/// # Errors
/// When it is no folder that something can be put into.
fn check_folder(conn: &mut dyn Conn, user: UserId, folder: NodeId) -> ApiResult<()> {
    let details = json!({ "field": "parent_id" });
    let row = find_live(conn, user, folder).map_err(|error| error.with_details(details.clone()))?;
    if row.is_folder {
        Ok(())
    } else {
        Err(ApiError::conflict("It is not a folder.").with_details(details))
    }
}

/// What a name and metadata take, in bytes.
fn kept(name: &str, metadata: &str) -> i64 {
    i64::try_from(name.len() + metadata.len()).unwrap_or(i64::MAX)
}

/// # Errors
/// 402 when the account's rows would have more than they may.
fn add_records(conn: &mut dyn Conn, user: UserId, bytes: i64, limit: u64) -> ApiResult<()> {
    if users::add_records(conn, user, bytes, limit)? {
        return Ok(());
    }
    let used = users::records(conn, user)?;
    Err(ApiError::records_full(used, limit, bytes.unsigned_abs()))
}

fn too_deep() -> ApiError {
    ApiError::conflict("Folders cannot be nested that deeply.")
        .with_details(json!({ "deepest": DEEPEST }))
}
