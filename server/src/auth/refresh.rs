//! Refresh tokens. Each one is used once and replaced by a successor that is computed from it,
//! so that a client which asks twice (two tabs, a lost answer) gets the same successor, while a
//! stolen token that turns up later ends the session for both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{SessionId, UserId};
use zeroize::Zeroizing;

use crate::db::{Conn, DbError};
use crate::repo::sessions;
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
        /// The session keeps its token in a cookie.
        cookie: bool,
        /// When the session ends unless refreshed again; milliseconds since 1970.
        expires_at: i64,
    },
    /// Never issued, or its session has ended.
    Refused,
    /// It was replaced long ago: somebody has a copy, so the session was ended.
    Reused,
    /// The operator has switched the account off.
    Inactive,
}

/// Replaces a token by its successor, or ends its session.
pub(crate) fn rotate(
    conn: &mut dyn Conn,
    hash: &[u8; 32],
    successor: &[u8; 32],
    now: i64,
) -> Result<Rotation, DbError> {
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
    if !row.active {
        return Ok(Rotation::Inactive);
    }
    sessions::replace_token(conn, hash, now)?;
    sessions::insert_token(conn, successor, row.session)?;
    let expires_at = (now + IDLE).min(row.created_at + LONGEST);
    sessions::extend(conn, row.session, expires_at)?;
    Ok(Rotation::Rotated {
        session: row.session,
        user: row.user,
        cookie: row.cookie,
        expires_at,
    })
}

#[cfg(test)]
mod tests;
