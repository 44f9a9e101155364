//! Removes what no row names: uploads whose time is over, and files that a crash left behind.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::UploadId;

use super::{BlobError, BlobStore};
use crate::clock::now_ms;
use crate::db::{Conn, Db, DbError};
use crate::repo::{blobs, recoveries, sessions, uploads, users, versions};
use crate::uploads::Locks;

/// Uploads handled in one transaction.
const BATCH: u64 = 100;
/// Purged blobs that are deleted before the answer.
const AT_ONCE: usize = 200;
/// Files looked up in one transaction.
const LOOKUPS: usize = 500;
/// So many blobs without a row are a crash's leftovers whatever their share is.
const FEW: usize = 20;
/// Sessions are forgotten this long after they ended, in milliseconds.
const SESSION_MEMORY: i64 = 7 * 24 * 3600 * 1000;

/// What a sweep did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) uploads: u64,
    pub(crate) files: u64,
    pub(crate) sessions: u64,
}

/// What can go wrong in a sweep.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SweepError {
    /// Rows.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Files.
    #[error(transparent)]
    Blobs(#[from] BlobError),
}

/// Sweeps once; thoroughly means looking at every blob there is. Uploads that are being written at this moment are left for the next time.
///
/// # Errors
/// When rows or folders cannot be read; what was swept until then stays swept.
pub(crate) async fn sweep(
    db: &Db,
    store: &BlobStore,
    locks: &Locks,
    thoroughly: bool,
) -> Result<Swept, SweepError> {
    let mut swept = Swept {
        uploads: expired_uploads(db, store, locks).await?,
        ..Swept::default()
    };
    swept.files = doomed(db, store).await? + orphans(db, store, locks, thoroughly).await?;
    let now = now_ms();
    let before = now - SESSION_MEMORY;
    swept.sessions = db
        .write(move |c| {
            recoveries::sweep(c, now)?;
            sessions::sweep(c, before)
        })
        .await?;
    if swept != Swept::default() {
        tracing::info!(
            uploads = swept.uploads,
            files = swept.files,
            sessions = swept.sessions,
            "swept"
        );
    }
    Ok(swept)
}

async fn expired_uploads(db: &Db, store: &BlobStore, locks: &Locks) -> Result<u64, SweepError> {
    let mut count = 0;
    loop {
        let now = now_ms();
        let batch = db.read(move |c| uploads::expired(c, now, BATCH)).await?;
        let mut removed = 0;
        for (id, owner) in batch {
            let Some(_guard) = locks.try_lock(id) else {
                continue;
            };
            let gone = db
                .write(move |c| {
                    // It may have gone on since the batch was read.
                    let length = uploads::delete_expired(c, id, owner, now)?;
                    if let Some(length) = length {
                        users::release(c, owner, length)?;
                    }
                    Ok::<_, DbError>(length.is_some())
                })
                .await?;
            if gone {
                let store = store.clone();
                super::staging::blocking(move || {
                    store.discard(id);
                    Ok(())
                })
                .await?;
                removed += 1;
            }
        }
        count += removed;
        if removed == 0 {
            return Ok(count);
        }
    }
}

/// Blobs of what was purged, whose deletion a crash came before.
async fn doomed(db: &Db, store: &BlobStore) -> Result<u64, SweepError> {
    let mut count = 0;
    loop {
        let ids = db.read(move |c| blobs::doomed(c, BATCH)).await?;
        if ids.is_empty() {
            return Ok(count);
        }
        count += ids.len() as u64;
        discard_doomed(db, store, ids).await?;
    }
}

