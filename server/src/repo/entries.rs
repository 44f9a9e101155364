//! Files and folders as listings with page numbers show them, of vaults and of accounts without
//! keys.

use protocol::{NodeId, UserId};
use serde_json::{Value, json};

use crate::db::{Conn, DbError, Param, Row, blob, int};

macro_rules! entry_columns {
    () => {
        "id, parent_id, kind, meta, bare_metadata, file_size, uploaded_at, last_accessed_at, \
         trashed_at, created_at, updated_at, meta_rev, live"
    };
}

/// SQL is static: one statement for each way of sorting.
macro_rules! listing {
    ($condition:literal, $order:literal) => {
        concat!(
            "SELECT ",
            entry_columns!(),
            " FROM nodes WHERE ",
            $condition,
            " ORDER BY ",
            $order,
            " LIMIT ?2 OFFSET ?3"
        )
    };
}

/// In the order of [`SortBy`], ascending and descending in turns.
macro_rules! listings {
    ($condition:literal) => {
        [
            listing!($condition, "uploaded_at, id"),
            listing!($condition, "uploaded_at DESC, id DESC"),
            listing!($condition, "file_size, id"),
            listing!($condition, "file_size DESC, id DESC"),
            // The beginning of the name is in an index.
            listing!($condition, "substr(meta, 1, 64), meta, id"),
            listing!($condition, "substr(meta, 1, 64) DESC, meta DESC, id DESC"),
        ]
    };
}

const ALL: [&str; 6] = listings!("owner_id = ?1 AND live = 1 AND kind = 0");
/// Far into all files, by a number in their index: the walk there reads nothing but the index, and
/// rows are fetched for the page only.
macro_rules! deep {
    ($order:literal) => {
        concat!(
            "SELECT ",
            entry_columns!(),
            " FROM nodes WHERE id IN (SELECT id FROM nodes WHERE owner_id = ?1 AND live = 1 AND \
             kind = 0 ORDER BY ",
            $order,
            " LIMIT ?2 OFFSET ?3) ORDER BY ",
            $order
        )
    };
}

/// In the order of [`SortBy`], as far as it goes.
const DEEP: [&str; 4] = [
    deep!("uploaded_at, id"),
    deep!("uploaded_at DESC, id DESC"),
    deep!("file_size, id"),
    deep!("file_size DESC, id DESC"),
];

/// From so many entries on, the shorter walk is worth the detour.
const FAR: u64 = 2000;

const IN_FOLDER: [&str; 6] = listings!("parent_id = ?4 AND owner_id = ?1 AND live = 1");
const AT_TOP: [&str; 6] = listings!("owner_id = ?1 AND parent_id IS NULL AND live = 1");
const TRASH: [&str; 6] = listings!("owner_id = ?1 AND trashed_at IS NOT NULL");
const TRASH_IN_FOLDER: [&str; 6] =
    listings!("parent_id = ?4 AND owner_id = ?1 AND trashed_at IS NOT NULL");
const TRASH_AT_TOP: [&str; 6] =
    listings!("owner_id = ?1 AND parent_id IS NULL AND trashed_at IS NOT NULL");

statements! {
    COUNT_ALL = "SELECT live_files FROM users WHERE id = ?1";
    COUNT_IN_FOLDER = "SELECT COUNT(*) FROM nodes
                       WHERE parent_id = ?2 AND owner_id = ?1 AND live = 1";
    COUNT_AT_TOP = "SELECT COUNT(*) FROM nodes
                    WHERE owner_id = ?1 AND parent_id IS NULL AND live = 1";
    COUNT_TRASH = "SELECT COUNT(*) FROM nodes WHERE owner_id = ?1 AND trashed_at IS NOT NULL";
    COUNT_TRASH_IN_FOLDER = "SELECT COUNT(*) FROM nodes
                             WHERE parent_id = ?2 AND owner_id = ?1 AND trashed_at IS NOT NULL";
    COUNT_TRASH_AT_TOP = "SELECT COUNT(*) FROM nodes
                          WHERE owner_id = ?1 AND parent_id IS NULL AND trashed_at IS NOT NULL";
    GET = concat!("SELECT ", entry_columns!(), " FROM nodes WHERE id = ?1 AND owner_id = ?2");
    LARGEST = "SELECT id, meta, bare_metadata, stored_size FROM nodes
               WHERE owner_id = ?1 AND kind = 0 ORDER BY stored_size DESC, id DESC LIMIT 1";
    PATH = "WITH RECURSIVE above (id, parent_id, level) AS (
                SELECT id, parent_id, 0 FROM nodes WHERE id = ?1 AND owner_id = ?2
                UNION ALL
                SELECT n.id, n.parent_id, a.level + 1 FROM nodes n JOIN above a ON n.id = a.parent_id
                WHERE a.level < ?3)
            SELECT n.id, n.kind, n.meta, n.bare_metadata FROM above JOIN nodes n ON n.id = above.id
            ORDER BY above.level DESC";
}

