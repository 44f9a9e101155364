//! Accounts and their storage counters.

use protocol::{Base64, Owner, UserId, UserSummary};

use crate::db::{Conn, DbError, blob, int, opt_blob, opt_text, text};

statements! {
    INSERT = "INSERT INTO users (id, email, role, username, first_name, last_name, password_hash,
                                 salt, kdf, created_at, quota)
              SELECT ?1, ?2, CASE WHEN EXISTS (SELECT 1 FROM users) THEN 'user' ELSE 'admin' END,
                     ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
              WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ?2 OR id = ?1)";
    EMAIL_EXISTS = "SELECT 1 FROM users WHERE email = ?1";
    PRELOGIN = "SELECT salt, kdf FROM users WHERE email = ?1";
    SIGN_IN = "SELECT id, password_hash, active FROM users WHERE email = ?1";
    STILL_SIGNS_IN = "SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?2 AND active = 1";
    SET_LAST_LOGIN = "UPDATE users SET last_login_at = ?2 WHERE id = ?1";
    PASSWORD = "SELECT password_hash FROM users WHERE id = ?1";
    SET_PASSWORD = "UPDATE users SET password_hash = ?2, salt = ?3, kdf = ?4
                    WHERE id = ?1 AND password_hash = ?5";
    RESET_PASSWORD = "UPDATE users SET password_hash = ?2, salt = ?3, kdf = ?4
                      WHERE id = ?1 AND active = 1";
    PROFILE = "SELECT email, username, first_name, last_name, role, created_at, last_login_at, avatar
               FROM users WHERE id = ?1";
    SET_PROFILE = "UPDATE users SET username = ?2, first_name = ?3, last_name = ?4, avatar = ?5
                   WHERE id = ?1";
    SUMMARY = "SELECT email, used, quota FROM users WHERE id = ?1";
    TOTALS = "SELECT COUNT(*), CAST(COALESCE(SUM(files), 0) AS BIGINT),
                     CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM users";
    USAGE = "SELECT used, reserved, quota, files FROM users WHERE id = ?1";
    RESERVE = "UPDATE users SET reserved = reserved + ?2
               WHERE id = ?1 AND ?2 <= quota - used - reserved";
    RELEASE = "UPDATE users SET reserved = reserved - ?2 WHERE id = ?1";
    STORE = "UPDATE users SET used = used + ?2, reserved = reserved - ?2 WHERE id = ?1";
    STORE_COPY = "UPDATE users SET used = used + ?2
                  WHERE id = ?1 AND ?2 <= quota - used - reserved";
    STORE_FILE = "UPDATE users SET used = used + ?2, files = files + 1, live_files = live_files + 1
                  WHERE id = ?1 AND ?2 <= quota - used - reserved";
    OWNER = "SELECT email, username, first_name, last_name FROM users WHERE id = ?1";
    COUNT = "UPDATE users SET used = used + ?2, files = files + ?3, live_files = live_files + ?4
             WHERE id = ?1";
    RECORDS = "SELECT records FROM users WHERE id = ?1";
    ADD_RECORDS = "UPDATE users SET records = records + ?2
                   WHERE id = ?1 AND (?2 <= 0 OR records + ?2 <= ?3)";
    PING = "SELECT 1";
}

/// A new account.
pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) email: &'a str,
    pub(crate) username: Option<&'a str>,
    pub(crate) first_name: Option<&'a str>,
    pub(crate) last_name: Option<&'a str>,
    /// Already hashed by the server.
    pub(crate) password_hash: &'a str,
    pub(crate) salt: &'a str,
    pub(crate) kdf: Option<&'a str>,
    pub(crate) created_at: i64,
    /// Bytes.
    pub(crate) quota: u64,
}

/// What signing in needs.
pub(crate) struct SignInRow {
    pub(crate) id: UserId,
    pub(crate) password_hash: String,
    pub(crate) active: bool,
}

/// The profile without the storage figures.
pub(crate) struct ProfileRow {
    pub(crate) email: String,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) role: String,
    pub(crate) created_at: i64,
    pub(crate) last_login_at: Option<i64>,
    pub(crate) avatar: Option<Base64>,
}

/// The sums over all accounts.
pub(crate) struct Totals {
    pub(crate) users: u64,
    pub(crate) files: u64,
    /// Bytes.
    pub(crate) used: u64,
}

/// Storage counters; bytes, but for the last one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) used: u64,
    pub(crate) reserved: u64,
    pub(crate) quota: u64,
    pub(crate) files: u64,
}

impl Usage {
    /// What can still be promised to an upload.
    pub(crate) fn available(&self) -> u64 {
        self.quota
            .saturating_sub(self.used)
            .saturating_sub(self.reserved)
    }
}

