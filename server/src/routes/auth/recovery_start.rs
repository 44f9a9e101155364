use axum::Json;
use axum::extract::State;
use protocol::{ErrorCode, Failure, RecoveryStartRequest, RecoveryStartResponse, Success};

use crate::auth::recovery::{LIFETIME, RecoveryToken};
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::normalise_email;
use crate::http::input::Body;
use crate::limits::extract::RecoveryLimit;
use crate::repo::{recoveries, vaults};
use crate::state::AppState;

/// Prove to have the recovery phrase
///
/// An unknown email, an account without keys and a wrong phrase look alike and take the same
/// time. Attempts are limited per address, as sign-ins are. Not per account: nobody guesses what
/// proves a phrase, so that would only let strangers keep its owner out.
#[utoipa::path(post, path = "/auth/recovery/start", tag = "Accounts",
    operation_id = "start_recovery",
    request_body = RecoveryStartRequest,
    responses(
        (status = 200, description = "What the new password is to be set with",
            body = Success<RecoveryStartResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn start(
    State(state): State<AppState>,
    _: RecoveryLimit,
    Body(request): Body<RecoveryStartRequest>,
) -> ApiResult<Json<Success<RecoveryStartResponse>>> {
    let email = normalise_email(&request.email).unwrap_or_default();
    let row = state
        .db
        .read::<_, DbError, _>(move |c| vaults::recovery(c, &email))
        .await?;
    let stored = row.as_ref().map(|row| row.auth.clone());
    let matches = state.passwords.verify(request.auth, stored).await?;
    let row = row.filter(|_| matches).ok_or_else(wrong)?;
    if !row.active {
        return Err(ApiError::account_inactive());
    }
    let token = RecoveryToken::generate();
    let (hash, user) = (token.hash(), row.user);
    let expires_at = now_ms() + LIFETIME.cast_signed() * 1000;
    let (recovery_key, keys) = state
        .db
        .write::<_, ApiError, _>(move |c| {
            // Verifying takes its time: the phrase may have been replaced meanwhile.
            let key = vaults::recovery_key(c, user, &row.auth)?.ok_or_else(wrong)?;
            recoveries::insert(c, &hash, user, expires_at)?;
            let keys = vaults::keys(c, user)?.ok_or_else(wrong)?;
            Ok((key, keys))
        })
        .await?;
    Ok(answer::ok(RecoveryStartResponse {
        recovery_token: token.encode(),
        expires_in: LIFETIME,
        recovery_key,
        keys,
    }))
}

fn wrong() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCredentials,
        "The email or the recovery phrase is not right.",
    )
}
