//! Bytes on the local disk: staged uploads, and the blobs that commits make of them.
//!
//! `staged/<upload>` grows by appending. A commit links it to `blobs/<xx>/<upload>` (the first
//! two digits of the id) before its transaction ends, and removes the staged name afterwards:
//! a crash in between leaves both names of the same bytes, and the sweeper removes what no row
//! names. Everything here blocks; callers are on blocking threads.

pub(crate) mod batch;
pub(crate) mod staging;
pub(crate) mod sweep;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use protocol::UploadId;

use crate::secrets::random;

/// How long new uploads get ids of the same folder, in milliseconds.
const TOGETHER: i64 = 60_000;

/// A new upload's id: random, but for the first two digits, which are its minute's. A commit of
/// many files then has one folder to make durable, or two, instead of nearly as many as files,
/// which took it a hundred times longer; and in four hours every folder has had its turn.
pub(crate) fn new_id(random: [u8; 16], now_ms: i64) -> UploadId {
    let mut bytes = random;
    [bytes[0], ..] = (now_ms / TOGETHER).to_le_bytes();
    UploadId::from_random(bytes)
}

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
    /// Bytes of the disk that uploads leave free.
    min_free: u64,
}

impl BlobStore {
    /// Opens the two folders below the data directory, creating them with all that belongs
    /// there: later on, no commit depends on a folder that another one is just making. Uploads
    /// leave `min_free` bytes of the disk to the database.
    ///
    /// # Errors
    /// When they cannot be created.
    pub(crate) fn open(data_dir: &Path, min_free: u64) -> io::Result<Self> {
        let store = Self {
            staged: data_dir.join("staged"),
            blobs: data_dir.join("blobs"),
            min_free,
        };
        for folder in [&store.staged, &store.blobs] {
            fs::create_dir_all(folder)?;
        }
        for prefix in 0..=u8::MAX {
            match fs::create_dir(store.blobs.join(format!("{prefix:02x}"))) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        sync_folder(&store.blobs)?;
        sync_folder(data_dir)?;
        Ok(store)
    }

    /// Whether the disk has room for so many more bytes.
    ///
    /// # Errors
    /// [`BlobError::Full`] when it has not.
    pub(crate) fn require_room(&self, bytes: u64) -> Result<(), BlobError> {
        let disk = rustix::fs::statvfs(&self.staged).map_err(io::Error::from)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free >= self.min_free.saturating_add(bytes) {
            return Ok(());
        }
        let why = format!("{free} bytes are free");
        Err(BlobError::Full(io::Error::other(why)))
    }

    fn staged_path(&self, id: UploadId) -> PathBuf {
        self.staged.join(id.to_string())
    }

    fn blob_path(&self, id: UploadId) -> PathBuf {
        let name = id.to_string();
        self.blobs.join(&name[..2]).join(name)
    }

    /// Makes the file of an upload of nothing, durably. All others have one from their first
    /// bytes on.
    pub(crate) fn create_staged(&self, id: UploadId) -> Result<(), BlobError> {
        let file = File::create(self.staged_path(id))?;
        file.sync_all()?;
        sync_folder(&self.staged)?;
        Ok(())
    }

    /// Gives finished uploads (with their lengths) their names as blobs, durably, and answers those
    /// that are not there in their full length. Doing it twice is harmless, and so is not following
    /// it up: it stays an upload's as long as there is a row of one, and what no row names is swept.
    pub(crate) fn name_blobs(&self, uploads: &[(UploadId, u64)]) -> io::Result<Vec<UploadId>> {
        let (mut folders, mut broken): (Vec<PathBuf>, Vec<UploadId>) = (Vec::new(), Vec::new());
        for (id, length) in uploads {
            let path = self.blob_path(*id);
            if !self.name_blob(*id, *length, &path)? {
                broken.push(*id);
                continue;
            }
            let folder = path.parent().expect("a blob is in a folder").to_owned();
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for folder in folders {
            sync_folder(&folder)?;
        }
        Ok(broken)
    }

    /// Whether it is there under its name as a blob, in its full length.
    fn name_blob(&self, id: UploadId, length: u64, path: &Path) -> io::Result<bool> {
        let staged = self.staged_path(id);
        let named = match length_of(&staged)? {
            None => None,
            // Damaged: it keeps its name.
            Some(found) if found != length => return Ok(false),
            Some(_) => Some(fs::rename(&staged, path)),
        };
        match named {
            Some(Ok(())) => Ok(true),
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            // Named before, by another request perhaps; given up, or expired in this very moment.
            Some(Err(_)) | None => Ok(length_of(path)? == Some(length)),
        }
    }

    /// Whether the first so many bytes of an upload are there, under either name.
    ///
    /// # Errors
    /// Also when the folder of uploads is not there: then nothing can be said.
    pub(crate) fn has_bytes(&self, id: UploadId, bytes: u64) -> io::Result<bool> {
        if let Some(found) = length_of(&self.staged_path(id))? {
            return Ok(found >= bytes);
        }
        fs::metadata(&self.staged)?;
        let named = length_of(&self.blob_path(id))?;
        Ok(named.unwrap_or(0) >= bytes)
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

    /// Whether files can be made and found again. A full disk is another matter.
    pub(crate) fn is_healthy(&self) -> bool {
        // A name like an upload's: should a crash leave it behind, it is swept.
        let probe = self.staged_path(UploadId::from_random(random()));
        let written = fs::write(&probe, b"x");
        remove(&probe);
        match written.map_err(BlobError::from) {
            Ok(()) | Err(BlobError::Full(_)) => self.blobs.join("00").is_dir(),
            Err(error) => {
                tracing::error!(%error, "the blob store does not work");
                false
            }
        }
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

/// In bytes; `None`: there is no such file.
fn length_of(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes names in a folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests;
