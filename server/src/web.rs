//! The web app, embedded, and the headers that confine it.

use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::ApiError;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// The only names (separated by spaces) under which the app's scripts may make Trusted Types policies.
macro_rules! trusted_types {
    () => {
        "strongroom-worker"
    };
}

/// What the app's pages and workers may load and do: only what this server serves, no inline
/// script, no eval but for WebAssembly.
const APP_POLICY: &str = concat!(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; ",
    "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; worker-src 'self'; ",
    "manifest-src 'self'; media-src 'self' blob:; frame-src 'self'; frame-ancestors 'none'; ",
    "base-uri 'none'; ",
    "form-action 'self'; require-trusted-types-for 'script'; trusted-types ",
    trusted_types!(),
);

/// Swagger UI styles itself inline; it still loads nothing from elsewhere.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'self'";

/// What is no page loads nothing at all.
const NO_PAGE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), \
     gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

const NOT_BUILT: &str = "This strongroom-server was built without the web app.\n\
     Its API is at /api/v1, the description of it at /docs.\n";

/// Headers that go with every answer.
pub(crate) fn common_headers(headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, NO_PAGE_POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
}

/// Around Swagger UI.
pub(crate) async fn docs_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(DOCS_POLICY),
    );
    response
}

/// A file of the app, or its page for every address that the app itself interprets.
pub(crate) fn serve(method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return ApiError::method_not_allowed()
            .with_header(ALLOW, HeaderValue::from_static("GET, HEAD"))
            .into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(response) = file(name, headers) {
        return response;
    }
    // Scripts and images that are not there are not there: a page in their place would puzzle.
    let wants_page = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if name.is_empty() || wants_page {
        return file("index.html", headers).unwrap_or_else(|| {
            let status = if name.is_empty() {
                StatusCode::OK
            } else {
                StatusCode::NOT_FOUND
            };
            (status, plain(), NOT_BUILT).into_response()
        });
    }
    (StatusCode::NOT_FOUND, plain(), "Not found\n").into_response()
}

fn plain() -> [(HeaderName, HeaderValue); 2] {
    [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ]
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    if name.is_empty() || name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let original = Dist::get(name)?;
    let (file, encoding) = compressed(name, headers).unwrap_or((original, None));
    let etag = format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..18])
    );
    let etag: HeaderValue = etag.parse().expect("base64 is a header value");
    let unchanged = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| *known == etag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    // Vite puts the hash of the content into the names of what is in this folder.
    let cache = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(APP_POLICY),
    );
    headers.insert(ETAG, etag);
    headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The file as it was compressed at build time, if it was and the client takes it.
fn compressed(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |encoding: &str| {
        accepted.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next() == Some(encoding)
                && !parts.any(|q| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .find_map(|(encoding, extension)| {
            let file = accepts(encoding).then(|| Dist::get(&format!("{name}.{extension}")))??;
            Some((file, Some(encoding)))
        })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
