use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use protocol::{CommitRequest, CommitResponse, Failure, Success, UploadId, UserId};

use crate::auth::VaultCaller;
use crate::blobs::staging::blocking;
use crate::blobs::sweep::discard_purged;
use crate::clock::now_ms;
use crate::commit::cursor::{FeedCursor, Mark};
use crate::commit::{CommitError, apply, validate};
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Body, LARGE};
use crate::repo::commits::CommitRow;
use crate::repo::uploads;
use crate::state::AppState;

/// Change a vault's tree
///
/// The only way in which a vault's tree changes: all of it happens, or none. A repeat of the same
/// id gets the first answer. Each folder that changes needs a new head (428 `HEAD_REQUIRED` names
/// those without), and each head says which one it follows (409 `HEAD_CONFLICT` has the current
/// ones). A folder that is purged is one entry in the change feed, whatever was below it.
#[utoipa::path(post, path = "/commits", tag = "Tree", operation_id = "commit",
    request_body = CommitRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Applied, now or before", body = Success<CommitResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    VaultCaller { caller, .. }: VaultCaller,
    Body(commit): Body<CommitRequest, LARGE>,
) -> ApiResult<Json<Success<CommitResponse>>> {
    validate(&commit)?;
    let commit = Arc::new(commit);
    let staged: Vec<UploadId> = commit
        .changes
        .iter()
        .filter_map(crate::commit::upload)
        .collect();
    name_blobs(&state, caller.user, staged).await?;

    // A task of its own: a client that hangs up must not leave purged bytes behind.
    let request = Arc::clone(&commit);
    let row = tokio::spawn(write(state, caller.user, request))
        .await
        .map_err(ApiError::internal)??;
    Ok(answer::ok(CommitResponse {
        id: commit.id,
        cursor: FeedCursor {
            after: row.feed,
            began: row.feed,
            mark: Mark::of(Some(commit.id)),
        }
        .encode(),
        storage_used: row.storage_used,
        storage_limit: row.storage_limit,
    }))
}

/// Applies the commit, then brings the files in line with it.
async fn write(state: AppState, user: UserId, commit: Arc<CommitRequest>) -> ApiResult<CommitRow> {
    let (now, limit) = (now_ms(), state.config.record_limit);
    let applied = state
        .db
        .write::<_, CommitError, _>(move |c| apply(c, user, &commit, limit, now))
        .await?;
    if !applied.repeated {
        state.feeds.went_on(user);
    }
    // The commit stands whatever becomes of this.
    discard_purged(&state.db, &state.blobs, applied.orphaned).await;
    Ok(applied.row)
}

/// Gives the bytes of finished uploads their lasting names, before rows point at them. Uploads
/// that are not there or not finished are left to the transaction, which refuses them.
///
/// # Errors
/// 409 when the bytes are not there: an upload that is being given up, or was damaged.
async fn name_blobs(state: &AppState, user: UserId, staged: Vec<UploadId>) -> ApiResult<()> {
    if staged.is_empty() {
        return Ok(());
    }
    let finished = state
        .db
        .read::<_, DbError, _>(move |c| {
            let mut finished = Vec::new();
            for id in staged {
                if let Some(row) = uploads::get(c, id, user)?
                    && row.received == row.length
                {
                    finished.push((id, row.length));
                }
            }
            Ok(finished)
        })
        .await?;
    let blobs = state.blobs.clone();
    let broken = blocking(move || blobs.name_blobs(&finished)).await?;
    if !broken.is_empty() {
        tracing::warn!(count = broken.len(), "uploads are not there as a whole");
        return Err(ApiError::upload_lost(&broken));
    }
    Ok(())
}
