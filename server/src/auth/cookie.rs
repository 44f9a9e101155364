//! The cookie that keeps a browser's refresh token away from its scripts.

use axum::http::{HeaderMap, HeaderValue, header};

use super::refresh::RefreshToken;
use crate::http::origin::Origin;

const NAME: &str = "strongroom_refresh";

/// The refresh token in a request's cookie. A request that another site's page made has none,
/// whatever the browser sent.
pub(crate) fn read(headers: &HeaderMap) -> Option<RefreshToken> {
    if headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
    {
        return None;
    }
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == NAME)
        .and_then(|(_, value)| RefreshToken::parse(value))
}

/// Sets the cookie, for as long as the session lasts unless it is refreshed.
pub(crate) fn set(token: &RefreshToken, max_age_ms: i64, origin: &Origin) -> HeaderValue {
    build(&token.encode(), max_age_ms.max(0) / 1000, origin)
}

/// Removes the cookie.
pub(crate) fn clear(origin: &Origin) -> HeaderValue {
    build("", 0, origin)
}

fn build(value: &str, max_age: i64, origin: &Origin) -> HeaderValue {
    let secure = if origin.is_secure() { "; Secure" } else { "" };
    // The path as the browser sees it: a proxy may have put the server below one.
    let path = origin.path();
    format!(
        "{NAME}={value}; Path={path}/api/v1/auth; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}"
    )
    .parse()
    .expect("base64, digits and the path of a URL are a header value")
}
