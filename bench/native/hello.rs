//! What a listing is compared with: the smallest axum server that reads from the same database.
//! It knows nobody, limits nothing and logs nothing. Prints its address and serves until it is
//! ended.
//!
//! * `/hello`: no database at all.
//! * `/row`: one row by its primary key, from a pool of connections on blocking threads.
//! * `/page`: the hundred rows of a listing, as JSON of the same form, from the same pool.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// As many as the server has.
const CONNECTIONS: usize = 8;
const PAGE: &str = "SELECT id, parent_id, kind, epoch, wrapped_key, meta_rev, meta, trashed_at, version_id,
       stored_size, created_at, updated_at FROM nodes WHERE parent_id = ?1 AND id > ?2 ORDER BY id LIMIT 100";

struct Pool {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    ids: Vec<Vec<u8>>,
    root: Vec<u8>,
    next: AtomicUsize,
}

pub(crate) fn run(database: &str) -> Result<(), Box<dyn Error>> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(database, flags)
    };
    let first = open()?;
    let root = first.query_row("SELECT root_id FROM vaults", [], |row| row.get(0))?;
    let ids = first
        .prepare("SELECT id FROM nodes LIMIT 1000")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let pool = Arc::new(Pool {
        idle: Mutex::new((0..CONNECTIONS).map(|_| open()).collect::<Result<_, _>>()?),
        permits: Semaphore::new(CONNECTIONS),
        ids,
        root,
        next: AtomicUsize::new(0),
    });
    let app = Router::new()
        .route("/hello", get(async || "hello"))
        .route("/row", get(row))
        .route("/page", get(page))
        .with_state(pool);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            println!("listening on http://{}", listener.local_addr()?);
            axum::serve(listener, app).await?;
            Ok(())
        })
}

impl Pool {
    /// Runs a query on a blocking thread. Nothing here can fail for a reason that a measurement
    /// should go on after, so a failure ends the request's thread and with it the measurement.
    async fn read(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection, &Self, usize) -> rusqlite::Result<Value> + Send + 'static,
    ) -> Json<Value> {
        let _permit = self.permits.acquire().await.expect("it is never closed");
        let pool = Arc::clone(self);
        let value = tokio::task::spawn_blocking(move || {
            let idle = || pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = idle().pop().expect("there is one for each permit");
            let turn = pool.next.fetch_add(1, Ordering::Relaxed) % pool.ids.len();
            let value = query(&connection, &pool, turn);
            idle().push(connection);
            value
        });
        Json(
            value
                .await
                .expect("it does not panic")
                .expect("the database can be read"),
        )
    }
}

async fn row(State(pool): State<Arc<Pool>>) -> Json<Value> {
    pool.read(|connection, pool, turn| {
        connection
            .prepare_cached("SELECT id, file_size FROM nodes WHERE id = ?1")?
            .query_row([&pool.ids[turn]], |row| {
                Ok(json!({ "id": id(row, 0)?, "file_size": row.get::<_, i64>(1)? }))
            })
    })
    .await
}

async fn page(State(pool): State<Arc<Pool>>) -> Json<Value> {
    pool.read(|connection, pool, turn| {
        // Somewhere in the first nine tenths, so that the page is full.
        let after = &pool.ids[turn * 9 / 10];
        let nodes = connection
            .prepare_cached(PAGE)?
            .query_map([&pool.root, after], node)?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(json!({ "success": true, "data": { "children": nodes } }))
    })
    .await
}

fn node(row: &Row<'_>) -> rusqlite::Result<Value> {
    let sealed = |index| {
        Ok::<_, rusqlite::Error>(STANDARD.encode(row.get_ref(index)?.as_blob().unwrap_or_default()))
    };
    Ok(json!({
        "id": id(row, 0)?,
        "parent_id": id(row, 1)?,
        "kind": row.get::<_, i64>(2)?,
        "epoch": row.get::<_, i64>(3)?,
        "wrapped_key": sealed(4)?,
        "metadata": { "rev": row.get::<_, i64>(5)?, "sealed": sealed(6)? },
        "trashed_at": row.get::<_, Option<i64>>(7)?,
        "version_id": id(row, 8)?,
        "stored_size": row.get::<_, i64>(9)?,
        "created_at": row.get::<_, i64>(10)?,
        "updated_at": row.get::<_, i64>(11)?,
    }))
}

fn id(row: &Row<'_>, index: usize) -> rusqlite::Result<Value> {
    let bytes = row.get_ref(index)?.as_blob().unwrap_or_default();
    Ok(uuid::Uuid::from_slice(bytes).map_or(Value::Null, |id| json!(id)))
}
