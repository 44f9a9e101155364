use axum::Json;
use axum::extract::{Path, State};
use protocol::{DownloadResponse, ErrorCode, Failure, NodeId, Success, VersionId, VersionList};

use super::details::load_versions;
use super::download::issue;
use crate::auth::{BareCaller, Caller};
use crate::bare;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::{Id, Query};
use crate::http::origin::Origin;
use crate::limits::Narrowest;
use crate::repo::versions;
use crate::state::AppState;

/// A file and one of its versions, from the path.
type Version = Result<Path<(String, String)>, axum::extract::rejection::PathRejection>;

/// The versions of a file, newest first
///
/// In pages, as with `GET /files/{id}`. A file of an account without keys has one.
#[utoipa::path(get, path = "/files/{id}/versions", tag = "Files", operation_id = "list_versions",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("versions_before" = Option<VersionId>, Query, description = "The last version of the answer before")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The versions", body = Success<VersionList>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<NodeId>,
    query: Query,
) -> ApiResult<Json<Success<VersionList>>> {
    let before = query.parse("versions_before", "it must be a UUID")?;
    let (versions, more_versions) = state
        .db
        .read::<_, ApiError, _>(move |c| {
            bare::find(c, caller.user, id)?;
            load_versions(c, id, before)
        })
        .await?;
    Ok(answer::ok(VersionList {
        versions,
        more_versions,
    }))
}

/// Add a version to a file
///
/// A vault gets 428 `HEAD_REQUIRED`: it commits. A file of an account without keys keeps the one
/// version that it has: 403 `FORBIDDEN`.
#[utoipa::path(post, path = "/files/{id}/versions", tag = "Files", operation_id = "add_version",
    params(("id" = NodeId, Path, description = "The file")),
    security(("bearer" = [])),
    responses((status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
) -> ApiResult<()> {
    refuse(&state, &caller, id, None).await
}

/// Get an address to download a version from
#[utoipa::path(get, path = "/files/{id}/versions/{version}/download", tag = "Files",
    operation_id = "download_version",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = VersionId, Path, description = "The version")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The address", body = Success<DownloadResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn download(
    State(state): State<AppState>,
    caller: Caller,
    narrowest: Narrowest,
    origin: Origin,
    path: Version,
) -> ApiResult<Json<Success<DownloadResponse>>> {
    let (id, version) = parse(path)?;
    issue(&state, &caller, &narrowest, &origin, id, Some(version)).await
}

/// Make an older version the newest
///
/// As adding one: refused.
#[utoipa::path(post, path = "/files/{id}/versions/{version}/restore", tag = "Files",
    operation_id = "restore_version",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = VersionId, Path, description = "The version")),
    security(("bearer" = [])),
    responses((status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn restore(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    path: Version,
) -> ApiResult<()> {
    let (id, version) = parse(path)?;
    refuse(&state, &caller, id, Some(version)).await
}

/// Delete a version
///
/// As adding one: refused.
#[utoipa::path(delete, path = "/files/{id}/versions/{version}", tag = "Files",
    operation_id = "delete_version",
    params(
        ("id" = NodeId, Path, description = "The file"),
        ("version" = VersionId, Path, description = "The version")),
    security(("bearer" = [])),
    responses((status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    path: Version,
) -> ApiResult<()> {
    let (id, version) = parse(path)?;
    refuse(&state, &caller, id, Some(version)).await
}

/// # Errors
/// Always: 403 for what is there and cannot be changed, 404 or 410 for what is not.
async fn refuse(
    state: &AppState,
    caller: &Caller,
    id: NodeId,
    version: Option<VersionId>,
) -> ApiResult<()> {
    let user = caller.user;
    state
        .db
        .read(move |c| {
            bare::find(c, user, id)?;
            if version.is_some() && versions::stored(c, user, id, version)?.is_none() {
                return Err(ApiError::not_found());
            }
            Err(ApiError::new(
                ErrorCode::Forbidden,
                "A file of an account without keys has exactly one version.",
            ))
        })
        .await
}

fn parse(path: Version) -> ApiResult<(NodeId, VersionId)> {
    let wrong = |name| ApiError::bad_parameter(name, "it must be a UUID");
    let Path((id, version)) = path.map_err(|_| wrong("id"))?;
    Ok((
        id.parse().map_err(|_| wrong("id"))?,
        version.parse().map_err(|_| wrong("version"))?,
    ))
}
