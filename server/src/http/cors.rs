//! Pages of other origins may call the API if the operator names them (Fetch standard, CORS).
//! Cookies never go along: those pages keep their tokens themselves.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::AppState;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, If-Match, If-Range, Range, \
     Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, \
     X-HTTP-Method-Override, X-Requested-With";
const RESPONSE_HEADERS: &str = "Accept-Ranges, Content-Range, ETag, Location, Retry-After, \
     Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, \
     Upload-Metadata, Upload-Offset, X-RateLimit-Limit, X-RateLimit-Remaining, \
     X-RateLimit-Reset, X-Request-Id";

/// The middleware.
pub(crate) async fn around(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = request
        .headers()
        .get(ORIGIN)
        .filter(|origin| {
            state
                .config
                .cors_origins
                .iter()
                .any(|known| known == *origin)
        })
        .cloned();
    // Other OPTIONS requests are not ours to answer: tus uses them too.
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let fixed = HeaderValue::from_static;
        if preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, fixed(METHODS));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, fixed(REQUEST_HEADERS));
            headers.insert(ACCESS_CONTROL_MAX_AGE, fixed("86400"));
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, fixed(RESPONSE_HEADERS));
        }
    }
    response
}
