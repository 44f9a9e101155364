use axum::extract::State;
use axum::response::Response;
use protocol::{
    Failure, FileVersions, FilesRequest, FilesVersions, MAX_DETAILS, NodeId, Success, Version,
};

use super::details::load_versions;
use crate::auth::Caller;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Body;
use crate::repo::{Budget, entries};
use crate::state::AppState;

/// Get the versions of many files
///
/// In the order of the request. Fewer come when their records have more than 8 MiB: ask again for
/// the others. Also of what is in the trash, as with `GET /files/{id}`; what that would not answer
/// has `versions: null`.
#[utoipa::path(post, path = "/files/details", tag = "Files", operation_id = "get_files",
    request_body = FilesRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Their versions", body = Success<FilesVersions>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn details(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<FilesRequest>,
) -> ApiResult<Response> {
    if request.ids.is_empty() {
        let why = format!("1 to {MAX_DETAILS}");
        return Err(ApiError::validation([("ids".to_owned(), why)].into()));
    }
    state
        .db
        .read(move |c| {
            let files = load(c, &caller, &request.ids)?;
            answer::listing(files.len(), FilesVersions { files })
        })
        .await
}

fn load(conn: &mut dyn Conn, caller: &Caller, ids: &[NodeId]) -> ApiResult<Vec<FileVersions>> {
    let (mut files, mut budget) = (Vec::new(), Budget::page(ids.len() as u64));
    for id in ids {
        let file = load_one(conn, caller, *id)?;
        if !budget.take(sealed(&file)) {
            break;
        }
        files.push(file);
    }
    Ok(files)
}

fn load_one(conn: &mut dyn Conn, caller: &Caller, id: NodeId) -> ApiResult<FileVersions> {
    if entries::get(conn, caller.user, id)?.is_none() {
        return Ok(FileVersions {
            id,
            versions: None,
            more_versions: false,
        });
    }
    let (versions, more_versions) = load_versions(conn, id, None)?;
    Ok(FileVersions {
        id,
        versions: Some(versions),
        more_versions,
    })
}

/// Bytes of a file's records and keys.
fn sealed(file: &FileVersions) -> usize {
    let bytes = |version: &Version| version.record.0.len() + version.wrapped_key.0.len();
    file.versions.iter().flatten().map(bytes).sum()
}