/// The statements that are not declared one by one.
#[cfg(test)]
pub(crate) fn listing_statements() -> Vec<&'static str> {
    let by_all = [ALL, IN_FOLDER, AT_TOP, TRASH, TRASH_IN_FOLDER, TRASH_AT_TOP].concat();
    [&by_all[..], &DEEP].concat()
}

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All files of an account, wherever they are.
    AllFiles,
    /// Files and folders in a folder; `None`: at the top of an account without keys.
    Folder(Option<NodeId>),
}

/// What a listing is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    UploadedAt,
    FileSize,
    /// As bytes; the order means nothing but is stable.
    EncryptedFilename,
}

/// One page of a listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) scope: Scope,
    /// What is in the trash, instead of what is not.
    pub(crate) trashed: bool,
    pub(crate) sort_by: SortBy,
    pub(crate) descending: bool,
    pub(crate) limit: u64,
    pub(crate) offset: u64,
}

/// A file or folder; times in milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) id: NodeId,
    pub(crate) parent: Option<NodeId>,
    pub(crate) is_folder: bool,
    pub(crate) name: Name,
    /// Bytes.
    pub(crate) file_size: u64,
    pub(crate) uploaded_at: i64,
    pub(crate) last_accessed_at: Option<i64>,
    pub(crate) trashed_at: Option<i64>,
    pub(crate) updated_at: i64,
    /// Grows with every change of name, metadata or place.
    pub(crate) rev: u64,
    /// Neither it nor a folder above it is in the trash.
    pub(crate) live: bool,
}

/// What a client calls an entry, and says of it.
#[derive(Debug)]
pub(crate) enum Name {
    /// Sealed by a vault's client.
    Sealed(protocol::Base64),
    /// An account's without keys: its own string, and a JSON object of strings.
    Bare(String, String),
}

impl Name {
    fn new(meta: Vec<u8>, bare: Option<String>) -> Self {
        match bare {
            None => Self::Sealed(protocol::Base64(meta)),
            Some(metadata) => Self::Bare(String::from_utf8_lossy(&meta).into(), metadata),
        }
    }

    /// As `encrypted_filename` shows it.
    pub(crate) fn filename(&self) -> String {
        match self {
            Self::Sealed(sealed) => sealed.to_string(),
            Self::Bare(name, _) => name.clone(),
        }
    }

    /// As `encrypted_metadata` shows it.
    pub(crate) fn metadata(&self) -> Value {
        match self {
            Self::Sealed(_) => json!({}),
            Self::Bare(_, metadata) => serde_json::from_str(metadata).unwrap_or_else(|_| json!({})),
        }
    }
}

/// One page, and how many entries all pages have. No rows are read for a page beyond the last.
pub(crate) fn page(
    conn: &mut dyn Conn,
    owner: UserId,
    page: &Page,
) -> Result<(Vec<EntryRow>, u64), DbError> {
    let total = count(conn, owner, page)?;
    if page.offset >= total {
        return Ok((Vec::new(), total));
    }
    let statements = match (page.scope, page.trashed) {
        (Scope::AllFiles, false) => ALL,
        (Scope::Folder(Some(_)), false) => IN_FOLDER,
        (Scope::Folder(None), false) => AT_TOP,
        (Scope::AllFiles, true) => TRASH,
        (Scope::Folder(Some(_)), true) => TRASH_IN_FOLDER,
        (Scope::Folder(None), true) => TRASH_AT_TOP,
    };
    // What is nearer to the last entry is walked to from there.
    let from_end = page.offset > total / 2;
    let (offset, limit) = if from_end {
        let left = total - page.offset;
        (left.saturating_sub(page.limit), page.limit.min(left))
    } else {
        (page.offset, page.limit)
    };
    let index = 2 * page.sort_by as usize + usize::from(page.descending != from_end);
    let deep = DEEP.get(index).filter(|_| {
        offset >= FAR && matches!((page.scope, page.trashed), (Scope::AllFiles, false))
    });
    let sql = deep.unwrap_or(&statements[index]);
    let mut params = vec![blob(owner.as_bytes()), int(limit), int(offset)];
    if let Scope::Folder(Some(folder)) = &page.scope {
        params.push(blob(folder.as_bytes()));
    }
    let mut rows = conn.query(sql, &params)?;
    if from_end {
        rows.reverse();
    }
    let entries: Result<_, _> = rows.into_iter().map(|mut row| entry(&mut row)).collect();
    Ok((entries?, total))
}

