use axum::Json;
use axum::extract::State;
use protocol::{Failure, LargestFile, Storage, Success};

use crate::auth::Caller;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::repo::{entries, users};
use crate::state::AppState;

/// How much is stored, and how much may be
#[utoipa::path(get, path = "/user/storage", tag = "Accounts", operation_id = "get_storage",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The figures", body = Success<Storage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Success<Storage>>> {
    let (usage, largest) = state
        .db
        .read::<_, DbError, _>(move |c| {
            Ok((
                users::usage(c, caller.user)?,
                entries::largest(c, caller.user)?,
            ))
        })
        .await?;
    let usage = usage.ok_or_else(ApiError::unauthorized)?;
    Ok(answer::ok(Storage {
        used: usage.used,
        limit: usage.quota,
        available: usage.available(),
        percentage: percentage(usage.used, usage.quota),
        file_count: usage.files,
        largest_file: largest.map(|(id, name, size)| LargestFile {
            id,
            encrypted_filename: name.filename(),
            size,
        }),
    }))
}

/// 0 to 100 with two decimals.
pub(crate) fn percentage(used: u64, limit: u64) -> f64 {
    if limit == 0 {
        return if used == 0 { 0.0 } else { 100.0 };
    }
    let hundredths = (u128::from(used) * 10_000 + u128::from(limit) / 2) / u128::from(limit);
    f64::from(u32::try_from(hundredths.min(10_000)).unwrap_or(10_000)) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the values are rounded to two decimals")]
    fn percentages_have_two_decimals() {
        assert_eq!(percentage(1_048_576, 5_368_709_120), 0.02);
        assert_eq!(percentage(1, 3), 33.33);
        assert_eq!(percentage(7, 3), 100.0);
        assert_eq!(percentage(0, 0), 0.0);
        assert_eq!(percentage(u64::MAX, u64::MAX), 100.0);
    }
}
