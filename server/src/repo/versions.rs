//! Versions of files, and the blobs that they name.

use protocol::{NodeId, UploadId, UserId, Version, VersionId};

use super::Budget;
use crate::clock::rfc3339;
use crate::db::{Conn, DbError, blob, int};

statements! {
    INSERT = "INSERT INTO versions (id, node_id, seq, wrapped_key, record, blob_id, size, created_at)
              SELECT ?1, ?2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM versions WHERE node_id = ?2),
                     ?3, ?4, ?5, ?6, ?7
              WHERE NOT EXISTS (SELECT 1 FROM spent_versions WHERE id = ?1)
              ON CONFLICT DO NOTHING";
    OF_NODE = "SELECT id, wrapped_key, record, size, created_at FROM versions
               WHERE node_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    SEQ = "SELECT seq FROM versions WHERE id = ?2 AND node_id = ?1";
    STORED = "SELECT v.id, v.blob_id, v.size, n.live
              FROM nodes n JOIN versions v ON v.id = n.version_id
              WHERE n.id = ?1 AND n.owner_id = ?2";
    STORED_VERSION = "SELECT v.id, v.blob_id, v.size, n.live
                      FROM nodes n JOIN versions v ON v.node_id = n.id
                      WHERE n.id = ?1 AND n.owner_id = ?2 AND v.id = ?3";
    NAMES_BLOB = "SELECT 1 FROM versions WHERE blob_id = ?1";
}

/// A new version.
pub(crate) struct NewVersionRow<'a> {
    pub(crate) id: VersionId,
    pub(crate) node: NodeId,
    pub(crate) wrapped_key: &'a [u8],
    pub(crate) record: &'a [u8],
    pub(crate) blob: UploadId,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) created_at: i64,
}

/// Where a version's bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredRow {
    pub(crate) version: VersionId,
    pub(crate) blob: UploadId,
    /// Bytes.
    pub(crate) size: u64,
    /// Not in the trash.
    pub(crate) live: bool,
}

/// Whether the version was made; not when its id or its blob was ever used, by anyone.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewVersionRow<'_>) -> Result<bool, DbError> {
    let inserted = conn.execute(
        INSERT,
        &[
            blob(new.id.as_bytes()),
            blob(new.node.as_bytes()),
            blob(new.wrapped_key),
            blob(new.record),
            blob(new.blob.as_bytes()),
            int(new.size),
            int(new.created_at),
        ],
    )?;
    Ok(inserted == 1)
}

/// A page of a file's versions that came before one of them (from the newest on, if `None`), newest
/// first, and whether there are more; `None` when that one is not the file's. The owner must have
/// been checked before.
pub(crate) fn of_node(
    conn: &mut dyn Conn,
    node: NodeId,
    before: Option<VersionId>,
    limit: u64,
) -> Result<Option<(Vec<Version>, bool)>, DbError> {
    let node = blob(node.as_bytes());
    let before = match &before {
        Some(version) => match conn.query_one(SEQ, &[node, blob(version.as_bytes())])? {
            Some(mut row) => row.take::<u64>(0)?,
            None => return Ok(None),
        },
        None => u64::MAX,
    };
    let (mut versions, mut more, mut budget) = (Vec::new(), false, Budget::page(limit));
    let params = [node, int(before), int(limit + 1)];
    conn.each(OF_NODE, &params, &mut |mut row| {
        let version = Version {
            id: row.take(0)?,
            wrapped_key: row.take(1)?,
            record: row.take(2)?,
            stored_size: row.take(3)?,
            created_at: rfc3339(row.take(4)?),
        };
        more = !budget.take(version.record.0.len() + version.wrapped_key.0.len());
        if !more {
            versions.push(version);
        }
        Ok(!more)
    })?;
    Ok(Some((versions, more)))
}

/// The bytes of a file's newest version, or of a given one.
pub(crate) fn stored(
    conn: &mut dyn Conn,
    owner: UserId,
    node: NodeId,
    version: Option<VersionId>,
) -> Result<Option<StoredRow>, DbError> {
    let (node, owner) = (blob(node.as_bytes()), blob(owner.as_bytes()));
    let row = match &version {
        Some(version) => {
            conn.query_one(STORED_VERSION, &[node, owner, blob(version.as_bytes())])?
        }
        None => conn.query_one(STORED, &[node, owner])?,
    };
    row.map(|mut row| {
        Ok(StoredRow {
            version: row.take(0)?,
            blob: row.take(1)?,
            size: row.take(2)?,
            live: row.take(3)?,
        })
    })
    .transpose()
}

/// Whether a version names this blob.
pub(crate) fn names_blob(conn: &mut dyn Conn, id: UploadId) -> Result<bool, DbError> {
    Ok(conn
        .query_one(NAMES_BLOB, &[blob(id.as_bytes())])?
        .is_some())
}