fn count(conn: &mut dyn Conn, owner: UserId, page: &Page) -> Result<u64, DbError> {
    let owner = blob(owner.as_bytes());
    let (sql, folder): (_, Option<Param<'_>>) = match (&page.scope, page.trashed) {
        (Scope::AllFiles, false) => (COUNT_ALL, None),
        (Scope::Folder(Some(folder)), false) => (COUNT_IN_FOLDER, Some(blob(folder.as_bytes()))),
        (Scope::Folder(None), false) => (COUNT_AT_TOP, None),
        (Scope::AllFiles, true) => (COUNT_TRASH, None),
        (Scope::Folder(Some(folder)), true) => {
            (COUNT_TRASH_IN_FOLDER, Some(blob(folder.as_bytes())))
        }
        (Scope::Folder(None), true) => (COUNT_TRASH_AT_TOP, None),
    };
    let params: Vec<Param<'_>> = [Some(owner), folder].into_iter().flatten().collect();
    match conn.query_one(sql, &params)? {
        Some(mut row) => row.take(0),
        None => Ok(0),
    }
}

pub(crate) fn get(
    conn: &mut dyn Conn,
    owner: UserId,
    id: NodeId,
) -> Result<Option<EntryRow>, DbError> {
    conn.query_one(GET, &[blob(id.as_bytes()), blob(owner.as_bytes())])?
        .map(|mut row| entry(&mut row))
        .transpose()
}

/// The file that occupies most: its id, its name, its stored bytes.
pub(crate) fn largest(
    conn: &mut dyn Conn,
    owner: UserId,
) -> Result<Option<(NodeId, Name, u64)>, DbError> {
    conn.query_one(LARGEST, &[blob(owner.as_bytes())])?
        .map(|mut row| {
            let name = Name::new(row.take(1)?, row.take(2)?);
            Ok((row.take(0)?, name, row.take(3)?))
        })
        .transpose()
}

/// What is above an entry, and the entry: from the top down, `most` folders at most, each with
/// whether it is one. Empty when there is no such entry.
pub(crate) fn path(
    conn: &mut dyn Conn,
    owner: UserId,
    id: NodeId,
    most: u64,
) -> Result<Vec<(NodeId, bool, Name)>, DbError> {
    let params = [blob(id.as_bytes()), blob(owner.as_bytes()), int(most)];
    conn.query(PATH, &params)?
        .into_iter()
        .map(|mut row| {
            let name = Name::new(row.take(2)?, row.take(3)?);
            Ok((row.take(0)?, row.take::<i64>(1)? == 1, name))
        })
        .collect()
}

/// Reads the columns of `entry_columns!`.
fn entry(row: &mut Row) -> Result<EntryRow, DbError> {
    let is_folder = row.take::<i64>(2)? == 1;
    let created_at: i64 = row.take(9)?;
    let uploaded_at: i64 = row.take(6)?;
    Ok(EntryRow {
        id: row.take(0)?,
        parent: row.take(1)?,
        is_folder,
        name: Name::new(row.take(3)?, row.take(4)?),
        file_size: row.take(5)?,
        uploaded_at: if is_folder { created_at } else { uploaded_at },
        last_accessed_at: row.take(7)?,
        trashed_at: row.take(8)?,
        updated_at: row.take(10)?,
        rev: row.take(11)?,
        live: row.take(12)?,
    })
}

#[cfg(test)]
mod tests;
