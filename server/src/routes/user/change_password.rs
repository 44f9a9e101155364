use axum::Json;
use axum::extract::State;
use protocol::{ChangePasswordRequest, ErrorCode, Failure};

use super::check_password;
use super::keys::{STATE, check, check_replaced, swap_state};
use crate::auth::Caller;
use crate::clock::now_ms;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, MEDIUM};
use crate::limits::Narrowest;
use crate::repo::{sessions, users, vaults};
use crate::state::AppState;

/// Change the password
///
/// A vault sends the account key wrapped anew and the next account state along: all of it
/// happens, or none. No file is sealed again. All other sessions end. The state's epoch is the
/// current one plus one, or follows the one that `replaced_state` says.
#[utoipa::path(patch, path = "/user/password", tag = "Accounts", operation_id = "change_password",
    request_body = ChangePasswordRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Changed", body = answer::Done),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    caller: Caller,
    narrowest: Narrowest,
    Body(request): Body<ChangePasswordRequest, MEDIUM>,
) -> ApiResult<Json<answer::Done>> {
    validate(&request)?;
    let complete =
        request.kdf.is_some() && request.wrapped_key.is_some() && request.account_state.is_some();
    if caller.root.is_some() && !complete {
        return Err(ApiError::new(
            ErrorCode::KeysRequired,
            "A vault's new password comes with kdf, wrapped_key and account_state.",
        ));
    }
    let user = caller.user;
    let sent = request.old_password_hash.clone();
    let old = check_password(&state, &narrowest, user, sent).await?;
    let new = state
        .passwords
        .hash(request.new_password_hash.clone())
        .await?;
    let now = now_ms();
    state
        .db
        .write::<_, ApiError, _>(move |c| {
            if caller.root.is_some() {
                change_keys(c, &caller, &request)?;
            }
            let (salt, kdf) = (&request.new_salt, request.kdf.as_deref());
            if !users::set_password(c, user, &new, salt, kdf, &old)? {
                return Err(ApiError::conflict("The password has changed meanwhile."));
            }
            sessions::revoke_others(c, user, caller.session, now)?;
            Ok(())
        })
        .await?;
    Ok(answer::done("Password updated successfully"))
}

fn change_keys(
    conn: &mut dyn Conn,
    caller: &Caller,
    request: &ChangePasswordRequest,
) -> ApiResult<()> {
    let user = caller.user;
    if let Some(next) = &request.account_state {
        swap_state(conn, user, next, request.replaced_state)?;
    }
    if let Some(key) = &request.wrapped_key {
        vaults::set_wrapped_key(conn, user, &key.0)?;
    }
    Ok(())
}

fn validate(request: &ChangePasswordRequest) -> ApiResult<()> {
    let mut fields = Fields::default();
    fields.text("new_password_hash", &request.new_password_hash, 32, 1024);
    fields.text("new_salt", &request.new_salt, 16, 1024);
    fields.opt_text("kdf", request.kdf.as_deref(), 200);
    if let Some(key) = &request.wrapped_key {
        fields.wrapped_key("wrapped_key", key);
    }
    if let Some(next) = &request.account_state {
        check(&mut fields, "account_state", next, STATE);
    }
    check_replaced(
        &mut fields,
        "replaced_state",
        request.replaced_state,
        request.account_state.as_ref(),
    );
    fields.finish()
}
