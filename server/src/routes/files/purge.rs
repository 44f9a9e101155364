use axum::Json;
use axum::extract::State;
use protocol::{DeleteOperation, DeleteResponse, Failure, NodeId, Success, UserId};

use crate::auth::BareCaller;
use crate::bare;
use crate::blobs::sweep::discard_purged;
use crate::clock::{now_ms, rfc3339};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Id;
use crate::state::AppState;

/// Delete a file or folder for good
///
/// With everything below it, whether it is in the trash or not; what it occupied is free at once.
/// For accounts without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
#[utoipa::path(delete, path = "/files/{id}/permanent", tag = "Files", operation_id = "purge_file",
    params(("id" = NodeId, Path, description = "The file or folder")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Gone", body = Success<DeleteResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn purge(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
) -> ApiResult<Json<Success<DeleteResponse>>> {
    let now = now_ms();
    // A task of its own: a client that hangs up must not leave purged bytes behind.
    let freed = tokio::spawn(delete(state, caller.user, id, now))
        .await
        .map_err(ApiError::internal)??;
    let data = DeleteResponse {
        file_id: id,
        deleted_at: rfc3339(now),
        operation: DeleteOperation::HardDeleted,
        reason: "It was deleted for good.".to_owned(),
        storage_freed: freed,
    };
    Ok(answer::ok_with("File permanently deleted", data))
}

async fn delete(state: AppState, user: UserId, id: NodeId, now: i64) -> ApiResult<u64> {
    let purged = state
        .db
        .write(move |c| bare::purge(c, user, id, now))
        .await?;
    // The rows are gone whatever becomes of this.
    discard_purged(&state.db, &state.blobs, purged.blobs).await;
    Ok(purged.bytes.unsigned_abs())
}