/// Deletes the blobs of a purge: a few at once, so that their room is free when whoever asked is
/// answered, and the others by and by. Whatever is left, because of a crash or a failing disk, is
/// the sweeper's.
pub(crate) async fn discard_purged(db: &Db, store: &BlobStore, mut ids: Vec<UploadId>) {
    let rest = ids.split_off(ids.len().min(AT_ONCE));
    let first = discard_doomed(db, store, ids).await;
    if first.is_ok() && !rest.is_empty() {
        let (db, store) = (db.clone(), store.clone());
        tokio::spawn(async move {
            for batch in rest.chunks(AT_ONCE) {
                if let Err(error) = discard_doomed(&db, &store, batch.to_vec()).await {
                    tracing::warn!(%error, "purged blobs are left to the sweeper");
                    return;
                }
            }
        });
    }
    if let Err(error) = first {
        tracing::warn!(%error, "purged blobs are left to the sweeper");
    }
}

/// Deletes blobs that no version names any more, and then the note that they have to go.
///
/// # Errors
/// When rows cannot be written; the blobs are gone then, and the note is harmless.
async fn discard_doomed(db: &Db, store: &BlobStore, ids: Vec<UploadId>) -> Result<(), SweepError> {
    if ids.is_empty() {
        return Ok(());
    }
    let (files, store) = (ids.clone(), store.clone());
    super::staging::blocking(move || {
        for id in files {
            store.discard(id);
        }
        Ok(())
    })
    .await?;
    db.write(move |c| blobs::discarded(c, &ids)).await?;
    Ok(())
}

/// An upload's row is there before its file, or comes while the upload is still locked, and stays
/// until a version names the blob: so a file without either that nobody has locked is nobody's,
/// whatever is going on at the same time.
async fn orphans(
    db: &Db,
    store: &BlobStore,
    locks: &Locks,
    thoroughly: bool,
) -> Result<u64, SweepError> {
    let mut count = 0;
    let (staged, _) = unnamed(db, vec![store.staged.clone()]).await?;
    for id in staged {
        let Some(_guard) = locks.try_lock(id) else {
            continue;
        };
        // Its writer may have made the row since, and be done.
        if db.read(move |c| is_named(c, id)).await? {
            continue;
        }
        let files = store.clone();
        super::staging::blocking(move || {
            files.discard(id);
            Ok(())
        })
        .await?;
        count += 1;
    }
    let mut orphans = Vec::new();
    if thoroughly {
        let folder = store.blobs.clone();
        let below: Vec<PathBuf> = super::staging::blocking(move || {
            fs::read_dir(folder)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .await?;
        let (nobodys, seen) = unnamed(db, below).await?;
        // A crash leaves a few. Most of them without a row means that the database is not the
        // one that these blobs belong to: restored, lost, or another's.
        if nobodys.len() > FEW && nobodys.len() * 2 > seen {
            tracing::error!(
                blobs = seen,
                unnamed = nobodys.len(),
                "most blobs are unknown to the database; none of them is removed"
            );
        } else {
            orphans = nobodys;
        }
    }
    count += orphans.len() as u64;
    let files = store.clone();
    super::staging::blocking(move || {
        for id in orphans {
            files.discard(id);
        }
        Ok(())
    })
    .await?;
    Ok(count)
}

/// Files that no row names, and how many files there are.
async fn unnamed(db: &Db, folders: Vec<PathBuf>) -> Result<(Vec<UploadId>, usize), SweepError> {
    let (mut unnamed, mut seen) = (Vec::new(), 0);
    for folder in folders {
        let ids = super::staging::blocking(move || Ok(ids_in(&folder))).await?;
        seen += ids.len();
        for chunk in ids.chunks(LOOKUPS) {
            let chunk = chunk.to_vec();
            let found = db
                .read(move |c| {
                    let mut found = Vec::new();
                    for id in chunk {
                        if !is_named(c, id)? {
                            found.push(id);
                        }
                    }
                    Ok::<_, DbError>(found)
                })
                .await?;
            unnamed.extend(found);
        }
    }
    Ok((unnamed, seen))
}

/// Whether a row names it.
fn is_named(conn: &mut dyn Conn, id: UploadId) -> Result<bool, DbError> {
    Ok(uploads::exists(conn, id)? || versions::names_blob(conn, id)?)
}

/// The ids among a folder's file names; other names are not ours to touch.
fn ids_in(folder: &Path) -> Vec<UploadId> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}
