use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::checksum::ALGORITHMS;
use super::{
    EXTENSIONS, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE, TUS_VERSION,
    VERSION,
};
use crate::state::AppState;

/// What the upload protocol offers here
#[utoipa::path(options, path = "/uploads", tag = "Uploads", operation_id = "upload_options",
    responses((status = 204, description = "Versions and extensions, in headers")))]
pub(crate) async fn options(State(state): State<AppState>) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    headers.insert(TUS_RESUMABLE, VERSION);
    headers.insert(TUS_VERSION, VERSION);
    headers.insert(TUS_EXTENSION, EXTENSIONS);
    headers.insert(TUS_CHECKSUM_ALGORITHM, ALGORITHMS);
    if let Some(max) = state.config.max_upload_size {
        headers.insert(TUS_MAX_SIZE, HeaderValue::from(max));
    }
    (StatusCode::NO_CONTENT, headers)
}
