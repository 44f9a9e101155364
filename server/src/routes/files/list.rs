use axum::Json;
use axum::extract::State;
use protocol::{Failure, FileList, Pagination, Success};

use crate::auth::Caller;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Query;
use crate::repo::files::{self, SortBy};
use crate::repo::users;
use crate::state::AppState;

/// List one's own live files, with page numbers
///
/// For programs that know no folders: all files that are not in the trash, in one flat list.
#[utoipa::path(get, path = "/files", tag = "Files", operation_id = "list_files",
    params(
        ("page" = Option<u64>, Query, description = "From 1, which is the default"),
        ("limit" = Option<u64>, Query, description = "1 to 100, 20 if absent"),
        ("sort_by" = Option<String>, Query,
            description = "uploaded_at (the default), file_size or encrypted_filename"),
        ("order" = Option<String>, Query, description = "desc (the default) or asc")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<FileList>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    query: Query,
) -> ApiResult<Json<Success<FileList>>> {
    let limit = query.number("limit", 20, 1, 100)?;
    let page = query.number("page", 1, 1, i64::MAX as u64 / 100)?;
    let sort_by = match query.text("sort_by")? {
        None | Some("uploaded_at") => SortBy::UploadedAt,
        Some("file_size") => SortBy::FileSize,
        Some("encrypted_filename") => SortBy::EncryptedFilename,
        Some(_) => {
            let allowed = "it must be uploaded_at, file_size or encrypted_filename";
            return Err(ApiError::bad_parameter("sort_by", allowed));
        }
    };
    let descending = match query.text("order")? {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(_) => return Err(ApiError::bad_parameter("order", "it must be asc or desc")),
    };
    let offset = (page - 1) * limit;
    let (files, usage) = state
        .db
        .read::<_, DbError, _>(move |c| {
            let files = files::page(c, caller.user, sort_by, descending, limit, offset)?;
            Ok((files, users::usage(c, caller.user)?))
        })
        .await?;
    let total = usage.ok_or_else(ApiError::unauthorized)?.live_files;
    let pagination = Pagination {
        total,
        page,
        limit,
        total_pages: total.div_ceil(limit),
    };
    Ok(answer::ok(FileList { files, pagination }))
}
