//! Connections: accepted until the server is told to stop, each on its own.
//!
//! What a connection costs is bounded from all sides: how many there are ([`crowd`]), how long
//! one may be silent ([`Patience::idle`]), and how slowly one may send or take bytes ([`pace`]).

mod crowd;
mod pace;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::http::method_override;
pub(crate) use crowd::Place;
use crowd::{Crowd, Seat};
use pace::{PacedBody, PacedStream};

/// When the system has no connection left to give, waiting a moment is all that can be done.
const BREATH: Duration = Duration::from_millis(100);
/// The request line and all headers of a request, in bytes, and how many headers there are: twice
/// what is accepted (`http::context`), since beyond this the answer has neither headers nor a body.
const HEAD: usize = 64 * 1024;
const HEADERS: usize = 200;
/// What is read or queued at once, in bytes.
const BUFFER: usize = 256 * 1024;
/// What a connection that is one too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\ncontent-length: 142\r\nretry-after: 10\r\n\
    content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n\
    x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n\
    cross-origin-opener-policy: same-origin\r\ncross-origin-embedder-policy: require-corp\r\n\
    cross-origin-resource-policy: same-origin\r\n\
    permissions-policy: accelerometer=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()\r\n\
    cache-control: no-store\r\nconnection: close\r\n\r\n\
    {\"success\":false,\"error\":{\"code\":\"UNAVAILABLE\",\"message\":\"Too many connections \
    are open. Try again soon.\",\"details\":{\"reason\":\"connections\"}}}";

/// How long clients are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For a request's headers to be complete, and between two requests.
    pub(crate) idle: Duration,
    /// For a body or an answer to move on: less than 1 KiB for each second of waiting is too slow.
    pub(crate) stall: Duration,
}

/// How many connections there may be.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) all: usize,
    /// From one address, or one IPv6 network.
    pub(crate) each: usize,
    /// Many people come through these: only the sum counts.
    pub(crate) proxies: Vec<IpAddr>,
}

/// Serves until `asked` becomes true, and then what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    room: Room,
    patience: Patience,
    mut asked: watch::Receiver<bool>,
) {
    let crowd = Crowd::new(room);
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.idle)
        .max_header_size(HEAD)
        .max_headers(HEADERS)
        .max_buf_size(BUFFER);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = asked.wait_for(|asked| *asked) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let Some(seat) = crowd.enter(peer.ip()) else {
            refuse(&stream);
            continue;
        };
        // Small answers go out at once. Without it everything works as well, only later.
        let _ = stream.set_nodelay(true);
        let (app, seat) = (app.clone(), Arc::new(seat));
        let guest = Arc::clone(&seat);
        let service = hyper::service::service_fn(move |request| {
            answer(app.clone(), Arc::clone(&guest), request, peer, patience)
        });
        let stream = TokioIo::new(PacedStream::new(stream, patience.stall));
        let connection = graceful.watch(http.serve_connection(stream, service));
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => {
                    // A client that goes away in the middle is no news.
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke");
                    }
                }
                () = seat.asked_to_leave() => tracing::debug!("an idle connection made room"),
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// One request. The connection counts as busy until its answer has been read from us.
async fn answer(
    app: Router,
    seat: Arc<Seat>,
    request: Request<Incoming>,
    peer: SocketAddr,
    patience: Patience,
) -> Result<axum::http::Response<crowd::BusyBody>, std::convert::Infallible> {
    let busy = Seat::busy(&seat);
    let mut request = request.map(|body| Body::new(PacedBody::new(body, patience.stall)));
    request
        .extensions_mut()
        .insert(ConnectInfo::<SocketAddr>(peer));
    request.extensions_mut().insert(Place(seat));
    let response = app.oneshot(method_override::apply(request)).await?;
    Ok(response.map(|body| busy.until_read(body)))
}

/// Says why, if that can be said at once.
fn refuse(stream: &TcpStream) {
    if let Err(error) = stream.try_write(FULL) {
        tracing::debug!(%error, "a refused connection was not told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_a_whole_answer_in_the_envelope() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
        let mut common = axum::http::HeaderMap::new();
        crate::web::common_headers(&mut common);
        for (name, value) in &common {
            let line = format!("\r\n{name}: {}\r\n", value.to_str().unwrap());
            assert!(head.contains(&line), "{line}");
        }
        let failure: protocol::Failure = serde_json::from_str(body).unwrap();
        assert_eq!(failure.error.code, protocol::ErrorCode::Unavailable);
    }
}
