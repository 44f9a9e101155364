//! Bytes on the local disk: staged uploads, and the blobs that commits make of them.
//!
//! `staged/<upload>` grows by appending. A commit links it to `blobs/<xx>/<upload>` (the first
//! two digits of the id) before its transaction ends, and removes the staged name afterwards:
//! a crash in between leaves both names of the same bytes, and the sweeper removes what no row
//! names. Everything here blocks; callers are on blocking threads.

pub(crate) mod staging;
pub(crate) mod sweep;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use protocol::UploadId;

/// What can go wrong with files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlobError {
    /// No space, or the process may not write larger files.
    #[error("no space left for blobs: {0}")]
    Full(io::Error),
    /// A row names a file that is not there.
    #[error("a blob is missing: {0}")]
    Missing(io::Error),
    /// Anything else.
    #[error("a blob cannot be read or written: {0}")]
    Io(io::Error),
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::QuotaExceeded => Self::Full(error),
            io::ErrorKind::NotFound => Self::Missing(error),
            _ => Self::Io(error),
        }
    }
}

/// Where the bytes are. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct BlobStore {
    staged: PathBuf,
    blobs: PathBuf,
}

impl BlobStore {
    /// Opens the two folders below the data directory, creating them.
    ///
    /// # Errors
    /// When they cannot be created.
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let store = Self {
            staged: data_dir.join("staged"),
            blobs: data_dir.join("blobs"),
        };
        for folder in [&store.staged, &store.blobs] {
            fs::create_dir_all(folder)?;
        }
        sync_folder(data_dir)?;
        Ok(store)
    }

    fn staged_path(&self, id: UploadId) -> PathBuf {
        self.staged.join(id.to_string())
    }

    fn blob_path(&self, id: UploadId) -> PathBuf {
        let name = id.to_string();
        self.blobs.join(&name[..2]).join(name)
    }

    /// Makes the (empty) file of a new upload, durably.
    pub(crate) fn create_staged(&self, id: UploadId) -> Result<(), BlobError> {
        let file = File::create(self.staged_path(id))?;
        file.sync_all()?;
        sync_folder(&self.staged)?;
        Ok(())
    }

    /// Gives finished uploads their names as blobs, durably. Doing it twice is harmless, and so
    /// is not following it up: what no row names is swept.
    pub(crate) fn name_blobs(&self, ids: &[UploadId]) -> Result<(), BlobError> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for id in ids {
            let path = self.blob_path(*id);
            let folder = path.parent().expect("a blob is in a folder").to_owned();
            if !path.exists() {
                if !folder.is_dir() {
                    fs::create_dir_all(&folder)?;
                    sync_folder(&self.blobs)?;
                }
                self.link_or_rename(*id, &path)?;
            }
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for folder in folders {
            sync_folder(&folder)?;
        }
        Ok(())
    }

    /// Some file systems have no hard links; a rename serves as well, since a staged upload is
    /// also looked for under its name as a blob.
    fn link_or_rename(&self, id: UploadId, path: &Path) -> Result<(), BlobError> {
        let staged = self.staged_path(id);
        match fs::hard_link(&staged, path).map_err(|error| error.kind()) {
            Ok(()) | Err(io::ErrorKind::AlreadyExists) => Ok(()),
            Err(_) => Ok(fs::rename(&staged, path)?),
        }
    }

    /// Forgets the staged names of uploads that are blobs now.
    pub(crate) fn unstage(&self, ids: &[UploadId]) {
        for id in ids {
            remove(&self.staged_path(*id));
        }
    }

    /// Removes all bytes that have this id.
    pub(crate) fn discard(&self, id: UploadId) {
        remove(&self.staged_path(id));
        remove(&self.blob_path(id));
    }

    /// Opens a blob for reading.
    pub(crate) fn open_blob(&self, id: UploadId) -> Result<File, BlobError> {
        Ok(File::open(self.blob_path(id))?)
    }

    /// Whether both folders are there.
    pub(crate) fn is_healthy(&self) -> bool {
        self.staged.is_dir() && self.blobs.is_dir()
    }
}

/// A file that is left over is the sweeper's, so failing to remove one is no failure.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file could not be removed");
    }
}

/// Makes names in a folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests;
