use std::io::{Read as _, Seek as _, SeekFrom};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::{Failure, NodeId, VersionId};

use crate::auth::Caller;
use crate::blobs::BlobError;
use crate::error::{ApiError, ApiResult};
use crate::http::input::{Id, Query};
use crate::repo::{nodes, versions};
use crate::state::AppState;

/// Get a file's sealed thumbnail
///
/// Of the newest version, unless `version` names another one. Also of what is in the trash. Ranges
/// are not served; the `ETag` is the version's id.
#[utoipa::path(get, path = "/files/{id}/thumbnail", tag = "Files", operation_id = "file_thumbnail",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = Option<VersionId>, Query, description = "One of its versions"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the client has")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "All bytes of it", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "The client has it"),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn thumbnail(
    State(state): State<AppState>,
    caller: Caller,
    Id(node): Id<NodeId>,
    query: Query,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let version = query.parse("version", "it must be a UUID")?;
    let owner = caller.user;
    let stored = state
        .db
        .read(move |c| match versions::stored(c, owner, node, version)? {
            Some(row) if row.bytes.thumbnail > 0 => Ok(row),
            None if nodes::is_gone(c, owner, node)? => Err(ApiError::gone()),
            _ => Err(ApiError::not_found()),
        })
        .await?;
    let etag = format!("\"{}\"", stored.version);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known == "*" || known.split(',').any(|one| one.trim() == etag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let blobs = state.blobs.clone();
        let bytes = stored.bytes;
        let read = move || {
            let mut file = blobs.open_blob(bytes.blob)?;
            file.seek(SeekFrom::Start(bytes.size - bytes.thumbnail))?;
            let mut sealed = vec![0; usize::try_from(bytes.thumbnail).unwrap_or(usize::MAX)];
            file.read_exact(&mut sealed)?;
            Ok::<_, BlobError>(sealed)
        };
        let sealed = tokio::task::spawn_blocking(read)
            .await
            .map_err(ApiError::internal)??;
        sealed.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag.parse().map_err(ApiError::internal)?);
    // A version never changes, but which one is the newest does.
    let caching = if version.is_some() {
        "private, max-age=86400"
    } else {
        "private, no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    Ok(response)
}
