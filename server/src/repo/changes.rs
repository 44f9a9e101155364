//! The change feed: nodes, tombstones and heads in the order in which they last changed.

use protocol::{ChangeRecord, Head, NodeId, UserId};

use super::nodes::{node, node_columns};
use crate::db::{Conn, DbError, blob, int};

statements! {
    NODES = concat!("SELECT ", node_columns!(), ", feed FROM nodes
             WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed, id LIMIT ?4");
    TOMBSTONES = "SELECT id, parent_id, feed FROM tombstones
                  WHERE owner_id = ?1 AND feed > ?2 AND feed <= ?3 ORDER BY feed, id LIMIT ?4";
    HEADS = "SELECT n.id, h.seq, h.sealed FROM nodes n
                    JOIN heads h ON h.node_id = n.id AND h.seq = n.head_seq
             WHERE n.owner_id = ?1 AND n.head_feed > ?2 AND n.head_feed <= ?3
             ORDER BY n.head_feed, n.id";
}

/// A change with its place in the feed.
pub(crate) struct Placed {
    pub(crate) feed: u64,
    pub(crate) record: ChangeRecord,
}

/// Up to `limit` nodes that last changed after `after` and not after `until`.
pub(crate) fn nodes(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Placed>, DbError> {
    conn.query(
        NODES,
        &[blob(owner.as_bytes()), int(after), int(until), int(limit)],
    )?
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

/// Up to `limit` nodes that were purged after `after` and not after `until`.
pub(crate) fn tombstones(
    conn: &mut dyn Conn,
    owner: UserId,
    after: u64,
    until: u64,
    limit: u64,
) -> Result<Vec<Placed>, DbError> {
    conn.query(
        TOMBSTONES,
        &[blob(owner.as_bytes()), int(after), int(until), int(limit)],
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
