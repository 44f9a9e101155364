//! A request's body on its way to whoever writes it.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;

use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

/// Hands the bytes on as they come, until the body or the writer ends; a writer that has gone away
/// says why itself.
///
/// # Errors
/// When there are more than `most` bytes, the body breaks off or is too slow, or the server stops.
pub(super) async fn hand_on<T: From<Bytes>>(
    state: &AppState,
    mut body: Body,
    most: u64,
    sender: &mpsc::Sender<T>,
) -> ApiResult<()> {
    let mut stopping = state.stopping.clone();
    let mut seen = 0;
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            _ = stopping.wait_for(|stopping| *stopping) => return Err(ApiError::unavailable()),
        };
        match frame {
            None => return Ok(()),
            Some(Err(_)) => return Err(ApiError::bad_request("The body ended too early.")),
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else {
                    continue;
                };
                seen += data.len() as u64;
                if seen > most {
                    return Err(ApiError::payload_too_large(most));
                }
                if sender.send(data.into()).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}
