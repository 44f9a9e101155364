use axum::extract::State;
use axum::response::Response;
use protocol::{CreateFolderRequest, Failure, FileEntry, NodeId, NodeKind, Success};
use serde_json::json;

use crate::auth::BareCaller;
use crate::bare;
use crate::clock::now_ms;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::input::{Body, MEDIUM};
use crate::repo::bare::NewEntry;
use crate::routes::files::entry::{self, check_metadata, check_name};
use crate::secrets::random;
use crate::state::AppState;

/// Make a folder
///
/// For accounts without keys. A vault gets 428 `HEAD_REQUIRED`: it commits.
#[utoipa::path(post, path = "/folders", tag = "Files", operation_id = "create_folder",
    request_body = CreateFolderRequest, security(("bearer" = [])),
    responses(
        (status = 201, description = "The folder", body = Success<FileEntry>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    Body(request): Body<CreateFolderRequest, MEDIUM>,
) -> ApiResult<Response> {
    let metadata = request.encrypted_metadata.unwrap_or_else(|| json!({}));
    let mut fields = Fields::default();
    check_name(&mut fields, &request.encrypted_filename);
    check_metadata(&mut fields, &metadata);
    fields.finish()?;
    let id = request.id.unwrap_or_else(|| NodeId::from_random(random()));
    let (user, metadata, now) = (caller.user, metadata.to_string(), now_ms());
    let limit = state.config.record_limit;
    let entry = state
        .db
        .write::<_, ApiError, _>(move |c| {
            let new = NewEntry {
                id,
                owner: user,
                parent: request.parent_id,
                kind: NodeKind::Folder,
                name: &request.encrypted_filename,
                metadata: &metadata,
                now,
            };
            bare::insert(c, &new, limit)?;
            let row = bare::find(c, user, id)?;
            Ok(entry::show(row, &entry::owner(c, user)?))
        })
        .await?;
    Ok(answer::created("Folder created successfully", entry))
}
