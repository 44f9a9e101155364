//! Beginning a session: what signing in and recovering end with.

use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use protocol::{AccountKeys, LoginResponse, SessionId, SessionKind, UserId, UserSummary};

use crate::auth::refresh::{IDLE, RefreshToken};
use crate::auth::{cookie, token};
use crate::db::{Conn, DbError};
use crate::http::answer;
use crate::http::client::ClientInfo;
use crate::http::origin::Origin;
use crate::repo::sessions::NewSession;
use crate::repo::{sessions, users, vaults};
use crate::secrets::random;
use crate::state::AppState;

/// Sessions that an account may have at once; beginning another ends the one that was used the
/// longest ago.
const MOST: u64 = 500;

/// A session that is about to begin.
pub(super) struct Beginning {
    id: SessionId,
    user: UserId,
    refresh: RefreshToken,
    in_cookie: bool,
    client: ClientInfo,
    now: i64,
}

/// What a new session's answer says about its account.
pub(super) type Begun = (UserSummary, Option<AccountKeys>);

impl Beginning {
    pub(super) fn new(user: UserId, kind: SessionKind, client: ClientInfo, now: i64) -> Self {
        Self {
            id: SessionId::from_random(random()),
            user,
            refresh: RefreshToken::generate(),
            in_cookie: kind == SessionKind::Cookie,
            client,
            now,
        }
    }

    /// Begins it; `None` when the account is gone.
    pub(super) fn store(&self, conn: &mut dyn Conn) -> Result<Option<Begun>, DbError> {
        let Some(summary) = users::summary(conn, self.user)? else {
            return Ok(None);
        };
        let new = NewSession {
            id: self.id,
            user: self.user,
            cookie: self.in_cookie,
            now: self.now,
            expires_at: self.now + IDLE,
            user_agent: self.client.name.as_deref(),
            address: self.client.address.as_deref(),
        };
        sessions::insert(conn, &new, MOST)?;
        sessions::insert_token(conn, &self.refresh.hash(), self.id)?;
        users::set_last_login(conn, self.user, self.now)?;
        Ok(Some((summary, vaults::keys(conn, self.user)?)))
    }

    /// The answer once it is stored.
    pub(super) fn answer(
        &self,
        state: &AppState,
        origin: &Origin,
        message: &str,
        (user, keys): Begun,
    ) -> Response {
        let data = LoginResponse {
            access_token: token::issue(&state.secrets.tokens, self.user, self.id, self.now),
            token_type: "Bearer".to_owned(),
            expires_in: token::LIFETIME,
            refresh_token: (!self.in_cookie).then(|| self.refresh.encode()),
            user,
            keys,
        };
        let mut response = answer::ok_with(message, data).into_response();
        if self.in_cookie {
            let value = cookie::set(&self.refresh, IDLE, origin);
            response.headers_mut().append(SET_COOKIE, value);
        }
        response
    }
}
