use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::{EntryDetails, Failure, NodeId, Success, Version, VersionId};

use super::entry;
use crate::auth::Caller;
use crate::bare;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::repo::{nodes, versions};
use crate::state::AppState;

/// The most versions in one answer.
const VERSIONS: u64 = 1000;

/// Details of a file or folder, with a file's versions
///
/// The newest 1,000 versions, or those before a given one; `more_versions` says whether there are
/// older ones. Also of one in the trash: its owner has to see what can be restored. The `ETag`
/// changes with the entry, and is what `PUT` takes in `If-Match`.
#[utoipa::path(get, path = "/files/{id}", tag = "Files", operation_id = "get_file",
    params(
        ("id" = NodeId, Path, description = "The file or folder"),
        ("versions_before" = Option<VersionId>, Query, description = "The last version of the answer before")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", body = Success<EntryDetails>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn details(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<NodeId>,
    query: Query,
) -> ApiResult<(HeaderMap, Json<Success<EntryDetails>>)> {
    let before = query.parse("versions_before", "it must be a UUID")?;
    let (headers, details) = state.db.read(move |c| load(c, &caller, id, before)).await?;
    Ok((headers, answer::ok(details)))
}

fn load(
    conn: &mut dyn Conn,
    caller: &Caller,
    id: NodeId,
    before: Option<VersionId>,
) -> ApiResult<(HeaderMap, EntryDetails)> {
    let row = bare::find(conn, caller.user, id)?;
    let headers = entry::etag_header(&row);
    let owner = entry::owner(conn, caller.user)?;
    let node = match caller.root {
        Some(_) => nodes::get(conn, caller.user, id)?,
        None => None,
    };
    let (versions, more_versions) = load_versions(conn, id, before)?;
    let details = EntryDetails {
        entry: entry::show(row, &owner),
        encryption_algorithm: "AES-256-GCM".to_owned(),
        node,
        versions,
        more_versions,
    };
    Ok((headers, details))
}

/// A page of a file's versions, and whether there are older ones.
pub(super) fn load_versions(
    conn: &mut dyn Conn,
    id: NodeId,
    before: Option<VersionId>,
) -> ApiResult<(Vec<Version>, bool)> {
    versions::of_node(conn, id, before, VERSIONS)?
        .ok_or_else(|| ApiError::bad_parameter("versions_before", "it is not of this file"))
}
