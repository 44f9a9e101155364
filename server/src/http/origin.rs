//! The address under which the caller reaches the server, for URLs in answers.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::context::ViaTrustedProxy;
use crate::state::AppState;

/// Such as `https://files.example.org`, without a slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct Origin(pub(crate) String);

impl Origin {
    /// Whether the connection to the caller is encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromRequestParts<AppState> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        if let Some(url) = &state.config.public_url {
            return Ok(Self(url.clone()));
        }
        let proxied = parts
            .extensions
            .get()
            .is_some_and(|ViaTrustedProxy(trusted)| *trusted);
        let value = |name: &str| header_text(&parts.headers, name);
        let scheme = match value("x-forwarded-proto") {
            Some("https") if proxied => "https",
            _ => "http",
        };
        let host = value("x-forwarded-host")
            .filter(|_| proxied)
            .or_else(|| value(header::HOST.as_str()))
            .filter(|host| is_host(host))
            .map_or_else(|| state.config.listen.to_string(), str::to_owned);
        Ok(Self(format!("{scheme}://{host}")))
    }
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A name or address with an optional port, and nothing that could break out of a URL.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 261
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}
