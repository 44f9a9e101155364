//! Commits and the answers they got.

use protocol::{CommitId, UserId};

use crate::db::{Conn, DbError, blob, int};

statements! {
    GET = "SELECT feed, storage_used, storage_limit FROM commits WHERE user_id = ?1 AND id = ?2";
    AT = "SELECT id FROM commits WHERE user_id = ?1 AND feed = ?2";
    INSERT = "INSERT INTO commits (user_id, id, feed, storage_used, storage_limit, created_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
}

/// What a commit's answer is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitRow {
    /// Where the change feed stood after it.
    pub(crate) feed: u64,
    /// Bytes.
    pub(crate) storage_used: u64,
    /// Bytes.
    pub(crate) storage_limit: u64,
}

pub(crate) fn get(
    conn: &mut dyn Conn,
    user: UserId,
    id: CommitId,
) -> Result<Option<CommitRow>, DbError> {
    conn.query_one(GET, &[blob(user.as_bytes()), blob(id.as_bytes())])?
        .map(|mut row| {
            Ok(CommitRow {
                feed: row.take(0)?,
                storage_used: row.take(1)?,
                storage_limit: row.take(2)?,
            })
        })
        .transpose()
}

/// The commit with which the change feed came to a place, if it was one.
pub(crate) fn at(
    conn: &mut dyn Conn,
    user: UserId,
    feed: u64,
) -> Result<Option<CommitId>, DbError> {
    conn.query_one(AT, &[blob(user.as_bytes()), int(feed)])?
        .map(|mut row| row.take(0))
        .transpose()
}

pub(crate) fn insert(
    conn: &mut dyn Conn,
    user: UserId,
    id: CommitId,
    row: CommitRow,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        INSERT,
        &[
            blob(user.as_bytes()),
            blob(id.as_bytes()),
            int(row.feed),
            int(row.storage_used),
            int(row.storage_limit),
            int(now),
        ],
    )?;
    Ok(())
}
