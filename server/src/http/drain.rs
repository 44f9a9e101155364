//! A refused body is read to its end before the answer goes out, bounded in bytes and time:
//! otherwise the client, still sending, would see a broken connection instead of the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::EXPECT;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

/// Bytes read away at most.
const MOST: usize = 16 * 1024 * 1024;
/// And for how long.
const LONGEST: Duration = Duration::from_secs(5);

/// What a handler left of a body when it was done.
#[derive(Clone, Default)]
pub(crate) struct Leftover(Arc<Mutex<Option<Body>>>);

/// Lends the body to the handler and gets it back.
pub(crate) fn watch(request: Request) -> (Request, Leftover) {
    let leftover = Leftover::default();
    if request.body().is_end_stream() {
        return (request, leftover);
    }
    let (parts, body) = request.into_parts();
    let lent = Lent {
        body,
        // Such a client sends nothing until somebody begins to read; then it is on its way.
        wanted: !parts.headers.contains_key(EXPECT),
        leftover: leftover.clone(),
    };
    (Request::from_parts(parts, Body::new(lent)), leftover)
}

impl Leftover {
    /// Reads away what is left.
    pub(crate) async fn drain(&self) {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut body) = body else { return };
        let read_away = async {
            let mut read = 0;
            while let Some(Ok(frame)) = body.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MOST {
                    break;
                }
            }
        };
        // What takes longer is cut off by closing the connection.
        let _ = tokio::time::timeout(LONGEST, read_away).await;
    }
}

struct Lent {
    body: Body,
    /// The client sends, or is about to.
    wanted: bool,
    leftover: Leftover,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.wanted = true;
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.wanted && !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            *self
                .leftover
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
