//! SQLite: one writer, several readers, write-ahead log, every commit synced.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, Transaction, TransactionBehavior, ffi};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Conn, DbError, Param, Row, Value, migrate};
use crate::os;

/// Read connections; each costs about 2 MiB of page cache at most.
const READERS: usize = 8;
/// Larger than the number of statements in the program.
const CACHED_STATEMENTS: usize = 160;

pub(super) struct Sqlite {
    path: PathBuf,
    /// The file that was opened: device and inode.
    file: (u64, u64),
    writer: Mutex<Connection>,
    writer_permits: Arc<Semaphore>,
    readers: Mutex<Vec<Connection>>,
    reader_permits: Arc<Semaphore>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, DbError> {
        let mut writer = connect(path, false)?;
        migrate::run(&mut writer)?;
        let readers = (0..READERS)
            .map(|_| connect(path, true))
            .collect::<Result<Vec<_>, DbError>>()?;
        Ok(Self {
            path: path.to_owned(),
            file: identity(path)?,
            writer: Mutex::new(writer),
            writer_permits: Arc::new(Semaphore::new(1)),
            readers: Mutex::new(readers),
            reader_permits: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(super) async fn reader_permit(&self) -> Result<OwnedSemaphorePermit, DbError> {
        acquire(&self.reader_permits).await
    }

    pub(super) async fn writer_permit(&self) -> Result<OwnedSemaphorePermit, DbError> {
        acquire(&self.writer_permits).await
    }

    pub(super) fn read<T, E: From<DbError>>(
        &self,
        f: impl FnOnce(&mut dyn Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.is_still_there()?;
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        // A connection is missing only after a panic took it along.
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, true)?,
        };
        let result = transact(&mut connection, TransactionBehavior::Deferred, f);
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        result
    }

    pub(super) fn write<T, E: From<DbError>>(
        &self,
        f: impl FnOnce(&mut dyn Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.is_still_there()?;
        // A panic rolls the transaction back, so a poisoned lock hides no half-done work.
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        transact(&mut connection, TransactionBehavior::Immediate, f)
    }
}

impl Sqlite {
    /// What is written to a file that was deleted or replaced is lost, and SQLite does not notice.
    fn is_still_there(&self) -> Result<(), DbError> {
        if identity(&self.path)? == self.file {
            return Ok(());
        }
        let replaced = "its file was replaced; restart the server to use the new one";
        Err(DbError::Unavailable(replaced.into()))
    }
}

fn identity(path: &Path) -> Result<(u64, u64), DbError> {
    let file = std::fs::metadata(path)
        .map_err(|error| DbError::Unavailable(format!("its file cannot be found: {error}")))?;
    Ok((file.dev(), file.ino()))
}

async fn acquire(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbError> {
    Arc::clone(semaphore)
        .acquire_owned()
        .await
        .map_err(|_| DbError::Unavailable("the server is stopping".into()))
}

fn transact<T, E: From<DbError>>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    f: impl FnOnce(&mut dyn Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut transaction = connection
        .transaction_with_behavior(behavior)
        .map_err(classify)?;
    let value = f(&mut transaction)?;
    transaction.commit().map_err(classify)?;
    Ok(value)
}

fn connect(path: &Path, read_only: bool) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(classify)?;
    connection
        .busy_timeout(Duration::from_secs(10))
        .map_err(classify)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // Else the planner looks at the parameters of ranges, and every execution with others plans
    // the statement anew: that was a sixth of a listing's time, and there are no statistics from
    // which it could learn anything.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(classify)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -2000;",
        )
        .map_err(classify)?;
    if read_only {
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(classify)?;
    }
    Ok(connection)
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(n) => ValueRef::Integer(*n),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Conn for Transaction<'_> {
    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let mut statement = self.prepare_cached(sql).map_err(classify)?;
        let changed = statement
            .execute(rusqlite::params_from_iter(params))
            .map_err(classify)?;
        Ok(changed as u64)
    }

    fn each(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        visit: &mut dyn FnMut(Row) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        let mut statement = self.prepare_cached(sql).map_err(classify)?;
        let columns = statement.column_count();
        let mut rows = statement
            .query(rusqlite::params_from_iter(params))
            .map_err(classify)?;
        while let Some(row) = rows.next().map_err(classify)? {
            let mut values = Vec::with_capacity(columns);
            for index in 0..columns {
                values.push(match row.get_ref(index).map_err(classify)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(n) => Value::Int(n),
                    ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into()),
                    ValueRef::Blob(bytes) => Value::bytes(bytes),
                    ValueRef::Real(_) => {
                        return Err(DbError::Column {
                            index,
                            expected: "of a known type",
                        });
                    }
                });
            }
            if !visit(Row(values))? {
                break;
            }
        }
        Ok(())
    }
}

/// Whether a file should have become larger.
fn grows(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE].contains(&error.extended_code)
    })
}

/// Tells a full disk and an absent database from a mistake in a statement.
pub(super) fn classify(error: rusqlite::Error) -> DbError {
    let message = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DbError::Full(message),
        // SQLite knows a full disk, but not a write beyond the process's file size limit.
        Some(ErrorCode::SystemIoFailure) if grows(&error) && os::file_size_is_limited() => {
            DbError::Full(message)
        }
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory,
        ) => DbError::Unavailable(message),
        _ => DbError::Statement(message),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_parameters_are() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("rows.db"), false).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (folder BLOB, id BLOB); CREATE INDEX i ON t (folder, id)",
            )
            .unwrap();
        let sql = "SELECT id FROM t WHERE folder = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let mut statement = connection.prepare_cached(sql).unwrap();
        for n in 0..10_u8 {
            let rows = statement
                .query_map((vec![n], vec![n], n), |_| Ok(()))
                .unwrap();
            assert_eq!(rows.count(), 0);
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
