//! Nodes: files and folders, one row each.

use protocol::{Node, NodeId, NodeKind, SealedMetadata, UserId, VersionId};

use super::Budget;
use crate::clock::rfc3339;
use crate::db::{Conn, DbError, Row, blob, int, opt_blob, opt_int};

/// The columns of a [`Node`], in the order that [`node`] reads them.
macro_rules! node_columns {
    () => {
        "id, parent_id, kind, epoch, wrapped_key, meta_rev, meta, trashed_at, version_id, \
         stored_size, created_at, updated_at"
    };
}
pub(super) use node_columns;

statements! {
    INSERT = "INSERT INTO nodes (id, owner_id, parent_id, kind, epoch, wrapped_key, meta_rev, meta,
                                 live, created_at, updated_at, feed)
              SELECT ?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?9, ?10
              WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)
              ON CONFLICT DO NOTHING";
    STATE = "SELECT parent_id, kind, meta_rev, trashed_at, live, head_seq,
                    LENGTH(meta) + LENGTH(wrapped_key)
             FROM nodes WHERE id = ?1 AND owner_id = ?2";
    GET = concat!("SELECT ", node_columns!(), " FROM nodes WHERE id = ?1 AND owner_id = ?2");
    CHILDREN = concat!("SELECT ", node_columns!(), " FROM nodes
                WHERE parent_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    FIRST_CHILDREN = concat!("SELECT ", node_columns!(), " FROM nodes
                WHERE parent_id = ?1 ORDER BY id LIMIT ?2");
    IS_GONE = "SELECT 1 FROM tombstones WHERE id = ?1 AND owner_id = ?2";
    SET_META = "UPDATE nodes SET meta = ?3, meta_rev = ?2, updated_at = ?4, feed = ?5 WHERE id = ?1";
    SET_TRASHED = "UPDATE nodes SET trashed_at = ?2, updated_at = ?3, feed = ?4 WHERE id = ?1";
    SET_HEAD = "UPDATE nodes SET head_seq = ?2, head_feed = ?3 WHERE id = ?1";
    SET_VERSION = "UPDATE nodes SET version_id = ?2, file_size = ?3, stored_size = stored_size + ?3,
                          uploaded_at = ?4, updated_at = ?4, feed = ?5
                   WHERE id = ?1";
    VERSION_REMOVED = "UPDATE nodes SET
                           (version_id, file_size, uploaded_at) =
                               (SELECT v.id, v.size, v.created_at FROM versions v
                                WHERE v.node_id = nodes.id ORDER BY v.seq DESC LIMIT 1),
                           stored_size = stored_size - ?2, updated_at = ?3, feed = ?4
                       WHERE id = ?1";
    SET_PARENT = "UPDATE nodes SET parent_id = ?2, wrapped_key = ?3, moved = 1, updated_at = ?4,
                                   feed = ?5 WHERE id = ?1";
    SET_KEY = "UPDATE nodes SET epoch = ?2, wrapped_key = ?3, updated_at = ?4, feed = ?5
               WHERE id = ?1 AND epoch <= ?2";
    TOUCH_ACCESSED = "UPDATE nodes SET last_accessed_at = ?2
                      WHERE id = ?1 AND COALESCE(last_accessed_at, 0) < ?3";
}

/// A new node.
pub(crate) struct NewNode<'a> {
    pub(crate) id: NodeId,
    pub(crate) owner: UserId,
    pub(crate) parent: Option<NodeId>,
    pub(crate) kind: NodeKind,
    pub(crate) wrapped_key: &'a [u8],
    pub(crate) metadata: &'a SealedMetadata,
    pub(crate) live: bool,
    pub(crate) created_at: i64,
    pub(crate) feed: u64,
}

/// What a commit must know of a node before changing it.
#[derive(Clone, Debug)]
pub(crate) struct NodeState {
    pub(crate) parent: Option<NodeId>,
    pub(crate) kind: NodeKind,
    pub(crate) meta_rev: u64,
    pub(crate) trashed: bool,
    pub(crate) live: bool,
    /// Folders only.
    pub(crate) head_seq: Option<u64>,
    /// The bytes of its sealed metadata and wrapped key.
    pub(crate) sealed: u64,
}

pub(super) fn kind_number(kind: NodeKind) -> i64 {
    match kind {
        NodeKind::File => 0,
        NodeKind::Folder => 1,
    }
}

fn kind(number: i64) -> NodeKind {
    if number == 1 {
        NodeKind::Folder
    } else {
        NodeKind::File
    }
}

/// Reads the columns of `node_columns!`, starting with the first.
pub(super) fn node(row: &mut Row) -> Result<Node, DbError> {
    Ok(Node {
        id: row.take(0)?,
        parent_id: row.take(1)?,
        kind: kind(row.take(2)?),
        epoch: row.take(3)?,
        wrapped_key: row.take(4)?,
        metadata: SealedMetadata {
            rev: row.take(5)?,
            sealed: row.take(6)?,
        },
        trashed_at: row.take::<Option<i64>>(7)?.map(rfc3339),
        version_id: row.take(8)?,
        stored_size: row.take(9)?,
        created_at: rfc3339(row.take(10)?),
        updated_at: rfc3339(row.take(11)?),
    })
}

