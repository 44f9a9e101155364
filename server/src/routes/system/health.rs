use axum::Json;
use axum::extract::State;
use protocol::{Failure, Health, Success};

use crate::clock::{now_ms, rfc3339};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::repo::users;
use crate::state::AppState;

/// Whether the server can work
#[utoipa::path(get, path = "/health", tag = "System", operation_id = "health",
    responses(
        (status = 200, description = "It can", body = Success<Health>),
        (status = 503, description = "It cannot; the details say what is missing", body = Failure)))]
pub(crate) async fn health(State(state): State<AppState>) -> ApiResult<Json<Success<Health>>> {
    let database = state.db.read(users::ping).await.is_ok();
    let blobs = state.blobs.clone();
    let storage = tokio::task::spawn_blocking(move || blobs.is_healthy())
        .await
        .unwrap_or(false);
    let connected = |is: bool| if is { "connected" } else { "disconnected" }.to_owned();
    let health = |status: &str| Health {
        status: status.to_owned(),
        timestamp: rfc3339(now_ms()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: connected(database),
        storage: connected(storage),
    };
    if database && storage {
        return Ok(answer::ok(health("healthy")));
    }
    let details = serde_json::to_value(health("unhealthy")).map_err(ApiError::internal)?;
    Err(ApiError::unavailable().with_details(details))
}
