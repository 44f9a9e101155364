use axum::Json;
use axum::extract::State;
use protocol::{Failure, Profile, Success, UpdateProfileRequest, UserId};

use super::storage::percentage;
use crate::auth::Caller;
use crate::clock::rfc3339;
use crate::db::{Conn, DbError};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, MEDIUM};
use crate::repo::users;
use crate::state::AppState;

/// The largest picture, in bytes.
const AVATAR: usize = 64 * 1024;

/// Get one's own profile
#[utoipa::path(get, path = "/user/profile", tag = "Accounts", operation_id = "get_profile",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The profile", body = Success<Profile>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Success<Profile>>> {
    let profile = state
        .db
        .read::<_, DbError, _>(move |c| load(c, caller.user))
        .await?;
    Ok(answer::ok(profile.ok_or_else(ApiError::unauthorized)?))
}

/// Change one's own profile
///
/// Only the fields that are there change; `null` empties one.
#[utoipa::path(patch, path = "/user/profile", tag = "Accounts", operation_id = "update_profile",
    request_body = UpdateProfileRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Changed; the profile", body = Success<Profile>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<UpdateProfileRequest, MEDIUM>,
) -> ApiResult<Json<Success<Profile>>> {
    let mut fields = Fields::default();
    let flat = |field: &Option<Option<String>>| field.clone().flatten();
    fields.opt_text("username", flat(&request.username).as_deref(), 64);
    fields.opt_text("first_name", flat(&request.first_name).as_deref(), 100);
    fields.opt_text("last_name", flat(&request.last_name).as_deref(), 100);
    if let Some(Some(avatar)) = &request.avatar {
        fields.require(
            (1..=AVATAR).contains(&avatar.0.len()),
            "avatar",
            "it must be 1 to 65536 bytes",
        );
    }
    fields.finish()?;
    let profile = state
        .db
        .write::<_, DbError, _>(move |c| {
            let Some(mut row) = users::profile(c, caller.user)? else {
                return Ok(None);
            };
            replace(&mut row.username, &request.username);
            replace(&mut row.first_name, &request.first_name);
            replace(&mut row.last_name, &request.last_name);
            replace(&mut row.avatar, &request.avatar);
            users::set_profile(c, caller.user, &row)?;
            load(c, caller.user)
        })
        .await?;
    Ok(answer::ok_with(
        "Profile updated successfully",
        profile.ok_or_else(ApiError::unauthorized)?,
    ))
}

/// Replaces a field by what was sent for it, if anything was.
fn replace<T: Clone>(field: &mut Option<T>, sent: &Option<Option<T>>) {
    if let Some(value) = sent {
        field.clone_from(value);
    }
}

fn load(conn: &mut dyn Conn, user: UserId) -> Result<Option<Profile>, DbError> {
    let (Some(row), Some(usage)) = (users::profile(conn, user)?, users::usage(conn, user)?) else {
        return Ok(None);
    };
    Ok(Some(Profile {
        id: user,
        email: row.email,
        username: row.username,
        first_name: row.first_name,
        last_name: row.last_name,
        role: row.role,
        created_at: rfc3339(row.created_at),
        storage_used: usage.used,
        storage_limit: usage.quota,
        storage_percentage: percentage(usage.used, usage.quota),
        total_files: usage.files,
        last_login: row.last_login_at.map(rfc3339),
        avatar: row.avatar,
    }))
}
