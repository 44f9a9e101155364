use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::{Failure, FileEntry, NodeId, Success, UpdateEntryRequest};

use super::entry::{self, check_metadata, check_name};
use crate::auth::BareCaller;
use crate::bare::{self, Update};
use crate::clock::now_ms;
use crate::error::ApiResult;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, Id, MEDIUM};
use crate::state::AppState;

/// Rename or move a file or folder
///
/// Only the fields that are present change. For accounts without keys. A vault gets 428
/// `HEAD_REQUIRED`: it commits.
#[utoipa::path(put, path = "/files/{id}", tag = "Files", operation_id = "update_file",
    params(
        ("id" = NodeId, Path, description = "The file or folder"),
        ("If-Match" = Option<String>, Header, description = "The entry's ETag; else 412")),
    request_body = UpdateEntryRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Changed; the entry", body = Success<FileEntry>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
    headers: HeaderMap,
    Body(request): Body<UpdateEntryRequest, MEDIUM>,
) -> ApiResult<(HeaderMap, Json<Success<FileEntry>>)> {
    let mut fields = Fields::default();
    let anything = request.encrypted_filename.is_some()
        || request.encrypted_metadata.is_some()
        || request.parent_id.is_some();
    fields.require(
        anything,
        "encrypted_filename",
        "send it, or encrypted_metadata, or parent_id",
    );
    if let Some(name) = &request.encrypted_filename {
        check_name(&mut fields, name);
    }
    if let Some(metadata) = &request.encrypted_metadata {
        check_metadata(&mut fields, metadata);
    }
    fields.finish()?;
    let change = Update {
        name: request.encrypted_filename,
        metadata: request.encrypted_metadata.map(|value| value.to_string()),
        parent: request.parent_id,
        record_limit: state.config.record_limit,
    };
    let condition = entry::if_match(&headers);
    let (user, now) = (caller.user, now_ms());
    let (headers, entry) = state
        .db
        .write(move |c| {
            let row = bare::update(c, user, id, &change, &*condition, now)?;
            let owner = entry::owner(c, user)?;
            Ok::<_, crate::error::ApiError>((entry::etag_header(&row), entry::show(row, &owner)))
        })
        .await?;
    Ok((headers, answer::ok_with("File updated successfully", entry)))
}
