//! Limits as extractors: a handler that names one is limited before anything else of it runs.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Kind, Narrowest, count};
use crate::error::{ApiError, ApiResult};
use crate::http::context::ClientIp;
use crate::state::AppState;

macro_rules! limited_by_address {
    ($($(#[$doc:meta])* $name:ident = $kind:expr;)*) => {
        $($(#[$doc])*
        pub(crate) struct $name;

        impl FromRequestParts<AppState> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
                count(parts, state, $kind, ClientIp::of(parts).into())?;
                Ok(Self)
            }
        })*
    };
}

limited_by_address! {
    /// Counts as a registration.
    RegistrationLimit = Kind::Registration;
    /// Counts as an attempt to sign in.
    LoginLimit = Kind::Login;
    /// Counts as an attempt to recover an account.
    RecoveryLimit = Kind::Recovery;
    /// Counts as a request without signing in.
    PublicLimit = Kind::Public;
}

impl FromRequestParts<AppState> for Narrowest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
