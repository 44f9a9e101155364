//! The trees of accounts without keys: no heads, no commits, no change feed.

use protocol::{NodeId, NodeKind, UserId};

use super::nodes::kind_number;
use crate::db::{Conn, DbError, blob, int, opt_blob, opt_int, text};

statements! {
    INSERT = "INSERT INTO nodes (id, owner_id, parent_id, kind, epoch, wrapped_key, meta_rev, meta,
                                 bare_metadata, live, uploaded_at, created_at, updated_at, feed)
              SELECT ?1, ?2, ?3, ?4, 1, ?5, 1, ?6, ?7, 1, ?8, ?8, ?8, 0
              WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)
              ON CONFLICT DO NOTHING";
    UPDATE = "UPDATE nodes SET parent_id = ?2, meta = ?3, bare_metadata = ?4,
                               meta_rev = meta_rev + 1, updated_at = ?5 WHERE id = ?1";
    SET_TRASHED = "UPDATE nodes SET trashed_at = ?2, meta_rev = meta_rev + 1, updated_at = ?3
                   WHERE id = ?1";
    DEPTH = "WITH RECURSIVE above (id, parent_id, level) AS (
                 SELECT id, parent_id, 1 FROM nodes WHERE id = ?1
                 UNION ALL
                 SELECT n.id, n.parent_id, a.level + 1 FROM nodes n JOIN above a ON n.id = a.parent_id
                 WHERE a.level < 1000)
             SELECT MAX(level) FROM above";
    IS_BELOW = "WITH RECURSIVE above (id, parent_id, level) AS (
                    SELECT id, parent_id, 1 FROM nodes WHERE id = ?1
                    UNION ALL
                    SELECT n.id, n.parent_id, a.level + 1
                    FROM nodes n JOIN above a ON n.id = a.parent_id WHERE a.level < 1000)
                SELECT 1 FROM above WHERE id = ?2";
    HEIGHT = "WITH RECURSIVE below (id, level) AS (
                  SELECT id, 1 FROM nodes WHERE id = ?1
                  UNION ALL
                  SELECT n.id, b.level + 1 FROM nodes n JOIN below b ON n.parent_id = b.id
                  WHERE n.kind = 1 AND b.level < 1000)
              SELECT MAX(level) FROM below";
}

/// A new file or folder.
pub(crate) struct NewEntry<'a> {
    pub(crate) id: NodeId,
    pub(crate) owner: UserId,
    /// `None`: at the top.
    pub(crate) parent: Option<NodeId>,
    pub(crate) kind: NodeKind,
    pub(crate) name: &'a str,
    /// A JSON object of strings.
    pub(crate) metadata: &'a str,
    pub(crate) now: i64,
}

/// Whether it was made; not when its id was ever used, by anyone.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewEntry<'_>) -> Result<bool, DbError> {
    let inserted = conn.execute(
        INSERT,
        &[
            blob(new.id.as_bytes()),
            blob(new.owner.as_bytes()),
            opt_blob(new.parent.as_ref().map(|id| &id.as_bytes()[..])),
            int(kind_number(new.kind)),
            blob(&[]),
            blob(new.name.as_bytes()),
            text(new.metadata),
            int(new.now),
        ],
    )?;
    Ok(inserted == 1)
}

/// Replaces place, name and metadata.
pub(crate) fn update(
    conn: &mut dyn Conn,
    id: NodeId,
    parent: Option<NodeId>,
    name: &str,
    metadata: &str,
    now: i64,
) -> Result<(), DbError> {
    let params = [
        blob(id.as_bytes()),
        opt_blob(parent.as_ref().map(|id| &id.as_bytes()[..])),
        blob(name.as_bytes()),
        text(metadata),
        int(now),
    ];
    conn.execute(UPDATE, &params)?;
    Ok(())
}

/// Puts it into the trash, or takes it out.
pub(crate) fn set_trashed(
    conn: &mut dyn Conn,
    id: NodeId,
    trashed_at: Option<i64>,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        SET_TRASHED,
        &[blob(id.as_bytes()), opt_int(trashed_at), int(now)],
    )?;
    Ok(())
}

/// How many folders there are from the top down to this one, itself included.
pub(crate) fn depth(conn: &mut dyn Conn, folder: NodeId) -> Result<u64, DbError> {
    level(conn, DEPTH, folder)
}

/// How many folders are below one another from this one on, itself included.
pub(crate) fn height(conn: &mut dyn Conn, folder: NodeId) -> Result<u64, DbError> {
    level(conn, HEIGHT, folder)
}

/// Whether a folder is another one, or somewhere below it.
pub(crate) fn is_below(
    conn: &mut dyn Conn,
    folder: NodeId,
    other: NodeId,
) -> Result<bool, DbError> {
    let params = [blob(folder.as_bytes()), blob(other.as_bytes())];
    Ok(conn.query_one(IS_BELOW, &params)?.is_some())
}

fn level(conn: &mut dyn Conn, sql: &'static str, folder: NodeId) -> Result<u64, DbError> {
    let row = conn.query_one(sql, &[blob(folder.as_bytes())])?;
    let level = row.map(|mut row| row.take::<Option<u64>>(0)).transpose()?;
    Ok(level.flatten().unwrap_or(0))
}
