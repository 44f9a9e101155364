use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use protocol::{Failure, RefreshRequest, RefreshResponse, SessionId, Success, UserId};

use crate::auth::refresh::{IDLE, LONGEST, Presented, RefreshToken, Rotation, rotate};
use crate::auth::{Caller, cookie, token};
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::client::ClientInfo;
use crate::http::input::OptionalBody;
use crate::http::origin::Origin;
use crate::limits::extract::PublicLimit;
use crate::repo::sessions::{self, Use};
use crate::state::AppState;

/// Get a new access token
///
/// With a refresh token (in the body, else in the cookie) that token is replaced: the answer has
/// the next one, and using an old one again ends the session. With a valid access token in the
/// `Authorization` header only, the same session gets another one.
#[utoipa::path(post, path = "/auth/refresh", tag = "Accounts", operation_id = "refresh",
    request_body(content = Option<RefreshRequest>), security((), ("bearer" = [])),
    responses(
        (status = 200, description = "A new access token", body = Success<RefreshResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn refresh(
    State(state): State<AppState>,
    _: PublicLimit,
    origin: Origin,
    headers: HeaderMap,
    client: ClientInfo,
    request: axum::extract::Request,
) -> ApiResult<Response> {
    let (mut parts, body) = request.into_parts();
    let with_body = axum::extract::Request::from_parts(parts.clone(), body);
    let OptionalBody(RefreshRequest { refresh_token }) =
        <OptionalBody<_> as axum::extract::FromRequest<_>>::from_request(with_body, &state).await?;
    if let Some(sent) = refresh_token {
        let old = RefreshToken::parse(&sent).ok_or_else(ApiError::unauthorized)?;
        return by_token(&state, &old, false, &origin, client).await;
    }
    if let Some(old) = cookie::read(&headers) {
        return by_token(&state, &old, true, &origin, client).await;
    }
    let caller =
        <Caller as axum::extract::FromRequestParts<_>>::from_request_parts(&mut parts, &state)
            .await?;
    let (session, now) = (caller.session, now_ms());
    state
        .db
        .write::<_, DbError, _>(move |c| {
            let usage = Use {
                now,
                address: client.address.as_deref(),
            };
            sessions::extend(c, session, &usage, IDLE, LONGEST)
        })
        .await?;
    Ok(answer::ok(answer_for(&state, caller.user, session, None)).into_response())
}

async fn by_token(
    state: &AppState,
    old: &RefreshToken,
    from_cookie: bool,
    origin: &Origin,
    client: ClientInfo,
) -> ApiResult<Response> {
    let next = old.successor(&state.secrets.refresh);
    let now = now_ms();
    let presented = Presented {
        hash: old.hash(),
        successor: next.hash(),
        in_cookie: from_cookie,
        now,
        address: client.address,
    };
    let rotation = state
        .db
        .write::<_, DbError, _>(move |c| rotate(c, &presented))
        .await?;
    match rotation {
        Rotation::Rotated {
            session,
            user,
            expires_at,
        } => {
            let sent = (!from_cookie).then(|| next.encode());
            let mut response = answer::ok(answer_for(state, user, session, sent)).into_response();
            if from_cookie {
                let value = cookie::set(&next, expires_at - now, origin);
                response.headers_mut().append(SET_COOKIE, value);
            }
            Ok(response)
        }
        Rotation::Inactive => Err(ApiError::account_inactive()),
        refused => {
            if refused == Rotation::Reused {
                tracing::warn!("a replaced refresh token was used again: the session was ended");
            }
            let mut response = ApiError::unauthorized().into_response();
            if from_cookie {
                response
                    .headers_mut()
                    .append(SET_COOKIE, cookie::clear(origin));
            }
            Ok(response)
        }
    }
}

fn answer_for(
    state: &AppState,
    user: UserId,
    session: SessionId,
    refresh_token: Option<String>,
) -> RefreshResponse {
    RefreshResponse {
        access_token: token::issue(&state.secrets.tokens, user, session, now_ms()),
        token_type: "Bearer".to_owned(),
        expires_in: token::LIFETIME,
        refresh_token,
    }
}
