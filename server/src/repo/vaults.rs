//! The sealed keys of accounts that are vaults, and their change feed's counter.

use protocol::{AccountKeys, Base64, NodeId, SealedState, UserId};

use crate::db::{Conn, DbError, blob, int, text};

statements! {
    INSERT = "INSERT INTO vaults (user_id, format, identity, wrapped_key, recovery_key,
                                  recovery_auth, state_epoch, state, pins_epoch, pins, root_id, feed)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1)";
    KEYS = "SELECT v.format, u.salt, u.kdf, v.identity, v.wrapped_key, v.state_epoch, v.state,
                   v.pins_epoch, v.pins, v.root_id
            FROM vaults v JOIN users u ON u.id = v.user_id WHERE v.user_id = ?1";
    EPOCHS = "SELECT state_epoch, pins_epoch FROM vaults WHERE user_id = ?1";
    SET_STATE = "UPDATE vaults SET state = ?3, state_epoch = ?2
                 WHERE user_id = ?1 AND state_epoch = ?4";
    SET_PINS = "UPDATE vaults SET pins = ?3, pins_epoch = ?2
                WHERE user_id = ?1 AND pins_epoch = ?4";
    SET_WRAPPED_KEY = "UPDATE vaults SET wrapped_key = ?2 WHERE user_id = ?1";
    RECOVERY = "SELECT u.id, u.active, v.recovery_auth FROM users u JOIN vaults v ON v.user_id = u.id
                WHERE u.email = ?1";
    RECOVERY_KEY = "SELECT recovery_key FROM vaults WHERE user_id = ?1 AND recovery_auth = ?2";
    SET_RECOVERY = "UPDATE vaults SET recovery_key = ?2, recovery_auth = ?3 WHERE user_id = ?1";
    FEED = "SELECT feed FROM vaults WHERE user_id = ?1";
    NEXT_FEED = "UPDATE vaults SET feed = feed + 1 WHERE user_id = ?1 RETURNING feed";
}

/// A new vault's keys.
pub(crate) struct NewVault<'a> {
    pub(crate) user: UserId,
    pub(crate) format: u32,
    pub(crate) identity: &'a [u8],
    pub(crate) wrapped_key: &'a [u8],
    pub(crate) recovery_key: &'a [u8],
    /// Already hashed by the server.
    pub(crate) recovery_auth: &'a str,
    pub(crate) state: &'a SealedState,
    pub(crate) pins: &'a SealedState,
    pub(crate) root: NodeId,
}

pub(crate) fn insert(conn: &mut dyn Conn, vault: &NewVault<'_>) -> Result<(), DbError> {
    conn.execute(
        INSERT,
        &[
            blob(vault.user.as_bytes()),
            int(vault.format),
            blob(vault.identity),
            blob(vault.wrapped_key),
            blob(vault.recovery_key),
            text(vault.recovery_auth),
            int(vault.state.epoch),
            blob(&vault.state.sealed.0),
            int(vault.pins.epoch),
            blob(&vault.pins.sealed.0),
            blob(vault.root.as_bytes()),
        ],
    )?;
    Ok(())
}

/// `None` for a bare account.
pub(crate) fn keys(conn: &mut dyn Conn, user: UserId) -> Result<Option<AccountKeys>, DbError> {
    conn.query_one(KEYS, &[blob(user.as_bytes())])?
        .map(|mut row| {
            Ok(AccountKeys {
                format: row.take(0)?,
                user_id: user,
                salt: row.take(1)?,
                kdf: row.take::<Option<String>>(2)?.unwrap_or_default(),
                identity: row.take(3)?,
                wrapped_key: row.take(4)?,
                account_state: SealedState {
                    epoch: row.take(5)?,
                    sealed: row.take(6)?,
                },
                pins: SealedState {
                    epoch: row.take(7)?,
                    sealed: row.take(8)?,
                },
                root: row.take(9)?,
            })
        })
        .transpose()
}

/// The epochs of account state and pins; `None` for a bare account.
pub(crate) fn epochs(conn: &mut dyn Conn, user: UserId) -> Result<Option<(u64, u64)>, DbError> {
    conn.query_one(EPOCHS, &[blob(user.as_bytes())])?
        .map(|mut row| Ok((row.take(0)?, row.take(1)?)))
        .transpose()
}

/// Whether the state was swapped in; not when the current one's epoch is not `replaced`.
pub(crate) fn set_state(
    conn: &mut dyn Conn,
    user: UserId,
    state: &SealedState,
    replaced: u64,
) -> Result<bool, DbError> {
    let params = [
        blob(user.as_bytes()),
        int(state.epoch),
        blob(&state.sealed.0),
        int(replaced),
    ];
    Ok(conn.execute(SET_STATE, &params)? == 1)
}

/// Whether the pins were swapped in; not when the current ones' epoch is not `replaced`.
pub(crate) fn set_pins(
    conn: &mut dyn Conn,
    user: UserId,
    pins: &SealedState,
    replaced: u64,
) -> Result<bool, DbError> {
    let params = [
        blob(user.as_bytes()),
        int(pins.epoch),
        blob(&pins.sealed.0),
        int(replaced),
    ];
    Ok(conn.execute(SET_PINS, &params)? == 1)
}

pub(crate) fn set_wrapped_key(
    conn: &mut dyn Conn,
    user: UserId,
    wrapped_key: &[u8],
) -> Result<(), DbError> {
    conn.execute(SET_WRAPPED_KEY, &[blob(user.as_bytes()), blob(wrapped_key)])?;
    Ok(())
}

/// What proving to have the recovery phrase needs.
pub(crate) struct RecoveryRow {
    pub(crate) user: UserId,
    pub(crate) active: bool,
    /// The server's hash of the proof.
    pub(crate) auth: String,
}

/// `None` when there is no such account, and for a bare one.
pub(crate) fn recovery(conn: &mut dyn Conn, email: &str) -> Result<Option<RecoveryRow>, DbError> {
    conn.query_one(RECOVERY, &[text(email)])?
        .map(|mut row| {
            Ok(RecoveryRow {
                user: row.take(0)?,
                active: row.take(1)?,
                auth: row.take(2)?,
            })
        })
        .transpose()
}

/// The account key under the recovery phrase, unless the phrase is not the one that was proved
/// any more.
pub(crate) fn recovery_key(
    conn: &mut dyn Conn,
    user: UserId,
    proved: &str,
) -> Result<Option<Base64>, DbError> {
    conn.query_one(RECOVERY_KEY, &[blob(user.as_bytes()), text(proved)])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Another recovery phrase; `auth` is the server's hash of its proof.
pub(crate) fn set_recovery(
    conn: &mut dyn Conn,
    user: UserId,
    key: &[u8],
    auth: &str,
) -> Result<(), DbError> {
    conn.execute(
        SET_RECOVERY,
        &[blob(user.as_bytes()), blob(key), text(auth)],
    )?;
    Ok(())
}

/// Where the change feed stands; `None` for a bare account.
pub(crate) fn feed(conn: &mut dyn Conn, user: UserId) -> Result<Option<u64>, DbError> {
    conn.query_one(FEED, &[blob(user.as_bytes())])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// The next place in the change feed; `None` for a bare account.
pub(crate) fn next_feed(conn: &mut dyn Conn, user: UserId) -> Result<Option<u64>, DbError> {
    conn.query_one(NEXT_FEED, &[blob(user.as_bytes())])?
        .map(|mut row| row.take(0))
        .transpose()
}
