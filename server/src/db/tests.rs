use super::*;
use crate::repo::all_statements;

fn open() -> (tempfile::TempDir, sqlite::Sqlite) {
    let dir = tempfile::tempdir().unwrap();
    let engine = sqlite::Sqlite::open(&dir.path().join("db")).unwrap();
    (dir, engine)
}

#[test]
fn every_statement_can_be_prepared() {
    let (dir, _engine) = open();
    let connection = rusqlite::Connection::open(dir.path().join("db")).unwrap();
    let statements = all_statements();
    assert!(statements.len() > 60, "{}", statements.len());
    for sql in statements {
        if let Err(error) = connection.prepare(sql) {
            panic!("{error}\n{sql}");
        }
    }
}

#[test]
fn no_statement_reads_a_whole_table() {
    let (dir, _engine) = open();
    let connection = rusqlite::Connection::open(dir.path().join("db")).unwrap();
    for sql in all_statements() {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let count = plan.parameter_count();
        let nulls = std::iter::repeat_n(rusqlite::types::Null, count);
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(nulls), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for step in &steps {
            let scans = step.starts_with("SCAN") && !step.contains("INDEX");
            // The rows of the recursive part, the first account, a constant.
            let fine = ["below", "b", "above", "a", "CONSTANT ROW", "users"];
            let fine = fine.iter().any(|name| step == &format!("SCAN {name}"));
            assert!(!scans || fine, "{step}\n{sql}");
        }
    }
}

#[test]
fn what_fails_leaves_nothing() {
    let (_dir, engine) = open();
    let insert = "INSERT INTO spent_versions (id) VALUES (?1)";
    let result: Result<(), DbError> = engine.write(|c| {
        c.execute(insert, &[blob(b"a")])?;
        c.execute("INSERT INTO nowhere VALUES (1)", &[]).map(|_| ())
    });
    assert!(matches!(result, Err(DbError::Statement(_))));
    engine.write(|c| c.execute(insert, &[blob(b"b")])).unwrap();
    let rows = engine
        .read(|c| c.query("SELECT id FROM spent_versions", &[]))
        .unwrap();
    assert_eq!(rows.len(), 1);
    let refused = engine.read(|c| c.execute(insert, &[blob(b"c")]));
    assert!(refused.is_err(), "readers must not write");
}

#[test]
fn a_newer_database_is_left_alone() {
    let (dir, engine) = open();
    drop(engine);
    let path = dir.path().join("db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let Err(error) = sqlite::Sqlite::open(&path) else {
        panic!("it was opened")
    };
    assert!(matches!(
        error,
        DbError::TooNew {
            found: 99,
            known: 6
        }
    ));
}

#[test]
fn columns_have_their_types() {
    let (_dir, engine) = open();
    let mut row = engine
        .read(|c| c.query_one("SELECT 7, -1, 'a', x'00', NULL", &[]))
        .unwrap()
        .unwrap();
    assert_eq!(row.take::<u64>(0).unwrap(), 7);
    assert!(row.take::<u64>(1).is_err());
    assert_eq!(row.take::<String>(2).unwrap(), "a");
    assert_eq!(row.take::<Vec<u8>>(3).unwrap(), [0]);
    assert_eq!(row.take::<Option<i64>>(4).unwrap(), None);
    assert!(row.take::<i64>(9).is_err());
}

#[test]
fn only_a_full_disk_is_called_full() {
    let failure = |code: i32| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        sqlite::classify(error)
    };
    assert!(matches!(
        failure(rusqlite::ffi::SQLITE_FULL),
        DbError::Full(_)
    ));
    for code in [
        rusqlite::ffi::SQLITE_IOERR_READ,
        rusqlite::ffi::SQLITE_IOERR_WRITE,
        rusqlite::ffi::SQLITE_IOERR_FSYNC,
        rusqlite::ffi::SQLITE_IOERR_CORRUPTFS,
        rusqlite::ffi::SQLITE_READONLY,
        rusqlite::ffi::SQLITE_READONLY_DBMOVED,
        rusqlite::ffi::SQLITE_CANTOPEN,
        rusqlite::ffi::SQLITE_CORRUPT,
    ] {
        assert!(matches!(failure(code), DbError::Unavailable(_)), "{code}");
    }
    let mistake = failure(rusqlite::ffi::SQLITE_CONSTRAINT);
    assert!(matches!(mistake, DbError::Statement(_)));
}

/// A page of all files is found without sorting all of them, whatever they are sorted by.
#[test]
fn flat_listings_follow_an_index() {
    let (dir, _engine) = open();
    let connection = rusqlite::Connection::open(dir.path().join("db")).unwrap();
    let listings = crate::repo::entries::listing_statements();
    let steps = |sql: &str| -> Vec<String> {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        plan.query_map(rusqlite::params![b"owner", 20, 0], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    for (sql, index) in listings.iter().zip([
        "nodes_uploaded",
        "nodes_uploaded",
        "nodes_file_size",
        "nodes_file_size",
        "nodes_name",
        "nodes_name",
    ]) {
        let steps = steps(sql);
        assert!(
            steps[0].contains(&format!("INDEX {index} ")),
            "{steps:?}\n{sql}"
        );
        // Names with the same beginning are sorted among themselves.
        let sorted = steps[1..].iter().all(|step| step.contains("FOR LAST"));
        assert!(sorted, "{steps:?}\n{sql}");
    }
    // Far into them, the walk reads the index alone.
    for (sql, index) in listings.iter().rev().zip([
        "nodes_file_size",
        "nodes_file_size",
        "nodes_uploaded",
        "nodes_uploaded",
    ]) {
        let steps = steps(sql);
        let covering = format!("COVERING INDEX {index} ");
        assert!(
            steps.iter().any(|step| step.contains(&covering)),
            "{steps:?}\n{sql}"
        );
    }
}
