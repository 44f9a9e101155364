use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use protocol::Failure;

use crate::auth::{Caller, cookie};
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::origin::Origin;
use crate::repo::sessions;
use crate::state::AppState;

/// Sign out
///
/// Ends the session with all its tokens. The session's cookie is enough, if the access token has
/// expired.
#[utoipa::path(post, path = "/auth/logout", tag = "Accounts", operation_id = "logout",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Signed out", body = answer::Done),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn logout(
    State(state): State<AppState>,
    origin: Origin,
    headers: HeaderMap,
    caller: Result<Caller, ApiError>,
) -> ApiResult<Response> {
    let session = match (caller, cookie::read(&headers)) {
        (Ok(caller), _) => caller.session,
        (Err(error), None) => return Err(error),
        (Err(error), Some(token)) => {
            let hash = token.hash();
            state
                .db
                .read::<_, DbError, _>(move |c| sessions::by_token(c, &hash))
                .await?
                .filter(|row| row.cookie)
                .ok_or(error)?
                .session
        }
    };
    let now = now_ms();
    state
        .db
        .write::<_, DbError, _>(move |c| sessions::revoke(c, session, now))
        .await?;
    let mut response = answer::done("Logged out successfully").into_response();
    response
        .headers_mut()
        .append(SET_COOKIE, cookie::clear(&origin));
    Ok(response)
}
