use axum::Json;
use axum::extract::State;
use protocol::{AccountKeys, Failure, SealedState, Success, UpdateKeysRequest, UserId};
use serde_json::json;

use crate::auth::VaultCaller;
use crate::db::{Conn, DbError};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, LARGE};
use crate::repo::vaults;
use crate::state::AppState;

/// The largest sealed account state, in bytes.
pub(crate) const STATE: usize = 64 * 1024;
/// The largest sealed pins: one entry for each folder ever opened.
const PINS: usize = 4 * 1024 * 1024;

/// Get one's own sealed keys
#[utoipa::path(get, path = "/user/keys", tag = "Keys", operation_id = "get_keys",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What unlocks the vault", body = Success<AccountKeys>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    VaultCaller { caller, .. }: VaultCaller,
) -> ApiResult<Json<Success<AccountKeys>>> {
    let keys = state
        .db
        .read::<_, DbError, _>(move |c| vaults::keys(c, caller.user))
        .await?
        .ok_or_else(ApiError::bare_account)?;
    Ok(answer::ok(keys))
}

/// Replace the sealed account state, the pins, or both
///
/// Each is a compare-and-swap: its epoch is the current one plus one, else 409 `CONFLICT` with
/// `details.current_epoch` (and `details.record`, which says whose), and nothing changes. Pins may
/// say in `replaced_pins` which epoch they follow instead.
#[utoipa::path(put, path = "/user/keys", tag = "Keys", operation_id = "update_keys",
    request_body = UpdateKeysRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Replaced; the current keys", body = Success<AccountKeys>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    VaultCaller { caller, .. }: VaultCaller,
    Body(request): Body<UpdateKeysRequest, LARGE>,
) -> ApiResult<Json<Success<AccountKeys>>> {
    let mut fields = Fields::default();
    fields.require(
        request.account_state.is_some() || request.pins.is_some(),
        "account_state",
        "send it, or pins, or both",
    );
    for (name, record, max) in [
        ("account_state", &request.account_state, STATE),
        ("pins", &request.pins, PINS),
    ] {
        if let Some(record) = record {
            check(&mut fields, name, record, max);
        }
    }
    check_replaced(
        &mut fields,
        "replaced_pins",
        request.replaced_pins,
        request.pins.as_ref(),
    );
    fields.finish()?;
    let user = caller.user;
    let keys = state
        .db
        .write::<_, ApiError, _>(move |c| {
            let (_, pins_epoch) = vaults::epochs(c, user)?.ok_or_else(ApiError::bare_account)?;
            if let Some(record) = &request.account_state {
                swap_state(c, user, record, None)?;
            }
            if let Some(record) = &request.pins
                && !vaults::set_pins(c, user, record, replaced(record, request.replaced_pins))?
            {
                return Err(epoch_conflict("pins", pins_epoch));
            }
            vaults::keys(c, user)?.ok_or_else(ApiError::bare_account)
        })
        .await?;
    Ok(answer::ok(keys))
}

/// A sealed record that follows another one.
pub(crate) fn check(fields: &mut Fields, name: &str, record: &SealedState, max: usize) {
    fields.sealed(&format!("{name}.sealed"), &record.sealed, max);
    fields.require(
        (2..=i64::MAX as u64).contains(&record.epoch),
        &format!("{name}.epoch"),
        "it must be the current one plus one",
    );
}

/// What a record says that it replaces must be of the same request, and before it.
pub(crate) fn check_replaced(
    fields: &mut Fields,
    name: &str,
    replaced: Option<u64>,
    record: Option<&SealedState>,
) {
    let before = |epoch| record.is_some_and(|record| epoch < record.epoch);
    fields.require(
        replaced.is_none_or(before),
        name,
        "it must be less than the epoch of the record that comes along",
    );
}

/// The epoch of what a record replaces.
fn replaced(record: &SealedState, stated: Option<u64>) -> u64 {
    stated.unwrap_or(record.epoch.saturating_sub(1))
}

/// Replaces the account state: the one before it, or the one of this epoch.
///
/// # Errors
/// 409 with the current epoch when it is not that one.
pub(crate) fn swap_state(
    conn: &mut dyn Conn,
    user: UserId,
    next: &SealedState,
    stated: Option<u64>,
) -> ApiResult<()> {
    let (current, _) = vaults::epochs(conn, user)?.ok_or_else(ApiError::bare_account)?;
    if vaults::set_state(conn, user, next, replaced(next, stated))? {
        Ok(())
    } else {
        Err(epoch_conflict("account_state", current))
    }
}

/// Another device was faster.
fn epoch_conflict(record: &str, current: u64) -> ApiError {
    ApiError::conflict("The record has changed meanwhile. Fetch it and try again.")
        .with_details(json!({ "record": record, "current_epoch": current }))
}
