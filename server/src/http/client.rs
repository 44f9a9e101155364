//! What is known of the program that asks, for the list of an account's sessions.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use super::context::ClientIp;
use crate::state::AppState;

/// Characters kept of what a client calls itself.
const NAME: usize = 256;

/// The program that asks.
#[derive(Clone, Debug)]
pub(crate) struct ClientInfo {
    /// Its `User-Agent`; whoever asks chose it.
    pub(crate) name: Option<String>,
    /// Its address; `None` where the operator keeps none.
    pub(crate) address: Option<String>,
}

impl FromRequestParts<AppState> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let name = parts.headers.get(USER_AGENT).map(|value| {
            String::from_utf8_lossy(value.as_bytes())
                .chars()
                .filter(|c| !c.is_control())
                .take(NAME)
                .collect::<String>()
        });
        let ClientIp(address) = ClientIp::of(parts);
        Ok(Self {
            name: name.filter(|name| !name.is_empty()),
            address: state
                .config
                .keep_addresses
                .then(|| address.to_canonical().to_string()),
        })
    }
}
