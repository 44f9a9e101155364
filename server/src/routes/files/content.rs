use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use protocol::{Failure, NodeId, UploadId, UserId, VersionId};

use super::download::note;
use super::find_stored;
use super::range::{Part, requested};
use super::signature::Grant;
use crate::auth::Caller;
use crate::blobs::staging::blocking;
use crate::clock::now_ms;
use crate::error::{ApiError, ApiResult};
use crate::http::input::{Id, Query};
use crate::limits::{Narrowest, count_download};
use crate::state::AppState;

/// Bytes read at once.
pub(super) const PIECE: u64 = 256 * 1024;

/// Download a file's bytes
///
/// With an address from `/download`, or with a bearer token. One range is served (`Range`,
/// `If-Range`); the `ETag` is the version's id.
#[utoipa::path(get, path = "/files/{id}/content", tag = "Files", operation_id = "file_content",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = Option<VersionId>, Query, description = "One of its versions"),
        ("owner" = Option<UserId>, Query, description = "From the signed address"),
        ("expires" = Option<i64>, Query, description = "From the signed address"),
        ("signature" = Option<String>, Query, description = "From the signed address"),
        ("Range" = Option<String>, Header, description = "One range of bytes")),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "All bytes", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "The range", content_type = "application/octet-stream", body = Vec<u8>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn content(
    State(state): State<AppState>,
    method: Method,
    narrowest: Narrowest,
    Id(node): Id<NodeId>,
    query: Query,
    headers: HeaderMap,
    caller: Result<Caller, ApiError>,
) -> ApiResult<Response> {
    let grant = Grant::verify(&state.secrets.urls, node, &query, now_ms() / 1000)?;
    let (owner, version) = match grant {
        Some(grant) => (grant.owner, Some(grant.version)),
        None => (caller?.user, query.parse("version", "it must be a UUID")?),
    };
    let stored = state
        .db
        .read(move |c| find_stored(c, owner, node, version))
        .await?;
    let etag = format!("\"{}\"", stored.version);
    let part = requested(&headers, &etag, stored.bytes.size);
    let (status, first, length) = match part {
        Part::Whole => (StatusCode::OK, 0, stored.bytes.size),
        Part::Bytes { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Outside => return Err(ApiError::range_not_satisfiable(stored.bytes.size)),
    };
    // A signed address was counted when it was issued.
    if grant.is_none()
        && method == Method::GET
        && count_download(&narrowest, &state, owner, stored.version)?
    {
        note(&state, node).await?;
    }
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        open(&state, stored.bytes.blob, first, length).await?
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, fixed("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, fixed("attachment"));
    headers.insert(header::CACHE_CONTROL, fixed("private, no-store"));
    headers.insert(header::ACCEPT_RANGES, fixed("bytes"));
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::ETAG, etag.parse().map_err(ApiError::internal)?);
    if let Part::Bytes { first, last } = part {
        let range = format!("bytes {first}-{last}/{}", stored.bytes.size);
        headers.insert(
            header::CONTENT_RANGE,
            range.parse().map_err(ApiError::internal)?,
        );
    }
    Ok(response)
}

/// A body that reads the blob piece by piece, as fast as the client takes it.
async fn open(state: &AppState, id: UploadId, first: u64, length: u64) -> ApiResult<Body> {
    let blobs = state.blobs.clone();
    let file = tokio::task::spawn_blocking(move || {
        let mut file = blobs.open_blob(id)?;
        file.seek(SeekFrom::Start(first))?;
        Ok::<_, crate::blobs::BlobError>(file)
    })
    .await
    .map_err(ApiError::internal)??;
    Ok(Body::from_stream(stream::try_unfold(
        (file, length),
        |(file, left)| async move {
            if left == 0 {
                return Ok::<_, io::Error>(None);
            }
            let length = left.min(PIECE);
            // Made and dropped on the same few threads, which keeps the allocator's memory small.
            let piece = Vec::with_capacity(usize::try_from(length).unwrap_or(usize::MAX));
            let (file, piece) = blocking(move || read_piece(file, piece, length))
                .await
                .map_err(io::Error::other)?;
            let left = left - piece.len() as u64;
            Ok(Some((piece, (file, left))))
        },
    )))
}

fn read_piece(mut file: File, mut piece: Vec<u8>, length: u64) -> io::Result<(File, Bytes)> {
    (&mut file).take(length).read_to_end(&mut piece)?;
    if (piece.len() as u64) < length {
        // The answer has begun: all that is left is to break it off.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, piece.into()))
}
