use axum::Json;
use axum::extract::State;
use protocol::{Failure, ReplaceRecoveryRequest};

use super::keys::{STATE, check, swap_state};
use super::{check_password, wrong_password};
use crate::auth::VaultCaller;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, MEDIUM};
use crate::limits::Narrowest;
use crate::repo::{recoveries, users, vaults};
use crate::state::AppState;

/// Replace the recovery phrase
///
/// The current password is checked. The one before is worth nothing from then on, nor is a
/// recovery that was begun with it.
#[utoipa::path(put, path = "/user/recovery", tag = "Keys", operation_id = "replace_recovery",
    request_body = ReplaceRecoveryRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Replaced", body = answer::Done),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn replace(
    State(state): State<AppState>,
    VaultCaller { caller, .. }: VaultCaller,
    narrowest: Narrowest,
    Body(request): Body<ReplaceRecoveryRequest, MEDIUM>,
) -> ApiResult<Json<answer::Done>> {
    let mut fields = Fields::default();
    fields.wrapped_key("recovery.wrapped_key", &request.recovery.wrapped_key);
    fields.text("recovery.auth", &request.recovery.auth, 32, 1024);
    check(&mut fields, "account_state", &request.account_state, STATE);
    fields.finish()?;
    let user = caller.user;
    let verified = check_password(&state, &narrowest, user, request.password_hash.clone()).await?;
    let auth = state.passwords.hash(request.recovery.auth.clone()).await?;
    state
        .db
        .write::<_, ApiError, _>(move |c| {
            // Hashing takes its time: the password may have changed meanwhile.
            if !users::still_signs_in(c, user, &verified)? {
                return Err(wrong_password());
            }
            swap_state(c, user, &request.account_state, None)?;
            vaults::set_recovery(c, user, &request.recovery.wrapped_key.0, &auth)?;
            recoveries::delete_of_user(c, user)?;
            Ok(())
        })
        .await?;
    Ok(answer::done("Recovery phrase replaced successfully"))
}
