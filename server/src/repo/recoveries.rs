//! Tokens of recoveries that were begun: hashes, each good for one finish.

use protocol::UserId;

use crate::db::{Conn, DbError, blob, int};

statements! {
    INSERT = "INSERT INTO recovery_tokens (hash, user_id, expires_at) VALUES (?1, ?2, ?3)";
    USER = "SELECT user_id FROM recovery_tokens WHERE hash = ?1 AND expires_at > ?2";
    TAKE = "DELETE FROM recovery_tokens WHERE hash = ?1 AND expires_at > ?2 RETURNING user_id";
    DELETE_OF_USER = "DELETE FROM recovery_tokens WHERE user_id = ?1";
    SWEEP = "DELETE FROM recovery_tokens WHERE expires_at <= ?1";
}

pub(crate) fn insert(
    conn: &mut dyn Conn,
    hash: &[u8],
    user: UserId,
    expires_at: i64,
) -> Result<(), DbError> {
    conn.execute(
        INSERT,
        &[blob(hash), blob(user.as_bytes()), int(expires_at)],
    )?;
    Ok(())
}

/// Whose token it is; `None` when it is nobody's, was spent, or is too old.
pub(crate) fn user(conn: &mut dyn Conn, hash: &[u8], now: i64) -> Result<Option<UserId>, DbError> {
    conn.query_one(USER, &[blob(hash), int(now)])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Spends a token; `None` when it is nobody's, was spent, or is too old.
pub(crate) fn take(conn: &mut dyn Conn, hash: &[u8], now: i64) -> Result<Option<UserId>, DbError> {
    conn.query_one(TAKE, &[blob(hash), int(now)])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Makes all tokens of an account worthless.
pub(crate) fn delete_of_user(conn: &mut dyn Conn, user: UserId) -> Result<(), DbError> {
    conn.execute(DELETE_OF_USER, &[blob(user.as_bytes())])?;
    Ok(())
}

/// Forgets those that are too old.
pub(crate) fn sweep(conn: &mut dyn Conn, now: i64) -> Result<u64, DbError> {
    conn.execute(SWEEP, &[int(now)])
}
