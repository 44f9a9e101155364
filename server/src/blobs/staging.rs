//! Growing a staged upload: bytes come in as the network delivers them, and go to the disk in
//! pieces of 256 KiB on blocking threads, one piece being written while the next one fills.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use protocol::UploadId;
use tokio::task::JoinHandle;

use super::{BlobError, BlobStore, sync_folder};

/// Bytes written at once: larger writes were measured slower.
const PIECE: usize = 256 * 1024;

/// An upload that is being written. At most two pieces are in memory.
pub(crate) struct Appender {
    /// `None` while a piece is being written.
    file: Option<File>,
    writing: Option<JoinHandle<Written>>,
    buffer: Vec<u8>,
    /// The other buffer, while it is not being written: two are used in turns, so that the
    /// allocator has nothing to do however long the upload is.
    spare: Option<Vec<u8>>,
    /// Bytes handed to the operating system or to `writing`.
    written: u64,
    /// A sync has failed: what the system says about the file afterwards cannot be relied on.
    doubtful: bool,
    /// The folder, as long as the file's name there may not be durable.
    folder: Option<PathBuf>,
}

/// A file and a buffer that come back from writing.
type Written = (File, Vec<u8>, Result<(), BlobError>);

impl BlobStore {
    /// Opens a staged upload for appending at `offset`, which is what its row says: whatever the
    /// file has beyond that was never acknowledged and is cut off.
    pub(crate) async fn append(&self, id: UploadId, offset: u64) -> Result<Appender, BlobError> {
        let store = self.clone();
        let file = tokio::task::spawn_blocking(move || {
            store.require_room(0)?;
            let mut file = store.open_upload(id, offset == 0)?;
            if file.metadata()?.len() < offset {
                let lost = std::io::Error::other("a staged upload has lost bytes");
                return Err(BlobError::Io(lost));
            }
            file.set_len(offset)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        })
        .await
        .map_err(stopped)??;
        Ok(Appender {
            file: Some(file),
            writing: None,
            buffer: Vec::with_capacity(PIECE),
            spare: None,
            written: offset,
            doubtful: false,
            folder: (offset == 0).then(|| self.staged.clone()),
        })
    }

    /// Opens an upload's file for writing. One that is finished may have its name as a blob
    /// already, if the commit that it was for was refused. An upload has no file before its first
    /// bytes; after a crash, none of them counts.
    fn open_upload(&self, id: UploadId, is_new: bool) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true);
        let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
        match options.open(self.staged_path(id)) {
            Err(error) if missing(&error) => {}
            opened => return opened,
        }
        match options.open(self.blob_path(id)) {
            Err(error) if missing(&error) && is_new => options
                .create(true)
                .truncate(false)
                .open(self.staged_path(id)),
            opened => opened,
        }
    }
}

impl Appender {
    /// Takes bytes; they are on the disk only after [`Appender::sync`].
    pub(crate) async fn push(&mut self, mut data: Bytes) -> Result<(), BlobError> {
        while !data.is_empty() {
            let take = data.len().min(PIECE - self.buffer.len());
            self.buffer.extend_from_slice(&data.split_to(take));
            if self.buffer.len() == PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Makes everything so far durable, the staged name included, and answers the upload's size.
    pub(crate) async fn sync(&mut self) -> Result<u64, BlobError> {
        let folder = self.folder.clone();
        self.sync_with(folder).await?;
        self.folder = None;
        Ok(self.written)
    }

    /// As [`Appender::sync`], but for the name: for bytes that get another one before anybody is
    /// told of them.
    pub(crate) async fn sync_unnamed(&mut self) -> Result<u64, BlobError> {
        self.sync_with(None).await?;
        Ok(self.written)
    }

    async fn sync_with(&mut self, folder: Option<PathBuf>) -> Result<(), BlobError> {
        self.flush().await?;
        self.settle().await?;
        let file = self.file.take().expect("no piece is being written");
        let (file, result) = blocking(move || {
            let result = sync(&file, folder.as_deref());
            Ok((file, result))
        })
        .await?;
        self.file = Some(file);
        self.doubtful |= result.is_err();
        Ok(result?)
    }

    /// What is surely in the file: for keeping what arrived when a later piece failed.
    pub(crate) async fn keep_what_is_written(mut self, before: u64) -> u64 {
        let _ = self.settle().await;
        let Some(file) = self.file.take().filter(|_| !self.doubtful) else {
            return before;
        };
        let folder = self.folder.take();
        blocking(move || {
            let size = file.metadata()?.len();
            sync(&file, folder.as_deref())?;
            Ok(size)
        })
        .await
        .map_or(before, |size| size.max(before))
    }

    async fn flush(&mut self) -> Result<(), BlobError> {
        self.settle().await?;
        if self.buffer.is_empty() {
            return Ok(());
        }
        let empty = self
            .spare
            .take()
            .unwrap_or_else(|| Vec::with_capacity(PIECE));
        let mut piece = std::mem::replace(&mut self.buffer, empty);
        self.written += piece.len() as u64;
        let mut file = self.file.take().expect("no piece is being written");
        self.writing = Some(tokio::task::spawn_blocking(move || {
            let result = file.write_all(&piece).map_err(BlobError::from);
            piece.clear();
            (file, piece, result)
        }));
        Ok(())
    }

    /// Waits for the piece that is being written.
    async fn settle(&mut self) -> Result<(), BlobError> {
        if let Some(writing) = self.writing.take() {
            let (file, buffer, result) = writing.await.map_err(stopped)?;
            self.file = Some(file);
            self.spare = Some(buffer);
            result?;
        }
        Ok(())
    }
}

/// Makes a file's bytes durable, and names in its folder, if that is given.
fn sync(file: &File, folder: Option<&Path>) -> std::io::Result<()> {
    file.sync_data()?;
    folder.map_or(Ok(()), sync_folder)
}

/// Runs file work on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(stopped)??)
}

fn stopped(error: tokio::task::JoinError) -> BlobError {
    BlobError::Io(std::io::Error::other(error))
}
