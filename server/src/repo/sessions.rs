//! Sessions and the hashes of their refresh tokens.

use protocol::{NodeId, SessionId, UserId};

use crate::db::{Conn, DbError, blob, int, opt_text};

statements! {
    INSERT = "INSERT INTO sessions (id, user_id, kind, created_at, expires_at, last_used_at,
                                    user_agent, address)
              VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?6, ?7)";
    INSERT_TOKEN = "INSERT INTO refresh_tokens (hash, session_id) VALUES (?1, ?2)
                    ON CONFLICT DO NOTHING";
    CALLER = "SELECT s.user_id, u.active, v.root_id, u.role
              FROM sessions s JOIN users u ON u.id = s.user_id
                   LEFT JOIN vaults v ON v.user_id = s.user_id
              WHERE s.id = ?1 AND s.revoked_at IS NULL AND s.expires_at > ?2";
    BY_TOKEN = "SELECT s.id, s.user_id, s.kind, s.expires_at, s.revoked_at, t.replaced_at, u.active
                FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
                     JOIN users u ON u.id = s.user_id
                WHERE t.hash = ?1";
    REPLACE_TOKEN = "UPDATE refresh_tokens SET replaced_at = ?2
                     WHERE hash = ?1 AND replaced_at IS NULL";
    EXTEND = "UPDATE sessions
              SET expires_at = CASE WHEN created_at + ?3 < ?2 THEN created_at + ?3 ELSE ?2 END,
                  last_used_at = ?4, address = ?5
              WHERE id = ?1 RETURNING expires_at";
    REVOKE = "UPDATE sessions SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_OTHERS = "UPDATE sessions SET revoked_at = ?3
                     WHERE user_id = ?1 AND id <> ?2 AND revoked_at IS NULL AND expires_at > ?3";
    REVOKE_ALL = "UPDATE sessions SET revoked_at = ?2 WHERE user_id = ?1 AND revoked_at IS NULL";
    REVOKE_OWN = "UPDATE sessions SET revoked_at = ?3
                  WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND expires_at > ?3";
    REVOKE_BEYOND = "UPDATE sessions SET revoked_at = ?2 WHERE id IN
                        (SELECT id FROM sessions
                         WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
                         ORDER BY last_used_at DESC, id DESC LIMIT 1000000 OFFSET ?3)";
    LIST = "SELECT id, kind, created_at, last_used_at, expires_at, user_agent, address FROM sessions
            WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
            ORDER BY last_used_at DESC, id DESC";
    COUNT = "SELECT COUNT(*) FROM sessions WHERE expires_at > ?1 AND revoked_at IS NULL";
    FORGET_ADDRESSES = "UPDATE sessions SET address = NULL
                        WHERE expires_at > 0 AND address IS NOT NULL";
    SWEEP = "DELETE FROM sessions WHERE expires_at < ?1";
}

/// Who is calling, as an access token's session says.
#[derive(Clone, Debug)]
pub(crate) struct CallerRow {
    pub(crate) user: UserId,
    pub(crate) active: bool,
    /// `None` for a bare account.
    pub(crate) root: Option<NodeId>,
    pub(crate) admin: bool,
}

/// The session that a refresh token belongs to.
pub(crate) struct TokenRow {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) cookie: bool,
    pub(crate) expires_at: i64,
    pub(crate) revoked: bool,
    pub(crate) replaced_at: Option<i64>,
    pub(crate) active: bool,
}

/// A session that begins.
pub(crate) struct NewSession<'a> {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) cookie: bool,
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
    pub(crate) user_agent: Option<&'a str>,
    /// `None` where the operator keeps none.
    pub(crate) address: Option<&'a str>,
}

/// A session as its owner sees it; times in milliseconds since 1970.
pub(crate) struct SessionRow {
    pub(crate) id: SessionId,
    pub(crate) cookie: bool,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) user_agent: Option<String>,
    pub(crate) address: Option<String>,
}

