use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use protocol::{Failure, UploadId, UserId};
use serde_json::json;

use super::checksum::Checksum;
use super::lost::give_up_lost;
use super::receive::{Row, Target, receive};
use super::{CONTENT, UPLOAD_OFFSET, bytes_header, check_version, is_content, tus_headers};
use crate::auth::PartCaller;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::input::Id;
use crate::repo::uploads::{self, UploadRow};
use crate::state::AppState;

/// Go on with an upload
///
/// What has arrived is durable before the answer. If the connection breaks, what arrived until
/// then is kept: ask for the offset and go on. One request at a time may write to an upload.
#[utoipa::path(patch, path = "/uploads/{id}", tag = "Uploads", operation_id = "append_upload",
    params(
        ("id" = UploadId, Path, description = "The upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the upload stands"),
        ("Upload-Checksum" = Option<String>, Header, description = "Of the body: sha1 or sha256, a space, base64; nothing is kept (460) when it does not match")),
    request_body(content_type = "application/offset+octet-stream", content = Vec<u8>),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Upload-Offset and Upload-Expires in headers"),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn patch(
    State(state): State<AppState>,
    PartCaller(caller): PartCaller,
    Id(id): Id<UploadId>,
    request: Request,
) -> ApiResult<(StatusCode, HeaderMap)> {
    let headers = request.headers();
    check_version(headers)?;
    if !is_content(headers) {
        return Err(ApiError::unsupported_media_type(CONTENT));
    }
    let offset = bytes_header(headers, &UPLOAD_OFFSET)?
        .ok_or_else(|| ApiError::bad_parameter("Upload-Offset", "it is missing"))?;
    let checksum = Checksum::parse(headers)?;
    let announced = bytes_header(headers, &CONTENT_LENGTH)?.unwrap_or(0);
    find(&state, caller.user, id).await?;
    let guard = state.locks.try_lock(id).ok_or_else(busy)?;
    // Only now that nobody else writes does the row say where the upload stands.
    let row = find(&state, caller.user, id).await?;
    give_up_lost(&state, caller.user, id, &row).await?;
    if row.received != offset {
        return Err(ApiError::conflict("The upload stands somewhere else.")
            .with_details(json!({ "offset": row.received })));
    }
    if announced > row.length - row.received {
        return Err(ApiError::payload_too_large(row.length - row.received));
    }
    let target = Target {
        id,
        length: row.length,
        offset,
    };
    let kept = receive(
        &state,
        target,
        Row::There,
        checksum,
        guard,
        request.into_body(),
    )
    .await?;
    Ok((
        StatusCode::NO_CONTENT,
        tus_headers(kept.offset, kept.expires_at),
    ))
}

/// An upload whose time is not over: one that the sweeper has yet to remove is gone already.
pub(super) async fn find(state: &AppState, user: UserId, id: UploadId) -> ApiResult<UploadRow> {
    let now = now_ms();
    state
        .db
        .read::<_, DbError, _>(move |c| uploads::get(c, id, user))
        .await?
        .filter(|row| row.expires_at > now)
        .ok_or_else(ApiError::not_found)
}

/// Somebody else is writing.
pub(super) fn busy() -> ApiError {
    ApiError::conflict("Another request is writing to this upload.").with_status(StatusCode::LOCKED)
}
