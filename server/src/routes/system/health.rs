use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::{Health, Success};

use crate::clock::{now_ms, rfc3339};
use crate::repo::users;
use crate::state::AppState;

/// Whether the server can work
#[utoipa::path(get, path = "/health", tag = "System", operation_id = "health",
    responses(
        (status = 200, description = "It can", body = Success<Health>),
        (status = 503, description = "It cannot", body = Success<Health>)))]
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let database = state.db.read(users::ping).await.is_ok();
    let blobs = state.blobs.clone();
    let storage = tokio::task::spawn_blocking(move || blobs.is_healthy())
        .await
        .unwrap_or(false);
    let healthy = database && storage;
    let connected = |is: bool| if is { "connected" } else { "disconnected" }.to_owned();
    let data = Health {
        status: if healthy { "healthy" } else { "unhealthy" }.to_owned(),
        timestamp: rfc3339(now_ms()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: connected(database),
        storage: connected(storage),
    };
    let status = if healthy {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Success {
            success: healthy,
            message: None,
            data: Some(data),
        }),
    )
        .into_response()
}
