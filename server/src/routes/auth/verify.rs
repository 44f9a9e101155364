use axum::Json;
use protocol::{Failure, Success, VerifyResponse};

use crate::auth::Caller;
use crate::clock::rfc3339;
use crate::http::answer;

/// Check an access token
#[utoipa::path(get, path = "/auth/verify", tag = "Accounts", operation_id = "verify",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The token is valid", body = Success<VerifyResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn verify(caller: Caller) -> Json<Success<VerifyResponse>> {
    answer::ok(VerifyResponse {
        valid: true,
        user_id: caller.user,
        expires_at: rfc3339(caller.token_expires.saturating_mul(1000)),
    })
}
