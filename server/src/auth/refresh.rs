//! Refresh tokens. Each one is used once and replaced by a successor that is computed from it,
//! so that a client which asks twice (two tabs, a lost answer) gets the same successor, while a
//! stolen token that turns up later ends the session for both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{SessionId, UserId};
use zeroize::Zeroizing;

use crate::db::{Conn, DbError};
use crate::repo::sessions::{self, Use};
use crate::secrets::{MacKey, random, sha256};

/// A session that is not refreshed ends after this, in milliseconds: 30 days.
pub(crate) const IDLE: i64 = 30 * 24 * 3600 * 1000;
/// And in any case after this: 180 days.
pub(crate) const LONGEST: i64 = 180 * 24 * 3600 * 1000;
/// A token that was just replaced is accepted for this long.
const GRACE: i64 = 10_000;

const PREFIX: &str = "srr_";

/// A refresh token. It is stored as a hash only.
pub(crate) struct RefreshToken(Zeroizing<[u8; 32]>);

impl RefreshToken {
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// `None` when it cannot be one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?);
        Some(Self(Zeroizing::new(bytes[..].try_into().ok()?)))
    }

    /// As it is handed out.
    pub(crate) fn encode(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&self.0[..]))
    }

    /// As it is stored.
    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&self.0[..])
    }

    /// The one that comes after it.
    pub(crate) fn successor(&self, key: &MacKey) -> Self {
        Self(Zeroizing::new(key.mac(&[&self.0[..]])))
    }
}

/// What became of a refresh token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// The successor is in force.
    Rotated {
        session: SessionId,
        user: UserId,
        /// When the session ends unless refreshed again; milliseconds since 1970.
        expires_at: i64,
    },
    /// Never issued, not from where its session keeps it, or its session has ended.
    Refused,
    /// It was replaced long ago: somebody has a copy, so the session was ended.
    Reused,
    /// The operator has switched the account off.
    Inactive,
}

/// A refresh token as it came.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) hash: [u8; 32],
    /// The hash of the token that comes after it.
    pub(crate) successor: [u8; 32],
    /// It came in the cookie, not in the body.
    pub(crate) in_cookie: bool,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    /// `None` where the operator keeps none.
    pub(crate) address: Option<String>,
}

/// Replaces a token by its successor, or ends its session.
pub(crate) fn rotate(conn: &mut dyn Conn, token: &Presented) -> Result<Rotation, DbError> {
    let Presented { hash, now, .. } = token;
    let now = *now;
    let Some(row) = sessions::by_token(conn, hash)? else {
        return Ok(Rotation::Refused);
    };
    if row.revoked || row.expires_at <= now {
        return Ok(Rotation::Refused);
    }
    if row.replaced_at.is_some_and(|at| now - at > GRACE) {
        sessions::revoke(conn, row.session, now)?;
        return Ok(Rotation::Reused);
    }
    // A token that is only ever in a cookie, and turns up elsewhere, was taken out of it.
    if row.cookie != token.in_cookie {
        return Ok(Rotation::Refused);
    }
    if !row.active {
        return Ok(Rotation::Inactive);
    }
    sessions::replace_token(conn, hash, now)?;
    sessions::insert_token(conn, &token.successor, row.session)?;
    let usage = Use {
        now,
        address: token.address.as_deref(),
    };
    let expires_at = sessions::extend(conn, row.session, &usage, IDLE, LONGEST)?;
    Ok(Rotation::Rotated {
        session: row.session,
        user: row.user,
        expires_at,
    })
}

#[cfg(test)]
mod tests;
