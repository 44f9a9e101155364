use axum::response::Response;
use protocol::{Failure, FileList, NodeId, Success};

use super::entry;
use super::paging::Paging;
use crate::auth::{Caller, Reader};
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Query;
use crate::repo::entries::{self, Scope};
use crate::routes::folders::FolderRef;

/// List one's own files, with page numbers
///
/// For programs that know no folders: all files that are not in the trash, in one flat list. With
/// `parent_id` it is what is in one folder, folders included. With `deleted=true` it is what was
/// put into the trash, folders included, but not what is below those.
#[utoipa::path(get, path = "/files", tag = "Files", operation_id = "list_files",
    params(
        ("page" = Option<u64>, Query, description = "From 1, which is the default", minimum = 1),
        ("limit" = Option<u64>, Query, description = "1 to 100, 20 if absent", minimum = 1, maximum = 100),
        ("offset" = Option<u64>, Query,
            description = "Entries to pass over, instead of `page`; `pagination` then has `offset` and `has_more`"),
        ("sort_by" = Option<String>, Query,
            description = "uploaded_at (the default), file_size or encrypted_filename"),
        ("order" = Option<String>, Query, description = "desc (the default) or asc"),
        ("parent_id" = Option<String>, Query, description = "A folder's UUID, or `root`"),
        ("deleted" = Option<bool>, Query, description = "What is in the trash; false if absent"),
        ("owner_filter" = Option<String>, Query,
            description = "own, family or all (the default); there is nothing of a family's yet"),
        ("include_family" = Option<bool>, Query,
            description = "false if absent; there is nothing of a family's yet")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<FileList>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(reader: Reader, query: ApiResult<Query>) -> ApiResult<Response> {
    reader
        .read(move |c, caller| {
            let list = load(c, caller, &query?)?;
            answer::listing(list.files.len(), list)
        })
        .await
}

fn load(conn: &mut dyn Conn, caller: &Caller, query: &Query) -> ApiResult<FileList> {
    let paging = Paging::read(query)?;
    let trashed = query.flag("deleted")?;
    query.flag("include_family")?;
    let own = match query.text("owner_filter")? {
        None | Some("own" | "all") => true,
        Some("family") => false,
        Some(_) => {
            let allowed = "it must be own, family or all";
            return Err(ApiError::bad_parameter("owner_filter", allowed));
        }
    };
    let folder: Option<FolderRef> = query.parse("parent_id", "it must be a UUID or root")?;
    let scope = match folder {
        None => Scope::AllFiles,
        Some(folder) => {
            let id: Option<NodeId> = folder.id(caller);
            if let Some(id) = id {
                entries::get(conn, caller.user, id)?
                    .filter(|row| row.is_folder)
                    .ok_or_else(ApiError::not_found)?;
            }
            Scope::Folder(id)
        }
    };
    let (rows, total) = if own {
        entries::page(conn, caller.user, &paging.page(scope, trashed))?
    } else {
        (Vec::new(), 0)
    };
    let owner = entry::owner(conn, caller.user)?;
    Ok(FileList {
        files: rows
            .into_iter()
            .map(|row| entry::show(row, &owner))
            .collect(),
        pagination: paging.pagination(total),
    })
}
