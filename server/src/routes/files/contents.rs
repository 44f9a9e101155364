use std::fs::File;
use std::io::{self, Read as _};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use protocol::{ContentsRequest, Failure, MAX_CONTENTS, UploadId};

use super::content::PIECE;
use super::download::note_all;
use crate::auth::Caller;
use crate::batch::CONTENT_TYPE;
use crate::blobs::staging::blocking;
use crate::blobs::{BlobError, BlobStore};
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::input::Body as Json;
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::versions::{self, Own};
use crate::state::AppState;

/// Stored bytes in one answer, at most.
const MOST: u64 = 32 * 1024 * 1024;
/// Says that there is no such version.
const NONE: u64 = u64::MAX;
/// Bytes of a length.
const LENGTH: u64 = 8;

/// Download many versions' bytes at once
///
/// For each version, in the order of the request, 8 bytes of length (big-endian) and then its stored
/// bytes. What `GET /files/{id}/content` would not answer (unknown, somebody else's, in the trash,
/// deleted for good) has the length 2^64 - 1 and no bytes. One download, whatever it brings.
#[utoipa::path(post, path = "/files/contents", tag = "Files", operation_id = "files_contents",
    request_body = ContentsRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "All of them", content_type = "application/vnd.strongroom.batch", body = Vec<u8>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn contents(
    State(state): State<AppState>,
    caller: Caller,
    narrowest: Narrowest,
    Json(request): Json<ContentsRequest>,
) -> ApiResult<Response> {
    if request.versions.is_empty() {
        return Err(refusal(format!("1 to {MAX_CONTENTS}")));
    }
    let owner = caller.user;
    let found: Vec<Option<Own>> = state
        .db
        .read::<_, DbError, _>(move |c| {
            let versions = request.versions.iter();
            versions.map(|id| versions::own(c, owner, *id)).collect()
        })
        .await?;
    let stored = found.iter().flatten().map(|own| own.size);
    let stored = stored.fold(0, u64::saturating_add);
    if stored > MOST {
        return Err(refusal(format!("they have {stored} bytes, {MOST} at most")));
    }
    count_in(&narrowest, &state, Kind::Downloads, owner.into())?;
    let nodes = found.iter().flatten().map(|own| own.node).collect();
    note_all(&state, nodes).await?;
    let length = found.len() as u64 * LENGTH + stored;
    let fixed = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, fixed(CONTENT_TYPE)),
        (header::CONTENT_DISPOSITION, fixed("attachment")),
        (header::CACHE_CONTROL, fixed("private, no-store")),
        (header::CONTENT_LENGTH, length.into()),
    ];
    Ok((headers, body(state.blobs, found)).into_response())
}

fn refusal(why: String) -> ApiError {
    ApiError::validation([("versions".to_owned(), why)].into())
}

/// A body that reads one blob after the other, as fast as the client takes it.
fn body(blobs: BlobStore, versions: Vec<Option<Own>>) -> Body {
    let blob = |own: Option<Own>| own.map(|own| (own.blob, own.size));
    let contents = Contents {
        blobs,
        waiting: versions
            .into_iter()
            .map(blob)
            .collect::<Vec<_>>()
            .into_iter(),
        open: None,
    };
    Body::from_stream(stream::try_unfold(contents, async |mut contents| {
        blocking(move || {
            let piece = contents.piece()?;
            Ok((!piece.is_empty()).then_some((Bytes::from(piece), contents)))
        })
        .await
        .map_err(io::Error::other)
    }))
}

/// What is yet to be read.
struct Contents {
    blobs: BlobStore,
    waiting: std::vec::IntoIter<Option<(UploadId, u64)>>,
    /// A blob whose length was written, and what is left of it.
    open: Option<(File, u64)>,
}

impl Contents {
    /// The next piece: small blobs go together. An empty one is the end.
    fn piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(usize::try_from(PIECE).unwrap_or(usize::MAX));
        while (piece.len() as u64) < PIECE {
            if let Some((file, left)) = &mut self.open {
                let take = (*left).min(PIECE - piece.len() as u64);
                if (&mut *file).take(take).read_to_end(&mut piece)? as u64 != take {
                    // The answer has begun: all that is left is to break it off.
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                *left -= take;
                if *left == 0 {
                    self.open = None;
                }
                continue;
            }
            match self.waiting.next() {
                None => break,
                Some(None) => piece.extend_from_slice(&NONE.to_be_bytes()),
                Some(Some((blob, size))) => {
                    let file = self.blobs.open_blob(blob).map_err(unreadable)?;
                    piece.extend_from_slice(&size.to_be_bytes());
                    self.open = Some((file, size));
                }
            }
        }
        Ok(piece)
    }
}

fn unreadable(error: BlobError) -> io::Error {
    tracing::warn!(%error, "an answer with many contents breaks off");
    io::Error::other(error)
}
