use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use protocol::{
    Failure, LoginRequest, LoginResponse, SessionId, SessionKind, Success, UserSummary,
};

use crate::auth::refresh::{IDLE, RefreshToken};
use crate::auth::{cookie, token};
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::normalise_email;
use crate::http::input::Body;
use crate::http::origin::Origin;
use crate::limits::extract::LoginLimit;
use crate::repo::{sessions, users, vaults};
use crate::secrets::random;
use crate::state::AppState;

/// Sign in
///
/// A wrong email and a wrong password look alike and take the same time.
#[utoipa::path(post, path = "/auth/login", tag = "Accounts", operation_id = "login",
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in", body = Success<LoginResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn login(
    State(state): State<AppState>,
    _: LoginLimit,
    origin: Origin,
    Body(request): Body<LoginRequest>,
) -> ApiResult<Response> {
    let email = normalise_email(&request.email).unwrap_or_default();
    let lookup = email.clone();
    let row = state
        .db
        .read::<_, DbError, _>(move |c| users::sign_in(c, &lookup))
        .await?;
    let stored = row.as_ref().map(|row| row.password_hash.clone());
    let matches = state
        .passwords
        .verify(request.password_hash, stored)
        .await?;
    let row = row
        .filter(|_| matches)
        .ok_or_else(ApiError::invalid_credentials)?;
    if !row.active {
        return Err(ApiError::account_inactive());
    }

    let refresh = RefreshToken::generate();
    let hash = refresh.hash();
    let session = SessionId::from_random(random());
    let in_cookie = request.session == SessionKind::Cookie;
    let (user, now) = (row.id, now_ms());
    let verified = row.password_hash.clone();
    let keys = state
        .db
        .write::<_, ApiError, _>(move |c| {
            // Verifying takes its time: a change of the password in between ends this session
            // with all others, before it begins.
            if !users::still_signs_in(c, user, &verified)? {
                return Err(ApiError::invalid_credentials());
            }
            sessions::insert(c, session, user, in_cookie, now, now + IDLE)?;
            sessions::insert_token(c, &hash, session)?;
            users::set_last_login(c, user, now)?;
            Ok(vaults::keys(c, user)?)
        })
        .await?;
    let data = LoginResponse {
        access_token: token::issue(&state.secrets.tokens, user, session, now),
        token_type: "Bearer".to_owned(),
        expires_in: token::LIFETIME,
        refresh_token: (!in_cookie).then(|| refresh.encode()),
        user: UserSummary {
            id: user,
            email,
            storage_used: row.used,
            storage_limit: row.quota,
        },
        keys,
    };
    let mut response = answer::ok_with("Login successful", data).into_response();
    if in_cookie {
        let value = cookie::set(&refresh, IDLE, origin.is_secure());
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}
