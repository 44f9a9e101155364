use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use protocol::{ErrorCode, Failure, LoginResponse, RecoveryFinishRequest, Success};
use serde_json::json;

use super::begin::Beginning;
use crate::auth::recovery::RecoveryToken;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::client::ClientInfo;
use crate::http::fields::Fields;
use crate::http::input::{Body, MEDIUM};
use crate::http::origin::Origin;
use crate::limits::extract::PublicLimit;
use crate::repo::{recoveries, sessions, users, vaults};
use crate::routes::user::keys::{STATE, check, swap_state};
use crate::state::AppState;

/// Set a new password with a recovery token
///
/// The password, what it wraps and the account state change together, or nothing does. All
/// sessions end and a new one begins: the answer is that of signing in.
#[utoipa::path(post, path = "/auth/recovery/finish", tag = "Accounts",
    operation_id = "finish_recovery",
    request_body = RecoveryFinishRequest,
    responses(
        (status = 200, description = "Recovered and signed in", body = Success<LoginResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn finish(
    State(state): State<AppState>,
    _: PublicLimit,
    origin: Origin,
    client: ClientInfo,
    Body(request): Body<RecoveryFinishRequest, MEDIUM>,
) -> ApiResult<Response> {
    validate(&request)?;
    let hash = RecoveryToken::parse(&request.recovery_token)
        .ok_or_else(wrong_token)?
        .hash();
    let now = now_ms();
    let user = state
        .db
        .read::<_, DbError, _>(move |c| recoveries::user(c, &hash, now))
        .await?
        .ok_or_else(wrong_token)?;
    let password = state
        .passwords
        .hash(request.new_password_hash.clone())
        .await?;
    let now = now_ms();
    let beginning = Arc::new(Beginning::new(user, request.session, client, now));
    let begins = Arc::clone(&beginning);
    let begun = state
        .db
        .write::<_, ApiError, _>(move |c| {
            if recoveries::take(c, &hash, now)? != Some(user) {
                return Err(wrong_token());
            }
            swap_state(c, user, &request.account_state, None)?;
            vaults::set_wrapped_key(c, user, &request.wrapped_key.0)?;
            let (salt, kdf) = (&request.new_salt, Some(&request.kdf[..]));
            if !users::reset_password(c, user, &password, salt, kdf)? {
                return Err(ApiError::account_inactive());
            }
            recoveries::delete_of_user(c, user)?;
            sessions::revoke_all(c, user, now)?;
            begins.store(c)?.ok_or_else(wrong_token)
        })
        .await?;
    Ok(beginning.answer(&state, &origin, "Account recovered successfully", begun))
}

fn validate(request: &RecoveryFinishRequest) -> ApiResult<()> {
    let mut fields = Fields::default();
    fields.text("new_password_hash", &request.new_password_hash, 32, 1024);
    fields.text("new_salt", &request.new_salt, 16, 1024);
    fields.text("kdf", &request.kdf, 1, 200);
    fields.wrapped_key("wrapped_key", &request.wrapped_key);
    check(&mut fields, "account_state", &request.account_state, STATE);
    fields.finish()
}

/// Never issued, spent, or too old.
fn wrong_token() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCredentials,
        "The recovery has to be started again.",
    )
    .with_details(json!({ "reason": "recovery_token" }))
}
