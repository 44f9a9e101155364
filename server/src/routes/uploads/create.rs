use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use protocol::{Failure, UploadId, UserId};

use super::begin::NewUpload;
use super::checksum::Checksum;
use super::receive::{Row, Target, receive};
use super::{UPLOAD_LENGTH, UPLOAD_METADATA, bytes_header, check_version, is_content, tus_headers};
use crate::auth::PartCaller;
use crate::blobs;
use crate::clock::now_ms;
use crate::db::DbError;
use crate::error::{ApiError, ApiResult};
use crate::http::origin::Origin;
use crate::limits::{Kind, Narrowest, count_in};
use crate::repo::{uploads, users};
use crate::secrets::random;
use crate::state::AppState;

/// The longest `Upload-Metadata`, in bytes. Nothing is done with it.
const METADATA: usize = 4096;
/// Up to this length, an upload that comes whole with its creation gets its row when its bytes are
/// durable: one transaction instead of two.
const WHOLE: u64 = 1024 * 1024;

/// Start an upload
///
/// Reserves the declared length of the quota. A body of type `application/offset+octet-stream`
/// may bring the first bytes. For vaults: an account without keys gets 409 `KEYS_REQUIRED`.
#[utoipa::path(post, path = "/uploads", tag = "Uploads", operation_id = "create_upload",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Bytes"),
        ("Upload-Metadata" = Option<String>, Header, description = "Given back by HEAD"),
        ("Upload-Checksum" = Option<String>, Header, description = "Of the body: sha1 or sha256, a space, base64")),
    request_body(content_type = "application/offset+octet-stream", content = Option<Vec<u8>>),
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Started; Location, Upload-Offset and Upload-Expires in headers"),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn create(
    State(state): State<AppState>,
    PartCaller(caller): PartCaller,
    narrowest: Narrowest,
    Origin(origin): Origin,
    request: Request,
) -> ApiResult<(StatusCode, HeaderMap)> {
    let headers = request.headers();
    check_version(headers)?;
    // Only a commit makes a file of an upload: without keys it would hold room, and nothing else.
    if caller.root.is_none() {
        return Err(ApiError::bare_account());
    }
    let length = bytes_header(headers, &UPLOAD_LENGTH)?
        .ok_or_else(|| ApiError::bad_parameter("Upload-Length", "it is missing"))?;
    if let Some(max) = state.config.max_upload_size
        && length > max
    {
        return Err(ApiError::payload_too_large(max));
    }
    let metadata = headers
        .get(UPLOAD_METADATA)
        .map(|value| value.to_str().ok().filter(|text| text.len() <= METADATA))
        .map(|text| {
            text.ok_or_else(|| {
                ApiError::bad_parameter("Upload-Metadata", "4096 ASCII characters at most")
            })
        })
        .transpose()?
        .unwrap_or_default()
        .to_owned();
    let with_content = is_content(headers);
    let checksum = Checksum::parse(headers)?;
    count_in(&narrowest, &state, Kind::Uploads, caller.user.into())?;

    let id = blobs::new_id(random(), now_ms());
    let guard = state
        .locks
        .try_lock(id)
        .ok_or_else(|| ApiError::internal("a random id came twice"))?;
    let upload = NewUpload::prepare(&state, id, caller.user, length, metadata).await?;
    let whole = with_content
        && (1..=WHOLE).contains(&length)
        && bytes_header(headers, &CONTENT_LENGTH)? == Some(length);
    let (mut offset, mut expires) = (0, 0);
    let row = if whole {
        upload.check(&state).await?;
        Row::Pending(upload)
    } else {
        expires = upload.insert(&state, 0).await?;
        Row::There
    };
    if with_content && length > 0 {
        let target = Target {
            id,
            length,
            offset: 0,
        };
        // Without an answer the client never learns of the upload, so it would only hold room.
        match receive(&state, target, row, checksum, guard, request.into_body()).await {
            Ok(kept) => (offset, expires) = (kept.offset, kept.expires_at),
            Err(error) => {
                discard(&state, caller.user, id).await?;
                return Err(error);
            }
        }
    }
    let mut headers = tus_headers(offset, expires);
    let location = format!("{origin}/api/v1/uploads/{id}");
    headers.insert(LOCATION, location.parse().map_err(ApiError::internal)?);
    Ok((StatusCode::CREATED, headers))
}

/// Gives the reservation back and removes the file.
pub(crate) async fn discard(state: &AppState, user: UserId, id: UploadId) -> ApiResult<bool> {
    let length = state
        .db
        .write::<_, DbError, _>(move |c| {
            let length = uploads::delete(c, id, user)?;
            if let Some(length) = length {
                users::release(c, user, length)?;
            }
            Ok(length)
        })
        .await?;
    if length.is_some() {
        let blobs = state.blobs.clone();
        tokio::task::spawn_blocking(move || blobs.discard(id))
            .await
            .map_err(ApiError::internal)?;
    }
    Ok(length.is_some())
}

/// How long an upload is kept after something last arrived.
pub(super) fn expiry_ms(state: &AppState) -> i64 {
    i64::try_from(state.config.upload_expiry.as_millis()).unwrap_or(i64::MAX)
}
