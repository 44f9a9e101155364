//! Successful answers in the envelope.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::Success;
use serde::Serialize;

/// 200 with data.
pub(crate) fn ok<T>(data: T) -> Json<Success<T>> {
    Json(Success {
        success: true,
        message: None,
        data: Some(data),
    })
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