/// Whether the node was made; not when its id was ever used, by anyone.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewNode<'_>) -> Result<bool, DbError> {
    let inserted = conn.execute(
        INSERT,
        &[
            blob(new.id.as_bytes()),
            blob(new.owner.as_bytes()),
            opt_blob(new.parent.as_ref().map(|id| &id.as_bytes()[..])),
            int(kind_number(new.kind)),
            blob(new.wrapped_key),
            int(new.metadata.rev),
            blob(&new.metadata.sealed.0),
            int(i64::from(new.live)),
            int(new.created_at),
            int(new.feed),
        ],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn state(
    conn: &mut dyn Conn,
    owner: UserId,
    id: NodeId,
) -> Result<Option<NodeState>, DbError> {
    conn.query_one(STATE, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| {
            Ok(NodeState {
                parent: row.take(0)?,
                kind: kind(row.take(1)?),
                meta_rev: row.take(2)?,
                trashed: row.take::<Option<i64>>(3)?.is_some(),
                live: row.take(4)?,
                head_seq: row.take(5)?,
                sealed: row.take(6)?,
            })
        })
        .transpose()
}

pub(crate) fn get(conn: &mut dyn Conn, owner: UserId, id: NodeId) -> Result<Option<Node>, DbError> {
    conn.query_one(GET, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| node(&mut row))
        .transpose()
}

/// A page of children after an id, in the order of their ids, and whether there are more. The
/// folder's owner must have been checked before.
pub(crate) fn children(
    conn: &mut dyn Conn,
    folder: NodeId,
    after: Option<NodeId>,
    limit: u64,
) -> Result<(Vec<Node>, bool), DbError> {
    let (mut children, mut more, mut budget) = (Vec::new(), false, Budget::page(limit));
    let folder = blob(folder.as_bytes());
    let mut visit = |mut row: Row| {
        let child = node(&mut row)?;
        more = !budget.take(child.metadata.sealed.0.len() + child.wrapped_key.0.len());
        if !more {
            children.push(child);
        }
        Ok(!more)
    };
    match &after {
        Some(after) => {
            let params = [folder, blob(after.as_bytes()), int(limit + 1)];
            conn.each(CHILDREN, &params, &mut visit)?;
        }
        None => conn.each(FIRST_CHILDREN, &[folder, int(limit + 1)], &mut visit)?,
    }
    Ok((children, more))
}

/// Whether the owner once had such a node and purged it.
pub(crate) fn is_gone(conn: &mut dyn Conn, owner: UserId, id: NodeId) -> Result<bool, DbError> {
    Ok(conn
        .query_one(IS_GONE, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .is_some())
}

pub(crate) fn set_metadata(
    conn: &mut dyn Conn,
    id: NodeId,
    metadata: &SealedMetadata,
    now: i64,
    feed: u64,
) -> Result<(), DbError> {
    let (rev, sealed) = (int(metadata.rev), blob(&metadata.sealed.0));
    conn.execute(
        SET_META,
        &[blob(id.as_bytes()), rev, sealed, int(now), int(feed)],
    )?;
    Ok(())
}

pub(crate) fn set_trashed(
    conn: &mut dyn Conn,
    id: NodeId,
    trashed_at: Option<i64>,
    now: i64,
    feed: u64,
) -> Result<(), DbError> {
    conn.execute(
        SET_TRASHED,
        &[
            blob(id.as_bytes()),
            opt_int(trashed_at),
            int(now),
            int(feed),
        ],
    )?;
    Ok(())
}

pub(crate) fn set_head(
    conn: &mut dyn Conn,
    id: NodeId,
    seq: u64,
    feed: u64,
) -> Result<(), DbError> {
    conn.execute(SET_HEAD, &[blob(id.as_bytes()), int(seq), int(feed)])?;
    Ok(())
}

/// Makes a version the newest of its file and counts its bytes.
pub(crate) fn set_version(
    conn: &mut dyn Conn,
    id: NodeId,
    version: VersionId,
    size: u64,
    now: i64,
    feed: u64,
) -> Result<(), DbError> {
    let params = [
        blob(id.as_bytes()),
        blob(version.as_bytes()),
        int(size),
        int(now),
        int(feed),
    ];
    conn.execute(SET_VERSION, &params)?;
    Ok(())
}

/// A version with so many bytes was removed: the newest of those that are left is the newest.
pub(crate) fn version_removed(
    conn: &mut dyn Conn,
    id: NodeId,
    bytes: i64,
    now: i64,
    feed: u64,
) -> Result<(), DbError> {
    let params = [blob(id.as_bytes()), int(bytes), int(now), int(feed)];
    conn.execute(VERSION_REMOVED, &params)?;
    Ok(())
}

/// Puts a node into another folder, under whose key its own is wrapped now.
pub(crate) fn set_parent(
    conn: &mut dyn Conn,
    id: NodeId,
    parent: NodeId,
    wrapped_key: &[u8],
    now: i64,
    feed: u64,
) -> Result<(), DbError> {
    let params = [
        blob(id.as_bytes()),
        blob(parent.as_bytes()),
        blob(wrapped_key),
        int(now),
        int(feed),
    ];
    conn.execute(SET_PARENT, &params)?;
    Ok(())
}

/// Sets a node's key as it is wrapped anew; false if its epoch would go back.
pub(crate) fn set_key(
    conn: &mut dyn Conn,
    id: NodeId,
    epoch: u64,
    wrapped_key: &[u8],
    now: i64,
    feed: u64,
) -> Result<bool, DbError> {
    let params = [
        blob(id.as_bytes()),
        int(epoch),
        blob(wrapped_key),
        int(now),
        int(feed),
    ];
    Ok(conn.execute(SET_KEY, &params)? == 1)
}

/// Notes a download, unless one was noted after `unless_after`.
pub(crate) fn touch_accessed(
    conn: &mut dyn Conn,
    id: NodeId,
    now: i64,
    unless_after: i64,
) -> Result<(), DbError> {
    conn.execute(
        TOUCH_ACCESSED,
        &[blob(id.as_bytes()), int(now), int(unless_after)],
    )?;
    Ok(())
}
