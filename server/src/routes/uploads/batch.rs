use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use protocol::{Failure, Success, UploadBatch, UploadId, UserId};
use tokio::sync::mpsc;

use super::body::hand_on;
use super::bytes_header;
use super::create::expiry_ms;
use crate::auth::PartCaller;
use crate::batch::{BODY, Broken, CONTENT_TYPE as BATCH, LENGTH, LONGEST, MOST, Part, Reader};
use crate::blobs::batch::SmallFile;
use crate::blobs::{self, BlobStore};
use crate::clock::now_ms;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::{uploads, users};
use crate::secrets::random;
use crate::state::AppState;
use crate::uploads::{Locks, UploadGuard};

/// Pieces between network and disk. One is some hundred KiB at most.
const PIECES: usize = 4;

/// Make many small uploads at once
///
/// The body has 1 to 256 uploads, each 4 bytes of length (big-endian) and then so many bytes: 1 MiB
/// each at most, 16 MiB in all with the lengths. They are finished as if each had come whole with
/// its creation: all of them, or none. For vaults: an account without keys gets 409 `KEYS_REQUIRED`.
#[utoipa::path(post, path = "/uploads/batch", tag = "Uploads", operation_id = "create_uploads",
    request_body(content_type = "application/vnd.strongroom.batch", content = Vec<u8>),
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Their ids, in order", body = Success<UploadBatch>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn batch(
    State(state): State<AppState>,
    PartCaller(caller): PartCaller,
    narrowest: Narrowest,
    request: Request,
) -> ApiResult<Response> {
    if caller.root.is_none() {
        return Err(ApiError::bare_account());
    }
    let headers = request.headers();
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != BATCH) {
        return Err(ApiError::unsupported_media_type(BATCH));
    }
    let announced = bytes_header(headers, &CONTENT_LENGTH)?.unwrap_or(0);
    if announced > BODY {
        return Err(ApiError::payload_too_large(BODY));
    }
    count_in(&narrowest, &state, Kind::Uploads, caller.user.into())?;
    check(&state, caller.user, announced).await?;
    let uploads = receive(&state, caller.user, request.into_body()).await?;
    Ok(answer::created("Uploaded.", UploadBatch { uploads }))
}

/// Whether so long a body could be kept. Nothing is promised by that.
async fn check(state: &AppState, user: UserId, announced: u64) -> ApiResult<()> {
    let blobs = state.blobs.clone();
    tokio::task::spawn_blocking(move || blobs.require_room(announced))
        .await
        .map_err(ApiError::internal)??;
    let most = state.config.max_open_uploads;
    let least = announced.saturating_sub((MOST * LENGTH) as u64);
    state
        .db
        .read(move |c| {
            let usage = users::usage(c, user)?.ok_or_else(ApiError::unauthorized)?;
            if usage.available() < least {
                return Err(ApiError::quota_exceeded(&usage, least));
            }
            if uploads::has_open(c, user, most)? {
                return Err(ApiError::too_many_uploads(most));
            }
            Ok(())
        })
        .await
}

/// Takes a body in. The writing is a task of its own: it clears away what it began even when the
/// client, and with it the handler, goes away in the middle.
async fn receive(state: &AppState, user: UserId, body: Body) -> ApiResult<Vec<UploadId>> {
    let (sender, receiver) = mpsc::channel(PIECES);
    let writer = tokio::spawn(keep(state.clone(), user, receiver));
    let read = hand_on(state, body, BODY, &sender).await;
    if read.is_ok() {
        let _ = sender.send(Piece::End).await;
    }
    drop(sender);
    let kept = writer.await.map_err(ApiError::internal)?;
    read?;
    kept
}

/// What goes to the writer. Without an end, nothing is kept.
enum Piece {
    Bytes(Bytes),
    End,
}

