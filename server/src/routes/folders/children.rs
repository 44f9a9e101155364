use axum::Json;
use axum::extract::State;
use protocol::{Failure, FolderPage, NodeId, Success, UserId};

use super::FolderRef;
use crate::auth::VaultCaller;
use crate::commit::cursor::PageCursor;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::repo::{heads, nodes};
use crate::state::AppState;

/// Children in one page, unless asked otherwise, and at most.
const DEFAULT: u64 = 1000;
const MAX: u64 = 5000;

/// List a folder
///
/// Live and trashed children alike, ordered by id. A page also ends where its sealed records reach
/// 8 MiB: only `next_cursor` says whether there is more. All pages of one listing belong to one head: if
/// it moves on meanwhile, the next page is 409 `HEAD_CONFLICT` with the new head, and the listing
/// starts again.
#[utoipa::path(get, path = "/folders/{id}/children", tag = "Tree", operation_id = "list_children",
    params(
        ("id" = String, Path, description = "The folder's UUID, or `root`"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
        ("limit" = Option<u64>, Query, description = "1 to 5000, 1000 if absent")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<FolderPage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn children(
    State(state): State<AppState>,
    caller: VaultCaller,
    Id(folder): Id<FolderRef>,
    query: Query,
) -> ApiResult<Json<Success<FolderPage>>> {
    let folder = folder.resolve(&caller);
    let limit = query.number("limit", DEFAULT, 1, MAX)?;
    let cursor = query
        .text("cursor")?
        .map(|text| {
            PageCursor::parse(text)
                .filter(|cursor| cursor.folder == folder)
                .ok_or_else(|| ApiError::bad_parameter("cursor", "it is not from this listing"))
        })
        .transpose()?;
    let user = caller.caller.user;
    let page = state
        .db
        .read(move |c| load(c, user, folder, cursor, limit))
        .await?;
    Ok(answer::ok(page))
}

fn load(
    conn: &mut dyn Conn,
    user: UserId,
    id: NodeId,
    cursor: Option<PageCursor>,
    limit: u64,
) -> ApiResult<FolderPage> {
    let folder = nodes::get(conn, user, id)?.ok_or_else(ApiError::not_found)?;
    // A file has no head, and a folder always has one.
    let head = heads::current(conn, id)?.ok_or_else(ApiError::not_found)?;
    if cursor.is_some_and(|cursor| cursor.seq != head.seq) {
        return Err(ApiError::head_conflict(&[head], &[]));
    }
    let acl = heads::current_acl(conn, id)?;
    let after = cursor.map(|cursor| cursor.last);
    let (children, more) = nodes::children(conn, id, after, limit)?;
    let next_cursor = children.last().filter(|_| more).map(|last| {
        PageCursor {
            folder: id,
            seq: head.seq,
            last: last.id,
        }
        .encode()
    });
    Ok(FolderPage {
        folder,
        head,
        acl,
        children,
        next_cursor,
    })
}
