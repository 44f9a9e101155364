use axum::Json;
use axum::extract::State;
use protocol::{EntryPath, Failure, NodeId, PathStep, Success};
use serde_json::json;

use crate::auth::Caller;
use crate::bare;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Id;
use crate::repo::entries;
use crate::state::AppState;

/// Steps in a path, at most: each may have a long name.
const MOST: u64 = 256;

/// The way from the top to a file or folder
#[utoipa::path(get, path = "/files/{id}/path", tag = "Files", operation_id = "file_path",
    params(("id" = NodeId, Path, description = "The file or folder")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The folders above, and the entry itself at the end",
            body = Success<EntryPath>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn path(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<NodeId>,
) -> ApiResult<Json<Success<EntryPath>>> {
    let path = state.db.read(move |c| load(c, &caller, id)).await?;
    Ok(answer::ok(path))
}

fn load(conn: &mut dyn Conn, caller: &Caller, id: NodeId) -> ApiResult<EntryPath> {
    bare::find(conn, caller.user, id)?;
    let steps = entries::path(conn, caller.user, id, MOST)?;
    if steps.len() as u64 > MOST {
        return Err(ApiError::conflict("The path is too long to be shown.")
            .with_details(json!({ "limit": MOST })));
    }
    Ok(EntryPath {
        path: steps
            .into_iter()
            .map(|(id, is_directory, name)| PathStep {
                id,
                encrypted_filename: name.filename(),
                is_directory,
            })
            .collect(),
    })
}
