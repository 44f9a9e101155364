//! `/uploads`: tus 1.0 with checksum, creation, creation-with-upload, expiration and termination.
//!
//! These endpoints follow <https://tus.io/protocols/resumable-upload>; only their errors are in
//! the envelope.

pub(crate) mod batch;
mod begin;
mod body;
pub(crate) mod checksum;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod head;
mod lost;
pub(crate) mod options;
pub(crate) mod patch;
mod receive;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::clock::http_date;
use crate::error::{ApiError, ApiResult};

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("checksum,creation,creation-with-upload,expiration,termination");
/// The body's type in POST and PATCH.
const CONTENT: &str = "application/offset+octet-stream";

/// Whether an address is of an upload, or of all.
pub(crate) fn is_about(path: &str) -> bool {
    path.strip_prefix(protocol::BASE_PATH)
        .and_then(|path| path.strip_prefix("/uploads"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The protocol's version goes with every answer, errors included.
pub(crate) fn name_version(headers: &mut HeaderMap) {
    headers.entry(TUS_RESUMABLE).or_insert(VERSION);
}

/// # Errors
/// 412 unless the client speaks our version.
fn check_version(headers: &HeaderMap) -> ApiResult<()> {
    if headers
        .get(TUS_RESUMABLE)
        .is_some_and(|version| version == VERSION)
    {
        return Ok(());
    }
    Err(ApiError::bad_parameter("Tus-Resumable", "it must be 1.0.0")
        .with_status(StatusCode::PRECONDITION_FAILED)
        .with_header(TUS_RESUMABLE, VERSION)
        .with_header(TUS_VERSION, VERSION))
}

/// A header that is a number of bytes.
pub(crate) fn bytes_header(headers: &HeaderMap, name: &HeaderName) -> ApiResult<Option<u64>> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        // A sign is not part of a number here.
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|number| *number <= i64::MAX as u64)
        .map(Some)
        .ok_or_else(|| ApiError::bad_parameter(name.as_str(), "it must be a number of bytes"))
}

fn is_content(headers: &HeaderMap) -> bool {
    headers
        .get(axum::http::header::CONTENT_TYPE)
        .is_some_and(|value| value == CONTENT)
}

/// The headers that go with every answer about an upload.
fn tus_headers(offset: u64, expires_at: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TUS_RESUMABLE, VERSION);
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(offset));
    let expires = http_date(expires_at / 1000);
    headers.insert(
        UPLOAD_EXPIRES,
        expires.parse().expect("a date is a header value"),
    );
    headers
}