/// Whether the account was made; not when its email or id is taken. The first one is the admin.
pub(crate) fn insert(conn: &mut dyn Conn, user: &NewUser<'_>) -> Result<bool, DbError> {
    let inserted = conn.execute(
        INSERT,
        &[
            blob(user.id.as_bytes()),
            text(user.email),
            opt_text(user.username),
            opt_text(user.first_name),
            opt_text(user.last_name),
            text(user.password_hash),
            text(user.salt),
            opt_text(user.kdf),
            int(user.created_at),
            int(user.quota),
        ],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn email_exists(conn: &mut dyn Conn, email: &str) -> Result<bool, DbError> {
    Ok(conn.query_one(EMAIL_EXISTS, &[text(email)])?.is_some())
}

/// Salt and kdf of an account.
pub(crate) fn prelogin(
    conn: &mut dyn Conn,
    email: &str,
) -> Result<Option<(String, Option<String>)>, DbError> {
    conn.query_one(PRELOGIN, &[text(email)])?
        .map(|mut row| Ok((row.take(0)?, row.take(1)?)))
        .transpose()
}

pub(crate) fn sign_in(conn: &mut dyn Conn, email: &str) -> Result<Option<SignInRow>, DbError> {
    conn.query_one(SIGN_IN, &[text(email)])?
        .map(|mut row| {
            Ok(SignInRow {
                id: row.take(0)?,
                password_hash: row.take(1)?,
                active: row.take(2)?,
            })
        })
        .transpose()
}

/// Whether the hash that was verified is still the account's.
pub(crate) fn still_signs_in(
    conn: &mut dyn Conn,
    user: UserId,
    verified: &str,
) -> Result<bool, DbError> {
    Ok(conn
        .query_one(STILL_SIGNS_IN, &[blob(user.as_bytes()), text(verified)])?
        .is_some())
}

pub(crate) fn set_last_login(conn: &mut dyn Conn, user: UserId, now: i64) -> Result<(), DbError> {
    conn.execute(SET_LAST_LOGIN, &[blob(user.as_bytes()), int(now)])?;
    Ok(())
}

/// The server's hash of what the client derives.
pub(crate) fn password(conn: &mut dyn Conn, user: UserId) -> Result<Option<String>, DbError> {
    conn.query_one(PASSWORD, &[blob(user.as_bytes())])?
        .map(|mut row| row.take(0))
        .transpose()
}

/// Whether the password was changed; not when `old` is no longer the current hash.
pub(crate) fn set_password(
    conn: &mut dyn Conn,
    user: UserId,
    hash: &str,
    salt: &str,
    kdf: Option<&str>,
    old: &str,
) -> Result<bool, DbError> {
    let params = [
        blob(user.as_bytes()),
        text(hash),
        text(salt),
        opt_text(kdf),
        text(old),
    ];
    Ok(conn.execute(SET_PASSWORD, &params)? == 1)
}

/// Sets the password of whoever proved otherwise who they are; not of an inactive account.
pub(crate) fn reset_password(
    conn: &mut dyn Conn,
    user: UserId,
    hash: &str,
    salt: &str,
    kdf: Option<&str>,
) -> Result<bool, DbError> {
    let params = [blob(user.as_bytes()), text(hash), text(salt), opt_text(kdf)];
    Ok(conn.execute(RESET_PASSWORD, &params)? == 1)
}

pub(crate) fn profile(conn: &mut dyn Conn, user: UserId) -> Result<Option<ProfileRow>, DbError> {
    conn.query_one(PROFILE, &[blob(user.as_bytes())])?
        .map(|mut row| {
            Ok(ProfileRow {
                email: row.take(0)?,
                username: row.take(1)?,
                first_name: row.take(2)?,
                last_name: row.take(3)?,
                role: row.take(4)?,
                created_at: row.take(5)?,
                last_login_at: row.take(6)?,
                avatar: row.take(7)?,
            })
        })
        .transpose()
}

/// Replaces everything in the profile that its owner may choose.
pub(crate) fn set_profile(
    conn: &mut dyn Conn,
    user: UserId,
    row: &ProfileRow,
) -> Result<(), DbError> {
    let params = [
        blob(user.as_bytes()),
        opt_text(row.username.as_deref()),
        opt_text(row.first_name.as_deref()),
        opt_text(row.last_name.as_deref()),
        opt_blob(row.avatar.as_ref().map(|avatar| &avatar.0[..])),
    ];
    conn.execute(SET_PROFILE, &params)?;
    Ok(())
}

/// The account as signing in shows it.
pub(crate) fn summary(conn: &mut dyn Conn, user: UserId) -> Result<Option<UserSummary>, DbError> {
    conn.query_one(SUMMARY, &[blob(user.as_bytes())])?
        .map(|mut row| {
            Ok(UserSummary {
                id: user,
                email: row.take(0)?,
                storage_used: row.take(1)?,
                storage_limit: row.take(2)?,
            })
        })
        .transpose()
}

/// Looks at every account, and so is for administrators only.
pub(crate) fn totals(conn: &mut dyn Conn) -> Result<Totals, DbError> {
    let mut row = conn
        .query_one(TOTALS, &[])?
        .expect("an aggregate has one row");
    Ok(Totals {
        users: row.take(0)?,
        files: row.take(1)?,
        used: row.take(2)?,
    })
}

/// `None` when the account is gone.
pub(crate) fn usage(conn: &mut dyn Conn, user: UserId) -> Result<Option<Usage>, DbError> {
    conn.query_one(USAGE, &[blob(user.as_bytes())])?
        .map(|mut row| {
            Ok(Usage {
                used: row.take(0)?,
                reserved: row.take(1)?,
                quota: row.take(2)?,
                files: row.take(3)?,
            })
        })
        .transpose()
}

/// Promises bytes to an upload; `false` when the quota does not allow it.
pub(crate) fn reserve(conn: &mut dyn Conn, user: UserId, bytes: u64) -> Result<bool, DbError> {
    Ok(conn.execute(RESERVE, &[blob(user.as_bytes()), int(bytes)])? == 1)
}

/// Takes a promise back.
pub(crate) fn release(conn: &mut dyn Conn, user: UserId, bytes: u64) -> Result<(), DbError> {
    conn.execute(RELEASE, &[blob(user.as_bytes()), int(bytes)])?;
    Ok(())
}

/// Turns promised bytes into stored ones.
pub(crate) fn store(conn: &mut dyn Conn, user: UserId, bytes: u64) -> Result<(), DbError> {
    conn.execute(STORE, &[blob(user.as_bytes()), int(bytes)])?;
    Ok(())
}

/// Counts bytes that another version has already; `false` when the quota does not allow it.
pub(crate) fn store_copy(conn: &mut dyn Conn, user: UserId, bytes: u64) -> Result<bool, DbError> {
    Ok(conn.execute(STORE_COPY, &[blob(user.as_bytes()), int(bytes)])? == 1)
}

/// Counts a new file that nothing was promised to; `false` when the quota does not allow it.
pub(crate) fn store_file(conn: &mut dyn Conn, user: UserId, bytes: u64) -> Result<bool, DbError> {
    Ok(conn.execute(STORE_FILE, &[blob(user.as_bytes()), int(bytes)])? == 1)
}

/// The account as others see it beside its files.
pub(crate) fn owner(conn: &mut dyn Conn, user: UserId) -> Result<Option<Owner>, DbError> {
    conn.query_one(OWNER, &[blob(user.as_bytes())])?
        .map(|mut row| {
            Ok(Owner {
                id: user,
                email: row.take(0)?,
                username: row.take(1)?,
                first_name: row.take(2)?,
                last_name: row.take(3)?,
            })
        })
        .transpose()
}

/// Adds (or, when negative, subtracts) stored bytes, files and live files.
pub(crate) fn count(
    conn: &mut dyn Conn,
    user: UserId,
    bytes: i64,
    files: i64,
    live_files: i64,
) -> Result<(), DbError> {
    conn.execute(
        COUNT,
        &[
            blob(user.as_bytes()),
            int(bytes),
            int(files),
            int(live_files),
        ],
    )?;
    Ok(())
}

/// Bytes of sealed records and rows that the account keeps in the database.
pub(crate) fn records(conn: &mut dyn Conn, user: UserId) -> Result<u64, DbError> {
    conn.query_one(RECORDS, &[blob(user.as_bytes())])?
        .map_or(Ok(0), |mut row| row.take(0))
}

/// Adds (or, when negative, subtracts) such bytes; `false` when there would be more than `limit`.
pub(crate) fn add_records(
    conn: &mut dyn Conn,
    user: UserId,
    bytes: i64,
    limit: u64,
) -> Result<bool, DbError> {
    let params = [blob(user.as_bytes()), int(bytes), int(limit)];
    Ok(conn.execute(ADD_RECORDS, &params)? == 1)
}

/// Asks the database for a sign of life.
pub(crate) fn ping(conn: &mut dyn Conn) -> Result<(), DbError> {
    conn.query(PING, &[]).map(|_| ())
}
