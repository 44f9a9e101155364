//! Heads and access-control records: every one that ever was is kept.

use protocol::{Base64, Head, NodeId, SealedAcl};

use super::Budget;
use crate::db::{Conn, DbError, blob, int};

statements! {
    INSERT = "INSERT INTO heads (node_id, seq, sealed) VALUES (?1, ?2, ?3)";
    CURRENT = "SELECT h.seq, h.sealed FROM nodes n
                      JOIN heads h ON h.node_id = n.id AND h.seq = n.head_seq
               WHERE n.id = ?1";
    AFTER = "SELECT seq, sealed FROM heads WHERE node_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    INSERT_ACL = "INSERT INTO acls (node_id, seq, sealed) VALUES (?1, ?2, ?3)";
    CURRENT_ACL = "SELECT seq, sealed FROM acls WHERE node_id = ?1 ORDER BY seq DESC LIMIT 1";
}

pub(crate) fn insert(
    conn: &mut dyn Conn,
    node: NodeId,
    seq: u64,
    sealed: &Base64,
) -> Result<(), DbError> {
    conn.execute(INSERT, &[blob(node.as_bytes()), int(seq), blob(&sealed.0)])?;
    Ok(())
}

/// A folder's current head. The owner must have been checked before.
pub(crate) fn current(conn: &mut dyn Conn, node: NodeId) -> Result<Option<Head>, DbError> {
    conn.query_one(CURRENT, &[blob(node.as_bytes())])?
        .map(|mut row| {
            Ok(Head {
                node,
                seq: row.take(0)?,
                sealed: row.take(1)?,
            })
        })
        .transpose()
}

/// A page of heads after a seq, oldest first, and whether there are more. The owner must have been
/// checked before.
pub(crate) fn after(
    conn: &mut dyn Conn,
    node: NodeId,
    seq: u64,
    limit: u64,
) -> Result<(Vec<Head>, bool), DbError> {
    let (mut heads, mut more, mut budget) = (Vec::new(), false, Budget::page(limit));
    conn.each(
        AFTER,
        &[blob(node.as_bytes()), int(seq), int(limit + 1)],
        &mut |mut row| {
            let head = Head {
                node,
                seq: row.take(0)?,
                sealed: row.take(1)?,
            };
            more = !budget.take(head.sealed.0.len());
            if !more {
                heads.push(head);
            }
            Ok(!more)
        },
    )?;
    Ok((heads, more))
}

pub(crate) fn insert_acl(
    conn: &mut dyn Conn,
    node: NodeId,
    acl: &SealedAcl,
) -> Result<(), DbError> {
    conn.execute(
        INSERT_ACL,
        &[blob(node.as_bytes()), int(acl.seq), blob(&acl.sealed.0)],
    )?;
    Ok(())
}

/// The access-control record in force, if the folder is a share root.
pub(crate) fn current_acl(conn: &mut dyn Conn, node: NodeId) -> Result<Option<SealedAcl>, DbError> {
    conn.query_one(CURRENT_ACL, &[blob(node.as_bytes())])?
        .map(|mut row| {
            Ok(SealedAcl {
                seq: row.take(0)?,
                sealed: row.take(1)?,
            })
        })
        .transpose()
}
