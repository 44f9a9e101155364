use axum::Json;
use axum::extract::State;
use protocol::{Failure, Stats, Success};

use crate::auth::AdminCaller;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::ApiResult;
use crate::http::answer;
use crate::repo::{sessions, users};
use crate::state::AppState;

/// The whole server's figures
///
/// For administrators; others get 403 `FORBIDDEN`.
#[utoipa::path(get, path = "/stats", tag = "System", operation_id = "stats",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The figures", body = Success<Stats>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn stats(
    State(state): State<AppState>,
    _: AdminCaller,
) -> ApiResult<Json<Success<Stats>>> {
    let now = now_ms();
    let (totals, active_sessions) = state
        .db
        .read::<_, DbError, _>(move |c| Ok((users::totals(c)?, sessions::count(c, now)?)))
        .await?;
    Ok(answer::ok(Stats {
        total_users: totals.users,
        total_files: totals.files,
        total_storage_used: totals.used,
        active_sessions,
    }))
}
