use axum::Json;
use axum::extract::State;
use protocol::{DownloadResponse, Failure, NodeId, Success, VersionId};

use super::find_stored;
use super::signature::{Grant, LIFETIME};
use crate::auth::Caller;
use crate::clock::now_ms;
use crate::error::ApiResult;
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::http::origin::Origin;
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::nodes;
use crate::state::AppState;

/// A download is noted at most once a minute: it costs a write.
const NOTED_EVERY_MS: i64 = 60_000;

/// Get an address to download from
///
/// It works without a token for 300 seconds, also for parts (`Range`). Of the newest version,
/// unless `version` names another one.
#[utoipa::path(get, path = "/files/{id}/download", tag = "Files", operation_id = "download_file",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = Option<VersionId>, Query, description = "One of its versions")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The address", body = Success<DownloadResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn download(
    State(state): State<AppState>,
    caller: Caller,
    narrowest: Narrowest,
    origin: Origin,
    Id(node): Id<NodeId>,
    query: Query,
) -> ApiResult<Json<Success<DownloadResponse>>> {
    let version = query.parse("version", "it must be a UUID")?;
    issue(&state, &caller, &narrowest, &origin, node, version).await
}

/// Signs an address of a version, the newest if none is named.
pub(super) async fn issue(
    state: &AppState,
    caller: &Caller,
    narrowest: &Narrowest,
    Origin(origin): &Origin,
    node: NodeId,
    version: Option<VersionId>,
) -> ApiResult<Json<Success<DownloadResponse>>> {
    let owner = caller.user;
    let stored = state
        .db
        .read(move |c| find_stored(c, owner, node, version))
        .await?;
    count_in(narrowest, state, Kind::Downloads, owner.into())?;
    note(state, node).await?;
    let expires = now_ms() / 1000 + LIFETIME.cast_signed();
    let grant = Grant {
        owner,
        node,
        version: stored.version,
        expires,
    };
    let signed = grant.sign(&state.secrets.urls);
    Ok(answer::ok(DownloadResponse {
        download_url: format!("{origin}/api/v1/files/{node}/content?{signed}"),
        expires_in: LIFETIME,
    }))
}

/// Remembers when the file was last read.
pub(super) async fn note(state: &AppState, node: NodeId) -> ApiResult<()> {
    let now = now_ms();
    state
        .db
        .write(move |c| Ok(nodes::touch_accessed(c, node, now, now - NOTED_EVERY_MS)?))
        .await
}

/// Remembers when files were last read, all at once.
pub(super) async fn note_all(state: &AppState, nodes: Vec<NodeId>) -> ApiResult<()> {
    if nodes.is_empty() {
        return Ok(());
    }
    let now = now_ms();
    state
        .db
        .write(move |c| {
            for node in &nodes {
                nodes::touch_accessed(c, *node, now, now - NOTED_EVERY_MS)?;
            }
            Ok(())
        })
        .await
}
