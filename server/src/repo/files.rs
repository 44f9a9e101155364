//! The listing of files with page numbers.

use protocol::{FileEntry, UserId};
use serde_json::json;

use crate::clock::rfc3339;
use crate::db::{Conn, DbError, blob, int};

/// One statement for each way of sorting: SQL is static.
macro_rules! listing {
    ($order:literal) => {
        concat!(
            "SELECT id, meta, file_size, uploaded_at, last_accessed_at FROM nodes
             WHERE owner_id = ?1 AND live = 1 AND kind = 0 ORDER BY ",
            $order,
            " LIMIT ?2 OFFSET ?3"
        )
    };
}

statements! {
    BY_UPLOADED = listing!("uploaded_at, id");
    BY_UPLOADED_DESC = listing!("uploaded_at DESC, id DESC");
    BY_SIZE = listing!("file_size, id");
    BY_SIZE_DESC = listing!("file_size DESC, id DESC");
    BY_NAME = listing!("meta, id");
    BY_NAME_DESC = listing!("meta DESC, id DESC");
    DETAILS = "SELECT file_size, uploaded_at, last_accessed_at FROM nodes WHERE id = ?1";
}

/// What the listing is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    UploadedAt,
    FileSize,
    /// The sealed bytes; the order means nothing but is stable.
    EncryptedFilename,
}

/// One page of an account's live files.
pub(crate) fn page(
    conn: &mut dyn Conn,
    owner: UserId,
    sort_by: SortBy,
    descending: bool,
    limit: u64,
    offset: u64,
) -> Result<Vec<FileEntry>, DbError> {
    let sql = match (sort_by, descending) {
        (SortBy::UploadedAt, false) => BY_UPLOADED,
        (SortBy::UploadedAt, true) => BY_UPLOADED_DESC,
        (SortBy::FileSize, false) => BY_SIZE,
        (SortBy::FileSize, true) => BY_SIZE_DESC,
        (SortBy::EncryptedFilename, false) => BY_NAME,
        (SortBy::EncryptedFilename, true) => BY_NAME_DESC,
    };
    conn.query(sql, &[blob(owner.as_bytes()), int(limit), int(offset)])?
        .into_iter()
        .map(|mut row| {
            Ok(FileEntry {
                id: row.take(0)?,
                encrypted_filename: row.take::<protocol::Base64>(1)?.to_string(),
                encrypted_metadata: json!({}),
                file_size: row.take(2)?,
                uploaded_at: rfc3339(row.take(3)?),
                last_accessed: row.take::<Option<i64>>(4)?.map(rfc3339),
            })
        })
        .collect()
}

/// A file's size in bytes, when it was uploaded and last read. The owner must have been checked.
pub(crate) fn details(
    conn: &mut dyn Conn,
    id: protocol::NodeId,
) -> Result<Option<(u64, i64, Option<i64>)>, DbError> {
    conn.query_one(DETAILS, &[blob(id.as_bytes())])?
        .map(|mut row| Ok((row.take(0)?, row.take(1)?, row.take(2)?)))
        .transpose()
}
