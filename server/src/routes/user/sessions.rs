use axum::Json;
use axum::extract::State;
use protocol::{
    Failure, SessionEntry, SessionId, SessionKind, SessionList, SessionsEnded, Success,
};

use crate::auth::Caller;
use crate::clock::{now_ms, rfc3339};
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Id;
use crate::repo::sessions;
use crate::state::AppState;

/// List one's own sessions
///
/// Those that have not ended, the most recently used first.
#[utoipa::path(get, path = "/user/sessions", tag = "Accounts", operation_id = "list_sessions",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The sessions", body = Success<SessionList>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Success<SessionList>>> {
    let now = now_ms();
    let rows = state
        .db
        .read::<_, DbError, _>(move |c| sessions::list(c, caller.user, now))
        .await?;
    let sessions = rows
        .into_iter()
        .map(|row| SessionEntry {
            id: row.id,
            current: row.id == caller.session,
            kind: if row.cookie {
                SessionKind::Cookie
            } else {
                SessionKind::Token
            },
            created_at: rfc3339(row.created_at),
            last_used_at: rfc3339(row.last_used_at),
            expires_at: rfc3339(row.expires_at),
            client: row.user_agent,
            address: row.address,
        })
        .collect();
    Ok(answer::ok(SessionList { sessions }))
}

/// End one of one's own sessions
///
/// All its tokens end with it.
#[utoipa::path(delete, path = "/user/sessions/{id}", tag = "Accounts",
    operation_id = "end_session",
    params(("id" = SessionId, Path, description = "The session")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Ended", body = answer::Done),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn end(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<SessionId>,
) -> ApiResult<Json<answer::Done>> {
    let now = now_ms();
    let ended = state
        .db
        .write::<_, DbError, _>(move |c| sessions::revoke_own(c, id, caller.user, now))
        .await?;
    if !ended {
        return Err(ApiError::not_found());
    }
    Ok(answer::done("Session ended successfully"))
}

/// End all of one's own sessions but this one
#[utoipa::path(delete, path = "/user/sessions", tag = "Accounts",
    operation_id = "end_other_sessions",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Ended", body = Success<SessionsEnded>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn end_others(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Success<SessionsEnded>>> {
    let now = now_ms();
    let ended = state
        .db
        .write::<_, DbError, _>(move |c| {
            sessions::revoke_others(c, caller.user, caller.session, now)
        })
        .await?;
    Ok(answer::ok_with(
        "Other sessions ended successfully",
        SessionsEnded { ended },
    ))
}
