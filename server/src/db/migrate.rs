//! Numbered migrations, embedded in the program. Merged ones never change.

use rusqlite::{Connection, TransactionBehavior};

use super::DbError;
use super::sqlite::classify;

/// All migrations in their order; the number is the position, counted from 1.
const SQLITE: &[(&str, &str)] = &[
    (
        "0001_initial",
        include_str!("../../../migrations/sqlite/0001_initial.sql"),
    ),
    (
        "0002_sessions_and_recovery",
        include_str!("../../../migrations/sqlite/0002_sessions_and_recovery.sql"),
    ),
    (
        "0003_bare_accounts",
        include_str!("../../../migrations/sqlite/0003_bare_accounts.sql"),
    ),
    (
        "0004_records",
        include_str!("../../../migrations/sqlite/0004_records.sql"),
    ),
    (
        "0005_moves_and_copies",
        include_str!("../../../migrations/sqlite/0005_moves_and_copies.sql"),
    ),
    (
        "0006_feed_history",
        include_str!("../../../migrations/sqlite/0006_feed_history.sql"),
    ),
];

/// Brings the database up to date.
pub(super) fn run(connection: &mut Connection) -> Result<(), DbError> {
    let known = i64::try_from(SQLITE.len()).expect("there are few migrations");
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(classify)?;
    let found: i64 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(classify)?;
    if found > known {
        return Err(DbError::TooNew { found, known });
    }
    for (number, (name, sql)) in (1..=known).zip(SQLITE) {
        if number > found {
            transaction.execute_batch(sql).map_err(classify)?;
            transaction
                .execute_batch(&format!("PRAGMA user_version = {number}"))
                .map_err(classify)?;
            tracing::info!(migration = name, "database migrated");
        }
    }
    transaction.commit().map_err(classify)
}
