//! Taking a body in. The writing is a task of its own, so that what arrived is kept even when the
//! client, and with it the handler, goes away in the middle.

use axum::body::{Body, Bytes};
use protocol::UploadId;
use tokio::sync::mpsc;

use super::begin::NewUpload;
use super::body::hand_on;
use super::checksum::Checksum;
use super::create::expiry_ms;
use crate::blobs::BlobError;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::repo::uploads;
use crate::state::AppState;
use crate::uploads::UploadGuard;

/// Frames between network and disk; a frame is at most some hundred KiB.
const FRAMES: usize = 4;
/// A long body is made durable every so many bytes, so that a crash costs no more.
const CHECKPOINT: u64 = 64 * 1024 * 1024;

/// Where bytes go.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) id: UploadId,
    /// The upload's declared length.
    pub(super) length: u64,
    /// What it has already.
    pub(super) offset: u64,
}

/// What the database knows of an upload whose bytes arrive.
pub(super) enum Row {
    /// It is there, and follows what is durable.
    There,
    /// It is made once all of the bytes are durable. Until then they are nobody's: if some are
    /// missing, or the row may not be made after all, the file goes.
    Pending(NewUpload),
}

/// What is durable.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) offset: u64,
    pub(super) expires_at: i64,
}

/// Takes a body in and answers what is durable by now.
///
/// # Errors
/// When the body is too long, breaks off, or cannot be written: what came before is kept, unless
/// there is a checksum, which stands for the whole body.
pub(super) async fn receive(
    state: &AppState,
    target: Target,
    row: Row,
    checksum: Option<Checksum>,
    guard: UploadGuard,
    body: Body,
) -> ApiResult<Kept> {
    let (sender, receiver) = mpsc::channel(FRAMES);
    let writer = tokio::spawn(write(state.clone(), target, row, checksum, receiver, guard));
    let read = hand_on(state, body, target.length - target.offset, &sender).await;
    drop(sender);
    let kept = writer.await.map_err(ApiError::internal)?;
    // A body that broke off does not match its checksum either; the first reason is the better.
    read?;
    kept
}

/// Writes until the channel closes; holds the upload until everything is noted.
async fn write(
    state: AppState,
    target: Target,
    row: Row,
    checksum: Option<Checksum>,
    mut receiver: mpsc::Receiver<Bytes>,
    guard: UploadGuard,
) -> ApiResult<Kept> {
    let result = match row {
        Row::There => write_all(&state, target, checksum, &mut receiver).await,
        Row::Pending(upload) => {
            let id = target.id;
            let result = write_whole(&state, target, upload, checksum, &mut receiver).await;
            if result.is_err() {
                let blobs = state.blobs.clone();
                // What cannot be removed now is swept.
                let _ = tokio::task::spawn_blocking(move || blobs.discard(id)).await;
            }
            result
        }
    };
    drop(guard);
    result
}

/// Writes all of an upload, and makes its row then.
async fn write_whole(
    state: &AppState,
    target: Target,
    upload: NewUpload,
    mut checksum: Option<Checksum>,
    receiver: &mut mpsc::Receiver<Bytes>,
) -> ApiResult<Kept> {
    let mut appender = state.blobs.append(target.id, 0).await?;
    let mut received = 0;
    while let Some(data) = receiver.recv().await {
        received += data.len() as u64;
        if let Some(checksum) = &mut checksum {
            checksum.update(&data);
        }
        appender.push(data).await?;
    }
    if received < target.length {
        return Err(ApiError::bad_request("The body ended too early."));
    }
    if let Some(checksum) = checksum {
        checksum.verify()?;
    }
    let offset = appender.sync().await?;
    let expires_at = upload.insert(state, offset).await?;
    Ok(Kept { offset, expires_at })
}

async fn write_all(
    state: &AppState,
    target: Target,
    mut checksum: Option<Checksum>,
    receiver: &mut mpsc::Receiver<Bytes>,
) -> ApiResult<Kept> {
    let mut appender = state.blobs.append(target.id, target.offset).await?;
    let mut noted = target.offset;
    let mut pending = 0;
    let failure: Option<BlobError> = loop {
        let Some(data) = receiver.recv().await else {
            break None;
        };
        pending += data.len() as u64;
        if let Some(checksum) = &mut checksum {
            checksum.update(&data);
        }
        if let Err(error) = appender.push(data).await {
            break Some(error);
        }
        if pending >= CHECKPOINT {
            pending = 0;
            if let Err(error) = require_room(state).await {
                break Some(error);
            }
            // What has a checksum counts only once all of it is there.
            if checksum.is_none() {
                match appender.sync().await {
                    Ok(offset) => {
                        note(state, target.id, offset).await?;
                        noted = offset;
                    }
                    Err(error) => break Some(error),
                }
            }
        }
    };
    if let Some(checksum) = checksum {
        if let Some(error) = failure {
            return Err(error.into());
        }
        // Beyond what is noted nothing counts: the next request overwrites it.
        checksum.verify()?;
        let offset = appender.sync().await?;
        return note(state, target.id, offset).await;
    }
    let error = match failure {
        None => match appender.sync().await {
            Ok(offset) => return note(state, target.id, offset).await,
            Err(error) => error,
        },
        Some(error) => error,
    };
    let kept = appender
        .keep_what_is_written(noted)
        .await
        .min(target.length);
    note(state, target.id, kept).await?;
    Err(error.into())
}

async fn require_room(state: &AppState) -> Result<(), BlobError> {
    let blobs = state.blobs.clone();
    let room = tokio::task::spawn_blocking(move || blobs.require_room(0)).await;
    room.unwrap_or_else(|stopped| Err(std::io::Error::other(stopped).into()))
}

/// Notes what is durable.
async fn note(state: &AppState, id: UploadId, offset: u64) -> ApiResult<Kept> {
    let expires_at = now_ms().saturating_add(expiry_ms(state));
    let there = state
        .db
        .write::<_, DbError, _>(move |c| uploads::advance(c, id, offset, expires_at))
        .await?;
    if there {
        Ok(Kept { offset, expires_at })
    } else {
        Err(ApiError::not_found())
    }
}
