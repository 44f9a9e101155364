//! Versions of files, and the blobs that they name.

use protocol::{NodeId, UploadId, UserId, Version, VersionId};

use super::Budget;
use crate::clock::rfc3339;
use crate::db::{Conn, DbError, blob, int};

statements! {
    INSERT = "INSERT INTO versions (id, node_id, seq, wrapped_key, record, blob_id, size, thumbnail,
                                    created_at)
              SELECT ?1, ?2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM versions WHERE node_id = ?2),
                     ?3, ?4, ?5, ?6, ?7, ?8
              WHERE NOT EXISTS (SELECT 1 FROM spent_versions WHERE id = ?1)
              ON CONFLICT DO NOTHING";
    OF_NODE = "SELECT id, wrapped_key, record, size, created_at FROM versions
               WHERE node_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    SEQ = "SELECT seq FROM versions WHERE id = ?2 AND node_id = ?1";
    STORED = "SELECT v.id, v.blob_id, v.size, v.thumbnail, n.live
              FROM nodes n JOIN versions v ON v.id = n.version_id
              WHERE n.id = ?1 AND n.owner_id = ?2";
    STORED_VERSION = "SELECT v.id, v.blob_id, v.size, v.thumbnail, n.live
                      FROM nodes n JOIN versions v ON v.node_id = n.id
                      WHERE n.id = ?1 AND n.owner_id = ?2 AND v.id = ?3";
    BYTES = "SELECT v.blob_id, v.size, v.thumbnail FROM versions v JOIN nodes n ON n.id = v.node_id
             WHERE v.id = ?1 AND n.owner_id = ?2";
    OWN = "SELECT v.node_id, v.blob_id, v.size FROM versions v JOIN nodes n ON n.id = v.node_id
           WHERE v.id = ?1 AND n.owner_id = ?2 AND n.live";
    NAMES_BLOB = "SELECT 1 FROM versions WHERE blob_id = ?1 LIMIT 1";
    SECOND = "SELECT 1 FROM versions WHERE node_id = ?1 AND id <> ?2 LIMIT 1";
    REMOVE = "DELETE FROM versions WHERE id = ?2 AND node_id = ?1
              RETURNING blob_id, size, LENGTH(record) + LENGTH(wrapped_key)";
    SPEND = "INSERT INTO spent_versions (id) VALUES (?1)";
    DOOM = "INSERT INTO doomed_blobs (id)
            SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM versions WHERE blob_id = ?1)";
}

/// The stored bytes that a version has, alone or together with others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes {
    pub(crate) blob: UploadId,
    /// How many they are.
    pub(crate) size: u64,
    /// How many of them, at the end, are the sealed thumbnail.
    pub(crate) thumbnail: u64,
}

/// A new version.
pub(crate) struct NewVersionRow<'a> {
    pub(crate) id: VersionId,
    pub(crate) node: NodeId,
    pub(crate) wrapped_key: &'a [u8],
    pub(crate) record: &'a [u8],
    pub(crate) bytes: Bytes,
    pub(crate) created_at: i64,
}

/// Where a version's bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredRow {
    pub(crate) version: VersionId,
    pub(crate) bytes: Bytes,
    /// Not in the trash.
    pub(crate) live: bool,
}

/// Whether the version was made; not when its id was ever used, by anyone.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewVersionRow<'_>) -> Result<bool, DbError> {
    let inserted = conn.execute(
        INSERT,
        &[
            blob(new.id.as_bytes()),
            blob(new.node.as_bytes()),
            blob(new.wrapped_key),
            blob(new.record),
            blob(new.bytes.blob.as_bytes()),
            int(new.bytes.size),
            int(new.bytes.thumbnail),
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
            bytes: Bytes {
                blob: row.take(1)?,
                size: row.take(2)?,
                thumbnail: row.take(3)?,
            },
            live: row.take(4)?,
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

/// The bytes of a version of one of this owner's files, in the trash or not.
pub(crate) fn bytes(
    conn: &mut dyn Conn,
    owner: UserId,
    version: VersionId,
) -> Result<Option<Bytes>, DbError> {
    let params = [blob(version.as_bytes()), blob(owner.as_bytes())];
    conn.query_one(BYTES, &params)?
        .map(|mut row| {
            Ok(Bytes {
                blob: row.take(0)?,
                size: row.take(1)?,
                thumbnail: row.take(2)?,
            })
        })
        .transpose()
}

/// A version's bytes among those of others.
pub(crate) struct Own {
    pub(crate) node: NodeId,
    pub(crate) blob: UploadId,
    pub(crate) size: u64,
}

/// A version of one of this owner's files that is not in the trash.
pub(crate) fn own(
    conn: &mut dyn Conn,
    owner: UserId,
    version: VersionId,
) -> Result<Option<Own>, DbError> {
    let params = [blob(version.as_bytes()), blob(owner.as_bytes())];
    conn.query_one(OWN, &params)?
        .map(|mut row| {
            Ok(Own {
                node: row.take(0)?,
                blob: row.take(1)?,
                size: row.take(2)?,
            })
        })
        .transpose()
}

/// What removing a version gave back.
pub(crate) struct Removed {
    /// Stored bytes.
    pub(crate) bytes: i64,
    /// Bytes of its record and key.
    pub(crate) sealed: i64,
    /// Its blob, if no other version names it: to be deleted once the transaction is durable.
    pub(crate) orphaned: Option<UploadId>,
}

/// Removes a version; `None` when it is not the file's, or the only one that it has. The file's
/// own row has to follow. The owner must have been checked before.
pub(crate) fn remove(
    conn: &mut dyn Conn,
    node: NodeId,
    version: VersionId,
) -> Result<Option<Removed>, DbError> {
    let params = [blob(node.as_bytes()), blob(version.as_bytes())];
    if conn.query_one(SECOND, &params)?.is_none() {
        return Ok(None);
    }
    let Some(mut row) = conn.query_one(REMOVE, &params)? else {
        return Ok(None);
    };
    let orphan: UploadId = row.take(0)?;
    conn.execute(SPEND, &[blob(version.as_bytes())])?;
    Ok(Some(Removed {
        bytes: row.take(1)?,
        sealed: row.take(2)?,
        orphaned: doom(conn, orphan)?.then_some(orphan),
    }))
}

/// Notes that a blob has to go, unless a version names it still; answers whether it has.
pub(crate) fn doom(conn: &mut dyn Conn, id: UploadId) -> Result<bool, DbError> {
    Ok(conn.execute(DOOM, &[blob(id.as_bytes())])? == 1)
}
