//! The change feed: nodes, tombstones and heads in the order in which they last changed.

use protocol::{ChangeRecord, Head, NodeId, UserId};

use super::nodes::{node, node_columns};
use crate::db::{Conn, DbError, blob, int};

statements! {
    WEIGHTS = "SELECT feed, LENGTH(meta) + LENGTH(wrapped_key) FROM nodes
               WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed LIMIT ?4";
    TOMBSTONE_WEIGHTS = "SELECT feed, 0 FROM tombstones
               WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed LIMIT ?4";
    HEAD_WEIGHTS = "SELECT n.head_feed, LENGTH(h.sealed) FROM nodes n
                    JOIN heads h ON h.node_id = n.id AND h.seq = n.head_seq
               WHERE n.owner_id = ?1 AND n.head_feed > ?2 AND n.head_feed <= ?3
               ORDER BY n.head_feed LIMIT ?4";
    NODES = concat!("SELECT ", node_columns!(), ", feed FROM nodes
             WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed, id");
    TOMBSTONES = "SELECT id, parent_id, feed FROM tombstones
                  WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed, id";
    HEADS = "SELECT n.id, h.seq, h.sealed FROM nodes n
                    JOIN heads h ON h.node_id = n.id AND h.seq = n.head_seq
             WHERE n.owner_id = ?1 AND n.head_feed > ?2 AND n.head_feed <= ?3
             ORDER BY n.head_feed, n.id";
}

/// A place in the feed, and the sealed bytes of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) feed: u64,
    pub(crate) sealed: u64,
}

/// What the first `limit` nodes weigh that last changed after `after` and not after `until`.
pub(crate) fn weights(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Weight>, DbError> {
    weigh(conn, WEIGHTS, owner, after, until, limit)
}

/// The same for what was purged.
pub(crate) fn tombstone_weights(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Weight>, DbError> {
    weigh(conn, TOMBSTONE_WEIGHTS, owner, after, until, limit)
}

/// The same for current heads.
pub(crate) fn head_weights(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Weight>, DbError> {
    weigh(conn, HEAD_WEIGHTS, owner, after, until, limit)
}

fn weigh(
    conn: &mut dyn Conn,
    sql: &'static str,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Weight>, DbError> {
    let params = [blob(owner.as_bytes()), int(after), int(until), int(limit)];
    conn.query(sql, &params)?
        .into_iter()
        .map(|mut row| {
            Ok(Weight {
                feed: row.take(0)?,
                sealed: row.take(1)?,
            })
        })
        .collect()
}

/// A change with its place in the feed.
pub(crate) struct Placed {
    pub(crate) feed: u64,
    pub(crate) record: ChangeRecord,
}

/// The nodes that last changed after `after` and not after `until`.
pub(crate) fn nodes(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
) -> Result<Vec<Placed>, DbError> {
    conn.query(NODES, &[blob(owner.as_bytes()), int(after), int(until)])?
        .into_iter()
        .map(|mut row| {
            let feed = row.take(12)?;
            let node = node(&mut row)?;
            let record = ChangeRecord {
                id: node.id,
                parent_id: node.parent_id,
                node: Some(node),
            };
            Ok(Placed { feed, record })
        })
        .collect()
}

/// The nodes that were purged after `after` and not after `until`.
pub(crate) fn tombstones(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
) -> Result<Vec<Placed>, DbError> {
    conn.query(
        TOMBSTONES,
        &[blob(owner.as_bytes()), int(after), int(until)],
    )?
    .into_iter()
    .map(|mut row| {
        let id: NodeId = row.take(0)?;
        let record = ChangeRecord {
            id,
            parent_id: row.take(1)?,
            node: None,
        };
        Ok(Placed {
            feed: row.take(2)?,
            record,
        })
    })
    .collect()
}

/// The current heads that moved last after `after` and not after `until`.
pub(crate) fn heads(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
) -> Result<Vec<Head>, DbError> {
    conn.query(HEADS, &[blob(owner.as_bytes()), int(after), int(until)])?
        .into_iter()
        .map(|mut row| {
            Ok(Head {
                node: row.take(0)?,
                seq: row.take(1)?,
                sealed: row.take(2)?,
            })
        })
        .collect()
}
