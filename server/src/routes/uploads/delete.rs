use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use protocol::{Failure, UploadId};

use super::create::discard;
use super::patch::busy;
use super::{TUS_RESUMABLE, VERSION, check_version};
use crate::auth::PartCaller;
use crate::error::{ApiError, ApiResult};
use crate::http::input::Id;
use crate::state::AppState;

/// Give an upload up
#[utoipa::path(delete, path = "/uploads/{id}", tag = "Uploads", operation_id = "delete_upload",
    params(
        ("id" = UploadId, Path, description = "The upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Gone, and its reservation given back"),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    PartCaller(caller): PartCaller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, HeaderMap)> {
    check_version(&headers)?;
    super::patch::find(&state, caller.user, id).await?;
    let _guard = state.locks.try_lock(id).ok_or_else(busy)?;
    if !discard(&state, caller.user, id).await? {
        return Err(ApiError::not_found());
    }
    let headers = HeaderMap::from_iter([(TUS_RESUMABLE, VERSION)]);
    Ok((StatusCode::NO_CONTENT, headers))
}
