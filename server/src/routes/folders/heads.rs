use axum::Json;
use axum::extract::State;
use protocol::{Failure, HeadsPage, Success};

use super::FolderRef;
use crate::auth::VaultCaller;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::repo::{heads, nodes};
use crate::state::AppState;

/// Heads in one page, unless asked otherwise, and at most.
const DEFAULT: u64 = 100;
const MAX: u64 = 1000;

/// The heads that a folder had after a given one, oldest first
///
/// A page also ends where its heads reach 8 MiB: `more` says whether there are more.
#[utoipa::path(get, path = "/folders/{id}/heads", tag = "Tree", operation_id = "list_heads",
    params(
        ("id" = String, Path, description = "The folder's UUID, or `root`"),
        ("after" = Option<u64>, Query, description = "A seq; 0 if absent"),
        ("limit" = Option<u64>, Query, description = "1 to 1000, 100 if absent")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<HeadsPage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn heads(
    State(state): State<AppState>,
    caller: VaultCaller,
    Id(folder): Id<FolderRef>,
    query: Query,
) -> ApiResult<Json<Success<HeadsPage>>> {
    let folder = folder.resolve(&caller);
    let after = query.number("after", 0, 0, i64::MAX as u64)?;
    let limit = query.number("limit", DEFAULT, 1, MAX)?;
    let user = caller.caller.user;
    let (heads, more) = state
        .db
        .read::<_, ApiError, _>(move |c| {
            let folder_state = nodes::state(c, user, folder)?;
            if folder_state.and_then(|state| state.head_seq).is_none() {
                return Err(ApiError::not_found());
            }
            Ok(heads::after(c, folder, after, limit)?)
        })
        .await?;
    Ok(answer::ok(HeadsPage { heads, more }))
}
