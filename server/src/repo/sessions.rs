//! Sessions and the hashes of their refresh tokens.

use protocol::{NodeId, SessionId, UserId};

use crate::db::{Conn, DbError, blob, int};

statements! {
    INSERT = "INSERT INTO sessions (id, user_id, kind, created_at, expires_at)
              VALUES (?1, ?2, ?3, ?4, ?5)";
    INSERT_TOKEN = "INSERT INTO refresh_tokens (hash, session_id) VALUES (?1, ?2)
                    ON CONFLICT DO NOTHING";
    CALLER = "SELECT s.user_id, u.active, v.root_id
              FROM sessions s JOIN users u ON u.id = s.user_id
                   LEFT JOIN vaults v ON v.user_id = s.user_id
              WHERE s.id = ?1 AND s.revoked_at IS NULL AND s.expires_at > ?2";
    BY_TOKEN = "SELECT s.id, s.user_id, s.kind, s.created_at, s.expires_at, s.revoked_at,
                       t.replaced_at, u.active
                FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
                     JOIN users u ON u.id = s.user_id
                WHERE t.hash = ?1";
    REPLACE_TOKEN = "UPDATE refresh_tokens SET replaced_at = ?2
                     WHERE hash = ?1 AND replaced_at IS NULL";
    EXTEND = "UPDATE sessions SET expires_at = ?2 WHERE id = ?1";
    KEEP_ALIVE = "UPDATE sessions
                  SET expires_at = CASE WHEN created_at + ?3 < ?2 THEN created_at + ?3 ELSE ?2 END
                  WHERE id = ?1";
    REVOKE = "UPDATE sessions SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_OTHERS = "UPDATE sessions SET revoked_at = ?3
                     WHERE user_id = ?1 AND id <> ?2 AND revoked_at IS NULL";
    SWEEP = "DELETE FROM sessions WHERE expires_at < ?1";
}

/// Who is calling, as an access token's session says.
#[derive(Clone, Debug)]
pub(crate) struct CallerRow {
    pub(crate) user: UserId,
    pub(crate) active: bool,
    /// `None` for a bare account.
    pub(crate) root: Option<NodeId>,
}

/// The session that a refresh token belongs to.
pub(crate) struct TokenRow {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) cookie: bool,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) revoked: bool,
    pub(crate) replaced_at: Option<i64>,
    pub(crate) active: bool,
}

pub(crate) fn insert(
    conn: &mut dyn Conn,
    session: SessionId,
    user: UserId,
    cookie: bool,
    now: i64,
    expires_at: i64,
) -> Result<(), DbError> {
    let (id, user) = (blob(session.as_bytes()), blob(user.as_bytes()));
    conn.execute(
        INSERT,
        &[id, user, int(i64::from(cookie)), int(now), int(expires_at)],
    )?;
    Ok(())
}

/// Adds a refresh token; adding the same one again changes nothing.
pub(crate) fn insert_token(
    conn: &mut dyn Conn,
    hash: &[u8],
    session: SessionId,
) -> Result<(), DbError> {
    conn.execute(INSERT_TOKEN, &[blob(hash), blob(session.as_bytes())])?;
    Ok(())
}

/// The caller, unless the session has ended.
pub(crate) fn caller(
    conn: &mut dyn Conn,
    session: SessionId,
    now: i64,
) -> Result<Option<CallerRow>, DbError> {
    conn.query_one(CALLER, &[blob(session.as_bytes()), int(now)])?
        .map(|mut row| {
            Ok(CallerRow {
                user: row.take(0)?,
                active: row.take(1)?,
                root: row.take(2)?,
            })
        })
        .transpose()
}

pub(crate) fn by_token(conn: &mut dyn Conn, hash: &[u8]) -> Result<Option<TokenRow>, DbError> {
    conn.query_one(BY_TOKEN, &[blob(hash)])?
        .map(|mut row| {
            Ok(TokenRow {
                session: row.take(0)?,
                user: row.take(1)?,
                cookie: row.take(2)?,
                created_at: row.take(3)?,
                expires_at: row.take(4)?,
                revoked: row.take::<Option<i64>>(5)?.is_some(),
                replaced_at: row.take(6)?,
                active: row.take(7)?,
            })
        })
        .transpose()
}

pub(crate) fn replace_token(conn: &mut dyn Conn, hash: &[u8], now: i64) -> Result<(), DbError> {
    conn.execute(REPLACE_TOKEN, &[blob(hash), int(now)])?;
    Ok(())
}

pub(crate) fn extend(
    conn: &mut dyn Conn,
    session: SessionId,
    expires_at: i64,
) -> Result<(), DbError> {
    conn.execute(EXTEND, &[blob(session.as_bytes()), int(expires_at)])?;
    Ok(())
}

/// Lets a session last until `until`, but not longer than `longest` ms after it began.
pub(crate) fn keep_alive(
    conn: &mut dyn Conn,
    session: SessionId,
    until: i64,
    longest: i64,
) -> Result<(), DbError> {
    conn.execute(
        KEEP_ALIVE,
        &[blob(session.as_bytes()), int(until), int(longest)],
    )?;
    Ok(())
}

pub(crate) fn revoke(conn: &mut dyn Conn, session: SessionId, now: i64) -> Result<(), DbError> {
    conn.execute(REVOKE, &[blob(session.as_bytes()), int(now)])?;
    Ok(())
}

/// Ends all sessions of an account but one.
pub(crate) fn revoke_others(
    conn: &mut dyn Conn,
    user: UserId,
    keep: SessionId,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        REVOKE_OTHERS,
        &[blob(user.as_bytes()), blob(keep.as_bytes()), int(now)],
    )?;
    Ok(())
}

/// Forgets sessions that expired before `before`, with their tokens.
pub(crate) fn sweep(conn: &mut dyn Conn, before: i64) -> Result<u64, DbError> {
    conn.execute(SWEEP, &[int(before)])
}