impl From<Bytes> for Piece {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

async fn keep(
    state: AppState,
    user: UserId,
    receiver: mpsc::Receiver<Piece>,
) -> ApiResult<Vec<UploadId>> {
    let mut batch = Batch {
        blobs: state.blobs.clone(),
        locks: state.locks.clone(),
        most: state.config.max_open_uploads,
        reader: Reader::default(),
        file: None,
        uploads: Vec::new(),
    };
    let kept = match write(&mut batch, receiver).await {
        Ok(()) => insert(&state, user, batch.sizes()).await,
        Err(error) => Err(error),
    };
    if kept.is_err() {
        // What cannot be removed now is swept.
        let _ = tokio::task::spawn_blocking(move || batch.discard()).await;
    }
    kept
}

/// Writes what comes, and makes it durable. No thread waits for the client.
async fn write(batch: &mut Batch, mut receiver: mpsc::Receiver<Piece>) -> ApiResult<()> {
    let mut pieces = Vec::with_capacity(PIECES);
    loop {
        if receiver.recv_many(&mut pieces, PIECES).await == 0 {
            return Err(ApiError::bad_request("The body ended too early."));
        }
        let mut taken = batch.take();
        let now = std::mem::take(&mut pieces);
        let ended = matches!(now.last(), Some(Piece::End));
        let work = move || {
            let written = taken.write(&now);
            (taken, written)
        };
        let (taken, written) = tokio::task::spawn_blocking(work)
            .await
            .map_err(ApiError::internal)?;
        *batch = taken;
        written?;
        if ended {
            return Ok(());
        }
    }
}

/// Uploads that are being written. Nobody else touches them as long as this is there.
struct Batch {
    blobs: BlobStore,
    locks: Locks,
    most: u32,
    reader: Reader,
    /// The last one, as long as bytes of it may come.
    file: Option<SmallFile>,
    uploads: Vec<(UploadGuard, UploadId, u64)>,
}

impl Batch {
    fn sizes(&self) -> Vec<(UploadId, u64)> {
        let sizes = self.uploads.iter();
        sizes.map(|(_, id, length)| (*id, *length)).collect()
    }

    /// All of it, for another thread.
    fn take(&mut self) -> Self {
        Self {
            blobs: self.blobs.clone(),
            locks: self.locks.clone(),
            most: self.most,
            reader: std::mem::take(&mut self.reader),
            file: self.file.take(),
            uploads: std::mem::take(&mut self.uploads),
        }
    }

    fn write(&mut self, pieces: &[Piece]) -> ApiResult<()> {
        for piece in pieces {
            match piece {
                Piece::Bytes(piece) => self.write_piece(piece)?,
                Piece::End => self.finish()?,
            }
        }
        Ok(())
    }

    fn write_piece(&mut self, mut data: &[u8]) -> ApiResult<()> {
        while let Some(part) = self.reader.next(&mut data).map_err(refusal)? {
            match part {
                Part::Begin(length) => self.file = Some(self.begin(length)?),
                Part::Bytes(bytes) => {
                    let file = self.file.as_mut();
                    file.expect("bytes come after a beginning").write(bytes)?;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> ApiResult<()> {
        self.reader.end().map_err(refusal)?;
        self.file = None;
        let ids: Vec<_> = self.uploads.iter().map(|(_, id, _)| *id).collect();
        Ok(self.blobs.sync_staged(&ids)?)
    }

    fn begin(&mut self, length: u64) -> ApiResult<SmallFile> {
        if self.uploads.len() >= self.most as usize {
            return Err(ApiError::too_many_uploads(self.most));
        }
        let id = blobs::new_id(random(), now_ms());
        let guard = self
            .locks
            .try_lock(id)
            .ok_or_else(|| ApiError::internal("a random id came twice"))?;
        self.uploads.push((guard, id, length));
        Ok(self.blobs.begin_small(id)?)
    }

    fn discard(self) {
        for (_guard, id, _) in self.uploads {
            self.blobs.discard(id);
        }
    }
}

/// Makes the rows of all, or of none.
async fn insert(
    state: &AppState,
    user: UserId,
    sizes: Vec<(UploadId, u64)>,
) -> ApiResult<Vec<UploadId>> {
    let now = now_ms();
    let expires_at = now.saturating_add(expiry_ms(state));
    let most = state.config.max_open_uploads;
    state
        .db
        .write(move |c| {
            let length = sizes.iter().map(|(_, length)| length).sum();
            if !users::reserve(c, user, length)? {
                let usage = users::usage(c, user)?.ok_or_else(ApiError::unauthorized)?;
                return Err(ApiError::quota_exceeded(&usage, length));
            }
            let new = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
            let room = new <= most && !uploads::has_open(c, user, most - new + 1)?;
            if !room {
                return Err(ApiError::too_many_uploads(most));
            }
            for (id, length) in &sizes {
                uploads::insert(c, *id, user, *length, "", now, expires_at)?;
                uploads::advance(c, *id, *length, expires_at)?;
            }
            Ok(sizes.iter().map(|(id, _)| *id).collect())
        })
        .await
}

fn refusal(broken: Broken) -> ApiError {
    let (field, reason) = match broken {
        Broken::Empty => (
            "uploads".to_owned(),
            "there must be one at least".to_owned(),
        ),
        Broken::TooMany => ("uploads".to_owned(), format!("{MOST} at most")),
        Broken::TooLong(n) => (format!("uploads[{n}]"), format!("{LONGEST} bytes at most")),
        Broken::Cut(n) => (format!("uploads[{n}]"), "it ends too early".to_owned()),
    };
    ApiError::validation([(field, reason)].into())
}
