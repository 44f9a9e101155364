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

use crate::routes::files;

/// What is read away at most.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    bytes: u64,
    time: Duration,
}

/// Of most bodies.
const ORDINARY: Most = Most {
    bytes: 16 * 1024 * 1024,
    time: Duration::from_secs(5),
};

/// Of a file in one request, whatever it was refused for: four times what it may have.
const FILE: Most = Most {
    bytes: 4 * files::upload::LARGEST,
    time: Duration::from_secs(30),
};

/// What a handler left of a body when it was done.
#[derive(Clone)]
pub(crate) struct Leftover {
    body: Arc<Mutex<Option<Body>>>,
    most: Most,
}

/// Lends the body to the handler and gets it back.
pub(crate) fn watch(request: Request) -> (Request, Leftover) {
    let most = if files::upload::is_upload(request.method(), request.uri().path()) {
        FILE
    } else {
        ORDINARY
    };
    let leftover = Leftover {
        body: Arc::default(),
        most,
    };
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
        let body = self
            .body
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut body) = body else { return };
        let read_away = async {
            let mut read = 0;
            while let Some(Ok(frame)) = body.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len) as u64;
                if read > self.most.bytes {
                    break;
                }
            }
        };
        // What takes longer is cut off by closing the connection.
        let _ = tokio::time::timeout(self.most.time, read_away).await;
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
                .body
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
