//! What concerns a node with everything below it.

use protocol::{NodeId, UploadId};

use super::versions;
use crate::db::{Conn, DbError, Param, blob, int};

/// The node and all nodes below it.
macro_rules! below {
    () => {
        "WITH RECURSIVE below (id) AS (
             SELECT id FROM nodes WHERE id = ?1
             UNION ALL
             SELECT n.id FROM nodes n JOIN below b ON n.parent_id = b.id) "
    };
}

/// The same, but not below nodes that are in the trash themselves.
macro_rules! untrashed_below {
    () => {
        "WITH RECURSIVE below (id) AS (
             SELECT id FROM nodes WHERE id = ?1
             UNION ALL
             SELECT n.id FROM nodes n JOIN below b ON n.parent_id = b.id
             WHERE n.trashed_at IS NULL) "
    };
}

statements! {
    COUNT_LIVE = concat!(below!(), "SELECT COUNT(*) FROM nodes
                 WHERE id IN (SELECT id FROM below) AND kind = 0 AND live = 1");
    HIDE = concat!(below!(), "UPDATE nodes SET live = 0
           WHERE id IN (SELECT id FROM below) AND live = 1");
    COUNT_HIDDEN = concat!(untrashed_below!(), "SELECT COUNT(*) FROM nodes
                   WHERE id IN (SELECT id FROM below) AND kind = 0 AND live = 0");
    SHOW = concat!(untrashed_below!(), "UPDATE nodes SET live = 1
           WHERE id IN (SELECT id FROM below) AND live = 0");
    TOTALS = concat!(below!(), "SELECT CAST(COALESCE(SUM(stored_size), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN kind = 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN kind = 0 THEN live ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(moved), 0) AS BIGINT)
             FROM nodes WHERE id IN (SELECT id FROM below)");
    RECORDS = concat!(below!(), "SELECT
             (SELECT CAST(COALESCE(SUM(LENGTH(meta) + LENGTH(wrapped_key)
                                       + COALESCE(OCTET_LENGTH(bare_metadata), 0) + 256), 0) AS BIGINT)
              FROM nodes WHERE id IN (SELECT id FROM below))
           + (SELECT CAST(COALESCE(SUM(LENGTH(sealed) + 256), 0) AS BIGINT)
              FROM heads WHERE node_id IN (SELECT id FROM below))
           + (SELECT CAST(COALESCE(SUM(LENGTH(record) + LENGTH(wrapped_key) + 256), 0) AS BIGINT)
              FROM versions WHERE node_id IN (SELECT id FROM below))
           - (SELECT COUNT(*) * 256 FROM below)");
    BLOBS = concat!(below!(), "SELECT DISTINCT blob_id FROM versions
            WHERE node_id IN (SELECT id FROM below)");
    // However deep: whoever is at the top has been everywhere on the way.
    CONTAINS = "WITH RECURSIVE above (id) AS (
                    SELECT id FROM nodes WHERE id = ?2
                    UNION
                    SELECT n.parent_id FROM nodes n JOIN above a ON n.id = a.id
                    WHERE n.parent_id IS NOT NULL)
                SELECT CAST(COALESCE(SUM(CASE WHEN id = ?1 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*)
                FROM above";
    SPEND_VERSIONS = concat!(below!(), "INSERT INTO spent_versions (id)
                     SELECT id FROM versions WHERE node_id IN (SELECT id FROM below)");
    ENTOMB = concat!(below!(), "INSERT INTO tombstones (id, owner_id, parent_id, kind, purged_at, feed)
             SELECT id, owner_id, parent_id, kind, ?2,
                    CASE WHEN id = ?1 OR moved = 1 THEN ?3 ELSE NULL END
             FROM nodes WHERE id IN (SELECT id FROM below)");
    DELETE_VERSIONS = concat!(below!(), "DELETE FROM versions
                      WHERE node_id IN (SELECT id FROM below)");
    DELETE_HEADS = concat!(below!(), "DELETE FROM heads WHERE node_id IN (SELECT id FROM below)");
    DELETE_ACLS = concat!(below!(), "DELETE FROM acls WHERE node_id IN (SELECT id FROM below)");
    DELETE_NODES = concat!(below!(), "DELETE FROM nodes WHERE id IN (SELECT id FROM below)");
}

/// What a purge gave back.
pub(crate) struct Purged {
    /// Those that no version names any more: to be deleted once the transaction is durable.
    pub(crate) blobs: Vec<UploadId>,
    /// Stored bytes.
    pub(crate) bytes: i64,
    pub(crate) files: i64,
    pub(crate) live_files: i64,
    /// Nodes that came from other folders: each has a place in the feed.
    pub(crate) moved: u64,
    /// Files and folders: how much work it was.
    pub(crate) nodes: u64,
    /// Bytes in the database, less what the tombstones take.
    pub(crate) records: i64,
}

/// What became visible, or did not stay so.
pub(crate) struct Toggled {
    pub(crate) files: i64,
    /// Files and folders: how much work it was.
    pub(crate) nodes: u64,
}

/// Marks a node and all below it as not live.
pub(crate) fn hide(conn: &mut dyn Conn, top: NodeId) -> Result<Toggled, DbError> {
    let top = [blob(top.as_bytes())];
    Ok(Toggled {
        files: single(conn, COUNT_LIVE, &top)?,
        nodes: conn.execute(HIDE, &top)?,
    })
}

/// Marks a node and all below it as live, but for what was trashed on its own.
pub(crate) fn show(conn: &mut dyn Conn, top: NodeId) -> Result<Toggled, DbError> {
    let top = [blob(top.as_bytes())];
    Ok(Toggled {
        files: single(conn, COUNT_HIDDEN, &top)?,
        nodes: conn.execute(SHOW, &top)?,
    })
}

/// Whether a node is another one, or somewhere below it, and how many steps it took to know.
pub(crate) fn contains(
    conn: &mut dyn Conn,
    top: NodeId,
    node: NodeId,
) -> Result<(bool, u64), DbError> {
    let params = [blob(top.as_bytes()), blob(node.as_bytes())];
    let mut row = conn
        .query_one(CONTAINS, &params)?
        .expect("an aggregate has one row");
    Ok((row.take::<i64>(0)? > 0, row.take(1)?))
}

/// Removes a node and all below it. Ids stay taken; only the top, and what came from other
/// folders, gets a place in the feed, if the account has one.
pub(crate) fn purge(
    conn: &mut dyn Conn,
    top: NodeId,
    now: i64,
    feed: Option<u64>,
) -> Result<Purged, DbError> {
    let id = blob(top.as_bytes());
    let mut totals = conn
        .query_one(TOTALS, &[id])?
        .expect("an aggregate has one row");
    let (bytes, files, live_files) = (totals.take(0)?, totals.take(1)?, totals.take(2)?);
    let moved = totals.take(3)?;
    let records = single(conn, RECORDS, &[id])?;
    let named: Vec<UploadId> = conn
        .query(BLOBS, &[id])?
        .into_iter()
        .map(|mut row| row.take(0))
        .collect::<Result<_, _>>()?;
    conn.execute(SPEND_VERSIONS, &[id])?;
    let nodes = conn.execute(ENTOMB, &[id, int(now), feed.map_or(Param::Null, int)])?;
    for statement in [DELETE_VERSIONS, DELETE_HEADS, DELETE_ACLS, DELETE_NODES] {
        conn.execute(statement, &[id])?;
    }
    // Only now: to ask while their versions are there would take as many steps for each as it has.
    let mut blobs = Vec::new();
    for blob in named {
        if versions::doom(conn, blob)? {
            blobs.push(blob);
        }
    }
    Ok(Purged {
        blobs,
        bytes,
        files,
        live_files,
        moved,
        nodes,
        records,
    })
}

fn single(conn: &mut dyn Conn, sql: &'static str, params: &[Param<'_>]) -> Result<i64, DbError> {
    conn.query_one(sql, params)?
        .expect("an aggregate has one row")
        .take(0)
}
