use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use protocol::{Failure, LoginRequest, LoginResponse, Success};

use super::begin::Beginning;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::client::ClientInfo;
use crate::http::fields::normalise_email;
use crate::http::input::Body;
use crate::http::origin::Origin;
use crate::limits::extract::LoginLimit;
use crate::repo::users;
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
    client: ClientInfo,
    Body(request): Body<LoginRequest>,
) -> ApiResult<Response> {
    let email = normalise_email(&request.email).unwrap_or_default();
    let row = state
        .db
        .read::<_, DbError, _>(move |c| users::sign_in(c, &email))
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

    let (user, now) = (row.id, now_ms());
    let beginning = Arc::new(Beginning::new(user, request.session, client, now));
    let begins = Arc::clone(&beginning);
    let begun = state
        .db
        .write::<_, ApiError, _>(move |c| {
            // Verifying takes its time: a change of the password in between ends this session
            // with all others, before it begins.
            if !users::still_signs_in(c, user, &row.password_hash)? {
                return Err(ApiError::invalid_credentials());
            }
            begins.store(c)?.ok_or_else(ApiError::invalid_credentials)
        })
        .await?;
    Ok(beginning.answer(&state, &origin, "Login successful", begun))
}
