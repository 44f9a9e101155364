use axum::Json;
use axum::extract::State;
use protocol::{Failure, FileDetails, NodeId, NodeKind, Success, UserId, VersionId};
use serde_json::json;

use crate::auth::Caller;
use crate::clock::rfc3339;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::repo::{files, nodes, versions};
use crate::state::AppState;

/// The most versions in one answer.
const VERSIONS: u64 = 1000;

/// Details of a file, with its versions
///
/// The newest 1,000 versions, or those before a given one; `more_versions` says whether there are
/// older ones. Also of one in the trash: its owner has to see what can be restored.
#[utoipa::path(get, path = "/files/{id}", tag = "Files", operation_id = "get_file",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("versions_before" = Option<VersionId>, Query, description = "The last version of the answer before")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", body = Success<FileDetails>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn details(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<NodeId>,
    query: Query,
) -> ApiResult<Json<Success<FileDetails>>> {
    let before = query.parse("versions_before", "it must be a UUID")?;
    let details = state
        .db
        .read(move |c| load(c, caller.user, id, before))
        .await?;
    Ok(answer::ok(details))
}

fn load(
    conn: &mut dyn Conn,
    user: UserId,
    id: NodeId,
    before: Option<VersionId>,
) -> ApiResult<FileDetails> {
    let Some(node) = nodes::get(conn, user, id)?.filter(|node| node.kind == NodeKind::File) else {
        let gone = nodes::is_gone(conn, user, id)?;
        return Err(if gone {
            ApiError::gone()
        } else {
            ApiError::not_found()
        });
    };
    let (file_size, uploaded_at, last_accessed) =
        files::details(conn, id)?.ok_or_else(ApiError::not_found)?;
    let (versions, more_versions) = versions::of_node(conn, id, before, VERSIONS)?
        .ok_or_else(|| ApiError::bad_parameter("versions_before", "it is not of this file"))?;
    Ok(FileDetails {
        id,
        encrypted_filename: node.metadata.sealed.to_string(),
        encrypted_metadata: json!({}),
        file_size,
        uploaded_at: rfc3339(uploaded_at),
        last_accessed: last_accessed.map(rfc3339),
        encryption_algorithm: "AES-256-GCM".to_owned(),
        versions,
        more_versions,
        node: Some(node),
    })
}