/// Begins a session, and ends those of the account that were used the longest ago, if it has
/// more than `most` by now.
pub(crate) fn insert(conn: &mut dyn Conn, new: &NewSession<'_>, most: u64) -> Result<(), DbError> {
    let user = blob(new.user.as_bytes());
    conn.execute(
        INSERT,
        &[
            blob(new.id.as_bytes()),
            user,
            int(i64::from(new.cookie)),
            int(new.now),
            int(new.expires_at),
            opt_text(new.user_agent),
            opt_text(new.address),
        ],
    )?;
    conn.execute(REVOKE_BEYOND, &[user, int(new.now), int(most)])?;
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
                admin: row.take::<String>(3)? == "admin",
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
                expires_at: row.take(3)?,
                revoked: row.take::<Option<i64>>(4)?.is_some(),
                replaced_at: row.take(5)?,
                active: row.take(6)?,
            })
        })
        .transpose()
}

pub(crate) fn replace_token(conn: &mut dyn Conn, hash: &[u8], now: i64) -> Result<(), DbError> {
    conn.execute(REPLACE_TOKEN, &[blob(hash), int(now)])?;
    Ok(())
}

/// Notes that a session was used. It lasts `idle` ms from now, but not longer than `longest` ms
/// after it began; answers when it ends.
pub(crate) fn extend(
    conn: &mut dyn Conn,
    session: SessionId,
    usage: &Use<'_>,
    idle: i64,
    longest: i64,
) -> Result<i64, DbError> {
    let params = [
        blob(session.as_bytes()),
        int(usage.now + idle),
        int(longest),
        int(usage.now),
        opt_text(usage.address),
    ];
    match conn.query_one(EXTEND, &params)? {
        Some(mut row) => row.take(0),
        None => Ok(usage.now),
    }
}

/// When, and from where, a session is used.
#[derive(Clone, Copy)]
pub(crate) struct Use<'a> {
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    /// `None` where the operator keeps none.
    pub(crate) address: Option<&'a str>,
}

pub(crate) fn revoke(conn: &mut dyn Conn, session: SessionId, now: i64) -> Result<(), DbError> {
    conn.execute(REVOKE, &[blob(session.as_bytes()), int(now)])?;
    Ok(())
}

/// Ends all sessions of an account but one; answers how many.
pub(crate) fn revoke_others(
    conn: &mut dyn Conn,
    user: UserId,
    keep: SessionId,
    now: i64,
) -> Result<u64, DbError> {
    conn.execute(
        REVOKE_OTHERS,
        &[blob(user.as_bytes()), blob(keep.as_bytes()), int(now)],
    )
}

/// Ends all sessions of an account.
pub(crate) fn revoke_all(conn: &mut dyn Conn, user: UserId, now: i64) -> Result<(), DbError> {
    conn.execute(REVOKE_ALL, &[blob(user.as_bytes()), int(now)])?;
    Ok(())
}

/// Whether a session of this account was ended; not when it is another's, or has ended.
pub(crate) fn revoke_own(
    conn: &mut dyn Conn,
    session: SessionId,
    user: UserId,
    now: i64,
) -> Result<bool, DbError> {
    let params = [blob(session.as_bytes()), blob(user.as_bytes()), int(now)];
    Ok(conn.execute(REVOKE_OWN, &params)? == 1)
}

/// An account's sessions that have not ended, the most recently used first.
pub(crate) fn list(
    conn: &mut dyn Conn,
    user: UserId,
    now: i64,
) -> Result<Vec<SessionRow>, DbError> {
    conn.query(LIST, &[blob(user.as_bytes()), int(now)])?
        .into_iter()
        .map(|mut row| {
            Ok(SessionRow {
                id: row.take(0)?,
                cookie: row.take(1)?,
                created_at: row.take(2)?,
                last_used_at: row.take(3)?,
                expires_at: row.take(4)?,
                user_agent: row.take(5)?,
                address: row.take(6)?,
            })
        })
        .collect()
}

/// How many sessions of all accounts have not ended.
pub(crate) fn count(conn: &mut dyn Conn, now: i64) -> Result<u64, DbError> {
    conn.query_one(COUNT, &[int(now)])?
        .expect("an aggregate has one row")
        .take(0)
}

/// Removes what addresses there are: the operator keeps none any more.
pub(crate) fn forget_addresses(conn: &mut dyn Conn) -> Result<(), DbError> {
    conn.execute(FORGET_ADDRESSES, &[])?;
    Ok(())
}

/// Forgets sessions that expired before `before`, with their tokens.
pub(crate) fn sweep(conn: &mut dyn Conn, before: i64) -> Result<u64, DbError> {
    conn.execute(SWEEP, &[int(before)])
}
