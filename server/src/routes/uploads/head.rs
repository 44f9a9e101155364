use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use protocol::{Failure, UploadId};

use super::lost::{give_up_lost, has_lost_bytes};
use super::patch::{busy, find};
use super::{UPLOAD_LENGTH, UPLOAD_METADATA, check_version, tus_headers};
use crate::auth::PartCaller;
use crate::error::{ApiError, ApiResult};
use crate::http::input::Id;
use crate::state::AppState;

/// How far an upload is
#[utoipa::path(head, path = "/uploads/{id}", tag = "Uploads", operation_id = "upload_offset",
    params(
        ("id" = UploadId, Path, description = "The upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Upload-Offset, Upload-Length and Upload-Expires in headers"),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn head(
    State(state): State<AppState>,
    PartCaller(caller): PartCaller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, HeaderMap)> {
    check_version(&headers)?;
    let mut row = find(&state, caller.user, id).await?;
    if has_lost_bytes(&state, id, &row).await? {
        let _guard = state.locks.try_lock(id).ok_or_else(busy)?;
        row = find(&state, caller.user, id).await?;
        give_up_lost(&state, caller.user, id, &row).await?;
    }
    let mut headers = tus_headers(row.received, row.expires_at);
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(row.length));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !row.metadata.is_empty() {
        headers.insert(
            UPLOAD_METADATA,
            row.metadata.parse().map_err(ApiError::internal)?,
        );
    }
    Ok((StatusCode::OK, headers))
}
