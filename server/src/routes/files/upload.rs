use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use protocol::{Failure, NodeId, NodeKind, Success, UploadResponse, UserId, VersionId};

use super::form::{self, AROUND, FILE, Form};
use super::stage::Staged;
use crate::auth::BareCaller;
use crate::bare::{self, NewFile};
use crate::clock::{now_ms, rfc3339};
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::bare::NewEntry;
use crate::repo::users;
use crate::secrets::random;
use crate::state::AppState;

/// The largest file in one request, in bytes.
pub(crate) const LARGEST: u64 = FILE;

/// Whether a request is such an upload.
pub(crate) fn is_upload(method: &Method, path: &str) -> bool {
    let path = path.strip_prefix(protocol::BASE_PATH);
    method == Method::POST && path == Some("/files/upload")
}

/// The form as OpenAPI describes it; it is read as it arrives.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct UploadForm {
    /// The bytes: 50 MiB at most.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Opaque: 1 to 4096 characters.
    encrypted_filename: String,
    /// A JSON object of strings: at most 32, of at most 4096 characters each.
    encrypted_metadata: String,
    /// What the client says that the file has; what is stored is counted.
    file_size: u64,
    /// The file's id, if the client chooses it.
    id: Option<NodeId>,
    /// The folder that it goes into; the top if absent.
    parent_id: Option<NodeId>,
}

/// Upload a file in one request
///
/// The parts may come in any order. For accounts without keys. A vault gets 428 `HEAD_REQUIRED`:
/// it uploads with tus, and commits.
#[utoipa::path(post, path = "/files/upload", tag = "Files", operation_id = "upload_file",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Stored", body = Success<UploadResponse>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn upload(
    State(state): State<AppState>,
    BareCaller(caller): BareCaller,
    narrowest: Narrowest,
    request: Request,
) -> ApiResult<Response> {
    let user = caller.user;
    let (parts, mut body) = request.into_parts();
    let header = |name| parts.headers.get(name)?.to_str().ok();
    let parser = form::parser(header(CONTENT_TYPE))?;
    let announced = header(CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    count_in(&narrowest, &state, Kind::Uploads, user.into())?;
    if announced.is_some_and(|length| length > FILE + AROUND) {
        return Err(ApiError::payload_too_large(FILE));
    }
    let usage = state
        .db
        .read::<_, DbError, _>(move |c| users::usage(c, user))
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    let mut staged = Staged::create(&state, user, announced.unwrap_or(FILE).min(FILE)).await?;
    let form = form::read(&state, &mut body, parser, &usage, &mut staged).await?;
    // A task of its own: what a client that hangs up now has sent is a whole file.
    let stored = tokio::spawn(store(state, user, form, staged))
        .await
        .map_err(ApiError::internal)??;
    Ok(answer::created("File uploaded successfully", stored))
}

/// Makes a file of what is staged.
async fn store(
    state: AppState,
    user: UserId,
    form: Form,
    mut staged: Staged,
) -> ApiResult<UploadResponse> {
    let size = staged.finish().await?;
    let id = form.id.unwrap_or_else(|| NodeId::from_random(random()));
    let (upload, version, now) = (staged.id(), VersionId::from_random(random()), now_ms());
    let limit = state.config.record_limit;
    state
        .db
        .write::<_, ApiError, _>(move |c| {
            let entry = NewEntry {
                id,
                owner: user,
                parent: form.parent,
                kind: NodeKind::File,
                name: &form.name,
                metadata: &form.metadata,
                now,
            };
            let file = NewFile {
                entry,
                upload,
                version,
                size,
            };
            bare::create_file(c, &file, limit)
        })
        .await?;
    staged.keep();
    Ok(UploadResponse {
        file_id: id,
        uploaded_at: rfc3339(now),
        storage_path: format!("{user}/{id}.enc"),
        file_size: size,
    })
}
