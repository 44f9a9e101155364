//! Rows: one trait over the engines, and the runner that owns the connections.
//!
//! Repository functions are plain synchronous functions over `&mut dyn Conn`.
//! They are run by [`Db::read`] and [`Db::write`] on blocking threads. A write
//! may be run twice by an engine that retries, so no clock, no randomness, no
//! file and no network may be used inside.

mod migrate;
mod sqlite;
mod value;

use std::path::Path;
use std::sync::Arc;

pub(crate) use value::{Param, Row, Value, blob, int, opt_blob, opt_int, opt_text, text};

/// What a transaction offers. SQL is static and portable; parameters are `?1`, `?2`, ….
pub(crate) trait Conn {
    /// Runs a statement and answers how many rows it changed.
    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, DbError>;

    /// Runs a query and hands out its rows one by one, for as long as `visit` answers `true`.
    fn each(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        visit: &mut dyn FnMut(Row) -> Result<bool, DbError>,
    ) -> Result<(), DbError>;

    /// Runs a query and answers all its rows.
    fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// The first row of a query, if it has one.
    fn query_one(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
}

/// What can go wrong between the server and its rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DbError {
    /// The disk (or the allowed file size) is exhausted.
    #[error("the database's disk is full: {0}")]
    Full(String),
    /// The database cannot be reached, is locked for too long, or is broken.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// A statement failed in a way that no request should be able to cause.
    #[error("a database statement failed: {0}")]
    Statement(String),
    /// A column has another type than the code expects.
    #[error("column {index} is not {expected}")]
    Column {
        /// Counted from 0.
        index: usize,
        /// The type that was asked for.
        expected: &'static str,
    },
    /// The database was written by a newer release.
    #[error(
        "it was written by a newer release (it has migration {found}, this program knows {known}); \
         use that release, or a backup from before"
    )]
    TooNew {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this program.
        known: i64,
    },
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Db {
    engine: Arc<sqlite::Sqlite>,
}

impl Db {
    /// Opens (and creates or migrates) the database in a file.
    ///
    /// # Errors
    /// When the file cannot be opened or migrated.
    pub(crate) fn open(path: &Path) -> Result<Self, DbError> {
        Ok(Self {
            engine: Arc::new(sqlite::Sqlite::open(path)?),
        })
    }

    /// Runs a closure in a read transaction: everything in it sees one moment.
    ///
    /// # Errors
    /// The closure's own, and what [`DbError`] names.
    pub(crate) async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut dyn Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = self.engine.reader_permit().await?;
        let engine = Arc::clone(&self.engine);
        run(move || {
            let result = engine.read(f);
            drop(permit);
            result
        })
        .await
    }

    /// Runs a closure in the one write transaction; it is durable when this returns `Ok`,
    /// and nothing of it remains when this returns `Err`.
    ///
    /// # Errors
    /// The closure's own, and what [`DbError`] names.
    pub(crate) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut dyn Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = self.engine.writer_permit().await?;
        let engine = Arc::clone(&self.engine);
        run(move || {
            let result = engine.write(f);
            drop(permit);
            result
        })
        .await
    }
}

/// Runs blocking work to its end, even when the caller goes away meanwhile.
async fn run<T, E, F>(work: F) -> Result<T, E>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(join) => match join.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(DbError::Unavailable("the server is stopping".into()).into()),
        },
    }
}

#[cfg(test)]
mod tests;
