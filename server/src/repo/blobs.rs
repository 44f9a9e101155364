//! Blobs that have to go: noted in the transaction that takes their last name away, so that
//! neither a crash nor a client that hangs up leaves their bytes behind.

use protocol::UploadId;

use crate::db::{Conn, DbError, blob, int};

statements! {
    DOOMED = "SELECT id FROM doomed_blobs ORDER BY id LIMIT ?1";
    DISCARDED = "DELETE FROM doomed_blobs WHERE id = ?1";
}

/// Some of them.
pub(crate) fn doomed(conn: &mut dyn Conn, limit: u64) -> Result<Vec<UploadId>, DbError> {
    conn.query(DOOMED, &[int(limit)])?
        .into_iter()
        .map(|mut row| row.take(0))
        .collect()
}

/// They are gone.
pub(crate) fn discarded(conn: &mut dyn Conn, ids: &[UploadId]) -> Result<(), DbError> {
    for id in ids {
        conn.execute(DISCARDED, &[blob(id.as_bytes())])?;
    }
    Ok(())
}
