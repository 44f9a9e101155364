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
    /// What comes after the host: empty, or such as `/files`.
    pub(crate) fn path(&self) -> &str {
        let (_, rest) = self.0.split_once("://").unwrap_or_default();
        rest.find('/').map_or("", |slash| &rest[slash..])
    }

    /// Whether cookies are for encrypted connections only: everywhere but on this machine
    /// itself, even if a proxy in front has not said that it is there.
    pub(crate) fn is_secure(&self) -> bool {
        let host = self.0.strip_prefix("http://").map(|rest| {
            let host = rest.split('/').next().unwrap_or(rest);
            host.rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                .map_or(host, |(host, _)| host)
        });
        !host.is_some_and(|host| {
            let address = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost"
                || host.ends_with(".localhost")
                || address
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        })
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
pub(crate) fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 261
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_secure_but_on_this_machine() {
        for (origin, secure) in [
            ("https://files.example.org", true),
            ("https://localhost:8443", true),
            ("http://files.example.org", true),
            ("http://192.168.1.5:8000", true),
            ("http://localhost.example.org", true),
            ("http://localhost:8000", false),
            ("http://localhost", false),
            ("http://127.0.0.1:8000", false),
            ("http://[::1]:8000", false),
            ("http://app.localhost:8000", false),
        ] {
            assert_eq!(Origin(origin.to_owned()).is_secure(), secure, "{origin}");
        }
    }
}
