//! `/user`: one's own account.

pub(crate) mod change_password;
pub(crate) mod keys;
pub(crate) mod profile;
pub(crate) mod recovery;
pub(crate) mod sessions;
pub(crate) mod storage;

use protocol::{ErrorCode, UserId};

use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::users;
use crate::state::AppState;

/// Checks the current password; answers the hash that it was compared with.
async fn check_password(
    state: &AppState,
    narrowest: &Narrowest,
    user: UserId,
    password_hash: String,
) -> ApiResult<String> {
    // Whoever found an open session shall not guess the password with it.
    count_in(narrowest, state, Kind::Password, user.into())?;
    let stored = state
        .db
        .read::<_, DbError, _>(move |c| users::password(c, user))
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    let matches = state
        .passwords
        .verify(password_hash, Some(stored.clone()))
        .await?;
    if matches {
        Ok(stored)
    } else {
        Err(wrong_password())
    }
}

fn wrong_password() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCredentials,
        "The current password is not right.",
    )
}
