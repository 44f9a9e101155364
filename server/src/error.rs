//! The only place where status codes are chosen, and where every error becomes an answer.
//!
//! What a client is told and what is logged are two things: causes go to the log with the
//! request's id, the client gets a code and a sentence.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{ErrorBody, ErrorCode, Failure, Head, NodeId};
use serde_json::{Value, json};

use crate::blobs::BlobError;
use crate::db::DbError;

/// The status that goes with a code.
pub(crate) fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthorized | ErrorCode::InvalidCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::AccountInactive | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Gone => StatusCode::GONE,
        ErrorCode::Conflict
        | ErrorCode::EmailTaken
        | ErrorCode::HeadConflict
        | ErrorCode::KeysRequired => StatusCode::CONFLICT,
        ErrorCode::ValidationError => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorCode::StorageQuotaExceeded => StatusCode::PAYMENT_REQUIRED,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::HeadRequired => StatusCode::PRECONDITION_REQUIRED,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct ApiError {
    code: ErrorCode,
    /// Only where a protocol (tus, HTTP ranges) prescribes another status than the code's own.
    status: Option<StatusCode>,
    message: &'static str,
    details: Value,
    /// For the log only.
    cause: Option<String>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// What handlers answer.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// An error with its code and a sentence in English.
    pub(crate) fn new(code: ErrorCode, message: &'static str) -> Self {
        Self {
            code,
            status: None,
            message,
            details: json!({}),
            cause: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_details(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    fn with_cause(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub(crate) fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn details(&self) -> &Value {
        &self.details
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "Sign in first: the access token is missing or not valid.",
        )
    }

    pub(crate) fn token_expired() -> Self {
        Self::new(ErrorCode::Unauthorized, "The access token has expired.")
            .with_details(json!({ "reason": "token_expired" }))
    }

    pub(crate) fn invalid_credentials() -> Self {
        Self::new(
            ErrorCode::InvalidCredentials,
            "The email or the password is not right.",
        )
    }

    pub(crate) fn account_inactive() -> Self {
        Self::new(
            ErrorCode::AccountInactive,
            "This account has been switched off.",
        )
    }

    pub(crate) fn admins_only() -> Self {
        Self::new(ErrorCode::Forbidden, "This is for administrators.")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "There is no such thing, or it is not yours.",
        )
    }

    pub(crate) fn no_route() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such endpoint.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            ErrorCode::MethodNotAllowed,
            "This endpoint does not offer that method.",
        )
    }

    pub(crate) fn gone() -> Self {
        Self::new(
            ErrorCode::Gone,
            "It is in the trash, or was deleted for good.",
        )
    }

    pub(crate) fn link_expired() -> Self {
        Self::new(
            ErrorCode::Forbidden,
            "This address has expired. Ask for a new one.",
        )
        .with_details(json!({ "reason": "url_expired" }))
    }

    pub(crate) fn bad_request(message: &'static str) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// A query parameter or header that cannot be used.
    pub(crate) fn bad_parameter(name: &str, reason: &str) -> Self {
        Self::new(
            ErrorCode::BadRequest,
            "A parameter of the request cannot be used.",
        )
        .with_details(json!({ "parameter": name, "reason": reason }))
    }

    pub(crate) fn conflict(message: &'static str) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// The state that the request is meant for (`If-Match`) is not the current one.
    pub(crate) fn changed_meanwhile() -> Self {
        Self::conflict("It has changed meanwhile. Fetch it and try again.")
            .with_status(StatusCode::PRECONDITION_FAILED)
    }

    pub(crate) fn payload_too_large(limit: u64) -> Self {
        Self::new(
            ErrorCode::PayloadTooLarge,
            "The body is larger than allowed.",
        )
        .with_details(json!({ "limit": limit }))
    }

    pub(crate) fn unsupported_media_type(expected: &str) -> Self {
        Self::new(
            ErrorCode::UnsupportedMediaType,
            "The body has a type that is not accepted here.",
        )
        .with_details(json!({ "expected": expected }))
    }

    /// Fields that break a rule, each with the reason.
    pub(crate) fn validation(fields: BTreeMap<String, String>) -> Self {
        Self::new(ErrorCode::ValidationError, "Some fields are not right.")
            .with_details(json!({ "fields": fields }))
    }

    pub(crate) fn rate_limited(retry_after: u64) -> Self {
        Self::new(
            ErrorCode::RateLimited,
            "Too many requests. Wait a moment, then try again.",
        )
        .with_details(json!({ "retry_after": retry_after }))
        .with_header(header::RETRY_AFTER, HeaderValue::from(retry_after))
    }

    /// The quota does not allow `needed` more bytes.
    pub(crate) fn quota_exceeded(usage: &crate::repo::users::Usage, needed: u64) -> Self {
        Self::new(
            ErrorCode::StorageQuotaExceeded,
            "There is not enough storage left.",
        )
        .with_details(json!({
            "used": usage.used,
            "limit": usage.quota,
            "available": usage.available(),
            "needed": needed,
        }))
    }

    /// The account has as many names, heads and histories in the database as it may.
    pub(crate) fn records_full(used: u64, limit: u64, needed: u64) -> Self {
        Self::new(
            ErrorCode::StorageQuotaExceeded,
            "There is no room for more records. Delete something for good.",
        )
        .with_details(json!({
            "reason": "records",
            "used": used,
            "limit": limit,
            "available": limit.saturating_sub(used),
            "needed": needed,
        }))
    }

    /// The account has as many uploads under way as it may.
    pub(crate) fn too_many_uploads(limit: u32) -> Self {
        Self::conflict("Too many uploads are open. Commit or delete some of them.")
            .with_details(json!({ "reason": "open_uploads", "limit": limit }))
    }

    pub(crate) fn head_required(folders: &[NodeId]) -> Self {
        Self::new(
            ErrorCode::HeadRequired,
            "Each folder that changes needs a new head in the commit.",
        )
        .with_details(json!({ "folders": folders }))
    }

    /// The account is a vault and the endpoint is for bare accounts.
    pub(crate) fn commits_only() -> Self {
        Self::new(
            ErrorCode::HeadRequired,
            "This account is a vault: its tree changes through commits only.",
        )
    }

    /// The current heads of folders that have moved on, the seqs of further ones, and folders that
    /// are not there.
    pub(crate) fn head_conflict(
        heads: &[Head],
        others: &[(NodeId, u64)],
        missing: &[NodeId],
    ) -> Self {
        let others: Vec<Value> = others
            .iter()
            .map(|(node, seq)| json!({ "node": node, "seq": seq }))
            .collect();
        Self::new(
            ErrorCode::HeadConflict,
            "A folder has changed meanwhile. Fetch it and try again.",
        )
        .with_details(json!({ "heads": heads, "others": others, "missing": missing }))
    }

    /// Uploads whose bytes are gone: they have to be sent again.
    pub(crate) fn upload_lost(uploads: &[protocol::UploadId]) -> Self {
        Self::conflict("An upload is no longer there. Send it again.")
            .with_details(json!({ "uploads": uploads }))
    }

    /// The account has no keys and the endpoint is for vaults.
    pub(crate) fn bare_account() -> Self {
        Self::new(
            ErrorCode::KeysRequired,
            "This account has no keys, so it has no sealed tree.",
        )
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(
            ErrorCode::Unavailable,
            "The server cannot do that right now. Try again soon.",
        )
    }

    /// The disk has no room; the cause goes to the log only.
    pub(crate) fn storage_full(cause: impl ToString) -> Self {
        Self::new(ErrorCode::StorageFull, "The server's disk is full.").with_cause(cause)
    }

    pub(crate) fn range_not_satisfiable(size: u64) -> Self {
        let value = format!("bytes */{size}")
            .parse()
            .expect("digits are a header value");
        Self::new(
            ErrorCode::RangeNotSatisfiable,
            "The range is outside of the content.",
        )
        .with_details(json!({ "size": size }))
        .with_header(header::CONTENT_RANGE, value)
    }

    /// The same error under a status that another protocol prescribes.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Something that should not happen; the cause goes to the log only.
    pub(crate) fn internal(cause: impl ToString) -> Self {
        Self::new(
            ErrorCode::Internal,
            "The server failed. The log has the request's id.",
        )
        .with_cause(cause)
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full(_) => return Self::storage_full(error),
            DbError::Unavailable(_) => Self::unavailable(),
            DbError::Statement(_) | DbError::Column { .. } | DbError::TooNew { .. } => {
                Self::internal("")
            }
        }
        .with_cause(error)
    }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full(_) => return Self::storage_full(error),
            BlobError::Missing(_) | BlobError::Io(_) => Self::unavailable(),
        }
        .with_cause(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status.unwrap_or_else(|| status(self.code));
        if let Some(cause) = &self.cause {
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                tracing::error!(code = self.code.as_str(), cause, "request failed");
            } else {
                tracing::warn!(code = self.code.as_str(), cause, "request failed");
            }
        }
        let failure = Failure {
            success: false,
            error: ErrorBody {
                code: self.code,
                message: self.message.to_owned(),
                details: self.details,
            },
        };
        let mut response = (status, Json(failure)).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_statuses_are_stable() {
        let lines: Vec<String> = ErrorCode::ALL
            .iter()
            .map(|code| format!("{} {}", status(*code).as_u16(), code.as_str()))
            .collect();
        assert_eq!(lines.join("\n"), include_str!("error_codes.txt").trim_end());
    }
}
