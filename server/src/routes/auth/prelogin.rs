use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Failure, PreloginResponse, Success};

use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::normalise_email;
use crate::http::input::Query;
use crate::limits::extract::PublicLimit;
use crate::repo::users;
use crate::state::AppState;

/// How the vaults of today derive; what an unknown email is said to use.
const CURRENT_KDF: &str = "argon2id$v=19$m=65536,t=3,p=1";

/// How an account derives
///
/// For an unknown email the answer is invented, and always the same.
#[utoipa::path(get, path = "/auth/prelogin", tag = "Accounts", operation_id = "prelogin",
    params(("email" = String, Query, description = "The account's email")),
    responses(
        (status = 200, description = "Salt and kdf", body = Success<PreloginResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn prelogin(
    State(state): State<AppState>,
    _: PublicLimit,
    query: Query,
) -> ApiResult<Json<Success<PreloginResponse>>> {
    let email = query
        .text("email")?
        .and_then(normalise_email)
        .ok_or_else(|| ApiError::bad_parameter("email", "it must be an email address"))?;
    // Invented in either case, so that both take the same time.
    let invented = STANDARD.encode(state.secrets.prelogin.mac(&[email.as_bytes()]));
    let known = state
        .db
        .read::<_, DbError, _>(move |c| users::prelogin(c, &email))
        .await?;
    let (salt, kdf) = known.unwrap_or_else(|| (invented, Some(CURRENT_KDF.to_owned())));
    Ok(answer::ok(PreloginResponse { salt, kdf }))
}
