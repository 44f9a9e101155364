//! Handlers name one of these types, and so cannot be reached without what it stands for.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use protocol::{NodeId, SessionId, UserId};

use super::token::{self, Claims, TokenError};
use crate::clock::now_ms;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::limits::{Kind, Narrowest, count, count_in};
use crate::repo::sessions;
use crate::state::AppState;

/// Somebody with a valid access token; the request counts against their general limit.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    /// The vault's root; `None` for a bare account.
    pub(crate) root: Option<NodeId>,
    pub(crate) admin: bool,
    /// When the access token expires, in seconds since 1970.
    pub(crate) token_expires: i64,
}

/// A caller whose account is a vault.
#[derive(Clone, Debug)]
pub(crate) struct VaultCaller {
    pub(crate) caller: Caller,
    pub(crate) root: NodeId,
}

/// A caller whose account has no keys.
#[derive(Clone, Debug)]
pub(crate) struct BareCaller(pub(crate) Caller);

/// A caller who looks after the whole server.
#[derive(Clone, Debug)]
pub(crate) struct AdminCaller;

/// A caller who is about an upload: whether that counts as a request is the preset's choice.
#[derive(Clone, Debug)]
pub(crate) struct PartCaller(pub(crate) Caller);

impl Caller {
    /// Finds out who calls, without counting the request.
    async fn identify(parts: &Parts, state: &AppState) -> ApiResult<Self> {
        let claims = claims(parts, state)?;
        state.db.read(move |c| Self::find(c, &claims)).await
    }

    fn find(conn: &mut dyn Conn, claims: &Claims) -> ApiResult<Self> {
        let row = sessions::caller(conn, claims.sid, now_ms())?
            .filter(|row| row.user == claims.sub)
            .ok_or_else(ApiError::unauthorized)?;
        if !row.active {
            return Err(ApiError::account_inactive());
        }
        Ok(Self {
            user: row.user,
            session: claims.sid,
            root: row.root,
            admin: row.admin,
            token_expires: claims.exp,
        })
    }
}

/// Somebody with a signed access token that has not expired, whose session is looked for in the
/// same turn as what they ask for: for answers so quick that a second turn on a blocking thread
/// would be a good part of their time.
#[derive(Clone)]
pub(crate) struct Reader {
    state: AppState,
    narrowest: Narrowest,
    claims: Claims,
    counted: bool,
}

impl Reader {
    /// The same request, which reads once more and has been counted.
    pub(crate) fn counted(self) -> Self {
        Self {
            counted: true,
            ..self
        }
    }

    /// Finds out who calls, counts the request, and reads, all in one transaction. Whatever else
    /// may be wrong with the request is looked at in `read`, since it is nobody else's business.
    ///
    /// # Errors
    /// 401 and 403 as for a [`Caller`], 429, and those of `read`.
    pub(crate) async fn read<T, F>(self, read: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Conn, &Caller) -> ApiResult<T> + Send + 'static,
    {
        let Self {
            state,
            narrowest,
            claims,
            counted,
        } = self;
        let db = state.db.clone();
        db.read(move |c| {
            let caller = Caller::find(c, &claims)?;
            if !counted {
                count_in(&narrowest, &state, Kind::General, caller.user.into())?;
            }
            read(c, &caller)
        })
        .await
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let claims = claims(parts, state)?;
        let narrowest = parts.extensions.get::<Narrowest>().cloned();
        Ok(Self {
            state: state.clone(),
            narrowest: narrowest.unwrap_or_default(),
            claims,
            counted: false,
        })
    }
}

fn claims(parts: &Parts, state: &AppState) -> ApiResult<Claims> {
    let token = bearer(&parts.headers).ok_or_else(ApiError::unauthorized)?;
    token::verify(&state.secrets.tokens, token, now_ms()).map_err(|error| match error {
        TokenError::Invalid => ApiError::unauthorized(),
        TokenError::Expired => ApiError::token_expired(),
    })
}

/// The bearer token (RFC 6750), if there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let caller = Self::identify(parts, state).await?;
        count(parts, state, Kind::General, caller.user.into())?;
        Ok(caller)
    }
}

/// `None` when no bearer token was sent; one that was sent must be valid.
impl OptionalFromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Option<Self>> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<_>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

impl FromRequestParts<AppState> for VaultCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let caller = <Caller as FromRequestParts<_>>::from_request_parts(parts, state).await?;
        let root = caller.root.ok_or_else(ApiError::bare_account)?;
        Ok(Self { caller, root })
    }
}

impl FromRequestParts<AppState> for BareCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let caller = <Caller as FromRequestParts<_>>::from_request_parts(parts, state).await?;
        if caller.root.is_some() {
            return Err(ApiError::commits_only());
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<AppState> for AdminCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let caller = <Caller as FromRequestParts<_>>::from_request_parts(parts, state).await?;
        if caller.admin {
            Ok(Self)
        } else {
            Err(ApiError::admins_only())
        }
    }
}

impl FromRequestParts<AppState> for PartCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Self> {
        let caller = Caller::identify(parts, state).await?;
        if state.config.limits.uploads_in_general {
            count(parts, state, Kind::General, caller.user.into())?;
        }
        // Whoever starts an upload is counted as such, where that is known.
        if parts.method != Method::POST {
            count(parts, state, Kind::Parts, caller.user.into())?;
        }
        Ok(Self(caller))
    }
}
