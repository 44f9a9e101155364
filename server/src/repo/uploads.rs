//! Staged uploads.

use protocol::{UploadId, UserId};

use crate::db::{Conn, DbError, blob, int, text};

statements! {
    INSERT = "INSERT INTO uploads (id, owner_id, length, received, metadata, created_at, expires_at)
              VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)";
    GET = "SELECT length, received, metadata, expires_at FROM uploads
           WHERE id = ?1 AND owner_id = ?2";
    ADVANCE = "UPDATE uploads SET received = ?2, expires_at = ?3 WHERE id = ?1 AND received <= ?2";
    DELETE = "DELETE FROM uploads WHERE id = ?1 AND owner_id = ?2 RETURNING length";
    DELETE_EXPIRED = "DELETE FROM uploads WHERE id = ?1 AND owner_id = ?2 AND expires_at <= ?3
                      RETURNING length";
    TAKE = "DELETE FROM uploads WHERE id = ?1 AND owner_id = ?2 AND received = length
            RETURNING length";
    NTH = "SELECT 1 FROM uploads WHERE owner_id = ?1 LIMIT 1 OFFSET ?2";
    EXPIRED = "SELECT id, owner_id FROM uploads WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    EXISTS = "SELECT 1 FROM uploads WHERE id = ?1";
}

/// A staged upload; sizes in bytes.
#[derive(Clone, Debug)]
pub(crate) struct UploadRow {
    pub(crate) length: u64,
    /// What is durable.
    pub(crate) received: u64,
    /// As the client sent it, in tus's own form.
    pub(crate) metadata: String,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert(
    conn: &mut dyn Conn,
    id: UploadId,
    owner: UserId,
    length: u64,
    metadata: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), DbError> {
    conn.execute(
        INSERT,
        &[
            blob(id.as_bytes()),
            blob(owner.as_bytes()),
            int(length),
            text(metadata),
            int(now),
            int(expires_at),
        ],
    )?;
    Ok(())
}

pub(crate) fn get(
    conn: &mut dyn Conn,
    id: UploadId,
    owner: UserId,
) -> Result<Option<UploadRow>, DbError> {
    conn.query_one(GET, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| {
            Ok(UploadRow {
                length: row.take(0)?,
                received: row.take(1)?,
                metadata: row.take(2)?,
                expires_at: row.take(3)?,
            })
        })
        .transpose()
}

/// Notes what is durable by now; `false` when the upload is gone.
pub(crate) fn advance(
    conn: &mut dyn Conn,
    id: UploadId,
    received: u64,
    expires_at: i64,
) -> Result<bool, DbError> {
    Ok(conn.execute(
        ADVANCE,
        &[blob(id.as_bytes()), int(received), int(expires_at)],
    )? == 1)
}

/// Removes an upload; answers its declared length, `None` when there is none.
pub(crate) fn delete(
    conn: &mut dyn Conn,
    id: UploadId,
    owner: UserId,
) -> Result<Option<u64>, DbError> {
    conn.query_one(DELETE, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Removes an upload if its time is over still; answers its declared length.
pub(crate) fn delete_expired(
    conn: &mut dyn Conn,
    id: UploadId,
    owner: UserId,
    now: i64,
) -> Result<Option<u64>, DbError> {
    let params = [blob(id.as_bytes()), blob(owner.as_bytes()), int(now)];
    conn.query_one(DELETE_EXPIRED, &params)?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Takes a finished upload for a version; answers its length, `None` when there is no such.
pub(crate) fn take(
    conn: &mut dyn Conn,
    id: UploadId,
    owner: UserId,
) -> Result<Option<u64>, DbError> {
    conn.query_one(TAKE, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Uploads whose time is over, the oldest first.
pub(crate) fn expired(
    conn: &mut dyn Conn,
    now: i64,
    limit: u64,
) -> Result<Vec<(UploadId, UserId)>, DbError> {
    conn.query(EXPIRED, &[int(now), int(limit)])?
        .into_iter()
        .map(|mut row| Ok((row.take(0)?, row.take(1)?)))
        .collect()
}

/// Whether an account has at least so many uploads open.
pub(crate) fn has_open(conn: &mut dyn Conn, owner: UserId, count: u32) -> Result<bool, DbError> {
    let skipped = count.saturating_sub(1);
    let params = [blob(owner.as_bytes()), int(skipped)];
    Ok(conn.query_one(NTH, &params)?.is_some())
}

/// Whether there is such an upload, whosever it is.
pub(crate) fn exists(conn: &mut dyn Conn, id: UploadId) -> Result<bool, DbError> {
    Ok(conn.query_one(EXISTS, &[blob(id.as_bytes())])?.is_some())
}
