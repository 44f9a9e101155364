//! Successful answers in the envelope.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::Success;
use serde::Serialize;

use crate::error::{ApiError, ApiResult};

/// 200 with data.
pub(crate) fn ok<T>(data: T) -> Json<Success<T>> {
    Json(Success {
        success: true,
        message: None,
        data: Some(data),
    })
}

/// What an entry of a listing takes as JSON, as long as its name and metadata are short; in bytes.
const ENTRY: usize = 800;

/// 200 with data in which there are so many entries. It is written at once, into a buffer that
/// need not grow: to be called where work may take a while.
///
/// # Errors
/// When it cannot be written as JSON.
pub(crate) fn listing<T: Serialize>(entries: usize, data: T) -> ApiResult<Response> {
    let Json(answer) = ok(data);
    let mut json = Vec::with_capacity((entries + 1) * ENTRY);
    serde_json::to_writer(&mut json, &answer).map_err(ApiError::internal)?;
    let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([content_type], json).into_response())
}

/// 200 with data and a sentence.
pub(crate) fn ok_with<T>(message: &str, data: T) -> Json<Success<T>> {
    Json(Success {
        success: true,
        message: Some(message.to_owned()),
        data: Some(data),
    })
}

/// An answer without data.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Done {
    /// Always `true`.
    success: bool,
    /// What happened.
    message: String,
}

/// 200 with a sentence only.
pub(crate) fn done(message: &str) -> Json<Done> {
    Json(Done {
        success: true,
        message: message.to_owned(),
    })
}

/// 201 with data and a sentence.
pub(crate) fn created<T: Serialize>(message: &str, data: T) -> Response {
    (StatusCode::CREATED, ok_with(message, data)).into_response()
}
