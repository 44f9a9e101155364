use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::{EntryMetadata, Failure, NodeId, Success, UpdateMetadataRequest};
use serde_json::{Map, Value};

use super::entry::{self, check_metadata, merge};
use crate::auth::{BareCaller, Caller};
use crate::bare::{self, Update};
use crate::clock::{now_ms, rfc3339};
use crate::error::ApiResult;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, Id, MEDIUM};
use crate::repo::entries::EntryRow;
use crate::state::AppState;

/// Get what is said of a file or folder
#[utoipa::path(get, path = "/files/{id}/metadata", tag = "Files", operation_id = "get_metadata",
    params(("id" = NodeId, Path, description = "The file or folder")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Its metadata", body = Success<EntryMetadata>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<NodeId>,
) -> ApiResult<(HeaderMap, Json<Success<EntryMetadata>>)> {
    let row = state
        .db
        .read(move |c| bare::find(c, caller.user, id))
        .await?;
    Ok((entry::etag_header(&row), answer::ok(show(&row))))
}

/// Change what is said of a file or folder
///
/// Strings are set, `null` removes one, what is not there stays. For accounts without keys. A
/// vault gets 428 `HEAD_REQUIRED`: it commits.
#[utoipa::path(patch, path = "/files/{id}/metadata", tag = "Files", operation_id = "update_metadata",
    params(
        ("id" = NodeId, Path, description = "The file or folder"),
        ("If-Match" = Option<String>, Header, description = "The entry's ETag; else 412")),
    request_body = UpdateMetadataRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "Changed; its metadata", body = Success<EntryMetadata>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn update(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Id(id): Id<NodeId>,
    headers: HeaderMap,
    Body(request): Body<UpdateMetadataRequest, MEDIUM>,
) -> ApiResult<(HeaderMap, Json<Success<EntryMetadata>>)> {
    let mut fields = Fields::default();
    let patch = patch(&mut fields, request.encrypted_metadata);
    fields.finish()?;
    let condition = entry::if_match(&headers);
    let (user, now) = (caller.user, now_ms());
    let limit = state.config.record_limit;
    let row = state
        .db
        .write(move |c| {
            let old = bare::find(c, user, id)?.name.metadata();
            let merged = merge(old, &patch);
            let mut fields = Fields::default();
            check_metadata(&mut fields, &merged);
            fields.finish()?;
            let update = Update {
                name: None,
                metadata: Some(merged.to_string()),
                parent: None,
                record_limit: limit,
            };
            bare::update(c, user, id, &update, &*condition, now)
        })
        .await?;
    let message = "Metadata updated successfully";
    Ok((
        entry::etag_header(&row),
        answer::ok_with(message, show(&row)),
    ))
}

/// The values that were sent, which but for removals must make sense on their own.
fn patch(fields: &mut Fields, sent: Value) -> Map<String, Value> {
    let Value::Object(patch) = sent else {
        check_metadata(fields, &sent);
        return Map::new();
    };
    let set = patch
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    check_metadata(fields, &Value::Object(set));
    patch
}

fn show(row: &EntryRow) -> EntryMetadata {
    EntryMetadata {
        id: row.id,
        encrypted_filename: row.name.filename(),
        encrypted_metadata: row.name.metadata(),
        updated_at: rfc3339(row.updated_at),
    }
}
