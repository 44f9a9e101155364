//! Clients that cannot send every method say which one they mean (tus asks servers to listen).

use axum::extract::Request;
use axum::http::{HeaderName, Method};

use crate::routes::uploads;

const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Applies the header to uploads. It must happen before the router looks at the method.
pub(crate) fn apply(mut request: Request) -> Request {
    if !uploads::is_about(request.uri().path()) {
        return request;
    }
    let meant = request
        .headers()
        .get(OVERRIDE)
        .and_then(|value| Method::from_bytes(value.as_bytes()).ok());
    if let Some(method) = meant {
        *request.method_mut() = method;
    }
    request
}
