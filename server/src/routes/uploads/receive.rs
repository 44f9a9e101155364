//! Taking a body in. The writing is a task of its own, so that what arrived is kept even when the
//! client, and with it the handler, goes away in the middle.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use protocol::UploadId;
use tokio::sync::mpsc;
use tokio::time::timeout;

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

/// A client that sends nothing for so long has gone away without saying so; the upload must not
/// stay taken.
const SILENCE: Duration = Duration::from_secs(30);

/// Where bytes go.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) id: UploadId,
    /// The upload's declared length.
    pub(super) length: u64,
    /// What it has already.
    pub(super) offset: u64,
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
/// When the body is too long, breaks off, or cannot be written. What came before is kept.
pub(super) async fn receive(
    state: &AppState,
    target: Target,
    guard: UploadGuard,
    mut body: Body,
) -> ApiResult<Kept> {
    let (sender, receiver) = mpsc::channel(FRAMES);
    let writer = tokio::spawn(write(state.clone(), target, receiver, guard));
    let room = target.length - target.offset;
    let mut stopping = state.stopping.clone();
    let mut seen = 0;
    let read = loop {
        let frame = tokio::select! {
            frame = timeout(SILENCE, body.frame()) => frame,
            _ = stopping.wait_for(|stopping| *stopping) => break Err(ApiError::unavailable()),
        };
        match frame {
            Ok(None) => break Ok(()),
            Err(_) | Ok(Some(Err(_))) => {
                break Err(ApiError::bad_request("The body ended too early."));
            }
            Ok(Some(Ok(frame))) => {
                let Ok(data) = frame.into_data() else {
                    continue;
                };
                seen += data.len() as u64;
                if seen > room {
                    break Err(ApiError::payload_too_large(room));
                }
                // A writer that has gone away says why below.
                if sender.send(data).await.is_err() {
                    break Ok(());
                }
            }
        }
    };
    drop(sender);
    let kept = writer.await.map_err(ApiError::internal)??;
    read.map(|()| kept)
}

/// Writes until the channel closes; holds the upload until everything is noted.
async fn write(
    state: AppState,
    target: Target,
    mut receiver: mpsc::Receiver<Bytes>,
    guard: UploadGuard,
) -> ApiResult<Kept> {
    let result = write_all(&state, target, &mut receiver).await;
    drop(guard);
    result
}

async fn write_all(
    state: &AppState,
    target: Target,
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
        if let Err(error) = appender.push(data).await {
            break Some(error);
        }
        if pending >= CHECKPOINT {
            match appender.sync().await {
                Ok(offset) => {
                    note(state, target.id, offset).await?;
                    (noted, pending) = (offset, 0);
                }
                Err(error) => break Some(error),
            }
        }
    };
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
