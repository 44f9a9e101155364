use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use protocol::{Failure, Health, Success};
use tokio::sync::Mutex;

use crate::clock::{now_ms, rfc3339};
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::repo::users;
use crate::state::AppState;

/// How long an answer holds.
const FRESH: Duration = Duration::from_millis(500);

/// Whether the server can work
#[utoipa::path(get, path = "/health", tag = "System", operation_id = "health",
    responses(
        (status = 200, description = "It can", body = Success<Health>),
        (status = 503, description = "It cannot; the details say what is missing", body = Failure)))]
pub(crate) async fn health(State(state): State<AppState>) -> ApiResult<Json<Success<Health>>> {
    let Checked {
        database, storage, ..
    } = check(&state).await;
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

/// What was found out, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked {
    at: Instant,
    database: bool,
    storage: bool,
}

/// The last check. Anybody may ask, so asking often must cost nothing.
pub(crate) type LastCheck = Arc<Mutex<Option<Checked>>>;

async fn check(state: &AppState) -> Checked {
    let mut last = state.health.lock().await;
    if let Some(checked) = last.filter(|checked| checked.at.elapsed() < FRESH) {
        return checked;
    }
    let answered = state.db.read(users::ping).await;
    if let Err(error) = &answered {
        tracing::error!(%error, "the database does not work");
    }
    let blobs = state.blobs.clone();
    let storage = tokio::task::spawn_blocking(move || blobs.is_healthy())
        .await
        .unwrap_or(false);
    let checked = Checked {
        at: Instant::now(),
        database: answered.is_ok(),
        storage,
    };
    *last = Some(checked);
    checked
}
