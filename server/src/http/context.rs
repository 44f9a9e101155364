//! Around every request: its id, its client's address, its log line, the rate limit headers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use super::drain;
use super::memory::Held;
use crate::config::Config;
use crate::error::{ApiError, ApiResult};
use crate::limits::Narrowest;
use crate::routes::uploads;
use crate::secrets::random;
use crate::state::AppState;
use crate::web;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest path with its query, in bytes.
const ADDRESS: usize = 8 * 1024;
/// The longest value of a header, in bytes.
const HEADER: usize = 8 * 1024;
/// All headers with their names, in bytes, and how many there are.
const HEADERS: usize = 32 * 1024;
const COUNT: usize = 100;
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where a request comes from, as far as that can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientIp(pub(crate) IpAddr);

/// The request came through a proxy whose headers are believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViaTrustedProxy(pub(crate) bool);

impl ClientIp {
    /// The address that the middleware found out.
    pub(crate) fn of(parts: &Parts) -> Self {
        parts
            .extensions
            .get()
            .copied()
            .unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into()))
    }

    /// The peer, or, if it is a trusted proxy, the last address before the trusted ones.
    pub(crate) fn find(peer: IpAddr, headers: &HeaderMap, config: &Config) -> Self {
        let trusted = |ip: IpAddr| config.trusted_proxies.contains(&ip.to_canonical());
        if !trusted(peer) {
            return Self(peer);
        }
        let mut client = peer;
        let hops = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect::<Vec<_>>();
        for hop in hops.into_iter().rev() {
            let Ok(ip) = hop.parse::<IpAddr>() else { break };
            client = ip;
            if !trusted(ip) {
                break;
            }
        }
        Self(client)
    }
}

impl FromRequestParts<AppState> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// The middleware. It must be the outermost one.
pub(crate) async fn around(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = uuid::Builder::from_random_bytes(random())
        .into_uuid()
        .to_string();
    let narrowest = Narrowest::default();
    let method = request.method().clone();
    let upload = uploads::is_about(request.uri().path());
    // The template, never the path itself: links and ids are nobody's business.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let client = ClientIp::find(peer.ip(), request.headers(), &state.config);
    let proxied = state
        .config
        .trusted_proxies
        .contains(&peer.ip().to_canonical());
    let extensions = request.extensions_mut();
    extensions.insert(client);
    extensions.insert(ViaTrustedProxy(proxied));
    extensions.insert(narrowest.clone());
    // Freed when the answer is there, whichever way that comes about. A large answer takes room anew.
    let held = Held::default();
    extensions.insert(held.clone());
    let refused = check_size(&request);
    let (request, leftover) = drain::watch(request);

    let span = tracing::info_span!("request", id);
    let response = match refused {
        Err(refused) => refused.into_response(),
        Ok(()) => next.run(request).instrument(span.clone()).await,
    };
    drop(held);
    if !response.status().is_success() {
        leftover.drain().await;
    }
    let kept = state.memory.keep(response, client.into()).await;
    let mut response = kept.unwrap_or_else(ApiError::into_response);
    narrowest.write(response.headers_mut());
    web::common_headers(response.headers_mut());
    if upload {
        uploads::name_version(response.headers_mut());
    }
    response.headers_mut().insert(
        REQUEST_ID,
        HeaderValue::from_str(&id).expect("a UUID is a header value"),
    );
    let status = response.status().as_u16();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(%method, route, status, ms, "answered"));
    response
}

/// Of the address and the headers; what is far beyond these limits was refused while it was read.
fn check_size(request: &Request) -> ApiResult<()> {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |all| all.as_str().len());
    if address > ADDRESS {
        let error = ApiError::bad_request("The address is too long.");
        return Err(error.with_status(StatusCode::URI_TOO_LONG));
    }
    let too_large =
        |error: ApiError| Err(error.with_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    let mut all = 0;
    for (name, value) in request.headers() {
        if value.len() > HEADER {
            return too_large(ApiError::bad_parameter(name.as_str(), "it is too long"));
        }
        all += name.as_str().len() + value.len();
    }
    if all > HEADERS || request.headers().len() > COUNT {
        return too_large(ApiError::bad_request(
            "The headers are too long, or too many.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeArgs;

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let args = ServeArgs {
            trusted_proxies: Some(vec![
                "10.0.0.1".parse().unwrap(),
                "10.0.0.2".parse().unwrap(),
            ]),
            ..ServeArgs::default()
        };
        let config = args.resolve().unwrap();
        let find = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, forwarded.parse().unwrap());
            ClientIp::find(peer.parse().unwrap(), &headers, &config)
                .0
                .to_string()
        };
        assert_eq!(find("192.0.2.9", "1.1.1.1"), "192.0.2.9");
        assert_eq!(find("10.0.0.1", "1.1.1.1"), "1.1.1.1");
        assert_eq!(find("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
        assert_eq!(find("10.0.0.1", "6.6.6.6, junk"), "10.0.0.1");
        assert_eq!(find("::ffff:10.0.0.1", "1.1.1.1"), "1.1.1.1");
    }
}
