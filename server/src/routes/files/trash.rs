use axum::Json;
use axum::extract::State;
use protocol::{DeleteOperation, DeleteResponse, Failure, FileEntry, NodeId, Success};

use super::entry;
use crate::auth::BareCaller;
use crate::bare;
use crate::clock::{now_ms, rfc3339};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Id;
use crate::state::AppState;

/// Move a file or folder to the trash
///
/// With everything below it; it can be restored, and counts as stored meanwhile. For accounts
/// without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
#[utoipa::path(delete, path = "/files/{id}", tag = "Files", operation_id = "delete_file",
    params(("id" = NodeId, Path, description = "The file or folder")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "In the trash", body = Success<DeleteResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn trash(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
) -> ApiResult<Json<Success<DeleteResponse>>> {
    let (user, now) = (caller.user, now_ms());
    let row = state
        .db
        .write(move |c| bare::trash(c, user, id, now))
        .await?;
    let data = DeleteResponse {
        file_id: id,
        deleted_at: rfc3339(row.trashed_at.unwrap_or(now)),
        operation: DeleteOperation::SoftDeleted,
        reason: "It is in the trash, from which it can be restored.".to_owned(),
        storage_freed: 0,
    };
    Ok(answer::ok_with("File deleted successfully", data))
}

/// Take a file or folder out of the trash
///
/// With everything below it that was not put there on its own. For accounts without keys. A
/// vault gets 428 `HEAD_REQUIRED`: it commits.
#[utoipa::path(post, path = "/files/{id}/restore", tag = "Files", operation_id = "restore_file",
    params(("id" = NodeId, Path, description = "The file or folder")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Restored; the entry", body = Success<FileEntry>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn restore(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
) -> ApiResult<Json<Success<FileEntry>>> {
    let (user, now) = (caller.user, now_ms());
    let entry = state
        .db
        .write::<_, ApiError, _>(move |c| {
            let row = bare::restore(c, user, id, now)?;
            Ok(entry::show(row, &entry::owner(c, user)?))
        })
        .await?;
    Ok(answer::ok_with("File restored successfully", entry))
}
