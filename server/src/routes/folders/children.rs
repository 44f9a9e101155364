use axum::response::Response;
use protocol::{Failure, FolderChildren, FolderListing, FolderPage, NodeId, Success, UserId};

use super::FolderRef;
use crate::auth::{Caller, Reader};
use crate::commit::cursor::PageCursor;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::repo::entries::{self, Scope};
use crate::repo::{heads, nodes};
use crate::routes::files::entry;
use crate::routes::files::paging::Paging;

/// Children in one page, unless asked otherwise, and at most.
const DEFAULT: u64 = 1000;
const MAX: u64 = 5000;

/// List a folder
///
/// In a vault: live and trashed children alike, ordered by id. A page also ends where its sealed
/// records reach 8 MiB: only `next_cursor` says whether there is more. All pages of one listing
/// belong to one head: if it moves on meanwhile, the next page is 409 `HEAD_CONFLICT` with the new
/// head, and the listing starts again. In an account without keys: what is not in the trash, with
/// page numbers, as `GET /files` has them.
#[utoipa::path(get, path = "/folders/{id}/children", tag = "Tree", operation_id = "list_children",
    params(
        ("id" = String, Path, description = "The folder's UUID, or `root`"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
        ("limit" = Option<u64>, Query,
            description = "1 to 5000, 1000 if absent; without keys 1 to 100, 20 if absent"),
        ("page" = Option<u64>, Query, description = "Without keys only, as are the following"),
        ("offset" = Option<u64>, Query, description = "Entries to pass over, instead of `page`"),
        ("sort_by" = Option<String>, Query,
            description = "uploaded_at (the default), file_size or encrypted_filename"),
        ("order" = Option<String>, Query, description = "desc (the default) or asc")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<FolderChildren>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn children(
    reader: Reader,
    folder: ApiResult<Id<FolderRef>>,
    query: ApiResult<Query>,
) -> ApiResult<Response> {
    reader
        .read(move |c, caller| {
            let (Id(folder), query) = (folder?, query?);
            match caller.root {
                Some(root) => {
                    let page = in_vault(c, caller, folder.id(caller).unwrap_or(root), &query)?;
                    answer::listing(page.children.len(), FolderChildren::Vault(page))
                }
                None => {
                    let page = in_bare(c, caller, folder, &query)?;
                    answer::listing(page.children.len(), FolderChildren::Bare(page))
                }
            }
        })
        .await
}

fn in_bare(
    conn: &mut dyn Conn,
    caller: &Caller,
    folder: FolderRef,
    query: &Query,
) -> ApiResult<FolderListing> {
    let paging = Paging::read(query)?;
    let (user, id) = (caller.user, folder.id(caller));
    let row = match id {
        Some(id) => Some(
            entries::get(conn, user, id)?
                .filter(|row| row.is_folder)
                .ok_or_else(ApiError::not_found)?,
        ),
        None => None,
    };
    let owner = entry::owner(conn, user)?;
    let (rows, total) = entries::page(conn, user, &paging.page(Scope::Folder(id), false))?;
    Ok(FolderListing {
        folder: row.map(|row| entry::show(row, &owner)),
        children: rows
            .into_iter()
            .map(|row| entry::show(row, &owner))
            .collect(),
        pagination: paging.pagination(total),
    })
}

fn in_vault(
    conn: &mut dyn Conn,
    caller: &Caller,
    folder: NodeId,
    query: &Query,
) -> ApiResult<FolderPage> {
    let limit = query.number("limit", DEFAULT, 1, MAX)?;
    let cursor = query
        .text("cursor")?
        .map(|text| {
            PageCursor::parse(text)
                .filter(|cursor| cursor.folder == folder)
                .ok_or_else(|| ApiError::bad_parameter("cursor", "it is not from this listing"))
        })
        .transpose()?;
    load(conn, caller.user, folder, cursor, limit)
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
        return Err(ApiError::head_conflict(&[head], &[], &[]));
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
